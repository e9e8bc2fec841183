"""Reads who works where and when: shifts, CSO units and their supervisors."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Final, get_args

from triage.domain.facts import FACTS
from triage.domain.roster import Roster, Shift, Supervisor, Unit, Weekday
from triage.domain.values import Programme
from triage.rulebook.fields import (
    NOTES,
    Once,
    Read,
    Row,
    entries,
    many,
    one_of,
    short_text,
    slug,
    text,
    unit_id,
    whole,
)
from triage.rulebook.nodes import At, Scalar
from triage.rulebook.problems import nearest, show

FIELDS: Final = ("warn_minutes", "shifts", "units", "supervisors", *NOTES)
SHIFT_FIELDS: Final = ("id", "days", "start", "end", *NOTES)
UNIT_FIELDS: Final = (
    "id",
    "shift",
    "programmes",
    "areas",
    "languages",
    "mode",
    "partner",
    "capacity",
    *NOTES,
)
SUPERVISOR_FIELDS: Final = ("id", "shift", *NOTES)
DAYS: Final[tuple[str, ...]] = get_args(Weekday)
LANGUAGES: Final = tuple(str(value) for value in FACTS["language"].values)
NO_TIME_ZONE: Final = "unknown"
"""Stands in for the agency's zone where that could not be read: the roster is checked, never used."""


def read_roster(document: At, time_zone: str | None) -> Roster | None:
    """The roster of `units.yaml` in the agency's time zone; None if anything is wrong with it."""
    row = Row(document, FIELDS)
    shift_rows = _rows(row, "shifts", SHIFT_FIELDS)
    unit_rows = _rows(row, "units", UNIT_FIELDS)
    supervisor_rows = _rows(row, "supervisors", SUPERVISOR_FIELDS)
    shift_ids = _ids(shift_rows, slug, Once())
    call_signs = Once()
    unit_ids = _ids(unit_rows, unit_id, call_signs)
    supervisor_ids = _ids(supervisor_rows, unit_id, call_signs)
    on_shift = one_of("shift", tuple(shift_ids))
    shifts = [_shift(item, name) for name, item in shift_ids.items()]
    values = {
        "time_zone": time_zone or NO_TIME_ZONE,
        "warn_minutes": row.need("warn_minutes", whole(0, 240)),
        "shifts": shifts,
        "units": [_unit(item, name, on_shift, unit_ids) for name, item in unit_ids.items()],
        "supervisors": [_supervisor(item, name, on_shift) for name, item in supervisor_ids.items()],
    }
    return row.build(Roster, values)


def _rows(row: Row, name: str, fields: tuple[str, ...]) -> list[Row]:
    return [Row(at, fields) for at in row.need(name, entries) or ()]


def _ids(rows: list[Row], read: Read[str], once: Once) -> dict[str, Row]:
    """The rows by id, in the order of the file; `once` notes an id that is used twice."""
    by_id: dict[str, Row] = {}
    for row in rows:
        name = row.need("id", read)
        once.claim(row.at_field("id"), name)
        if name is not None:
            by_id.setdefault(name, row)
    return by_id


def _shift(row: Row, name: str) -> Shift | None:
    days = row.need("days", many(one_of("day", DAYS))) or ()
    values = {
        "days": sorted(days, key=DAYS.index),
        "start": row.need("start", _clock),
        "end": row.need("end", _clock),
    }
    return row.build(Shift, {"id": name, **values})


def _unit(row: Row, name: str, on_shift: Read[str], units: Mapping[str, Row]) -> Unit | None:
    values = {
        "id": name,
        "shift": row.need("shift", on_shift),
        "programmes": row.need("programmes", many(one_of("programme", get_args(Programme)))),
        "areas": row.need("areas", many(short_text)),
        "languages": row.need("languages", many(one_of("language", LANGUAGES))),
        "mode": row.need("mode", one_of("mode", ("foot", "vehicle"))),
        "partner": row.may("partner", _partner(name, units), None),
        "capacity": row.need("capacity", whole(1, 100)),
    }
    return row.build(Unit, values)


def _supervisor(row: Row, name: str, on_shift: Read[str]) -> Supervisor | None:
    return row.build(Supervisor, {"id": name, "shift": row.need("shift", on_shift)})


def _partner(unit: str, units: Mapping[str, Row]) -> Read[str | None]:
    """Reads the partner of `unit`: another unit, which has this one as its partner."""

    def read(at: At) -> str | None:
        partner = _name_or_null(at)
        if partner is None:
            return None
        others = [name for name in units if name != unit]
        if partner not in others:
            near = nearest(partner, others)
            at.found.error(at.node.line, at.field, f"no other unit is called `{show(partner)}`", near, others)
            return None
        theirs = units[partner].may("partner", _name_or_null, None)
        if theirs != unit:
            has = "no partner" if theirs is None else f"`{show(theirs)}` as its partner"
            at.error(f"`{partner}` has {has}: partners must name each other")
        return partner

    return read


def _name_or_null(at: At) -> str | None:
    return None if isinstance(at.node, Scalar) and at.node.is_null else text(at)


def _clock(at: At) -> time | None:
    value = text(at)
    if value is None:
        return None
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return time.fromisoformat(value)
    at.error(f"`{show(value)}` is not a time of day: write hours and minutes, for example 09:30 or 20:30")
    return None
