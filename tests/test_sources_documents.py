"""NDJSON reports, from a file in clock order and from a feed as they come."""

import io
import json
import os
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.source_examples import (
    COLUMNS,
    HEADER,
    ZONE,
    arrived,
    is_balanced,
    read_bytes,
    row,
    short,
    without_lines,
    wrong,
)
from triage.domain.facts import Facts
from triage.domain.report import Closing, Report, Unreadable
from triage.sources import CallClosed, Item, Reading, ReportArrived, holds_documents, read_lines, read_stream, stream

SAID = {"call_id": "A1", "reported_at": "2024-01-02T03:04:05Z", "call_type": "NOISE - GENERAL"}


def document(**changes: object) -> bytes:
    """One line: a report with these fields."""
    return json.dumps(SAID | changes).encode()


def read(*lines: bytes) -> Reading:
    """What a file of these lines holds."""
    return read_bytes(b"\n".join(lines) + b"\n")


def fed(*lines: bytes) -> list[Item]:
    """What a feed of these lines gives."""
    return list(read_lines(io.BufferedReader(io.BytesIO(b"\n".join(lines) + b"\n"))))


def test_a_document_is_a_report_in_utc_and_its_closing_comes_when_the_call_ended() -> None:
    closing = {"cleared_at": "2024-01-01T22:00:00-08:00", "disposition": "ASSISTANCE RENDERED"}
    told = document(
        reported_at="2024-01-01T19:04:05-08:00", facts={"weapon": True}, narrative="a knife", closing=closing
    )
    report = Report(
        call_id="A1",
        reported_at=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
        call_type="NOISE - GENERAL",
        facts=Facts(weapon=True),
        narrative="a knife",
    )
    ended = Closing(cleared_at=datetime(2024, 1, 2, 6, tzinfo=UTC), disposition="ASSISTANCE RENDERED")
    assert list(stream(read(told))) == [ReportArrived(report, 1, 1), CallClosed("A1", ended)]
    assert fed(told) == [ReportArrived(report, 1, 1), CallClosed("A1", ended)]


def test_several_reports_of_a_call_stay_several_and_come_in_the_order_of_the_clock() -> None:
    later = document(reported_at="2024-01-02T04:00:00Z", priority="1")
    reading = read(later, document(), document(call_id="B1", reported_at="2024-01-02T03:30:00Z"), document())
    told = [(item.report.call_id, item.report.priority, item.rows, item.line) for item in arrived(reading)]
    assert told == [("A1", None, 2, 2), ("B1", None, 1, 3), ("A1", "1", 1, 1)]
    assert reading.rows == 4
    assert is_balanced(reading)


def test_a_call_that_two_reports_say_was_closed_is_closed_once() -> None:
    closing = {"cleared_at": "2024-01-02T06:00:00Z"}
    reading = read(document(closing=closing), document(priority="1", closing=closing))
    assert [type(item) for item in stream(reading)] == [ReportArrived, ReportArrived, CallClosed]


def test_a_feed_gives_its_reports_in_the_order_in_which_they_come() -> None:
    items = fed(document(reported_at="2024-01-02T04:00:00Z"), b"", b"{", document())
    assert [type(item) for item in items] == [ReportArrived, Unreadable, ReportArrived]
    assert [item.line for item in items if isinstance(item, ReportArrived | Unreadable)] == [1, 3, 4]


def test_a_feed_gives_each_report_before_the_next_one_is_sent() -> None:
    reader, writer = os.pipe()
    got = threading.Event()

    def send() -> None:
        with open(writer, "wb", buffering=0) as feed:  # noqa: PTH123 - a pipe
            feed.write(document() + b"\n")
            assert got.wait(20)  # nothing more is sent until the first report has come out at the other end
            feed.write(document(call_id="B1") + b"\n")

    sender = threading.Thread(target=send)
    sender.start()
    with open(reader, "rb") as feed:  # noqa: PTH123 - a pipe
        assert holds_documents(feed)
        items = read_lines(feed)
        assert isinstance(next(items), ReportArrived)
        got.set()
        assert isinstance(next(items), ReportArrived)
        assert next(items, None) is None
    sender.join()


