"""Rows of one file into calls in clock order: assembled, excluded, repeated, and never in the order of the file."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.source_examples import (
    COLUMNS,
    HEADER,
    ZONE,
    FakeFile,
    arrived,
    is_balanced,
    raw,
    read,
    read_table,
    row,
    without_lines,
    wrong,
)
from triage.domain.facts import Facts
from triage.domain.report import Closing, Report
from triage.sources import CallClosed, Columns, Item, Reading, ReportArrived, stream
from triage.sources.lines import Lines
from triage.sources.reading import UNKNOWN_TIME
from triage.sources.unreadable import UNKNOWN_LANGUAGE

MODERN = (
    "CAD Event Number,CAD Event Clearance Description,Call Type,Priority,Initial Call Type,Final Call Type,"
    "CAD Event Original Time Queued,CAD Event Arrived Time,Dispatch Precinct,Dispatch Sector,Dispatch Beat,"
    "Dispatch Latitude,Call Sign Dispatch ID,Call Sign In-Service Time,Call Type Indicator"
)


def unit(
    back: str, arrived_at: str = "2025 Oct 19 07:20:00 PM", indicator: str = "DISPATCH", call: str = "2025000000007"
) -> str:
    """One row of the modern header: one unit sent to a call, and when it was back in service."""
    return (
        f"{call},ASSISTANCE RENDERED,911,3,NOISE - GENERAL,DISTURBANCE - NOISE,2025 Oct 19 07:10:15 PM,{arrived_at},"
        f"WEST,KING,K3,REDACTED,{back[-8:]},{back},{indicator}"
    )


def closings(reading: Reading) -> list[CallClosed]:
    """How the calls of a reading ended, in order."""
    return [item for item in stream(reading) if isinstance(item, CallClosed)]


def call_of(item: Item) -> str | None:
    """The call that an item is about."""
    return item.report.call_id if isinstance(item, ReportArrived) else item.call_id


def in_feed(columns: Columns, *lines: str) -> Reading:
    """A reading of these lines by a mapping of one's own."""
    return read_table(Lines(FakeFile("\n".join(lines).encode()), "calls.csv"), [columns], ZONE)


def test_a_row_becomes_what_cad_said_then_and_how_the_call_ended_later() -> None:
    report = Report(
        call_id="2024000000001",
        reported_at=datetime(2024, 5, 31, 3, 44, 28, tzinfo=UTC),
        call_type="SERVICE - WELFARE CHECK",
        priority="3",
        channel="911",
        precinct="EAST",
        sector="CHARLIE",
        beat="C3",
    )
    closing = Closing(
        cleared_at=datetime(2024, 5, 31, 4, 0, tzinfo=UTC),
        disposition="ASSISTANCE RENDERED",
        final_call_type="ASSIST PUBLIC - OTHER (NON-SPECIFIED)",
    )
    assert list(stream(read(row()))) == [ReportArrived(report, 1, 2), CallClosed("2024000000001", closing)]


def test_calls_are_told_in_the_order_of_the_clock_and_closings_between_them() -> None:
    reading = read(
        row(call_id="B", reported_at="05/30/2024 8:30:00 PM", arrived=""),
        row(call_id="C", reported_at="05/30/2024 9:30:00 PM", arrived="05/30/2024 9:40:00 PM"),
        row(call_id="A", reported_at="05/30/2024 8:00:00 PM", arrived="05/30/2024 9:00:00 PM"),
    )
    told = [item.report.call_id if isinstance(item, ReportArrived) else "end" for item in stream(reading)]
    assert told == ["A", "B", "end", "C", "end"]


def test_at_one_moment_reports_come_first_and_then_calls_by_id() -> None:
    now = "05/30/2024 9:00:00 PM"
    reading = read(
        row(call_id="C", reported_at=now, arrived=now),
        row(call_id="B", reported_at=now, arrived=now),
        row(call_id="A", reported_at="05/30/2024 8:00:00 PM", arrived=now),
    )
    told = [(type(item), call_of(item)) for item in stream(reading)]
    assert told == [
        (ReportArrived, "A"),
        (ReportArrived, "B"),
        (ReportArrived, "C"),
        (CallClosed, "A"),
        (CallClosed, "B"),
        (CallClosed, "C"),
    ]


def test_the_rows_of_the_units_sent_become_one_call_that_the_last_unit_closes() -> None:
    reading = read(
        unit("2025 Oct 19 08:00:00 PM"), unit("2025 Oct 19 09:30:00 PM"), unit("2025 Oct 19 07:45:00 PM"), header=MODERN
    )
    (report,) = arrived(reading)
    assert (report.rows, report.line) == (3, 2)
    (closed,) = closings(reading)
    assert closed.closing.cleared_at.astimezone(ZONE).isoformat() == "2025-10-19T21:30:00-07:00"
    assert is_balanced(reading)


