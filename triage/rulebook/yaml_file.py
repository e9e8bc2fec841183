"""Reads a small, strict part of YAML: every value keeps its text and its line, and nothing is guessed.

PyYAML resolves `no` to false, `10:30` to 630 and `911` to a number; here a value stays as it was written until
somebody who knows what is wanted reads it. Its parser is used event by event, so that a hostile file cannot nest deep.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from triage.rulebook.nodes import Items, Node, Scalar, Table
from triage.rulebook.problems import Found, show

YAML_MAX_BYTES: Final = 1024 * 1024
NESTING_MAX: Final = 20

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(data: bytes, found: Found) -> Node | None:
    """What the file says; None, with the reason in `found`, where it is not one plain YAML document."""
    text = decoded(data, found, YAML_MAX_BYTES)
    if text is None:
        return None
    reader = _Reader(yaml.parse(text, Loader=_LOADER), found)
    try:
        return reader.document()
    except yaml.MarkedYAMLError as error:
        _note_syntax(error, found)
    except yaml.YAMLError:
        found.error(None, None, "not valid YAML: it cannot be read")
    except _StopReading:
        pass
    return None


def _note_syntax(error: yaml.MarkedYAMLError, found: Found) -> None:
    """Note where the parser gave up and, if that was elsewhere, where the thing began that it could not finish."""
    mark, begun = error.problem_mark, error.context_mark
    message = f"not valid YAML: {show(error.problem or 'it cannot be read')}"
    if error.context and begun and mark and begun.line != mark.line:
        message += f" ({show(error.context)} that begins in line {begun.line + 1})"
    found.error(mark.line + 1 if mark else None, None, message)


def decoded(data: bytes, found: Found, at_most: int) -> str | None:
    """The bytes of a file as text; None, with the reason in `found`, if it is too big, not UTF-8 or not text."""
    if len(data) > at_most:
        found.error(None, None, f"the file is too big: at most {at_most} bytes")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.error(data.count(b"\n", 0, error.start) + 1, None, "the file is not UTF-8: save it as UTF-8")
        return None
    odd = _UNPRINTABLE.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        found.error(line, None, f"the file holds a control character (U+{ord(odd.group()):04X}): remove it")
        return None
    return text


class _StopReading(Exception):  # noqa: N818 (it never leaves this module)
    """The document cannot be read on; `found` says why."""


class _Reader:
    """Builds nodes from the parser's events."""

    def __init__(self, events: Iterator[yaml.Event], found: Found) -> None:
        self._events = events
        self._found = found

    def document(self) -> Node:
        """The one document of the file."""
        self._next()  # the stream starts
        start = self._next()
        if not isinstance(start, yaml.DocumentStartEvent):
            self._stop(start, "the file is empty")
        elif start.version or start.tags:
            self._stop(start, "remove the line that begins with `%`")
        node = self._node(self._next(), NESTING_MAX)
        self._next()  # the document ends
        rest = self._next()
        if not isinstance(rest, yaml.StreamEndEvent):
            self._stop(rest, "the file holds more than one document: remove the line `---`")
        return node

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            self._found.error(line, None, f"write the value out instead of `*{show(str(event.anchor))}`")
            return Scalar("", line, plain=True)
        self._refuse_decoration(event, line)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line, plain=event.style is None or event.style == "")
        if depth == 0:
            self._stop(event, f"nested deeper than {NESTING_MAX} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(line, depth - 1)
        return self._table(line, depth - 1)

    def _items(self, line: int, depth: int) -> Items:
        entries = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            entries.append(self._node(event, depth))
        return Items(tuple(entries), line)

    def _table(self, line: int, depth: int) -> Table:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth)
            value = self._node(self._next(), depth)
            if isinstance(value, Scalar) and value.is_null:
                value = value._replace(line=key.line)  # the parser places nothing where the next thing begins
            if not isinstance(key, Scalar):
                self._found.error(key.line, None, "a name cannot be a list or a table")
            elif key.text in entries:
                first = entries[key.text][0].line
                self._found.error(key.line, show(key.text), f"given twice; the first is in line {first}")
            else:
                entries[key.text] = (key, value)
        return Table(tuple(entries.values()), line)

    def _refuse_decoration(self, event: yaml.Event, line: int) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            self._found.error(line, None, f"remove the anchor `&{show(str(anchor))}`")
        if tag:
            self._found.error(line, None, f"remove the tag `{show(str(tag))}`")

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _stop(self, event: yaml.Event, message: str) -> None:
        self._found.error(_line(event), None, message)
        raise _StopReading


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1
