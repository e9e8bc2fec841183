"""What the event log refuses, typed, with the ids that it is about as fields; never with what an event says."""

from collections.abc import Iterable
from pathlib import Path

from triage.domain.errors import TriageError, meant


class StoreError(TriageError):
    """The event log cannot do what was asked; nothing of it was done."""


class LogTargetError(StoreError):
    """What was given as the log is neither a file nor a store of this version."""

    def __init__(self, target: str, message: str) -> None:
        super().__init__(f"log `{target}`: {message}")
        self.target = target


class LogFileError(StoreError):
    """The file cannot be the log; it was left as it is."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"log file `{path}` {problem}; {remedy}")
        self.path = path
        self.problem = problem
        self.remedy = remedy


class LogUnavailableError(StoreError):
    """The log is closed, held by another writer, or its disk refuses: the same again may succeed later."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"log file `{path}` {problem}; {remedy}")
        self.path = path


class ConcurrentAppendError(StoreError):
    """Another writer was first with this version of a stream: read the history again and decide anew."""

    def __init__(self, stream: str, version: int) -> None:
        super().__init__(f"stream `{stream}` has a version {version} already")
        self.stream = stream
        self.version = version


class AlreadyTrackedError(StoreError):
    """A source was handled up to this position, or further, before."""

    def __init__(self, source: str, position: int) -> None:
        super().__init__(f"source `{source}` was handled up to position {position} or further already")
        self.source = source
        self.position = position


class StreamError(StoreError):
    """The event cannot stand in this place of this stream."""

    def __init__(self, stream: str, message: str) -> None:
        super().__init__(f"stream `{stream}`: {message}")
        self.stream = stream


class StoredEventError(StoreError):
    """An event in the log that this version of the program cannot read. `position` is 0 where it is not known."""

    def __init__(self, kind: str, position: int, message: str) -> None:
        where = f"event `{kind}` at position {position} of the log" if position else f"event `{kind}`"
        super().__init__(f"{where}: {message}")
        self.kind = kind
        self.position = position


class UnknownKindError(StoredEventError):
    """No event of this version of the program has this kind."""

    def __init__(self, kind: str, position: int, valid: Iterable[str]) -> None:
        super().__init__(kind, position, f"no event has this kind; {meant(kind, valid)}")


class NewerEventError(StoredEventError):
    """The event was written by a newer version of the program."""

    def __init__(self, kind: str, position: int, found: int, known: int) -> None:
        super().__init__(
            kind, position, f"version {found} of this kind is newer than {known}; upgrade triage to read it"
        )
        self.found = found
        self.known = known


class UnreadableEventError(StoredEventError):
    """What is stored is not an event of its kind: it was damaged, or written by something else."""
