"""What differs between two policies beside rules: call types, CAD's codes, cues, dispositions, roster, settings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from triage.domain.call_types import normalised
from triage.domain.evidence import known
from triage.domain.facts import FACTS, FactValue
from triage.domain.policy import CallType, Cue, Disposition, Policy
from triage.domain.values import Value
from triage.policy_diff.changes import (
    OPPOSITE,
    Change,
    Direction,
    Group,
    Kind,
    Line,
    changed,
    instead,
    listed,
    risen,
    spelled,
)

UNDER_REVIEW: Final = "X-REVIEW"
"""The canonical type of a call type that nobody has confirmed: such a call is always sworn."""

UNKNOWN: Final = "unknown"
TOLD_ELSEWHERE: Final = frozenset({"rules", "call_types", "cues", "priorities", "channels", "dispositions", "roster"})

V = TypeVar("V", bound=Value)
Entry = TypeVar("Entry")
Lines = Callable[[Entry, Entry], Iterator[Line]]
Pull = Callable[[Entry], Direction]


def part_changes(before: Policy, after: Policy) -> Iterator[Change]:
    """Every change beside those of rules."""
    yield from _compared(
        "call type", _types(before), _types(after), _call_type_lines, _new_call_type, _described_call_type
    )
    yield from _codes("priority", before.priorities, after.priorities)
    yield from _codes("channel", before.channels, after.channels)
    yield from _compared("cue", _by_id(before.cues), _by_id(after.cues), _cue_lines, _new_cue, _described_cue)
    yield from changed("cue", "negations", _negation_lines(before.negations, after.negations))
    yield from _compared(
        "disposition", _closings(before), _closings(after), _field_lines, _neutral, _described_disposition
    )
    yield from _roster(before, after)
    for field in Policy.model_fields:
        if field not in TOLD_ELSEWHERE | {"negations"}:
            yield from _setting(field, getattr(before, field), getattr(after, field))


def _compared(  # noqa: PLR0913, PLR0917 - two tables, and what can be said of their rows
    group: Group,
    old: Mapping[str, Entry],
    new: Mapping[str, Entry],
    lines: Lines[Entry],
    pull: Pull[Entry],
    described: Callable[[Entry], str],
) -> Iterator[Change]:
    """Entries added, removed and changed, and whether those that both have stand in another order."""
    for name, entry in new.items():
        if name not in old:
            yield Change(group, name, "added", pull(entry), (described(entry),))
    for name, entry in old.items():
        if name not in new:
            yield Change(group, name, "removed", OPPOSITE[pull(entry)], (described(entry),))
        elif entry != new[name]:
            yield from changed(group, name, lines(entry, new[name]))
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield from changed(group, "order", [Line("the same entries stand in another order")])


def _new_call_type(entry: CallType) -> Direction:
    """Before, no row knew it, so it was sworn."""
    return "neutral" if entry.canonical == UNDER_REVIEW else "looser"


def _described_call_type(entry: CallType) -> str:
    facts = {name: value for name, value in known(entry.presumes).items() if name != "nature"}
    return f"{_kind(entry)}{'; presumes ' if facts else ''}{'' if not facts else _facts(facts)}"


def _kind(entry: CallType) -> str:
    return "not reviewed by anybody, so sworn" if entry.canonical == UNDER_REVIEW else f"mapped to {entry.canonical}"


def _facts(facts: Mapping[str, FactValue]) -> str:
    """Of the facts those that say most: dangers that are not at their safest, then how many are."""
    telling = [
        f"`{name}` {spelled(value)}"
        for name, value in facts.items()
        if not FACTS[name].ordered or not FACTS[name].asked or FACTS[name].rank(value)
    ]
    safe = len(facts) - len(telling)
    return listed([*telling, *([f"no danger in {safe} facts"] if safe else [])])


def _call_type_lines(before: CallType, after: CallType) -> Iterator[Line]:
    if before.canonical != after.canonical:
        direction: Direction = "either"
        if UNDER_REVIEW in {before.canonical, after.canonical}:
            direction = "looser" if before.canonical == UNDER_REVIEW else "stricter"
        yield Line(f"now {_kind(after)}, before {_kind(before)}", direction)
        if direction != "either":
            return  # a type under review presumes nothing, so every presumption differs
    for fact in FACTS:
        was, now = getattr(before.presumes, fact), getattr(after.presumes, fact)
        if was != now and fact != "nature":
            words = [UNKNOWN if value is None else spelled(value) for value in (now, was)]
            yield Line(f"presumes `{fact}` {words[0]} instead of {words[1]}", risen(fact, was, now))
    if before.name != after.name:
        yield Line(f"written `{after.name}` instead of `{before.name}`")


def _codes(group: Group, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    old, new = ({code.upper(): level for code, level in codes.items()} for codes in (before, after))
    for code in dict.fromkeys((*old, *new)):
        was, now = old.get(code), new.get(code)
        if was != now:
            words = f"means {spelled(now or UNKNOWN)} instead of {spelled(was or UNKNOWN)}"
            kind: Kind = "added" if code not in old else "removed" if code not in new else "changed"
            yield Change(group, code, kind, risen(group, was, now), (words,))
    if old == new and list(before.items()) != list(after.items()):
        yield from changed(group, "order", [Line("the same codes stand in another order or are written otherwise")])


def _new_cue(cue: Cue) -> Direction:
    return "stricter" if FACTS[cue.fact].ordered else "either"


def _described_cue(cue: Cue) -> str:
    return f"{listed([f'`{words}`' for words in cue.words], 'or')} raise `{cue.fact}` to {spelled(cue.value)}"


def _cue_lines(before: Cue, after: Cue) -> Iterator[Line]:
    pull = _new_cue(after)
    if (before.fact, before.value) != (after.fact, after.value):
        yield Line(f"now {_described_cue(after)}, before `{before.fact}` to {spelled(before.value)}", "either")
    more = [f"`{words}`" for words in after.words if words not in before.words]
    fewer = [f"`{words}`" for words in before.words if words not in after.words]
    if more:
        yield Line(f"now also {listed(more, 'or')}", pull)
    if fewer:
        yield Line(f"no longer {listed(fewer, 'or')}", "looser" if pull == "stricter" else "either")
    if not more and not fewer and before.words != after.words:
        yield Line("the words stand in another order")


def _negation_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    more = [f"`{words}`" for words in after if words not in before]
    fewer = [f"`{words}`" for words in before if words not in after]
    if more:
        yield Line(f"{listed(more, 'or')} before a word of danger now make it not count", "looser")
    if fewer:
        yield Line(f"{listed(fewer, 'or')} before a word of danger no longer make it not count", "stricter")
    if not more and not fewer and before != after:
        yield Line("the negations stand in another order")


def _described_disposition(entry: Disposition) -> str:
    return f"{entry.description}; a CSO {'may' if entry.cso else 'may not'} close a call so"


def _roster(before: Policy, after: Policy) -> Iterator[Change]:
    for field in type(before.roster).model_fields:
        was, now = getattr(before.roster, field), getattr(after.roster, field)
        if isinstance(was, tuple):
            yield from _compared("roster", _by_id(was), _by_id(now), _field_lines, _neutral, _described_value)
        elif was != now:
            yield from changed("roster", field.replace("_", " "), [Line(instead("now", was, now))])


def _setting(field: str, before: object, after: object) -> Iterator[Change]:
    name = field.replace("_", " ")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        lines = [
            Line(instead(f"`{key}`", before.get(key), after.get(key)))
            for key in dict.fromkeys((*before, *after))
            if before.get(key) != after.get(key)
        ]
        if not lines and list(before) != list(after):
            lines = [Line("the same entries stand in another order")]
        yield from changed("setting", name, lines)
    elif before != after:
        direction: Direction = "neutral"
        if field == "classifier":
            direction = "looser" if after == "none" else "stricter"
        elif isinstance(before, float) and isinstance(after, float):
            direction = "looser" if after > before else "stricter"  # the one number is the limit on authority used
        yield from changed("setting", name, [Line(instead("now", before, after), direction)])


def _types(policy: Policy) -> dict[str, CallType]:
    return {normalised(entry.name): entry for entry in policy.call_types}


def _closings(policy: Policy) -> dict[str, Disposition]:
    return {entry.code: entry for entry in policy.dispositions}


def _by_id(entries: Sequence[V]) -> dict[str, V]:
    return {str(entry.id): entry for entry in entries}  # type: ignore[attr-defined]  # each of these kinds has one


def _neutral(_: object) -> Direction:
    return "neutral"


def _described_value(entry: Value) -> str:
    said = [f"{field.replace('_', ' ')} {spelled(value)}" for field, value in entry if field != "id" and value]
    return "; ".join(said)


def _field_lines(before: Value, after: Value) -> Iterator[Line]:
    for field, was in before:
        now = getattr(after, field)
        if was != now:
            yield Line(instead(field.replace("_", " "), was, now))
