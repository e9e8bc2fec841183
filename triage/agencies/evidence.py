"""What a column's values say of its role: from 0 (they cannot be that) to 1 (they can hardly be anything else)."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from triage.agencies import value_shapes
from triage.agencies.codes import OUTCOME_CODES, channel_of, outcome_of
from triage.agencies.known import Known
from triage.agencies.profiles import Column
from triage.agencies.shares import CODES_MAX, HALF, MOST, MUCH
from triage.agencies.time_formats import Times
from triage.agencies.type_proposals import TypeProposer
from triage.agencies.value_shapes import LITTLE, NOTHING, Look, is_area_word, is_flag, is_number, repeats

CHANNELS_MAX: Final = 60
DISPOSITIONS_MAX: Final = 400
PLAIN_TYPES_MIN: Final = 20
LOOKED_AT: Final = 60

NO_LIKENESS: Final = 0.3
LIKENESS_RANGE: Final = 0.4
LIKENESS_OF_TYPES: Final = 0.65
"""How near call types come to known ones, weighted by calls: 0.84 to 0.92 in the files of three cities, their ways to
close a call 0.50 to 0.55, areas and agencies at most 0.54 (measured with the library alone)."""

CHANNELS_MIN: Final = 0.6
OUTCOMES_PLAIN: Final = 0.85
KINDS_MIN: Final = 3
_CODE: Final = re.compile(r"(?=.*\d)[A-Z0-9./()-]{2,8}", re.IGNORECASE)


class Evidence(NamedTuple):
    """What a column's values say: how much for each role, in which words, and for which roles nothing else is left."""

    scores: dict[str, float]
    because: dict[str, str]
    plain: frozenset[str]
    likeness: float


class Judge:
    """Looks at columns with what is known of other agencies' codes."""

    def __init__(self, known: Known, proposer: TypeProposer) -> None:
        """Compare with `known`; `proposer` says how near a wording is to a known call type."""
        self._known: Final = known
        self._proposer: Final = proposer

    def look(self, column: Column, times: Times | None, wording: Mapping[str, str]) -> Evidence:
        """What the values say; `wording` has the description of a value, where another column or table gives one."""
        found = Evidence({}, {}, frozenset(), 0.0 if times is not None else self._likeness(column, wording))
        plain = set()
        for role, look in self._looks(wording, found.likeness).items() if times is None else ():
            score, because, is_plain = look(column)
            if score > 0:
                found.scores[role], found.because[role] = min(score, 1.0), because
                plain |= {role} if is_plain else set()
        return found._replace(plain=frozenset(plain))

    def _looks(self, wording: Mapping[str, str], likeness: float) -> dict[str, Callable[[Column], Look]]:
        return {
            "call_id": value_shapes.call_id,
            "call_type": lambda column: self._call_type(column, likeness, wording),
            "priority": value_shapes.priority,
            "channel": self._channel,
            "disposition": lambda column: self._disposition(column, wording, likeness),
            "agency": value_shapes.agency,
            "language": value_shapes.language,
            "on_view": value_shapes.on_view,
            **{role: partial(value_shapes.area, role=role) for role in ("precinct", "sector", "beat")},
        }

    def _likeness(self, column: Column, wording: Mapping[str, str]) -> float:
        """How near the commonest values come to known call types, weighted by how often they stand."""
        if column.counts is None or not 1 < column.distinct <= CODES_MAX or column.unique_share > MUCH:
            return 0.0
        common = column.counts.most_common(LOOKED_AT)
        total = sum(count for _, count in common)
        return sum(count * self._proposer.likeness(value, wording.get(value, "")) for value, count in common) / total

    def _call_type(self, column: Column, likeness: float, wording: Mapping[str, str]) -> Look:
        """Wordings like known call types, or codes that repeat; not ways to call, and not ways to close a call."""
        if not repeats(column, 4, CODES_MAX) or is_flag(column) or column.share(is_area_word) > MOST:
            return NOTHING
        coded = column.share(lambda value: bool(_CODE.fullmatch(value) or value in wording))
        channels = column.share(lambda value: bool(channel_of(value)))
        outcomes = sum(self._outcomes(column, wording).values()) if likeness < LIKENESS_OF_TYPES else 0.0
        score = min(max((likeness - NO_LIKENESS) / LIKENESS_RANGE, 0.3 * coded), MOST) - HALF * (outcomes + channels)
        what = "wordings like known call types" if likeness >= HALF else "codes that repeat"
        plain = likeness >= MUCH and channels < HALF and column.distinct >= PLAIN_TYPES_MIN
        return max(score, LITTLE), f"{column.distinct:,} different, {what}", plain

    def _channel(self, column: Column) -> Look:
        if not repeats(column, 1, CHANNELS_MAX):
            return NOTHING
        kinds = _kinds(column, lambda value: channel_of(value, self._known))
        share = sum(kinds.values())
        if share < CHANNELS_MIN:
            return NOTHING if is_flag(column) else (LITTLE, "few values", False)
        score = 0.3 + 0.2 * min(len(kinds), KINDS_MIN) * share
        return score, f"ways to call: {', '.join(sorted(kinds))}", share >= MOST and len(kinds) >= KINDS_MIN

    def _disposition(self, column: Column, wording: Mapping[str, str], likeness: float) -> Look:
        """Ways to close a call: by their wording, by usual short codes, or because many of their names are such."""
        if not repeats(column, 3, DISPOSITIONS_MAX) or is_flag(column) or column.share(is_number) > MOST:
            return NOTHING
        assert column.counts is not None
        kinds = self._outcomes(column, wording)
        share = sum(kinds.values())
        named = sum(bool(outcome_of(value, wording.get(value, ""))) for value in column.counts) / column.distinct
        usual = sum(value.upper() in OUTCOME_CODES for value in column.counts)
        score = 0.15 + 0.25 * (usual > 1) + 0.75 * max(share * min(len(kinds), KINDS_MIN) / KINDS_MIN, 0.6 * named)
        score -= HALF * max(0.0, likeness - CHANNELS_MIN)
        plain = share >= OUTCOMES_PLAIN and len(kinds) > KINDS_MIN and likeness < LIKENESS_OF_TYPES
        return max(score, LITTLE), f"ways to end a call in {share:.0%} of the rows", plain

    def _outcomes(self, column: Column, wording: Mapping[str, str]) -> Counter[str]:
        return _kinds(column, lambda value: outcome_of(value, wording.get(value, ""), self._known))


def _kinds(column: Column, kind_of: Callable[[str], str]) -> Counter[str]:
    """The share of the rows by the kind of their value; values without a kind are left out."""
    assert column.counts is not None
    found: Counter[str] = Counter()
    for value, count in column.counts.items():
        if kind := kind_of(value):
            found[kind] += count
    return Counter({kind: count / column.filled for kind, count in found.items()})
