"""What a call's closing says of its outcome: whether authority was used, or that this is not known."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from triage.domain.call_types import CallTypes
from triage.domain.policy import CallType
from triage.rulebook import OutcomeCodes

Outcome = Literal["authority_used", "no_authority_used", "no_contact", "undetermined", "excluded", "not_stated"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

DECIDED: Final[tuple[Outcome, ...]] = ("authority_used", "no_authority_used")
"""The outcomes that say whether authority was used. Shares of *authority used* are of these alone."""

WORDS: Final[Mapping[Outcome, str]] = {
    "authority_used": "authority used",
    "no_authority_used": "no authority used",
    "no_contact": "no contact",
    "undetermined": "undetermined",
    "excluded": "excluded",
    "not_stated": "not stated",
}
"""The outcomes in words."""

HARMLESS: Final = frozenset({None, "non_criminal", "parking"})
"""The classes of a final type (None: the file states none) with which a closing without authority is what it says."""


class Ending:
    """Reads an agency's closings: its codes by its own table, its final types by its call-type table."""

    def __init__(self, codes: OutcomeCodes, call_types: CallTypes) -> None:
        self._dispositions: Final[Mapping[str, str]] = codes.dispositions
        self._finals: Final[Mapping[str, str]] = codes.finals
        self._call_types: Final = call_types

    def outcome(self, disposition: str | None, final_call_type: str | None) -> Outcome:
        """The outcome of a call: the first of these that fits.

        Not stated, where there is no disposition; excluded; authority used, by the disposition, by a citation for
        anything but parking or by a final type that names what only officers deal with; no contact; no authority used,
        where disposition and final type both say so, or a citation for parking; undetermined, which a disposition that
        the table does not know is too.
        """
        if disposition is None:
            return "not_stated"
        said = self._dispositions.get(disposition.strip().upper())
        final = self.final_class(final_call_type)
        if said == "excluded":
            return "excluded"
        if said == "authority" or final == "authority" or (said == "citation" and final != "parking"):
            return "authority_used"
        if said == "no_contact":
            return "no_contact"
        if said == "citation" or (said == "no_authority" and final in HARMLESS):
            return "no_authority_used"
        return "undetermined"

    def knows(self, disposition: str) -> bool:
        """Whether the agency's table has this disposition."""
        return disposition.strip().upper() in self._dispositions

    def final_class(self, final_call_type: str | None) -> str | None:
        """What a final type says: `authority`, `crime`, `parking`, `non_criminal`; `unknown` if no table has it.

        None where no final type is stated.
        """
        if final_call_type is None:
            return None
        found: CallType | None = self._call_types.find(final_call_type)
        return "unknown" if found is None else self._finals.get(found.canonical, "unknown")
