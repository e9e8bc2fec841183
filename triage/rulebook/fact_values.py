"""Reads facts and their values as people write them, checked against the facts that there are."""

from collections.abc import Collection
from typing import Annotated, Any, Final

from triage.domain.facts import FACTS, FactSpec, FactValue
from triage.domain.policy import CallType
from triage.rulebook.fields import TRUTHS, Read, constrained, text
from triage.rulebook.nodes import At, Scalar, Table
from triage.rulebook.problems import show

NATURE: Final = "nature"
FIXED: Final = (NATURE, "severity", "likelihood")
"""The facts that only the call-type table gives: nobody can report another value."""

BY_CAD: Final = ("priority", "channel")
"""The facts that CAD's own codes give."""

PRESUMED: Final = tuple(name for name in FACTS if name not in (*FIXED, *BY_CAD))
"""The facts that a profile or a row of a table may presume."""

UNREVIEWED: Final = "X-REVIEW"
"""The nature of every call type that nobody has confirmed. Nobody may give it to a type himself."""

TAKEN_AWAY: Final = "?"

_ON_OR_OFF: Final = {**TRUTHS, "on": True, "off": False}
_CANONICAL: Final[Any] = Annotated[str, *CallType.model_fields["canonical"].metadata]

canonical: Final = constrained(_CANONICAL, "a canonical type: 2 to 16 capital letters, digits and hyphens")


def spelled(value: FactValue | None) -> str:
    """`value` as people write it in a file."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else value


def fact(at: At, valid: Collection[str] = tuple(FACTS)) -> FactSpec | None:
    """The fact whose name stands here."""
    name = text(at)
    if name is None or name in valid:
        return None if name is None else FACTS[name]
    at.unknown("fact", name, valid)
    return None


def value_of(spec: FactSpec, natures: Collection[str] | None) -> Read[FactValue]:
    """Reads a value of `spec`. `natures` are the types of the call-type table, None where it could not be read."""

    def read(at: At) -> FactValue | None:
        if spec.name == NATURE:
            return _nature(at, natures)
        word = text(at)
        return None if word is None else _value(word, spec, at)

    return read


def facts(
    at: At, natures: Collection[str] | None, *, valid: Collection[str] = tuple(FACTS), nulls: bool = False
) -> dict[str, FactValue] | None:
    """The facts of a table of `fact: value`; where `nulls`, a fact may be null, which is as good as not there."""
    if not isinstance(at.node, Table):
        at.error("should be a table of `fact: value`")
        return None
    values: dict[str, FactValue] = {}
    for key, node in at.node.entries:
        spec = fact(at.inner(key.text, key), valid)
        place = at.inner(key.text, node)
        if spec is None or (nulls and isinstance(node, Scalar) and node.is_null):
            continue
        value = value_of(spec, natures)(place)
        if value is not None:
            values[spec.name] = value
    return values


def pairs(at: At) -> dict[str, FactValue | None] | None:
    """The facts of a cell like `domestic=verbal weapon=?`; None for a fact that is taken away."""
    found: dict[str, FactValue | None] = {}
    for word in (text(at) or "").split():
        name, equals, value = word.partition("=")
        if not equals:
            at.error(f"`{show(word)}` is not `fact=value`")
            continue
        spec = fact(at.entry(Scalar(name, at.node.line, plain=False)), PRESUMED)
        if spec is None:
            continue
        if spec.name in found:
            at.error(f"`{spec.name}` is presumed twice")
        taken = value == TAKEN_AWAY
        found[spec.name] = None if taken else value_of(spec, None)(at.entry(Scalar(value, at.node.line, plain=False)))
    return found


def _nature(at: At, natures: Collection[str] | None) -> str | None:
    name = canonical(at)
    if name is None or natures is None or name in natures:
        return name
    at.unknown("canonical type", name, sorted(natures))
    return None


def _value(word: str, spec: FactSpec, at: At) -> FactValue | None:
    if spec.values == (False, True):
        if word.lower() in TRUTHS:
            return TRUTHS[word.lower()]
        at.unknown("value", word, ("true", "false"))
        return None
    if word in spec.values:
        return word
    words = [str(value) for value in spec.values]
    if word.lower() in _ON_OR_OFF:
        near = "none" if "none" in words and not _ON_OR_OFF[word.lower()] else None
        message = f"`{show(word)}` is an answer to a yes-or-no question, which `{spec.name}` is not"
        at.found.error(at.node.line, at.field, message, near, words)
    else:
        at.unknown("value", word, words)
    return None
