"""Single cells of a CSV table changed in its bytes: every other byte of the file stays as it was.

A row is one physical line, as the rulebook reads it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

_LINE_END: Final = re.compile(r"(\r\n|\r|\n)")
_CELL: Final = re.compile(r'"(?:[^"]|"")*"(?=,|$)|(?!")[^,]*')
_NEEDS_QUOTES: Final = re.compile(r'[",\r\n]|^\s|\s$')
_BOM: Final = "\ufeff"


class NoSuchRowError(Exception):
    """The line is not there, or is no row of the table."""


def cells_at(data: bytes, line: int) -> dict[str, str]:
    """The cells of the row in `line` (counted from 1), by column.

    Raises:
        NoSuchRowError: there is no such row.
    """
    lines = _lines(data)
    names = _header(lines)
    raw = _raw(lines, line, len(names))
    return dict(zip(names, map(_value, raw), strict=True))


def with_cells(data: bytes, line: int, changes: Mapping[str, str]) -> bytes:
    """`data` with other cells in the row in `line`; a column that the table does not have is left out.

    Raises:
        NoSuchRowError: there is no such row.
    """
    lines = _lines(data)
    names = _header(lines)
    raw = _raw(lines, line, len(names))
    for place, name in enumerate(names):
        if name in changes and changes[name] != _value(raw[place]):
            raw[place] = _written(changes[name])
    lines[2 * (line - 1)] = ",".join(raw)
    return "".join(lines).encode()


def with_every(data: bytes, lines_to_change: Sequence[int], changes: Mapping[str, str]) -> bytes:
    """The same of several rows."""
    for line in lines_to_change:
        data = with_cells(data, line, changes)
    return data


def _lines(data: bytes) -> list[str]:
    """Lines and line ends in turn, the first line's byte order mark with it."""
    return _LINE_END.split(data.decode())


def _header(lines: Sequence[str]) -> list[str]:
    raw = _split(lines[0].removeprefix(_BOM))
    if raw is None:
        raise NoSuchRowError
    return [_value(cell) for cell in raw]


def _raw(lines: Sequence[str], line: int, width: int) -> list[str]:
    raw = _split(lines[2 * (line - 1)]) if 1 < line <= (len(lines) + 1) // 2 else None
    if raw is None or len(raw) != width:
        raise NoSuchRowError
    return raw


def _split(line: str) -> list[str] | None:
    """The cells of a line as they are written, quotes and all; None where the quotes do not match."""
    cells = []
    at = 0
    while True:
        match = _CELL.match(line, at)
        if match is None:
            return None
        cells.append(match.group())
        if match.end() == len(line):
            return cells
        at = match.end() + 1


def _value(raw: str) -> str:
    """What a cell says."""
    text = raw[1:-1].replace('""', '"') if raw.startswith('"') else raw
    return text.strip()


def _written(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if _NEEDS_QUOTES.search(value) else value
