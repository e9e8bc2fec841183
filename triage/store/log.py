"""The log of all events, as an application of the eventsourcing library, and how to open it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, Tracking
from eventsourcing.utils import Environment, EnvType

from triage.domain.events import Event
from triage.store.contract import LogRecorder, Recorded
from triage.store.errors import LogTargetError, StoreError
from triage.store.mapper import EventMapper


class Log(Application[str]):
    """The event log (see EventLog for what it promises), on whichever store its environment names.

    `env` is all of its configuration: `PERSISTENCE_MODULE` names the factory of the store.
    """

    name = "triage"

    mapper: EventMapper
    recorder: LogRecorder

    def append(
        self, batch: Sequence[tuple[str, int, Event]], *, recorded_at: datetime, tracking: Tracking | None = None
    ) -> Sequence[int]:
        """The positions of (stream, version, event), stored in one transaction with the tracking. See EventLog."""
        rows = self.mapper.rows(batch, recorded_at)
        if not rows and tracking is None:
            return ()
        return self.recorder.insert_rows(rows, tracking)

    def histories(self, ids: Sequence[str]) -> dict[str, list[Recorded]]:
        """All events of these streams, each in the order of its versions. See EventLog."""
        found: dict[str, list[Recorded]] = {}
        for recorded in self.mapper.recorded(self.recorder.rows_of(ids)):
            found.setdefault(recorded.stream, []).append(recorded)
        return found

    def read(self, after: int, limit: int, kinds: Sequence[str] = (), *, brief: bool = False) -> list[Recorded]:
        """The next events after a position, at most `limit` (1 or more). See EventLog.

        Raises UnknownKindError for a kind that no event has, beside what EventLog says.
        """
        if limit < 1:
            raise StoreError(f"at least 1 event is read at a time, not `{limit}`")
        self.mapper.known(kinds)
        return self.mapper.recorded(self.recorder.rows_after(after, limit, kinds), brief=brief)

    def head(self) -> int:
        """The position of the last event; 0 if there is none."""
        return self.recorder.max_notification_id() or 0

    def tracked(self, source: str) -> int | None:
        """The position up to which a source is handled, or None."""
        return self.recorder.max_tracking_id(source)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """What was passed and nothing else: the library would let any variable of the process redirect the log."""
        return Environment(name, env)

    def construct_mapper(self) -> EventMapper:
        """The mapper of our events; the library's would store Python paths and skip validation."""
        return EventMapper()

    def construct_recorder(self) -> ApplicationRecorder:
        """A recorder that stores trackings in the transaction of the events that they belong to."""
        return cast("ApplicationRecorder", self.factory.process_recorder())


def open_log(target: str | Path) -> Log:
    """The log at a path, or at `sqlite:` and a path; made if it does not exist yet. Close it, or use it as a context.

    Raises LogTargetError for any other target, and LogFileError if the file cannot be the log (it is left as it is).
    """
    path = target if isinstance(target, Path) else _path(target)
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise LogTargetError(ascii(str(path)), f"not a path ({error})") from None
    return Log({"PERSISTENCE_MODULE": "triage.store.sqlite:LogFactory", "SQLITE_DBNAME": str(real)})


def _path(target: str) -> Path:
    name = target.removeprefix("sqlite:")
    if target.startswith(("postgresql:", "postgres:")):
        raise LogTargetError(
            target.partition(":")[0] + ":", "PostgreSQL comes with triage-streams; not in this version"
        )
    if name.startswith("//") and name != target:
        raise LogTargetError(target, "write `sqlite:` and the path, for example `sqlite:triage.db`")
    if "://" in target:
        raise LogTargetError(
            target.partition("://")[0] + "://", "no such store; valid: a path, or `sqlite:` and a path"
        )
    if not name.strip() or name == ":memory:":
        raise LogTargetError(target, "a log is a file; give its path, for example `triage.db`")
    return Path(name)
