"""What the rows of one table come to: each counted once, and rows that say the same of a call are one report of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat

from triage.domain.report import Report
from triage.sources.reading import Packed, Reading, SourceCall
from triage.sources.unreadable import BadRow

ABOVE_HEADER = "above-header"
REPEATED_HEADER = "repeated-header"


class Gathered:
    """The calls of a table, row by row.

    Rows that say the same of a call (one for each unit sent) are one report. A row that says otherwise, a type or a
    priority that changed, is another report of it. The closing is the last one that any of its rows knows.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows = 0
        self._excluded: Counter[str] = Counter()
        self._unreadable: list[BadRow] = []
        self._calls: dict[str, SourceCall] = {}
        self._otherwise: dict[Packed, tuple[int, int]] = {}  # the further reports of a call: rows and first line

    def exclude(self, reasons: Iterable[str]) -> None:
        """Rows that are no calls for us, by the reason of each."""
        before = self._excluded.total()
        self._excluded.update(reasons)
        self.rows += self._excluded.total() - before

    def refuse(self, bad: BadRow) -> None:
        """A row that cannot be read."""
        self.rows += 1
        self._unreadable.append(bad)

    def add(self, report: Packed, closing: Packed, line: int) -> None:
        """A row that was read."""
        self.rows += 1
        call_id = report[1]
        before = self._calls.get(call_id)
        if before is None:
            self._calls[call_id] = (report, closing, 1, line)
            return
        first, ended, rows, first_line = before
        if first == report:
            rows += 1
        else:
            otherwise, otherwise_line = self._otherwise.get(report, (0, line))
            self._otherwise[report] = (otherwise + 1, otherwise_line)
        self._calls[call_id] = (first, max(ended, closing), rows, first_line)

    def add_all(self, reports: Sequence[Packed], closings: Sequence[Packed], lines: Sequence[int]) -> None:
        """Rows that were read together. As a rule each is a call of its own, and then none is looked at by itself."""
        ids = [report[1] for report in reports]
        if len(set(ids)) == len(ids) and self._calls.keys().isdisjoint(ids):
            self._calls.update(zip(ids, zip(reports, closings, repeat(1), lines, strict=False), strict=True))
            self.rows += len(ids)
            return
        for report, closing, line in zip(reports, closings, lines, strict=True):
            self.add(report, closing, line)

    def reading(self, source: str, to_report: Callable[[Packed], Report]) -> Reading:
        """All of it."""
        calls = list(self._calls.values())
        for report, (rows, line) in self._otherwise.items():
            calls.append((report, self._calls[report[1]][1], rows, line))
        return Reading(source, self.rows, calls, self._excluded, self._unreadable, to_report)
