"""The time zone of a new agency: the one that was named, or the one that the offsets of its times leave."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from zoneinfo import available_timezones

from triage.agencies.draft import AgencyDraftError
from triage.domain.errors import nearest

EXAMPLES: Final = "America/New_York, America/Chicago, America/Denver, America/Los_Angeles, Europe/London"
_MACHINE: Final = "localtime"
_BY_OFFSETS: Final = {
    (-5, -4): "America/New_York",
    (-6, -5): "America/Chicago",
    (-7, -6): "America/Denver",
    (-8, -7): "America/Los_Angeles",
    (-9, -8): "America/Anchorage",
}
"""Zones of the United States by the two offsets that they have in a year (winter, summer)."""


def named_zone(name: str) -> str:
    """The zone called `name`.

    Raises:
        AgencyDraftError: there is none; the nearest name is in the text.
    """
    zones = available_timezones() - {_MACHINE}
    if name in zones:
        return name
    near = nearest(name, zones)
    hint = f"did you mean `{near}`? " if near else ""
    raise AgencyDraftError(f"unknown time zone `{name[:60]}`; {hint}for example: {EXAMPLES}")


def zone_of_offsets(offsets: Collection[timedelta]) -> str | None:
    """The zone that offsets from UTC leave, where summer and winter are both among them; None if they do not say."""
    hours = tuple(sorted({offset.total_seconds() / 3600 for offset in offsets}))
    return next((zone for pair, zone in _BY_OFFSETS.items() if hours == pair), None)


def no_zone() -> AgencyDraftError:
    """Neither an option nor the files say where the agency's clocks stand."""
    return AgencyDraftError(
        f"the files do not say which time zone their times are of; add --time-zone ZONE, for example: {EXAMPLES}"
    )
