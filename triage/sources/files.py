"""Where calls are read from: a file, or standard input."""

import io
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

from triage.sources.columns import Columns
from triage.sources.documents import read_documents
from triage.sources.errors import SourceError, UnknownHeaderError
from triage.sources.formats import STANDARD_INPUT, Part, holds_documents, parts_of
from triage.sources.headers import Header, find_header
from triage.sources.json_file import JsonDocuments, holds_json
from triage.sources.lines import Lines, open_bytes
from triage.sources.reading import Reading
from triage.sources.records import printable
from triage.sources.table import read_rows

__all__ = ["DOCUMENT_SUFFIXES", "STANDARD_INPUT", "holds_documents", "read_file", "read_stream"]

DOCUMENT_SUFFIXES: Final = (".ndjson", ".jsonl")


def read_file(path: Path, columns: Sequence[Columns], zone: tzinfo, name: str | None = None) -> Reading:
    """Everything that the file at `path` holds: a table by column mapping, or documents; either may be gzip.

    Documents are reports or EIDOs, one per line or as JSON. A table is CSV (`,`, tab, `;` or `|`), a spreadsheet or
    Parquet. `name` is the mapping to use, where the header
    shall not choose it. Local times are those of `zone`.

    Raises:
        SourceError: the file cannot be read, is empty, or has no header that a mapping fits. A row never is an error.
    """
    source = printable(path.name)
    with open_bytes(path) as packed:
        return _read(packed, columns, zone, name, source)


def read_stream(
    stream: io.BufferedReader,
    columns: Sequence[Columns],
    zone: tzinfo,
    name: str | None = None,
    source: str = STANDARD_INPUT,
) -> Reading:
    """Everything that `stream` holds, like a file: a table must be read to its end before it is in clock order.

    Raises:
        SourceError: as for `read_file`.
    """
    return _read(stream, columns, zone, name, source)


def _read(
    packed: io.BufferedReader, columns: Sequence[Columns], zone: tzinfo, name: str | None, source: str
) -> Reading:
    parts = parts_of(packed, source)
    if len(parts) == 1 and parts[0].name is None:
        (part,) = parts
        if holds_json(part.stream, source):
            return read_documents(JsonDocuments(part.stream, source))
        lines = Lines(part.stream, source)
        if source.lower().removesuffix(".gz").endswith(DOCUMENT_SUFFIXES) or holds_documents(part.stream, source):
            return read_documents(lines)
        return read_rows(lines, *find_header(lines, columns, name, part.delimiters), zone)
    return read_rows(*_fitting_sheet(parts, columns, name, source), zone)


def _fitting_sheet(
    parts: Sequence[Part], columns: Sequence[Columns], name: str | None, source: str
) -> tuple[Lines, Header, Columns]:
    """The one sheet that a mapping fits: of two, one would be lost."""
    found: list[tuple[Lines, Header, Columns]] = []
    fitting: list[str] = []
    refused: UnknownHeaderError | None = None
    for part in parts:
        lines = Lines(part.stream, source)
        try:
            found.append((lines, *find_header(lines, columns, name, part.delimiters)))
            fitting.append(str(part.name))
        except UnknownHeaderError as error:
            refused = refused or error
    if len(found) == 1:
        return found[0]
    if found:
        raise SourceError(
            f"`{source}` has more than one sheet of calls: {_named(fitting)}; save each as a file of its own"
        )
    if refused is not None and len(parts) == 1:
        raise refused
    raise SourceError(
        f"`{source}` has no sheet that a column mapping fits; its sheets: {_named(part.name for part in parts)}"
    )


def _named(sheets: Iterable[str | None]) -> str:
    return ", ".join(f"`{sheet}`" for sheet in sheets) or "none"
