"""The log in SQLite: durable, one writer at a time, positions for ever, and every error in plain words."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store_examples import STORED, cleared, reported
from triage.store import Log, LogUnavailableError, Tracking, open_log
from triage.store.datastore import LogDatastore
from triage.store.sqlite import SQLiteLogRecorder


def a_log(path: Path, calls: int) -> Path:
    """A closed log with some calls in it."""
    with open_log(path) as log:
        log.append([(f"CALL-{n}", 1, reported(f"CALL-{n}")) for n in range(calls)], recorded_at=STORED)
    return path


def datastore_of(log: Log) -> LogDatastore:
    """Where a log gets its connections."""
    assert isinstance(log.recorder, SQLiteLogRecorder)
    return log.recorder.datastore


def test_every_connection_is_durable_at_commit_and_writes_ahead(tmp_path: Path) -> None:
    with open_log(tmp_path / "triage.db") as log:
        datastore = datastore_of(log)
        with datastore.transaction(commit=True) as one, datastore.transaction(commit=False) as other:
            for cursor in (one, other):
                cursor.execute("PRAGMA synchronous")
                assert cursor.fetchone()[0] == 2  # FULL
                cursor.execute("PRAGMA journal_mode")
                assert cursor.fetchone()[0] == "wal"


def test_vacuum_renumbers_nothing(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=40)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
    with open_log(path) as log:
        assert [recorded.position for recorded in log.read(0, 99)] == list(range(1, 41))
        assert list(log.append([("NEXT", 1, reported("NEXT"))], recorded_at=STORED)) == [41]


@pytest.mark.parametrize("change", ["DELETE FROM stored_events", "UPDATE stored_events SET topic='x' WHERE position=1"])
def test_nobody_changes_an_event_by_accident(change: str, tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=1)
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="the log is append-only"),
    ):
        connection.execute(change)


def test_positions_are_consecutive_within_and_across_batches(tmp_path: Path) -> None:
    with open_log(tmp_path / "triage.db") as log:
        batches = [[(f"{b}-{n}", 1, reported(f"{b}-{n}")) for n in range(b)] for b in (3, 1, 128)]
        assert [list(log.append(batch, recorded_at=STORED)) for batch in batches] == [
            [1, 2, 3],
            [4],
            list(range(5, 133)),
        ]
        assert [(r.position, r.stream) for r in log.read(3, 2)] == [(4, "1-0"), (5, "128-0")]


def test_a_writer_that_waits_in_vain_is_told_and_can_try_again(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=0)
    env = {
        "PERSISTENCE_MODULE": "triage.store.sqlite:LogFactory",
        "SQLITE_DBNAME": str(path),
        "SQLITE_LOCK_TIMEOUT": "1",
    }
    with Log(env) as log, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnavailableError, match="was held by another writer for too long; nothing was written"):
            log.append([("A", 1, reported("A"))], recorded_at=STORED, tracking=Tracking("calls.csv", 1))
        assert (log.head(), log.tracked("calls.csv")) == (0, None), "readers must not wait for a writer"
        assert list(log.append([], recorded_at=STORED)) == [], "nothing to write must not wait either"
        other.execute("ROLLBACK")
        assert list(log.append([("A", 1, reported("A"))], recorded_at=STORED)) == [1]


def test_a_writer_holds_its_lock_from_the_beginning_so_that_none_overtakes_it(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=1)
    with open_log(path) as log, datastore_of(log).transaction(commit=True) as writer:
        writer.execute("SELECT max(position) FROM stored_events")
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT max(position) FROM stored_events").fetchall() == [(1,)], "readers wait"


def fail_at_commit(datastore: LogDatastore) -> None:
    """Writes what SQLite refuses only when it is committed."""
    with datastore.get_connection(commit=False) as connection:
        connection.cursor().execute("PRAGMA foreign_keys=ON")
    with datastore.transaction(commit=True) as cursor:
        cursor.execute("CREATE TEMP TABLE a (id INTEGER PRIMARY KEY)")
        cursor.execute("CREATE TEMP TABLE b (a INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED)")
        cursor.execute("INSERT INTO b VALUES (1)")


def test_a_commit_that_fails_does_not_stop_the_next_one(tmp_path: Path) -> None:
    with open_log(tmp_path / "triage.db") as log:
        with pytest.raises(LogUnavailableError, match="FOREIGN KEY constraint failed"):
            fail_at_commit(datastore_of(log))
        assert list(log.append([("A", 1, reported("A"))], recorded_at=STORED)) == [1]


def test_a_log_deleted_under_way_is_not_silently_begun_anew(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=1)
    with open_log(path) as log:
        with datastore_of(log).transaction(commit=False):  # keeps the pool's only connection busy
            for file in tmp_path.iterdir():
                file.unlink()
            with pytest.raises(LogUnavailableError, match="cannot be opened; look whether it"):
                log.append([("CALL-0", 2, cleared("CALL-0"))], recorded_at=STORED)
        assert not path.exists()


def test_a_closed_log_says_so_and_may_be_closed_again(tmp_path: Path) -> None:
    log = open_log(tmp_path / "triage.db")
    log.close()
    log.close()
    with pytest.raises(LogUnavailableError, match="is closed; open it again"):
        log.head()
