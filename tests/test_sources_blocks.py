"""Rows read by column, a block at a time, come to exactly what they come to one by one."""

from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.source_examples import COLUMNS, HEADER, ZONE, FakeFile, as_bytes, raw, read_table, row, short
from triage.domain.facts import FACTS, Facts
from triage.domain.report import Closing, Report
from triage.sources import Columns, Reading, stream
from triage.sources.blocks import read_block
from triage.sources.gathered import Gathered
from triage.sources.headers import find_header
from triage.sources.layout import Layout
from triage.sources.lines import Lines
from triage.sources.reports import Reports, to_closing
from triage.sources.rows import Rows
from triage.sources.table import read_row
from triage.sources.unreadable import FIELD_MAX_BYTES

FEED = Columns.model_validate(
    {
        "name": "feed",
        "source": "a test",
        "columns": {
            "reported_at": "at",
            "call_type": "type",
            "beat": "beat",
            "language": "lang",
            "narrative": "text",
            "disposition": "end",
            "cleared_at": ["back", "gone"],
        },
        "times": {"formats": ["%d.%m.%Y %H:%M", "%Y %b %d %I:%M %p", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]},
        "missing": ["-"],
        "constants": {"channel": "911"},
        "call_id_from_row": "row-",
        "exclude": [
            {"field": "call_type", "values": ["TEST", ""], "reason": "test"},
            {"column": "beat", "values": ["X"], "reason": "elsewhere"},
            {"column": "beat", "values": ["X", "Y"], "reason": "other"},
        ],
    }
)
FEED_HEADER = "at\ttype\tbeat\tlang\ttext\tend\tback\tgone"


def by_block(data: bytes, columns: Columns, block: int) -> Reading:
    """What the bytes hold, read as files are."""
    return read_table(Lines(FakeFile(data, block), "calls.csv"), [columns], ZONE)


def one_by_one(data: bytes, columns: Columns) -> Reading:
    """What the bytes hold, each row read by itself."""
    lines = Lines(FakeFile(data, 1_000_000), "calls.csv")
    header, chosen = find_header(lines, [columns], None)
    rows, gathered = Rows(Layout(header, chosen, ZONE, "calls.csv")), Gathered()
    for line in lines:
        read_row(line, lines, rows, gathered)
    return gathered.reading("calls.csv", Reports())


def told(reading: Reading) -> tuple[object, ...]:
    """All that a reading says."""
    return (*astuple(reading)[:5], list(stream(reading)))


def only_blocks(lines: list[str]) -> bool:
    """Whether these rows are read as one block."""
    given_lines = Lines(FakeFile("\n".join([HEADER, *lines]).encode(), 1_000_000), "calls.csv")
    header, chosen = find_header(given_lines, COLUMNS, None)
    return read_block(given_lines.take_block(1000), 2, Rows(Layout(header, chosen, ZONE, "calls.csv")), Gathered())


TIMES = st.sampled_from(
    [
        *("05/30/2024 8:44:28 PM", "05/30/2024 08:44:28 pm", "5/3/2024 12:00:00 AM", "01/01/1900 12:00:00 AM", "soon"),
        *("11/03/2024 1:30:00 AM", "03/10/2024 2:30:00 AM", "03/10/2024 3:30:00 AM", "12/31/2100 11:59:59 PM", "-"),
        *("2024-05-30T20:44:28.5", "2024-05-30 24:00:00", "2024-05-30 24:00:01", "2024-05-30T20:44:28-07:00", ""),
        *(" 05/30/2024 8:44:28 PM", "05/30/2024  8:44:28 PM", "13/30/2024 8:44:28 PM", "05/30/2024 13:44:28 PM"),
        *("05/30/2024 " + "8" * 60, "0" * 70 + " 8:44:28 PM", "05/30/2024", "\u0665/30/2024 8:44:28 PM"),
    ]
)
FEED_TIMES = st.sampled_from(
    [
        "30.05.2024 20:44",
        "1.6.2024 24:00",
        "2024 May 30 08:44 PM",
        "2024 Mar 10 02:30 AM",
        "2024-05-30",
        "2024-05-30T24:00",
        *("", "-", "2024-11-03T01:30", "1.6.1900 0:00", "2024 May 30", "x"),
    ]
)
WORDS = st.sampled_from(
    ["", "-", "NULL", "911", "ONVIEW", "TEST CALL ONLY", "C3", " C3 ", "=1", "a\u2028b", "N" * 201, "\u00e9"]
)
IDS = st.sampled_from(["A1", "A2", "A3", " A1 ", "", "null", "A 1", "B" * 65, *(f"C{number}" for number in range(20))])

