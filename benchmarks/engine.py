"""From bytes to a durable decision on SQLite, in batches of 128 calls.

    python benchmarks/engine.py [--json] [--calls N] [--rounds N] [--profile]

ours: NDJSON report -> `Report` -> `Engine.handle`, on a fresh log, without the model: what would go to a CSO is sworn.
rules, modelled: the same by the rules alone, and with the agency's model, which assesses each call and watches drift.
floor: raw SQLite inserting exactly the rows that ours stored, from memory: same table and index, WAL,
synchronous=FULL, as many transactions as there were batches. It reads, decides, encodes and decodes nothing.
undecided: the same bytes decoded, the same events made of parts that are at hand, encoded and appended by our store.
Only the read and the decisions are left out, so it is as fast as anything with these reports and events can be.
peer: the eventsourcing library's own System with its SingleThreadedRunner: an aggregate per call with the verdict of
our judge, one save per call, and a process application that keeps the calls for CSOs. It looks for no unit, so it does
less than ours. It gets one call in ten, as it is slow; speeds are per call.
"""

import cProfile
import gc
import pstats
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import calls
import measure
from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.system import ProcessApplication, SingleThreadedRunner, System

from triage.bootstrap import App, classifier_of
from triage.classifiers import Classifier, RulesAlone
from triage.domain.call import NotReported
from triage.domain.desk import Desk
from triage.domain.events import Event
from triage.domain.evidence import known
from triage.domain.hear import hear
from triage.rulebook import load
from triage.store import open_log, uncollected

BATCH: Final = 128
PEER_ONE_IN: Final = 10
TARGETS: Final = (
    measure.Target("ours", "floor", 0.4),
    measure.Target("ours", "peer", 8),
    measure.Target("undecided", "floor", None),
    measure.Target("modelled", "rules", None),
)
COLUMNS: Final = "position, originator_id, originator_version, topic, state"
PARTS: Final = (
    ("decode", "calls.py", "requests"),
    ("read", "engine.py", "_read"),
    ("hear", "engine.py", "_hear_all"),
    ("  judge", "judge.py", "__call__"),
    ("  place", "placing.py", "place"),
    ("decide", "decide.py", "decide"),
    ("serialise", "mapper.py", "rows"),
    ("write", "sqlite.py", "insert_rows"),
    ("all", "engine.py", "ours"),
)
"""Each part's function; what is set in is contained in the part below it."""

Row = tuple[int, str, int, str, bytes]
Batch = Sequence[tuple[str, int, Event]]
Thing = TypeVar("Thing")


class Call(Aggregate):
    """One call, as the library's own examples would have it."""

    @event("Reported")
    def __init__(self, cad_id: str, call_type: str, facts: dict[str, Any]) -> None:
        self.cad_id = cad_id
        self.call_type = call_type
        self.facts = facts

    @staticmethod
    def create_id(cad_id: str) -> UUID:
        """The call's id, made from CAD's."""
        return uuid5(NAMESPACE_URL, cad_id)

    class Triaged(Aggregate.Event):
        """The verdict, with its reasons."""

        route: str
        because: list[str]
        nearly: list[str]
        open_questions: list[str]
        policy: str

    @event(Triaged)
    def triage(self, route: str, because: list[str], nearly: list[str], open_questions: list[str], policy: str) -> None:
        """Keep the verdict."""
        self.route = route
        self.because, self.nearly, self.open_questions, self.policy = because, nearly, open_questions, policy


class Place(Aggregate):
    """A call's place in the queue."""

    @event("Queued")
    def __init__(self, call: UUID, route: str) -> None:
        self.call = call
        self.route = route


class Dispatch(Application[UUID]):
    """Decides calls, one save each."""

    def handle(self, line: bytes, desk: Desk) -> None:
        """From the bytes of a report to a saved verdict."""
        (request,) = calls.requests([line])
        heard = hear(NotReported(), request, desk)
        assert heard is not None
        verdict = desk.judge.by_rules(heard.facts)
        evidence = {name: known(facts) for name, facts in heard.evidence}
        call = Call(request.call_id, heard.news.particulars.call_type, evidence)
        because, nearly, questions = list(verdict.because), list(verdict.nearly), list(verdict.open_questions)
        call.triage(verdict.route, because, nearly, questions, desk.digest)
        self.save(call)


