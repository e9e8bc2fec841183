"""The life of a call with a CSO unit: claimed, released, on the way, there, handed back, cleared, and its timers."""

from datetime import datetime
from typing import Final, Literal, Protocol, assert_never

from triage.domain.call import Call, Cleared, Open, Reported, Stage, Taken, Waiting
from triage.domain.commands import (
    ArriveOnScene,
    ClaimCall,
    ClearCall,
    GoEnRoute,
    HandBackCall,
    LetTimePass,
    ReleaseCall,
    RequestBackup,
)
from triage.domain.desk import Desk
from triage.domain.errors import (
    CallNotInQueueError,
    CallNotTakenError,
    CallTakenError,
    DispositionRefusedError,
    UnknownUnitError,
    WrongQueueError,
)
from triage.domain.events import (
    BackupRequested,
    CallClaimed,
    CallCleared,
    CallEvent,
    CallHandedBack,
    CallReleased,
    FollowUpScheduled,
    HandBackReason,
    NotServedReason,
    RouteOverridden,
    ShiftEnding,
    UnitEnRoute,
    UnitOnScene,
)
from triage.domain.placing import Loads, Wish, not_served, place, queued
from triage.domain.triage import ENGINE

CSO_NEEDS_OFFICER: Final = "cso-needs-officer"
"""The reason code of the override that a unit makes by handing a call back as unsafe or in need of an officer."""

Step = ClaimCall | ReleaseCall | GoEnRoute | ArriveOnScene | RequestBackup


def move(call: Open, command: Step, desk: Desk) -> tuple[CallEvent, ...]:
    """The next step of a unit with a call; repeating a step changes nothing.

    Raises `UnknownUnitError`, `CallNotInQueueError`, `WrongQueueError`, `CallTakenError` or `CallNotTakenError`.
    """
    _known_unit(command.call_id, command.unit, desk)
    if isinstance(command, ClaimCall):
        return _claim(call, command)
    taken = _taken(call, command.call_id, command.unit)
    header = {"call_id": command.call_id, "occurred_at": command.now, "by": command.by, "unit": command.unit}
    match command:
        case ReleaseCall():
            return (CallReleased.model_validate({**header, "due_at": taken.hold.due_at}),)
        case GoEnRoute():
            return (UnitEnRoute.model_validate(header),) if taken.stage == "claimed" else ()
        case ArriveOnScene():
            return (UnitOnScene.model_validate(header),) if taken.stage != "on_scene" else ()
        case RequestBackup():
            return () if taken.backup else (BackupRequested.model_validate(header),)
        case _:
            assert_never(command)


def clear(call: Reported, command: ClearCall, desk: Desk) -> tuple[CallEvent, ...]:
    """The call is closed, by its unit or by CAD; perhaps somebody comes back. Closing it again changes nothing.

    Raises `DispositionRefusedError` for a unit that wants to close a call with what only an officer may do.
    """
    if isinstance(call, Cleared):
        return ()
    if command.unit is None and command.now < call.file.told_at:
        return ()  # an old closing, sent again: CAD has reported the call anew since
    if command.unit is not None:
        _known_unit(command.call_id, command.unit, desk)
        _taken(call, command.call_id, command.unit)
        if command.disposition not in desk.cso_dispositions:
            raise DispositionRefusedError(command.call_id, command.disposition or "", desk.cso_dispositions)
    cleared = CallCleared(
        call_id=command.call_id,
        occurred_at=command.now,
        by=command.by,
        disposition=command.disposition,
        final_call_type=command.final_call_type,
        unit=command.unit,
    )
    if command.follow_up_at is None:
        return (cleared,)
    later = FollowUpScheduled(
        call_id=command.call_id,
        occurred_at=command.now,
        by=command.by,
        unit=command.unit,
        due_at=command.follow_up_at,
    )
    return (later, cleared)


def hand_back(call: Open, command: HandBackCall, desk: Desk, loads: Loads) -> tuple[CallEvent, ...]:
    """The unit returns the call: to the next unit, or to an officer if it says so or if no other unit can."""
    _known_unit(command.call_id, command.unit, desk)
    if isinstance(call, Waiting) and call.hold.unit != command.unit:
        raise WrongQueueError(command.call_id, call.hold.unit)
    held = call if isinstance(call, Waiting) else _taken(call, command.call_id, command.unit)
    if command.reason in {"needs_officer", "unsafe"}:
        upgraded = RouteOverridden(
            call_id=command.call_id,
            occurred_at=command.now,
            by=command.by,
            was=held.file.route,
            route="sworn",
            reason=CSO_NEEDS_OFFICER,
        )
        return (_handed_back(held, command.reason, command.now, command.by), upgraded)
    return _pass_on(held, command.reason, "handed_back", command.now, command.by, desk, loads)