def test_where_no_unit_says_when_it_was_back_the_arrival_closes_the_call() -> None:
    (closed,) = closings(read(unit(""), unit("NULL"), header=MODERN))
    assert closed.closing.cleared_at.astimezone(ZONE).isoformat() == "2025-10-19T19:20:00-07:00"


def test_a_call_without_any_clear_time_is_never_closed() -> None:
    reading = read(unit("", arrived_at="-"), header=MODERN)
    assert len(arrived(reading)) == 1
    assert not closings(reading)


@pytest.mark.parametrize("never", ["01/01/1900 12:00:00 AM", "0000-00-00 00:00:00", "05/30/2024 8:44:27 PM"])
def test_a_clear_time_before_the_report_is_none(never: str) -> None:
    reading = read(row(arrived=never))
    assert len(arrived(reading)) == 1
    assert not closings(reading)


def test_a_column_of_the_file_can_exclude_rows_too() -> None:
    reading = read(unit("", indicator=" onview "), header=MODERN)
    assert reading.excluded == Counter({"on-view": 1})


def test_rows_are_excluded_whatever_their_case() -> None:
    reading = read(
        row(channel="Onview"),
        row(channel="PROACTIVE (OFFICER INITIATED)"),
        row(disposition="Radio Broadcast and clear"),
        row(disposition="DUPLICATED OR CANCELLED BY RADIO"),
        row(disposition=" RESPONDING UNIT(S) CANCELLED BY RADIO "),
        row(call_type="TEST CALL ONLY"),
    )
    assert reading.excluded == {"on-view": 2, "broadcast": 1, "duplicate": 1, "cancelled": 1, "test-call": 1}
    assert not list(stream(reading))
    assert is_balanced(reading)


def test_the_rows_of_a_call_that_are_not_excluded_make_the_call() -> None:
    reading = read(row(channel="ONVIEW"), row(), row(disposition="RADIO BROADCAST AND CLEAR"))
    (report,) = arrived(reading)
    assert (report.rows, report.line, report.report.channel) == (1, 3, "911")
    assert is_balanced(reading)


def test_identical_rows_are_counted_with_their_call() -> None:
    (report,) = arrived(read(row(), row(), row()))
    assert (report.rows, report.line) == (3, 2)


@pytest.mark.parametrize("missing", ["", " ", "-", "null", "Redacted", "UNKNOWN"])
def test_a_missing_value_is_none(missing: str) -> None:
    (report,) = arrived(read(row(priority=missing, beat=missing, channel=missing)))
    assert (report.report.priority, report.report.beat, report.report.channel) == (None, None, None)


def test_a_call_type_may_begin_with_a_hyphen_as_seattles_do() -> None:
    (report,) = arrived(read(row(call_type="-ASSIGNED DUTY - STAKEOUT")))
    assert report.report.call_type == "-ASSIGNED DUTY - STAKEOUT"


def test_a_language_and_a_narrative_are_read_where_an_agency_has_them() -> None:
    columns = Columns.model_validate(
        {
            "name": "feed",
            "source": "a test",
            "columns": {
                "call_id": "id",
                "reported_at": "at",
                "call_type": "type",
                "language": "lang",
                "narrative": "text",
            },
            "times": {"formats": ["%Y-%m-%d %H:%M"]},
        }
    )
    reading = in_feed(
        columns,
        "id,at,type,lang,text",
        'A,2024-01-02 03:04,NOISE,Spanish,"loud, again\nsince ten"',
        "B,2024-01-02 03:05,NOISE,,",
        "C,2024-01-02 03:06,NOISE,Klingon,",
    )
    first, second = arrived(reading)
    assert first.report.facts == Facts(language="spanish")
    assert first.report.narrative == "loud, again\nsince ten"
    assert (second.report.facts, second.report.narrative, second.line) == (Facts(), None, 4)
    assert wrong(reading) == [(5, "lang", UNKNOWN_LANGUAGE)]


def test_a_bom_windows_line_ends_blank_lines_and_a_missing_last_line_end_do_not_matter() -> None:
    data = f"\ufeff\r\n{HEADER}\r\n\r\n{row()}\r\n  \r\n{row(call_id='B')}".encode()
    reading = read_table(Lines(FakeFile(data), "calls.csv"), COLUMNS, ZONE)
    assert [(item.report.call_id, item.line) for item in arrived(reading)] == [("2024000000001", 4), ("B", 6)]


def test_quoted_and_plain_rows_say_the_same() -> None:
    quoted = ",".join(f'"{cell}"' for cell in raw(call_id="Q").split(","))
    first, second = arrived(read(raw(call_id="P"), quoted))
    assert first.report == second.report.model_copy(update={"call_id": "P"})