@pytest.mark.parametrize(
    ("line", "field", "reason", "call_id"),
    [
        (b"{", None, "not JSON", None),
        (b"[]", None, "input should be an object", None),
        (b'{"a":' * 50_000, None, "not JSON", None),
        (b'{"call_id": "A1\xff"}', None, "not UTF-8", None),
        (document(call_id="A 1"), "call_id", "not a call id (letters, digits and ._:/#-, at most 64)", None),
        (document(call_id=7), "call_id", "input should be a valid string", None),
        (b'{"call_id": "A1", "call_type": "X"}', "reported_at", "missing", "A1"),
        (document(reported_at="2024-01-02T03:04:05"), "reported_at", "input should have timezone info", "A1"),
        (document(reported_at="1900-01-01T00:00:00Z"), "reported_at", "year outside 1990 to 2100", "A1"),
        (document(reported_at="9999-12-31T23:59:59-12:00"), "reported_at", "year outside 1990 to 2100", "A1"),
        (document(call_type="=1+1"), "call_type", "formula", "A1"),
        (document(beat="C3\nC4"), "beat", "control character", "A1"),
        (document(beat="C3\0"), "beat", "control character", "A1"),
        (
            document(facts={"nature": "N" * 201}),
            "facts.nature",
            "not a canonical call type (capitals, digits and -)",
            "A1",
        ),
        (document(secret_name="x"), None, "unknown field", "A1"),
        (document(facts={"secret_name": True}), "facts", "unknown field", "A1"),
        (
            document(closing={"cleared_at": "2024-01-02T03:04:04Z"}),
            "closing.cleared_at",
            "cleared before it was reported",
            "A1",
        ),
        (
            document(closing={"cleared_at": "2024-01-02T03:04:05Z", "disposition": "@x"}),
            "closing.disposition",
            "formula",
            "A1",
        ),
        (document(narrative="n" * 20_001), "narrative", "string should have at most 20000 characters", "A1"),
        (document(narrative="n" * 1_100_000), None, "line over 1 MiB", None),
    ],
    ids=short,
)
def test_a_bad_line_is_named_and_the_rest_goes_on(line: bytes, field: str, reason: str, call_id: str | None) -> None:
    reading = read(document(), line, document(call_id="B1"))
    assert wrong(reading) == [(2, field, reason)]
    assert [item.report.call_id for item in arrived(reading)] == ["A1", "B1"]
    assert is_balanced(reading)
    assert [item.call_id for item in fed(line) if isinstance(item, Unreadable)] == [call_id]


def test_a_bad_line_never_says_what_stood_there() -> None:
    lines = [document(SECRET=1), document(call_type="=SECRET"), b"SECRET", document(facts={"weapon": "SECRET"})]
    items = fed(*lines)
    assert [type(item) for item in items] == [Unreadable] * 4
    assert not any("SECRET" in repr(item) for item in items)


def test_a_bom_and_blank_lines_before_the_first_report_do_not_matter() -> None:
    assert len(arrived(read_bytes(b"\xef\xbb\xbf\r\n " + document()))) == 1


def test_what_begins_with_a_brace_is_ndjson_and_anything_else_is_csv() -> None:
    assert holds_documents(io.BufferedReader(io.BytesIO(b" \n{")))
    assert not holds_documents(io.BufferedReader(io.BytesIO(HEADER.encode())))
    reading = read_stream(io.BufferedReader(io.BytesIO(f"{HEADER}\n{row()}".encode())), COLUMNS, ZONE)
    assert (reading.source, len(reading.calls)) == ("standard input", 1)


LINES = [
    document(call_id=call, priority=priority, closing=closing)
    for call in ("A", "B")
    for priority in (None, "1")
    for closing in (None, {"cleared_at": "2024-01-02T06:00:00Z"}, {"cleared_at": "2024-01-02T07:00:00Z"})
]


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=10).flatmap(
        lambda lines: st.tuples(st.just(lines), st.permutations(lines))
    )
)
@settings(max_examples=100)
def test_the_same_lines_in_any_order_give_the_same_stream(orders: tuple[list[bytes], list[bytes]]) -> None:
    first, second = (read(*lines) for lines in orders)
    assert is_balanced(first)
    assert without_lines(stream(first)) == without_lines(stream(second))


@given(
    st.lists(
        st.sampled_from([*LINES, b"\n", b"{", b"\xff", b'"', b'{"call_id":"A"}']) | st.binary(max_size=20), max_size=12
    )
)
@settings(max_examples=200)
def test_hostile_bytes_never_stop_a_feed(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    items = list(read_lines(io.BufferedReader(io.BytesIO(data))))
    lines = [line for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    assert sum(isinstance(item, ReportArrived | Unreadable) for item in items) == len(lines)
