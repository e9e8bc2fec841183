"""Which column of a call file is what: proposed from the names and the values together, with how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from triage.agencies.column_relations import by_relation, descriptions, judged
from triage.agencies.evidence import Judge
from triage.agencies.looks import Look
from triage.agencies.matching import Scores, best_matching
from triage.agencies.names import PRIVATE, Role, name_scores
from triage.agencies.profiles import Column
from triage.agencies.shares import HALF
from triage.agencies.time_formats import Times, read_times
from triage.agencies.time_relations import by_time, repeats_of_time
from triage.agencies.type_proposals import Confidence

SINGLE: Final[tuple[Role, ...]] = (
    "call_id", "reported_at", "call_type", "final_call_type", "priority", "channel", "precinct", "sector", "beat",
    "disposition", "cleared_at", "language", "on_view", "agency",
)  # fmt: skip
"""The roles that one column has at most."""

LEAST: Final[Mapping[str, float]] = {
    "call_id": 0.6, "reported_at": 0.5, "call_type": 0.3, "final_call_type": 0.55, "priority": 0.5, "channel": 0.6,
    "precinct": 0.42, "sector": 0.42, "beat": 0.42, "disposition": 0.45, "cleared_at": 0.5, "language": 0.7,
    "on_view": 0.6, "agency": 0.75,
}  # fmt: skip
"""What a column must score to get a role at all (assumption, set on the files that the tests read)."""

SURE_NAME: Final = 0.7
SURE_VALUES: Final = 0.5
SURE_MARGIN: Final = 0.35
LIKELY_MARGIN: Final = 0.2
PROSE_WORDS: Final = 2.5
PROSE_WORTH: Final = 0.6
NARRATIVE_MIN: Final = 0.6


class Proposed(NamedTuple):
    """A column's proposed role. `instead` is the next likely one; `of` names the column that it describes."""

    column: Column
    role: Role
    confidence: Confidence
    because: str
    instead: str | None
    of: str | None
    times: Times | None
    private: bool


def propose_roles(
    columns: Sequence[Column], judge: Judge, tables: Sequence[Mapping[str, str]] = ()
) -> tuple[Proposed, ...]:
    """The role of each column, in the order of the file; `tables` are code tables, by code what it means.

    A role is *sure* only where name and values agree, or where nothing else has such values; a single doubt (another
    column that could be it, another role that the column could have) makes it *likely* or a *guess*.
    """
    looks = [Look(column, read_times(column), name_scores(column.name)) for column in columns]
    looks = judged(descriptions(repeats_of_time(looks)), judge, tables)
    looks = by_relation(by_time(looks))
    scores: dict[tuple[str, int], float] = {
        (role, place): look.total(role) for place, look in enumerate(looks) for role in SINGLE
    }
    given = best_matching(SINGLE, range(len(looks)), scores, LEAST)
    roles: dict[int, Role] = {place: role for role in SINGLE if (place := given.get(role)) is not None}
    roles |= _described(looks, roles)
    narrative = _narrative(looks, roles)
    if narrative is not None:
        roles[narrative] = "narrative"
    return tuple(_proposed(place, looks, roles, scores) for place in range(len(looks)))


def _described(looks: Sequence[Look], roles: Mapping[int, Role]) -> dict[int, Role]:
    """The columns that describe the call type and the final one."""
    found: dict[int, Role] = {}
    for place, look in enumerate(looks):
        of = roles.get(look.of) if look.of is not None else None
        if of == "call_type":
            found[place] = "call_type_description"
        elif of == "final_call_type":
            found[place] = "final_call_type_description"
    return found


def _narrative(looks: Sequence[Look], roles: Mapping[int, Role]) -> int | None:
    """The column of free text that is most likely the call-taker's; none where a name says that it is an outcome."""

    def worth(place: int) -> float:
        look = looks[place]
        if place in roles or look.times is not None or look.repeats or look.of is not None or PRIVATE in look.names:
            return 0.0
        said = look.column.said
        if not said:
            return 0.0
        words = sum(len(cell.split()) for cell in said) / len(said)
        prose = words >= PROSE_WORDS and look.column.unique_share > HALF
        return look.names.get("narrative", 0.0) + (PROSE_WORTH if prose else 0.0)

    best = max(range(len(looks)), key=worth, default=None)
    return best if best is not None and worth(best) >= NARRATIVE_MIN else None


def _proposed(place: int, looks: Sequence[Look], roles: Mapping[int, Role], scores: Scores) -> Proposed:
    look = looks[place]
    role = roles.get(place, "other_time" if look.times is not None else "other")
    instead = max((other for other in SINGLE if other != role), key=lambda other: scores[other, place])
    private = PRIVATE in look.names or role in {"narrative", "other"}
    of = looks[look.of].column.name if look.of is not None else None
    confidence, because = _confidence(place, role, looks, roles, scores)
    near = instead if scores[instead, place] >= LEAST[instead] else None
    return Proposed(look.column, role, confidence, because, near, of, look.times, private)


def _confidence(
    place: int, role: Role, looks: Sequence[Look], roles: Mapping[int, Role], scores: Scores
) -> tuple[Confidence, str]:
    look = looks[place]
    if role not in SINGLE:
        return _confidence_beside(look, role, looks, roles, scores)
    mine = scores[role, place]
    other_role = max(scores[other, place] for other in SINGLE if other != role)
    other_column = max((scores[role, other] for other in range(len(looks)) if other != place), default=0.0)
    margin = min(mine - other_role, mine - other_column)
    name, value = look.names.get(role, 0.0), look.values.get(role, 0.0)
    named = name >= SURE_NAME and value > SURE_VALUES and name >= max(look.names.values())
    plain = role in look.plain and not (
        look.names and name < max(look.names.values()) and name == 0 and role == "call_type"
    )
    because = look.because.get(role, "") + (f"; the name says {role.replace('_', ' ')}" if name >= HALF else "")
    certain = look.times is None or look.times.certain
    if margin >= SURE_MARGIN and (named or plain) and certain:
        return "sure", because
    return ("likely" if margin >= LIKELY_MARGIN and (name > 0 or value >= SURE_VALUES) else "guess"), because


def _confidence_beside(
    look: Look, role: Role, looks: Sequence[Look], roles: Mapping[int, Role], scores: Scores
) -> tuple[Confidence, str]:
    """How sure a role is that has no rivals: a description is as sure as what it describes."""
    if look.of is not None:
        code = looks[look.of].column.name
        if look.of in roles:
            return _confidence(look.of, roles[look.of], looks, roles, scores)[0], f"says in words what `{code}` says"
        return "likely", f"says in words what `{code}` says"
    if look.repeats:
        return "sure", f"repeats the {look.repeats} of the time"
    if role == "narrative":
        return "likely" if look.names.get("narrative") else "guess", "free text; never shown"
    if look.is_group:
        return "likely", "groups of call types"
    if PRIVATE in look.names:
        return "likely", "a place, a person or an outcome by its name: not read"
    return "likely" if role == "other_time" else "guess", "a time" if role == "other_time" else "no role found"
