"""Reads what CAD's priorities and channels mean on our scales."""

from typing import Final, NamedTuple

from triage.domain.facts import FACTS
from triage.rulebook.csv_file import rows
from triage.rulebook.fields import Once, Row, one_of, reason, short_text
from triage.rulebook.problems import Found
from triage.rulebook.review import OPTIONAL, Kind, ToReview, standing, to_review

PRIORITY: Final = "priority"
CHANNEL: Final = "channel"
MEANINGS: Final = {PRIORITY: "level", CHANNEL: "channel"}
"""The column that says what a code means, by the fact that it gives."""


class Codes(NamedTuple):
    """What each code means, in alphabetical order so that the order in the file does not matter; what is to review.

    A code without a meaning, or under review, is not among `known`: the fact is unknown.
    """

    known: dict[str, str]
    review: tuple[ToReview, ...]


def read_priorities(data: bytes, found: Found) -> Codes | None:
    """The rows of `priorities.csv`; None if the file as a whole cannot be read."""
    return _read_codes(data, PRIORITY, "priority", found)


def read_channels(data: bytes, found: Found) -> Codes | None:
    """The rows of `channels.csv`; None if the file as a whole cannot be read."""
    return _read_codes(data, CHANNEL, "channel", found)


def _read_codes(data: bytes, fact: str, kind: Kind, found: Found) -> Codes | None:
    """Case does not matter in a code, so no two may differ only in it."""
    columns = ("code", MEANINGS[fact], "status", "calls", "source")
    read = rows(data, columns, found, OPTIONAL)
    if read is None:
        return None
    valid = tuple(str(value) for value in FACTS[fact].values)
    once = Once()
    known = {}
    review = []
    for at in read:
        row = Row(at, columns)
        code = row.need("code", short_text)
        once.claim(row.at_field("code"), None if code is None else code.upper())
        meaning = row.may(MEANINGS[fact], one_of(fact, valid), "") or None
        row.need("source", reason)
        is_review, calls = standing(row)
        if code is not None and is_review:
            review.append(to_review(row, kind, code, calls, meaning))
        elif code is not None and meaning is not None:
            known[code] = meaning
    return Codes(dict(sorted(known.items())), tuple(review))
