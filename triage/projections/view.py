"""A read model in its own SQLite file: it follows the log in batches, and can be thrown away and folded again.

View rows and position are one transaction, so a crash between two batches costs nothing and repeats nothing. A rebuild
fills new tables beside the old ones, which stay readable, and swaps them in one transaction. A file of its own means
that no projection can hold up the log or another projection.
"""

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from triage.domain.errors import TriageError
from triage.store import EventLog, Recorded

PAGE_EVENTS: Final = 1000
LOCK_SECONDS_MAX: Final = 30.0
APPLICATION_ID: Final = 0x54524956
"""Marks a SQLite file as one of our views (`TRIV`)."""

Progress = Callable[[int], None]
"""Told the position reached after each batch."""


class ProjectionError(TriageError):
    """A projection stopped at an event; the log and the other projections go on, and it tries again from there."""

    def __init__(self, name: str, position: int, cause: BaseException) -> None:
        super().__init__(f"projection `{name}` stopped after position {position}: {type(cause).__name__}: {cause}")
        self.name = name
        self.position = position


class ViewFileError(TriageError):
    """The file is not a view of ours; it was left as it is. `made_by` is the command that makes a new one."""

    def __init__(self, path: Path, problem: str, made_by: str) -> None:
        super().__init__(f"`{path}` {problem}; move it away, then `{made_by}` makes a new view from the log")
        self.path = path


class View(ABC):
    """One projection. A subclass says which kinds it reads, which tables it keeps and how a batch changes them."""

    name: str
    version: int
    kinds: tuple[str, ...]
    """The kinds of events that change this view; empty means all."""

    brief: bool = False
    """Whether the view has no use for the facts in reports and decisions: it is folded from brief events then."""

    made_by: str = "triage rebuild"
    """The command that makes the view anew where its file is none."""

    tables: tuple[tuple[str, str], ...]
    """Each table's name and columns. Statements name a table through `self.table`, so a rebuild can stand beside."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._suffix = ""
        self._connection: Final = _open(path, self.made_by)
        with self.transaction():
            self._execute(
                "CREATE TABLE IF NOT EXISTS followed "
                "(name TEXT PRIMARY KEY, position INTEGER NOT NULL, version INTEGER NOT NULL, log TEXT NOT NULL)"
            )
            kept = self._execute("SELECT version FROM followed WHERE name = ?", (self.name,)).fetchone()
            if kept is None or kept[0] != self.version:
                self._begin("")

    @abstractmethod
    def fold(self, page: Sequence[Recorded]) -> None:
        """Change the tables by a batch of events, in order. Never refuses; repeating the last event changes nothing."""

    @property
    def position(self) -> int:
        """The position of the last event that the view has seen."""
        row = self._execute("SELECT position FROM followed WHERE name = ?", (self.name,)).fetchone()
        return int(row[0])

    def catch_up(self, log: EventLog, progress: Progress | None = None) -> int:
        """Follow the log to its head; the number of events folded. Raises `ProjectionError` where it has to stop.

        A view that followed another log, which stood here before, is begun anew.
        """
        mark = _mark(log)
        with self.transaction():
            if mark != self._execute("SELECT log FROM followed WHERE name = ?", (self.name,)).fetchone()[0]:
                self._begin(mark)
        return self._follow(log, self.position, progress)

    def rebuild(self, log: EventLog, progress: Progress | None = None) -> int:
        """Fold the whole log into new tables beside the old ones, then swap; the number of events folded."""
        self._suffix = f"_new{os.getpid()}"
        try:
            with self.transaction():
                self._drop_unfinished()
                self._create()
            folded = self._follow(log, 0, progress, keep_position=False)
            head = self._reached
            with self.transaction():
                for table, _ in self.tables:
                    self._execute(f"DROP TABLE IF EXISTS {table}")
                    self._execute(f"ALTER TABLE {self.table(table)} RENAME TO {table}")
                self._execute("UPDATE followed SET log = ? WHERE name = ?", (_mark(log), self.name))
                self._follow_to(head)
        finally:
            self._suffix = ""
        return folded + self.catch_up(log)

    def table(self, name: str) -> str:
        """The table to write to now: `name`, or the one that a rebuild fills beside it."""
        return name + self._suffix

    def query(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        return self._execute(statement, parameters).fetchall()

    def write(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement for each of `rows`, within the batch's transaction."""
        self._connection.executemany(statement, rows)

    def close(self) -> None:
        """Close the view's file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def _follow(self, log: EventLog, after: int, progress: Progress | None, *, keep_position: bool = True) -> int:
        folded = 0
        head = log.head()
        self._reached = after
        try:
            while page := log.read(self._reached, PAGE_EVENTS, self.kinds, brief=self.brief):
                with self.transaction():
                    if keep_position and (position := self.position) != self._reached:
                        self._reached = position  # another process followed meanwhile; go on from where it is
                        continue
                    self.fold(page)
                    if keep_position:
                        self._follow_to(page[-1].position)
                self._reached = page[-1].position
                folded += len(page)
                if progress is not None:
                    progress(self._reached)
            if head > self._reached:  # nothing of ours came after it
                self._reached = head
                if keep_position:
                    with self.transaction():
                        self._follow_to(max(head, self.position))
        except Exception as error:
            raise ProjectionError(self.name, self._reached, error) from error
        return folded

    def _begin(self, mark: str) -> None:
        """Empty tables, for the log that has this mark."""
        self._create()
        self._execute("INSERT OR REPLACE INTO followed VALUES (?, 0, ?, ?)", (self.name, self.version, mark))

    def _follow_to(self, position: int) -> None:
        self._execute("UPDATE followed SET position = ? WHERE name = ?", (position, self.name))

    def _create(self) -> None:
        for table, columns in self.tables:
            self._execute(f"DROP TABLE IF EXISTS {self.table(table)}")
            self._execute(f"CREATE TABLE {self.table(table)} ({columns})")

    def _drop_unfinished(self) -> None:
        """Drop what a rebuild that was killed left behind."""
        rows = self.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '*_new[0-9]*'")
        for (table,) in rows:
            self._execute(f"DROP TABLE {table}")

    def _execute(self, statement: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, parameters)


def _mark(log: EventLog) -> str:
    """What tells this log from another: its first call, and when we stored it. Empty for a log without calls."""
    first = log.read(0, 1, ("call_reported", "report_unreadable"), brief=True)
    return f"{first[0].stream} {first[0].recorded_at.isoformat()}" if first else ""


def _open(path: Path, made_by: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=LOCK_SECONDS_MAX, isolation_level=None)
    except sqlite3.Error as error:
        raise ViewFileError(path, f"cannot be used as a view ({error})", made_by) from error
    try:
        _prepare(connection, path, made_by)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise ViewFileError(path, f"cannot be used as a view ({error})", made_by) from error
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, made_by: str) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if mark != APPLICATION_ID and tables:
        raise ViewFileError(path, "is a SQLite file, but not a view of triage", made_by)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # a view can be folded again; the log must not be lost
