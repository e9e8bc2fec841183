"""Local times as a source writes them, turned into UTC: every distinct text is read once, every day converted once."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple, Self, TypeVar

from triage.sources.unreadable import NO_SUCH_LOCAL_TIME, NO_SUCH_YEAR, NOT_A_TIME, RowError

Part = TypeVar("Part")

YEAR_MIN: Final = 1990
YEAR_MAX: Final = 2100
CACHE_MAX: Final = 8192
TEXT_MAX: Final = 64
"""A longer text is no time; it is not even looked at."""

NOON: Final = 12
MINUTES: Final = 60
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>\d{4})",
    "m": r"(?P<m>\d{1,2})",
    "b": r"(?P<b>[A-Za-z]{3})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "p": r"(?P<p>[AaPp][Mm])",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,6})",
}
_DAY: Final = "Ymbd"
_HOUR: Final = "HIp"
_WITHIN: Final = "MSf"


def compile_format(text: str) -> re.Pattern[str]:
    """The pattern of a strptime format, with a group for each of `YmbdHIpMSf` (empty where the format has none).

    Our own and not `strptime`, which is ten times slower and reads month names by the process's locale.

    Raises:
        ValueError: the format uses a directive that is not known, lacks a year, month or day, or has `%I` without `%p`.
    """
    parts, used = [], []
    for part in re.findall(r"%.|%$|[^%]+", text):
        if part[0] != "%":
            parts.append(re.escape(part))
        elif part[1:] in _DIRECTIVES:
            used.append(part[1:])
            parts.append(_DIRECTIVES[part[1:]])
        else:
            known = " ".join(f"%{name}" for name in _DIRECTIVES)
            raise ValueError(f"`{part}` is not known in a time format; known: {known}")
    if len(set(used)) != len(used) or "Y" not in used or "d" not in used or ("m" in used) == ("b" in used):
        raise ValueError(f"`{text}` needs one year, one month and one day, each once")
    if ("I" in used) != ("p" in used) or ("H" in used and "I" in used):
        raise ValueError(f"`{text}` needs `%H` alone or `%I` with `%p`")
    parts += [f"(?P<{name}>)" for name in _DIRECTIVES if name not in used]
    return re.compile("".join(parts), re.ASCII)


def in_utc(moment: datetime, field: str | None = None) -> datetime:
    """`moment` in UTC; a `RowError` about `field` where its year is outside what the system takes."""
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise RowError(NO_SUCH_YEAR, field)
    return moment.astimezone(UTC)


class LocalTimes(dict[str, datetime | None]):
    """Texts to times in UTC, remembered; None for a text that means missing. Without an offset it is local time.

    A time that happens twice (clocks go back) is the earlier one. ISO 8601 with an offset is read whatever the formats.
    """

    def __init__(self, formats: Sequence[str], zone: tzinfo, missing: frozenset[str]) -> None:
        """Read `formats` (see `compile_format`) as local times of `zone`; `missing` are trimmed and in lower case."""
        super().__init__()
        self._formats = tuple(_Format.of(text) for text in formats)
        self._zone = zone
        self._absent = missing
        self._days: dict[tuple[str, ...], tuple[datetime, datetime | None]] = {}
        self._hours: dict[tuple[str, ...], timedelta] = {}
        self._within: dict[tuple[str, ...], timedelta] = {}

    def __missing__(self, cell: str) -> datetime | None:
        """Read a text that was not seen before; a `RowError` where it is no time, or none that can be."""
        text = cell.strip()
        if text.casefold() in self._absent:
            return None
        if len(cell) > TEXT_MAX:
            raise RowError(NOT_A_TIME)
        for pattern, day, hour, within in self._formats:
            if match := pattern.fullmatch(text):
                moment = self._moment(match.group(*day), match.group(*hour), match.group(*within))
                break
        else:
            moment = _with_offset(text)
        if len(self) >= CACHE_MAX:
            self.clear()
        self[cell] = moment
        return moment

    def _moment(self, day: tuple[str, ...], hour: tuple[str, ...], within: tuple[str, ...]) -> datetime:
        local, start = self._days.get(day) or _remember(self._days, day, self._day(day))
        after = self._hours.get(hour) or _remember(self._hours, hour, _hour(hour))
        after += self._within.get(within) or _remember(self._within, within, _within(within))
        if start is not None:
            return start + after
        local += after
        moment = local.astimezone(UTC)
        if moment.astimezone(self._zone) != local:  # one zone: compares what the clocks showed
            raise RowError(NO_SUCH_LOCAL_TIME)
        return moment

    def _day(self, parts: tuple[str, ...]) -> tuple[datetime, datetime | None]:
        """Midnight on the clock and, unless the clocks change on the day or next to it, midnight in UTC."""
        year, month, name, day = parts
        if not YEAR_MIN <= int(year) <= YEAR_MAX:
            raise RowError(NO_SUCH_YEAR)
        try:
            month_number = int(month) if month else _MONTHS.index(name.lower()) + 1
            local = datetime(int(year), month_number, int(day), tzinfo=self._zone)
        except ValueError:
            raise RowError(NOT_A_TIME) from None
        near = timedelta(days=2)
        plain = (local - near).utcoffset() == local.utcoffset() == (local + near).utcoffset()
        return local, local.astimezone(UTC) if plain else None


class _Format(NamedTuple):
    """A pattern, and the numbers of its groups that say the day, the hour, and the time within it."""

    pattern: re.Pattern[str]
    day: tuple[int, ...]
    hour: tuple[int, ...]
    within: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        pattern = compile_format(text)
        return cls(pattern, *(tuple(pattern.groupindex[name] for name in names) for names in (_DAY, _HOUR, _WITHIN)))


def _remember(known: dict[tuple[str, ...], Part], key: tuple[str, ...], value: Part) -> Part:
    if len(known) >= CACHE_MAX:
        known.clear()
    known[key] = value
    return value


def _hour(parts: tuple[str, ...]) -> timedelta:
    hour, half, am_pm = parts
    if half and not 1 <= int(half) <= NOON:
        raise RowError(NOT_A_TIME)
    number = int(half) % NOON + (NOON if am_pm.lower() == "pm" else 0) if half else int(hour or 0)
    if number >= 2 * NOON:
        raise RowError(NOT_A_TIME)
    return timedelta(hours=number)


def _within(parts: tuple[str, ...]) -> timedelta:
    minute, second, fraction = parts
    if int(minute or 0) >= MINUTES or int(second or 0) >= MINUTES:
        raise RowError(NOT_A_TIME)
    return timedelta(0, int(second or 0), int(fraction.ljust(6, "0")) if fraction else 0, 0, int(minute or 0))


def _with_offset(text: str) -> datetime:
    if text.startswith("0000"):
        raise RowError(NO_SUCH_YEAR)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RowError(NOT_A_TIME) from None
    if moment.tzinfo is None:
        raise RowError(NOT_A_TIME)
    return in_utc(moment)
