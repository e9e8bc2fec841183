"""One call's whole story as one document: what is known and from whom, what was decided and why, and what happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from triage.classifiers.features import CallToAssess
from triage.classifiers.table import Explanation, TableModel
from triage.cli import clock, verdict
from triage.cli.options import Common
from triage.domain.call import Call, NotReported
from triage.domain.events import (
    AboutNoCall,
    CallCleared,
    CallNotServed,
    CallQueued,
    CallReported,
    CallTriaged,
    CallUpdated,
    Considered,
    Evidence,
    Particulars,
    RouteOverridden,
)
from triage.domain.evidence import resolve
from triage.domain.facts import DANGERS, FACTS, FactValue
from triage.domain.judge import ENGINE_REASONS
from triage.domain.policy import Policy
from triage.engine import call_of
from triage.projections import audit_line
from triage.store import Recorded

PROVENANCES: Final = ("answered", "reported", "cue", "presumed")
"""Where a fact may come from, the origin that counts most first."""

JUDGED: Final = ("nature", "severity", "likelihood")
"""Facts that say how the call-type table places the call; shown apart."""


class Known(NamedTuple):
    """One fact that is known: its value, where that comes from, and what other origins say."""

    fact: str
    value: FactValue
    provenance: str
    danger: bool
    others: tuple[tuple[str, FactValue], ...]


class Told(NamedTuple):
    """A reason: a rule with its facts that nobody stated (`unknown`), or a code with its meaning."""

    id: str
    effect: str | None
    because: str | None
    source: str | None
    unknown: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """The reason, for programs."""
        return {**self._asdict(), "unknown": list(self.unknown)}


class Made(NamedTuple):
    """What made the decisions of a log, each by its digest."""

    policies: Mapping[str, Policy]
    models: Mapping[str, TableModel]


class Story(NamedTuple):
    """All that there is to tell of a call, up to the moment asked for."""

    call_id: str
    history: Sequence[Recorded]
    as_of: datetime | None
    said: Particulars | None
    known: tuple[Known, ...]
    triaged: CallTriaged | None
    policy: Policy | None
    questions: tuple[verdict.Question, ...]
    risk: Explanation | None

    def rule(self, rule_id: str) -> Told:
        """A rule, an engine's reason or an override's reason code."""
        for rule in self.policy.rules if self.policy else ():
            if rule.id == rule_id:
                unknown = verdict.unasked(rule, self.triaged.evidence) if self.triaged else []
                return Told(rule_id, rule.effect, rule.because, rule.source, tuple(unknown))
        if rule_id in ENGINE_REASONS:
            return Told(rule_id, None, ENGINE_REASONS[rule_id], "the engine itself", ())
        meaning = self.policy.override_reasons.get(rule_id) if self.policy else None
        return Told(rule_id, None, meaning, None, ())


def tell(call_id: str, history: Sequence[Recorded], made: Made, as_of: datetime | None, common: Common) -> Story:
    """The story of a call from its events; `made` is all that the log adopted."""
    triaged = verdict.last_decision(history)
    call = call_of(history)
    return Story(
        call_id=call_id,
        history=history,
        as_of=as_of,
        said=None if isinstance(call, NotReported) else call.file.particulars,
        known=known(triaged.evidence) if triaged else (),
        triaged=triaged,
        policy=made.policies.get(triaged.policy) if triaged else None,
        questions=tuple(verdict.questions(call_id, triaged, common)),
        risk=_explained(call, history, triaged, made) if triaged else None,
    )


def _explained(call: Call, history: Sequence[Recorded], triaged: CallTriaged, made: Made) -> Explanation | None:
    """How the classifier came to its opinion; None where no model had one."""
    model = made.models.get(triaged.assessment.model)
    policy = made.policies.get(triaged.policy)
    said = _decided_on(history, triaged)
    if model is None or policy is None or isinstance(call, NotReported) or said is None:
        return None
    zone = ZoneInfo(policy.time_zone)
    return model.explain(CallToAssess.of(resolve(triaged.evidence), said, call.file.reported_at, zone))


def _decided_on(history: Sequence[Recorded], triaged: CallTriaged) -> Particulars | None:
    """What CAD had said of the call when it was decided: news of a closed call may have come since."""
    before = takewhile(lambda event: event is not triaged, (recorded.event for recorded in history))
    return next(
        (event.particulars for event in reversed(list(before)) if isinstance(event, CallReported | CallUpdated)), None
    )


def known(evidence: Evidence) -> tuple[Known, ...]:
    """Every fact that is known, dangers first, each with its origin."""
    values = {name: value for name, value in resolve(evidence).items() if value is not None}
    found = []
    for name, value in values.items():
        said = [(origin, getattr(getattr(evidence, origin), name)) for origin in PROVENANCES]
        origin = next(origin for origin, own in said if own == value and type(own) is type(value))
        others = tuple((other, own) for other, own in said if own is not None and other != origin)
        found.append(Known(name, value, origin, is_danger(name, value), others))
    return tuple(sorted(found, key=lambda fact: not fact.danger))


def is_danger(name: str, value: FactValue) -> bool:
    """Whether `value` is other than the safest of a fact in order of danger; of priorities, only the top."""
    if name not in DANGERS or name in JUDGED:
        return False
    rank = FACTS[name].rank(value)
    return rank == len(FACTS[name].values) - 1 if name == "priority" else rank > 0


def document(story: Story, common: Common) -> dict[str, object]:
    """The story for programs.

    `call_id`, `as_of`; `reported`: what CAD said; `facts`: fact, value, provenance, danger, and what others said;
    `verdict`: as `triage ask` gives it, with `because` and `nearly` as rules (id, effect, because,
    source, unknown: its facts that nobody stated), `decided_at`, `policy`, `assessment`, `risk` (null without a model;
    else base, contributions: words and amount in log-odds, which with the base add up to log_odds, and nothing: what
    adds nothing); `units`: each unit that was considered, its load and outcome; `not_served`; `overrides`; `cleared`;
    `timeline`: position, occurred_at, recorded_at, kind, by, what.
    """
    return {
        "call_id": story.call_id,
        "as_of": None if story.as_of is None else clock.iso(story.as_of),
        "reported": None if story.said is None else {**story.said.model_dump(), "reports": _reports(story)},
        "facts": [_fact(fact) for fact in story.known],
        "verdict": _verdict(story, common),
        "units": [
            {"unit": look.unit, "load": look.load, "outcome": look.outcome, "chosen": look.unit == unit_chosen(story)}
            for look in considered(story)
        ],
        "not_served": not_served(story),
        "overrides": [
            {"at": clock.iso(event.occurred_at), "by": event.by, "was": event.was, "route": event.route}
            | {"reason": story.rule(event.reason).document()}
            for event in overrides(story)
        ],
        "cleared": _cleared(story),
        "timeline": [_line(recorded) for recorded in story.history],
    }


def overrides(story: Story) -> list[RouteOverridden]:
    """Every time that a person changed the route."""
    return [found.event for found in story.history if isinstance(found.event, RouteOverridden)]


def placed(story: Story) -> CallQueued | CallNotServed | None:
    """The last time that a unit was sought for the call, found or not."""
    sought = (found.event for found in reversed(story.history))
    return next((event for event in sought if isinstance(event, CallQueued | CallNotServed) and event.considered), None)


def considered(story: Story) -> tuple[Considered, ...]:
    """Each unit that was looked at when one was sought last, and what came of it."""
    event = placed(story)
    return () if event is None else event.considered


def unit_chosen(story: Story) -> str | None:
    """The unit chosen when one was sought last, or None."""
    event = placed(story)
    return event.unit if isinstance(event, CallQueued) else None


def not_served(story: Story) -> str | None:
    """Why no CSO went though one was allowed, or None."""
    call = call_of(story.history)
    return None if isinstance(call, NotReported) else call.file.not_served


def _reports(story: Story) -> int:
    return sum(
        isinstance(found.event, CallReported) or (isinstance(found.event, CallUpdated) and found.event.by == "cad")
        for found in story.history
    )


def _fact(fact: Known) -> dict[str, object]:
    return {
        "fact": fact.fact,
        "value": fact.value,
        "provenance": fact.provenance,
        "danger": fact.danger,
        "others": [{"provenance": origin, "value": value} for origin, value in fact.others],
    }


def _verdict(story: Story, common: Common) -> dict[str, object]:
    triaged = story.triaged
    short = verdict.document(story.call_id, story.history, common)
    if triaged is None:
        return short
    return {
        **short,
        "because": [story.rule(rule_id).document() for rule_id in triaged.because],
        "nearly": [story.rule(rule_id).document() for rule_id in triaged.nearly],
        "decided_at": clock.iso(triaged.occurred_at),
        "policy": triaged.policy,
        "assessment": triaged.assessment.model_dump(),
        "risk": _risk(story.risk),
    }


def _risk(risk: Explanation | None) -> dict[str, object] | None:
    if risk is None:
        return None
    parts = [{"words": part.words, "amount": part.amount} for part in risk.contributions]
    return {"base": risk.base, "contributions": parts, "log_odds": risk.log_odds, "nothing": list(risk.nothing)}


def _cleared(story: Story) -> dict[str, object] | None:
    event = next((found.event for found in reversed(story.history) if isinstance(found.event, CallCleared)), None)
    if event is None:
        return None
    return {
        "at": clock.iso(event.occurred_at),
        "by": event.by,
        "disposition": event.disposition,
        "final_call_type": event.final_call_type,
    }


def _line(recorded: Recorded) -> dict[str, object]:
    event = recorded.event
    assert not isinstance(event, AboutNoCall)
    return {
        "position": recorded.position,
        "occurred_at": clock.iso(event.occurred_at),
        "recorded_at": clock.iso(recorded.recorded_at),
        "kind": event.kind,
        "by": event.by,
        "what": audit_line.line(event),
    }
