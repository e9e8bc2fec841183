"""Finds rules that never decide anything: no call can reach them, or another rule always stands before them.

Only nature, severity and likelihood are fixed by the call type; any other fact can be reported, whatever is presumed.
So each combination of the three, a kind, is one bit, and a rule reaches the bits that its lines on those three allow.
Calls of a type that is not in the table are always sworn, whatever the rules say.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from triage.domain.facts import FACTS, FactValue
from triage.domain.policy import CallType, Rule
from triage.rulebook.fact_values import FIXED, NATURE, UNREVIEWED
from triage.rulebook.rules import ReadRule

NAMED_MAX: Final = 3
ORDER: Final = ("require_sworn", "allow_co_response", "route_to", "allow_cso")
"""The effects in the order in which they decide; the first with a rule that holds wins."""


Kind = tuple[FactValue | None, ...]
"""A nature, severity and likelihood."""


class Idle(NamedTuple):
    """A rule that never decides anything, and why."""

    rule: ReadRule
    message: str


def kinds_of(call_types: Iterable[CallType]) -> Collection[Kind]:
    """The kinds of call that a table holds."""
    return dict.fromkeys(tuple(getattr(entry.presumes, name) for name in FIXED) for entry in call_types)


def every_kind(natures: Iterable[str]) -> Collection[Kind]:
    """The kinds of call of these natures that any table could hold: what a library's rules must have an eye to."""
    return list(product(sorted(natures), FACTS["severity"].values, FACTS["likelihood"].values))


def idle_rules(rules: Sequence[ReadRule], kinds: Collection[Kind]) -> Iterator[Idle]:
    """Each rule that never decides anything on calls of these kinds, in the order of `rules`.

    No rule is named because of a later twin.
    A rule about call types under review waits for one: any type may come under review.
    """
    reach = _reaches(rules, kinds)
    for place, item in enumerate(rules):
        if UNREVIEWED in item.rule.when.get(NATURE, ()):
            continue
        if not reach[place]:
            yield Idle(item, "no call can reach it: no call type has such a nature, severity and likelihood")
            continue
        message = _preempted(place, rules, reach) or _shadowed(place, rules, reach)
        if message:
            yield Idle(item, message)


def uncovered_dangers(rules: Sequence[ReadRule]) -> list[str]:
    """The dangers, as `fact=value`, that do not call an officer by themselves, whatever else is known."""
    covered = {
        name
        for item in rules
        if item.rule.effect == "require_sworn" and len(item.rule.when) == 1
        for name in item.rule.when
    }
    by_hand = (name for name, spec in FACTS.items() if spec.ordered and spec.name not in (*FIXED, "priority"))
    return [f"{name}={str(FACTS[name].values[-1]).lower()}" for name in by_hand if name not in covered]


def _reaches(rules: Sequence[ReadRule], kinds: Collection[Kind]) -> list[int]:
    with_value: list[dict[FactValue | None, int]] = [{} for _ in FIXED]
    for place, kind in enumerate(kinds):
        for bits, value in zip(with_value, kind, strict=True):
            bits[value] = bits.get(value, 0) | 1 << place
    return [_reach(item.rule, with_value, (1 << len(kinds)) - 1) for item in rules]


def _reach(rule: Rule, with_value: Sequence[Mapping[FactValue | None, int]], left: int) -> int:
    """The kinds that `rule` allows. A `require_sworn` rule also matches what is unknown."""
    unknown = (None,) if rule.effect == "require_sworn" else ()
    for name, bits in zip(FIXED, with_value, strict=True):
        if name in rule.when:
            left &= sum(bits.get(value, 0) for value in (*rule.when[name], *unknown))
    return left


def _preempted(place: int, rules: Sequence[ReadRule], reach: Sequence[int]) -> str | None:
    """Why rules whose effect comes first decide every call that this one matches, or None."""
    item = rules[place]
    left = reach[place]
    names = []
    for other, bits in zip(rules, reach, strict=True):
        comes_first = ORDER.index(other.rule.effect) < ORDER.index(item.rule.effect)
        if comes_first and left & bits and _stands(other, item) and _follows(item.rule, other.rule):
            left &= ~bits
            names.append(f"`{other.rule.id}`")
    if left:
        return None
    named = ", ".join(names[:NAMED_MAX]) + (f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else "")
    return f"it never decides: {named} come{'s' if len(names) == 1 else ''} first for every call that it matches"


def _shadowed(place: int, rules: Sequence[ReadRule], reach: Sequence[int]) -> str | None:
    """Which rule with the same effect matches whenever this one does and asks no less, or None."""
    item = rules[place]
    for at, (other, bits) in enumerate(zip(rules, reach, strict=True)):
        if at == place or reach[place] & ~bits or not _stands(other, item) or not _follows(item.rule, other.rule):
            continue
        if _adds_nothing(item.rule, other.rule) and not (at > place and _is_twin(place, at, rules, reach)):
            return f"`{other.rule.id}` always says the same: it matches every call that this rule matches"
    return None


def _is_twin(place: int, at: int, rules: Sequence[ReadRule], reach: Sequence[int]) -> bool:
    """Whether the later rule would be named because of the earlier one, too."""
    later, earlier = rules[at], rules[place]
    return (
        not reach[at] & ~reach[place]
        and _stands(earlier, later)
        and _follows(later.rule, earlier.rule)
        and _adds_nothing(later.rule, earlier.rule)
    )


def _stands(other: ReadRule, item: ReadRule) -> bool:
    """Whether `other` counts wherever `item` does: no switch of its own can take it away."""
    return other.switch is None or other.switch == item.switch


def _follows(rule: Rule, other: Rule) -> bool:
    """Whether `other` matches whenever `rule` does, as far as facts go that are not fixed by the call type.

    A `require_sworn` rule also matches on unknown facts, so a line of it that names every value always matches.
    """
    for name, values in other.when.items():
        if name in FIXED:
            continue
        named = rule.when.get(name)
        always = other.effect == "require_sworn" and set(FACTS[name].values) <= set(values)
        if not always and (named is None or not set(named) <= set(values)):
            return False
    return True


def _adds_nothing(rule: Rule, other: Rule) -> bool:
    """Whether `rule` asks nothing that `other`, with the same effect, does not ask: the strictest demands count."""
    return (
        (rule.effect, rule.programme, rule.agency) == (other.effect, other.programme, other.agency)
        and rule.notify in (None, other.notify)
        and (rule.wait_minutes or 0) >= (other.wait_minutes or 0)
        and rule.two_together <= other.two_together
        and rule.vehicle <= other.vehicle
    )
