"""How columns hang together: which says the same in other words, which is coarser, which follows from the time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

PAIR_ROWS: Final = 3_000
"""Rows that are compared: enough for a code that stands once in a hundred calls."""

SCREEN_ROWS: Final = 300
"""Rows that are looked at first, so that what has nothing to do with the time costs little."""

GROUP_MIN: Final = 3
"""A value that stands less often says nothing of what goes with it."""

FOLLOWS_MIN: Final = 0.97
HOURS_SHIFTED: Final = range(-12, 15)


def follows(from_values: Sequence[Hashable], to_values: Sequence[Hashable]) -> float:
    """How far one column settles the other: 0 where knowing the first is no better than guessing, 1 where it is all.

    Rows where either says nothing ("" or None) do not count.
    """
    pairs = [(one, other) for one, other in zip(from_values, to_values, strict=True) if one and other][:PAIR_ROWS]
    groups: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for one, other in pairs:
        groups[one][other] += 1
    counted = [group for group in groups.values() if group.total() >= GROUP_MIN]
    total = sum(group.total() for group in counted)
    everything: Counter[Hashable] = Counter()
    for group in counted:
        everything += group
    if not total or len(everything) < 2:  # noqa: PLR2004 - one value follows from anything
        return 0.0
    guessed = max(everything.values()) / total
    settled = sum(max(group.values()) for group in counted) / total
    return max(0.0, (settled - guessed) / (1 - guessed)) if guessed < 1 else 0.0


def same_in_other_words(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether each value of one column goes with one value of the other, and the other way round."""
    return follows(one, other) >= FOLLOWS_MIN and follows(other, one) >= FOLLOWS_MIN


def is_coarser(fine: Sequence[str], coarse: Sequence[str]) -> bool:
    """Whether `coarse` puts the values of `fine` into fewer groups."""
    return follows(fine, coarse) >= FOLLOWS_MIN and follows(coarse, fine) < FOLLOWS_MIN


def part_of_time(values: Sequence[str], moments: Sequence[datetime | None]) -> str | None:
    """The part of the time that a column only repeats (`hour`, `weekday`, `month`, `year`), on a clock of any zone."""
    few = len({value for value in values[:PAIR_ROWS] if value})
    for part, (read, most, shifts) in _PARTS.items():
        for hours in shifts if few <= most else ():
            shift = timedelta(hours=hours)
            if all(_repeats(values[:rows], moments[:rows], shift, read) for rows in (SCREEN_ROWS, PAIR_ROWS)):
                return part
    return None


def _repeats(
    values: Sequence[str], moments: Sequence[datetime | None], shift: timedelta, read: Callable[[datetime], str]
) -> bool:
    """Whether each value goes with one part of the time, and the other way round."""
    parts = [None if moment is None or moment.year == 1 else read(moment + shift) for moment in moments]
    return follows(parts, values) >= FOLLOWS_MIN and follows(values, parts) >= FOLLOWS_MIN


def share_before(one: Sequence[datetime | None], other: Sequence[datetime | None]) -> float:
    """The share of the rows with both times in which the first is not later than the other."""
    both = [
        (first, second) for first, second in zip(one, other, strict=True) if first is not None and second is not None
    ]
    return sum(first <= second for first, second in both) / len(both) if both else 0.0


def share_equal(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """The share of the rows with both values in which they are the same."""
    both = [(first, second) for first, second in zip(one, other, strict=True) if first and second]
    return sum(first == second for first, second in both) / len(both) if both else 0.0


_PARTS: Final[Mapping[str, tuple[Callable[[datetime], str], int, Sequence[int]]]] = {
    "hour": (lambda moment: str(moment.hour), 24, (0,)),
    "weekday": (lambda moment: str(moment.weekday()), 7, sorted(HOURS_SHIFTED, key=abs)),
    "month": (lambda moment: str(moment.month), 12, (0,)),
    "year": (lambda moment: str(moment.year), 40, (0,)),
}
"""Parts of a time, how many values each has at most, and by how many hours the clock may be shifted to see it."""
