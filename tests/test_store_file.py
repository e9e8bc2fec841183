"""The log file: made whole or not at all, and a file that is not ours is refused and left as it is."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.store_examples import STORED, cleared, kept, reported
from triage.store import Log, LogFileError, LogTargetError, LogUnavailableError, Tracking, open_log
from triage.store.datastore import LogDatastore
from triage.store.logfile import APPLICATION_ID, FORMAT_VERSION
from triage.store.sqlite import SQLiteLogRecorder


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    """What SQLite itself says about a file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def a_log(path: Path, calls: int = 40) -> Path:
    """A closed log with some calls in it."""
    with open_log(path) as log:
        for n in range(calls):
            log.append([(f"CALL-{n}", 1, reported(f"CALL-{n}"))], recorded_at=STORED)
    return path


def datastore_of(log: Log) -> LogDatastore:
    """Where a log gets its connections."""
    assert isinstance(log.recorder, SQLiteLogRecorder)
    return log.recorder.datastore


def files(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, byte by byte."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def test_a_new_log_is_stamped_so_that_it_can_be_told_from_other_databases(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=0)
    assert path.read_bytes()[68:72] == b"TRIA"
    assert query(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert query(path, "PRAGMA user_version") == [(FORMAT_VERSION,)]
    assert list(files(tmp_path)) == ["triage.db"], "a closed log leaves a journal"


def test_every_connection_is_durable_at_commit_and_writes_ahead(tmp_path: Path) -> None:
    with open_log(tmp_path / "triage.db") as log:
        datastore = datastore_of(log)
        with datastore.transaction(commit=True) as one, datastore.transaction(commit=False) as other:
            for cursor in (one, other):
                cursor.execute("PRAGMA synchronous")
                assert cursor.fetchone()[0] == 2  # FULL
                cursor.execute("PRAGMA journal_mode")
                assert cursor.fetchone()[0] == "wal"


def test_an_empty_file_becomes_a_log_because_a_killed_start_leaves_one(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    path.touch()
    assert kept(open_log(a_log(path, calls=1))) == [("CALL-0", 1, "call_reported")]


def test_a_log_may_be_named_with_its_scheme_as_text_or_as_a_path(tmp_path: Path) -> None:
    path = a_log(tmp_path / "a b%20?#é.db", calls=1)
    for target in (path, str(path), f"sqlite:{path}"):
        with open_log(target) as log:
            assert log.head() == 1
    assert len(files(tmp_path)) == 1


def another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")


def an_empty_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=1")


def a_stamped_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id=42")
        connection.execute("CREATE TABLE customers (name TEXT)")


def a_newer_log(path: Path) -> None:
    with closing(sqlite3.connect(a_log(path))) as connection:
        connection.execute("PRAGMA user_version=2")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def a_log_cut(size: int) -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        os.truncate(a_log(path), size)

    cut.__name__ = f"a_log_cut_to_{size}_bytes"
    return cut


def an_emptied_log_with_its_journal(path: Path) -> None:
    a_log(path)
    path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + b"\x00" * 4_000)
    os.truncate(path, 0)


def a_log_with_a_broken_first_page(path: Path) -> None:
    data = bytearray(a_log(path).read_bytes())
    data[100:4_096] = b"\xff" * 3_996
    path.write_bytes(data)


def a_log_without_its_tables(path: Path) -> None:
    another_program(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")


REFUSED: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: path.write_bytes(b"call_id,time\r\n1,2\r\n" * 90), "is not an SQLite database"),
    (lambda path: path.write_bytes(b"\x00"), "is not an SQLite database"),
    (lambda path: path.write_bytes(b"SQLite format 3"), "is truncated: 15 of 100 bytes"),
    (another_program, r"is another program's SQLite database \(application id 0\)"),
    (an_empty_database, r"is another program's SQLite database \(application id 0\)"),
    (a_stamped_program, r"is another program's SQLite database \(application id 42\)"),
    (a_newer_log, "has format 2, newer than 1, .*upgrade triage"),
    (a_log_cut(99), "is truncated: 99 of "),
    (a_log_cut(4_096), "is truncated: 4096 of "),
    (a_log_cut(20_000), "is truncated: 20000 of "),
    (an_emptied_log_with_its_journal, "is truncated: 0 of 100 bytes"),
    (a_log_with_a_broken_first_page, "is damaged; copy it away"),
    (a_log_without_its_tables, "is damaged; copy it away"),
    (lambda path: path.mkdir(), "is a folder; give the path of a file"),
    (os.mkfifo, "is not a regular file"),
]


@pytest.mark.parametrize(("make", "problem"), REFUSED, ids=lambda value: getattr(value, "__name__", None))
def test_a_file_that_cannot_be_the_log_is_refused_and_left_as_it_is(
    make: Callable[[Path], object], problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "triage.db"
    make(path)
    before = files(tmp_path)
    with pytest.raises(LogFileError, match=problem) as refusal:
        open_log(path)
    assert refusal.value.path == path
    assert f"log file `{path}`" in str(refusal.value)
    assert files(tmp_path) == before


def test_a_log_needs_a_folder_that_exists(tmp_path: Path) -> None:
    with pytest.raises(LogFileError, match=r"has no folder: .* create the folder"):
        open_log(tmp_path / "missing" / "triage.db")
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    ("mode_of_file", "mode_of_folder", "problem"),
    [
        (0o000, 0o755, "may not be read and written by this user"),
        (0o444, 0o755, "may not be read and written by this user"),
        (0o666, 0o555, "is in a folder that this user may not write to"),
    ],
)
def test_a_log_that_this_user_may_not_use_is_refused(
    mode_of_file: int, mode_of_folder: int, problem: str, tmp_path: Path
) -> None:
    path = a_log(tmp_path / "triage.db", calls=1)
    before = files(tmp_path)
    path.chmod(mode_of_file)
    tmp_path.chmod(mode_of_folder)
    code = (
        "import os, sys; from pathlib import Path\n"
        "from triage.store.errors import LogFileError; from triage.store.logfile import inspect\n"
        "os.chdir(sys.argv[1])  # another user may not come here by its whole path\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)  # the superuser may do anything\n"
        "try: inspect(Path('triage.db'))\n"
        "except LogFileError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    tmp_path.chmod(0o755)
    path.chmod(0o644)
    assert problem in run.stdout
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("postgresql://me:secret@host/db", "PostgreSQL comes with triage-streams; not in this version"),
        ("postgres:db", "PostgreSQL comes with triage-streams; not in this version"),
        ("mysql://me:secret@host/db", "no such store; valid: a path, or `sqlite:` and a path"),
        ("sqlite:///triage.db", "write `sqlite:` and the path, for example `sqlite:triage.db`"),
        ("sqlite:", "a log is a file"),
        (" ", "a log is a file"),
        (":memory:", "a log is a file"),
        ("a\x00b", "not a path"),
    ],
)
def test_what_is_no_file_is_refused_without_its_password(target: str, problem: str) -> None:
    with pytest.raises(LogTargetError, match=problem) as refusal:
        open_log(target)
    assert "secret" not in str(refusal.value)
    assert "\x00" not in str(refusal.value)


