"""How near the log is to raw SQLite: floor, peer and ours over the same events, in interleaved rounds.

    python benchmarks/store.py [CALLS] [ROUNDS]

append: a batch of 128 events per transaction, WAL, synchronous FULL. Floor: the same bytes in the same tables by
`executemany`. Peer: the eventsourcing library's recorder as it comes, given the same bytes. Ours: `Log.append` from
events, JSON included. encode: the JSON alone. read: the floor is the SELECT alone, the peer its notifications alone;
ours gives validated events. Medians, and each one's share of the floor's speed, which says more than either.
"""

import gc
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteDatastore, SQLiteProcessRecorder

from triage.domain.events import (
    Assessment,
    CallCleared,
    CallQueued,
    CallReported,
    CallTriaged,
    Considered,
    Event,
    Evidence,
    Particulars,
)
from triage.domain.facts import Facts
from triage.store import Log, Tracking, open_log
from triage.store.mapper import EventMapper

BATCH = 128
PAGE = 500
START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
TYPES = ("NOISE - DIST, GENERAL (PARTY, ETC)", "SUSPICIOUS PERSON, VEHICLE OR INCIDENT", "TRAFFIC - BLOCKING ROADWAY")
Batch = list[tuple[str, int, Event]]


def calls(count: int) -> Iterator[tuple[str, int, Event]]:
    """The usual four events of each call, half of the calls without a queue."""
    chance = random.Random(1)
    for n in range(count):
        head: dict[str, Any] = {"call_id": f"2026{n:09d}", "occurred_at": START + timedelta(seconds=17 * n)}
        events = [event for event in one_call(head, chance) if n % 2 or event.kind != "call_queued"]
        yield from ((head["call_id"], version, event) for version, event in enumerate(events, 1))


def one_call(head: dict[str, Any], chance: random.Random) -> tuple[Event, ...]:
    call_type = chance.choice(TYPES)
    presumed = Facts(
        weapon=False, violence=False, nature="NOISE", severity="minor", likelihood="remote", dispute="none"
    )
    stated = Facts(priority="routine", channel="phone")
    at = head["occurred_at"]
    return (
        CallReported(
            **head,
            by="cad",
            particulars=Particulars(
                call_type=call_type, priority="3", channel="TELEPHONE", precinct="EAST", sector="C", beat="C2"
            ),
            reported=stated,
            cue=Facts(),
            cue_ids=(),
        ),
        CallTriaged(
            **head,
            by="engine",
            route="cso",
            eligible="cso",
            by_rules="cso",
            because=("cso-if-noise", "cso-if-minor"),
            nearly=("sworn-if-weapon", "sworn-if-violence"),
            open_questions=("weapon", "violence", "medical_emergency"),
            programme="community",
            agency=None,
            evidence=Evidence(presumed=presumed, reported=stated),
            assessment=Assessment(risk=None, model="none", abstained=None),
            policy="0123456789abcdef",
        ),
        CallQueued(
            **head,
            by="engine",
            unit="CSO-3",
            partner=None,
            programme="community",
            two_together=False,
            vehicle=False,
            route="cso",
            call_type=call_type,
            priority="3",
            beat="C2",
            because=("cso-if-noise",),
            due_at=at + timedelta(minutes=30),
            shift_ends_at=at + timedelta(hours=8),
            warn_at=at + timedelta(hours=7),
            considered=(
                Considered(unit="CSO-1", load=chance.randrange(4), outcome="capacity"),
                Considered(unit="CSO-3", load=0, outcome="chosen"),
            ),
        ),
        CallCleared(**head, by="cad", disposition="ASSISTANCE RENDERED", final_call_type=call_type, unit=None),
    )


def raw(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE stored_events (position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, originator_version"
        " INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL, UNIQUE (originator_id, originator_version))"
    )
    return connection


def append_raw(path: Path, _batches: list[Batch], stored: list[list[StoredEvent]]) -> float:
    rows = [[(s.originator_id, s.originator_version, s.topic, s.state) for s in batch] for batch in stored]
    connection = raw(path)
    insert = "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?)"
    start = time.perf_counter()
    for batch in rows:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, batch)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - start
    connection.close()
    return seconds


