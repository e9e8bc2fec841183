"""What is waiting for my unit? Every call that waits for a CSO unit or is with it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

from triage.domain.events import AboutNoCall
from triage.projections.queue_entry import QUEUE_KINDS, QueueEntry, Stage, place_in_queue
from triage.projections.view import View
from triage.store import Recorded

COLUMNS: Final = (
    "call_id, unit, partner, stage, call_type, priority, programme, beat, because, queued_at, due_at, shift_ends_at, "
    "warn_at, backup"
)


class CsoQueues(View):
    """The queue of every CSO unit, as rows of `queue_entries`."""

    name = "cso_queues"
    version = 1
    kinds = QUEUE_KINDS
    tables = (
        (
            "queue_entries",
            (
                "call_id TEXT PRIMARY KEY, unit TEXT, partner TEXT, stage TEXT, call_type TEXT, priority TEXT, "
                "programme TEXT, beat TEXT, because TEXT, queued_at TEXT, due_at TEXT, "
                "shift_ends_at TEXT, warn_at TEXT, backup INTEGER"
            ),
        ),
    )

    def fold(self, page: Sequence[Recorded]) -> None:
        """Move the calls of this batch to where its events leave them."""
        touched: dict[str, QueueEntry | None] = {}
        before = self._entries_of({recorded.stream for recorded in page})
        for recorded in page:
            if not isinstance(recorded.event, AboutNoCall):
                call_id = recorded.event.call_id
                entry = touched[call_id] if call_id in touched else before.get(call_id)
                touched[call_id] = place_in_queue(entry, recorded.event)
        table = self.table("queue_entries")
        gone = [(call_id,) for call_id, entry in touched.items() if entry is None and call_id in before]
        kept = [_row(entry) for entry in touched.values() if entry is not None]
        self.write(f"DELETE FROM {table} WHERE call_id = ?", gone)
        self.write(f"INSERT OR REPLACE INTO {table} ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", kept)

    def entries(self, unit: str | None = None) -> list[QueueEntry]:
        """Every call that a unit (or `unit`) has or that waits for it, in the order in which they were queued."""
        where, parameters = ("", ()) if unit is None else ("WHERE unit = ? ", (unit,))
        rows = self.query(f"SELECT {COLUMNS} FROM queue_entries {where}ORDER BY queued_at, call_id", parameters)
        return [_entry(row) for row in rows]

    def _entries_of(self, call_ids: set[str]) -> dict[str, QueueEntry]:
        wanted = json.dumps(sorted(call_ids))
        rows = self.query(
            f"SELECT {COLUMNS} FROM {self.table('queue_entries')} WHERE call_id IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
        return {entry.call_id: entry for entry in map(_entry, rows)}


def _row(entry: QueueEntry) -> tuple[object, ...]:
    return (
        entry.call_id,
        entry.unit,
        entry.partner,
        entry.stage,
        entry.call_type,
        entry.priority,
        entry.programme,
        entry.beat,
        json.dumps(entry.because),
        entry.queued_at.isoformat(),
        entry.due_at.isoformat(),
        entry.shift_ends_at.isoformat(),
        None if entry.warn_at is None else entry.warn_at.isoformat(),
        entry.backup,
    )


def _entry(row: tuple[object, ...]) -> QueueEntry:
    (
        call_id,
        unit,
        partner,
        stage,
        call_type,
        priority,
        programme,
        beat,
        because,
        queued_at,
        due_at,
        ends_at,
        warn_at,
        backup,
    ) = cast("tuple[str, ...]", row)
    return QueueEntry(
        call_id,
        unit,
        partner,
        cast("Stage", stage),
        call_type,
        priority,
        programme,
        beat,
        tuple(json.loads(because)),
        datetime.fromisoformat(queued_at),
        datetime.fromisoformat(due_at),
        datetime.fromisoformat(ends_at),
        None if warn_at is None else datetime.fromisoformat(warn_at),
        backup=bool(backup),
    )
