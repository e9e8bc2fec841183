"""Reads how calls may be closed, which of these ways a CSO unit may use, and what each says of the outcome."""

from typing import Final, NamedTuple

from triage.domain.policy import Disposition
from triage.rulebook.csv_file import rows
from triage.rulebook.fields import Once, Row, flag, one_of, reason, short_text
from triage.rulebook.problems import Found
from triage.rulebook.review import OPTIONAL, ToReview, standing, to_review

COLUMNS: Final = ("code", "description", "apco", "cso", "outcome", "status", "calls", "source")
UNDETERMINED: Final = "undetermined"
OUTCOMES: Final = ("excluded", "authority", "citation", "no_contact", "no_authority", UNDETERMINED)
"""What a closing says of the outcome of a call, beside its final type."""

_OUTCOME: Final = one_of("outcome", OUTCOMES)


class ReadDispositions(NamedTuple):
    """Dispositions, the outcome that each stands for by its code in upper case, and what is to review.

    One under review may not be used by a CSO, and its outcome is undetermined.
    """

    dispositions: tuple[Disposition, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()
    review: tuple[ToReview, ...] = ()

    def with_more(self, more: "ReadDispositions") -> "ReadDispositions":
        """These and `more`."""
        return ReadDispositions(
            self.dispositions + more.dispositions, self.outcomes + more.outcomes, self.review + more.review
        )


def read_dispositions(data: bytes, once: Once, found: Found) -> ReadDispositions:
    """The rows of a `dispositions.csv` that have no error. `once` knows the codes of all such files."""
    dispositions = []
    outcomes = []
    review = []
    for at in rows(data, COLUMNS, found, OPTIONAL) or ():
        row = Row(at, COLUMNS)
        code = row.need("code", short_text)
        once.claim(row.at_field("code"), None if code is None else code.upper())
        row.need("source", reason)
        row.may("apco", short_text, "")
        is_review, calls = standing(row)
        cso = row.need("cso", flag) if row.has("cso") or not is_review else None
        outcome = row.need("outcome", _OUTCOME) if row.has("outcome") or not is_review else None
        description = row.may("description", short_text, code or "-")
        disposition = row.build(
            Disposition, {"code": code, "description": description, "cso": bool(cso) and not is_review}
        )
        if disposition is None:
            continue
        dispositions.append(disposition)
        outcomes.append((disposition.code.upper(), UNDETERMINED if is_review or outcome is None else outcome))
        if is_review:
            review.append(to_review(row, "disposition", disposition.code, calls, outcome))
    return ReadDispositions(tuple(dispositions), tuple(outcomes), tuple(review))
