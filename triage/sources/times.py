"""Local times as a source writes them, turned into UTC: every distinct text is read once, every day converted once."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from operator import add
from typing import Final, TypeVar

from triage.sources.time_formats import DAY, HOUR, MONTHS, WITHIN, Format, Halves
from triage.sources.unreadable import NO_SUCH_LOCAL_TIME, NO_SUCH_YEAR, NOT_A_TIME, RowError

Key = TypeVar("Key")
Part = TypeVar("Part")
_Day = Callable[[tuple[str, ...]], tuple[datetime, datetime | None]]
_After = Callable[[tuple[str, ...], tuple[str, ...]], timedelta]

YEAR_MIN: Final = 1990
YEAR_MAX: Final = 2100
CACHE_MAX: Final = 8192
TIMES_OF_DAY_MAX: Final = 100_000
"""More than a day has seconds, so that a file with a time for each of them forgets none."""

TEXT_MAX: Final = 64
"""A longer text is no time; it is not even looked at."""

HALF_MAX: Final = (TEXT_MAX - 1) // 2

LAST_CENTURY_FROM: Final = 69
NOON: Final = 12
MIDNIGHT: Final = timedelta(hours=24)
MINUTES: Final = 60

# Any sum of a day and a time of day that has one of these in it is before the first time that can be.
_FIRST: Final = datetime(YEAR_MIN - 1, 1, 1, tzinfo=UTC)
_ODD_DAY: Final = datetime(1000, 1, 1, tzinfo=UTC)
_ODD_TIME: Final = timedelta(days=-200_000)


def in_utc(moment: datetime, field: str | None = None) -> datetime:
    """`moment` in UTC; a `RowError` about `field` where its year is outside what the system takes."""
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise RowError(NO_SUCH_YEAR, field)
    return moment.astimezone(UTC)


class LocalTimes(dict[str, datetime | None]):
    """Texts to times in UTC, remembered; None for a text that means missing. Without an offset it is local time.

    A time that happens twice (clocks go back) is the earlier one; 24:00 is midnight at the end of its day. ISO 8601
    with an offset is read whatever the formats.
    """

    def __init__(
        self, formats: Sequence[str], zone: tzinfo, missing: frozenset[str], *, utc_is_local: bool = False
    ) -> None:
        """Read `formats` (see `compile_format`) as local times of `zone`; `missing` are trimmed and in lower case.

        Where `utc_is_local`, what the local clock showed was written down as UTC, whatever offset a time is shown with.
        """
        super().__init__()
        self._formats = tuple(Format.of(text) for text in formats)
        self._zone = zone
        self._absent = missing
        self._utc_is_local = utc_is_local
        self._days: dict[tuple[str, ...], tuple[datetime, datetime | None]] = {}
        self._hours: dict[tuple[str, ...], timedelta] = {}
        self._within: dict[tuple[str, ...], timedelta] = {}
        self._usual: _Usual | None = None

    def __missing__(self, cell: str) -> datetime | None:
        """Read a text that was not seen before; a `RowError` where it is no time, or none that can be."""
        text = cell.strip()
        if text.casefold() in self._absent:
            return None
        if len(cell) > TEXT_MAX:
            raise RowError(NOT_A_TIME)
        for pattern, day, hour, within, halves in self._formats:
            if match := pattern.fullmatch(text):
                moment = self._moment(match.group(*day), match.group(*hour), match.group(*within))
                if halves is not None and self._usual is None:
                    self._usual = _Usual(halves, self._day, self._after)
                break
        else:
            moment = _with_offset(text)
            if self._utc_is_local:
                moment = self._existing(moment.replace(tzinfo=self._zone))
        if len(self) >= CACHE_MAX:
            self.clear()
        self[cell] = moment
        return moment

    def column(
        self, cells: Sequence[str], one: Callable[[str], datetime | None] | None = None
    ) -> list[datetime | None]:
        """What each of `cells` says, as looking it up by itself does (or `one`), in a fraction of the time.

        Days and times of day are looked up apart and added up. What that cannot do is done by `one`: texts in another
        format or missing, days on which the clocks change, and all that is wrong.
        """
        one = one or self.__getitem__
        if self._usual is None or not cells:
            return list(map(one, cells))  # which also finds out what is usual
        sums = self._usual.sums(cells)
        moments: list[datetime | None] = [*sums]
        if min(sums) < _FIRST:
            for place, moment in enumerate(sums):
                if moment < _FIRST:
                    moments[place] = one(cells[place])
        return moments

    def _moment(self, day: tuple[str, ...], hour: tuple[str, ...], within: tuple[str, ...]) -> datetime:
        local, start = self._days.get(day) or _remember(self._days, day, self._day(day))
        after = self._after(hour, within)
        if start is not None:
            return start + after
        return self._existing(local + after)

    def _existing(self, local: datetime) -> datetime:
        """The local time in UTC."""
        moment = local.astimezone(UTC)
        if moment.astimezone(self._zone) != local:  # one zone: compares what the clocks showed
            raise RowError(NO_SUCH_LOCAL_TIME)
        return moment

    def _after(self, hour: tuple[str, ...], within: tuple[str, ...]) -> timedelta:
        """The time since midnight."""
        hours = self._hours.get(hour) or _remember(self._hours, hour, _hour(hour))
        rest = self._within.get(within) or _remember(self._within, within, _within(within))
        if hours == MIDNIGHT and rest:
            raise RowError(NOT_A_TIME)
        return hours + rest

    def _day(self, parts: tuple[str, ...]) -> tuple[datetime, datetime | None]:
        """Midnight on the clock and, unless the clocks change on the day or next to it, midnight in UTC."""
        full, short, month, name, day = parts
        year = int(full) if full else _century(int(short))
        if not YEAR_MIN <= year <= YEAR_MAX:
            raise RowError(NO_SUCH_YEAR)
        try:
            month_number = int(month) if month else MONTHS.index(name.lower()) + 1
            local = datetime(year, month_number, int(day), tzinfo=self._zone)
        except ValueError:
            raise RowError(NOT_A_TIME) from None
        near = timedelta(days=2)
        plain = (local - near).utcoffset() == local.utcoffset() == (local + near).utcoffset()
        return local, local.astimezone(UTC) if plain else None


class _Usual:
    """The format that was read first, with the days and the times of day that were seen in it."""

    def __init__(self, halves: Halves, day: _Day, after: _After) -> None:
        self._halves = halves
        self._days = _Days(halves, day)
        self._rests = _TimesOfDay(halves, after)

    def sums(self, cells: Sequence[str]) -> list[datetime]:
        """The time that each of `cells` says; one before `_FIRST` where it must be looked at by itself."""
        days, rests = self._halves.cut(cells)
        return list(map(add, map(self._days.__getitem__, days), map(self._rests.__getitem__, rests)))


class _Days(dict[str, datetime]):
    """Days to their midnight in UTC; `_ODD_DAY` for all that are not plain."""

    def __init__(self, halves: Halves, day: _Day) -> None:
        super().__init__()
        self._halves = halves
        self._day = day

    def __missing__(self, text: str) -> datetime:
        match = self._halves.day.fullmatch(text[: HALF_MAX + 1])
        if match is None or len(text) > HALF_MAX:
            return _ODD_DAY
        try:
            _, start = self._day(match.group(*DAY))
        except RowError:
            start = None
        return _remember(self, text, start or _ODD_DAY)


class _TimesOfDay(dict[str, timedelta]):
    """Times of day to the time since midnight; `_ODD_TIME` for what is none."""

    def __init__(self, halves: Halves, after: _After) -> None:
        super().__init__()
        self._halves = halves
        self._after = after

    def __missing__(self, text: str) -> timedelta:
        match = self._halves.rest.fullmatch(text[: HALF_MAX + 1])
        if match is None or len(text) > HALF_MAX:
            return _ODD_TIME
        try:
            after = self._after(match.group(*HOUR), match.group(*WITHIN))
        except RowError:
            return _ODD_TIME
        return _remember(self, text, after, TIMES_OF_DAY_MAX)


def _remember(known: dict[Key, Part], key: Key, value: Part, known_max: int = CACHE_MAX) -> Part:
    if len(known) >= known_max:
        known.clear()
    known[key] = value
    return value


def _century(year: int) -> int:
    """The year that two digits mean: 69 to 99 are of the last century, as POSIX has it."""
    return year + (1900 if year >= LAST_CENTURY_FROM else 2000)


def _hour(parts: tuple[str, ...]) -> timedelta:
    hour, half, am_pm = parts
    if half and not 1 <= int(half) <= NOON:
        raise RowError(NOT_A_TIME)
    number = int(half) % NOON + (NOON if am_pm.lower() == "pm" else 0) if half else int(hour or 0)
    if number > 2 * NOON:
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
