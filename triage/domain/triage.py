"""Deciding a call on what was heard of it: verdict, unit, and what that means for a CSO who already has it."""

from datetime import timedelta
from typing import Final

from triage.domain.call import Call, Cleared, File, NotReported, Taken, Waiting, WithOfficers
from triage.domain.commands import RefuseReport, TriageCall
from triage.domain.desk import Desk
from triage.domain.events import (
    Assessment,
    CallEvent,
    CallTriaged,
    CallUpdated,
    CsoRecalled,
    Evidence,
    NotServedReason,
    Particulars,
)
from triage.domain.evidence import Heard, nothing_known, resolve
from triage.domain.hear import reweigh
from triage.domain.judge import REPORT_UNREADABLE, RISK_TOO_HIGH, Terms, Verdict, unreadable_verdict
from triage.domain.placing import Loads, Wish, not_served, place, queued
from triage.domain.values import Route

ENGINE: Final = "engine"
UNREADABLE: Final = Assessment(risk=None, model="none", abstained=REPORT_UNREADABLE)
WITH_CSO: Final[frozenset[Route]] = frozenset({"cso", "co_response"})


def triage(call: Call, command: TriageCall, desk: Desk, loads: Loads) -> tuple[CallEvent, ...]:
    """What was heard, the decision on it, and its consequences.

    Late news of a call that is closed, and an answer about it, are kept, but nobody has to go: only CAD opens it again.
    So what is known of a call depends on what was said alone, and never on what was decided meanwhile.
    """
    news = command.heard.news
    answered = isinstance(news, CallUpdated) and not nothing_known(news.answered)
    if isinstance(call, Cleared) and (answered or news.occurred_at <= call.cleared_at):
        return (news,)
    evidence = command.heard.evidence
    if not isinstance(call, NotReported | Cleared) and _says_the_same(call.file, news.particulars, evidence):
        return (news,)
    unreadable = not isinstance(call, NotReported) and bool(call.file.unreadable)
    verdict = unreadable_verdict() if unreadable else desk.judge(command.heard.facts, command.assessment)
    if isinstance(call, Waiting | Taken):
        return (news, *_with_unit(call, command, verdict, desk))
    if isinstance(call, NotReported | Cleared) or not call.file.overridden:
        return (news, *_without_unit(call, command, verdict, desk, loads))
    route = "sworn" if _new_danger(call.file, command.heard, desk) else call.file.route
    return (news, _triaged(command, evidence, verdict, route, desk))


def triage_unreadable(call: Call, command: RefuseReport, desk: Desk) -> tuple[CallEvent, ...]:
    """A call of which a report could not be read is sworn, whoever has it: it may have told of a danger."""
    evidence = Evidence() if isinstance(call, NotReported) else call.file.evidence
    verdict = unreadable_verdict()
    decided = _triaged(command, evidence, verdict, "sworn", desk)
    if isinstance(call, Waiting | Taken):
        return (decided, _recalled(call, command, verdict))
    return (decided,)


def _without_unit(call: Call, command: TriageCall, verdict: Verdict, desk: Desk, loads: Loads) -> tuple[CallEvent, ...]:
    """The decision on a call that no unit has."""
    evidence = command.heard.evidence
    turned_away = isinstance(call, WithOfficers) and call.file.not_served is not None
    if verdict.route in WITH_CSO and verdict.terms is not None:
        if turned_away:  # an officer was sent already; only a person gives it to a CSO again
            return (_triaged(command, evidence, verdict, "sworn", desk),)
        wish = _wish(command, verdict, verdict.terms)
        choice = place(wish, desk, loads)
        if choice.shortfall is None:
            return (
                _triaged(command, evidence, verdict, verdict.route, desk),
                queued(wish, choice, desk, ENGINE),
            )
        return (
            _triaged(command, evidence, verdict, "sworn", desk),
            not_served(command.call_id, choice.shortfall, choice.looks, command.now, ENGINE),
        )
    decided = _triaged(command, evidence, verdict, verdict.route, desk)
    return (decided,) if turned_away else (decided, *_withheld(command, verdict))


def _with_unit(call: Waiting | Taken, command: TriageCall, verdict: Verdict, desk: Desk) -> tuple[CallEvent, ...]:
    """The decision on a call that a unit has or that waits for one: it stays there, or the unit is recalled."""
    evidence = command.heard.evidence
    if call.file.overridden and not _new_danger(call.file, command.heard, desk):
        return (_triaged(command, evidence, verdict, call.file.route, desk),)
    if verdict.route in WITH_CSO:
        route = "co_response" if call.file.route == "co_response" else verdict.route  # the officer stays
        return (_triaged(command, evidence, verdict, route, desk),)
    return (
        _triaged(command, evidence, verdict, verdict.route, desk),
        _recalled(call, command, verdict),
        *_withheld(command, verdict),
    )


def _withheld(command: TriageCall, verdict: Verdict) -> tuple[CallEvent, ...]:
    if verdict.by_rules == "cso" and verdict.route == "sworn":
        reason: NotServedReason = "risk_too_high" if verdict.because == (RISK_TOO_HIGH,) else "classifier_abstained"
        return (not_served(command.call_id, reason, (), command.now, ENGINE),)
    return ()


def _says_the_same(file: File, particulars: Particulars, evidence: Evidence) -> bool:
    """Whether what was decided last was decided on the same: CAD said it again, only later."""
    return (particulars, evidence) == (file.particulars, file.evidence)


def _new_danger(file: File, heard: Heard, desk: Desk) -> bool:
    """Whether what was heard tells of a danger that nobody knew of when a person chose the route."""
    now = desk.judge.by_rules(heard.facts).dangers
    before = desk.judge.by_rules(resolve(reweigh(file, desk))).dangers
    return not set(now) <= set(before)


def _wish(command: TriageCall, verdict: Verdict, terms: Terms) -> Wish:
    return Wish(
        command.call_id,
        command.heard.news.particulars,
        command.heard.evidence,
        terms.programme,
        terms.two_together,
        terms.vehicle,
        verdict.route,
        verdict.because,
        command.now,
        command.now + timedelta(minutes=terms.wait_minutes),
    )


def _triaged(
    command: TriageCall | RefuseReport, evidence: Evidence, verdict: Verdict, route: Route, desk: Desk
) -> CallTriaged:
    return CallTriaged(
        call_id=command.call_id,
        occurred_at=command.now,
        by=ENGINE,
        route=route,
        eligible=verdict.route,
        by_rules=verdict.by_rules,
        because=verdict.because,
        nearly=verdict.nearly,
        open_questions=verdict.open_questions,
        programme=None if verdict.terms is None else verdict.terms.programme,
        agency=verdict.agency,
        evidence=evidence,
        assessment=command.assessment if isinstance(command, TriageCall) else UNREADABLE,
        policy=desk.digest,
    )


def _recalled(call: Waiting | Taken, command: TriageCall | RefuseReport, verdict: Verdict) -> CsoRecalled:
    return CsoRecalled(
        call_id=command.call_id,
        occurred_at=command.now,
        by=ENGINE,
        unit=call.hold.unit,
        because=verdict.because,
    )
