"""Times as people type and read them: local time of the agency, always with its zone."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from triage.cli.failures import UsageError

EXAMPLES: Final = "`2023-07-14 13:00` (local time of the agency), `2023-07-14T20:00:00Z`, or `now`"
YEAR_MIN: Final = 1970
YEAR_MAX: Final = 2100
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")


def moment(text: str, zone: ZoneInfo, wall: datetime) -> datetime:
    """The moment that `text` means, in UTC; `wall` is what `now` means.

    A local time that happens twice (clocks go back) is the earlier one. Raises `UsageError` for one that does not exist
    (clocks go forward) and for anything that is no time.
    """
    word = text.strip()
    if word.lower() == "now":
        return wall
    if re.fullmatch(r"\d{4}-\d\d-\d\d .*", word):
        word = f"{word[:10]}T{word[11:]}"
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise _no_time(text) from None
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise UsageError(f"`{text[:60]}` is outside the years {YEAR_MIN} to {YEAR_MAX}")
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    if not _LOCAL.fullmatch(word):
        raise _no_time(text)
    local = found.replace(tzinfo=zone)
    utc = local.astimezone(UTC)
    if utc.astimezone(zone) != local:
        raise UsageError(f"`{text}` does not exist in {zone.key}: the clocks went forward over it")
    return utc


def shown(time: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """`time` as the agency's clocks show it, with the zone's abbreviation."""
    return time.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z" if seconds else "%Y-%m-%d %H:%M %Z")


def typed(time: datetime, zone: ZoneInfo) -> str:
    """`time` as `moment` reads it back: local time where that says it exactly, else UTC."""
    local = time.astimezone(zone).replace(tzinfo=None).isoformat(" ")
    text = local.removesuffix(":00") if time.second == 0 else local
    return text if time.microsecond == 0 and moment(text, zone, time) == time else iso(time)


def iso(time: datetime) -> str:
    """`time` in UTC for programs, written as in the events."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def span(start: datetime, end: datetime) -> str:
    """How long it is from `start` to `end` in words, by whole minutes: `42 min`, `1 h 05 min`, `2 d 3 h`."""
    minutes = int((end - start).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    days, hours_left = divmod(hours, 24)
    words = f"{rest} min" if not hours else f"{hours} h {rest:02} min" if not days else f"{days} d {hours_left} h"
    return f"-{words}" if minutes < 0 else words


def _no_time(text: str) -> UsageError:
    return UsageError(f"`{text[:60]}` is not a time; write for example {EXAMPLES}")
