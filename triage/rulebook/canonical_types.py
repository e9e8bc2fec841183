"""Reads a library's canonical types: what a call of each kind presumes, and what a final type says of the outcome."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from triage.domain.facts import FACTS, FactValue
from triage.rulebook.csv_file import rows
from triage.rulebook.fact_values import UNREVIEWED, canonical, pairs, value_of
from triage.rulebook.fields import Once, Row, one_of, reason, short_text, slug
from triage.rulebook.problems import Found

COLUMNS: Final = ("code", "description", "profile", "presumes", "severity", "likelihood", "final", "source")
FINALS: Final = ("authority", "crime", "parking", "non_criminal")
"""What a final type of a kind says about the outcome."""

Profile = Mapping[str, FactValue]


class CanonicalType(NamedTuple):
    """What a canonical type presumes, and its class as a final type; None for what could not be read."""

    presumes: Mapping[str, FactValue | None]
    severity: FactValue | None
    likelihood: FactValue | None
    final: str | None


def read_canonical_types(
    data: bytes, profiles: Mapping[str, Profile] | None, found: Found
) -> dict[str, CanonicalType] | None:
    """The rows of `canonical_types.csv` by code; None if the file as a whole cannot be read.

    `profiles` is None where they could not be read: then the rows are checked without them.
    """
    read = rows(data, COLUMNS, found)
    if read is None:
        return None
    once = Once()
    types: dict[str, CanonicalType] = {}
    for at in read:
        row = Row(at, COLUMNS)
        code = row.need("code", canonical)
        once.claim(row.at_field("code"), code)
        if code == UNREVIEWED:
            row.at_field("code").error(f"`{UNREVIEWED}` stands for what nobody has confirmed: it is no type of a table")
        entry = _canonical_type(row, profiles)
        if code is not None:
            types.setdefault(code, entry)
    return types


def _canonical_type(row: Row, profiles: Mapping[str, Profile] | None) -> CanonicalType:
    row.need("description", short_text)
    row.need("source", reason)
    profile = row.need("profile", slug if profiles is None else one_of("profile", tuple(profiles)))
    return CanonicalType(
        presumes={**(profiles or {}).get(profile or "", {}), **row.may("presumes", pairs, {})},
        severity=row.need("severity", value_of(FACTS["severity"], None)),
        likelihood=row.need("likelihood", value_of(FACTS["likelihood"], None)),
        final=row.need("final", one_of("final", FINALS)),
    )
