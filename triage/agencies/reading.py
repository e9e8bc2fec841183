"""Call files and code tables read: files of one header together, each header's columns with their proposed roles."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from triage.agencies.column_relations import wording_of
from triage.agencies.draft import AgencyDraftError
from triage.agencies.evidence import Judge
from triage.agencies.profiles import profile
from triage.agencies.roles import Proposed, propose_roles
from triage.agencies.shares import MOST
from triage.agencies.words import is_one_line
from triage.sources import Table, open_table
from triage.sources.columns import normalised

CODE_TABLE_ROWS_MAX: Final = 20_000
FILES_MAX: Final = 1_000
NAMES_SHOWN_MAX: Final = 12
HEADER_MIN: Final = 3
"""A time, a call type and something else."""

NAME_MAX: Final = 200

_NO_TIMES: Final = {
    "seconds since 1970": re.compile(r"1\d{9}(\d{3})?(\.\d+)?"),
}
"""Ways to write a time that a column mapping cannot read."""

Progress = Callable[[str, int], None]


class FileGroup(NamedTuple):
    """The files that share a header, with their columns. `rows` could be read, `left_out` (by reason) could not.

    `unnamed` are columns without a name of their own: a mapping cannot tell them apart, so they have no role.
    """

    tables: tuple[Table, ...]
    header: tuple[str, ...]
    columns: tuple[Proposed, ...]
    rows: int
    left_out: Mapping[str, int]
    unnamed: tuple[str, ...]

    def column(self, role: str) -> Proposed | None:
        """The column that is proposed for a role."""
        return next((column for column in self.columns if column.role == role), None)

    def cells(self) -> Iterator[list[str]]:
        """The rows of all files, one after the other."""
        for table in self.tables:
            for _, cells in table.rows:
                yield cells


class CodeTable(NamedTuple):
    """A table that puts codes into words: where it is from, and what each code means."""

    source: str
    words: Mapping[str, str]


def read_groups(
    files: Sequence[Path], judge: Judge, tables: Sequence[CodeTable], progress: Progress
) -> tuple[FileGroup, ...]:
    """The call files, those of one header together, in the order in which they were given.

    Raises:
        SourceError: a file cannot be read.
        AgencyDraftError: a file is no file of calls.
    """
    if len(files) > FILES_MAX:
        raise AgencyDraftError(f"{len(files)} files given: at most {FILES_MAX}; a few that hold every kind of row do")
    by_header: dict[tuple[str, ...], list[Table]] = {}
    for path in files:
        table = open_table(path)
        if len(table.header) < HEADER_MIN:
            raise AgencyDraftError(f"`{table.source}` is no file of calls: its header has {len(table.header)} columns")
        by_header.setdefault(tuple(normalised(name) for name in table.header), []).append(table)
    return tuple(_group(tuple(found), judge, tables, progress) for found in by_header.values())


def read_code_tables(files: Sequence[Path]) -> tuple[CodeTable, ...]:
    """Code tables: of each file, the column of short, different codes and the one of the longest words.

    Raises:
        SourceError: a file cannot be read.
        AgencyDraftError: a file has no two such columns.
    """
    return tuple(_code_table(open_table(path)) for path in files)


def words_of(group: FileGroup, role: str, tables: Sequence[CodeTable]) -> tuple[dict[str, str], CodeTable | None]:
    """What the values of a role's column mean, and the code table that says so where one does."""
    proposed = group.column(role)
    if proposed is None:
        return {}, None
    describing = next((one.column for one in group.columns if one.of == proposed.column.name), None)
    words = wording_of(proposed.column, describing, [table.words for table in tables])
    return words, next((table for table in tables if table.words == words), None)


def counts_of(group: FileGroup, role: str) -> Counter[str]:
    """How often each value of a role's column stands; empty where it has none."""
    proposed = group.column(role)
    return Counter() if proposed is None or proposed.column.counts is None else proposed.column.counts


