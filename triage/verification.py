"""Recomputing every decision in the log with what made it: the same answer, or a mismatch that is named."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final, NamedTuple

from triage.classifiers import NO_OPINION
from triage.classifiers.features import CallToAssess
from triage.domain.call import Call, NotReported, evolve
from triage.domain.commands import (
    ArriveOnScene,
    ClaimCall,
    ClearCall,
    Command,
    GoEnRoute,
    HandBackCall,
    LetTimePass,
    LinkCall,
    OverrideRoute,
    RefuseReport,
    ReleaseCall,
    RequestBackup,
    TriageCall,
)
from triage.domain.decide import decide
from triage.domain.desk import Desk
from triage.domain.errors import CallRefusedError
from triage.domain.events import (
    AboutNoCall,
    BackupRequested,
    CallClaimed,
    CallCleared,
    CallEvent,
    CallHandedBack,
    CallLinked,
    CallNotServed,
    CallQueued,
    CallReleased,
    CallReported,
    CallTriaged,
    CallUpdated,
    CsoRecalled,
    Evidence,
    FollowUpScheduled,
    ReportUnreadable,
    RouteOverridden,
    ShiftEnding,
    UnitEnRoute,
    UnitOnScene,
)
from triage.domain.evidence import Heard, resolve
from triage.domain.hear import reweigh
from triage.domain.report import Unreadable
from triage.recalled import Models, Policies
from triage.store import EventLog, Recorded

PAGE_CALLS: Final = 400


class _Made(NamedTuple):
    """What made the decisions."""

    policies: Policies
    models: Models


class Mismatch(NamedTuple):
    """A decision that comes out otherwise when it is computed again."""

    position: int
    call_id: str
    kind: str
    message: str


class Verified(NamedTuple):
    """How many decisions were recomputed, and those that came out otherwise."""

    decisions: int
    mismatches: tuple[Mismatch, ...]


def verify(log: EventLog, progress: Callable[[int], None] | None = None) -> Verified:
    """Every decision in `log`, recomputed from the events before it with the policy and model that made it."""
    made = _Made(Policies.of(log), Models.of(log))
    decisions = 0
    mismatches: list[Mismatch] = []
    for page, position in _pages(log):
        for history in log.histories(page).values():
            for group in _groups(history, made):
                decisions += 1
                if isinstance(group, Mismatch):
                    mismatches.append(group)
        if progress is not None:
            progress(position)
    return Verified(decisions, tuple(mismatches))


def _pages(log: EventLog) -> Iterator[tuple[list[str], int]]:
    """The ids of all calls, in pages, by the position of what was first said of them."""
    after = 0
    while page := log.read(after, PAGE_CALLS, ("call_reported", "report_unreadable")):
        after = page[-1].position
        yield [recorded.stream for recorded in page if recorded.version == 1], after


def _groups(history: Sequence[Recorded], made: _Made) -> Iterator[Mismatch | None]:
    """Each decision about one call: None if it comes out the same, else the mismatch."""
    call: Call = NotReported()
    place = 0
    while place < len(history):
        events = [recorded.event for recorded in history[place:] if not isinstance(recorded.event, AboutNoCall)]
        first = history[place]
        desk = _desk_of(events, first.position, made.policies)
        if desk is None:
            yield Mismatch(
                first.position, first.stream, events[0].kind, "the log does not hold the policy that decided this"
            )
            return
        expected = _decided(call, events, desk, made.models, first.position)
        length = _with_what_follows(events) if isinstance(expected, str) else max(1, len(expected))
        if isinstance(expected, str):
            yield Mismatch(first.position, first.stream, events[0].kind, expected)
        elif tuple(events[:length]) != expected:
            yield _mismatch(first, events[:length], expected)
        else:
            yield None
        for event in events[:length]:
            call = evolve(call, event)
        place += length


def _with_what_follows(events: Sequence[CallEvent]) -> int:
    """How many events the first of `events` brought about, it among them, as far as their kinds say it."""
    following = takewhile(lambda event: isinstance(event, CallTriaged | CallQueued | CsoRecalled), events[1:])
    return 1 + sum(1 for _ in following)


def _desk_of(events: Sequence[CallEvent], position: int, policies: Policies) -> Desk | None:
    """The policy that decided the first of `events`: the one it names, or the one adopted last before it."""
    if isinstance(events[0], CallReported | CallUpdated | ReportUnreadable) and len(events) > 1:
        following = events[1]
        if isinstance(following, CallTriaged):
            return policies.by_digest.get(following.policy)
    return policies.at(position)


def _decided(
    call: Call, events: Sequence[CallEvent], desk: Desk, models: Models, position: int
) -> tuple[CallEvent, ...] | str:
    """What the command behind the first of `events` leads to, computed again; or why that cannot be said."""
    command = _command(call, events, desk)
    if command is None:
        return "no command leads to this event here"
    if isinstance(command, TriageCall):
        heard = command.heard
        to_assess = CallToAssess.of(heard.facts, heard.news.particulars, heard.reported_at, desk.zone)
        assessment = models.assessed(command.assessment, to_assess, position)
        if assessment is None:
            return "the log does not hold the model that assessed this"
        command = replace(command, assessment=assessment)
    loads = {
        look.unit: look.load + _returned(events[0], look.unit)
        for event in events[:4]
        if isinstance(event, CallQueued | CallNotServed)
        for look in event.considered
    }
    try:
        return decide(call, command, desk, loads)
    except CallRefusedError as refusal:
        return f"computed again, it is refused: {type(refusal).__name__}"


def _returned(first: CallEvent, unit: str) -> int:
    """How many calls more than recorded a unit had before it gave this one back."""
    return int(isinstance(first, CallHandedBack) and first.unit == unit)


def _command(call: Call, events: Sequence[CallEvent], desk: Desk) -> Command | None:
    """The command that the first of `events` stands for."""
    event = events[0]
    header = {"call_id": event.call_id, "now": event.occurred_at, "by": event.by}
    match event:
        case CallReported() | CallUpdated():
            return _heard(call, event, events, desk)
        case ReportUnreadable():
            return RefuseReport.model_validate({**header, "unreadable": _unreadable(event)})
        case RouteOverridden():
            queued = next((later for later in events[1:2] if isinstance(later, CallQueued)), None)
            programme = None if queued is None else queued.programme
            return OverrideRoute.model_validate(
                {**header, "route": event.route, "reason": event.reason, "programme": programme}
            )
        case CallClaimed(unit=unit):
            return ClaimCall.model_validate({**header, "unit": unit})
        case CallReleased(unit=unit):
            return ReleaseCall.model_validate({**header, "unit": unit})
        case UnitEnRoute(unit=unit):
            return GoEnRoute.model_validate({**header, "unit": unit})
        case UnitOnScene(unit=unit):
            return ArriveOnScene.model_validate({**header, "unit": unit})
        case BackupRequested(unit=unit):
            return RequestBackup.model_validate({**header, "unit": unit})
        case CallHandedBack(unit=unit, reason=reason):
            if reason == "shift_end":
                return LetTimePass.model_validate(header)
            return HandBackCall.model_validate({**header, "unit": unit, "reason": reason})
        case CallNotServed() | ShiftEnding():
            return LetTimePass.model_validate(header)
        case CallLinked(other=other, relation=relation):
            return LinkCall.model_validate({**header, "other": other, "relation": relation})
        case FollowUpScheduled() | CallCleared():
            return _clear(events)
        case _:
            return None  # `call_triaged`, `call_queued` and `cso_recalled` never come first


def _heard(call: Call, news: CallReported | CallUpdated, events: Sequence[CallEvent], desk: Desk) -> Command:
    triaged = next((later for later in events[1:2] if isinstance(later, CallTriaged)), None)
    after = evolve(call, news)
    file = None if isinstance(after, NotReported) else after.file
    evidence = Evidence() if file is None else reweigh(file, desk)
    return TriageCall(
        news.call_id,
        news.occurred_at if triaged is None else triaged.occurred_at,
        news.by,
        Heard(news, evidence, resolve(evidence), news.occurred_at if file is None else file.reported_at),
        NO_OPINION if triaged is None else triaged.assessment,
    )


def _unreadable(event: ReportUnreadable) -> Unreadable:
    return Unreadable(
        source=event.source,
        line=event.line,
        field=event.field,
        reason=event.reason,
        fingerprint=event.fingerprint,
        call_id=event.call_id,
    )


def _clear(events: Sequence[CallEvent]) -> ClearCall | None:
    later = events[0] if isinstance(events[0], FollowUpScheduled) else None
    cleared = next((event for event in events[:2] if isinstance(event, CallCleared)), None)
    if cleared is None:
        return None
    return ClearCall(
        call_id=cleared.call_id,
        now=cleared.occurred_at,
        by=cleared.by,
        unit=cleared.unit,
        disposition=cleared.disposition,
        final_call_type=cleared.final_call_type,
        follow_up_at=None if later is None else later.due_at,
    )


def _mismatch(first: Recorded, found: Sequence[CallEvent], expected: Sequence[CallEvent]) -> Mismatch:
    """Where the recorded decision and the recomputed one part, by kind and field."""
    for was, now in zip(found, expected, strict=False):
        if was.kind != now.kind:
            return Mismatch(first.position, first.stream, was.kind, f"recorded `{was.kind}`, recomputed `{now.kind}`")
        if was != now:
            fields = [name for name in type(was).model_fields if getattr(was, name) != getattr(now, name, None)]
            return Mismatch(first.position, first.stream, was.kind, f"differs in {', '.join(fields)}")
    return Mismatch(first.position, first.stream, found[0].kind, "a different number of events follows")
