"""Reads a small, strict table: a header that is known, one line for each row, every cell with its line."""

import csv
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from triage.rulebook.nodes import At, Scalar, Table
from triage.rulebook.problems import Found, nearest, show
from triage.rulebook.yaml_file import decoded

CSV_MAX_BYTES: Final = 4 * 1024 * 1024


def rows(data: bytes, columns: Sequence[str], found: Found, optional: Collection[str] = ()) -> Iterator[At] | None:
    """Each row that has as many cells as the header, as a table of its cells; a blank cell is left out.

    None, with the reason in `found`, if the file cannot be read or its header does not have exactly these columns; only
    those of `optional` may be missing.
    """
    text = decoded(data, found, CSV_MAX_BYTES)
    if text is None:
        return None
    lines = _cells(text, found)
    line, header = next(lines, (1, []))
    names = [name.strip() for name in header]
    return _tables(names, lines, found) if _is_header(names, columns, optional, line, found) else None


def _is_header(
    names: Sequence[str], columns: Sequence[str], optional: Collection[str], line: int, found: Found
) -> bool:
    before = found.errors
    for name in names:
        if name not in columns:
            found.error(line, show(name), "unknown column", nearest(name, columns), columns)
        elif names.count(name) > 1:
            found.error(line, show(name), "the header has this column twice")
    missing = [column for column in columns if column not in (*names, *optional)]
    if missing:
        found.error(line, None, f"the header lacks {', '.join(f'`{column}`' for column in missing)}", None, columns)
    return found.errors == before


def _tables(names: Sequence[str], lines: Iterator[tuple[int, list[str]]], found: Found) -> Iterator[At]:
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            found.error(
                line,
                None,
                f"the row has {len(cells)} cells, the header {len(names)}: is a comma not in quotes?",
            )
            continue
        filled = [(name, cell) for name, cell in zip(names, cells, strict=True) if cell.strip()]
        entries = tuple((Scalar(name, line, plain=False), Scalar(cell, line, plain=False)) for name, cell in filled)
        yield At(Table(entries, line), "", found)


def _cells(text: str, found: Found) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line, read one line at a time: an unclosed quote costs its own row and no other."""
    for line, row in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        try:
            for cells in csv.reader((row,), strict=True):
                yield line, cells
        except csv.Error:
            found.error(line, None, "the quotes of this row do not match: a cell cannot go over several lines")
