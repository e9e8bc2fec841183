"""A table to calls: each row is counted once, and the rows of one call (one per unit sent) become one.

Blocks of rows that are regular are read column by column, which is several times as fast; any other block, and one
with a single row that cannot be read, row by row. Both ways come to the same.
"""

from datetime import tzinfo
from typing import Final

from triage.sources.blocks import read_block
from triage.sources.columns import Columns
from triage.sources.gathered import ABOVE_HEADER, REPEATED_HEADER, Gathered
from triage.sources.headers import Header
from triage.sources.layout import Layout
from triage.sources.lines import Broken, Lines
from triage.sources.reading import Reading
from triage.sources.records import cells_of, cut_cell, salvaged
from triage.sources.reports import Reports
from triage.sources.rows import Rows
from triage.sources.unreadable import BadRow, RowError, fingerprint

BLOCK_MAX_LINES: Final = 512
BLOCK_MIN_LINES: Final = 16
FAILED_IN_A_ROW_MAX: Final = 3
ONE_BY_ONE_LINES: Final = 1024


def read_rows(lines: Lines, header: Header, columns: Columns, zone: tzinfo) -> Reading:
    """The calls that stand below `header`.

    Raises:
        SourceError: a column that the mapping uses stands twice in the header.
    """
    rows = Rows(Layout(header, columns, zone, lines.source))
    gathered = Gathered()
    gathered.exclude([ABOVE_HEADER] * len(header.skipped))
    pace = _Pace()
    while True:
        block = lines.take_block(pace.lines)
        if block and read_block(block, lines.number - len(block) + 1, rows, gathered):
            pace.quicken()
            continue
        lines.give_back(block)
        end = lines.number + pace.slow_down(len(block))
        while lines.number < end:
            line = next(lines, None)
            if line is None:
                return gathered.reading(lines.source, Reports())
            read_row(line, lines, rows, gathered)


class _Pace:
    """How many lines to try as one block. Where odd rows are frequent, trying costs more than it gains."""

    def __init__(self) -> None:
        self.lines = BLOCK_MAX_LINES
        self._failed = 0

    def quicken(self) -> None:
        """A block was read."""
        self.lines = min(2 * self.lines, BLOCK_MAX_LINES)
        self._failed = 0

    def slow_down(self, lines: int) -> int:
        """A block of so many lines was not: how many to read one by one before the next try."""
        self.lines = max(self.lines // 4, BLOCK_MIN_LINES)
        self._failed += 1
        return max(lines, 1) if self._failed <= FAILED_IN_A_ROW_MAX else max(lines, ONE_BY_ONE_LINES)


def read_row(line: bytes | Broken, lines: Lines, rows: Rows, gathered: Gathered) -> None:
    """Count the row that begins with `line`, the last one that `lines` gave."""
    number = lines.number
    if isinstance(line, Broken):
        gathered.refuse(_broken(line, number, rows))
        return
    if not line.strip():
        return
    whole = line
    cells: list[str] = []
    try:
        cells, whole = cells_of(line, lines, rows.layout.shape)
        if reason := rows.exclusion(cells):
            gathered.exclude((reason,))
        else:
            gathered.add(*rows.read(cells), number)
    except RowError as error:
        if rows.repeats_header(cells):
            gathered.exclude((REPEATED_HEADER,))
            return
        call_id = rows.likely_call_id(salvaged(whole, rows.layout.shape.delimiter))
        gathered.refuse(BadRow(number, error.field, error.reason, fingerprint(whole), call_id))


def _broken(line: Broken, number: int, rows: Rows) -> BadRow:
    cells = salvaged(line.head, rows.layout.shape.delimiter)[:-1]  # the last one is cut
    return BadRow(
        number, cut_cell(line.head, rows.layout.shape), line.reason, line.fingerprint, rows.likely_call_id(cells)
    )
