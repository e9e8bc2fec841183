"""What every event log promises, whatever keeps it: `tests/store_conformance.py` holds each store to it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from eventsourcing.persistence import ProcessRecorder, Tracking

from triage.domain.events import DriftMeasured, Event, ModelAdopted, PolicyAdopted

POLICY_STREAM = "adopted policies"
"""The stream of all adopted policies, in the order in which they took over.

A call's stream is named by its id as it is. No id has a blank in it (CallId), so no call can ever meet this name.
"""

MODEL_STREAM = "adopted models"
"""The stream of all adopted models, and of what was measured of their drift."""


class Recorded(NamedTuple):
    """An event where it stands: its place in the log (from 1) and in its stream (from 1), and when we stored it.

    `recorded_at` is our clock (aware, UTC); the event's own `occurred_at` is CAD's.
    """

    position: int
    stream: str
    version: int
    recorded_at: datetime
    event: Event

    @property
    def originator_id(self) -> str:
        """The stream, by the name that the eventsourcing library gives it."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The version, by the name that the eventsourcing library gives it."""
        return self.version


class EventLog(Protocol):
    """The log as the engine and the projections see it: append-only, in one order for all readers."""

    def append(
        self, batch: Sequence[tuple[str, int, Event]], *, recorded_at: datetime, tracking: Tracking | None = None
    ) -> Sequence[int]:
        """The positions of (stream, version, event), all of them stored durably, or none.

        `tracking` (a source and the position up to which it is handled) is stored in the same transaction, also with
        an empty batch. Versions of a stream count from 1 without a gap: the caller read the history that it continues.

        Raises AlreadyTrackedError if the source was handled so far before (checked first), ConcurrentAppendError if a
        version exists already, StreamError if an event cannot stand where it is put, and another StoreError if the
        store fails. Nothing of the batch is stored then.
        """

    def histories(self, ids: Sequence[str]) -> dict[str, list[Recorded]]:
        """All events of these streams, each in the order of its versions, as of one moment. Unknown ids are absent."""

    def read(self, after: int, limit: int, kinds: Sequence[str] = (), *, brief: bool = False) -> list[Recorded]:
        """The next events after a position in the order of the log, at most `limit`; only these kinds, if any is given.

        If `brief`, reports and decisions come without the facts in them (as if nothing were known): much faster.

        A reader that continues after the last position that it saw misses nothing, whoever writes meanwhile.
        """

    def head(self) -> int:
        """The position of the last event; 0 if there is none."""

    def tracked(self, source: str) -> int | None:
        """The position up to which a source is handled, or None."""

    def close(self) -> None:
        """Ends the use of the log. Closing it again changes nothing."""

    def __enter__(self) -> Self:
        """The log, closed when the block is left."""

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        """Closes the log."""


NewRow = tuple[str, int, str, bytes]
"""One event to be stored: stream, version, kind, state."""

Row = tuple[int, str, int, str, bytes]
"""One stored event: position, stream, version, kind, state."""


class LogRecorder(ProcessRecorder, ABC):
    """A recorder of the eventsourcing library with what a log does to many rows at once.

    `insert_events`, the library's own way to write, keeps the promises of `insert_rows` too.
    """

    @abstractmethod
    def insert_rows(self, rows: Sequence[NewRow], tracking: Tracking | None = None) -> Sequence[int]:
        """The positions of these rows, stored with the tracking in one transaction. Raises as EventLog.append does."""

    @abstractmethod
    def rows_after(self, position: int, limit: int, topics: Sequence[str] = ()) -> list[Row]:
        """The next rows after a position in the order of the log; only these topics, if any is given."""

    @abstractmethod
    def rows_of(self, streams: Sequence[str]) -> list[Row]:
        """All rows of these streams, each stream in the order of its versions, as of one moment."""


def stream_of(event: Event) -> str:
    """The name of the stream that an event belongs to: its call's id, or that of the policies or the models."""
    if isinstance(event, PolicyAdopted):
        return POLICY_STREAM
    return MODEL_STREAM if isinstance(event, ModelAdopted | DriftMeasured) else event.call_id
