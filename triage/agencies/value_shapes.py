"""What the shape of a column's values says: ids, levels, departments, languages, yes or no, areas."""

import re
from collections import Counter
from typing import Final

from triage.agencies.codes import is_agency, is_language, looks_like_level
from triage.agencies.profiles import Column
from triage.agencies.shares import ALL, HALF, MOST, MUCH, NEARLY_ALL, SOME
from triage.sources.unreadable import is_call_id

Look = tuple[float, str, bool]
"""How much the values say for a role (0 to 1), in which words, and whether such values leave nothing else."""

NOTHING: Final[Look] = (0.0, "", False)
LITTLE: Final = 0.05
"""Nothing speaks for the role, and nothing against it: the name may settle it."""

FLAG_VALUES_MAX: Final = 4
LEVELS_MAX: Final = 15
LEVEL_CHARACTERS: Final = 2
"""A level without a meaning of its own (`P`, `X1`) is short like the others."""

AGENCIES_MAX: Final = 60
AREAS_MAX: Final = 1_500
AREA_CHARACTERS_MAX: Final = 40
BLANK_IDS_MAX: Final = 0.02
IDS_MIN: Final = 0.99

_FLAGS: Final = frozenset({"0", "1", "y", "n", "yes", "no", "true", "false", "t", "f"})
_COMPASS: Final = re.compile(
    r"(north|south|east|west|central|downtown|midtown|uptown|airport|harbor)[a-z]*( ?(east|west|end|side|town))?"
    r"|(district|precinct|division|zone|ward|area|sector) ?\w{1,3}|[nsew]|[ns][ew]",
    re.IGNORECASE,
)
_PHONETIC: Final = re.compile(
    r"adam|alpha|boy|bravo|baker|charlie|charles|david|delta|edward|echo|frank|foxtrot|george|golf|henry|hotel|ida|india"
    r"|john|king|lincoln|mary|nora|ocean|queen|robert|sam|tom|union|victor|william",
    re.IGNORECASE,
)
_LETTER_NUMBER: Final = re.compile(r"[A-Z]{1,2}-?\d{1,3}[A-Z]?|\d{1,2}[A-Z]\d{0,2}", re.IGNORECASE)
_AREA_NUMBER: Final = re.compile(r"-?\d{1,4}")
_DECIMAL: Final = re.compile(r"-?\d+\.\d+")


def is_flag(column: Column, share: float = MOST) -> bool:
    """Whether a column says yes or no."""
    return column.distinct <= FLAG_VALUES_MAX and column.share(lambda value: value.lower() in _FLAGS) >= share


def repeats(column: Column, least: int, most: int) -> bool:
    """Whether a column repeats a limited number of values, from `least` to `most`."""
    few = column.counts is not None and least <= column.distinct <= most
    return few and column.filled >= SOME * column.rows and column.unique_share <= HALF


def is_area_word(value: str) -> bool:
    """Whether a value is a usual name of an area: `NORTH`, `District 3`, `CHARLIE`."""
    return bool(_COMPASS.fullmatch(value) or _PHONETIC.fullmatch(value))


def is_number(value: str) -> bool:
    """Whether a value is a whole number."""
    return value.removeprefix("-").isdigit()


def call_id(column: Column) -> Look:
    """Ids: hardly ever blank, mostly different, with digits, written alike; no measure and no row number."""
    if not column.said or column.blank > BLANK_IDS_MAX * column.rows or column.unique_share < SOME:
        return NOTHING
    if column.share(is_call_id) < IDS_MIN or column.share(lambda value: bool(_DECIMAL.fullmatch(value))) > 1 - IDS_MIN:
        return NOTHING
    if column.share(lambda value: any(letter.isdigit() for letter in value)) < MOST:
        return NOTHING
    lengths = Counter(len(value) for value in column.said)
    alike = lengths.most_common(1)[0][1] / len(column.said)
    is_row_number = column.sample[:3] in {("0", "1", "2"), ("1", "2", "3")}
    score = 0.35 + 0.3 * min(1.0, column.unique_share) + 0.25 * alike - 0.4 * is_row_number
    return score, f"{'no two alike' if column.unique_share > ALL else 'mostly different'}, written alike", False


def priority(column: Column) -> Look:
    """Levels: a handful of numbers, letters or words of urgency."""
    if not repeats(column, 2, LEVELS_MAX) or is_flag(column) or column.counts is None:
        return NOTHING
    levels = [value for value in column.counts if looks_like_level(value)]
    rest = [value for value in column.counts if value not in levels and len(value) > LEVEL_CHARACTERS]
    if len(levels) < MUCH * column.distinct or sum(column.counts[value] for value in rest) > (1 - MOST) * column.filled:
        return NOTHING
    if column.share(lambda value: "priorit" in value.lower()) >= MOST:
        return 0.95, "the values say `priority`", True
    return 0.35, f"{column.distinct} levels", False


def agency(column: Column) -> Look:
    """Departments: police, sheriff, fire."""
    if not repeats(column, 1, AGENCIES_MAX):
        return NOTHING
    share = column.share(is_agency)
    if share < MUCH:
        return NOTHING if is_flag(column) else (LITTLE, "few values", False)
    return 0.5 + 0.3 * share, "names of departments", share >= NEARLY_ALL and column.distinct > 1


def language(column: Column) -> Look:
    """Languages by name."""
    share = column.share(is_language) if column.counts is not None else 0.0
    return (0.3 + 0.6 * share, "names of languages", share > NEARLY_ALL) if share > MUCH else NOTHING


def on_view(column: Column) -> Look:
    """Yes or no; what the flag is about, only a name or the times of the calls can say."""
    return (0.1, "yes or no", False) if is_flag(column, MUCH) else NOTHING


def area(column: Column, role: str) -> Look:
    """Areas: compass words for the largest, letters and phonetic names between, numbers and mixed codes for beats."""
    if not repeats(column, 1, AREAS_MAX) or is_flag(column) or column.filled < HALF * column.rows:
        return NOTHING
    compass, phonetic, lettered, numbered = (
        column.share(lambda value, shape=shape: bool(shape.fullmatch(value)))  # type: ignore[misc]
        for shape in (_COMPASS, _PHONETIC, _LETTER_NUMBER, _AREA_NUMBER)
    )
    score = 0.2 * column.share(lambda value: len(value) <= AREA_CHARACTERS_MAX)
    if role == "precinct":
        score += 0.5 * compass + 0.15 * _between(column, 2, 15)
    elif role == "sector":
        letters = column.share(lambda value: len(value) == 1 and value.isalpha()) >= NEARLY_ALL
        score += 0.5 * phonetic + 0.2 * letters + 0.15 * _between(column, 8, 60)
    else:
        score += 0.35 * lettered + 0.25 * numbered * _between(column, 5, AREAS_MAX) + 0.15 * _between(column, 20, 600)
    shape = "compass words" if compass > HALF else "letter and number" if lettered > HALF else "short codes"
    return score, f"{column.distinct} {'place' if column.distinct == 1 else 'places'}, {shape}", False


def _between(column: Column, least: int, most: int) -> bool:
    return least <= column.distinct <= most
