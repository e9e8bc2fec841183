"""What stands in front of the dispatcher now: every call with a CSO unit, each unit's load, and what time does next."""

import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from triage.domain.events import AboutNoCall, Event
from triage.domain.life import next_timer
from triage.projections.queue_entry import QueueEntry, place_in_queue


class Board:
    """The queues of all units in memory, folded from the log; one call at a time, whatever the log's length."""

    def __init__(self, entries: Iterable[QueueEntry], position: int) -> None:
        self.position = position
        self.loads: Counter[str] = Counter()
        self._entries: dict[str, QueueEntry] = {}
        self._timers: list[tuple[datetime, str]] = []
        for entry in entries:
            self._put(entry.call_id, entry)

    def apply(self, event: Event) -> None:
        """Fold `event` in."""
        if isinstance(event, AboutNoCall):
            return
        before = self._entries.get(event.call_id)
        after = place_in_queue(before, event)
        if after is not before:
            self._put(event.call_id, after)

    def due(self, until: datetime) -> tuple[datetime, str] | None:
        """The first timer that runs out by `until`, and its call; None if none does."""
        while self._timers and self._timers[0][0] <= until:
            time, call_id = self._timers[0]
            entry = self._entries.get(call_id)
            if entry is not None and next_timer(entry.stage, entry) == time:
                return time, call_id
            heapq.heappop(self._timers)  # that timer was stopped or moved since
        return None

    def forget(self, time: datetime, call_id: str) -> None:
        """Stop the timer that `due` returned, where nothing came of it."""
        if self._timers and self._timers[0] == (time, call_id):
            heapq.heappop(self._timers)

    def calls_due(self, until: datetime, most: int) -> list[str]:
        """At most `most` calls whose timers may run out by `until`, for reading their histories ahead."""
        return sorted({call_id for time, call_id in self._timers if time <= until})[:most]

    def entries(self) -> dict[str, QueueEntry]:
        """A copy of all places, by call."""
        return dict(self._entries)

    def restore(self, call_id: str, entry: QueueEntry | None) -> None:
        """Put a call back to where it was, after a write that did not happen."""
        self._put(call_id, entry)

    def place(self, call_id: str) -> QueueEntry | None:
        """Where a call is, or None."""
        return self._entries.get(call_id)

    def _put(self, call_id: str, entry: QueueEntry | None) -> None:
        before = self._entries.pop(call_id, None)
        if before is not None:
            self.loads[before.unit] -= 1
        if entry is None:
            return
        self._entries[call_id] = entry
        self.loads[entry.unit] += 1
        time = next_timer(entry.stage, entry)
        if time is not None:
            heapq.heappush(self._timers, (time, call_id))
