"""A block of regular rows, read column by column: each distinct cell is looked at once, the rest is done by maps.

This way never says what is wrong. Where anything is odd it reads nothing, and the rows are read one by one.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import compress, repeat
from typing import Final

from triage.sources.gathered import Gathered
from triage.sources.layout import Layout
from triage.sources.reading import UNKNOWN_TIME, Packed
from triage.sources.records import Shape
from triage.sources.rows import Rows, closing_of
from triage.sources.unreadable import FIELD_MAX_BYTES, RowError, is_call_id

LINE_MAX_CHARACTERS: Final = FIELD_MAX_BYTES // 4
"""In a shorter line no cell can be too long, whatever characters it holds."""

Cells = Sequence[tuple[str, ...]]
"""The cells of many rows, by column."""


class _OddError(Exception):
    """Something that only reading row by row can name."""


def read_block(block: Sequence[bytes], first: int, rows: Rows, gathered: Gathered) -> bool:
    """Whether all lines of `block`, the first of which is line `first`, were read; where not, none was."""
    layout = rows.layout
    lines: Sequence[int] = range(first, first + len(block))
    try:
        cells = _cells(block, layout.shape)
        reasons = _reasons(cells, layout)
        if any(reasons):
            kept = [not reason for reason in reasons]
            cells = [tuple(compress(column, kept)) for column in cells]
            lines = list(compress(lines, kept))
        reports, closings = _read(cells, rows) if lines else ([], [])
    except (RowError, _OddError):
        return False
    gathered.exclude(filter(None, reasons))
    gathered.add_all(reports, closings, lines)
    return True


def _cells(block: Sequence[bytes], shape: Shape) -> Cells:
    """The cells of lines each of which is, by itself, a record of the right shape."""
    try:
        lines = list(map(bytes.decode, block))
        records = list(csv.reader(lines, delimiter=shape.delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _OddError from None
    text = "".join(lines)
    if "\0" in text or "\r" in text or not all(map(str.strip, lines)) or max(map(len, lines)) > LINE_MAX_CHARACTERS:
        raise _OddError
    if len(records) != len(lines) or set(map(len, records)) != {len(shape.header)}:
        raise _OddError
    return list(zip(*records, strict=True))


def _reasons(cells: Cells, layout: Layout) -> list[str]:
    """For each row the reason for which it is no call for us, or ""; nothing at all where there is none."""
    found = [list(map(reasons.__getitem__, cells[place])) for place, reasons in layout.reasons]
    if not any(map(any, found)):
        return []
    return [next(filter(None, reasons), "") for reasons in zip(*found, strict=True)]


def _read(cells: Cells, rows: Rows) -> tuple[list[Packed], list[Packed]]:
    """The reports and the closings that the rows make."""
    layout = rows.layout
    cells = [*cells, ("",) * len(cells[0])]  # as `Rows.read` adds to a row
    reported = [moment for moment in layout.times.column(cells[layout.reported]) if moment is not None]
    if len(reported) != len(cells[0]):
        raise _OddError
    texts = [list(map(said.__getitem__, cells[place])) for place, said in layout.texts]
    narratives: Iterable[str] = repeat("") if layout.narrative is None else map(rows.story, cells[layout.narrative])
    cleared = _cleared(cells, reported, rows)
    outcomes = [list(map(said.__getitem__, cells[place])) for place, said in layout.outcomes]
    ids = _ids(cells, rows)
    reports: list[Packed] = list(zip(reported, ids, *texts, narratives, strict=False))
    closings: list[Packed] = list(zip(cleared, ids, *outcomes, strict=True))
    if UNKNOWN_TIME in cleared:
        closings = [closing_of(*closing) for closing in closings]
    return reports, closings


def _cleared(cells: Cells, reported: Sequence[datetime], rows: Rows) -> list[datetime]:
    """The first clear time of each row that is not before its report, or `UNKNOWN_TIME`."""
    cleared = [UNKNOWN_TIME] * len(reported)
    unknown: Sequence[int] = range(len(reported))
    for place in rows.layout.cleared:
        column = cells[place]
        some = column if len(unknown) == len(column) else [column[number] for number in unknown]
        for number, moment in zip(unknown, rows.layout.times.column(some, rows.cleared), strict=True):
            if moment is not None and moment >= reported[number]:
                cleared[number] = moment
        unknown = [number for number in unknown if cleared[number] is UNKNOWN_TIME]
        if not unknown:
            break
    return cleared


def _ids(cells: Cells, rows: Rows) -> list[str]:
    """The ids of the rows. Made last, as those that are made from rows count how often they were made."""
    layout = rows.layout
    if layout.call_id is None:
        return [rows.call_id(row) for row in zip(*cells, strict=True)]
    ids = list(map(str.strip, cells[layout.call_id]))
    if not all(map(is_call_id, ids)) or not layout.missing.isdisjoint(map(str.casefold, ids)):
        raise _OddError
    return ids
