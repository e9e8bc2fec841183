"""What a source held, and its stream in clock order."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from triage.domain.events import Relation
from triage.domain.report import Closing, Report, Unreadable
from triage.sources.reports import to_closing
from triage.sources.unreadable import BadRow, to_unreadable

Packed = tuple[Any, ...]
"""A report or a closing in little memory, beginning with its time (UTC) and its call's id, so that it sorts by them.

A closing goes on with disposition and final type; one whose time nobody knows has `UNKNOWN_TIME` for it. What follows
in a report is up to the format. "" is a missing part.
Rows of a table share most of their parts, so a tuple of them takes half the memory of the same report as JSON.
"""


UNKNOWN_TIME: Final = datetime.min.replace(tzinfo=UTC)
"""Of a closing of which only the outcome is known: it did not happen at any moment, so `stream` does not tell it."""

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ReportArrived(NamedTuple):
    """A report came in, `rows` times, first on `line`. It never has a closing: nobody knew it then."""

    report: Report
    rows: int
    line: int


class CallClosed(NamedTuple):
    """CAD closed a call."""

    call_id: str
    closing: Closing


class CallsLinked(NamedTuple):
    """A source says which other call a call has to do with, and how."""

    call_id: str
    at: datetime
    other: str
    relation: Relation


Item = ReportArrived | CallClosed | CallsLinked | Unreadable


SourceCall = tuple[Packed, Packed, int, int]
"""A report of a call, the call's closing (empty where none is known), how many rows made it, the first line of them.

A call whose rows say different things stands here once for each, with the same closing.

Plain tuples of plain parts: the garbage collector stops looking at those, which makes reading a quarter faster.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A source read whole. `rows` is always the calls' rows, the excluded ones and the unreadable ones together.

    Documents may also name related calls (`links`), and have parts that say nothing to us: `not_understood` counts
    these by their field.
    """

    source: str
    rows: int
    calls: list[SourceCall]
    excluded: Counter[str]
    unreadable: list[BadRow]
    to_report: Callable[[Packed], Report]
    links: Sequence[CallsLinked] = ()
    not_understood: Counter[str] = field(default_factory=Counter)


def stream(reading: Reading) -> Iterator[Item]:
    """What happened, in clock order: reports when they came in, closings when the calls were closed, across all calls.

    At one moment reports come before closings, closings before links, then by call, so the same rows in any order give
    the same stream. What could not be read has no time of its own: it comes at the end, in the order of the file.
    """
    told = _told(reading)
    yield from heapq.merge(told, sorted(reading.links, key=place), key=place) if reading.links else told
    for bad in sorted(reading.unreadable, key=lambda bad: bad.line):
        yield to_unreadable(bad, reading.source)


def place(item: Item) -> tuple[int, datetime, int, str]:
    """The place of an item in the clock order of `stream`; what could not be read has none and comes last."""
    match item:
        case ReportArrived(report=report):
            return 0, report.reported_at, 0, report.call_id
        case CallClosed(call_id=call_id, closing=closing):
            return 0, closing.cleared_at, 1, call_id
        case CallsLinked(call_id=call_id, at=at):
            return 0, at, 2, call_id
        case Unreadable():
            return 1, UNKNOWN_TIME, 3, ""


def _told(reading: Reading) -> Iterator[ReportArrived | CallClosed]:
    calls = sorted(reading.calls, key=itemgetter(0))
    closings = _closings(calls)
    closed = next(closings, None)
    to_report = reading.to_report
    for report, _, rows, line in calls:
        while closed is not None and closed[0] < report[0]:
            yield _to_closed(closed)
            closed = next(closings, None)
        yield ReportArrived(to_report(report), rows, line)
    while closed is not None:
        yield _to_closed(closed)
        closed = next(closings, None)


def _closings(calls: list[SourceCall]) -> Iterator[Packed]:
    """Each different closing that has a time once: several reports of a call may all say how it ended."""
    before: Packed = ()
    for closing in sorted([closing for _, closing, _, _ in calls if closing and closing[0] != UNKNOWN_TIME]):
        if closing != before:
            yield closing
        before = closing


def _to_closed(packed: Packed) -> CallClosed:
    cleared_at, call_id, disposition, final_call_type = packed
    return CallClosed(call_id, to_closing(cleared_at, disposition, final_call_type))
