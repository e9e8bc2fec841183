"""The event log: what happened to every call, append-only, and how far each source was handled.

`open_log` opens it, EventLog says what it promises. Only this package knows the eventsourcing library.
"""

from eventsourcing.persistence import Tracking

from triage.store.collector import uncollected
from triage.store.contract import MODEL_STREAM, POLICY_STREAM, EventLog, Recorded, stream_of
from triage.store.errors import (
    AlreadyTrackedError,
    ConcurrentAppendError,
    LogFileError,
    LogTargetError,
    LogUnavailableError,
    NewerEventError,
    StoredEventError,
    StoreError,
    StreamError,
    UnknownKindError,
    UnreadableEventError,
)
from triage.store.log import Log, open_log
from triage.store.mapper import KINDS

__all__ = [
    "KINDS",
    "MODEL_STREAM",
    "POLICY_STREAM",
    "AlreadyTrackedError",
    "ConcurrentAppendError",
    "EventLog",
    "Log",
    "LogFileError",
    "LogTargetError",
    "LogUnavailableError",
    "NewerEventError",
    "Recorded",
    "StoreError",
    "StoredEventError",
    "StreamError",
    "Tracking",
    "UnknownKindError",
    "UnreadableEventError",
    "open_log",
    "stream_of",
    "uncollected",
]
