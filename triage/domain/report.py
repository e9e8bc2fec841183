"""What CAD says about a call at one moment."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from triage.domain.facts import Facts
from triage.domain.values import CallId, Text, Value

NARRATIVE_MAX_CHARACTERS = 20_000


class Closing(Value):
    """How CAD closed a call: known only afterwards, so never part of a decision."""

    cleared_at: AwareDatetime
    disposition: Text | None = None
    final_call_type: Text | None = None


class Report(Value):
    """One report of a call in the agency's own words; a call has one or more.

    Only `call_id`, `reported_at` and `call_type` are required. `facts` are those that CAD itself states. The narrative
    is read once for cues and never stored. `closing`, where a historical source has it, becomes `call_cleared`.
    """

    call_id: CallId
    reported_at: AwareDatetime
    call_type: Text
    priority: Text | None = None
    channel: Text | None = None
    precinct: Text | None = None
    sector: Text | None = None
    beat: Text | None = None
    facts: Facts = Facts()
    narrative: Annotated[str, StringConstraints(max_length=NARRATIVE_MAX_CHARACTERS)] | None = Field(
        default=None, repr=False
    )
    closing: Closing | None = None


class Unreadable(Value):
    """A row, line or message that could not become a `Report`: where it stands, what is wrong, never what it said.

    `fingerprint` is 16 hexadecimal digits of the SHA-256 of its bytes, so that the same bytes are recognised again.
    """

    source: Text
    line: int
    field: Text | None
    reason: Text
    fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    call_id: CallId | None = None
