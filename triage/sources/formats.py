"""What kind of file it is, by its first bytes and never by its name: each of its tables as a stream of CSV."""

import codecs
import io
import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from triage.sources.errors import SourceError
from triage.sources.headers import DELIMITERS
from triage.sources.lines import BLOCK_BYTES, ByteStream, because, first_bytes, unpacked
from triage.sources.parquet import PARQUET_MAGIC, PARQUET_MAX_BYTES, open_parquet
from triage.sources.workbooks import WORKBOOK_MAX_BYTES, XLS_MAGIC, XLSX_MAGIC, open_workbook

STANDARD_INPUT: Final = "standard input"
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
WRITTEN: Final = (",",)
"""What parts the cells of a stream that this package writes itself."""


class Part(NamedTuple):
    """One table of a file: the sheet's name (None where there are none), its cells, its bytes, what may part them."""

    name: str | None
    cells: int
    stream: ByteStream
    delimiters: Sequence[str] = DELIMITERS


def parts_of(packed: io.BufferedReader, source: str) -> list[Part]:
    """The tables that `packed` holds: one, or one for each sheet of a spreadsheet. Text is read as it is asked for.

    Raises:
        SourceError: it is empty, damaged in its head, larger than a limit, or of a kind that is not read.
    """
    stream = unpacked(packed, source)
    head = first_bytes(stream, source)
    if head.startswith((XLSX_MAGIC, XLS_MAGIC)):
        data = _whole(stream, WORKBOOK_MAX_BYTES, source)
        return [Part(sheet.name, sheet.cells, sheet.stream, WRITTEN) for sheet in open_workbook(data, source)]
    if head.startswith(PARQUET_MAGIC):
        seekable = stream is packed and packed.seekable()
        file = packed if seekable else io.BytesIO(_whole(stream, PARQUET_MAX_BYTES, source))
        return [Part(None, 0, open_parquet(file, source), WRITTEN)]
    return [Part(None, 0, as_utf8(stream, head))]


def holds_documents(stream: ByteStream, source: str = STANDARD_INPUT) -> bool:
    """Whether `stream` holds NDJSON (its first byte that is not blank is `{`); nothing is read from it.

    Raises:
        SourceError: it is empty or cannot be read.
    """
    return first_bytes(stream, source).lstrip(_BLANK).startswith(b"{")


def as_utf8(stream: ByteStream, head: bytes) -> ByteStream:
    """`stream`, or its text as UTF-8 where it begins as UTF-16 does: Excel's "Unicode text" is such a file."""
    return Utf16(stream) if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else stream


class Utf16:
    """UTF-16 read as UTF-8. Half a character is not UTF-8 either, and so makes its own row unreadable."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
        self._next = b""

    def peek(self, _size: int, /) -> bytes:
        """The block that comes next."""
        while not self._next:
            block = self._stream.read1(BLOCK_BYTES)
            try:
                text = self._decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise EOFError("the text ends in the middle of a character") from error
            self._next = text.encode("utf-8", "surrogatepass")
            if not block:
                break
        return self._next

    def read1(self, size: int, /) -> bytes:
        """Some of the bytes that come next."""
        block = self.peek(size)
        self._next = block[size:]
        return block[:size]


def _whole(stream: ByteStream, bytes_max: int, source: str) -> bytes:
    """All that `stream` holds, for what cannot be read from its beginning to its end."""
    blocks, size = [], 0
    try:
        while block := stream.read1(BLOCK_BYTES):
            blocks.append(block)
            size += len(block)
            if size > bytes_max:
                raise SourceError(f"`{source}` is larger than {bytes_max} bytes; save it as CSV")
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(because(f"`{source}` cannot be read", error)) from error
    return b"".join(blocks)