ROWS = st.builds(
    row,
    call_id=st.sampled_from([f"C{number}" for number in range(20)]) | IDS,
    reported_at=st.sampled_from(["05/30/2024 8:44:28 PM"] * 9 + ["6/1/2024 1:00:00 AM"]) | TIMES,
    arrived=st.sampled_from(["05/30/2024 9:44:28 PM"] * 9 + ["6/1/2024 1:00:00 AM"]) | TIMES,
    channel=st.just("911") | WORDS,
    call_type=st.just("NOISE") | WORDS,
    beat=st.just("C3") | WORDS,
    disposition=st.just("") | WORDS,
)
FEED_WORDS = st.sampled_from(
    ["", "-", "TEST", "NOISE", "X", "y", "spanish", "Klingon", "x" * 20_001, '"a ""b"""', "loud, late"]
)
FEED_ROWS = st.builds(
    lambda *cells: "\t".join(cells),
    *(
        st.just("30.05.2024 20:44") | FEED_TIMES,
        st.just("NOISE") | FEED_WORDS,
        FEED_WORDS,
        st.just("korean") | FEED_WORDS,
    ),
    *(FEED_WORDS, st.just("CLOSED") | FEED_WORDS, FEED_TIMES, st.just("31.05.2024 20:44") | FEED_TIMES),
)
GOOD = [row(call_id=f"G{number}") for number in range(5)]
ODD = [
    *as_bytes(
        [raw(beat='"C3'), raw(beat='C3"'), '"', "", "  ", "\t\t\t\t\t\t\t", "\r", ",", "\0", f"{row()}\r", HEADER]
    ),
    *[b"\xff", b"\xef\xbb\xbf", b"x" * 70_000, row(call_id="Z").encode().replace(b"C3", b"\xff")],
]
LINES = st.lists(ROWS.map(str.encode) | st.sampled_from([*as_bytes(GOOD), *ODD]), max_size=12) | st.lists(
    ROWS.map(str.encode), max_size=4
)


@given(LINES, st.sampled_from([1, 7, 300, 2000, 10_000_000]))
@example([*as_bytes(GOOD), b"\r", *as_bytes(GOOD)], 10_000_000)
@settings(max_examples=100, deadline=None)
def test_a_file_says_the_same_by_block_and_row_by_row(lines: list[bytes], block: int) -> None:
    data = b"\n".join([HEADER.encode(), *lines])
    (columns,) = (one for one in COLUMNS if one.name == "call_data_2018")
    assert told(by_block(data, columns, block)) == told(one_by_one(data, columns))


@given(
    st.lists(FEED_ROWS.map(str.encode), max_size=4)
    | st.lists(st.sampled_from(ODD) | FEED_ROWS.map(str.encode), max_size=15),
    st.sampled_from([300, 10_000_000]),
)
@settings(max_examples=100, deadline=None)
def test_so_does_a_file_without_ids_with_two_clear_times_and_a_narrative(lines: list[bytes], block: int) -> None:
    data = b"\n".join([FEED_HEADER.encode(), *lines])
    assert told(by_block(data, FEED, block)) == told(one_by_one(data, FEED))


@pytest.mark.parametrize(
    "lines",
    [
        GOOD,
        [*GOOD, row(call_id="D", channel="ONVIEW"), row(disposition="RADIO BROADCAST AND CLEAR")],
        [*GOOD, *GOOD, row(call_id="G1", priority="1")],
        [row(arrived=""), row(arrived="01/01/1900 12:00:00 AM"), row(reported_at="11/03/2024 1:30:00 AM")],
        [row(beat="NULL", priority=""), row(call_type="NOISE, LOUD")],
    ],
    ids=short,
)
def test_ordinary_rows_are_read_by_block(lines: list[str]) -> None:
    assert only_blocks(lines)


NOTED = f"{HEADER},Notes"
LONG = "x" * (FIELD_MAX_BYTES + 1)
ACCENTS = "\u00e9" * (FIELD_MAX_BYTES // 2 + 1)


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        ([f"{row()},x\r", f"{row()},x"], [None]),
        ([f"{row()},x\r\r", f"{row()},x"], [None]),
        ([row(beat="C\r3") + ",x", f"{row()},x"], ["control character"]),
        ([f'{row()},"first', 'last"', f"{row()},x"], [None]),
        ([raw(beat='"C3') + ",x", raw(beat='C3"') + ",x", f"{row()},x"], ["unclosed quote"]),
        ([f"{row()},{LONG}", f"{row()},x"], ["field over 64 KiB"]),
        ([f"{row()},{ACCENTS}", f"{row()},x"], ["field over 64 KiB"]),
        ([f"{row()},a\0b", f"{row()},x"], ["NUL byte"]),
        ([f"{row()},x", "", "  ", f"{row()},x"], [None]),
    ],
    ids=short,
)
def test_what_only_looks_regular_is_read_row_by_row(lines: list[str], reasons: list[str | None]) -> None:
    (columns,) = (one for one in COLUMNS if one.name == "call_data_2018")
    data = "\n".join([NOTED, *lines]).encode()
    reading = by_block(data, columns, 10_000_000)
    assert told(reading) == told(one_by_one(data, columns))
    assert [bad.reason for bad in reading.unreadable] == [reason for reason in reasons if reason]


