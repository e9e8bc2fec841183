"""What only several columns together tell: which one puts another into words, which type came first, areas in areas."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import Final

from triage.agencies.evidence import Judge
from triage.agencies.looks import Look
from triage.agencies.names import describes
from triage.agencies.profiles import Column
from triage.agencies.relations import follows, is_coarser, same_in_other_words, share_equal
from triage.agencies.shares import CODES_MAX, HALF, MOST, MUCH, RELATED_MAX, SOME
from triage.agencies.value_shapes import is_flag

LISTS_MAX: Final = 80
LIST_MIN: Final = 3
LONGER: Final = 1.5
"""Words are longer than the codes that they explain."""

AS_MANY: Final = 1.4
TWIN_SHARE: Final = 0.15
TYPE_MIN: Final = 0.1
AREA_MIN: Final = 0.2
TYPE_WORTH: Final = 0.3
PRIORITY_WORTH: Final = 0.5
"""How much it says that the priority hangs on the type: for the type, and for the priority."""

DISTINCT_WORTH: Final = 0.2
TWIN_WORTH: Final = 0.15
LEAST_WORTH: Final = 0.1
GROUP_LEFT: Final = 0.15
AREAS: Final = ("precinct", "sector", "beat")
_SMALLER: Final = {"beat": 0.15, "sector": 0.05}
_LARGER: Final = {"precinct": 0.15, "sector": 0.1}

Hangs = Mapping[tuple[int, int], float]
"""How far each type column settles each column of levels, by their places."""


def descriptions(looks: list[Look]) -> list[Look]:
    """Columns that put the codes of another column into words."""
    lists = [place for place, look in enumerate(looks) if _is_list(look)][:LISTS_MAX]
    found = list(looks)
    for place in lists:
        codes = [
            (_tied(looks[other].column, looks[place].column), -other)
            for other in lists
            if other != place and _explains(looks[place].column, looks[other].column)
        ]
        if codes:
            found[place] = replace(looks[place], of=-max(codes)[1])
    return found


def judged(looks: list[Look], judge: Judge, tables: Sequence[Mapping[str, str]]) -> list[Look]:
    """What the values of each column say; one that only repeats another is not looked at."""
    describing = {look.of: look.column for look in looks if look.of is not None}
    found = list(looks)
    for place, look in enumerate(looks):
        if look.repeats or look.of is not None:
            continue
        said = judge.look(look.column, look.times, wording_of(look.column, describing.get(place), tables))
        found[place] = replace(look, values=said.scores, because=said.because, plain=said.plain, likeness=said.likeness)
    return found


def wording_of(column: Column, described: Column | None, tables: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What the codes of a column mean: from the column that describes it, or from the code table that fits best."""
    if column.distinct > CODES_MAX:
        return {}
    if described is not None:
        pairs = zip(column.sample, described.sample, strict=True)
        return {code: words for code, words in pairs if code and words}
    fitting = max(tables, key=lambda table: column.share(table.__contains__), default={})
    return dict(fitting) if column.share(fitting.__contains__) >= HALF else {}


def by_relation(looks: list[Look]) -> list[Look]:
    """Priority hangs on the type that a call had when it came in, more than on any other column."""
    types = [place for place, look in enumerate(looks) if look.value("call_type") >= TYPE_MIN][:RELATED_MAX]
    levels = [place for place, look in enumerate(looks) if look.value("priority") > 0][:RELATED_MAX]
    hangs = {
        (one, level): follows(looks[one].column.sample, looks[level].column.sample)
        for one in types
        for level in levels
        if one != level
    }
    found = list(looks)
    for place in types:
        found[place] = _raised(found[place], {"call_type": TYPE_WORTH * _most(hangs, place)})
    typical = max(types, key=lambda one: found[one].value("call_type"), default=None)
    for place in levels:
        if typical is not None and found[place].value("priority") < MOST:
            found[place] = _raised(found[place], {"priority": PRIORITY_WORTH * hangs.get((typical, place), 0.0)})
    return _nested(_twins(_groups(found, types), types, hangs))


