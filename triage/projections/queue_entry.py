"""A call's place in the queue of a CSO unit, as a fold over the call's events."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from triage.domain.events import (
    BackupRequested,
    CallClaimed,
    CallCleared,
    CallHandedBack,
    CallNotServed,
    CallQueued,
    CallReleased,
    CsoRecalled,
    Event,
    ShiftEnding,
    UnitEnRoute,
    UnitOnScene,
)

Stage = Literal["waiting", "claimed", "en_route", "on_scene"]

QUEUE_KINDS: Final = (
    "call_queued",
    "call_claimed",
    "call_released",
    "unit_en_route",
    "unit_on_scene",
    "backup_requested",
    "cso_recalled",
    "call_handed_back",
    "shift_ending",
    "call_not_served",
    "call_cleared",
)
"""The kinds of events that change a queue; the fold passes over all others."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A call that waits for a unit or is with it, and its timers; `partner` is a unit that goes along."""

    call_id: str
    unit: str
    partner: str | None
    stage: Stage
    call_type: str
    priority: str | None
    programme: str
    beat: str | None
    because: tuple[str, ...]
    queued_at: datetime
    due_at: datetime
    shift_ends_at: datetime
    warn_at: datetime | None
    backup: bool


def place_in_queue(entry: QueueEntry | None, event: Event) -> QueueEntry | None:
    """The call's place after `event`, None where no unit has it. Never refuses; an event repeated changes nothing."""
    match event:
        case CallQueued():
            return _entered(event)
        case CallHandedBack() | CsoRecalled() | CallNotServed() | CallCleared():
            return None
    if entry is None:
        return None
    match event:
        case CallClaimed():
            return replace(entry, stage="claimed")
        case CallReleased():
            return replace(entry, stage="waiting")
        case UnitEnRoute():
            return replace(entry, stage="en_route")
        case UnitOnScene():
            return replace(entry, stage="on_scene")
        case BackupRequested():
            return replace(entry, backup=True)
        case ShiftEnding():
            return replace(entry, warn_at=None)
        case _:
            return entry


def _entered(event: CallQueued) -> QueueEntry:
    return QueueEntry(
        event.call_id,
        event.unit,
        event.partner,
        "waiting",
        event.call_type,
        event.priority,
        event.programme,
        event.beat,
        event.because,
        event.occurred_at,
        event.due_at,
        event.shift_ends_at,
        event.warn_at,
        backup=False,
    )
