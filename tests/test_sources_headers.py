"""Where a table begins: titles above the header, repeated headers, rows of units and totals, delimiters."""

from pathlib import Path

import pytest

from tests.source_examples import COLUMNS, HEADER, ZONE, arrived, is_balanced, read, read_bytes, row, short, wrong
from triage.sources import SourceError, Table, UnknownHeaderError, open_table, read_file

CELLS = len(HEADER.split(","))
UNITS = ",".join(["text"] * CELLS)
TOTALS = f"TOTAL,,,,{','.join(['2'] * (CELLS - 4))}"


def table(tmp_path: Path, *lines: str, name: str = "calls.csv") -> Table:
    """A file of these lines, opened before any mapping is chosen."""
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return open_table(path)


def test_titles_above_the_header_are_counted_as_excluded() -> None:
    reading = read("Calls for service,,", "", '"May 2024"', HEADER, row(), row(call_id="B"), header="Police department")
    assert reading.excluded == {"above-header": 3}
    assert [(item.report.call_id, item.line) for item in arrived(reading)] == [("2024000000001", 6), ("B", 7)]
    assert reading.rows == 5
    assert is_balanced(reading)


def test_what_cannot_be_read_above_the_header_is_a_title_too() -> None:
    reading = read(b"\xff\xfe caf\xe9", '"open', b"x" * 2_000_000, HEADER, row(), header="Title")
    assert (reading.excluded, len(reading.calls), reading.rows) == ({"above-header": 4}, 1, 5)


def test_a_header_may_stand_on_the_twentieth_line_that_is_not_blank_and_no_later() -> None:
    titles = [line for number in range(18) for line in (f"title {number}", "")]
    assert len(read(*titles, HEADER, row(), header="first").calls) == 1
    with pytest.raises(UnknownHeaderError, match=r"no column mapping fits the header of `calls\.csv`: nearest"):
        read(*titles, "one more", HEADER, row(), header="first")


def test_a_header_that_comes_again_is_excluded_as_such() -> None:
    reading = read(row(), HEADER, row(call_id="B"), f" {HEADER.replace(',', ' ,')}", row(call_id="C"))
    assert reading.excluded == {"repeated-header": 2}
    assert [item.report.call_id for item in arrived(reading)] == ["2024000000001", "B", "C"]
    assert not reading.unreadable
    assert is_balanced(reading)


def test_a_second_header_row_of_units_is_an_unreadable_row() -> None:
    reading = read(UNITS, row())
    assert wrong(reading) == [(2, "Original Time Queued", "not a time in any known format")]
    assert len(arrived(reading)) == 1
    assert is_balanced(reading)


@pytest.mark.parametrize(
    ("totals", "field", "reason"),
    [
        (TOTALS, "Original Time Queued", "not a time in any known format"),
        (f",,,{',' * (CELLS - 4)}", "CAD Event Number", "missing"),
        ("Total: 2", "Event Clearance Description", f"1 columns where the header has {CELLS}"),
        ("Total,2", "Call Type", f"2 columns where the header has {CELLS}"),
    ],
    ids=short,
)
def test_a_row_of_totals_is_an_unreadable_row(totals: str, field: str, reason: str) -> None:
    reading = read(row(), row(call_id="B"), totals)
    assert wrong(reading) == [(4, field, reason)]
    assert len(arrived(reading)) == 2
    assert is_balanced(reading)


def test_ids_that_are_blank_are_named_row_by_row() -> None:
    reading = read(row(call_id=""), row(call_id="  "), row())
    assert wrong(reading) == [(2, "CAD Event Number", "missing"), (3, "CAD Event Number", "missing")]


def test_the_delimiter_is_the_one_that_gives_most_names_that_a_mapping_knows() -> None:
    header = "a,b,c|d|e\tf;" + HEADER.replace(",", ";")
    reading = read_bytes(f"{header}\nx,x;{row().replace(',', ';')}\n".encode())
    assert [item.report.call_id for item in arrived(reading)] == ["2024000000001"]


