"""Calls in other files than CSV with commas: each says what the same rows say as CSV, or is refused as a whole."""

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import run
from typing import Any

import openpyxl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from tests.source_examples import COLUMNS, HEADER, ZONE, arrived, is_balanced, packed, raw, row, short, wrong
from triage.sources import Reading, SourceError, read_file, read_stream, stream
from triage.sources.parquet import CELLS_MAX as PARQUET_CELLS_MAX
from triage.sources.workbooks import CELLS_MAX, UNPACKED_MAX_BYTES
from triage.sources.written import text_of

LINES = [
    HEADER,
    row(call_type="NOISE; LOUD | LATE"),
    row(call_id="B", channel="ONVIEW"),
    row(call_id="C", beat='C3, "x"'),
]
TABLE = [next(csv.reader([line])) for line in LINES]


def reading_of(data: bytes, name: str = "calls") -> Reading:
    """What a file of these bytes holds."""
    return read_stream(io.BufferedReader(io.BytesIO(data)), COLUMNS, ZONE, source=name)


def delimited(delimiter: str) -> str:
    """The table with another sign between its cells."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(TABLE)
    return out.getvalue()


def workbook(*sheets: Sequence[Sequence[Any]], start: int = 1) -> bytes:
    """An .xlsx file of these sheets, each beginning at row `start`."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{number}")
        for place, cells in enumerate(rows, start=start):
            for column, cell in enumerate(cells, start=1):
                sheet.cell(place, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(columns: dict[str, Any]) -> bytes:
    """A Parquet file of these columns."""
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def by_name(rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    """A table's columns by their name."""
    return {str(name): [cells[place] for cells in rows[1:]] for place, name in enumerate(rows[0])}


FORMATS = {
    "tabs": delimited("\t").encode(),
    "semicolons": delimited(";").encode(),
    "pipes": delimited("|").encode(),
    "semicolons with a byte order mark": delimited(";").encode("utf-8-sig"),
    "gzip": packed(delimited("\t").encode()),
    "UTF-16": delimited("\t").encode("utf-16"),
    "UTF-16 of the other order": b"\xfe\xff" + delimited("\t").encode("utf-16-be"),
    "UTF-16 in gzip": packed(delimited(",").encode("utf-16")),
    "Excel": workbook(TABLE),
    "Excel in gzip": packed(workbook(TABLE)),
    "Parquet": parquet(by_name(TABLE)),
    "Parquet in gzip": packed(parquet(by_name(TABLE))),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_say_the_same_in_every_format(name: str) -> None:
    data = FORMATS[name]
    assert list(stream(reading_of(data))) == list(stream(reading_of("\n".join(LINES).encode())))
    assert reading_of(data).excluded == {"on-view": 1}


def test_a_file_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    for name, data in (
        ("a.csv", workbook(TABLE)),
        ("b.xlsx", parquet(by_name(TABLE))),
        ("c.parquet", delimited(",").encode()),
    ):
        (tmp_path / name).write_bytes(data)
        assert len(read_file(tmp_path / name, COLUMNS, ZONE).calls) == 2


def test_cells_of_a_spreadsheet_are_the_text_that_csv_would_hold() -> None:
    cells = {"call_id": 2024000000001, "priority": 3.0, "reported_at": datetime(2024, 5, 30, 20, 44, 28)}  # noqa: DTZ001
    names = ("call_id", "disposition", "channel", "priority", "call_type", "final", "reported_at", "arrived")
    typed = [cells.get(name, cell) for name, cell in zip((*names, "precinct", "sector", "beat"), TABLE[1], strict=True)]
    midnight = [*typed[:6], date(2024, 5, 30), None, *typed[8:]]
    midnight[0] = 7
    reading = reading_of(workbook([TABLE[0], typed, [], midnight]))
    at_midnight, plain = arrived(reading)
    assert (plain.report.call_id, plain.report.priority, plain.line) == ("2024000000001", "3", 2)
    assert plain.report.reported_at.isoformat() == "2024-05-31T03:44:28+00:00"
    assert (at_midnight.report.call_id, at_midnight.line) == ("7", 4)
    assert at_midnight.report.reported_at.isoformat() == "2024-05-30T07:00:00+00:00"
    assert is_balanced(reading)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (12.0, "12"),
        (0.5, "0.5"),
        (-3, "-3"),
        (2**60, "1152921504606846976"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e15, "1.000000e+15"),  # another number may have been typed, so this must not become anybody's id
        (Decimal("12.00"), "12"),
        (Decimal("12.50"), "12.50"),
        (True, "TRUE"),
        (date(2024, 1, 2), "2024-01-02"),
        (datetime(2024, 1, 2, 3, 4, 5), "2024-01-02T03:04:05"),  # noqa: DTZ001
        (datetime(2024, 1, 2, 3, 4, 5, 250_000, UTC), "2024-01-02T03:04:05.250000+00:00"),
        (time(3, 4), "03:04:00"),
        (timedelta(hours=30, seconds=5), "30:00:05"),
        ("two\r\nlines", "two lines"),
        ("two\rlines", "two lines"),
        (["a"], "['a']"),
    ],
    ids=short,
)
def test_a_value_is_written_as_one_line_of_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_times_of_parquet_keep_their_zone() -> None:
    columns = by_name(TABLE)
    columns["Original Time Queued"] = pa.array([datetime(2024, 5, 30, 20, tzinfo=UTC)] * 3, pa.timestamp("ns", "UTC"))
    columns["Arrived Time"] = pa.array([None] * 3, pa.timestamp("ns"))
    first, second = arrived(reading_of(parquet(columns)))
    assert first.report.reported_at == second.report.reported_at == datetime(2024, 5, 30, 20, tzinfo=UTC)


def test_columns_of_a_kind_that_csv_does_not_have_do_not_matter() -> None:
    columns = by_name(TABLE) | {"extra": [{"a": [1]}, None, {"a": []}], "bytes": [b"\xff", None, b"\n"]}
    assert len(reading_of(parquet(columns)).calls) == 2


def test_the_rows_of_a_sheet_have_its_numbers() -> None:
    reading = reading_of(workbook([["Calls for service"], [], TABLE[0], ["A\nB", *TABLE[1][1:]], TABLE[1]], start=3))
    assert wrong(reading) == [(6, "CAD Event Number", "not a call id (letters, digits and ._:/#-, at most 64)")]
    assert [item.line for item in arrived(reading)] == [7]
    assert reading.excluded == {"above-header": 1}
    assert is_balanced(reading)


def test_of_several_sheets_the_one_that_holds_calls_is_read() -> None:
    assert len(reading_of(workbook([["About"], ["x", "y"]], TABLE, [])).calls) == 2


def test_calls_on_two_sheets_are_refused_as_one_of_them_would_be_lost() -> None:
    with pytest.raises(SourceError, match="`calls` has more than one sheet of calls: `S0`, `S1`; save each as a file"):
        reading_of(workbook(TABLE, TABLE))


def test_a_workbook_without_calls_is_refused_with_its_sheets() -> None:
    with pytest.raises(SourceError, match="no sheet that a column mapping fits; its sheets: `S0`, `S1`"):
        reading_of(workbook([["a", "b"]], [["c", "d"]]))
    with pytest.raises(SourceError, match="no column mapping fits the header of `calls`: nearest is"):
        reading_of(workbook([["CAD Event Number", "b"]]))
    with pytest.raises(SourceError, match="its sheets: none"):
        reading_of(workbook([]))


def rezipped(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """An .xlsx file with other content in its parts."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as after,
    ):
        for part in before.infolist():
            after.writestr(part.filename, change(part.filename, before.read(part)))
    return out.getvalue()


def test_a_cell_in_the_last_corner_is_refused_before_all_the_others_are_made_up() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(TABLE)))
    book.worksheets[0].cell(1_048_576, 16_384, "x")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(SourceError, match=f"more than {CELLS_MAX} cells, empty ones between others included"):
        reading_of(out.getvalue())


@pytest.mark.parametrize(
    "cells",
    ["<c/>" * 20_000, "<x:c></x:c>" * 20_000, "<c r='ZZZZ1'/>", '<c  r = "XFD1"/>'],
    ids=lambda cells: cells[:15],
)
def test_so_is_a_sheet_that_hides_how_wide_it_is(cells: str) -> None:
    def widened(name: str, data: bytes) -> bytes:
        if "worksheets" not in name:
            return data
        return data.replace(b"</sheetData>", f'<row r="2200">{cells}</row><row r="9999"/></sheetData>'.encode())

    with pytest.raises(SourceError, match=f"more than {CELLS_MAX} cells"):
        reading_of(rezipped(workbook(TABLE), widened))


@pytest.mark.slow
def test_a_spreadsheet_that_unpacks_to_too_much_is_refused_whatever_it_says_of_its_size() -> None:
    data = rezipped(
        workbook(TABLE), lambda name, data: b" " * (UNPACKED_MAX_BYTES + 1) if name.endswith("styles.xml") else data
    )
    assert len(data) < UNPACKED_MAX_BYTES // 500
    small = (UNPACKED_MAX_BYTES + 1).to_bytes(4, "little")
    for said in (data, data.replace(small, (100).to_bytes(4, "little"))):
        with pytest.raises(SourceError, match=f"unpacks to more than {UNPACKED_MAX_BYTES} bytes"):
            reading_of(said)


def test_a_parquet_file_of_too_many_cells_is_refused() -> None:
    names = 2000
    rows = PARQUET_CELLS_MAX // names + 1
    nothing = pa.nulls(rows, pa.int8())
    out = io.BytesIO()
    pq.write_table(pa.table({f"c{number}": nothing for number in range(names)}), out)
    with pytest.raises(SourceError, match=f"has {names * rows} cells; at most {PARQUET_CELLS_MAX} are read"):
        reading_of(out.getvalue())


LOCKED = "cannot be read as a spreadsheet: it is damaged, locked with a password, or of another kind"
DAMAGED = {
    "half a spreadsheet": (workbook(TABLE)[:3000], LOCKED),
    "no spreadsheet": (b"PK\x03\x04" + b"x" * 100, LOCKED),
    "no old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, LOCKED),
    "no Parquet": (b"PAR1" + b"x" * 100, "cannot be read as Parquet: it is damaged or encrypted"),
    "half a Parquet": (parquet(by_name(TABLE))[:-3], "cannot be read as Parquet: it is damaged or encrypted"),
    "half a spreadsheet in gzip": (packed(workbook(TABLE))[:-2000], "cannot be read: "),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_and_says_why(name: str) -> None:
    data, said = DAMAGED[name]
    with pytest.raises(SourceError) as refused:
        reading_of(data)
    assert str(refused.value).startswith(f"`calls` {said}")


def test_a_zip_file_of_another_kind_is_refused_as_such() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("calls.csv", delimited(","))
    with pytest.raises(SourceError, match=r"is a zip file, but no \.xlsx spreadsheet; unpack it, or save it as CSV"):
        reading_of(out.getvalue())


def test_a_parquet_file_that_is_damaged_inside_keeps_what_could_be_read() -> None:
    columns = by_name([TABLE[0], *(next(csv.reader([row(call_id=f"A{number}")])) for number in range(5000))])
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=1000, compression="none", use_dictionary=False)
    data = bytearray(out.getvalue())
    place = data.index(b"A3500")
    data[place - 4 : place] = b"\xff" * 4
    reading = reading_of(bytes(data))
    assert len(reading.calls) >= 3000
    assert [reason for _, _, reason in wrong(reading)] == ["the file ends in the middle"]
    assert is_balanced(reading)


def test_half_a_character_of_utf16_costs_one_row() -> None:
    bad = raw(call_id="D", beat="C\ud800").encode("utf-16-le", "surrogatepass")
    data = f"{HEADER}\n{row()}\n".encode("utf-16") + bad + ("\n" + row(call_id="E")).encode("utf-16-le")
    reading = reading_of(data)
    assert wrong(reading) == [(3, "Beat", "not UTF-8")]
    assert [item.report.call_id for item in arrived(reading)] == ["2024000000001", "E"]
    cut = reading_of(("\n".join([HEADER, row(), row(call_id="D")]).encode("utf-16"))[:-1])
    assert wrong(cut) == [(3, "Beat", "the file ends in the middle")]


def test_latin_1_costs_the_rows_that_have_other_letters_than_english() -> None:
    data = "\n".join([HEADER, row(), row(call_id="D", sector="CAF\u00c9")]).encode("latin-1")
    assert wrong(reading_of(data)) == [(3, "Sector", "not UTF-8")]


def test_a_program_that_reads_no_spreadsheet_does_not_wait_for_the_libraries() -> None:
    code = "import sys, triage.sources; print([name for name in ('pyarrow', 'python_calamine') if name in sys.modules])"
    assert run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"
