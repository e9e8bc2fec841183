"""JSON as it was written: every member in its order, every number with its own digits, nothing twice under one name."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

DEPTH_MAX: Final = 64
"""How deep objects and lists may stand in one another; a real EIDO has fewer than ten levels."""

NOT_JSON: Final = "not JSON"
NOT_UTF8: Final = "not UTF-8"
TOO_DEEP: Final = f"nested deeper than {DEPTH_MAX} levels"
GIVEN_TWICE: Final = "a member is given twice"

Tree = Any
"""A JSON value as `loads` gives it: `dict`, `list`, `str`, `Number`, `bool` or None."""


class JsonError(ValueError):
    """A text is no JSON that can be taken; the message says why and nothing of what stood there."""


class Number(str):
    """A number as it was written, so that `1.10`, `-0` and twenty digits come out again as they came in."""

    __slots__ = ()


def loads(data: bytes) -> Tree:
    """The JSON value of `data`.

    Raises `JsonError` for what is no UTF-8, no JSON (`NaN` is none), nested too deep, or ambiguous: a member given
    twice could be read in two ways.
    """
    try:
        value = _DECODER.decode(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise JsonError(NOT_UTF8) from None
    except json.JSONDecodeError:
        raise JsonError(NOT_JSON) from None
    except RecursionError:
        raise JsonError(TOO_DEEP) from None
    if _is_too_deep(value):
        raise JsonError(TOO_DEEP)
    return value


def dumps(value: Tree, *, indent: int | None = None) -> str:
    """`value` as JSON text, on one line unless `indent` says by how many blanks a level is set in."""
    return "".join(_written(value, indent, 0))


def _once(members: list[tuple[str, Tree]]) -> dict[str, Tree]:
    found = dict(members)
    if len(found) != len(members):
        raise JsonError(GIVEN_TWICE)
    return found


def _refused(_: str) -> NoReturn:
    raise JsonError(NOT_JSON)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=Number, parse_float=Number, parse_constant=_refused
)


def _is_too_deep(value: Tree) -> bool:
    level = [value]
    for _ in range(DEPTH_MAX):
        inner: list[Tree] = []
        for found in level:
            if isinstance(found, dict):
                inner.extend(child for child in found.values() if isinstance(child, dict | list))
            elif isinstance(found, list):
                inner.extend(child for child in found if isinstance(child, dict | list))
        if not inner:
            return False
        level = inner
    return True


def _written(value: Tree, indent: int | None, level: int) -> Iterator[str]:
    match value:
        case Number():
            yield value
        case str():
            yield _text(value)
        case Mapping():
            members = [(f"{_text(str(name))}: ", child) for name, child in value.items()]
            yield from _enclosed("{", members, "}", indent, level)
        case Sequence():
            yield from _enclosed("[", [("", child) for child in value], "]", indent, level)
        case _:
            yield json.dumps(value, allow_nan=False)


def _enclosed(
    opening: str, members: Sequence[tuple[str, Tree]], closing: str, indent: int | None, level: int
) -> Iterator[str]:
    yield opening
    for place, (name, child) in enumerate(members):
        if place:
            yield "," if indent is not None else ", "
        if indent is not None:
            yield "\n" + " " * (indent * (level + 1))
        yield name
        yield from _written(child, indent, level + 1)
    if members and indent is not None:
        yield "\n" + " " * (indent * level)
    yield closing


def _text(text: str) -> str:
    """`text` in quotes; escapes only where it holds half a surrogate pair, which UTF-8 cannot carry."""
    halved = any("\ud800" <= letter <= "\udfff" for letter in text)
    return json.dumps(text, ensure_ascii=halved)
