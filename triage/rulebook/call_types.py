"""Reads the call-type table and the profiles of presumed facts that it refers to."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from triage.domain.call_types import normalised
from triage.domain.facts import FACTS, FactValue
from triage.domain.policy import CallType
from triage.rulebook.canonical_types import CanonicalType, Profile
from triage.rulebook.csv_file import rows
from triage.rulebook.fact_values import FIXED, NATURE, PRESUMED, UNREVIEWED, canonical, facts, pairs, value_of
from triage.rulebook.fields import Once, Row, entries, one_of, reason, short_text, slug
from triage.rulebook.nodes import At
from triage.rulebook.problems import Found
from triage.rulebook.review import OPTIONAL, ToReview, standing, to_review

COLUMNS: Final = (
    "call_type",
    "description",
    "canonical",
    "fidelity",
    "profile",
    "presumes",
    "severity",
    "likelihood",
    "status",
    "calls",
    "source",
)
FIDELITIES: Final = ("exact", "close", "none")
PROFILE_FIELDS: Final = ("id", "presumes", "because", "source", "note", "notes")
REGISTRY: Final = "APCO:"
"""Each canonical type is a call type, too, by this name, for a CAD that sends the registry's code only."""

OWN: Final = "X-"
"""How a canonical type begins that is none of the registry's."""


class CallTypeTable(NamedTuple):
    """The call types without an error, every canonical type that the table names, and what is to review."""

    types: tuple[CallType, ...]
    natures: frozenset[str]
    review: tuple[ToReview, ...]


class Known(NamedTuple):
    """What a row may refer to; None where the files that say it could not be read: then it is not checked."""

    profiles: Mapping[str, Profile] | None
    canonical_types: Mapping[str, CanonicalType] | None


def read_profiles(document: At, once: Once) -> dict[str, Profile]:
    """What each profile of `profiles.yaml` presumes, by its id. `once` knows the ids of all such files."""
    profiles: dict[str, Profile] = {}
    for at in Row(document, ("profiles", "source", "note", "notes")).need("profiles", entries) or ():
        row = Row(at, PROFILE_FIELDS)
        name = row.need("id", slug)
        once.claim(row.at_field("id"), name)
        presumes = row.need("presumes", lambda place: facts(place, None, valid=PRESUMED))
        row.need("because", reason)
        row.need("source", reason)
        if name is not None:
            profiles.setdefault(name, presumes or {})
    return profiles


def read_call_types(data: bytes, known: Known, found: Found) -> CallTypeTable | None:
    """The rows of `call_types.csv`; None if the file as a whole cannot be read."""
    read = rows(data, COLUMNS, found, OPTIONAL)
    if read is None:
        return None
    once = Once()
    types = []
    natures = set(known.canonical_types or ())
    review = []
    empty = True
    for at in read:
        empty = False
        row = Row(at, COLUMNS)
        name = row.need("call_type", short_text)
        once.claim(row.at_field("call_type"), None if name is None else normalised(name))
        is_review, calls = standing(row)
        nature = _nature(row, known, spare=is_review)
        call_type = _call_type(row, name, nature, known, is_review=is_review)
        types += [] if call_type is None else [call_type]
        natures |= set() if nature is None else {nature}
        if name is not None and is_review:
            review.append(to_review(row, "call type", name, calls, nature))
    if empty and not found.errors:
        found.error(None, None, "the table is empty: without a row every call is sworn")
    taken = {normalised(entry.name) for entry in types}
    types += [entry for entry in _registry(known) if normalised(entry.name) not in taken]
    return CallTypeTable(tuple(types), frozenset(natures), tuple(review))


def _call_type(row: Row, name: str | None, nature: str | None, known: Known, *, is_review: bool) -> CallType | None:
    """The call type of a row. One under review is read like any other, but it presumes nothing."""
    row.may("description", short_text, "")
    row.need("source", reason)
    presumes = _presumed(row, nature, known, spare=is_review and nature is None)
    if is_review:
        return row.build(CallType, {"name": name, "canonical": UNREVIEWED, "presumes": {NATURE: UNREVIEWED}})
    return row.build(CallType, {"name": name, "canonical": nature, "presumes": _stated(presumes, nature)})


def _nature(row: Row, known: Known, *, spare: bool) -> str | None:
    """The canonical type of a row, which may be missing where `spare`: nothing is proposed then."""
    if spare and not row.has("canonical"):
        row.may("fidelity", one_of("fidelity", FIDELITIES), "")
        return None
    nature = row.need("canonical", canonical)
    row.need("fidelity", one_of("fidelity", FIDELITIES))
    if nature == UNREVIEWED:
        row.at_field("canonical").error(f"write `review` in the column `status` instead of `{UNREVIEWED}`")
        return None
    if nature is not None and known.canonical_types and not nature.startswith(OWN):
        return one_of("canonical type", tuple(known.canonical_types))(row.at_field("canonical"))
    return nature


def _presumed(row: Row, nature: str | None, known: Known, *, spare: bool) -> dict[str, FactValue | None]:
    """What a row presumes: cells that are empty are those of its canonical type, where the library lists that."""
    default = (known.canonical_types or {}).get(nature or "")
    spare = spare or default is not None or known.canonical_types is None or nature is None
    base: Mapping[str, FactValue | None] = {} if default is None else default.presumes
    if row.has("profile") or not spare:
        profile = row.need("profile", slug if known.profiles is None else one_of("profile", tuple(known.profiles)))
        base = (known.profiles or {}).get(profile or "", {})
    presumes = {**base, **row.may("presumes", pairs, {})}
    for column in FIXED[1:]:
        if row.has(column) or not spare:
            presumes[column] = row.need(column, value_of(FACTS[column], None))
        elif default is not None:
            presumes[column] = getattr(default, column)
    return presumes


def _registry(known: Known) -> list[CallType]:
    """Each canonical type of the library as a call type of that name."""
    types = []
    for code, entry in (known.canonical_types or {}).items():
        presumes = {**entry.presumes, "severity": entry.severity, "likelihood": entry.likelihood}
        values: dict[str, Any] = {"name": f"{REGISTRY}{code}", "canonical": code, "presumes": _stated(presumes, code)}
        types.append(CallType.model_validate(values))
    return types


def _stated(presumes: Mapping[str, FactValue | None], nature: str | None) -> dict[str, FactValue | None]:
    """What is presumed, without what is taken away; the nature comes with it."""
    return {name: value for name, value in (*presumes.items(), (NATURE, nature)) if value is not None}
