"""The best way to give each role to one column: the largest sum of scores, nothing given twice."""

from collections.abc import Mapping, Sequence
from math import inf

Scores = Mapping[tuple[str, int], float]


def best_matching(
    roles: Sequence[str], places: Sequence[int], scores: Scores, least: Mapping[str, float]
) -> dict[str, int]:
    """The column of each role that gets one. A pair that scores less than the role's `least` is never made.

    Every role also has a place of its own that stands for "no column", at no gain; so the sum is that of the gains
    above `least` (the assignment problem, solved by shortest augmenting paths).
    """
    width = len(places) + len(roles)
    costs = []
    for number, role in enumerate(roles):
        gains = [scores.get((role, place), 0.0) - least[role] for place in places]
        costs.append([-gain if gain > 0 else inf for gain in gains] + [inf] * len(roles))
        costs[number][len(places) + number] = 0.0
    taken = _assign(costs, width)
    return {role: places[column] for role, column in zip(roles, taken, strict=True) if column < len(places)}


def _assign(costs: Sequence[Sequence[float]], width: int) -> list[int]:
    """The column of each row with the least sum of costs."""
    row_of = [-1] * width
    above: list[float] = [0.0] * len(costs)
    beside: list[float] = [0.0] * width
    for row in range(len(costs)):
        _add(row, costs, row_of, above, beside)
    found = [-1] * len(costs)
    for column, row in enumerate(row_of):
        if row >= 0:
            found[row] = column
    return found


def _add(
    row: int, costs: Sequence[Sequence[float]], row_of: list[int], above: list[float], beside: list[float]
) -> None:
    """One more row: the shortest path from it to a free column, and the rows on it moved along."""
    width = len(row_of)
    nearest, before, done = [inf] * width, [-1] * width, [False] * width
    current, last = row, -1
    while True:
        for column in range(width):
            if not done[column]:
                length = costs[current][column] - above[current] - beside[column]
                if length < nearest[column]:
                    nearest[column], before[column] = length, last
        last = min((column for column in range(width) if not done[column]), key=lambda column: nearest[column])
        step = nearest[last]
        above[row] += step
        for column in range(width):
            if done[column]:
                beside[column] -= step
                above[row_of[column]] += step
            else:
                nearest[column] -= step
        done[last] = True
        if row_of[last] < 0:
            break
        current = row_of[last]
    while last >= 0:
        previous = before[last]
        row_of[last] = row_of[previous] if previous >= 0 else row
        last = previous
