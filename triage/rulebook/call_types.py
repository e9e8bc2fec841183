"""Reads the call-type table and the profiles of presumed facts that it refers to."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from triage.domain.call_types import normalised
from triage.domain.facts import FACTS, FactValue
from triage.domain.policy import CallType
from triage.rulebook.csv_file import rows
from triage.rulebook.fact_values import BY_CAD, FIXED, NATURE, canonical, fact, facts, value_of
from triage.rulebook.fields import Once, Row, entries, one_of, reason, short_text, slug, text
from triage.rulebook.nodes import At, Scalar
from triage.rulebook.problems import Found, show

COLUMNS: Final = (
    "call_type",
    "canonical",
    "fidelity",
    "profile",
    "presumes",
    "severity",
    "likelihood",
    "source",
)
FIDELITIES: Final = ("exact", "close", "none")
PROFILE_FIELDS: Final = ("id", "presumes", "because", "source", "note", "notes")
PRESUMED: Final = tuple(name for name in FACTS if name not in (*FIXED, *BY_CAD))
TAKEN_AWAY: Final = "?"

Profile = Mapping[str, FactValue]


class CallTypeTable(NamedTuple):
    """The call types without an error, and every canonical type that the table names."""

    types: tuple[CallType, ...]
    natures: frozenset[str]


def read_profiles(document: At) -> dict[str, Profile]:
    """What each profile of `profiles.yaml` presumes, by its id."""
    once = Once()
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


def read_call_types(data: bytes, profiles: Mapping[str, Profile] | None, found: Found) -> CallTypeTable | None:
    """The rows of `call_types.csv`; None if the file as a whole cannot be read.

    `profiles` is None where they could not be read: then the rows are checked without them.
    """
    read = rows(data, COLUMNS, found)
    if read is None:
        return None
    once = Once()
    types = []
    natures = set()
    for at in read:
        row = Row(at, COLUMNS)
        nature = row.need("canonical", canonical)
        call_type = _call_type(row, nature, profiles, once)
        if call_type is not None:
            types.append(call_type)
        if nature is not None:
            natures.add(nature)
    if not natures and not found.errors:
        found.error(None, None, "the table is empty: without a row every call is sworn")
    return CallTypeTable(tuple(types), frozenset(natures))


def _call_type(row: Row, nature: str | None, profiles: Mapping[str, Profile] | None, once: Once) -> CallType | None:
    name = row.need("call_type", short_text)
    once.claim(row.at_field("call_type"), None if name is None else normalised(name))
    row.need("fidelity", one_of("fidelity", FIDELITIES))
    row.need("source", reason)
    profile = row.need("profile", slug if profiles is None else one_of("profile", tuple(profiles)))
    presumes: dict[str, FactValue | None] = {
        **(profiles or {}).get(profile or "", {}),
        **row.may("presumes", _pairs, {}),
        NATURE: nature,
    }
    for column in FIXED[1:]:
        presumes[column] = row.need(column, value_of(FACTS[column], None))
    known = {name: value for name, value in presumes.items() if value is not None}
    return row.build(CallType, {"name": name, "canonical": nature, "presumes": known})


def _pairs(at: At) -> dict[str, FactValue | None] | None:
    """The facts of a cell like `domestic=verbal weapon=?`; None for a fact that is taken away."""
    pairs: dict[str, FactValue | None] = {}
    for word in (text(at) or "").split():
        name, equals, value = word.partition("=")
        if not equals:
            at.error(f"`{show(word)}` is not `fact=value`")
            continue
        spec = fact(at.entry(Scalar(name, at.node.line, plain=False)), PRESUMED)
        if spec is None:
            continue
        if spec.name in pairs:
            at.error(f"`{spec.name}` is presumed twice")
        taken = value == TAKEN_AWAY
        pairs[spec.name] = None if taken else value_of(spec, None)(at.entry(Scalar(value, at.node.line, plain=False)))
    return pairs
