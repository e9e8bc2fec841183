"""Finding a call a CSO unit: queued for one, or one reason why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.domain.desk import Desk
from triage.domain.events import CallNotServed, CallQueued, Considered, Evidence, NotServedReason, Particulars
from triage.domain.evidence import resolve
from triage.domain.roster import Choice, Look, Need, choose
from triage.domain.values import Programme, Route

Loads = Mapping[str, int]
"""How many calls wait for or are with each unit; a unit that is not named has none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A call that looks for a unit at `now`: what is known of it, on what terms it looks, and until when."""

    call_id: str
    particulars: Particulars
    evidence: Evidence
    programme: Programme | None
    two_together: bool
    vehicle: bool
    route: Route
    because: tuple[str, ...]
    now: datetime
    due_at: datetime


def place(wish: Wish, desk: Desk, loads: Loads, without: str | None = None) -> Choice:
    """The unit that takes the call, or the reason why none does. `without` names a unit to pass over."""
    said = wish.particulars
    language = resolve(wish.evidence)["language"]
    need = Need(
        wish.programme,
        frozenset(place.upper() for place in (said.precinct, said.sector, said.beat) if place is not None),
        language if isinstance(language, str) else None,
        wish.vehicle,
        wish.two_together,
        wish.due_at,
    )
    return choose(desk.roster, need, loads, wish.now, without)


def queued(wish: Wish, choice: Choice, desk: Desk, by: str) -> CallQueued:
    """The event that puts the call into the queue of the unit chosen."""
    unit, window = choice.unit, choice.window
    assert unit is not None
    assert window is not None
    return CallQueued(
        call_id=wish.call_id,
        occurred_at=wish.now,
        by=by,
        unit=unit.id,
        partner=unit.partner if wish.two_together else None,
        programme=wish.programme or unit.programmes[0],
        two_together=wish.two_together,
        vehicle=wish.vehicle,
        route=wish.route,
        call_type=wish.particulars.call_type,
        priority=wish.particulars.priority,
        beat=wish.particulars.beat,
        because=wish.because,
        due_at=wish.due_at,
        shift_ends_at=window.end,
        warn_at=max(wish.now, window.end - timedelta(minutes=desk.roster.warn_minutes)),
        considered=_considered(choice.looks),
    )


def not_served(call_id: str, reason: NotServedReason, looks: tuple[Look, ...], now: datetime, by: str) -> CallNotServed:
    """The event that enters the call into the *not served* ledger."""
    return CallNotServed(call_id=call_id, occurred_at=now, by=by, reason=reason, considered=_considered(looks))


def _considered(looks: tuple[Look, ...]) -> tuple[Considered, ...]:
    return tuple(Considered(unit=look.unit, load=look.load, outcome=look.outcome) for look in looks)