def test_vacuum_renumbers_nothing(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db")
    query(path, "VACUUM")
    with open_log(path) as log:
        assert [recorded.position for recorded in log.read(0, 99)] == list(range(1, 41))
        assert list(log.append([("NEXT", 1, reported("NEXT"))], recorded_at=STORED)) == [41]


@pytest.mark.parametrize("change", ["DELETE FROM stored_events", "UPDATE stored_events SET topic='x' WHERE position=1"])
def test_nobody_changes_an_event_by_accident(change: str, tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=1)
    with pytest.raises(sqlite3.IntegrityError, match="the log is append-only"):
        query(path, change)


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


def test_a_log_deleted_under_way_is_not_silently_begun_anew(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=1)
    with open_log(path) as log:
        with datastore_of(log).transaction(commit=False):  # keeps the pool's only connection busy
            for name in files(tmp_path):
                (tmp_path / name).unlink()
            with pytest.raises(LogUnavailableError, match="cannot be opened; look whether it"):
                log.append([("CALL-0", 2, cleared("CALL-0"))], recorded_at=STORED)
        assert not path.exists()


def test_a_closed_log_says_so_and_may_be_closed_again(tmp_path: Path) -> None:
    log = open_log(tmp_path / "triage.db")
    log.close()
    log.close()
    with pytest.raises(LogUnavailableError, match="is closed; open it again"):
        log.head()
