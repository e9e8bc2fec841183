"""Reads an agency's settings: its name and zone, CAD's codes on our scales, switches and reason codes."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import available_timezones

from triage.domain.facts import FACTS
from triage.rulebook.fields import NOTES, Once, Read, Row, flag, named, one_of, short_text, slug, text
from triage.rulebook.nodes import At
from triage.rulebook.problems import nearest, show

FIELDS: Final = (
    "name", "time_zone", "classifier", "risk_ceiling", "priorities", "channels", "switches", "override_reasons"
)  # fmt: skip
MACHINE_ZONE: Final = "localtime"
"""A zone that means another one on each machine."""

_SWITCHES: Final[Read[Mapping[str, bool]]] = named(slug, flag)
_NO_SWITCHES: Final[Mapping[str, bool]] = {}


class Settings(NamedTuple):
    """The settings of an agency; None for what could not be read."""

    name: str | None
    time_zone: str | None
    classifier: str | None
    risk_ceiling: float | None
    priorities: Mapping[str, str] | None
    channels: Mapping[str, str] | None
    switches: Mapping[str, bool] | None
    override_reasons: Mapping[str, str] | None
    switches_at: At


def read_settings(document: At) -> Settings:
    """The settings of `agency.yaml`."""
    row = Row(document, (*FIELDS, *NOTES))
    return Settings(
        name=row.need("name", short_text),
        time_zone=row.need("time_zone", _zone),
        classifier=row.need("classifier", one_of("classifier", ("none", "required"))),
        risk_ceiling=row.need("risk_ceiling", _risk),
        priorities=row.need("priorities", _codes("priority")),
        channels=row.need("channels", _codes("channel")),
        switches=row.may("switches", _SWITCHES, _NO_SWITCHES) if row.is_table else None,
        override_reasons=row.need("override_reasons", named(slug, short_text)),
        switches_at=row.at_field("switches"),
    )


def _codes(fact: str) -> Read[dict[str, str]]:
    """Reads what CAD's codes mean for `fact`. Case does not matter, so no two codes may differ only in it."""
    once = Once()

    def code(at: At) -> str | None:
        name = short_text(at)
        once.claim(at, None if name is None else name.upper())
        return name

    return named(code, one_of(fact, tuple(str(value) for value in FACTS[fact].values)))


def _zone(at: At) -> str | None:
    name = text(at)
    if name is None:
        return None
    if name in _zones():
        return name
    near = nearest(name, _zones())
    at.found.error(at.node.line, at.field, f"unknown time zone `{show(name)}`, for example `America/Los_Angeles`", near)
    return None


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones() - {MACHINE_ZONE}))


def _risk(at: At) -> float | None:
    value = text(at)
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,12})?", value) and 0 < float(value) <= 1:
        return float(value)
    at.error(f"`{show(value)}` is not a number above 0 and at most 1, for example 0.01")
    return None
