"""Any table before a mapping is chosen: its header as well as it can be told, and its records as they stand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from triage.sources.errors import SourceError
from triage.sources.formats import Part, holds_documents, parts_of
from triage.sources.headers import Header, guess_header
from triage.sources.json_file import holds_json
from triage.sources.lines import Broken, Lines, open_bytes
from triage.sources.records import Shape, cells_of, printable
from triage.sources.unreadable import RowError


class Records:
    """The records below a header, each with its line; as often as they are asked for, from the first one on.

    A record that cannot be read (wrong width, not UTF-8, an open quote, ...) is left out and counted in `left_out`, by
    its reason, once they have all been told.
    """

    def __init__(self, path: Path, sheet: str | None, header: Header) -> None:
        """Read what stands below `header` in the file at `path`."""
        self.left_out: dict[str, int] = {}
        self._path = path
        self._sheet = sheet
        self._header = header

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of each record that can be read."""
        left_out: dict[str, int] = {}
        shape = Shape(self._header.names, (), self._header.delimiter)
        with _opened(self._path, self._sheet) as (_, lines):
            for line in lines:
                number = lines.number
                if number <= self._header.line or (not isinstance(line, Broken) and not line.strip()):
                    continue
                try:
                    yield number, _cells(line, lines, shape)
                except RowError as error:
                    left_out[error.reason] = left_out.get(error.reason, 0) + 1
        self.left_out = left_out


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table. `skipped` are the lines above the header that are not blank; line numbers count from 1.

    `sheet` is the spreadsheet's sheet that was read, `sheets` are all that hold anything; both are empty for others.
    `delimiter` is "," for what is no text: spreadsheets and Parquet. A cell is the text that a CSV file would hold:
    times in ISO 8601, whole numbers without a point, "" for none.
    """

    source: str
    header: tuple[str, ...]
    header_line: int
    skipped: tuple[str, ...]
    delimiter: str
    sheet: str | None
    sheets: tuple[str, ...]
    rows: Records = field(repr=False)


def open_table(path: Path, sheet: str | None = None) -> Table:
    """The table that the file at `path` holds: CSV, TSV, `;` or `|`, each also gzip; UTF-16; .xlsx, .xls, Parquet.

    The header is the first line, of the first 20 that are not blank, that is as wide as the lines after it and whose
    cells are different names; where there is none, the first line. Of several sheets the one called `sheet`, else the
    largest one. Nothing is held open: `rows` reads the file again each time, and all of it is never in memory but for a
    spreadsheet.

    Raises:
        SourceError: the file cannot be read, holds documents and no table, or has no sheet called `sheet`.
    """
    with _opened(path, sheet) as ((part, sheets), lines):
        header = guess_header(lines, part.delimiters)
    return Table(
        source=lines.source,
        header=header.names,
        header_line=header.line,
        skipped=tuple(line.decode("utf-8", "replace") for line in header.skipped),
        delimiter=header.delimiter,
        sheet=part.name,
        sheets=sheets,
        rows=Records(path, part.name, header),
    )


def _cells(line: bytes | Broken, lines: Lines, shape: Shape) -> list[str]:
    if isinstance(line, Broken):
        raise RowError(line.reason)
    cells, _ = cells_of(line, lines, shape)
    return cells


@contextmanager
def _opened(path: Path, sheet: str | None) -> Iterator[tuple[tuple[Part, tuple[str, ...]], Lines]]:
    source = printable(path.name)
    with open_bytes(path) as packed:
        parts = parts_of(packed, source)
        sheets = tuple(part.name for part in parts if part.name is not None)
        if sheet is not None:
            parts = [part for part in parts if part.name == sheet]
        if not parts:
            raise SourceError(f"`{source}` has no sheet `{sheet}`" if sheet else f"`{source}` is empty")
        part = max(parts, key=lambda part: part.cells)
        if holds_documents(part.stream, source) or holds_json(part.stream, source):
            raise SourceError(f"`{source}` holds documents, and no table")
        yield (part, sheets), Lines(part.stream, source)
