"""An agency's history as a classifier would have seen it: each call once, as first reported, and how it ended."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from triage.classifiers import CallToAssess
from triage.domain.desk import Desk
from triage.domain.events import Particulars
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.facts import Facts, FactValue
from triage.domain.policy import Policy
from triage.domain.report import Report
from triage.domain.values import Route
from triage.outcomes import Ended, Ending, Outcome, endings
from triage.outcomes.classes import DECIDED
from triage.rulebook import OutcomeCodes
from triage.sources import Reading

KNOWN_MAX: Final = 200_000
"""How many distinct combinations are remembered, so that calls which say the same share one answer in memory."""


class Row(NamedTuple):
    """A call at its first report, with nothing asked: how it ended, and its route by the rules alone."""

    agency: str
    call: CallToAssess
    outcome: Outcome
    route: Route

    @property
    def decided(self) -> bool:
        """Whether it is known if authority was used."""
        return self.outcome in DECIDED

    @property
    def used(self) -> bool:
        """Whether authority was used."""
        return self.outcome == "authority_used"


def history(policy: Policy, codes: OutcomeCodes, readings: Sequence[Reading]) -> list[Row]:
    """Each call of `readings` once, the earliest first, judged by `policy` and ended as `codes` say.

    `reported_at` is in the agency's time zone. Calls of one moment stand in the order of their ids, so that the same
    rows in any order and in any files give the same history.
    """
    desk = Desk(policy)
    look, ending, zone = _Looks(desk), Ending(codes, desk.call_types), ZoneInfo(policy.time_zone)
    found = []
    for ended in endings(readings):
        report = ended.report
        said, facts, route = look(report)
        call = CallToAssess.of(facts, said, report.reported_at, zone)
        row = Row(policy.agency, call, _outcome(ending, ended), route)
        found.append((report.reported_at.astimezone(UTC), report.call_id, row))
    found.sort(key=lambda item: item[:2])
    return [row for _, _, row in found]


def _outcome(ending: Ending, ended: Ended) -> Outcome:
    return ending.outcome(ended.disposition, ended.final_call_type)


class _Looks:
    """What a first report says, comes to and is routed to by the rules; calls that say the same share one answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk: Final = desk
        self._said: dict[tuple[str | None, ...], Particulars] = {}
        self._judged: dict[
            tuple[str, str | None, str | None, Facts, Facts], tuple[Mapping[str, FactValue | None], Route]
        ] = {}

    def __call__(self, report: Report) -> tuple[Particulars, Mapping[str, FactValue | None], Route]:
        said = self._particulars(report)
        cue = self._desk.cues.find(report.narrative)[0] if report.narrative else NOTHING_KNOWN
        key = (report.call_type, report.priority, report.channel, report.facts, cue)
        judged = self._judged.get(key)
        if judged is None:
            if len(self._judged) >= KNOWN_MAX:
                self._judged.clear()
            facts = self._desk.weigh(said, report.facts, cue, NOTHING_KNOWN).facts
            judged = self._judged[key] = facts, self._desk.judge.by_rules(facts).route
        return said, *judged

    def _particulars(self, report: Report) -> Particulars:
        key = (report.call_type, report.priority, report.channel, report.precinct, report.sector, report.beat)
        said = self._said.get(key)
        if said is None:
            if len(self._said) >= KNOWN_MAX:
                self._said.clear()
            said = self._said[key] = Particulars(
                call_type=report.call_type,
                priority=report.priority,
                channel=report.channel,
                precinct=report.precinct,
                sector=report.sector,
                beat=report.beat,
            )
        return said
