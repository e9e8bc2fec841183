"""What a source held, and its stream in clock order."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from triage.domain.report import Closing, Report, Unreadable
from triage.sources.unreadable import BadRow, to_unreadable

Packed = tuple[Any, ...]
"""A report or a closing in little memory, beginning with its time (UTC) and its call's id, so that it sorts by them.

A closing goes on with disposition and final type. What follows in a report is up to the format. "" is a missing part.
Rows of a table share most of their parts, so a tuple of them takes half the memory of the same report as JSON.
"""


class ReportArrived(NamedTuple):
    """A report came in, `rows` times, first on `line`. It never has a closing: nobody knew it then."""

    report: Report
    rows: int
    line: int


class CallClosed(NamedTuple):
    """CAD closed a call."""

    call_id: str
    closing: Closing


Item = ReportArrived | CallClosed | Unreadable


SourceCall = tuple[Packed, Packed, int, int]
"""A call's report, its closing (empty where none is known), how many rows made it, and the first line of them.

Plain tuples of plain parts: the garbage collector stops looking at those, which makes reading a quarter faster.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A source read whole. `rows` is always the calls' rows, the excluded ones and the unreadable ones together."""

    source: str
    rows: int
    calls: list[SourceCall]
    excluded: Counter[str]
    unreadable: list[BadRow]
    to_report: Callable[[Packed], Report]


def stream(reading: Reading) -> Iterator[Item]:
    """What happened, in clock order: reports when they came in, closings when the calls were closed, across all calls.

    At one moment reports come before closings, then by call, so the same rows in any order give the same stream. What
    could not be read has no time of its own: it comes at the end, in the order of the file.
    """
    calls = sorted(reading.calls, key=itemgetter(0))
    closings = _closings(calls)
    closed = next(closings, None)
    for report, _, rows, line in calls:
        while closed is not None and closed[0] < report[0]:
            yield _to_closed(closed)
            closed = next(closings, None)
        yield ReportArrived(reading.to_report(report), rows, line)
    while closed is not None:
        yield _to_closed(closed)
        closed = next(closings, None)
    for bad in sorted(reading.unreadable, key=lambda bad: bad.line):
        yield to_unreadable(bad, reading.source)


def _closings(calls: list[SourceCall]) -> Iterator[Packed]:
    """Each different closing once: several reports of a call may all say how it ended."""
    before: Packed = ()
    for closing in sorted(closing for _, closing, _, _ in calls if closing):
        if closing != before:
            yield closing
        before = closing


def _to_closed(packed: Packed) -> CallClosed:
    cleared_at, call_id, disposition, final_call_type = packed
    closing = {"cleared_at": cleared_at, "disposition": disposition or None, "final_call_type": final_call_type or None}
    return CallClosed(call_id, Closing.model_validate(closing))
