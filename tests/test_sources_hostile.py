"""Rows and files that somebody broke: each bad row is counted and named, and everything else goes on."""

import csv
import hashlib
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.source_examples import (
    COLUMNS,
    HEADER,
    ZONE,
    arrived,
    as_bytes,
    is_balanced,
    packed,
    raw,
    read,
    read_bytes,
    row,
    short,
    unreadable,
    wrong,
)
from triage.domain.values import CallId, Text
from triage.sources import SourceError, read_stream, stream
from triage.sources.lines import LINE_MAX_BYTES
from triage.sources.records import RECORD_MAX_LINES
from triage.sources.unreadable import FIELD_MAX_BYTES, is_call_id

AFTER = row(call_id="AFTER")


def alone(bad: str | bytes) -> tuple[str | None, str, str | None]:
    """Field, reason and call of a bad row; the rows before and after it must be read."""
    reading = read(row(call_id="BEFORE"), bad, AFTER)
    assert [item.report.call_id for item in arrived(reading)] == ["AFTER", "BEFORE"]
    assert reading.rows == 3
    assert is_balanced(reading)
    (found,) = unreadable(reading)
    assert (found.source, found.line) == ("calls.csv", 3)
    return found.field, found.reason, found.call_id


CALL = "2024000000001"


@pytest.mark.parametrize(
    ("bad", "field", "reason", "call_id"),
    [
        (row(beat="C\0" + "3"), "Beat", "NUL byte", CALL),
        (row(final_call_type="a\0b"), "Final Call Type", "NUL byte", CALL),
        (row().encode().replace(b"EAST", b"EA\xffST"), "Precinct", "not UTF-8", CALL),
        (row().encode("utf-16"), "CAD Event Number", "not UTF-8", None),
        ("2024000000001,ASSISTANCE RENDERED,911", "Priority", "3 columns where the header has 11", None),
        (raw().removesuffix(",C3"), "Beat", "10 columns where the header has 11", CALL),
        (row() + ",", None, "12 columns where the header has 11", CALL),
        (row() + ",C3,C3", None, "13 columns where the header has 11", CALL),
        (row(call_id=""), "CAD Event Number", "missing", None),
        (row(call_id="NULL"), "CAD Event Number", "missing", None),
        (row(call_id="A" * 65), "CAD Event Number", "not a call id (letters, digits and ._:/#-, at most 64)", None),
        (row(call_id="=1+1"), "CAD Event Number", "not a call id (letters, digits and ._:/#-, at most 64)", None),
        (row(call_id="20240000 1"), "CAD Event Number", "not a call id (letters, digits and ._:/#-, at most 64)", None),
        (row(call_type="-"), "Initial Call Type", "missing", CALL),
        (row(call_type="=cmd|' /C calc'!A0"), "Initial Call Type", "formula", CALL),
        (row(beat="  @SUM(A1)"), "Beat", "formula", CALL),
        (row(sector="+1"), "Sector", "formula", CALL),
        (row(disposition="=HYPERLINK(1)"), "Event Clearance Description", "formula", CALL),
        (row(call_type="NOISE\x07"), "Initial Call Type", "control character", CALL),
        (row(call_type="NOISE\u202eESION"), "Initial Call Type", "control character", CALL),
        (row(call_type="N" * 201), "Initial Call Type", "longer than 200 characters", CALL),
        (row(reported_at=""), "Original Time Queued", "missing", CALL),
        (row(reported_at="soon"), "Original Time Queued", "not a time in any known format", CALL),
        (row(reported_at="0000-00-00 00:00:00"), "Original Time Queued", "year outside 1990 to 2100", CALL),
        (row(reported_at="01/01/1900 12:00:00 AM"), "Original Time Queued", "year outside 1990 to 2100", CALL),
        (
            row(reported_at="03/12/2023 2:30:00 AM"),
            "Original Time Queued",
            "a local time that does not exist (clocks went forward)",
            CALL,
        ),
        (row(arrived="later"), "Arrived Time", "not a time in any known format", CALL),
        (raw(beat='"C"3'), None, "text before or after a quoted field", CALL),
        (raw(beat='C\r"3"'), None, "control character", CALL),
        (raw(beat="C\r3"), "Beat", "control character", CALL),
        (row(call_type="N" * (FIELD_MAX_BYTES + 1)), "Initial Call Type", "field over 64 KiB", CALL),
        (row(call_type="N," * FIELD_MAX_BYTES), "Initial Call Type", "field over 64 KiB", CALL),
        (row(beat="N" * 10_000_000), "Beat", "line over 1 MiB", CALL),
        (row(call_type="N" * 10_000_000), "Initial Call Type", "line over 1 MiB", None),
        (row(call_id="N" * 10_000_000), "CAD Event Number", "line over 1 MiB", None),
        (raw(beat='"C3'), None, "unclosed quote", CALL),
        ('"' + raw(), None, "unclosed quote", None),
    ],
    ids=short,
)
def test_a_bad_row_is_named_and_the_rest_goes_on(
    bad: str | bytes, field: str, reason: str, call_id: str | None
) -> None:
    assert alone(bad) == (field, reason, call_id)


