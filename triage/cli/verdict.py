"""The verdict on a call as it stands, and its open questions with the command that answers each."""

from collections.abc import Sequence
from typing import NamedTuple

from triage.cli.options import Common, quoted
from triage.cli.screen import Screen
from triage.domain.call import Call, Cleared, NotReported, Taken, Waiting, WithAgency
from triage.domain.events import CallTriaged, Evidence
from triage.domain.facts import FACTS
from triage.domain.policy import Policy, Rule
from triage.engine import call_of
from triage.projections import audit_line
from triage.store import Recorded


class Question(NamedTuple):
    """An unknown fact whose answer could change the route."""

    fact: str
    text: str
    values: tuple[str, ...]
    command: str

    def document(self) -> dict[str, object]:
        """The question, for programs."""
        return {"fact": self.fact, "question": self.text, "values": list(self.values), "command": self.command}


def questions(call_id: str, triaged: CallTriaged | None, common: Common) -> list[Question]:
    """What the last decision left open, the question that settles most first."""
    open_facts = () if triaged is None else triaged.open_questions
    return [
        Question(
            fact,
            FACTS[fact].question,
            spelled(fact),
            f"triage answer {quoted(call_id)} {quoted(f'{fact}={_or(fact)}')}{common.again()}",
        )
        for fact in open_facts
        if fact in FACTS
    ]


def _or(fact: str) -> str:
    """The values of a fact, to choose from; quoted for a shell, so that pasting it unchanged only shows them again."""
    return "|".join(spelled(fact))


def spelled(fact: str) -> tuple[str, ...]:
    """The values of a fact as a person types them, yes before no."""
    values = FACTS[fact].values
    return ("yes", "no") if values == (False, True) else tuple(str(value) for value in values)


def unasked(rule: Rule, evidence: Evidence) -> list[str]:
    """The facts of `rule` that nobody stated: where there are any, a rule that decided was only not ruled out."""
    origins = (evidence.presumed, evidence.reported, evidence.cue, evidence.answered)
    return [fact for fact in rule.when if all(getattr(origin, fact) is None for origin in origins)]


def last_decision(history: Sequence[Recorded]) -> CallTriaged | None:
    """The last decision on a call, or None."""
    return next((found.event for found in reversed(history) if isinstance(found.event, CallTriaged)), None)


def state_of(call: Call) -> tuple[str, str | None]:
    """Where a call is, as one word, and the unit that has it or that it waits for."""
    match call:
        case Waiting(hold=hold):
            return "waiting", hold.unit
        case Taken(hold=hold, stage=stage):
            return stage, hold.unit
        case Cleared():
            return "cleared", None
        case WithAgency():
            return "with_agency", None
        case _:
            return "with_officers", None


def document(call_id: str, history: Sequence[Recorded], common: Common) -> dict[str, object]:
    """The verdict on a call, for programs: what to act on, why, and what is still open."""
    call = call_of(history)
    triaged = last_decision(history)
    state, unit = state_of(call)
    return {
        "call_id": call_id,
        "route": "sworn" if isinstance(call, NotReported) else call.file.route,
        "eligible": triaged.eligible if triaged else "sworn",
        "by_rules": triaged.by_rules if triaged else "sworn",
        "programme": triaged.programme if triaged else None,
        "agency": triaged.agency if triaged else None,
        "overridden": not isinstance(call, NotReported) and call.file.overridden,
        "state": state,
        "unit": unit,
        "because": list(triaged.because) if triaged else [],
        "nearly": list(triaged.nearly) if triaged else [],
        "open_questions": [question.document() for question in questions(call_id, triaged, common)],
    }


def show(call_id: str, history: Sequence[Recorded], policy: Policy | None, screen: Screen) -> None:
    """The verdict in one or two lines; `policy` is the one that decided, where it is known."""
    call = call_of(history)
    triaged = last_decision(history)
    route = "sworn" if isinstance(call, NotReported) else call.file.route
    state, unit = state_of(call)
    because = f", {_reasons(triaged, policy)}" if triaged else ""
    overridden = " (a person's override)" if not isinstance(call, NotReported) and call.file.overridden else ""
    screen.say(f"{call_id}: {audit_line.ROUTES[route]}{overridden}{because}", hang=2)
    screen.say(f"Now {where(state, unit)}.")


def _reasons(triaged: CallTriaged, policy: Policy | None) -> str:
    rules = {rule.id: rule for rule in policy.rules} if policy else {}
    open_rules = [rule for rule in triaged.because if rule in rules and unasked(rules[rule], triaged.evidence)]
    return ("as nobody has ruled out " if open_rules else "because ") + ", ".join(open_rules or triaged.because)


def where(state: str, unit: str | None) -> str:
    """Where a call is, in words."""
    words = {
        "waiting": f"waiting for {unit}",
        "claimed": f"claimed by {unit}",
        "en_route": f"with {unit}, on the way",
        "on_scene": f"with {unit}, on scene",
        "cleared": "cleared",
        "with_agency": "with another agency",
        "with_officers": "with sworn officers",
    }
    return words[state]
