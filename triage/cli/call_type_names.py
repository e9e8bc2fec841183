"""The call types that a file names, and how often: calls by their column mapping, tallies by the name of the column."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Final

from triage.sources import (
    Columns,
    ReportArrived,
    SourceError,
    UnknownHeaderError,
    choose_columns,
    open_table,
    read_file,
    stream,
)
from triage.sources.columns import normalised
from triage.sources.files import holds_documents
from triage.sources.lines import open_bytes, unpacked

COLUMN_ENDS: Final = "call_type"
MISSING: Final = ("", "-")


def names_in(path: Path, mappings: Sequence[Columns]) -> Counter[str]:
    """How many rows of the file name each call type, whether or not those rows would become calls.

    A file of calls names them in its mapping's column; a file of reports in each line; in any other file every column
    whose name ends in `call_type` counts. Raises `SourceError` for a file that has none of these or cannot be read.
    """
    with open_bytes(path) as packed:
        documents = holds_documents(unpacked(packed, path.name), path.name)
    if not documents:
        return Counter(_cells(path, mappings))
    names: Counter[str] = Counter()
    for item in stream(read_file(path, (), UTC)):
        if isinstance(item, ReportArrived):
            names[item.report.call_type] += item.rows
    return names


def _cells(path: Path, mappings: Sequence[Columns]) -> Iterator[str]:
    table = open_table(path)
    places, missing = _places(table.header, mappings, table.source)
    for _, cells in table.rows:  # `triage run` names the rows that cannot be read
        for place in places:
            name = " ".join(cells[place].split())
            if name.casefold() not in missing:
                yield name


def _places(header: Sequence[str], mappings: Sequence[Columns], source: str) -> tuple[list[int], frozenset[str]]:
    """Which columns hold call types, and what stands there where nothing was said."""
    names = [normalised(column) for column in header]
    try:
        columns = choose_columns(header, mappings, None, source)
    except UnknownHeaderError as error:
        places = [place for place, name in enumerate(names) if name.endswith(COLUMN_ENDS)]
        if not places:
            raise SourceError(f"{error}; and no column's name ends in `{COLUMN_ENDS}`") from error
        return places, frozenset(MISSING)
    missing = frozenset(value.strip().casefold() for value in (*columns.missing, ""))
    column = columns.columns.call_type
    return ([] if column is None else [names.index(normalised(column))]), missing