def test_an_unreadable_row_never_says_what_stood_there() -> None:
    reading = read(row(call_type="=SECRET"), row(reported_at="SECRET"), "SECRET", row(call_id="SECRET SECRET"))
    assert len(unreadable(reading)) == 4
    assert not any("SECRET" in found.model_dump_json() for found in unreadable(reading))


def test_a_line_of_a_narrative_is_never_taken_for_a_calls_id() -> None:
    reading = read(f'{row()},"a quote left open', "Johnson", "2065550100, he said", "and ran", header=f"{HEADER},Notes")
    assert [found.call_id for found in unreadable(reading)] == [CALL, None, None, None]


def test_the_same_bytes_have_the_same_fingerprint_wherever_they_stand() -> None:
    bad = row(reported_at="soon")
    first, second, other = unreadable(read(bad, row(), bad, row(reported_at="now")))
    assert first.fingerprint == second.fingerprint == hashlib.sha256(bad.encode()).hexdigest()[:16]
    assert other.fingerprint != first.fingerprint


def test_what_cannot_be_read_comes_last_and_in_the_order_of_the_file() -> None:
    reading = read(row(reported_at="soon"), row(), "A,B")
    kinds = [type(item).__name__ for item in stream(reading)]
    assert kinds == ["ReportArrived", "CallClosed", "Unreadable", "Unreadable"]
    assert [line for line, _, _ in wrong(reading)] == [2, 4]


def test_a_quote_left_open_costs_one_row_and_not_the_rest_of_the_file() -> None:
    many = [row(call_id=f"A{number}") for number in range(1000)]
    reading = read(raw(beat='"C3'), *many)
    assert wrong(reading) == [(2, None, "unclosed quote")]
    assert len(arrived(reading)) == 1000
    assert is_balanced(reading)


@pytest.mark.parametrize("closing", [raw(call_id="Z", beat='C3"'), raw(call_id="Z", sector='CHARLIE"'), '"'])
def test_a_second_stray_quote_does_not_swallow_the_rows_between(closing: str) -> None:
    reading = read(raw(beat='"C3'), *(row(call_id=f"A{number}") for number in range(50)), closing, AFTER)
    assert {f"A{number}" for number in range(50)} | {"AFTER"} <= {item.report.call_id for item in arrived(reading)}
    assert (2, None, "unclosed quote") in wrong(reading)
    assert reading.rows == 53
    assert is_balanced(reading)


def test_a_cell_over_several_lines_is_one_row() -> None:
    header = f"{HEADER},Notes"
    reading = read(f'{row()},"first\n\nthird, ""last"""', f"{AFTER},x", header=header)
    assert [(item.report.call_id, item.line) for item in arrived(reading)] == [(CALL, 2), ("AFTER", 5)]
    assert reading.rows == 2


def test_a_bad_row_over_several_lines_is_one_row_with_the_fingerprint_of_all_of_them() -> None:
    bad = f'{row(reported_at="soon")},"first\nlast"'
    reading = read(bad, f"{AFTER},x", header=f"{HEADER},Notes")
    assert wrong(reading) == [(2, "Original Time Queued", "not a time in any known format")]
    assert unreadable(reading)[0].fingerprint == hashlib.sha256(bad.encode()).hexdigest()[:16]
    assert reading.rows == 2


@pytest.mark.parametrize(
    "filler",
    [["x"] * (RECORD_MAX_LINES + 5), ["x" * 60_000] * 20, ["x" * (LINE_MAX_BYTES + 1)], [b"\xff"], []],
    ids=short,
)
def test_a_cell_that_goes_on_too_long_is_given_up_at_its_first_line(filler: list[str | bytes]) -> None:
    reading = read(f'{row()},"first', *filler, f"{AFTER},x", header=f"{HEADER},Notes")
    assert wrong(reading)[0] == (2, None, "unclosed quote")
    assert [item.report.call_id for item in arrived(reading)] == ["AFTER"]
    assert reading.rows == len(filler) + 2
    assert is_balanced(reading)


def test_a_cell_may_go_over_so_many_lines_and_no_more() -> None:
    header = f"{HEADER},Notes"
    longest, longer = ("x\n" * lines for lines in (RECORD_MAX_LINES - 1, RECORD_MAX_LINES))
    assert len(read(f'{row()},"{longest}"', header=header).calls) == 1
    reading = read(f'{row()},"{longer}"', f"{AFTER},x", header=header)
    assert wrong(reading)[0] == (2, None, "unclosed quote")
    assert [item.report.call_id for item in arrived(reading)] == ["AFTER"]


def test_a_row_of_many_cells_over_several_lines_may_be_so_large_and_no_larger() -> None:
    header = HEADER + "".join(f",N{number}" for number in range(20))
    cell = f',"{"x" * 30_000}\n{"x" * 30_000}"'
    assert len(read(row() + cell * 15 + "," * 5, header=header).calls) == 1
    assert wrong(read(row() + cell * 20, header=header))[0] == (2, None, "unclosed quote")


