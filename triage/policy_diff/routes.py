"""Where calls go under two policies: every call type at every priority and by every channel, nothing else known."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from triage.domain.call_types import normalised
from triage.domain.desk import Desk
from triage.domain.events import Evidence
from triage.domain.evidence import resolve
from triage.domain.facts import FACTS, Facts, FactValue
from triage.domain.judge import NO_RULE_ALLOWS, Verdict
from triage.domain.policy import Policy
from triage.domain.values import Route
from triage.policy_diff.changes import DIRECTIONS, Direction

_CAUTION: Final[Mapping[Route, int]] = {"sworn": 0, "co_response": 1, "other_agency": 2, "cso": 2}

Code = str | None
"""A priority or channel as CAD writes it; None for a call without one, or with one that the policy does not know."""


_Codes = tuple[Code, Code]
_Known = tuple[FactValue | None, ...]


class Moved(NamedTuple):
    """A call type whose calls go elsewhere: at which priorities and by which channels, and which rules say so.

    `combinations` of `of` are concerned: all of `priorities` by all of `channels` where the product is as large.
    """

    call_type: str
    before: Route
    after: Route
    direction: Direction
    priorities: tuple[Code, ...]
    channels: tuple[Code, ...]
    combinations: int
    of: int
    because_before: tuple[str, ...]
    because_after: tuple[str, ...]


class Asked(NamedTuple):
    """A call type that goes where it went, but of which other questions are open."""

    call_type: str
    route: Route
    direction: Direction
    now_asked: tuple[str, ...]
    no_longer_asked: tuple[str, ...]
    priorities: tuple[Code, ...]
    channels: tuple[Code, ...]
    combinations: int
    of: int


class _Pair(NamedTuple):
    """What both policies make of one combination."""

    before: Verdict
    after: Verdict


class Compared(NamedTuple):
    """Call types that go elsewhere, those of which other questions are open, and all codes that were looked at."""

    moved: tuple[Moved, ...]
    asked: tuple[Asked, ...]
    priorities: tuple[Code, ...]
    channels: tuple[Code, ...]


def compare(before: Policy, after: Policy) -> Compared:
    """The call types whose route changes, and those of which only the open questions do; what is less safe first.

    The classifier does not come into it: this is what the rules allow. A type that a policy does not know is sworn.
    """
    judged = _Judged(before, after)
    priorities, channels = _codes(before.priorities, after.priorities), _codes(before.channels, after.channels)
    codes = list(product(priorities, channels))
    moved: list[Moved] = []
    asked: list[Asked] = []
    for name in _names(before, after):
        pairs = judged.differing(name, codes)
        moved += _moved(name, pairs, len(codes))
        asked += _asked(name, pairs, len(codes))
    return Compared(
        tuple(sorted(moved, key=_by_safety)),
        tuple(sorted(asked, key=lambda item: DIRECTIONS.index(item.direction))),
        priorities,
        channels,
    )


def _by_safety(item: Moved) -> tuple[int, int, int, Route, Route]:
    """From an officer to a CSO first."""
    step = DIRECTIONS.index(item.direction)
    return step, _CAUTION[item.before], -_CAUTION[item.after], item.after, item.before


class _Judged:
    """Both policies' verdicts on a call of which only type, priority and channel are known, each worked out once."""

    def __init__(self, before: Policy, after: Policy) -> None:
        self._desks: Final = (Desk(before), Desk(after))
        self._stated: dict[_Codes, tuple[_Known, _Known]] = {}
        self._known: dict[tuple[_Known, ...], _Pair | None] = {}

    def differing(self, name: str, codes: Sequence[_Codes]) -> dict[_Codes, _Pair]:
        """The verdicts on calls of a type at these priorities and channels, where route or open questions differ."""
        presumed = tuple(_contents(desk.presumed(name)) for desk in self._desks)
        pairs = {}
        for place in codes:
            stated = self._stated.get(place)
            if stated is None:
                first, second = (_contents(desk.given(*place)) for desk in self._desks)
                stated = self._stated[place] = (first, second)
            key = (*presumed, *stated)
            if key not in self._known:
                self._known[key] = self._pair(name, place)
            if pair := self._known[key]:
                pairs[place] = pair
        return pairs

    def _pair(self, name: str, place: _Codes) -> _Pair | None:
        before, after = (
            desk.judge.by_rules(resolve(Evidence(presumed=desk.presumed(name), reported=desk.given(*place))))
            for desk in self._desks
        )
        same_questions = set(before.open_questions) == set(after.open_questions)
        return None if before.by_rules == after.by_rules and same_questions else _Pair(before, after)


