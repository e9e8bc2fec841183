"""What the times of a file tell of its columns: which came first, which ids grow with them, what only repeats them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Final

from triage.agencies.looks import Look
from triage.agencies.relations import PAIR_ROWS, part_of_time, share_before, share_equal
from triage.agencies.shares import ALL, HALF, MOST, NEARLY_ALL, SOME
from triage.agencies.time_formats import Times

CLOCKS_MAX: Final = 6
REPEATED_MAX: Final = 2
"""So many times are compared with one another, and looked at for what only repeats them."""

ORDERED_WORTH: Final = 0.35
"""How much it says for an id that it grows with the time; numbers of anything else do not."""

ON_VIEW_WORTH: Final = 0.2
"""How much more a flag says that tells such calls apart better."""


def repeats_of_time(looks: list[Look]) -> list[Look]:
    """Columns that only repeat a part of a time: its hour, weekday, month or year."""
    clocks = [look.times.moments for look in looks if look.times is not None][:REPEATED_MAX]

    def part(look: Look) -> str | None:
        if look.times is not None or look.column.distinct <= 1:
            return None
        return next((found for moments in clocks if (found := part_of_time(look.column.sample, moments))), None)

    return [replace(look, repeats=part(look)) for look in looks]


def by_time(looks: list[Look]) -> list[Look]:
    """Of several times the first of each row is when the call came in, the last when it was cleared."""
    times = {place: look.times for place, look in enumerate(looks) if look.times is not None}
    found = list(looks)
    for place, mine in times.items():
        others = [other for at, other in times.items() if at != place]
        found[place] = _first_or_last(looks[place], mine, others)
    return _on_view(_ordered_ids(found, list(times.values())), list(times.values()))


def _first_or_last(look: Look, mine: Times, others: Sequence[Times]) -> Look:
    filled = look.column.filled / max(1, look.column.rows)
    first = _mean([share_before(mine.moments, other.moments) for other in others], 1.0)
    last = _mean([share_before(other.moments, mine.moments) for other in others], 0.0)
    values = {"reported_at": (0.55 + 0.4 * first + 0.05 * mine.has_clock) * (filled > NEARLY_ALL)}
    because = {"reported_at": "the first time of each row" if others else "the only time"}
    if others and (filled < 1 or len(others) > 1):
        values["cleared_at"] = 0.2 + 0.6 * last - 0.3 * (last < MOST)
        because["cleared_at"] = "the last time of each row"
    elif others:
        values["cleared_at"] = 0.1 + 0.5 * last
        because["cleared_at"] = "the later time of each row"
    return replace(look, values=values, because=because)


def _ordered_ids(looks: list[Look], times: Sequence[Times]) -> list[Look]:
    """Ids are given one after the other, so they grow with the time."""
    found = list(looks)
    for place, look in enumerate(looks):
        value = look.value("call_id")
        if value <= 0 or not any(_grows(look.column.sample, one) > MOST for one in times):
            continue
        is_unique = look.column.unique_share > ALL
        found[place] = replace(
            look,
            values={**look.values, "call_id": min(1.0, value + ORDERED_WORTH)},
            because={**look.because, "call_id": f"{look.because['call_id']}, in the order of the times"},
            plain=look.plain | ({"call_id"} if is_unique else set()),
        )
    return found


def _grows(ids: Sequence[str], times: Times) -> float:
    """How often, of two neighbours by id, the second is not earlier."""
    rows = sorted((len(id_), id_, moment) for id_, moment in zip(ids, times.moments, strict=True) if id_ and moment)
    rows = rows[:: max(1, len(rows) // PAIR_ROWS)]
    return _mean([float(later[2] >= earlier[2]) for earlier, later in pairwise(rows)], 0.0)


def _on_view(looks: list[Look], times: Sequence[Times]) -> list[Look]:
    """A flag that goes with calls whose times are all the same: the officer was there when the call was made."""
    pairs = list(combinations([one.moments for one in times[:CLOCKS_MAX]], 2))
    found = list(looks)
    for place, look in enumerate(looks):
        if look.value("on_view") <= 0 or not pairs:
            continue
        shares = []
        for value in look.column.counts or ():
            rows = [row for row, cell in enumerate(look.column.sample) if cell == value]
            same = [share_equal([one[row] for row in rows], [other[row] for row in rows]) for one, other in pairs]
            shares.append(_mean(same, 0.0))
        apart = max(shares, default=0.0) - min(shares, default=0.0)
        if apart > SOME:
            values = {**look.values, "on_view": look.value("on_view") + HALF + ON_VIEW_WORTH * apart}
            because = {**look.because, "on_view": "goes with calls without a delay"}
            found[place] = replace(look, values=values, because=because)
    return found


def _mean(shares: Sequence[float], without: float) -> float:
    return sum(shares) / len(shares) if shares else without