def test_a_gzip_file_cut_short_keeps_what_could_be_read() -> None:
    lines = [row(call_id=f"A{number}", beat=hashlib.sha256(str(number).encode()).hexdigest()) for number in range(2000)]
    data = packed("\n".join([HEADER, *lines]).encode())
    reading = read_bytes(data[: len(data) * 2 // 3])
    assert 500 < len(reading.calls) < 2000
    (found,) = unreadable(reading)
    assert found.reason == "the file ends in the middle"
    assert found.line == len(reading.calls) + 2
    assert is_balanced(reading)


def test_a_gzip_file_with_other_bytes_behind_it_keeps_what_could_be_read() -> None:
    reading = read_bytes(packed(f"{HEADER}\n{row()}\n".encode()) + b"rubbish")
    assert len(reading.calls) == 1
    assert wrong(reading) == [(3, None, "the file ends in the middle")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "`calls.csv` is empty"),
        (b"\n \r\n", "`calls.csv` is empty"),
        (b"\x1f\x8b", "`calls.csv` cannot be read: "),
        (packed(HEADER.encode() * 9)[:30], "`calls.csv` cannot be read: "),
        (b"\xff" + HEADER.encode(), "`calls.csv` line 1, the header: not UTF-8"),
        (b'"CAD Event Number,\n', "`calls.csv` line 1, the header: text before or after a quoted field"),
        (b"x" * 3_000_000, "`calls.csv` line 1, the header: line over 1 MiB"),
        (b"\0" * 100, "no column mapping fits the header of `calls.csv`"),
    ],
    ids=short,
)
def test_a_file_without_a_header_is_refused_and_says_why(data: bytes, said: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_bytes(data)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


PIECES = [
    *as_bytes(
        [row(), row(channel="ONVIEW"), raw(beat='"C3'), raw(beat='C3"'), '"', '""', "\n", "\r\n", "\r", ",", "=1", "\0"]
    ),
    *[b"\xff", b"\xef\xbb\xbf", b'{"call_id":"A"}', b"x" * 70_000, row(reported_at="01/01/1900 12:00:00 AM").encode()],
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=30), max_size=25))
@example([b"x" * 1_100_000, b"\n", row().encode()])
@settings(max_examples=300, deadline=None)
def test_hostile_bytes_below_a_header_never_stop_the_reading(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    reading = read_bytes(HEADER.encode() + b"\n" + data)
    assert is_balanced(reading)
    assert reading.rows <= len(data.split(b"\n"))
    assert sum(1 for _ in stream(reading)) >= len(reading.calls) + len(reading.unreadable)


@given(st.lists(st.sampled_from([*PIECES, HEADER.encode(), b"\x1f\x8b\x08\x00"]) | st.binary(max_size=30), max_size=12))
@settings(max_examples=200, deadline=None)
def test_hostile_bytes_are_a_reading_or_a_clear_refusal(pieces: list[bytes]) -> None:
    said = None
    try:
        assert is_balanced(read_bytes(b"".join(pieces)))
    except SourceError as refused:
        said = str(refused)
    assert said is None or "calls.csv" in said


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_a_damaged_gzip_file_is_a_reading_or_a_clear_refusal(damage: bytes, place: int) -> None:
    data = packed("\n".join([HEADER, *(row(call_id=f"A{number}") for number in range(30))]).encode())
    reading = None
    try:
        reading = read_bytes(data[:place] + damage + data[place + len(damage) :])
    except SourceError as refused:
        assert "calls.csv" in str(refused)  # noqa: PT017 - either way is right
    assert reading is None or is_balanced(reading)


@given(
    st.lists(
        st.lists(st.sampled_from(["a", 'b"c', "d,e", "f\ng", "", '"', "h\r\ni", " j "]), min_size=2, max_size=2),
        max_size=8,
    )
)
def test_whatever_the_csv_module_writes_is_read_back_row_by_row(tails: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*HEADER.split(","), "One", "Two"])
    for number, tail in enumerate(tails):
        table.writerow([*raw(call_id=f"A{number}").split(","), *tail])
    reading = read_stream(io.BufferedReader(io.BytesIO(out.getvalue().encode())), COLUMNS, ZONE)
    assert [item.report.call_id for item in arrived(reading)] == [f"A{number}" for number in range(len(tails))]


@given(st.binary(max_size=70) | st.from_regex(rb"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,70}\n?", fullmatch=True))
def test_ids_are_checked_as_the_domain_does(data: bytes) -> None:
    text = data.decode("latin-1")
    accepted = True
    try:
        TypeAdapter(CallId).validate_python(text)
    except ValidationError:
        accepted = False
    assert is_call_id(text) is accepted


@given(st.binary(min_size=1, max_size=250))
def test_a_text_that_is_taken_is_what_the_domain_makes_of_it(data: bytes) -> None:
    cell = data.decode("latin-1").replace('"', "'").replace("\n", " ")
    reading = read(row(beat=cell))
    for item in arrived(reading):
        if item.report.beat is not None:
            assert item.report.beat == TypeAdapter(Text).validate_python(cell)
    assert is_balanced(reading)