def test_a_carriage_return_at_the_end_of_the_last_cell_is_part_of_it() -> None:
    (columns,) = (one for one in COLUMNS if one.name == "call_data_2018")
    data = "\n".join([HEADER, f"{row()}\r\r", row()]).encode()
    reading = by_block(data, columns, 10_000_000)
    assert [bad.reason for bad in reading.unreadable] == ["control character"]
    assert told(reading) == told(one_by_one(data, columns))


def test_a_line_of_nothing_but_tabs_is_a_blank_line() -> None:
    good = "30.05.2024 20:44\tNOISE\tC3\t\t\t\t\t"
    data = "\n".join([FEED_HEADER, good, "\t" * 7, good]).encode()
    reading = by_block(data, FEED, 10_000_000)
    assert (reading.rows, reading.excluded, len(reading.calls)) == (2, {}, 2)
    assert told(reading) == told(one_by_one(data, FEED))


@pytest.mark.parametrize(
    "odd", [row(call_id=""), row(call_id="null"), row(beat="=1"), row(reported_at="soon"), raw(beat='"C3'), " ", "A,B"]
)
def test_one_odd_row_makes_its_block_be_read_row_by_row(odd: str) -> None:
    assert not only_blocks([*GOOD, odd])


PARTS = st.sampled_from(["", "A", "NOISE - GENERAL", "x" * 200, "\u00e9"])
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))  # noqa: DTZ001
LANGUAGES = st.sampled_from(["", *(str(value) for value in FACTS["language"].values)])


@given(
    st.lists(
        st.tuples(MOMENTS, st.just("A1"), PARTS.filter(bool), *[PARTS] * 5, LANGUAGES, PARTS), min_size=1, max_size=5
    )
)
@settings(deadline=None)
def test_a_report_is_the_one_that_checking_its_parts_gives(packed: list[tuple[object, ...]]) -> None:
    to_report = Reports()
    for parts in packed:
        names = (
            "reported_at",
            "call_id",
            "call_type",
            "priority",
            "channel",
            "precinct",
            "sector",
            "beat",
            "facts",
            "narrative",
        )
        said = {name: part for name, part in zip(names, parts, strict=True) if part}
        if "facts" in said:
            said["facts"] = Facts.model_validate({"language": said["facts"]})
        same, checked = to_report(parts), Report.model_validate(said)
        assert same == checked
        assert hash(same) == hash(checked)
        assert repr(same) == repr(checked)
        assert same.model_fields_set == checked.model_fields_set
        assert list(same.__dict__) == list(checked.__dict__) == list(Report.model_fields)
        assert same.model_dump_json(exclude_unset=True) == checked.model_dump_json(exclude_unset=True)
        assert same.model_copy(update={"beat": "C3"}) == checked.model_copy(update={"beat": "C3"})


@given(MOMENTS, PARTS, PARTS)
def test_a_closing_is_the_one_that_checking_its_parts_gives(cleared_at: datetime, disposition: str, final: str) -> None:
    checked = Closing.model_validate(
        {"cleared_at": cleared_at, "disposition": disposition or None, "final_call_type": final or None}
    )
    same = to_closing(cleared_at, disposition, final)
    assert same == checked
    assert hash(same) == hash(checked)
    assert repr(same) == repr(checked)
    assert (same.model_fields_set, list(same.__dict__)) == (checked.model_fields_set, list(Closing.model_fields))


def test_many_blocks_are_one_file() -> None:
    start = datetime(2024, 5, 1)  # noqa: DTZ001 - a local time
    lines = [
        row(
            call_id=f"A{number % 900}",
            reported_at=(start + timedelta(minutes=number % 900)).strftime("%m/%d/%Y %I:%M:%S %p"),
        )
        for number in range(3000)
    ]
    data = "\n".join([HEADER, *lines]).encode()
    reading = read_table(Lines(FakeFile(data, 10_000), "calls.csv"), COLUMNS, ZONE)
    assert (reading.rows, len(reading.calls)) == (3000, 900)
    assert [(rows, line) for _, _, rows, line in reading.calls[:300]] == [(4, number + 2) for number in range(300)]
    assert told(reading) == told(one_by_one(data, next(one for one in COLUMNS if one.name == "call_data_2018")))
