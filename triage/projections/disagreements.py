"""Who would have gone where, had another policy or model decided? A challenger judges each call beside the champion.

Decisions are pure and the log holds what was known of every call, so a challenger needs no place in the engine: it
follows the log. What it cannot know is what the champion never wrote down: words of a narrative that only cues of its
own would have found.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, cast

from triage.classifiers import CallToAssess, Classifier, assessed
from triage.domain.desk import Desk
from triage.domain.events import Assessment, CallReported, CallTriaged, CallUpdated
from triage.domain.facts import FactValue
from triage.domain.judge import REPORT_UNREADABLE
from triage.domain.values import Route
from triage.projections.disagreement import REGISTER_COLUMNS, Decided, Disagreement, read_disagreement, register_row
from triage.projections.drift_so_far import DriftSoFar
from triage.projections.judged_call import (
    CALL_COLUMNS,
    Closing,
    JudgedCall,
    Routes,
    Step,
    call_row,
    closing_of,
    judged,
    moved,
    read_call,
    told,
)
from triage.projections.view import View
from triage.store import Recorded

REGISTER: Final = "disagreements"
CALLS: Final = "judged_calls"
DRIFT: Final = "drift_so_far"


class Challenger(NamedTuple):
    """What judges beside the champion. `assessed_by` says by what: a model's digest, or a word where there is none."""

    desk: Desk
    classifier: Classifier
    assessed_by: str

    @property
    def name(self) -> str:
        """What tells this challenger from any other: one that was changed is another one."""
        return f"{self.desk.digest}-{self.assessed_by}"


class Ended(NamedTuple):
    """How many calls went by these routes and ended so; `closing` is None for those that are open."""

    routes: Routes
    closing: Closing | None
    calls: int


class Span(NamedTuple):
    """How many calls both decided, from when to when, by which policies and models of the champion, the last first."""

    calls: int
    first_at: datetime
    last_at: datetime
    policies: tuple[str, ...]
    models: tuple[str, ...]


class _Asked(NamedTuple):
    """A decision put to the challenger: the facts as it weighs them, and what drift says of any call by then."""

    position: int
    event: CallTriaged
    facts: Mapping[str, FactValue | None]
    call: CallToAssess
    drifted: Assessment | None


