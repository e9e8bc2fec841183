"""One change between two policies: what it is about, what it says in words, and which way it pulls."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from triage.domain.facts import FACTS, FactValue

Direction = Literal["looser", "either", "stricter", "neutral"]
"""Whether a change can make fewer calls sworn, some fewer and others more, only more, or changes no route by itself."""

DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)

OPPOSITE: Final[Mapping[Direction, Direction]] = MappingProxyType(
    {"looser": "stricter", "stricter": "looser", "either": "either", "neutral": "neutral"}
)

Group = Literal["rule", "call type", "priority", "channel", "cue", "disposition", "roster", "setting"]
Kind = Literal["added", "removed", "changed"]

VALUES_SHOWN_MAX: Final = 8


class Change(NamedTuple):
    """One thing that is there in only one of two policies, or otherwise in both. `words` are sentences without end."""

    group: Group
    name: str
    kind: Kind
    direction: Direction
    words: tuple[str, ...]


class Line(NamedTuple):
    """One sentence about a change, and which way it pulls."""

    words: str
    direction: Direction = "neutral"


def changed(group: Group, name: str, lines: Iterable[Line]) -> list[Change]:
    """One change of all these lines; none if there is no line."""
    said = list(lines)
    if not said:
        return []
    words = tuple(line.words for line in said)
    return [Change(group, name, "changed", together(line.direction for line in said), words)]


def together(directions: Iterable[Direction]) -> Direction:
    """Which way several lines pull that count at once."""
    pulls = set(directions) - {"neutral"}
    if not pulls:
        return "neutral"
    return pulls.pop() if len(pulls) == 1 else "either"


def risen(fact: str, before: FactValue | None, after: FactValue | None) -> Direction:
    """Which way it pulls that a fact is known as `after` instead of `before`.

    Unknown danger counts as danger, but an answer can still lift it: it stands between the worst value and the others.
    """
    spec = FACTS[fact]
    if not spec.ordered:
        return "either"
    ranks = [len(spec.values) - 1.5 if value is None else spec.rank(value) for value in (before, after)]
    return "looser" if ranks[1] < ranks[0] else "stricter"


def spelled(value: object) -> str:
    """A value as a sentence says it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return listed([f"{name} {spelled(entry)}" for name, entry in value.items()])
    if isinstance(value, tuple | list):
        return listed([spelled(entry) for entry in value]) if value else "none"
    return str(value).replace("_", " ") if value in _OUR_WORDS else str(value)


def listed(words: Sequence[str], joint: str = "and") -> str:
    """`a, b and c`; of many the first ones and how many more there are."""
    if len(words) > VALUES_SHOWN_MAX + 1:
        words = [*words[:VALUES_SHOWN_MAX], f"{len(words) - VALUES_SHOWN_MAX} more"]
        joint = "and"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def instead(what: str, before: object, after: object) -> str:
    """`{what}: {after} instead of {before}`."""
    return f"{what}: {spelled(after)} instead of {spelled(before)}"


def is_among(fact: str, values: Sequence[FactValue]) -> str:
    """A line of a rule's conditions in words."""
    return f"`{fact}` is {listed([spelled(value) for value in values], 'or')}"


_OUR_WORDS: Final = frozenset(
    {value for spec in FACTS.values() for value in spec.values}
    | {"require_sworn", "allow_cso", "allow_co_response", "route_to"}
)
