"""What a column holds: how many different values, how often blank, and a sample of rows by which columns compare."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from triage.sources import SourceError

COLUMNS_MAX: Final = 400
DISTINCT_MAX: Final = 20_000
"""A column with more different values is not counted on: it is no list of codes."""

SAMPLE_ROWS: Final = 10_000
CHUNK_ROWS: Final = 5_000
CELL_MAX: Final = 400
"""Longer cells are cut before they are looked at."""

MISSING: Final = frozenset({"", "-", "--", "null", "(null)", "<null>", "nan", "n/a", "#n/a", "fk error"})
"""What means that nothing was said, trimmed and in lower case (assumption: seen in published call files)."""


class Column(NamedTuple):
    """One column. `counts` says how often each value stands, without the missing; None where there are too many.

    `sample` has the column's cells in the sampled rows, trimmed, "" where missing: the same rows for every column.
    """

    place: int
    name: str
    rows: int
    blank: int
    counts: Counter[str] | None
    sample: tuple[str, ...]

    @property
    def filled(self) -> int:
        """How many rows say something."""
        return self.rows - self.blank

    @property
    def distinct(self) -> int:
        """How many different values there are, at least."""
        return DISTINCT_MAX + 1 if self.counts is None else len(self.counts)

    @property
    def said(self) -> list[str]:
        """The cells of the sample that say something."""
        return [cell for cell in self.sample if cell]

    @property
    def unique_share(self) -> float:
        """Different values among the cells that say something, from the sample where there are many."""
        if self.counts is not None and self.filled:
            return len(self.counts) / self.filled
        return len(set(self.said)) / max(1, len(self.said))

    def share(self, fits: Callable[[str], bool]) -> float:
        """The share of the cells that say something which `fits` takes; every different value is looked at once."""
        counts = self.counts if self.counts is not None and len(self.counts) <= CHUNK_ROWS else Counter(self.said)
        total = sum(counts.values())
        return sum(count for value, count in counts.items() if fits(value)) / total if total else 0.0


def profile(
    header: Sequence[str], rows: Iterable[Sequence[str]], progress: Callable[[int], None] = lambda _done: None
) -> tuple[Column, ...]:
    """The columns of a table, from one pass over its rows. A row that is not as wide as the header is left out.

    The sample is every n-th row, spread over the whole table, so that it is the same however often it is taken.

    Raises:
        SourceError: the table has more columns than any call file has.
    """
    if len(header) > COLUMNS_MAX:
        raise SourceError(f"the header has {len(header)} columns: a call file has at most {COLUMNS_MAX}")
    counting = _Counting(len(header))
    chunk: list[Sequence[str]] = []
    for row in rows:
        if len(row) == len(header):
            chunk.append(row)
        if len(chunk) >= CHUNK_ROWS:
            counting.add(chunk)
            progress(counting.rows)
            chunk = []
    counting.add(chunk)
    progress(counting.rows)
    cells = [tuple(_cell(row[place]) for row in counting.sample) for place in range(len(header))]
    return tuple(_column(place, name, counting, cells[place]) for place, name in enumerate(header))


class _Counting:
    """Counts of every column, and every n-th row, while the rows go by."""

    def __init__(self, width: int) -> None:
        self.rows = 0
        self.counts: list[Counter[str] | None] = [Counter() for _ in range(width)]
        self.blank = [0] * width
        self.sample: list[Sequence[str]] = []
        self._step = 1

    def add(self, chunk: Sequence[Sequence[str]]) -> None:
        first = -self.rows % self._step
        self.sample += chunk[first :: self._step]
        self.rows += len(chunk)
        while len(self.sample) > 2 * SAMPLE_ROWS:
            self.sample = self.sample[::2]
            self._step *= 2
        for place, cells in enumerate(zip(*chunk, strict=True)):
            self._count(place, Counter(cells))

    def _count(self, place: int, found: Counter[str]) -> None:
        counts = self.counts[place]
        for raw, count in found.items():
            cell = _cell(raw)
            if not cell:
                self.blank[place] += count
            elif counts is not None:
                counts[cell] += count
        if counts is not None and len(counts) > DISTINCT_MAX:
            self.counts[place] = None


def _cell(raw: str) -> str:
    cell = raw[:CELL_MAX].strip()
    return "" if cell.casefold() in MISSING else cell


def _column(place: int, name: str, counting: _Counting, sample: tuple[str, ...]) -> Column:
    return Column(place, name, counting.rows, counting.blank[place], counting.counts[place], sample)
