"""Where calls are read from: a file, or standard input."""

import io
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

from triage.sources.columns import Columns
from triage.sources.documents import read_documents
from triage.sources.lines import ByteStream, Lines, first_bytes, open_bytes, unpacked
from triage.sources.reading import Reading
from triage.sources.table import read_table

DOCUMENT_SUFFIXES: Final = (".ndjson", ".jsonl")
STANDARD_INPUT: Final = "standard input"
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"


def read_file(path: Path, columns: Sequence[Columns], zone: tzinfo, name: str | None = None) -> Reading:
    """Everything that the file at `path` holds: CSV by column mapping, or NDJSON reports; either may be gzip.

    `name` is the mapping to use, where the header shall not choose it. Local times are those of `zone`.

    Raises:
        SourceError: the file cannot be read, is empty, or has no header that a mapping fits. A row never is an error.
    """
    source = "".join(char if char.isprintable() else "?" for char in path.name[:200]).strip() or "?"
    with open_bytes(path) as packed:
        stream = unpacked(packed, source)
        documents = source.lower().removesuffix(".gz").endswith(DOCUMENT_SUFFIXES) or holds_documents(stream, source)
        lines = Lines(stream, source)
        return read_documents(lines) if documents else read_table(lines, columns, zone, name)


def read_stream(
    stream: io.BufferedReader,
    columns: Sequence[Columns],
    zone: tzinfo,
    name: str | None = None,
    source: str = STANDARD_INPUT,
) -> Reading:
    """Everything that `stream` holds, like a file: CSV must be read to its end before it can be put into clock order.

    Raises:
        SourceError: as for `read_file`.
    """
    plain = unpacked(stream, source)
    lines = Lines(plain, source)
    return read_documents(lines) if holds_documents(plain, source) else read_table(lines, columns, zone, name)


def holds_documents(stream: ByteStream, source: str = STANDARD_INPUT) -> bool:
    """Whether `stream` holds NDJSON (its first byte that is not blank is `{`); nothing is read from it.

    Raises:
        SourceError: it is empty or cannot be read.
    """
    return first_bytes(stream, source).lstrip(_BLANK).startswith(b"{")
