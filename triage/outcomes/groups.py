"""The outcomes of calls side by side: by route, call type, priority or month."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from triage.domain.values import Route
from triage.outcomes.advice import AWAY_FROM
from triage.outcomes.counts import Call, Counts, Outcomes

Grouping = Literal["route", "type", "priority", "month"]
GROUPINGS: Final[tuple[Grouping, ...]] = get_args(Grouping)

ROUTES: Final[tuple[Route, ...]] = ("sworn", "co_response", "cso", "other_agency")
NOT_STATED: Final = "not stated"


class Group(NamedTuple):
    """Some of the calls.

    By route, `route` is theirs, and those of `away` are the part of it that is one question away from that other route.
    """

    name: str
    outcomes: Outcomes
    route: Route | None = None
    away: Route | None = None


def groups(counts: Counts, by: Grouping) -> list[Group]:
    """All calls in groups: types by their calls, priorities and months in order, routes from sworn to the others.

    By route, what would be sworn is followed by those parts of it that one question could move.
    """
    if by == "route":
        return _by_route(counts)
    found = _grouped(counts, _KEYS[by])
    in_order = sorted(found, key=lambda name: (-found[name].calls, name)) if by == "type" else sorted(found)
    return [Group(name, found[name]) for name in in_order]


def _by_route(counts: Counts) -> list[Group]:
    away = _grouped(counts, lambda call: call.advice.away or "")
    routes = _grouped(counts, lambda call: call.advice.route)
    found = []
    for route in ROUTES:
        if route in routes:
            found.append(Group(route, routes[route], route))
        if route == "sworn":
            found += [Group(route, away[to], route, to) for to in AWAY_FROM if to in away]
    return found


def _grouped(counts: Counts, key: Callable[[Call], str]) -> dict[str, Outcomes]:
    calls: dict[str, list[tuple[Call, int]]] = defaultdict(list)
    for call, number in counts.calls.items():
        calls[key(call)].append((call, number))
    return {name: Outcomes.of(members) for name, members in calls.items()}


_KEYS: Final[Mapping[Grouping, Callable[[Call], str]]] = MappingProxyType(
    {
        "type": lambda call: call.call_type,
        "priority": lambda call: call.priority or NOT_STATED,
        "month": lambda call: call.month,
    }
)