def test_bad_rows_are_told_apart_whatever_parts_their_cells() -> None:
    tabs = HEADER.replace(",", "\t"), row(call_id="B", beat="=1").replace(",", "\t"), "2024\tx", '"B\tx'
    reading = read_bytes("\n".join([*tabs, "\t\t", row(call_id="C").replace(",", "\t")]).encode())
    assert wrong(reading) == [
        (2, "Beat", "formula"),
        (3, "Call Type", f"2 columns where the header has {CELLS}"),
        (4, None, "unclosed quote"),
    ]
    assert (reading.unreadable[0].call_id, reading.rows) == ("B", 4)


def test_a_mapping_that_is_named_is_looked_for_on_every_line(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"title\n{HEADER}\n{row()}\n")
    assert read_file(path, COLUMNS, ZONE, "call_data_2018").excluded == {"above-header": 1}
    with pytest.raises(UnknownHeaderError, match="nearest is `call_data_modern`, which misses"):
        read_file(path, COLUMNS, ZONE, "call_data_modern")
    with pytest.raises(
        SourceError, match="no column mapping is called `call_data_2019`; did you mean `call_data_2018`"
    ):
        read_file(path, COLUMNS, ZONE, "call_data_2019")


def test_a_table_is_opened_before_any_mapping_is_chosen(tmp_path: Path) -> None:
    found = table(tmp_path, "id,when,what", "1,2024-01-02,NOISE", '2,2024-01-03,"a\nb"', "3,x")
    assert (found.header, found.header_line, found.skipped, found.delimiter) == (("id", "when", "what"), 1, (), ",")
    assert (found.sheet, found.sheets) == (None, ())
    rows = [(2, ["1", "2024-01-02", "NOISE"]), (3, ["2", "2024-01-03", "a\nb"])]
    assert list(found.rows) == rows
    assert found.rows.left_out == {"2 columns where the header has 3": 1}
    assert list(found.rows) == rows


@pytest.mark.parametrize(
    ("lines", "line", "header", "delimiter"),
    [
        (["id;when, who;what", "1;2;3", "4;5;6"], 1, ("id", "when, who", "what"), ";"),
        (["Calls", "", "May", "id\twhat", "1\tNOISE"], 4, ("id", "what"), "\t"),
        (["Calls,,", "id,when,what", "1,2024-01-02,NOISE", "2,,"], 2, ("id", "when", "what"), ","),
        (["1,2024-01-02,NOISE", "2,2024-01-03,ALARM"], 1, ("1", "2024-01-02", "NOISE"), ","),
        (["id,what,", "1,NOISE,", "2,ALARM,"], 1, ("id", "what", ""), ","),
        (["id,what,what", "1,NOISE,x"], 1, ("id", "what", "what"), ","),
        (["only"], 1, ("only",), ","),
        (["a|b"], 1, ("a", "b"), "|"),
    ],
    ids=short,
)
def test_the_header_is_the_first_line_that_looks_like_one(
    tmp_path: Path, lines: list[str], line: int, header: tuple[str, ...], delimiter: str
) -> None:
    found = table(tmp_path, *lines)
    assert (found.header_line, found.header, found.delimiter) == (line, header, delimiter)


def test_a_table_that_was_not_read_to_its_end_leaves_nothing_open(tmp_path: Path) -> None:
    found = table(tmp_path, "id,what", "1,NOISE", "2,ALARM")
    assert next(iter(found.rows)) == (2, ["1", "NOISE"])
    (tmp_path / "calls.csv").unlink()


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("calls.csv", ['{"call_id": "A"}'], "holds documents, and no table"),
        ("calls.csv", ['[{"call_id": "A"}]'], "holds documents, and no table"),
        ("calls.csv", ['"open'], "line 1, the header: text before or after a quoted field"),
        ("calls.csv", [""], "is empty"),
        ("calls.csv.gz", ["a,b"], "is not a gzip file"),
    ],
    ids=short,
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, lines: list[str], said: str) -> None:
    with pytest.raises(SourceError, match=f"^`{name}` {said}"):
        table(tmp_path, *lines, name=name)


def test_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"`calls\.csv` has no sheet `x`"):
        open_table(tmp_path / "calls.csv", "x")
