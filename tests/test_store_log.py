"""The log as its users have it: one application of the eventsourcing library that only its own settings configure."""

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.store_examples import EXAMPLES, STORED, cleared, kept, reported
from triage.store import (
    POLICY_STREAM,
    ConcurrentAppendError,
    Log,
    Recorded,
    StoreError,
    Tracking,
    UnknownKindError,
    open_log,
    stream_of,
)

MISLEADING = {
    "PERSISTENCE_MODULE": "eventsourcing.popo",
    "SQLITE_DBNAME": "other.db",
    "TRIAGE_SQLITE_DBNAME": "other.db",
    "MAPPER_TOPIC": "eventsourcing.persistence:Mapper",
    "TRIAGE_COMPRESSOR_TOPIC": "zlib",
    "CREATE_TABLE": "no",
    "ORIGINATOR_ID_TYPE": "uuid",
    "IS_SNAPSHOTTING_ENABLED": "yes",
}


def test_no_variable_of_the_process_redirects_or_alters_the_log(tmp_path: Path) -> None:
    code = (
        "from tests.store_examples import STORED, reported\n"
        "import os, sys; from triage.store import open_log\n"
        "log = open_log(sys.argv[1]); os.chdir(os.path.dirname(sys.argv[1]))\n"
        "log.append([('A', 1, reported('A'))], recorded_at=STORED)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "triage.db")]
    subprocess.run(command, env={**os.environ, **MISLEADING}, check=True)  # our own code
    assert [path.name for path in tmp_path.iterdir()] == ["triage.db"]
    with open_log(tmp_path / "triage.db") as log:
        assert kept(log) == [("A", 1, "call_reported")]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return open_log(tmp_path / "triage.db")


def test_the_librarys_own_methods_see_the_same_events(log: Log) -> None:
    saved = log.save(Recorded(0, "A", 1, STORED, reported("A")), Recorded(0, "A", 2, STORED, cleared("A")))
    assert [recording.notification.id for recording in saved] == [1, 2]
    assert list(log.events.get("A")) == [recorded._replace(position=0) for recorded in log.read(0, 9)]
    notifications = log.notification_log.select(start=1, limit=9)
    assert [log.mapper.to_domain_event(notification) for notification in notifications] == log.read(0, 9)
    assert [n.id for n in log.recorder.select_notifications(1, 9, 2, ["call_cleared"], inclusive_of_start=False)] == [2]


def kinds_of(_: object, events: Iterable[Any]) -> Any:
    """A fold in the shape that the library wants."""
    return [recorded.event.kind for recorded in events]


def test_the_library_can_bring_a_call_back_from_its_events(log: Log) -> None:
    log.append([("A", 1, reported("A")), ("A", 2, cleared("A"))], recorded_at=STORED)
    kinds: Any = log.repository.get("A", projector_func=kinds_of)
    assert kinds == ["call_reported", "call_cleared"]


def test_threads_may_share_a_log(log: Log) -> None:
    def append(thread: int) -> int:
        for n in range(20):
            call = f"{thread}-{n}"
            log.append([(call, 1, reported(call))], recorded_at=STORED, tracking=Tracking(f"feed-{thread}", n))
            assert log.histories([call])[call][0].event == reported(call)
        return thread

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(append, range(4))) == [0, 1, 2, 3]
    assert [recorded.position for recorded in log.read(0, 100)] == list(range(1, 81))


def test_of_writers_that_decided_on_the_same_history_one_wins(log: Log) -> None:
    def append(thread: int) -> str:
        try:
            log.append([("A", 1, reported("A"))], recorded_at=STORED, tracking=Tracking(f"feed-{thread}", 1))
        except ConcurrentAppendError:
            return "lost"
        return "won"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(append, range(8))) == ["lost"] * 7 + ["won"]
    assert kept(log) == [("A", 1, "call_reported")]


def test_a_refused_event_leaves_nothing_of_its_batch(log: Log) -> None:
    with pytest.raises(StoreError, match="belongs to stream `A`"):
        log.append([("A", 1, reported("A")), ("B", 1, reported("A"))], recorded_at=STORED, tracking=Tracking("feed", 1))
    assert (log.head(), log.tracked("feed")) == (0, None)


def test_a_policy_has_a_stream_of_its_own(log: Log) -> None:
    adopted = EXAMPLES["policy_adopted"]
    log.append([(stream_of(adopted), 1, adopted)], recorded_at=STORED)
    assert [recorded.event for recorded in log.histories([POLICY_STREAM])[POLICY_STREAM]] == [adopted]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_read_without_a_limit_is_refused(limit: int, log: Log) -> None:
    with pytest.raises(StoreError, match="at least 1 event is read at a time"):
        log.read(0, limit)


def test_a_kind_that_no_event_has_is_refused_rather_than_never_found(log: Log) -> None:
    with pytest.raises(UnknownKindError, match="did you mean `call_queued`"):
        log.read(0, 1, ["call_queud"])
