"""A YAML file's list `review` with one entry less, or one value written otherwise: comments and the rest stay."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import yaml

REVIEW: Final = "review"
_BOM: Final = "\ufeff"


class CannotEditError(Exception):
    """The value stands in a form that is better changed by hand; the text says which."""


def without_entry(data: bytes, name: str) -> bytes:
    """`data` without `name` in its list `review`; with the last entry the list goes, too.

    Raises:
        CannotEditError: there is no such entry, or not as one word on its own.
    """
    text, mark = _opened(data)
    key, listed = _pair(text, (REVIEW,))
    if not isinstance(listed, yaml.SequenceNode):
        raise CannotEditError("`review` is no list")
    place = next((place for place, entry in enumerate(listed.value) if entry.value == name), None)
    if place is None:
        raise CannotEditError(f"`review` does not list `{name}`")
    if len(listed.value) == 1:
        start, end = key.start_mark.index, listed.value[0].end_mark.index
        if listed.flow_style:
            end = listed.end_mark.index
        text = _without_lines(text, start, end)
    elif listed.flow_style:
        text = _without_in_flow(text, listed.value, place)
    else:
        entry = listed.value[place]
        text = _without_lines(text, entry.start_mark.index, entry.end_mark.index)
    return (mark + text).encode()


def with_value(data: bytes, path: Sequence[str], value: str) -> bytes:
    """`data` with `value` where `path` leads to, for example `("columns", "priority")`.

    Raises:
        CannotEditError: nothing stands there, or something that is not on one line.
    """
    text, mark = _opened(data)
    _, node = _pair(text, path)
    where = ".".join(path)
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.MappingNode) or "\n" in text[start:end].strip() or not text[start:end].strip():
        raise CannotEditError(f"`{where}` is not one value on one line")
    written = text[start:end]
    end = start + len(written.rstrip())
    return (mark + text[:start] + json.dumps(value, ensure_ascii=False) + text[end:]).encode()


def _opened(data: bytes) -> tuple[str, str]:
    text = data.decode()
    return text.removeprefix(_BOM), _BOM if text.startswith(_BOM) else ""


def _pair(text: str, path: Sequence[str]) -> tuple[Any, Any]:
    """The nodes of a key and its value."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    key = None
    for name in path:
        entries = node.value if isinstance(node, yaml.MappingNode) else ()
        found = next(((key, value) for key, value in entries if key.value == name), None)
        if found is None:
            raise CannotEditError(f"there is no `{'.'.join(path)}`")
        key, node = found
    return key, node


def _without_lines(text: str, start: int, end: int) -> str:
    """`text` without the whole lines in which `start` to `end` stand, comments behind them included."""
    begin = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    return text[:begin] + ("" if after < 0 else text[after + 1 :])


def _without_in_flow(text: str, entries: Sequence[Any], place: int) -> str:
    """`[a, b, c]` without one of its entries and one comma."""
    if place:
        start, end = entries[place - 1].end_mark.index, entries[place].end_mark.index
    else:
        start, end = entries[0].start_mark.index, entries[1].start_mark.index
    if re.search(r"#", text[start:end]):
        raise CannotEditError("a comment stands within the list `review`")
    return text[:start] + text[end:]