VARIANTS = [
    row(call_id=call, reported_at=reported, arrived=ended, priority=priority, channel=channel)
    for call in ("A", "B")
    for reported in ("05/30/2024 8:44:28 PM", "05/30/2024 8:44:29 PM")
    for ended in ("", "05/30/2024 8:44:29 PM", "05/30/2024 9:00:00 PM")
    for priority in ("1", "2")
    for channel in ("911", "ONVIEW")
]
BAD = [row(call_id="=A"), row(reported_at="soon"), "A,1"]


@given(
    st.lists(st.sampled_from([*VARIANTS, *BAD]), max_size=12).flatmap(
        lambda rows: st.tuples(st.just(rows), st.permutations(rows))
    )
)
@settings(max_examples=150)
def test_the_same_rows_in_any_order_give_the_same_stream(orders: tuple[list[str], list[str]]) -> None:
    first, second = (read(*rows) for rows in orders)
    assert is_balanced(first)
    assert first.excluded == second.excluded
    told, again = (
        [item for item in stream(one) if isinstance(item, ReportArrived | CallClosed)] for one in (first, second)
    )
    assert without_lines(told) == without_lines(again)
    assert Counter(wrong_but_line(first)) == Counter(wrong_but_line(second))


def wrong_but_line(reading: Reading) -> list[tuple[str | None, str]]:
    return [(field, reason) for _, field, reason in wrong(reading)]


STOPS = ["A,2024-01-02", "A,2024-01-02", "B,2024-01-02", "A,2024-01-03"]


@given(st.permutations(STOPS))
def test_ids_from_rows_do_not_depend_on_the_order_of_the_rows(rows: list[str]) -> None:
    columns = Columns.model_validate(
        {
            "name": "stops",
            "source": "a test",
            "columns": {"reported_at": "on", "call_type": "type"},
            "times": {"formats": ["%Y-%m-%d"]},
            "call_id_from_row": "stop-",
        }
    )
    ids = [item.report.call_id for item in arrived(in_feed(columns, "type,on", *rows))]
    assert ids == [item.report.call_id for item in arrived(in_feed(columns, "type,on", *STOPS))]
    assert len(set(ids)) == 4
    assert sorted(one[-2:] for one in ids) == ["-1", "-1", "-1", "-2"]


def said(reading: Reading) -> list[tuple[str, str, str | None, int, int]]:
    """Call, type, priority, rows and first line of each report, in the order of the stream."""
    return [
        (item.report.call_id, item.report.call_type, item.report.priority, item.rows, item.line)
        for item in arrived(reading)
    ]


def test_rows_of_a_call_that_say_different_things_are_reports_of_it_in_clock_order() -> None:
    later = "05/30/2024 8:50:00 PM"
    reading = read(
        row(call_id="A", reported_at=later, call_type="FIGHT - JO - WITH WEAPONS", priority="1"),
        row(call_id="A", call_type="NOISE", priority="7"),
        row(call_id="A", reported_at=later, call_type="FIGHT - JO - WITH WEAPONS", priority="1"),
        row(call_id="A", call_type="NOISE", priority="3"),
    )
    assert said(reading) == [
        ("A", "NOISE", "3", 1, 5),
        ("A", "NOISE", "7", 1, 3),
        ("A", "FIGHT - JO - WITH WEAPONS", "1", 2, 2),
    ]
    assert is_balanced(reading)


def test_a_call_of_different_rows_is_closed_once_by_the_last_that_is_known() -> None:
    reading = read(
        row(arrived="05/30/2024 9:00:00 PM"),
        row(call_type="NOISE", arrived="05/30/2024 9:30:00 PM", disposition="REPORT WRITTEN (NO ARREST)"),
        row(beat="K1", arrived=""),
    )
    (closed,) = closings(reading)
    assert closed.closing.cleared_at.isoformat() == "2024-05-31T04:30:00+00:00"
    assert closed.closing.disposition == "REPORT WRITTEN (NO ARREST)"
    assert len(arrived(reading)) == 3


def test_how_a_call_ended_is_known_also_where_nobody_says_when() -> None:
    reading = read(row(call_id="A", arrived=""), row(call_id="B", arrived="", disposition="", final_call_type=""))
    assert [(report[1], closing) for report, closing, _, _ in reading.calls] == [
        ("A", (UNKNOWN_TIME, "A", "ASSISTANCE RENDERED", "ASSIST PUBLIC - OTHER (NON-SPECIFIED)")),
        ("B", ()),
    ]
    assert not closings(reading)


def test_a_known_time_outdoes_an_unknown_one() -> None:
    reading = read(row(), row(arrived="", disposition="X"))
    (closed,) = closings(reading)
    assert closed.closing.disposition == "ASSISTANCE RENDERED"


def test_times_that_run_backwards_give_the_stream_that_they_would_give_in_order() -> None:
    rows = [row(call_id=f"A{hour}", reported_at=f"05/30/2024 {hour}:00:00 PM") for hour in range(1, 12)]
    assert without_lines(stream(read(*reversed(rows)))) == without_lines(stream(read(*rows)))
