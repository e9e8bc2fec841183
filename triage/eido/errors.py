"""Why a document cannot be taken."""

from triage.domain.errors import TriageError


class EidoError(TriageError):
    """A document cannot be read: the reason, the field, and the call that it is about where that can be told.

    Never holds what the document says.
    """

    def __init__(self, reason: str, field: str | None = None, call_id: str | None = None) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field
        self.call_id = call_id