class Queues(ProcessApplication[UUID]):
    """Follows the verdicts and keeps the calls that a CSO takes."""

    @singledispatchmethod
    def policy(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        """Other events change nothing."""

    @policy.register
    def _(self, domain_event: Call.Triaged, processing_event: ProcessingEvent[UUID]) -> None:
        if domain_event.route in {"cso", "co_response"}:
            processing_event.collect_events(Place(domain_event.originator_id, domain_event.route))


def ours(watch: measure.Watch, lines: Sequence[bytes], log: Path, classifier: Classifier | None = None) -> int:
    """Calls decided, with a classifier or as if it were missing."""
    policy = calls.policy()
    if isinstance(classifier, RulesAlone):
        policy = policy.model_copy(update={"classifier": "none"})
    with App(policy, log, classifier=classifier) as app:
        engine = app.engine
        with watch:
            for start in range(0, len(lines), BATCH):
                engine.handle(calls.requests(lines[start : start + BATCH]), replay=True)
    return len(lines)


def modelled() -> Classifier:
    """The model in the agency's folder, remembering nothing yet."""
    folder = calls.ROOT / "config" / "seattle"
    return classifier_of(load(folder), folder)


def floor(watch: measure.Watch, groups: Sequence[Sequence[Row]], count: int, file: Path) -> int:
    """Calls whose rows were inserted."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE stored_events (position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, originator_version"
        " INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL, UNIQUE (originator_id, originator_version))"
    )
    with watch:
        for rows in groups:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO stored_events ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
    connection.close()
    return count


def undecided(watch: measure.Watch, lines: Sequence[bytes], events: Sequence[Batch], file: Path) -> int:
    """Calls whose events were made, encoded and appended."""
    now = datetime.now(UTC)
    with open_log(file) as log, watch:
        for number, batch in enumerate(events):
            calls.requests(lines[number * BATCH : (number + 1) * BATCH])
            with uncollected():  # as the engine does
                again = [(stream, version, type(event)(**event.__dict__)) for stream, version, event in batch]
                log.append(again, recorded_at=now)
    return len(lines)


def peer(watch: measure.Watch, lines: Sequence[bytes], folder: Path, desk: Desk) -> int:
    """Calls decided by the library's own means."""
    files = {f"{app.name.upper()}_SQLITE_DBNAME": str(folder / f"{app.name}.db") for app in (Dispatch, Queues)}
    env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", **files}
    with SingleThreadedRunner[UUID](System(pipes=[[Dispatch, Queues]]), env) as runner:
        dispatch = runner.get(Dispatch)
        with watch:
            for line in lines:
                dispatch.handle(line, desk)
    return len(lines)


def stored(log: Path) -> list[Row]:
    """The rows of a finished log."""
    connection = sqlite3.connect(log)
    rows: list[Row] = connection.execute(f"SELECT {COLUMNS} FROM stored_events ORDER BY position").fetchall()
    connection.close()
    return rows


def events_of(log: Path) -> list[tuple[str, int, Event]]:
    """The events of a finished log, but for the policy."""
    with open_log(log) as opened:
        recorded = opened.read(1, opened.head())
    return [(item.stream, item.version, item.event) for item in recorded]


def in_batches(things: Sequence[Thing], count: int) -> list[Sequence[Thing]]:
    """`things` in `count` parts of much the same length."""
    cuts = [len(things) * number // count for number in range(count + 1)]
    return [things[start:end] for start, end in pairwise(cuts)]


def show_shares(lines: Sequence[bytes], log: Path) -> None:
    """Print where our time goes, by cProfile, which makes calls of Python functions look dearer than they are."""
    profile = cProfile.Profile()
    profile.runcall(ours, measure.Watch(), lines, log)
    stats = pstats.Stats(profile)
    taken: Counter[str] = Counter()
    for (file, _, function), (_, _, _, seconds, _) in stats.stats.items():  # type: ignore[attr-defined]
        for part, where, name in PARTS:
            if function == name and Path(file).name == where:
                taken[part] += seconds
    stats.stream = sys.stdout  # type: ignore[attr-defined]
    print(f"\nshares, by cProfile (of {taken['all'] / len(lines) * 1e6:.0f} us each with the profiler on)")
    for part, _, _ in PARTS:
        print(f"{part:12} {taken[part] / taken['all']:6.1%}")
    stats.sort_stats("tottime").print_stats(25)


def main() -> None:
    asked = measure.arguments(__doc__, calls=12_800)
    lines = list(calls.lines(asked.calls))
    desk = Desk(calls.policy())
    few = lines[::PEER_ONE_IN]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        finished = folder / "finished.db"
        ours(measure.Watch(), lines, finished)
        rows = stored(finished)
        batches = -(-len(lines) // BATCH)
        groups = in_batches(rows, batches)
        events = in_batches(events_of(finished), batches)
        gc.freeze()  # what only the benchmark keeps alive is nothing for the collector to look at in every round

        def fresh() -> Path:
            return Path(tempfile.mkdtemp(dir=folder))

        speeds = measure.interleaved(
            {
                "ours": lambda watch: ours(watch, lines, fresh() / "log.db"),
                "rules": lambda watch: ours(watch, lines, fresh() / "log.db", RulesAlone()),
                "modelled": lambda watch: ours(watch, lines, fresh() / "log.db", modelled()),
                "undecided": lambda watch: undecided(watch, lines, events, fresh() / "log.db"),
                "floor": lambda watch: floor(watch, groups, len(lines), fresh() / "raw.db"),
                "peer": lambda watch: peer(watch, few, fresh(), desk),
            },
            asked.rounds,
        )
        more = {
            "calls": len(lines),
            "rows": len(rows),
            "bytes_per_row": round(sum(len(row[4]) for row in rows) / len(rows)),
            "mix": calls.mix().source,
        }
        measure.report(asked, "calls", speeds, TARGETS, more)
        if asked.profile:
            show_shares(lines, fresh() / "log.db")


if __name__ == "__main__":
    main()