class Timed(Protocol):
    """Whatever has the timers of a call with a unit."""

    @property
    def due_at(self) -> datetime:
        """When the hold expires."""
        ...

    @property
    def shift_ends_at(self) -> datetime:
        """When the unit's shift ends."""
        ...

    @property
    def warn_at(self) -> datetime | None:
        """When the unit is warned of that; None once it was."""
        ...


def next_timer(stage: Stage | Literal["waiting"], timers: Timed) -> datetime | None:
    """When time next changes something about a call that is at `stage` with its unit, or None.

    A unit that is on scene when its shift ends stays with the person; it is only warned (an assumption).
    """
    times = [] if timers.warn_at is None else [timers.warn_at]
    if stage == "waiting":
        times += [timers.due_at, timers.shift_ends_at]
    elif stage != "on_scene":
        times.append(timers.shift_ends_at)
    return min(times, default=None)


def let_time_pass(call: Call, command: LetTimePass, desk: Desk, loads: Loads) -> tuple[CallEvent, ...]:
    """The first thing that is due by `now`: the hold expires, the shift ends, or the unit is warned. Then ask again."""
    if not isinstance(call, Waiting | Taken):
        return ()
    hold, now = call.hold, command.now
    if isinstance(call, Waiting) and hold.due_at <= min(now, hold.shift_ends_at):
        return (not_served(command.call_id, "hold_expired", (), now, ENGINE),)
    stays = isinstance(call, Taken) and call.stage == "on_scene"
    if hold.shift_ends_at <= now and not stays:
        return _pass_on(call, "shift_end", "shift_end", now, ENGINE, desk, loads)
    if hold.warn_at is not None and hold.warn_at <= now:
        warning = ShiftEnding(
            call_id=command.call_id, occurred_at=now, by=ENGINE, unit=hold.unit, ends_at=hold.shift_ends_at
        )
        return (warning,)
    return ()


def _pass_on(  # noqa: PLR0913, PLR0917 - each says another thing about who hands what back, and why
    call: Waiting | Taken,
    reason: HandBackReason,
    otherwise: NotServedReason,
    now: datetime,
    by: str,
    desk: Desk,
    loads: Loads,
) -> tuple[CallEvent, ...]:
    """Back from its unit, and on to the next within what is left of its hold; else to an officer, for `otherwise`."""
    hold, file = call.hold, call.file
    back = _handed_back(call, reason, now, by)
    if file.particulars is None or hold.due_at <= now:
        return (back, not_served(file.call_id, otherwise, (), now, ENGINE))
    wish = Wish(
        file.call_id,
        file.particulars,
        file.evidence,
        hold.programme,
        hold.two_together,
        hold.vehicle,
        file.route,
        hold.because,
        now,
        hold.due_at,
    )
    without_it = {**loads, hold.unit: loads.get(hold.unit, 1) - 1}
    # at the end of a shift the same unit may come first again: its next shift, if that begins within the hold
    choice = place(wish, desk, without_it, without=None if reason == "shift_end" else hold.unit)
    if choice.shortfall is not None:
        return (back, not_served(file.call_id, otherwise, choice.looks, now, ENGINE))
    return (back, queued(wish, choice, desk, ENGINE))


def _claim(call: Open, command: ClaimCall) -> tuple[CallEvent, ...]:
    if isinstance(call, Taken):
        if call.hold.unit == command.unit:
            return ()
        raise CallTakenError(command.call_id, call.hold.unit)
    if not isinstance(call, Waiting):
        raise CallNotInQueueError(command.call_id, call.file.route)
    if call.hold.unit != command.unit:
        raise WrongQueueError(command.call_id, call.hold.unit)
    claimed = CallClaimed(call_id=command.call_id, occurred_at=command.now, by=command.by, unit=command.unit)
    return (claimed,)


def _taken(call: Reported, call_id: str, unit: str) -> Taken:
    """`call` if `unit` has it; else the refusal that says who has."""
    if isinstance(call, Taken):
        if call.hold.unit == unit:
            return call
        raise CallTakenError(call_id, call.hold.unit)
    if isinstance(call, Waiting):
        raise CallNotTakenError(call_id, unit)
    raise CallNotInQueueError(call_id, call.file.route)


def _known_unit(call_id: str, unit: str, desk: Desk) -> None:
    if unit not in desk.roster.by_id:
        raise UnknownUnitError(call_id, unit, desk.roster.by_id)


def _handed_back(call: Waiting | Taken, reason: HandBackReason, now: datetime, by: str) -> CallHandedBack:
    return CallHandedBack(call_id=call.file.call_id, occurred_at=now, by=by, unit=call.hold.unit, reason=reason)
