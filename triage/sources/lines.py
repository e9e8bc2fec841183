"""Bytes to physical lines, in flat memory: a line too long and a file cut short are told apart from the rest."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol, Self, cast

from triage.sources.errors import SourceError
from triage.sources.unreadable import CUT_SHORT, FIELD_MAX_BYTES, LINE_TOO_LONG

LINE_MAX_BYTES: Final = 1024 * 1024
BLOCK_BYTES: Final = 64 * 1024
BOM: Final = b"\xef\xbb\xbf"


class ByteStream(Protocol):
    """What lines are read from: a file, a gzip file, standard input, a spreadsheet as CSV."""

    def read1(self, size: int, /) -> bytes:
        """At most `size` bytes, as soon as there are any; none at the end."""

    def peek(self, size: int, /) -> bytes:
        """Some of the bytes that come next, still to be read."""


class Broken(NamedTuple):
    """A line that is not there whole: why, its first bytes, and its fingerprint."""

    reason: str
    head: bytes
    fingerprint: str


class Lines:
    """Physical lines, without their line ends, that can be handed back. `number` is that of the last one given."""

    def __init__(self, stream: ByteStream, source: str) -> None:
        """Read `stream`, which errors call `source`."""
        self.number = 0
        self.source = source
        self._blocks = _split(_blocks(stream, source))
        self._waiting: list[bytes | Broken] = []  # in reverse: the next one is the last
        self._whole = True  # whether none of those is broken

    def __iter__(self) -> Self:
        """Itself: every line is given once."""
        return self

    def __next__(self) -> bytes | Broken:
        """The next line."""
        if not self._waiting:
            self._load()
        line = self._waiting.pop()
        self.number += 1
        return line.removeprefix(BOM) if self.number == 1 and isinstance(line, bytes) else line

    def give_back(self, lines: Iterable[bytes | Broken]) -> None:
        """Hand the last `lines` back, in the order in which they came: they will be given again."""
        again = list(lines)
        self._waiting.extend(reversed(again))
        self._whole = self._whole and all(isinstance(line, bytes) for line in again)
        self.number -= len(again)

    def take_block(self, lines_max: int) -> list[bytes]:
        """Lines that are there already, from the next one on; none where one of them is broken, or at the end."""
        if not self._waiting:
            try:
                self._load()
            except StopIteration:
                return []
        if not self._whole:
            return []
        block = cast("list[bytes]", self._waiting[-lines_max:])
        block.reverse()
        del self._waiting[-lines_max:]
        if self.number == 0:
            block[0] = block[0].removeprefix(BOM)
        self.number += len(block)
        return block

    def _load(self) -> None:
        block = next(self._blocks)
        self._whole = not isinstance(block, Broken)
        self._waiting = [block] if isinstance(block, Broken) else [*reversed(block)]


def open_bytes(path: Path) -> io.BufferedReader:
    """The bytes of the file at `path`.

    Raises:
        SourceError: there is no such file, it is a directory, or it may not be read.
    """
    try:
        return path.open("rb")
    except IsADirectoryError as error:
        raise SourceError(f"`{path}` is a directory, not a file of calls") from error
    except FileNotFoundError as error:
        raise SourceError(f"no such file: `{path}`") from error
    except (OSError, ValueError) as error:
        raise SourceError(because(f"`{path}` cannot be opened", error)) from error


def unpacked(stream: io.BufferedReader, source: str) -> ByteStream:
    """`stream` itself, or what it holds where it is gzip: told by its first two bytes, whatever the file is called."""
    packed = first_bytes(stream, source).startswith(b"\x1f\x8b")
    if not packed and source.lower().endswith(".gz"):
        raise SourceError(f"`{source}` is not a gzip file")
    return gzip.GzipFile(fileobj=stream) if packed else stream


def first_bytes(stream: ByteStream, source: str) -> bytes:
    """Some of the first bytes of `stream`, which can still be read.

    Raises:
        SourceError: there are none, or they cannot be read.
    """
    try:
        head = stream.peek(BLOCK_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(because(f"`{source}` cannot be read", error)) from error
    if not head:
        raise SourceError(f"`{source}` is empty")
    return head


def because(what: str, error: BaseException) -> str:
    """`what`, and why: the error in one line of lower case."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{what}: {' '.join(text.split())[:200].lower()}"


def _blocks(stream: ByteStream, source: str) -> Iterator[bytes | None]:
    """Blocks of bytes; None at last where the stream fails after the first of them."""
    started = False
    while True:
        try:
            block = stream.read1(BLOCK_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            if not started:
                raise SourceError(because(f"`{source}` cannot be read", error)) from error
            yield None
            return
        if not block:
            return
        started = True
        yield block


def _split(blocks: Iterator[bytes | None]) -> Iterator[list[bytes] | Broken]:
    """The lines that each block ends, one or more; a broken one by itself."""
    tail = b""
    long: _LongLine | None = None
    for block in blocks:
        if block is None:
            yield (long or _LongLine(tail)).broken(CUT_SHORT)
            return
        rest = block if long is None else long.take(block)
        if rest is None:
            continue
        if long is not None:
            yield long.broken(LINE_TOO_LONG)
            long = None
        text = tail + rest
        lines = text.split(b"\n")
        tail = lines.pop()
        # Only the first line of a block can hold what was left of the block before, so only it can be too long.
        if lines and len(lines[0]) > LINE_MAX_BYTES:
            yield _LongLine(lines.pop(0)).broken(LINE_TOO_LONG)
        if lines:
            yield [line.removesuffix(b"\r") for line in lines] if b"\r" in text else lines
        if len(tail) > LINE_MAX_BYTES:
            tail, long = b"", _LongLine(tail)
    if long is not None:
        yield long.broken(LINE_TOO_LONG)
    elif tail:
        yield [tail.removesuffix(b"\r")]


class _LongLine:
    """A line of which only the beginning and a digest are kept."""

    def __init__(self, start: bytes) -> None:
        self._head = start[:FIELD_MAX_BYTES]
        self._digest = hashlib.sha256(start)

    def take(self, block: bytes) -> bytes | None:
        """What stands in `block` after the end of this line; None while the line goes on."""
        line, end, rest = block.partition(b"\n")
        self._digest.update(line)
        return rest if end else None

    def broken(self, reason: str) -> Broken:
        return Broken(reason, self._head, self._digest.hexdigest()[:16])
