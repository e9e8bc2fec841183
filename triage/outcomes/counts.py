"""Calls counted by what was said of them, what would be advised, and how they ended."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from triage.domain.call_types import normalised
from triage.domain.desk import Desk
from triage.domain.policy import Policy
from triage.outcomes.advice import Advice, Adviser
from triage.outcomes.classes import DECIDED, Ending, Outcome
from triage.outcomes.endings import endings
from triage.outcomes.wilson import Share
from triage.rulebook import OutcomeCodes
from triage.sources import Reading


class Call(NamedTuple):
    """What a call is counted by. `call_type` is as names are compared; `month` is that of the report, `2023-07`."""

    call_type: str
    priority: str | None
    channel: str | None
    month: str
    advice: Advice
    outcome: Outcome


class Outcomes(NamedTuple):
    """How many of some calls ended in each way."""

    by_outcome: Counter[Outcome]

    @classmethod
    def of(cls, calls: Iterable[tuple[Call, int]]) -> Self:
        """Those of `calls`, each with how many there are of it."""
        found: Counter[Outcome] = Counter()
        for call, number in calls:
            found[call.outcome] += number
        return cls(found)

    @property
    def calls(self) -> int:
        """How many calls there are."""
        return self.by_outcome.total()

    @property
    def authority_used(self) -> Share:
        """The share of *authority used* among the decided outcomes."""
        return Share(self.by_outcome["authority_used"], sum(self.by_outcome[outcome] for outcome in DECIDED))

    def share(self, outcome: Outcome) -> float:
        """The share of an outcome among all the calls; 0 where there are none."""
        return self.by_outcome[outcome] / self.calls if self.calls else 0.0


class Counts(NamedTuple):
    """What files of calls hold. `rows` is always the calls, the repeats, the excluded and the unreadable rows together.

    `unknown_dispositions` and `unknown_final_types` are names that the agency's tables do not have, and on how many
    calls; `named` are all call types as CAD writes them. `by_final_type_alone` is the number of calls with authority
    used of which only the final type says so.
    """

    rows: int
    repeats: int
    excluded: Counter[str]
    unreadable: int
    calls: Counter[Call]
    named: Counter[str]
    unknown_dispositions: Counter[str]
    unknown_final_types: Counter[str]
    by_final_type_alone: int

    @property
    def outcomes(self) -> Outcomes:
        """The outcomes of all calls."""
        return Outcomes.of(self.calls.items())


def count(policy: Policy, codes: OutcomeCodes, readings: Sequence[Reading]) -> Counts:
    """The calls of `readings`, judged by `policy` as first reported with nothing asked; ended as `codes` say.

    A call that stands in several files is one call.
    """
    desk = Desk(policy)
    advise, ending, zone = Adviser(desk), Ending(codes, desk.call_types), ZoneInfo(policy.time_zone)
    calls: Counter[Call] = Counter()
    named: Counter[str] = Counter()
    dispositions: Counter[str] = Counter()
    final_types: Counter[str] = Counter()
    by_final_type = 0
    for report, disposition, final_type in endings(readings):
        outcome = ending.outcome(disposition, final_type)
        call = Call(
            call_type=normalised(report.call_type),
            priority=report.priority,
            channel=report.channel,
            month=report.reported_at.astimezone(zone).strftime("%Y-%m"),
            advice=advise(report),
            outcome=outcome,
        )
        calls[call] += 1
        named[report.call_type] += 1
        by_final_type += outcome == "authority_used" != ending.outcome(disposition, None)
        if disposition is not None and not ending.knows(disposition):
            dispositions[disposition] += 1
        if final_type is not None and ending.final_class(final_type) == "unknown":
            final_types[final_type] += 1
    excluded = sum((reading.excluded for reading in readings), Counter[str]())
    rows = sum(reading.rows for reading in readings)
    unreadable = sum(len(reading.unreadable) for reading in readings)
    repeats = rows - excluded.total() - unreadable - calls.total()
    return Counts(rows, repeats, excluded, unreadable, calls, named, dispositions, final_types, by_final_type)
