"""CSO units, their shifts in the agency's own time zone, and the choice of a unit for a call, with reasons."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Annotated, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from pydantic import Field

from triage.domain.values import Programme, Slug, Text, UnitId, Value

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
DAYS_AHEAD_MAX = 8  # the longest wait that a rule may allow is a week

Shortfall = Literal[
    "no_unit_of_programme",
    "area_unknown",
    "no_unit_in_area",
    "no_language",
    "no_vehicle",
    "outside_hours",
    "no_partner",
    "capacity",
]
SHORTFALLS: tuple[Shortfall, ...] = get_args(Shortfall)
"""Why a unit cannot take a call, in the order in which it is looked at; the later, the nearer it came."""


class Shift(Value):
    """Days and local hours of work. An `end` at or before `start` is on the next day."""

    id: Slug
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    start: time
    end: time


class Unit(Value):
    """A CSO unit: who can be sent where, when, for what.

    `areas` are precincts, sectors or beats as CAD writes them; `partner` is the unit that it goes out with where a rule
    wants two together; `capacity` is how many calls may wait for or be with the unit at once.
    """

    id: UnitId
    shift: Slug
    programmes: Annotated[tuple[Programme, ...], Field(min_length=1)]
    areas: Annotated[tuple[Text, ...], Field(min_length=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    mode: Literal["foot", "vehicle"]
    partner: UnitId | None
    capacity: Annotated[int, Field(ge=1, le=100)]

    @cached_property
    def area_names(self) -> frozenset[str]:
        """The unit's areas, in upper case."""
        return frozenset(area.upper() for area in self.areas)


class Supervisor(Value):
    """A CSO supervisor: on shift for overrides and questions, not sent to calls."""

    id: UnitId
    shift: Slug


class Roster(Value):
    """Shifts, units and supervisors, and how many minutes before the end of a shift a unit is warned."""

    time_zone: Text
    warn_minutes: Annotated[int, Field(ge=0, le=240)]
    shifts: tuple[Shift, ...]
    units: tuple[Unit, ...]
    supervisors: tuple[Supervisor, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Unit]:
        """Units by id."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def _shift_of(self) -> Mapping[str, Shift]:
        return {shift.id: shift for shift in self.shifts}

    def windows(self, unit: Unit, now: datetime) -> Iterator["Window"]:
        """The unit's times on shift that have not ended by `now`, a week ahead, the first one first."""
        shift = self._shift_of[unit.shift]
        day = now.astimezone(_zone(self.time_zone)).date() - timedelta(days=1)
        for window in _windows(shift, self.time_zone, day):
            if window.end > now:
                yield window


class Window(NamedTuple):
    """One time on shift, in UTC: from `start`, up to but not including `end`."""

    start: datetime
    end: datetime


class Need(NamedTuple):
    """What a call needs of a unit; `areas` are the call's precinct, sector and beat where known, in upper case."""

    programme: Programme | None
    areas: frozenset[str]
    language: str | None
    vehicle: bool
    two_together: bool
    latest: datetime


class Look(NamedTuple):
    """One unit of the call's programme and area that was looked at: its load, and `available` or its shortfall."""

    unit: str
    load: int
    outcome: str


class Choice(NamedTuple):
    """The unit chosen, or the one reason why none could be; and what was looked at to decide it."""

    unit: Unit | None
    window: Window | None
    shortfall: Shortfall | None
    looks: tuple[Look, ...]


def choose(roster: Roster, need: Need, loads: Mapping[str, int], now: datetime, without: str | None = None) -> Choice:
    """The unit that can go first; of those the one with fewest calls, then by id. `without` names a unit to pass over.

    Where none can, the reason is that of the unit that came nearest, in the order of `SHORTFALLS`.
    """
    best: tuple[datetime, int, str] | None = None
    chosen: tuple[Unit, Window] | None = None
    nearest = 0
    looks = []
    for unit in roster.units:
        if unit.id == without:
            continue
        load = loads.get(unit.id, 0)
        outcome, start, window = _look(roster, unit, need, load, now)
        nearest = max(nearest, SHORTFALLS.index(outcome) if outcome else 0)
        if outcome not in {"no_unit_of_programme", "area_unknown", "no_unit_in_area"}:
            looks.append(Look(unit.id, load, outcome or "available"))
        if window is not None and (best is None or (start, load, unit.id) < best):
            best = (start, load, unit.id)
            chosen = (unit, window)
    if chosen is None:
        return Choice(None, None, SHORTFALLS[nearest], tuple(looks))
    return Choice(chosen[0], chosen[1], None, tuple(looks))


def _look(
    roster: Roster, unit: Unit, need: Need, load: int, now: datetime
) -> tuple[Shortfall | None, datetime, Window | None]:
    """The first thing that keeps `unit` from the call, or from when and in which window it can take it."""
    if need.programme is not None and need.programme not in unit.programmes:
        return "no_unit_of_programme", now, None
    if not need.areas:
        return "area_unknown", now, None
    if need.areas.isdisjoint(unit.area_names):
        return "no_unit_in_area", now, None
    if need.language is not None and need.language not in unit.languages:
        return "no_language", now, None
    if need.vehicle and unit.mode != "vehicle":
        return "no_vehicle", now, None
    window = next(iter(roster.windows(unit, now)), None)
    if window is None or window.start > need.latest:
        return "outside_hours", now, None
    start = max(now, window.start)
    if need.two_together:
        both = _both(roster, unit, need.latest, now)
        if both is None:
            return "no_partner", now, None
        start, window = both
    if load >= unit.capacity:
        return "capacity", now, None
    return None, start, window


def _both(roster: Roster, unit: Unit, latest: datetime, now: datetime) -> tuple[datetime, Window] | None:
    """From when, by `latest`, the unit and its partner are on shift together, and how long; or None."""
    partner = roster.by_id.get(unit.partner or "")
    if partner is None:
        return None
    for own in roster.windows(unit, now):
        for other in roster.windows(partner, now):
            start = max(now, own.start, other.start)
            if start > latest:
                break
            if start < min(own.end, other.end):
                return start, Window(start, min(own.end, other.end))
    return None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def _windows(shift: Shift, time_zone: str, first: date) -> tuple[Window, ...]:
    """The shift's windows from local day `first` on.

    A local time that a daylight-saving change skips is read with the offset before it; of one that it repeats, a start
    means the first and an end the second, so that no change cuts a shift short.
    """
    zone = _zone(time_zone)
    found = []
    for offset in range(DAYS_AHEAD_MAX + 2):
        day = first + timedelta(days=offset)
        if WEEKDAYS[day.weekday()] in shift.days:
            last = day if shift.end > shift.start else day + timedelta(days=1)
            start = datetime.combine(day, shift.start, zone).replace(fold=0)
            end = datetime.combine(last, shift.end, zone).replace(fold=1)
            found.append(Window(start.astimezone(UTC), end.astimezone(UTC)))
    return tuple(found)
