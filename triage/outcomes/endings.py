"""Calls as they were first reported and as they ended, across files."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from triage.domain.report import Report
from triage.sources import Reading
from triage.sources.reading import Packed


class Ended(NamedTuple):
    """How a call was first reported, and what its source says of how it ended, whether or not it says when."""

    report: Report
    disposition: str | None
    final_call_type: str | None


class _Found(NamedTuple):
    reading: Reading
    report: Packed
    closing: Packed


def endings(readings: Sequence[Reading]) -> Iterator[Ended]:
    """Each call once, whatever files and rows it stands in: its first report, and the closing that came last."""
    found: dict[str, _Found] = {}
    for reading in readings:
        for report, closing, *_ in sorted(reading.calls, key=itemgetter(0)):
            time, call_id = report[:2]
            before = found.get(call_id)
            if before is None:
                found[call_id] = _Found(reading, report, closing)
            elif time < before.report[0]:
                found[call_id] = _Found(reading, report, max(before.closing, closing))
            elif closing > before.closing:
                found[call_id] = before._replace(closing=closing)
    for reading, report, closing in found.values():
        disposition, final_call_type = closing[2:4] if closing else ("", "")
        yield Ended(reading.to_report(report), disposition or None, final_call_type or None)
