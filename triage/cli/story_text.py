"""One call's story for a person, from the answer down to the details."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from triage.cli import story, verdict
from triage.cli.session import Session
from triage.cli.story import Known, Story
from triage.domain.call import Cleared, NotReported
from triage.domain.events import AboutNoCall, CallTriaged
from triage.domain.facts import DANGERS, FACTS
from triage.engine import call_of
from triage.projections import audit_line

ORIGINS: Final = {
    "answered": "answered",
    "reported": "reported by CAD",
    "cue": "from words in the narrative",
    "presumed": "presumed of this call type",
}
OUTCOMES: Final = {
    "available": "could take it",
    "no_language": "does not speak the language",
    "no_vehicle": "has no vehicle",
    "outside_hours": "not on shift in time",
    "no_partner": "its partner is not on shift with it",
    "capacity": "has as many calls as it may have",
}
NOT_SO: Final = {
    "child_in_danger": "no child in danger",
    "domestic": "not domestic",
    "barricaded": "nobody barricaded",
    "nature_unknown": "it is clear what happens",
    "unsafe_approach": "safe to approach",
    "police_requested": "police not asked for",
    "intoxicated": "nobody intoxicated",
    "follow_up": "not a follow-up",
    "behavioral_crisis": "no behavioural crisis",
    "juvenile": "nobody under 18",
}
"""How a person says that a fact is `no` or `none`, where `no` and the fact's name is not how."""


def show(session: Session, told: Story) -> None:
    """The story on the screen."""
    _answer(session, told)
    _reported(session, told)
    _facts(session, told)
    _rules(session, told)
    _questions(session, told)
    _risk(session, told)
    _units(session, told)
    _overrides(session, told)
    _timeline(session, told)


def _answer(session: Session, told: Story) -> None:
    screen = session.screen
    call = call_of(told.history)
    state, unit = verdict.state_of(call)
    route = "sworn" if isinstance(call, NotReported) else call.file.route
    as_of = f" (as of {session.shown(told.as_of, seconds=True)})" if told.as_of else ""
    screen.say(f"Call {told.call_id}{as_of}: {audit_line.ROUTES[route]}", style="bold")
    if told.triaged is not None:
        for line in _why(told, told.triaged):
            screen.say(line, indent=2)
    was = "It is closed." if isinstance(call, Cleared) else f"It is {verdict.where(state, unit)}."
    screen.say(was, indent=2)


def _why(told: Story, triaged: CallTriaged) -> Iterable[str]:
    """How rules, classifier, units and people came to the route, in sentences."""
    call = call_of(told.history)
    overridden = not isinstance(call, NotReported) and call.file.overridden
    reason = story.not_served(told)
    first = told.rule(triaged.because[0])
    if overridden:
        yield "A person chose this route; see the override below."
    elif reason is not None and triaged.eligible != "sworn":
        yield f"The rules allow {audit_line.ROUTES[triaged.eligible]}: {first.because or first.id}"
    elif first.unknown:
        yield f"Nobody has ruled out {_danger(told, triaged)}; until then an officer goes."
    elif first.because:
        yield first.because
    if triaged.by_rules != triaged.eligible:
        yield f"The rules alone would send: {audit_line.ROUTES[triaged.by_rules]}. The classifier held that back."
    if reason is not None:
        yield f"No CSO went: {audit_line.words(reason)}."
    if triaged.route in {"cso", "co_response"} and triaged.programme:
        yield f"Programme: {triaged.programme}."
    if triaged.agency:
        told_too = "goes to" if triaged.route == "other_agency" else "also tell"
        yield f"Agency: {told_too} {audit_line.words(triaged.agency)}."


def _danger(told: Story, triaged: CallTriaged) -> str:
    """The facts that keep the call with an officer as long as nobody asks."""
    unknown = dict.fromkeys(fact for rule_id in triaged.because for fact in told.rule(rule_id).unknown)
    return ", ".join(audit_line.words(fact) for fact in unknown)


def _reported(session: Session, told: Story) -> None:
    session.screen.head("What CAD said")
    if told.said is None:
        session.screen.say("No report of it could be read.", indent=2)
        return
    said = told.said
    places = " / ".join(place for place in (said.precinct, said.sector, said.beat) if place)
    parts = [said.call_type]
    parts += [f"priority {said.priority}"] if said.priority else []
    parts += [f"by {said.channel}"] if said.channel else []
    parts += [places] if places else []
    session.screen.say("; ".join(parts), indent=2, hang=2)


def _facts(session: Session, told: Story) -> None:
    screen = session.screen
    screen.head("What is known")
    dangers = [fact for fact in told.known if fact.danger]
    for fact in dangers:
        screen.say(f"danger: {_worded(fact)} ({_origin(fact)})", indent=2, hang=2)
    if not dangers:
        screen.say("no danger known", indent=2)
    known = {fact.fact for fact in told.known}
    unasked = [audit_line.words(name) for name in DANGERS if FACTS[name].asked and name not in known]
    if unasked:
        screen.say(f"nobody asked: {', '.join(unasked)}", indent=2, hang=2)
    rest = [fact for fact in told.known if not fact.danger and fact.fact not in story.JUDGED]
    stated = [fact for fact in rest if fact.provenance != "presumed"]
    for origin, facts in groupby(sorted(stated, key=lambda fact: fact.provenance), key=lambda fact: fact.provenance):
        screen.say(f"{ORIGINS[origin]}: {', '.join(_contested(fact) for fact in facts)}", indent=2, hang=2)
    presumed = [fact for fact in rest if fact.provenance == "presumed"]
    if presumed:
        screen.say(f"{ORIGINS['presumed']}: {_grouped(presumed)}", indent=2, hang=2)


