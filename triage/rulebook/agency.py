"""Reads an agency's settings: its name and zone, what it takes from a library, switches and reason codes."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import available_timezones

from triage.rulebook.fields import NOTES, Once, Read, Row, flag, named, one_of, short_text, slug, text
from triage.rulebook.library import FIELDS as INCLUDING
from triage.rulebook.library import Included, read_included
from triage.rulebook.nodes import At
from triage.rulebook.problems import nearest, show
from triage.rulebook.review import ToReview, settings_to_review

REASONS: Final = "override_reasons"

FIELDS: Final = (
    "name", "time_zone", "classifier", "authority_limit", *INCLUDING, "switches", REASONS, "review"
)  # fmt: skip
MACHINE_ZONE: Final = "localtime"
"""A zone that means another one on each machine."""

_SWITCHES: Final[Read[Mapping[str, bool]]] = named(slug, flag)
_NO_SWITCHES: Final[Mapping[str, bool]] = {}


class Settings(NamedTuple):
    """The settings of an agency; None for what could not be read.

    `override_reasons` are those that stand here, or None where the library's alone count.
    """

    name: str | None
    time_zone: str | None
    classifier: str | None
    authority_limit: float | None
    included: Included | None
    switches: Mapping[str, bool] | None
    override_reasons: At | None
    review: tuple[ToReview, ...]
    switches_at: At


def read_settings(document: At) -> Settings:
    """The settings of `agency.yaml`."""
    row = Row(document, (*FIELDS, *NOTES))
    included = read_included(row)
    return Settings(
        name=row.need("name", short_text),
        time_zone=row.need("time_zone", _zone),
        classifier=row.need("classifier", one_of("classifier", ("none", "required"))),
        authority_limit=row.need("authority_limit", _risk),
        included=included,
        switches=row.may("switches", _SWITCHES, _NO_SWITCHES) if row.is_table else None,
        override_reasons=_reasons_at(row, included),
        review=settings_to_review(row, FIELDS),
        switches_at=row.at_field("switches"),
    )


def read_reasons(document: At, once: Once) -> dict[str, str]:
    """The reasons of a library's `override_reasons.yaml`, by their codes."""
    return Row(document, ("reasons", *NOTES)).need("reasons", reasons(once)) or {}


def reasons(once: Once) -> Read[dict[str, str]]:
    """Reads why a person may change a route, by code. `once` knows the codes of all files."""

    def code(at: At) -> str | None:
        name = slug(at)
        once.claim(at, name)
        return name

    return named(code, short_text)


def _reasons_at(row: Row, included: Included | None) -> At | None:
    """The place of the reasons, which may be missing where the library's are taken."""
    if included is None or not included.takes(REASONS):
        return row.need(REASONS, lambda at: at)
    return row.at_field(REASONS) if row.has(REASONS) else None


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
