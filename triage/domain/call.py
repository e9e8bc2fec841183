"""The state of a call: only what the next decision needs, folded from its events."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, assert_never

from triage.domain.events import (
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
    NotServedReason,
    Particulars,
    ReportUnreadable,
    RouteOverridden,
    ShiftEnding,
    UnitEnRoute,
    UnitOnScene,
)
from triage.domain.evidence import merge
from triage.domain.facts import Facts
from triage.domain.values import Programme, Route

NEVER: Final = datetime.min.replace(tzinfo=UTC)
"""When a call of which nothing could be read was last told of."""

Stage = Literal["claimed", "en_route", "on_scene"]


@dataclass(frozen=True, slots=True)
class File:
    """What is on file about a call, whatever its state.

    `told_at` is CAD's time of the newest report, `reported_at` that of the report that was heard first. `route` is the
    one that holds, `eligible` what rules and classifier last allowed, `overridden` whether a person chose `route`.
    `particulars` is None as long as no report could be read.
    """

    call_id: str
    told_at: datetime
    particulars: Particulars | None
    reported_at: datetime = NEVER
    reported: Facts = Facts()
    cue: Facts = Facts()
    answered: Facts = Facts()
    evidence: Evidence = Evidence()
    route: Route = "sworn"
    eligible: Route = "sworn"
    programme: Programme | None = None
    overridden: bool = False
    not_served: NotServedReason | None = None
    unreadable: frozenset[str] = frozenset()
    links: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Hold:
    """A call's place with a unit, and its timers; `warn_at` is None once the unit was warned."""

    unit: str
    programme: Programme
    two_together: bool
    vehicle: bool
    because: tuple[str, ...]
    due_at: datetime
    shift_ends_at: datetime
    warn_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotReported:
    """Nobody ever spoke of it."""


@dataclass(frozen=True, slots=True)
class WithOfficers:
    """Sworn officers go: the state of every call that nothing else is known of."""

    file: File


@dataclass(frozen=True, slots=True)
class WithAgency:
    """Another agency goes."""

    file: File


@dataclass(frozen=True, slots=True)
class Waiting:
    """It waits for a CSO unit to claim it."""

    file: File
    hold: Hold


@dataclass(frozen=True, slots=True)
class Taken:
    """A CSO unit has it."""

    file: File
    hold: Hold
    stage: Stage
    backup: bool = False


@dataclass(frozen=True, slots=True)
class Cleared:
    """It is closed."""

    file: File
    cleared_at: datetime


Open = WithOfficers | WithAgency | Waiting | Taken
Reported = Open | Cleared
Call = NotReported | Reported


def evolve(call: Call, event: CallEvent) -> Call:
    """How `event` changes `call`. Never refuses: the event already happened."""
    if isinstance(call, NotReported):
        return WithOfficers(_opened(event))
    match event:
        case CallReported() | CallUpdated():
            return _told(call, event)
        case CallTriaged():
            return _triaged(call, event)
        case RouteOverridden(route=route):
            file = replace(call.file, route=route, overridden=True)
            # a unit that has it keeps it; if it loses it, `cso_recalled` follows
            return replace(call, file=file) if isinstance(call, Waiting | Taken) else _sent(file)
        case CallQueued():
            file = replace(call.file, route=event.route, programme=event.programme, not_served=None)
            return Waiting(file, _hold(event))
        case CallClaimed() | UnitEnRoute() | UnitOnScene():
            return _moved(call, event)
        case CallReleased():
            return Waiting(call.file, call.hold) if isinstance(call, Taken) else call
        case BackupRequested():
            file = replace(call.file, route="co_response")
            return replace(call, file=file, backup=True) if isinstance(call, Taken) else replace(call, file=file)
        case CsoRecalled():
            return _sent(call.file)
        case CallHandedBack():
            return WithOfficers(replace(call.file, route="sworn"))
        case ShiftEnding():
            return replace(call, hold=replace(call.hold, warn_at=None)) if isinstance(call, Waiting | Taken) else call
        case CallNotServed(reason=reason):
            return WithOfficers(replace(call.file, route="sworn", not_served=reason))
        case FollowUpScheduled():
            return call
        case CallLinked(other=other, relation=relation):
            return replace(call, file=replace(call.file, links=call.file.links | {(other, relation)}))
        case CallCleared(occurred_at=cleared_at):
            return Cleared(call.file, cleared_at)
        case ReportUnreadable(fingerprint=fingerprint):
            return replace(call, file=replace(call.file, unreadable=call.file.unreadable | {fingerprint}))
        case _:
            assert_never(event)


def _opened(event: CallEvent) -> File:
    """The file that a call's first event opens."""
    match event:
        case CallReported():
            return File(
                event.call_id, event.occurred_at, event.particulars, event.occurred_at, event.reported, event.cue
            )
        case ReportUnreadable(fingerprint=fingerprint):
            return File(event.call_id, NEVER, None, unreadable=frozenset({fingerprint}))
        case _:
            return File(event.call_id, NEVER, None)


def _told(call: Reported, event: CallReported | CallUpdated) -> Call:
    file = call.file
    newer = event.occurred_at >= file.told_at
    answered = event.answered if isinstance(event, CallUpdated) else Facts()
    by_cad = answered == Facts()  # an answer is entered by our clock, which may be years after a replayed call
    file = replace(
        file,
        told_at=max(file.told_at, event.occurred_at) if by_cad else file.told_at,
        particulars=event.particulars,
        reported_at=event.occurred_at if file.particulars is None else file.reported_at,
        reported=merge(file.reported, event.reported, newer=newer),
        cue=merge(file.cue, event.cue, newer=newer),
        answered=merge(file.answered, answered, newer=newer),
    )
    return replace(call, file=file)


def _triaged(call: Reported, event: CallTriaged) -> Call:
    file = replace(
        call.file,
        evidence=event.evidence,
        route=event.route,
        eligible=event.eligible,
        programme=event.programme,
        overridden=call.file.overridden and event.route == call.file.route,
    )
    if isinstance(call, Waiting | Taken):
        return replace(call, file=file)  # if it loses its CSO, `cso_recalled` follows
    return _sent(file)


def _sent(file: File) -> Call:
    """Where a call is that no CSO unit has (or has yet)."""
    return WithAgency(file) if file.route == "other_agency" else WithOfficers(file)


def _moved(call: Reported, event: CallClaimed | UnitEnRoute | UnitOnScene) -> Call:
    if not isinstance(call, Waiting | Taken):
        return call
    match event:
        case CallClaimed():
            return Taken(call.file, call.hold, "claimed")
        case UnitEnRoute():
            return Taken(call.file, call.hold, "en_route", backup=_backup(call))
        case UnitOnScene():
            return Taken(call.file, call.hold, "on_scene", backup=_backup(call))
        case _:
            assert_never(event)


def _backup(call: Waiting | Taken) -> bool:
    return isinstance(call, Taken) and call.backup


def _hold(event: CallQueued) -> Hold:
    return Hold(
        event.unit,
        event.programme,
        event.two_together,
        event.vehicle,
        event.because,
        event.due_at,
        event.shift_ends_at,
        event.warn_at,
    )