def _grouped(facts: Sequence[Known]) -> str:
    """Presumed facts in few words: what is so before what is not."""
    none = [_denied(fact.fact) for fact in facts if fact.value is False or fact.value == "none"]
    rest = [_worded(fact) for fact in facts if fact.value is not False and fact.value != "none"]
    return ", ".join([*rest, *none])


def _denied(fact: str) -> str:
    return NOT_SO.get(fact) or f"no {audit_line.words(fact)}"


def _worded(fact: Known) -> str:
    return f"{audit_line.words(fact.fact)}: {audit_line.words(fact.value)}"


def _contested(fact: Known) -> str:
    others = "; ".join(f"{origin}: {audit_line.words(value)}" for origin, value in fact.others if value != fact.value)
    return _worded(fact) + (f" ({others})" if others else "")


def _origin(fact: Known) -> str:
    others = [f"{origin}: {audit_line.words(value)}" for origin, value in fact.others if value != fact.value]
    return "; ".join([ORIGINS[fact.provenance], *others])


def _rules(session: Session, told: Story) -> None:
    triaged = told.triaged
    if triaged is None:
        return
    open_rules = any(told.rule(rule_id).unknown for rule_id in triaged.because)
    session.screen.head("Rules that decided, as nobody has ruled them out" if open_rules else "Rules that decided")
    _list(session, told, triaged.because)
    if triaged.nearly:
        session.screen.head("Rules that nearly did (one unknown fact away)")
        _list(session, told, triaged.nearly)


def _list(session: Session, told: Story, rule_ids: Sequence[str]) -> None:
    for rule_id in rule_ids:
        rule = told.rule(rule_id)
        because = rule.because or "(this policy is not in the log)"
        session.screen.say(f"{rule_id}: {because}", indent=2, hang=2)
        if rule.source:
            session.screen.say(f"source: {rule.source}", indent=4, hang=2)


def _questions(session: Session, told: Story) -> None:
    if not told.questions:
        return
    closed = isinstance(call_of(told.history), Cleared)
    session.screen.head("Never asked (the call is closed)" if closed else "Ask, in this order")
    for number, question in enumerate(told.questions, start=1):
        session.screen.say(f"{number}. {question.text} ({', '.join(question.values)})", indent=2, hang=3)
        if not closed:
            session.screen.line(f"     {question.command}")


def _risk(session: Session, told: Story) -> None:
    judged = {fact.fact: fact.value for fact in told.known if fact.fact in story.JUDGED}
    session.screen.head("Risk")
    if judged:
        words = ", ".join(f"{name} {audit_line.words(value)}" for name, value in judged.items() if name != "nature")
        session.screen.say(f"credible worst case of this call type: {words or 'unknown'}", indent=2, hang=2)
        session.screen.say(f"canonical type: {judged.get('nature', 'none')}", indent=2)
    if told.triaged is not None:
        session.screen.say(f"classifier: {_opinion(told.triaged)}", indent=2, hang=2)
    if told.risk is not None:
        if told.triaged is not None and told.triaged.assessment.risk is None:
            session.screen.say("what it would rest on, in log-odds:", indent=2)
        for line in told.risk.lines():
            session.screen.say(line, indent=4, hang=2)


def _opinion(triaged: CallTriaged) -> str:
    opinion = triaged.assessment
    if opinion.risk is not None:
        ceiling = "no ceiling" if opinion.ceiling is None else f"the ceiling is {opinion.ceiling:.1%}"
        return f"risk {opinion.risk:.1%} that sworn authority is used; {ceiling} (model {opinion.model}). In log-odds:"
    return f"no opinion ({opinion.abstained})" if opinion.abstained else "none configured, the rules decide alone"


def _units(session: Session, told: Story) -> None:
    looks = story.considered(told)
    if not looks:
        return
    chosen = story.unit_chosen(told)
    session.screen.head("Units considered")
    rows = [
        (look.unit, str(look.load), "chosen" if look.unit == chosen else OUTCOMES.get(look.outcome, look.outcome))
        for look in looks
    ]
    session.screen.table(("  Unit", "Calls it had", "Outcome"), [(f"  {row[0]}", *row[1:]) for row in rows], right=(1,))


def _overrides(session: Session, told: Story) -> None:
    changes = story.overrides(told)
    if not changes:
        return
    session.screen.head("Overrides")
    for event in changes:
        meaning = told.rule(event.reason).because
        session.screen.say(
            f"{session.shown(event.occurred_at)}: {audit_line.ROUTES[event.was]} to {audit_line.ROUTES[event.route]} by"
            f" {event.by}, {event.reason}{f' ({meaning})' if meaning else ''}",
            indent=2,
            hang=2,
        )


def _timeline(session: Session, told: Story) -> None:
    session.screen.head("What happened")
    for recorded in told.history:
        event = recorded.event
        if not isinstance(event, AboutNoCall):
            session.screen.say(
                f"{session.shown(event.occurred_at, seconds=True)}  {audit_line.line(event)}  [{event.by}]",
                indent=2,
                hang=25,
            )
