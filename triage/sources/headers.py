"""Where a table begins and what parts its cells: the first line that a mapping fits, or that looks like a header."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from triage.sources.columns import Columns, choose_columns, names_known
from triage.sources.errors import SourceError, UnknownHeaderError
from triage.sources.lines import Broken, Lines
from triage.sources.time_formats import MONTHS
from triage.sources.unreadable import BAD_QUOTES, NOT_UTF8

HEADER_LINES_MAX: Final = 20
"""So many lines that are not blank are looked at; a header further down is not found."""

DELIMITERS: Final = (",", "\t", ";", "|")
NAME_MAX_CHARACTERS: Final = 200
_WORDS_OF_TIMES: Final = frozenset(("t", "z", "am", "pm", *MONTHS))


class Header(NamedTuple):
    """The names of a table's columns, what parts them, the header's line, and the lines above it that are not blank."""

    names: tuple[str, ...]
    delimiter: str
    line: int
    skipped: tuple[bytes, ...]


def find_header(
    lines: Lines, all_columns: Sequence[Columns], name: str | None, delimiters: Sequence[str] = DELIMITERS
) -> tuple[Header, Columns]:
    """The header that a mapping fits (the one called `name`, where named), and that mapping; `lines` goes on below it.

    Of the delimiters that make a mapping fit, it is the one that gives most of the names that the mapping knows.

    Raises:
        SourceError: there is no line at all, the mapping called `name` is not there, or the first line is unreadable.
        UnknownHeaderError: no mapping fits any of the first lines; it says what the first one lacks.
    """
    head = _head(lines)
    for place, (_, line) in enumerate(head):
        fitting = list(_fitting(line, all_columns, name, delimiters))
        if fitting:
            _, cells, delimiter, columns = max(fitting, key=lambda found: found[0])
            return _begin(lines, head, place, cells, delimiter), columns
    raise _unknown(lines.source, head[0], all_columns, name, delimiters)


def guess_header(lines: Lines, delimiters: Sequence[str] = DELIMITERS) -> Header:
    """The first line that is as wide as those after it and names its columns: each differently, none a number or time.

    Of the delimiters that make such a line, it is the one that gives most columns. Where none does: the first line.

    Raises:
        SourceError: there is no line at all, or the first one cannot be read.
    """
    head = _head(lines)
    found = [(delimiter, *_looking_like_one(head, delimiter)) for delimiter in delimiters]
    _, line = head[0]
    delimiter, place, cells = max(found, key=lambda one: (one[1] is not None, len(one[2])))
    if place is None and not cells:
        raise SourceError(f"`{lines.source}` line {head[0][0]}, the header: {_why_not(line)}")
    return _begin(lines, head, place or 0, cells, delimiter)


def _head(lines: Lines) -> list[tuple[int, bytes | Broken]]:
    """The first lines that are not blank, with their numbers; all of them are handed back."""
    taken: list[bytes | Broken] = []
    head: list[tuple[int, bytes | Broken]] = []
    while len(head) < HEADER_LINES_MAX and (line := next(lines, None)) is not None:
        taken.append(line)
        if isinstance(line, Broken) or line.strip():
            head.append((lines.number, line))
    lines.give_back(taken)
    if not head:
        raise SourceError(f"`{lines.source}` is empty")
    return head


def _fitting(
    line: bytes | Broken, all_columns: Sequence[Columns], name: str | None, delimiters: Sequence[str]
) -> Iterator[tuple[int, list[str], str, Columns]]:
    for delimiter in delimiters:
        cells = _split(line, delimiter)
        try:
            columns = choose_columns(cells, all_columns, name)
        except UnknownHeaderError:
            continue
        yield names_known(cells, columns), cells, delimiter, columns


def _begin(
    lines: Lines, head: Sequence[tuple[int, bytes | Broken]], place: int, cells: Sequence[str], delimiter: str
) -> Header:
    number, _ = head[place]
    while lines.number < number:
        next(lines)
    skipped = (line.head if isinstance(line, Broken) else line for _, line in head[:place])
    return Header(tuple(cells), delimiter, number, tuple(skipped))


def _unknown(
    source: str,
    first: tuple[int, bytes | Broken],
    all_columns: Sequence[Columns],
    name: str | None,
    delimiters: Sequence[str],
) -> SourceError:
    number, line = first
    split = [cells for cells in (_split(line, delimiter) for delimiter in delimiters) if cells]
    if not split:
        return SourceError(f"`{source}` line {number}, the header: {_why_not(line)}")
    nearest = max(split, key=lambda cells: max((names_known(cells, columns) for columns in all_columns), default=0))
    try:
        choose_columns(nearest, all_columns, name, source)
    except SourceError as error:
        return error
    raise AssertionError("a header that fits was found before")


def _split(line: bytes | Broken, delimiter: str) -> list[str]:
    """The cells of a line by itself; none where it cannot be read."""
    if isinstance(line, Broken):
        return []
    try:
        return next(csv.reader((line.decode(),), delimiter=delimiter, strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return []


def _why_not(line: bytes | Broken) -> str:
    if isinstance(line, Broken):
        return line.reason
    try:
        line.decode()
    except UnicodeDecodeError:
        return NOT_UTF8
    return BAD_QUOTES


def _looking_like_one(head: Sequence[tuple[int, bytes | Broken]], delimiter: str) -> tuple[int | None, list[str]]:
    """The place of the line that looks like a header, and its cells; of the first line where none does."""
    split = [_split(line, delimiter) for _, line in head]
    for place, cells in enumerate(split):
        below = [len(other) for other in split[place + 1 :] if other]
        usual = Counter(below).most_common(1)[0][0] if below else len(cells)
        if len(cells) == usual > 1 and _names_columns(cells, split[place + 1 :]):
            return place, cells
    return None, split[0]


def _names_columns(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether each cell is a name of its own. A column that holds nothing needs none."""
    names = [
        cell.strip()
        for place, cell in enumerate(cells)
        if cell.strip() or any(len(other) > place and other[place].strip() for other in below)
    ]
    return all(names) and len(set(names)) == len(names) and not any(_is_value(name) for name in names)


def _is_value(name: str) -> bool:
    """Whether a cell is a number, a time, or a text too long for a name."""
    if len(name) > NAME_MAX_CHARACTERS:
        return True
    words = re.findall(r"[^\W\d_]+", name)
    return any(char.isdigit() for char in name) and _WORDS_OF_TIMES.issuperset(word.lower() for word in words)