class Disagreements(View):
    """The register of one challenger, as rows of `disagreements`: one for each decision on which it differs.

    `judged_calls` has every call that both decided. A call counts once, where it was least cautious: what would have
    gone to a CSO at any moment counts as sent to a CSO, even if later news made it sworn. Decisions that only say that
    a report could not be read are left out, as no policy or model decides them otherwise.
    """

    name = REGISTER
    version = 1
    made_by = "triage shadow"
    kinds = (
        "call_reported",
        "call_updated",
        "call_triaged",
        "route_overridden",
        "call_queued",
        "call_claimed",
        "call_released",
        "backup_requested",
        "cso_recalled",
        "call_handed_back",
        "call_not_served",
        "call_cleared",
    )
    tables = (
        (
            CALLS,
            (
                "call_id TEXT PRIMARY KEY, known TEXT, champion TEXT, challenger TEXT, first_at TEXT, last_at TEXT, "
                "policy TEXT, model TEXT, goes TEXT, claimed INTEGER, closed_by TEXT, disposition TEXT, "
                "final_call_type TEXT"
            ),
        ),
        (
            REGISTER,
            (
                "position INTEGER PRIMARY KEY, call_id TEXT, occurred_at TEXT, policy TEXT, champion TEXT, "
                "champion_because TEXT, champion_open TEXT, champion_said TEXT, challenger TEXT, "
                "challenger_because TEXT, challenger_open TEXT, challenger_said TEXT"
            ),
        ),
        (DRIFT, "place INTEGER PRIMARY KEY, state TEXT"),
    )

    def __init__(self, path: Path, challenger: Challenger) -> None:
        super().__init__(path)
        self.challenger: Final = challenger

    def fold(self, page: Sequence[Recorded]) -> None:
        """Follow what is known of the calls of this batch, and let the challenger decide what the champion decided."""
        calls = self._calls({recorded.stream for recorded in page})
        drift = self._drift()
        asked = []
        for recorded in page:
            event = recorded.event
            if isinstance(event, CallReported | CallUpdated):
                calls[event.call_id] = told(calls.get(event.call_id), event)
                drift.hear(recorded.position, event)
                continue
            if not isinstance(event, Step) or (call := calls.get(event.call_id)) is None:
                continue
            if isinstance(event, CallTriaged) and event.because != (REPORT_UNREADABLE,):
                asked.append(self._asked(recorded.position, event, call, drift))
            calls[event.call_id] = moved(call, event)
        differing = self._judge(asked, calls)
        self._keep(calls, differing, drift)

    def span(self) -> Span | None:
        """What both decided; None if that is nothing yet."""
        (found,) = self.query(f"SELECT count(*), min(first_at), max(last_at) FROM {CALLS} WHERE champion IS NOT NULL")
        calls, first_at, last_at = found
        if not calls:
            return None
        first, last = (datetime.fromisoformat(str(time)) for time in (first_at, last_at))
        return Span(int(str(calls)), first, last, self._deciding("policy"), self._deciding("model"))

    def ended(self) -> list[Ended]:
        """Every call that both decided, counted by routes and ending."""
        columns = "champion, challenger, closed_by, disposition, final_call_type"
        rows = self.query(
            f"SELECT {columns}, count(*) FROM {CALLS} WHERE champion IS NOT NULL GROUP BY {columns} ORDER BY {columns}"
        )
        return [
            Ended(Routes(cast("Route", champion), cast("Route", challenger)), closing_of(*closing), int(str(calls)))
            for champion, challenger, *closing, calls in rows
        ]

    def differing(self) -> int:
        """How many calls the two differ on, in one decision at least."""
        return int(str(self.query(f"SELECT count(DISTINCT call_id) FROM {REGISTER}")[0][0]))

    def newest(self, count: int) -> list[Disagreement]:
        """The last so many decisions on which the two differ, the newest first."""
        columns = ", ".join(f"{REGISTER}.{column}" for column in REGISTER_COLUMNS)
        rows = self.query(
            f"SELECT {columns}, closed_by, disposition, final_call_type FROM {REGISTER} JOIN {CALLS} USING (call_id) "
            "ORDER BY position DESC LIMIT ?",
            (count,),
        )
        return [read_disagreement(row) for row in rows]

    def still_open(self) -> list[tuple[str, Routes]]:
        """Every call that both decided and nobody closed, by its id."""
        rows = self.query(
            f"SELECT call_id, champion, challenger FROM {CALLS} WHERE champion IS NOT NULL AND closed_by IS NULL "
            "ORDER BY call_id"
        )
        return [
            (str(call_id), Routes(cast("Route", champion), cast("Route", challenger)))
            for call_id, champion, challenger in rows
        ]

    def _calls(self, call_ids: set[str]) -> dict[str, JudgedCall]:
        rows = self.query(
            f"SELECT {CALL_COLUMNS} FROM {self.table(CALLS)} WHERE call_id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(call_ids)),),
        )
        return {call.file.call_id: call for call in map(read_call, rows)}

    def _drift(self) -> DriftSoFar:
        states = self.query(f"SELECT state FROM {self.table(DRIFT)} WHERE state IS NOT NULL")
        state = str(states[0][0]) if states else None
        return DriftSoFar(self.challenger.classifier.model, self.challenger.desk, state)

    def _asked(self, position: int, event: CallTriaged, call: JudgedCall, drift: DriftSoFar) -> _Asked:
        desk, file = self.challenger.desk, call.file
        assert file.particulars is not None, "a call that was told of has particulars"
        facts = desk.weigh(file.particulars, file.reported, file.cue, file.answered).facts
        to_assess = CallToAssess.of(facts, file.particulars, file.reported_at, desk.zone)
        return _Asked(position, event, facts, to_assess, drift.abstention())

    def _judge(self, asked: Sequence[_Asked], calls: dict[str, JudgedCall]) -> list[tuple[object, ...]]:
        """Enter both routes in `calls`; the rows of the register for decisions on which the two differ."""
        differing = []
        assessments = assessed(self.challenger.classifier, [item.call for item in asked])
        for item, opinion in zip(asked, assessments, strict=True):
            event = item.event
            said = opinion if opinion.risk is None or item.drifted is None else item.drifted
            verdict = self.challenger.desk.judge(item.facts, said)
            routes = Routes(event.eligible, verdict.route)
            calls[event.call_id] = judged(calls[event.call_id], event, routes)
            if routes.champion != routes.challenger:
                champion = Decided(event.eligible, event.because, event.open_questions, event.assessment)
                challenger = Decided(verdict.route, verdict.because, verdict.open_questions, said)
                differing.append(register_row(item.position, event, champion, challenger))
        return differing

    def _keep(
        self, calls: Mapping[str, JudgedCall], differing: Sequence[tuple[object, ...]], drift: DriftSoFar
    ) -> None:
        rows = [call_row(call) for call in calls.values()]
        self.write(f"INSERT OR REPLACE INTO {self.table(CALLS)} VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        self.write(f"INSERT OR REPLACE INTO {self.table(REGISTER)} VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", differing)
        self.write(f"INSERT OR REPLACE INTO {self.table(DRIFT)} VALUES (1, ?)", [(drift.state(),)])

    def _deciding(self, column: str) -> tuple[str, ...]:
        rows = self.query(
            f"SELECT {column} FROM {CALLS} WHERE champion IS NOT NULL GROUP BY {column} ORDER BY max(last_at) DESC"
        )
        return tuple(str(found) for (found,) in rows)