def _contents(facts: Facts) -> _Known:
    return tuple(facts.__dict__.values())


def _moved(name: str, pairs: Mapping[_Codes, _Pair], of: int) -> Iterator[Moved]:
    groups: dict[tuple[Route, Route], dict[_Codes, _Pair]] = {}
    for codes, pair in pairs.items():
        if pair.before.by_rules != pair.after.by_rules:
            groups.setdefault((pair.before.by_rules, pair.after.by_rules), {})[codes] = pair
    for (before, after), members in groups.items():
        first = next(iter(members.values()))
        yield Moved(
            name,
            before,
            after,
            _direction(before, after),
            *_extent(members),
            of,
            first.before.because,
            first.after.because,
        )


def _asked(name: str, pairs: Mapping[_Codes, _Pair], of: int) -> Iterator[Asked]:
    groups: dict[tuple[Route, Direction, tuple[str, ...], tuple[str, ...]], dict[_Codes, _Pair]] = {}
    for codes, pair in pairs.items():
        if pair.before.by_rules == pair.after.by_rules:
            now = tuple(sorted(set(pair.after.open_questions) - set(pair.before.open_questions), key=_place))
            gone = tuple(sorted(set(pair.before.open_questions) - set(pair.after.open_questions), key=_place))
            key = (pair.after.by_rules, _pull(pair, now, gone), now, gone)
            groups.setdefault(key, {})[codes] = pair
    for (route, direction, now, gone), members in groups.items():
        yield Asked(name, route, direction, now, gone, *_extent(members), of)


def _pull(pair: _Pair, now: tuple[str, ...], gone: tuple[str, ...]) -> Direction:
    """A sworn call that an answer can now change is looser, and so is one of which fewer rules want an officer.

    Where the same rules want one, other questions are other ways to a CSO, or ways that take more to ask. Of calls that
    go to a CSO already, a danger that is no longer asked for is looser.
    """
    if pair.after.by_rules == "sworn":
        if not pair.before.open_questions:
            return "looser"
        if not pair.after.open_questions:
            return "stricter"
        wanted, want = ({*side.because} - {NO_RULE_ALLOWS} for side in (pair.before, pair.after))
        if wanted == want:
            return "either"
        now, gone = tuple(want - wanted), tuple(wanted - want)
    if now and gone:
        return "either"
    return "stricter" if now else "looser"


def _direction(before: Route, after: Route) -> Direction:
    step = _CAUTION[after] - _CAUTION[before]
    return "looser" if step > 0 else "stricter" if step < 0 else "neutral"


def _extent(members: Mapping[_Codes, _Pair]) -> tuple[tuple[Code, ...], tuple[Code, ...], int]:
    priorities = tuple(dict.fromkeys(priority for priority, _ in members))
    channels = tuple(dict.fromkeys(channel for _, channel in members))
    return priorities, channels, len(members)


def _names(before: Policy, after: Policy) -> list[str]:
    """Every call type of either policy, as the later one writes it."""
    names = {normalised(entry.name): entry.name for policy in (before, after) for entry in policy.call_types}
    return [names[name] for name in sorted(names)]


def _codes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Code, ...]:
    return (*dict.fromkeys(code.upper() for code in (*before, *after)), None)


def _place(fact: str) -> int:
    return list(FACTS).index(fact)
