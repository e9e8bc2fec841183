"""Who did what to this call, when, and why? One line for every event of every call."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from triage.domain.events import AboutNoCall
from triage.projections.audit_line import line
from triage.projections.view import View
from triage.store import Recorded


class AuditLine(NamedTuple):
    """One event of a call in words: when it happened by CAD's clock, when it was stored, what it was, by whom."""

    position: int
    call_id: str
    occurred_at: datetime
    recorded_at: datetime
    kind: str
    by: str
    what: str


class AuditTrail(View):
    """The audit trail of every call, as rows of `audit_lines`."""

    name = "audit_trail"
    version = 1
    kinds = ()
    brief = True
    tables = (
        (
            "audit_lines",
            (
                "call_id TEXT, position INTEGER, occurred_at TEXT, recorded_at TEXT, kind TEXT, by TEXT, what TEXT, "
                "PRIMARY KEY (call_id, position)"
            ),
        ),
    )

    def fold(self, page: Sequence[Recorded]) -> None:
        """Add a line for each event of a call."""
        rows = [
            (
                recorded.event.call_id,
                recorded.position,
                recorded.event.occurred_at.isoformat(),
                recorded.recorded_at.isoformat(),
                recorded.event.kind,
                recorded.event.by,
                line(recorded.event),
            )
            for recorded in page
            if not isinstance(recorded.event, AboutNoCall)
        ]
        self.write(f"INSERT OR REPLACE INTO {self.table('audit_lines')} VALUES (?,?,?,?,?,?,?)", rows)

    def of_call(self, call_id: str) -> list[AuditLine]:
        """The call's story, in the order in which it was stored."""
        rows = self.query("SELECT * FROM audit_lines WHERE call_id = ? ORDER BY position", (call_id,))
        return [_line(row) for row in rows]


def _line(row: tuple[object, ...]) -> AuditLine:
    call_id, position, occurred_at, recorded_at, kind, by, what = cast("tuple[str, int, str, str, str, str, str]", row)
    return AuditLine(
        position, call_id, datetime.fromisoformat(occurred_at), datetime.fromisoformat(recorded_at), kind, by, what
    )
