"""What became of the rows of a run: every row is counted once, and every call by where it ended up."""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, get_args

from triage.cli.feed import Step
from triage.cli.verdict import unasked
from triage.domain.events import CallEvent, CallNotServed, CallQueued, CallTriaged
from triage.domain.policy import Rule
from triage.domain.report import Unreadable
from triage.domain.values import Route
from triage.engine import Handled
from triage.projections.queue_entry import QueueEntry, place_in_queue
from triage.sources import ReportArrived

UNREADABLE_SHOWN_MAX: Final = 20
ROUTES: Final[tuple[Route, ...]] = ("sworn", "cso", "co_response", "other_agency")
assert set(ROUTES) == set(get_args(Route))


class Fullest(NamedTuple):
    """When most calls waited for CSO units at once, and how many."""

    calls: int
    at: datetime


class Reason(NamedTuple):
    """A rule that wants an officer: because of what is known, or because nobody has ruled it out."""

    rule: str
    known: bool


class Tally:
    """Counts for one run. `rows` is always `reports + repeats + excluded + unreadable`.

    A row is a report if it brought news, a repeat if another row or an earlier run said the same already.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Count by the rules of the policy that decides."""
        self._rules = {rule.id: rule for rule in rules}
        self.rows = 0
        self.reports = 0
        self.repeats = 0
        self.excluded: Counter[str] = Counter()
        self.unreadable = 0
        self.not_understood: Counter[str] = Counter()
        self.decisions = 0
        self.events = 0
        self.not_served: Counter[str] = Counter()
        self.call_types: Counter[str] = Counter()
        self.first_unreadable: list[Unreadable] = []
        self.refused: list[str] = []
        self.fullest: Fullest | None = None
        self._reported: set[str] = set()
        self._decided: dict[str, tuple[Route, tuple[Reason, ...]]] = {}
        self._same: dict[tuple[Reason, ...], tuple[Reason, ...]] = {}  # few, and shared by many calls
        self._waiting: dict[str, QueueEntry] = {}

    @property
    def calls(self) -> int:
        """How many different calls were reported."""
        return len(self._reported)

    def exclude(self, excluded: Counter[str]) -> None:
        """Rows that the column mapping leaves out, by reason."""
        self.excluded += excluded
        self.rows += excluded.total()

    def count(self, steps: Sequence[Step], handled: Handled) -> None:
        """What became of a batch."""
        for step, outcome in zip(steps, handled.outcomes, strict=True):
            self._count_rows(step, news=bool(outcome.events))
            self._count_events(outcome.events)
            if outcome.refusal is not None:
                self.refused.append(str(outcome.refusal))
        self._count_events(handled.passed)
        caused = (event for outcome in handled.outcomes for event in outcome.events)
        for event in heapq.merge(handled.passed, caused, key=_time):  # as they came: time passes before each request
            self._watch_queues(event)

    def routes(self) -> dict[str, int]:
        """How many calls of this run have each route, by their last decision in it."""
        found = Counter(route for route, _ in self._decided.values())
        return {route: found[route] for route in ROUTES}

    def reasons(self) -> Counter[Reason]:
        """How many calls of this run each reason made sworn, by their last decision."""
        return Counter(reason for _, because in self._decided.values() for reason in because)

    def example(self, route: Route) -> str | None:
        """The last call of this run with this route, or None."""
        return next((call_id for call_id, (found, _) in reversed(self._decided.items()) if found == route), None)

    def document(self, seconds: float) -> dict[str, object]:
        """The counts, for programs."""
        return {
            "rows": self.rows,
            "calls": self.calls,
            "reports": self.reports,
            "repeats": self.repeats,
            "excluded": dict(sorted(self.excluded.items())),
            "unreadable": self.unreadable,
            "decisions": self.decisions,
            "routes": self.routes(),
            "not_served": dict(sorted(self.not_served.items())),
            "events": self.events,
            "seconds": round(seconds, 3),
        }

    def _count_rows(self, step: Step, *, news: bool) -> None:
        self.rows += step.rows
        match step.item:
            case Unreadable():
                self.unreadable += 1
                if len(self.first_unreadable) < UNREADABLE_SHOWN_MAX:
                    self.first_unreadable.append(step.item)
            case ReportArrived(report=report):
                self._reported.add(report.call_id)
                self.call_types[report.call_type] += 1
                self.reports += news
                self.repeats += step.rows - news

    def _count_events(self, events: Iterable[CallEvent]) -> None:
        for event in events:
            self.events += 1
            match event:
                case CallTriaged():
                    self.decisions += 1
                    self._decided[event.call_id] = (event.route, self._sworn_because(event))
                case CallNotServed(reason=reason):
                    self.not_served[reason] += 1

    def _sworn_because(self, event: CallTriaged) -> tuple[Reason, ...]:
        """Why the rules want an officer; nothing where they would let a CSO go."""
        if event.eligible != "sworn":
            return ()
        reasons = []
        for rule_id in event.because:
            rule = self._rules.get(rule_id)
            reasons.append(Reason(rule_id, known=rule is None or not unasked(rule, event.evidence)))
        found = tuple(reasons)
        return self._same.setdefault(found, found)

    def _watch_queues(self, event: CallEvent) -> None:
        """Keep the fullest moment, so that a person can be shown queues that a finished history has emptied again."""
        entry = place_in_queue(self._waiting.get(event.call_id), event)
        if entry is None or entry.stage != "waiting":
            self._waiting.pop(event.call_id, None)
            return
        self._waiting[event.call_id] = entry
        if isinstance(event, CallQueued) and (self.fullest is None or len(self._waiting) >= self.fullest.calls):
            self.fullest = Fullest(len(self._waiting), event.occurred_at)


def _time(event: CallEvent) -> datetime:
    return event.occurred_at
