"""Rows of Seattle's 2018 header, and readings of them, for the tests of `triage.sources`."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from triage.domain.report import Unreadable
from triage.sources import Columns, Item, Reading, ReportArrived, load_columns, read_stream, stream
from triage.sources.headers import find_header
from triage.sources.lines import Lines
from triage.sources.table import read_rows

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
ZONE = ZoneInfo("America/Los_Angeles")
COLUMNS = load_columns(ROOT / "config" / "seattle" / "columns")

HEADER = (
    "CAD Event Number,Event Clearance Description,Call Type,Priority,Initial Call Type,Final Call Type,"
    "Original Time Queued,Arrived Time,Precinct,Sector,Beat"
)
_ROW = {
    "call_id": "2024000000001",
    "disposition": "ASSISTANCE RENDERED",
    "channel": "911",
    "priority": "3",
    "call_type": "SERVICE - WELFARE CHECK",
    "final_call_type": "ASSIST PUBLIC - OTHER (NON-SPECIFIED)",
    "reported_at": "05/30/2024 8:44:28 PM",
    "arrived": "05/30/2024 9:00:00 PM",
    "precinct": "EAST",
    "sector": "CHARLIE",
    "beat": "C3",
}


def row(**cells: str) -> str:
    """One line of CSV with these cells, and ordinary ones in the other columns."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow((_ROW | cells).values())
    return out.getvalue()


def raw(**cells: str) -> str:
    """One line as `row`, but with nothing quoted that ought to be."""
    return ",".join((_ROW | cells).values())


def read(*lines: str | bytes, header: str | bytes = HEADER) -> Reading:
    """What a file of these lines holds."""
    return read_bytes(b"\n".join(as_bytes((header, *lines))) + b"\n")


def read_bytes(data: bytes) -> Reading:
    """What a file of these bytes holds."""
    return read_stream(io.BufferedReader(io.BytesIO(data)), COLUMNS, ZONE, source="calls.csv")


def as_bytes(lines: Iterable[str | bytes]) -> list[bytes]:
    """Lines as the bytes that a file has."""
    return [line.encode() if isinstance(line, str) else line for line in lines]


def packed(data: bytes) -> bytes:
    """Bytes as gzip, the same in every run."""
    return gzip.compress(data, mtime=0)


def short(value: object) -> str:
    """A name for an example, however long it is."""
    return "".join(char if char.isalnum() else "-" for char in repr(value)[:40])


def arrived(reading: Reading) -> list[ReportArrived]:
    """The reports of a reading, in the order of its stream."""
    return [item for item in stream(reading) if isinstance(item, ReportArrived)]


def unreadable(reading: Reading) -> list[Unreadable]:
    """What could not be read, in the order of the stream."""
    return [item for item in stream(reading) if isinstance(item, Unreadable)]


def wrong(reading: Reading) -> list[tuple[int, str | None, str]]:
    """Line, field and reason of what could not be read."""
    return [(item.line, item.field, item.reason) for item in unreadable(reading)]


def is_balanced(reading: Reading) -> bool:
    """Whether every row is counted exactly once."""
    read_rows = sum(rows for _, _, rows, _ in reading.calls)
    return reading.rows == read_rows + sum(reading.excluded.values()) + len(reading.unreadable)


def without_lines(items: Iterable[Item]) -> list[object]:
    """A stream without line numbers, which are all that the order of a file's rows may change."""
    return [(item.report, item.rows) if isinstance(item, ReportArrived) else item for item in items]


class FakeFile:
    """Bytes that are read once, in blocks of a few."""

    def __init__(self, data: bytes, block: int = 7) -> None:
        self._data = data
        self._block = block

    def read1(self, _size: int, /) -> bytes:
        """The next few bytes."""
        head, self._data = self._data[: self._block], self._data[self._block :]
        return head

    def peek(self, _size: int, /) -> bytes:
        """The bytes that come next."""
        return self._data[: self._block]


def read_table(lines: Lines, columns: Sequence[Columns], zone: ZoneInfo) -> Reading:
    """The calls of a table, by the mapping that its header asks for."""
    return read_rows(lines, *find_header(lines, columns, None), zone)
