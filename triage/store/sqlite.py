"""The log in one SQLite file: durable when `append` returns, one writer at a time, readers never wait."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from eventsourcing.persistence import IntegrityError, Notification, StoredEvent, Tracking
from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore, SQLiteFactory, SQLiteProcessRecorder
from eventsourcing.utils import Environment, EnvType

from triage.store.contract import LogRecorder, NewRow, Row
from triage.store.datastore import BUSY_SECONDS, LogDatastore
from triage.store.errors import AlreadyTrackedError, ConcurrentAppendError, StreamError

STREAMS_PER_STATEMENT_MAX: Final = 500
"""Placeholders in one SELECT; SQLite's own limit was 999 for long."""

_NEW: Final = "originator_id, originator_version, topic, state"


class SQLiteLogRecorder(SQLiteProcessRecorder, LogRecorder):
    """Events and trackings in one file, in tables that keep their positions for ever and refuse changes."""

    datastore: LogDatastore

    def __init__(self, datastore: SQLiteDatastore, *, events_table_name: str = "stored_events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        table = self.events_table_name
        self._select = f"SELECT position, {_NEW} FROM {table} "  # noqa: S608  # the table's name is ours
        self._head = f"SELECT coalesce(max(position), 0) FROM {table}"  # noqa: S608
        self._insert = f"INSERT INTO {table} ({_NEW}) VALUES (?, ?, ?, ?)"  # noqa: S608
        self.select_events_statement = self._select + "WHERE originator_id=? "

    def construct_create_table_statements(self) -> list[str]:
        """What makes the file's tables. The position is a column of its own, so that VACUUM can never renumber it."""
        table = self.events_table_name
        _events, *tracking = super().construct_create_table_statements()
        columns = (
            "position INTEGER PRIMARY KEY",
            "originator_id TEXT NOT NULL",
            "originator_version INTEGER NOT NULL",
            "topic TEXT NOT NULL",
            "state BLOB NOT NULL",
            "UNIQUE (originator_id, originator_version)",
        )
        refusals = [
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            "BEGIN SELECT raise(ABORT, 'the log is append-only'); END"
            for change in ("UPDATE", "DELETE")
        ]
        # Without this row the library would take the table for one of its older kind and rename it.
        migrated = "INSERT INTO tracking VALUES ('__migration__', 1)"
        return [f"CREATE TABLE {table} ({', '.join(columns)})", *tracking, *refusals, migrated]

    def create_table(self) -> None:
        """Makes the file and its tables, unless they are there; raises LogFileError if the file cannot be the log."""
        self.datastore.prepare(self.create_table_statements)

    def rows_after(self, position: int, limit: int, topics: Sequence[str] = ()) -> list[Row]:
        """The next rows after a position; topics, if any are given, are looked for row by row."""
        among = f"AND topic IN ({_places(topics)}) " if topics else ""
        statement = f"{self._select}WHERE position>? {among}ORDER BY position LIMIT ?"
        with self.datastore.transaction(commit=False) as cursor:
            return _rows(cursor, statement, (position, *topics, limit))

    def rows_of(self, streams: Sequence[str]) -> list[Row]:
        """All rows of these streams by stream and version, in one read transaction."""
        wanted = list(dict.fromkeys(streams))
        rows: list[Row] = []
        with self.datastore.transaction(commit=False) as cursor:
            for start in range(0, len(wanted), STREAMS_PER_STATEMENT_MAX):
                some = wanted[start : start + STREAMS_PER_STATEMENT_MAX]
                where = f"WHERE originator_id IN ({_places(some)}) ORDER BY originator_id, originator_version"
                rows += _rows(cursor, self._select + where, some)
        return rows

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The library's way to read the log; ours is `rows_after`."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        rows = self.rows_after(after, limit, topics)
        return [
            Notification(stream, version, topic, state, position)
            for position, stream, version, topic, state in rows
            if stop is None or position <= stop
        ]

    def insert_rows(self, rows: Sequence[NewRow], tracking: Tracking | None = None) -> Sequence[int]:
        """The positions of these rows, stored with the tracking in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            return self._insert_rows(cursor, rows, tracking)

    def _insert_events(
        self,
        c: SQLiteCursor,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,
    ) -> Sequence[int] | None:
        rows = [(str(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        return self._insert_rows(c, rows, kwargs.get("tracking"))

    def _insert_rows(self, c: SQLiteCursor, rows: Sequence[NewRow], tracking: Tracking | None) -> Sequence[int]:
        if tracking is not None:  # first: a repeated batch is a repetition, not a race
            self._insert_tracking(c, tracking)
        if not rows:
            return ()
        # The transaction began as IMMEDIATE: no other writer comes between this read and the commit, and SQLite gives
        # a row one more than the largest position in use (https://www.sqlite.org/autoinc.html). So the positions after
        # the head are ours, and they become visible all at once: nobody can see n + 1 before n.
        c.execute(self._head)
        head: int = c.fetchone()[0]
        try:
            c.executemany(self._insert, rows)
        except sqlite3.IntegrityError:
            self._refuse_versions(c, rows, head)
            raise
        return range(head + 1, head + 1 + len(rows))

    def _insert_tracking(self, c: SQLiteCursor, tracking: Tracking) -> None:
        try:
            super()._insert_tracking(c, tracking)
        except IntegrityError:
            raise AlreadyTrackedError(tracking.application_name, tracking.notification_id) from None

    def _refuse_versions(self, c: SQLiteCursor, rows: Sequence[NewRow], head: int) -> None:
        """Raises ConcurrentAppendError for a version that was there before, StreamError for one that comes twice."""
        found = self._select + "WHERE originator_id=? AND originator_version=? AND position<=?"
        seen = set()
        for stream, version, _, _ in rows:
            c.execute(found, (stream, version, head))
            if c.fetchone():
                raise ConcurrentAppendError(stream, version) from None
            if (stream, version) in seen:
                raise StreamError(stream, f"version {version} is in the batch twice") from None
            seen.add((stream, version))


class LogFactory(SQLiteFactory):
    """Builds the parts of a log from `SQLITE_DBNAME`, the path of its file, and `SQLITE_LOCK_TIMEOUT`, if given."""

    process_recorder_class = SQLiteLogRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        asked = self.datastore.pool
        self.datastore = LogDatastore(Path(asked.db_name).absolute(), asked.lock_timeout or BUSY_SECONDS)


def _rows(cursor: SQLiteCursor, statement: str, parameters: Sequence[object]) -> list[Row]:
    cursor.sqlite_cursor.row_factory = None  # plain tuples
    cursor.execute(statement, parameters)
    rows: list[Row] = cursor.fetchall()
    return rows


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
