"""CSV records out of physical lines: no quote, however wrong, can swallow more than the row that it stands in."""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from triage.sources.lines import LINE_MAX_BYTES, Broken, Lines
from triage.sources.unreadable import (
    BAD_QUOTES,
    CONTROL_CHARACTER,
    FIELD_MAX_BYTES,
    FIELD_TOO_LONG,
    NOT_UTF8,
    NUL_BYTE,
    UNCLOSED_QUOTE,
    RowError,
)

RECORD_MAX_LINES: Final = 200


class Shape(NamedTuple):
    """What a record looks like: the file's columns, the places of those that hold one line of text, the delimiter."""

    header: tuple[str, ...]
    one_line: tuple[int, ...]
    delimiter: str = ","


def cells_of(line: bytes, lines: Lines, shape: Shape) -> tuple[list[str], bytes]:
    """The cells of the record that begins with `line`, and all its bytes; `lines` moves on where it spans several.

    A record over several lines counts only where it is right in shape: otherwise a quote was left open, and only its
    first line is given up.

    Raises:
        RowError: the record cannot be read.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise RowError(
            NOT_UTF8, _name_of(shape, _first(salvaged(line, shape.delimiter, "latin-1"), _is_not_utf8))
        ) from None
    if '"' not in text:
        cells = text.split(shape.delimiter)
    else:
        try:
            cells = next(csv.reader((text,), delimiter=shape.delimiter, strict=True))
        except csv.Error:
            cells, line = _over_lines(line, lines, shape)
    if b"\0" in line:
        raise RowError(NUL_BYTE, _name_of(shape, _first(cells, _has_nul)))
    width = len(shape.header)
    if len(cells) != width:
        lacking = _name_of(shape, len(cells)) if len(cells) < width else None
        raise RowError(f"{len(cells)} columns where the header has {width}", lacking)
    if len(line) > FIELD_MAX_BYTES and (found := _first(cells, _is_too_long)) is not None:
        raise RowError(FIELD_TOO_LONG, _name_of(shape, found))
    return cells, line


def printable(name: str) -> str:
    """A file's name, as errors and unreadable rows call it."""
    return "".join(char if char.isprintable() else "?" for char in name[:200]).strip() or "?"


def salvaged(data: bytes, delimiter: str, encoding: str = "utf-8") -> list[str]:
    """The cells of a record that cannot be read, as well as they can be told apart."""
    text = data.decode(encoding, "replace")
    try:
        return next(csv.reader((text,), delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)


def cut_cell(head: bytes, shape: Shape) -> str | None:
    """The column in which a line was cut off after `head`."""
    return _name_of(shape, len(salvaged(head, shape.delimiter)) - 1)


def _over_lines(first: bytes, lines: Lines, shape: Shape) -> tuple[list[str], bytes]:
    taken: list[bytes | Broken] = []
    try:
        cells = next(csv.reader(_texts(first, lines, taken), delimiter=shape.delimiter, strict=True))
    except csv.Error:
        lines.give_back(taken)
        raise _wrong_quotes(first, shape, closed=not taken) from None
    if len(cells) != len(shape.header) or any("\n" in cells[place] for place in shape.one_line):
        lines.give_back(taken)
        raise RowError(UNCLOSED_QUOTE)
    return cells, b"\n".join((first, *(line for line in taken if isinstance(line, bytes))))


def _texts(first: bytes, lines: Lines, taken: list[bytes | Broken]) -> Iterator[str]:
    """`first` and the lines after it, as far as one record may go; each is put into `taken`."""
    yield f"{first.decode()}\n"
    size = len(first)
    for line in lines:
        taken.append(line)
        if isinstance(line, Broken) or len(taken) >= RECORD_MAX_LINES:
            return
        size += len(line)
        if size > LINE_MAX_BYTES:
            return
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return
        yield f"{text}\n"


def _wrong_quotes(line: bytes, shape: Shape, *, closed: bool) -> RowError:
    if not closed:
        return RowError(UNCLOSED_QUOTE)
    if len(line) > FIELD_MAX_BYTES:  # the csv module has a limit of its own, above ours
        return RowError(FIELD_TOO_LONG, cut_cell(line[:FIELD_MAX_BYTES], shape))
    return RowError(CONTROL_CHARACTER if b"\r" in line else BAD_QUOTES)


def _name_of(shape: Shape, place: int | None) -> str | None:
    return shape.header[place] if place is not None and 0 <= place < len(shape.header) else None


def _first(cells: Sequence[str], is_wrong: Callable[[str], bool]) -> int | None:
    return next((place for place, cell in enumerate(cells) if is_wrong(cell)), None)


def _is_not_utf8(cell: str) -> bool:
    try:
        cell.encode("latin-1").decode()
    except UnicodeDecodeError:
        return True
    return False


def _has_nul(cell: str) -> bool:
    return "\0" in cell


def _is_too_long(cell: str) -> bool:
    return len(cell.encode()) > FIELD_MAX_BYTES