def pairs_of(group: FileGroup, role: str, other: str) -> dict[str, Counter[str]]:
    """For each value of one role's column, how often it stood with each value of the other's."""
    one, two = group.column(role), group.column(other)
    found: dict[str, Counter[str]] = {}
    if one is None or two is None:
        return found
    together = Counter((cells[one.column.place].strip(), cells[two.column.place].strip()) for cells in group.cells())
    for (first, second), count in together.items():
        if first and second:
            found.setdefault(first, Counter())[second] += count
    return found


def _group(tables: tuple[Table, ...], judge: Judge, codes: Sequence[CodeTable], progress: Progress) -> FileGroup:
    rows = (cells for table in tables for _, cells in table.rows)
    columns = profile(tables[0].header, rows, lambda done: progress(tables[0].source, done))
    source = tables[0].source
    left_out: Counter[str] = Counter()
    for table in tables:
        left_out.update(table.rows.left_out)
    if not columns[0].rows:
        raise AgencyDraftError(f"`{source}` has a header and no rows that can be read below it{_most(left_out)}")
    names = Counter(normalised(name) for name in tables[0].header)
    usable = [column for column in columns if _has_a_name(column.name, names)]
    proposed = propose_roles(usable, judge, [table.words for table in codes])
    group = FileGroup(
        tables,
        tables[0].header,
        proposed,
        columns[0].rows,
        dict(left_out),
        tuple(column.name for column in columns if column not in usable),
    )
    _check_calls(group, source)
    return group


def _has_a_name(name: str, names: Counter[str]) -> bool:
    """Whether a mapping can name the column: it has a name of one line, and no other column has the same."""
    return names[normalised(name)] == 1 and bool(normalised(name)) and len(name) <= NAME_MAX and is_one_line(name)


def _most(left_out: Counter[str]) -> str:
    return "".join(f" ({count:,} rows: {reason})" for reason, count in left_out.most_common(1))


def _check_calls(group: FileGroup, source: str) -> None:
    missing = []
    if group.column("reported_at") is None:
        missing.append("a column with the time of each call" + "".join(_time_hints(group)))
    if group.column("call_type") is None:
        missing.append("a column with the type of each call (names or codes that repeat)")
    if missing:
        shown = ", ".join(f"`{name[:40]}`" for name in group.header[:NAMES_SHOWN_MAX])
        more = f" and {len(group.header) - NAMES_SHOWN_MAX} more" if len(group.header) > NAMES_SHOWN_MAX else ""
        twice = f"; `{group.unnamed[0][:40]}` is no name of one column alone" if group.unnamed else ""
        lacks = " and ".join(missing)
        raise AgencyDraftError(f"`{source}` is no file of calls: it lacks {lacks}; it has {shown}{more}{twice}")


def _time_hints(group: FileGroup) -> Iterator[str]:
    """Why a column that looks like times cannot be read as such: the first one found."""
    for one in group.columns:
        for reason, shape in _NO_TIMES.items():
            if one.column.said and one.column.share(lambda value, shape=shape: bool(shape.fullmatch(value))) >= MOST:  # type: ignore[misc]
                yield f" (`{one.column.name}` seems to hold {reason}, which are not read)"
                return


def _code_table(table: Table) -> CodeTable:
    rows = [cells for _, (_, cells) in zip(range(CODE_TABLE_ROWS_MAX), table.rows, strict=False)]
    columns = list(zip(*rows, strict=True))
    if len(columns) < 2 or not rows:  # noqa: PLR2004 - a code and its words
        raise AgencyDraftError(f"`{table.source}` is no code table: it needs a column of codes and one of words")
    lengths = [sum(map(len, column)) / len(rows) for column in columns]
    words = max(range(len(columns)), key=lambda place: lengths[place])
    different = [len(set(column)) for column in columns]
    code = max((place for place in range(len(columns)) if place != words), key=lambda place: (different[place], -place))
    return CodeTable(table.source, {cells[code].strip(): cells[words].strip() for cells in rows if cells[code].strip()})
