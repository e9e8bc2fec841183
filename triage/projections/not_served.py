"""Which calls would the rules have given a CSO, and why did none go? One reason per call; unreadable calls apart."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from triage.domain.events import CallNotServed, CallQueued, ReportUnreadable
from triage.projections.view import View
from triage.store import Recorded

NOT_SERVED: Final = "not_served"
NOT_TRIAGED: Final = "could_not_be_triaged"
"""The ledger's other book: calls that could not be read. They were never found ineligible."""


class NotServed(View):
    """The *not served* ledger, as rows of `not_served`; `reason` is one of the reasons, or `could_not_be_triaged`."""

    name = "not_served"
    version = 1
    kinds = ("call_not_served", "call_queued", "report_unreadable")
    tables = (("not_served", "call_id TEXT, book TEXT, reason TEXT, occurred_at TEXT, PRIMARY KEY (call_id, book)"),)

    def fold(self, page: Sequence[Recorded]) -> None:
        """Enter calls, and take out those that a unit was found for after all."""
        entries: dict[tuple[str, str], tuple[str, str] | None] = {}
        for recorded in page:
            match recorded.event:
                case CallNotServed() as event:
                    entries[event.call_id, NOT_SERVED] = (event.reason, event.occurred_at.isoformat())
                case CallQueued() as event:
                    entries[event.call_id, NOT_SERVED] = None
                case ReportUnreadable() as event:
                    entries[event.call_id, NOT_TRIAGED] = (event.reason, event.occurred_at.isoformat())
        table = self.table("not_served")
        gone = [key for key, entry in entries.items() if entry is None]
        kept = [(*key, *entry) for key, entry in entries.items() if entry is not None]
        self.write(f"DELETE FROM {table} WHERE call_id = ? AND book = ?", gone)
        self.write(f"INSERT OR REPLACE INTO {table} VALUES (?,?,?,?)", kept)

    def reasons(self) -> Counter[str]:
        """How many calls were not served, by reason."""
        rows = self.query("SELECT reason, count(*) FROM not_served WHERE book = 'not_served' GROUP BY reason")
        return Counter({str(reason): int(str(count)) for reason, count in rows})

    def not_triaged(self) -> int:
        """How many calls could not be triaged, because a report of them could not be read."""
        return int(str(self.query("SELECT count(*) FROM not_served WHERE book = ?", (NOT_TRIAGED,))[0][0]))
