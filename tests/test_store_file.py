"""The log file: made whole or not at all, and a file that is not ours is refused and left as it is."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.store_examples import STORED, kept, reported
from triage.store import LogFileError, LogTargetError, open_log
from triage.store.logfile import APPLICATION_ID, FORMAT_VERSION

LOOKED_SECONDS = 0.3  # four look at an empty file; one that is later only makes the test weaker


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


def files(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, byte by byte."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def test_a_new_log_is_stamped_so_that_it_can_be_told_from_other_databases(tmp_path: Path) -> None:
    path = a_log(tmp_path / "triage.db", calls=0)
    assert path.read_bytes()[68:72] == b"TRIA"
    assert query(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert query(path, "PRAGMA user_version") == [(FORMAT_VERSION,)]
    assert query(path, "SELECT name FROM pragma_table_info('stored_events') WHERE pk") == [("position",)]
    assert list(files(tmp_path)) == ["triage.db"], "a closed log leaves a journal"


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


def test_of_several_that_find_an_empty_file_one_makes_the_log_and_all_use_it(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    path.touch()
    with ThreadPoolExecutor(4) as threads, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # so that all of them look before any of them can make it
        opening = [threads.submit(open_log, path) for _ in range(4)]
        time.sleep(LOOKED_SECONDS)
        other.execute("ROLLBACK")
        logs = [log.result() for log in opening]
    for n, log in enumerate(logs, 1):
        with log:
            assert list(log.append([(f"CALL-{n}", 1, reported(f"CALL-{n}"))], recorded_at=STORED)) == [n]


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