def _is_list(look: Look) -> bool:
    column = look.column
    few = LIST_MIN <= column.distinct <= CODES_MAX and column.unique_share < MUCH
    return few and look.times is None and not look.repeats and not is_flag(column)


def _explains(words: Column, codes: Column) -> bool:
    if not 1 / AS_MANY <= words.distinct / codes.distinct <= AS_MANY:
        return False
    longer = _length(words) >= LONGER * _length(codes) or (describes(words.name) and not describes(codes.name))
    return longer and same_in_other_words(codes.sample, words.sample) and share_equal(codes.sample, words.sample) < HALF


def _tied(one: Column, other: Column) -> float:
    return follows(one.sample, other.sample) + follows(other.sample, one.sample)


def _most(hangs: Hangs, place: int) -> float:
    return max((tied for (one, _), tied in hangs.items() if one == place), default=0.0)


def _groups(looks: list[Look], types: Sequence[int]) -> list[Look]:
    """A column that puts the call types into groups is no call type, and no area."""
    found = list(looks)
    for fine, coarse in permutations(types, 2):
        one, other = looks[fine].column, looks[coarse].column
        fewer = other.distinct < HALF * one.distinct and share_equal(one.sample, other.sample) < TWIN_SHARE
        if fewer and is_coarser(one.sample, other.sample):
            values = {role: value for role, value in found[coarse].values.items() if role not in AREAS}
            values["call_type"] *= GROUP_LEFT
            found[coarse] = replace(found[coarse], values=values, is_group=True)
    return found


def _twins(looks: list[Look], types: Sequence[int], hangs: Hangs) -> list[Look]:
    """Two columns of call types: what was said first, and what it turned out to be. Only a name makes that sure."""
    able = sorted((place for place in types if not looks[place].is_group), key=lambda at: -looks[at].value("call_type"))
    found = list(looks)
    for one, other in combinations(sorted(able[:2]), 2):
        if not _are_twins(looks[one], looks[other]):
            continue
        most = max(looks[one].column.distinct, looks[other].column.distinct)
        first, second = (
            _most(hangs, place) + DISTINCT_WORTH * looks[place].column.distinct / most for place in (one, other)
        )
        initial, final = (one, other) if first >= second else (other, one)
        found[initial] = _twin(found[initial], TWIN_WORTH)
        found[final] = _twin(found[final], -TWIN_WORTH)
    return found


def _twin(look: Look, worth: float) -> Look:
    value = look.value("call_type")
    scores = {"call_type": max(LEAST_WORTH, value + worth), "final_call_type": max(LEAST_WORTH, value - worth)}
    because = {**look.because, "final_call_type": look.because["call_type"]}
    return replace(look, values={**look.values, **scores}, because=because, plain=look.plain - {"call_type"})


def _are_twins(one: Look, other: Look) -> bool:
    mine, theirs = set(one.column.counts or ()), set(other.column.counts or ())
    shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    if shared >= SOME or min(one.likeness, other.likeness) >= HALF:
        return True
    return share_equal(one.column.sample, other.column.sample) >= TWIN_SHARE


def _nested(looks: list[Look]) -> list[Look]:
    """Areas within areas: the larger one follows from the smaller."""
    areas = [place for place, look in enumerate(looks) if max(map(look.value, AREAS)) >= AREA_MIN][:RELATED_MAX]
    found = list(looks)
    for small, large in permutations(areas, 2):
        one, other = looks[small].column, looks[large].column
        if one.distinct > other.distinct > 1 and is_coarser(one.sample, other.sample):
            found[small] = _raised(found[small], _SMALLER)
            found[large] = _raised(found[large], _LARGER)
    return found


def _raised(look: Look, more: Mapping[str, float]) -> Look:
    return replace(look, values={role: value + more.get(role, 0.0) for role, value in look.values.items()})


def _length(column: Column) -> float:
    return sum(map(len, column.said)) / max(1, len(column.said))
