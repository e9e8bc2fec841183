"""A new agency's folder before it is written: what was read, and what is proposed for each name and column."""

from collections.abc import Mapping
from typing import NamedTuple

from triage.agencies.roles import Proposed
from triage.agencies.type_proposals import Proposal
from triage.domain.errors import TriageError


class AgencyDraftError(TriageError):
    """A folder cannot be proposed from what was given: one line that says what is missing and what to do."""


class DraftType(NamedTuple):
    """A call type of the files: its count, the priorities that it had, most frequent first, and its proposal."""

    name: str
    description: str
    calls: int
    priorities: tuple[str, ...]
    proposal: Proposal


class DraftCode(NamedTuple):
    """A priority, channel or disposition of the files, and what it is proposed to mean; "" where that is not plain."""

    code: str
    description: str
    calls: int
    meaning: str


class DraftExclusion(NamedTuple):
    """Rows that seem to be no calls for us. Where `column` is empty, `field` says which column.

    None counts before it is confirmed: what is excluded, nobody hears. `plain` is one whose column is sure.
    """

    field: str
    column: str
    values: tuple[str, ...]
    reason: str
    calls: int
    plain: bool


class DraftMapping(NamedTuple):
    """The mapping of one header: the files that have it, its columns, and the notes for whoever reviews it.

    `rows` counts the rows that could be read; `left_out` the others, by reason.
    """

    name: str
    sources: tuple[str, ...]
    rows: int
    left_out: Mapping[str, int]
    columns: tuple[Proposed, ...]
    missing: tuple[str, ...]
    exclude: tuple[DraftExclusion, ...]
    notes: tuple[str, ...]
    zone_is_proven: bool

    def column(self, role: str) -> Proposed | None:
        """The column that is proposed for a role."""
        return next((column for column in self.columns if column.role == role), None)


class Draft(NamedTuple):
    """All that a new folder will hold. `library` are the files of the library that it takes, by their names there."""

    name: str
    time_zone: str
    review: tuple[str, ...]
    mappings: tuple[DraftMapping, ...]
    call_types: tuple[DraftType, ...]
    priorities: tuple[DraftCode, ...]
    channels: tuple[DraftCode, ...]
    dispositions: tuple[DraftCode, ...]
    areas: Mapping[str, tuple[str, ...]]
    library: tuple[str, ...]
    switches: tuple[str, ...]
    notes: tuple[str, ...]