def append_library(path: Path, _batches: list[Batch], stored: list[list[StoredEvent]]) -> float:
    recorder = SQLiteProcessRecorder(SQLiteDatastore(str(path), originator_id_type="text"))
    recorder.create_table()
    start = time.perf_counter()
    for n, batch in enumerate(stored, 1):
        recorder.insert_events(batch, tracking=Tracking("calls.csv", n))
    seconds = time.perf_counter() - start
    recorder.datastore.close()
    return seconds


def append_ours(path: Path, batches: list[Batch], _stored: list[list[StoredEvent]]) -> float:
    with open_log(path) as log:
        start = time.perf_counter()
        for n, batch in enumerate(batches, 1):
            log.append(batch, recorded_at=START, tracking=Tracking("calls.csv", n))
        return time.perf_counter() - start


def read_raw(path: Path) -> float:
    connection = sqlite3.connect(path)
    select = "SELECT * FROM stored_events WHERE position>? ORDER BY position LIMIT ?"
    start, after = time.perf_counter(), 0
    while rows := connection.execute(select, (after, PAGE)).fetchall():
        after = rows[-1][0]
    seconds = time.perf_counter() - start
    connection.close()
    return seconds


def read_library(path: Path) -> float:
    recorder = SQLiteProcessRecorder(SQLiteDatastore(str(path), originator_id_type="text"))
    start, after = time.perf_counter(), 0
    while page := recorder.select_notifications(after, PAGE, inclusive_of_start=False):
        after = page[-1].id
    seconds = time.perf_counter() - start
    recorder.datastore.close()
    return seconds


def read_ours(log: Log) -> float:
    start, after = time.perf_counter(), 0
    while page := log.read(after, PAGE):
        after = page[-1].position
    return time.perf_counter() - start


def histories(log: Log, streams: list[str]) -> float:
    start = time.perf_counter()
    for n in range(0, len(streams), BATCH):
        log.histories(streams[n : n + BATCH])
    return time.perf_counter() - start


def show(title: str, events: int, seconds: dict[str, list[float]]) -> None:
    """One line per contender: thousands of events a second, and its share of the first one's speed."""
    floor = median(next(iter(seconds.values())))
    for name, rounds in seconds.items():
        speed, share = events / median(rounds) / 1e3, floor / median(rounds)
        print(f"{title:10} {name:12} {speed:8.1f} k events/s   {share:5.2f} of floor")


def main(count: int = 15_000, rounds: int = 5) -> None:
    events = list(calls(count))
    batches = [events[n : n + BATCH] for n in range(0, len(events), BATCH)]
    mapper = EventMapper()
    stored = [[StoredEvent(*row) for row in mapper.rows(batch, START)] for batch in batches]
    gc.collect()
    gc.freeze()  # a process that reads a log does not hold all of it: what is prepared here is not looked at again
    size = sum(len(s.state) for batch in stored for s in batch) / len(events)
    print(f"{len(events)} events of {count} calls, {size:.0f} bytes of JSON each, {rounds} rounds")
    contenders: dict[str, Callable[[Path, list[Batch], list[list[StoredEvent]]], float]] = {
        "raw SQLite": append_raw,
        "library": append_library,
        "ours": append_ours,
    }
    appended: dict[str, list[float]] = {name: [] for name in contenders}
    read: dict[str, list[float]] = {"raw SELECT": [], "library": [], "ours": []}
    coding: dict[str, list[float]] = {"to stored": []}
    looked: dict[str, list[float]] = {"ours": []}
    streams = [stream for stream, version, _ in events if version == 1]
    random.Random(2).shuffle(streams)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for name, append in contenders.items():
                appended[name].append(append(Path(folder, f"{name}.db"), batches, stored))
            start = time.perf_counter()
            for batch in batches:
                mapper.rows(batch, START)
            coding["to stored"].append(time.perf_counter() - start)
            read["raw SELECT"].append(read_raw(Path(folder, "ours.db")))
            read["library"].append(read_library(Path(folder, "library.db")))
            with open_log(Path(folder, "ours.db")) as log:
                read["ours"].append(read_ours(log))
                looked["ours"].append(histories(log, streams))
    show("append", len(events), appended)
    show("encode", len(events), coding)
    show("read", len(events), read)
    show("histories", len(events), looked)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
