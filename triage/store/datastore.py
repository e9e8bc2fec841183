"""Connections to the log file: durable at commit, writers one after another, errors in words that one can act on."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn

from eventsourcing.persistence import ConnectionPoolClosedError, ConnectionUnavailableError, PersistenceError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from triage.store.errors import LogFileError, LogUnavailableError
from triage.store.logfile import APPLICATION_ID, FORMAT_VERSION, inspect

BUSY_SECONDS: Final = 30
"""How long a writer waits for another one, in this process or elsewhere."""

_STATEMENTS_KEPT: Final = 128
_TABLES: Final = {"stored_events", "tracking"}


class LogDatastore(SQLiteDatastore):
    """The library's datastore with our connections, and its errors in words that a person can act on."""

    def __init__(self, path: Path, busy_seconds: int = BUSY_SECONDS) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.path = path
        self.busy_seconds = busy_seconds
        self.pool = _Pool(db_name=str(path), lock_timeout=busy_seconds, pool_timeout=busy_seconds)

    def prepare(self, statements: Sequence[str]) -> None:
        """Makes the file and its tables, unless they are there.

        Raises LogFileError if the file cannot be the log: an existing one is left as it is then.
        """
        try:
            self._prepare(statements)
        except sqlite3.Error as error:
            _tell(self.path, error)

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """A transaction on a connection of the pool; a writing one holds the write lock from its beginning."""
        try:
            with super().transaction(commit=commit) as cursor:
                yield cursor
        except ConnectionPoolClosedError:
            raise LogUnavailableError(self.path, "is closed", "open it again") from None
        except ConnectionUnavailableError as error:
            raise LogUnavailableError(self.path, *_BUSY) from error
        except (sqlite3.Error, PersistenceError) as error:
            _tell(self.path, error)

    def _prepare(self, statements: Sequence[str]) -> None:
        if inspect(self.path) == "new":
            self.path.touch()
        with closing(_connect(self.path, self.busy_seconds)) as connection:
            if not _tables(connection):  # new, or its making was interrupted and SQLite has undone it
                _make(connection, statements)
            if not _tables(connection) >= _TABLES:
                raise LogFileError(self.path, *_DAMAGED)
            _configure(connection)


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        connection = _connect(Path(self.db_name), self.lock_timeout or BUSY_SECONDS)
        try:
            _configure(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return _Connection(connection, self.max_age)


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with _Transaction(self, commit=commit) as cursor, cursor:
            yield cursor


class _Transaction(SQLiteTransaction):
    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        # A writer takes its lock at once: one that read first could not get it any more after another one wrote.
        cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        return cursor

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            super().__exit__(exc_type, exc_val, exc_tb)
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        """Ends what a failed commit (a full disk) leaves open: the next user of the connection could not begin."""
        try:
            self.connection.rollback()
        except sqlite3.Error:
            self.connection.close()


def _connect(path: Path, busy_seconds: int) -> sqlite3.Connection:
    """A connection to an existing file: a log that was deleted is not made again by whoever still has it open."""
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS_KEPT,
    )


def _configure(connection: sqlite3.Connection) -> None:
    """Durable at commit, on every connection: SQLite's defaults differ between builds."""
    connection.row_factory = sqlite3.Row
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise sqlite3.OperationalError("no shared memory beside the file")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA fullfsync=ON")  # macOS: fsync alone stops at the drive's cache


def _make(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    """Makes tables and stamp in one transaction, before the file becomes a WAL one.

    So the header carries our stamp from its first byte on: killed at any moment, this leaves an empty file or a log,
    if need be with SQLite's journal beside it that makes it one of the two.
    """
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    if not _tables(connection):  # another process may have been first
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")
    connection.execute("COMMIT")


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}


_BUSY: Final = ("was held by another writer for too long", "nothing was written; try again")
_DAMAGED: Final = ("is damaged", "copy it away as it is, and restore it from a backup with its `-wal` file")
_TOLD: Final = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: ("does not fit on its disk", "nothing was written; make room and try again"),
    sqlite3.SQLITE_IOERR: ("cannot be read or written by the system", "look at its disk before going on"),
    sqlite3.SQLITE_READONLY: ("may not be written", "have its owner permit it"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "look whether it, its folder and its `-wal` file are still there"),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}


def _tell(path: Path, error: Exception) -> NoReturn:
    """Raises what the error means: LogFileError for a damaged file, otherwise LogUnavailableError."""
    cause = error.__cause__ if isinstance(error.__cause__, sqlite3.Error) else error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    problem, remedy = _TOLD.get(code, (f"refused ({cause})", "nothing was written"))
    if (problem, remedy) == _DAMAGED:
        raise LogFileError(path, *_DAMAGED) from error
    raise LogUnavailableError(path, problem, remedy) from error
