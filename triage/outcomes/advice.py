"""What the engine would advise on a call at its first report, with nothing asked, and what one answer would change."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from triage.domain.desk import Desk
from triage.domain.events import Particulars
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.facts import FACTS, Facts, FactValue
from triage.domain.judge import Verdict
from triage.domain.report import Report
from triage.domain.values import Route

KNOWN_MAX: Final = 100_000
"""How many distinct combinations are remembered."""

AWAY_FROM: Final[tuple[Route, ...]] = ("cso", "co_response", "other_agency")
"""The routes that a question may lead to; where two questions lead to different ones, the first of them counts."""


class Advice(NamedTuple):
    """A route with its reasons.

    `because` are the rules that decided, `dangers` those among them that a known fact makes true. `asks` is the open
    question that would settle most. Where the route is sworn and the safest answer to one question alone would change
    it, `away` is the route that it would change to and `away_by` that question.
    """

    route: Route
    because: tuple[str, ...]
    dangers: tuple[str, ...]
    asks: str | None
    away: Route | None
    away_by: str | None

    @property
    def reaches_cso(self) -> bool:
        """Whether a CSO alone goes, or would after one question."""
        return "cso" in {self.route, self.away}


class Adviser:
    """Judges first reports by the rules alone, each distinct combination of what a report says once."""

    def __init__(self, desk: Desk) -> None:
        self._desk: Final = desk
        self._known: dict[tuple[str, str | None, str | None, Facts, Facts], Advice] = {}

    def __call__(self, report: Report) -> Advice:
        """The advice on a call of which only `report` is known."""
        cue = self._desk.cues.find(report.narrative)[0] if report.narrative else NOTHING_KNOWN
        key = (report.call_type, report.priority, report.channel, report.facts, cue)
        advice = self._known.get(key)
        if advice is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            advice = self._known[key] = self._advise(report, cue)
        return advice

    def _advise(self, report: Report, cue: Facts) -> Advice:
        said = Particulars(
            call_type=report.call_type,
            priority=report.priority,
            channel=report.channel,
            precinct=report.precinct,
            sector=report.sector,
            beat=report.beat,
        )
        facts = self._desk.weigh(said, report.facts, cue, NOTHING_KNOWN).facts
        verdict = self._desk.judge.by_rules(facts)
        away = self._away(verdict, facts) if verdict.route == "sworn" else {}
        to = next((route for route in AWAY_FROM if route in away), None)
        return Advice(
            route=verdict.route,
            because=verdict.because,
            dangers=verdict.dangers,
            asks=next(iter(verdict.open_questions), None),
            away=to,
            away_by=None if to is None else away[to],
        )

    def _away(self, verdict: Verdict, facts: Mapping[str, FactValue | None]) -> dict[Route, str]:
        """The routes that one answer leads to, each with the first question that does."""
        away: dict[Route, str] = {}
        for question in verdict.open_questions:
            for answer in _safest(question):
                route = self._desk.judge.by_rules({**facts, question: answer}).route
                if route != "sworn":
                    away.setdefault(route, question)
        return away


def _safest(question: str) -> tuple[FactValue, ...]:
    """The safest answer; of a question without an order of danger (is it a follow-up?) each answer is as safe."""
    spec = FACTS[question]
    return spec.values[:1] if spec.ordered else spec.values
