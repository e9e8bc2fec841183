"""CSV to calls: each row is counted once, and the rows of one call (one per unit sent) become one."""

from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo

from triage.sources.columns import Columns, choose_columns
from triage.sources.lines import Broken, Lines
from triage.sources.reading import Packed, Reading, SourceCall
from triage.sources.records import cells_of, cut_cell, read_header, salvaged
from triage.sources.rows import Rows, to_report
from triage.sources.unreadable import BadRow, RowError, fingerprint


def read_table(lines: Lines, columns: Sequence[Columns], zone: tzinfo, name: str | None = None) -> Reading:
    """The calls of a CSV file, by the mapping that its header asks for (or the one called `name`).

    Raises:
        SourceError: the header is missing, unreadable or unknown.
    """
    header = read_header(lines)
    chosen = choose_columns(header, columns, name, lines.source)
    rows = Rows(header, chosen, zone, lines.source)
    calls: dict[str, SourceCall] = {}
    excluded: Counter[str] = Counter()
    unreadable: list[BadRow] = []
    count = 0
    for line in lines:
        number = lines.number
        if isinstance(line, Broken):
            count += 1
            unreadable.append(_broken(line, number, rows))
            continue
        if not line.strip():
            continue
        count += 1
        whole = line
        try:
            cells, whole = cells_of(line, lines, rows.shape)
            if reason := rows.exclusion(cells):
                excluded[reason] += 1
                continue
            report, closing = rows.read(cells)
        except RowError as error:
            call_id = rows.likely_call_id(salvaged(whole))
            unreadable.append(BadRow(number, error.field, error.reason, fingerprint(whole), call_id))
            continue
        call_id = report[1]
        before = calls.get(call_id)
        calls[call_id] = (report, closing, 1, number) if before is None else _joined(before, report, closing)
    return Reading(lines.source, count, list(calls.values()), excluded, unreadable, to_report)


def _joined(call: SourceCall, report: Packed, closing: Packed) -> SourceCall:
    """One call of several rows: the report that came first, the closing that came last, whatever the rows' order."""
    first, last, rows, line = call
    return min(first, report), max(last, closing), rows + 1, line


def _broken(line: Broken, number: int, rows: Rows) -> BadRow:
    cells = salvaged(line.head)[:-1]  # the last one is cut
    return BadRow(number, cut_cell(line.head, rows.shape), line.reason, line.fingerprint, rows.likely_call_id(cells))
