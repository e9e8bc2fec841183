"""Calls type by type: where they would go and why, how they ended, and which types deserve a second look."""

from collections import Counter, defaultdict
from typing import Final, NamedTuple

from triage.domain.values import Route
from triage.outcomes.advice import Advice
from triage.outcomes.counts import Call, Counts, Outcomes

AUTHORITY_SHARE_MAX: Final = 0.05
AUTHORITY_LOW_MAX: Final = 0.01
"""A type that reaches a CSO deserves a second look where the share of authority used lies above the one and the lower
end of its 95 % interval above the other (assumption)."""


class TypeRow(NamedTuple):
    """One call type. `advice` is what most of its calls would get (of as many, the most cautious first by name).

    `routes` and `away` count its calls by route, and by the route that one question would lead to. `reaching` are the
    outcomes of those of its calls that a CSO alone would get at once or after one question.
    """

    call_type: str
    advice: Advice
    routes: Counter[Route]
    away: Counter[Route]
    outcomes: Outcomes
    reaching: Outcomes

    @property
    def calls(self) -> int:
        """How many calls are of this type."""
        return self.outcomes.calls

    @property
    def flagged(self) -> bool:
        """Whether its calls that reach a CSO ended with authority used too often to let that pass without a reason."""
        used = self.reaching.authority_used
        return (used.share or 0.0) > AUTHORITY_SHARE_MAX and (used.low or 0.0) > AUTHORITY_LOW_MAX


def type_rows(counts: Counts) -> list[TypeRow]:
    """A row for each call type, the one with most calls first."""
    calls: dict[str, list[tuple[Call, int]]] = defaultdict(list)
    for call, number in counts.calls.items():
        calls[call.call_type].append((call, number))
    rows = [_row(name, members) for name, members in calls.items()]
    return sorted(rows, key=lambda row: (-row.calls, row.call_type))


def _row(name: str, calls: list[tuple[Call, int]]) -> TypeRow:
    advice: Counter[Advice] = Counter()
    routes: Counter[Route] = Counter()
    away: Counter[Route] = Counter()
    for call, number in calls:
        advice[call.advice] += number
        routes[call.advice.route] += number
        if call.advice.away is not None:
            away[call.advice.away] += number
    most = min(advice, key=lambda one: (-advice[one], one.route != "sworn", one.because))
    reaching = Outcomes.of((call, number) for call, number in calls if call.advice.reaches_cso)
    return TypeRow(name, most, routes, away, Outcomes.of(calls), reaching)
