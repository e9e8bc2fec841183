"""Why a source or a column mapping cannot be used at all. One bad row is never an error: see `unreadable`."""

from collections.abc import Iterable

from triage.domain.errors import TriageError


class SourceError(TriageError):
    """A source cannot be read: one line that a person can act on."""


class UnknownHeaderError(SourceError):
    """No column mapping fits a header: `nearest` came closest, and `missing` are the columns that it misses."""

    def __init__(self, source: str, nearest: str, missing: Iterable[str]) -> None:
        self.nearest = nearest
        self.missing = tuple(missing)
        misses = ", ".join(f"`{column}`" for column in self.missing)
        super().__init__(
            f"no column mapping fits the header of `{source}`: nearest is `{nearest}`, which misses {misses}"
            " (a file of calls has one row per call or unit sent, with an id, a time and a call type;"
            " `triage agency new` proposes a mapping for files of another kind)"
        )


class ColumnsError(SourceError):
    """A column mapping is wrong: file, line, field, what is valid and what comes nearest."""
