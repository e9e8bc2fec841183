"""Whether a column holds times, how they are written, and what cannot be told from the values alone."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from triage.agencies.profiles import Column
from triage.sources.times import LocalTimes
from triage.sources.unreadable import NO_SUCH_YEAR, RowError

DATES: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y", "%m.%d.%Y", "%Y.%m.%d",
    "%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%Y %b %d", "%Y-%b-%d",
    "%m/%d/%y", "%d/%m/%y", "%m-%d-%y", "%d-%m-%y", "%d-%b-%y",
)  # fmt: skip
CLOCKS: Final = (
    "%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S.%f %p", "%I:%M:%S%p", "%I:%M%p", "%H%M",
)  # fmt: skip
JOINTS: Final = (" ", "T", ", ", "  ", " at ")
FORMATS: Final = tuple(
    [f"{date}{joint}{clock}" for date in DATES for joint in JOINTS for clock in CLOCKS] + [*DATES, "%Y%m%d %H:%M:%S"]
)
_SWAPPED: Final = str.maketrans({"m": "d", "d": "m"})

TIME_SHARE_MIN: Final = 0.9
"""From this share of readable cells on a column holds times; the rest are rows to be refused one by one."""

DAY_MIN: Final = 8
OFFSET_MIN: Final = 16
TIME_MAX: Final = 40
"""The shortest way to write a day, and a time with an offset; the longest of any."""

FORMAT_SHARE_MIN: Final = 0.002
FORMATS_MAX: Final = 6
LOOKED_AT: Final = 300
EXAMPLES_MAX: Final = 3

TROUGH_HOUR: Final = 4.5
"""When police are called least: between 4 and 5 in the morning, local time (measured on the calls of San Diego,
January 2023, San Francisco, September 2025, and Burlington, 2022: see the tests)."""

TROUGH_WINDOW: Final = 4
TROUGH_CALLS_MIN: Final = 400
TROUGH_SHARE_MAX: Final = 0.12
TROUGH_OFF_MAX: Final = 3.0


_DIRECTIVES: Final = {"%b": "a", "%p": "a"}


def _format_shape(text: str) -> str:
    """The shape of the values that a format reads."""
    return re.sub(r"9+", "9", re.sub(r"[A-Za-z]+", "a", re.sub(r"%.", lambda at: _DIRECTIVES.get(at[0], "9"), text)))


def _by_shape() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in FORMATS:
        found[_format_shape(text)] = (*found.get(_format_shape(text), ()), text)
    return found


_BY_SHAPE: Final[Mapping[str, tuple[str, ...]]] = _by_shape()


class Times(NamedTuple):
    """How a column's times are written. `moments` are those of the sampled rows, None where there is none.

    `offsets`: every time says its offset from UTC. `either_order`: each value can be read day first and month first.
    `other_order` are places in the sample that can only be read the other way round: such a file is mixed.
    """

    formats: tuple[str, ...]
    offsets: bool
    has_clock: bool
    either_order: bool
    other_order: tuple[int, ...]
    moments: tuple[datetime | None, ...]
    utc_offsets: tuple[timedelta, ...]

    @property
    def certain(self) -> bool:
        """Whether the values leave no other reading. A year of two digits can always be something else."""
        return not self.either_order and not self.other_order and not any("%y" in text for text in self.formats)


def read_times(column: Column) -> Times | None:
    """How the times of a column are written; None where it does not hold times."""
    said = Counter(column.said)
    if not said or not _may_be_times(said):
        return None
    sampled = [value for value, _ in said.most_common()][:: max(1, len(said) // LOOKED_AT)]
    shapes = {_shape(value) for value in sampled}
    fits = {text: _reads(text, sampled) for shape in shapes for text in _BY_SHAPE.get(shape, ())}
    formats = _cover(sampled, fits)
    offsets = [found for value in sampled if (found := _offset(value)) is not None]
    if not formats and not offsets:
        return None
    moments = _moments(column.sample, formats)
    swapped = _swapped(formats)
    left = [place for place, cell in enumerate(column.sample) if cell and moments[place] is None]
    turned = {value for text in swapped for value in _reads(text, {column.sample[place] for place in left})}
    other = [place for place in left if column.sample[place] in turned]
    if len(left) - len(other) > (1 - TIME_SHARE_MIN) * len(column.said):
        return None
    either = bool(swapped) and not other and set(_reads(swapped[0], said)) >= set(_reads(formats[0], said))
    has_clock = any("%M" in text or "%H" in text for text in formats) or bool(offsets)
    all_offsets = len(offsets) == len(sampled)
    return Times(
        formats=formats or ("%Y-%m-%dT%H:%M:%S",),
        offsets=all_offsets,
        has_clock=has_clock,
        either_order=either,
        other_order=tuple(other[:EXAMPLES_MAX]),
        moments=moments,
        utc_offsets=tuple(sorted(set(offsets))),
    )


def quiet_hours(moments: Iterable[datetime | None]) -> float | None:
    """The middle of the four quietest hours of the day, on the clock that the times show; None where none stand out."""
    hours = Counter(moment.hour for moment in moments if moment is not None)
    total = hours.total()
    if total < TROUGH_CALLS_MIN or len(hours) < TROUGH_WINDOW:
        return None
    windows = {start: sum(hours[(start + step) % 24] for step in range(TROUGH_WINDOW)) for start in range(24)}
    start = min(windows, key=lambda first: windows[first])
    if windows[start] > TROUGH_SHARE_MAX * total:
        return None
    return (start + TROUGH_WINDOW / 2) % 24


def hours_off(quiet: float) -> float:
    """How many hours a clock seems to be ahead of local time, from -12 to 12; 0 where it is within the usual."""
    off = (quiet - TROUGH_HOUR + 12) % 24 - 12
    return off if abs(off) > TROUGH_OFF_MAX else 0.0


def _may_be_times(said: Mapping[str, int]) -> bool:
    """Whether it is worth a look: a value of a time has a year and parts."""
    few = list(said)[:20]
    return (
        sum(any(letter.isdigit() for letter in value) and DAY_MIN <= len(value) <= TIME_MAX for value in few)
        > len(few) / 2
    )


def _reads(text: str, values: Iterable[str]) -> dict[str, datetime]:
    """The values that the format reads, and what it reads."""
    reader = _reader(text)
    found = {}
    for value in values:
        if _offset(value) is not None:
            continue
        try:
            moment = reader[value]
        except RowError as error:
            if error.reason == NO_SUCH_YEAR:  # `01/01/1900` means never: it is written like a time
                found[value] = datetime.min.replace(tzinfo=UTC)
            continue
        if moment is not None:
            found[value] = moment
    return found


@cache
def _reader(text: str) -> LocalTimes:
    return LocalTimes((text,), UTC, frozenset())


def _shape(text: str) -> str:
    """The signs between the numbers and words of a time."""
    return re.sub(r"\d+", "9", re.sub(r"[A-Za-z]+", "a", text))


def _offset(value: str) -> timedelta | None:
    """The offset that an ISO time says, None where it says none."""
    if not OFFSET_MIN <= len(value) <= TIME_MAX or value[0] not in "12":
        return None
    try:
        return datetime.fromisoformat(value).utcoffset()
    except ValueError:
        return None


def _cover(values: Sequence[str], fits: Mapping[str, dict[str, datetime]]) -> tuple[str, ...]:
    """The fewest formats that read all values; of day first and month first only one, the one that reads more.

    Where both read the same, the one by which the times lie closer together.
    """
    chosen: list[str] = []
    left = set(values)
    while left and len(chosen) < FORMATS_MAX:
        conflicting = {swapped for text in chosen for swapped in _swapped((text,))}
        best = max(
            (text for text in fits if text not in conflicting),
            key=lambda text: (len(left & fits[text].keys()), _closeness(fits[text]), -FORMATS.index(text)),
            default=None,
        )
        if best is None or len(left & fits[best].keys()) <= FORMAT_SHARE_MIN * len(values):
            break
        chosen.append(best)
        left -= fits[best].keys()
    return tuple(chosen)


def _closeness(read: Mapping[str, datetime]) -> float:
    moments = sorted(moment for moment in read.values() if moment.year > 1)
    return -(moments[-1] - moments[0]).total_seconds() if moments else 0.0


def _swapped(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats with day and month the other way round, for those that this could be confused in."""
    return tuple(
        swapped for text in formats if not text.startswith("%Y") and (swapped := text.translate(_SWAPPED)) in FORMATS
        and swapped != text
    )  # fmt: skip


def _moments(cells: Sequence[str], formats: Sequence[str]) -> tuple[datetime | None, ...]:
    """What the clock of each cell showed, as if it were UTC; with offsets, UTC itself."""
    reader = LocalTimes(tuple(formats) or ("%Y-%m-%d",), UTC, frozenset({""}))
    found: list[datetime | None] = []
    for cell in cells:
        try:
            found.append(reader[cell])
        except RowError:
            found.append(None)
    return tuple(found)
