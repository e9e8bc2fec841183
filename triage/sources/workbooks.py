"""Excel files (.xlsx and .xls), each sheet as a stream of CSV. The library is imported only when there is such a file.

A hostile file is small and unpacks to more than the machine holds, or has one cell in the first corner of a sheet and
one in the last, with all the cells between them made up. Both are measured before the library sees the file.
"""

import io
import re
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final, NamedTuple

from triage.sources.errors import SourceError
from triage.sources.written import Written, text_of

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

    from python_calamine import CalamineSheet

XLSX_MAGIC: Final = b"PK\x03\x04"
XLS_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK_MAX_BYTES: Final = 256 * 1024**2
"""Of the file itself: it is held in memory."""

UNPACKED_MAX_BYTES: Final = 1024**3
"""Of all parts of an .xlsx file together. A million rows of thirteen short cells take about half of that."""

CELLS_MAX: Final = 32 * 1024**2
"""Of all sheets together, empty cells included: Excel's greatest number of rows, 32 columns wide."""

COLUMNS_MAX: Final = 16_384
UNREADABLE: Final = "cannot be read as a spreadsheet: it is damaged, locked with a password, or of another kind"
PARTS_MAX: Final = 10_000
_CHUNK: Final = 1024 * 1024
_TAG_MAX: Final = 64 * 1024
_PLACE: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,8})([0-9]{1,12})[\"']")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")


class Sheet(NamedTuple):
    """One sheet: its name, how many cells it has, and its rows as CSV, each on the line of its own number."""

    name: str
    cells: int
    stream: Written


def open_workbook(data: bytes, source: str) -> list[Sheet]:
    """The sheets that hold anything, in their order.

    Raises:
        SourceError: it is no .xlsx or .xls file, is damaged or locked, or larger than the limits above.
    """
    import python_calamine as library  # noqa: PLC0415

    if data.startswith(XLSX_MAGIC):
        _measure(data, source)
    try:
        book = library.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_index(place) for place in range(len(book.sheet_names))]
    except (library.CalamineError, OSError, ValueError) as error:
        raise SourceError(f"`{source}` {UNREADABLE}") from error
    return [
        Sheet(sheet.name, sheet.height * sheet.width, Written(_rows(sheet)))
        for sheet in sheets
        if sheet.height and sheet.width
    ]


def _rows(sheet: "CalamineSheet") -> Iterator[list[str]]:
    for cells in sheet.iter_rows():  # from the first row on, whether or not it holds anything
        texts = [_text(cell) for cell in cells]
        yield texts if any(texts) else []


def _text(cell: object) -> str:
    """A day alone is written as its midnight: a spreadsheet does not tell it from a time that is midnight."""
    return text_of(datetime.combine(cell, time()) if type(cell) is date else cell)


def _measure(data: bytes, source: str) -> None:
    """Unpack every part in small pieces, keeping none, whatever size it says that it has.

    Raises:
        SourceError: the parts or the cells are more than the limits, or it is a zip file of another kind.
    """
    import zipfile  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
            if "xl/workbook.xml" not in names:
                raise SourceError(f"`{source}` is a zip file, but no .xlsx spreadsheet; unpack it, or save it as CSV")
            if len(names) > PARTS_MAX:
                raise SourceError(f"`{source}` is a spreadsheet of {len(names)} parts; at most {PARTS_MAX} are read")
            left, cells = UNPACKED_MAX_BYTES, CELLS_MAX
            for part in parts.infolist():
                size, area = _measured(parts, part, left)
                left, cells = left - size, cells - area
                if left < 0:
                    raise SourceError(
                        f"`{source}` is a spreadsheet that unpacks to more than {UNPACKED_MAX_BYTES} bytes"
                    )
                if cells < 0:
                    raise SourceError(f"`{source}` has more than {CELLS_MAX} cells, empty ones between others included")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"`{source}` {UNREADABLE}") from error


def _measured(parts: "ZipFile", part: "ZipInfo", left: int) -> tuple[int, int]:
    """How many bytes `part` unpacks to, at most one piece more than `left`, and how many cells its places span."""
    part.file_size = left + 1  # what it says itself is not to be trusted
    del part.CRC
    size = 0
    area = _Area()
    with parts.open(part) as unpacked:
        before = b""
        while size <= left and (piece := unpacked.read(_CHUNK)):
            size += len(piece)
            whole, tag, rest = (before + piece).rpartition(b"<")  # a tag is not cut in two
            area.grow(whole)
            before = (tag + rest)[-_TAG_MAX:]
        area.grow(before)
    return size, area.cells


class _Area:
    """How many cells the rectangle around the cells of a sheet has, by the places that its XML names.

    A cell without a place stands beside the one before it. No usual program writes such cells; for each of them the
    sheet is taken to be one column wider, up to the greatest width that there is.
    """

    def __init__(self) -> None:
        self._row = self._column = self._unplaced = 0

    def grow(self, xml: bytes) -> None:
        """Take the places of this piece of the sheet in."""
        places = _PLACE.findall(xml)
        for letters in {letters for letters, _ in places}:
            self._column = max(self._column, _column(letters))
        self._row = max(self._row, *(int(digits) for digits in {digits for _, digits in places}), 0)
        self._unplaced += max(0, len(_CELL.findall(xml)) - sum(1 for letters, _ in places if letters))

    @property
    def cells(self) -> int:
        """All of them, empty ones included."""
        return self._row * max(self._column, min(self._unplaced, COLUMNS_MAX))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
