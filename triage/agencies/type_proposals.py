"""A canonical type for each name of a call type: the nearest wording, leaning to danger where two come close."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from rapidfuzz import fuzz

from triage.agencies.hints import HINTS
from triage.agencies.known import Canonical, Known
from triage.agencies.words import code, dangers, plain, stems

Confidence = Literal["sure", "likely", "guess"]
"""How much speaks for a proposal. Whatever it says, a person confirms the row before it presumes anything."""

ALTERNATIVES_MAX: Final = 3
UNKNOWN: Final = "X-UNKNOWN"
SCORE_MIN: Final = 0.35
"""Below this the wording says nothing; the kind of the call stays unknown (assumption, measured: see the tests)."""

LIKELY_MIN: Final = 0.7
MARGIN: Final = 0.1
TIE: Final = 0.07
"""Within this of the best, the more dangerous type is proposed (assumption)."""

COSINE: Final = 0.55
COVERED: Final = 0.25
FUZZY: Final = 0.2
"""How likeness adds up: common words by their rarity, the share of the known text that is said, and spelling."""

CODE_SCORE: Final = 0.75
CODE_WEIGHT: Final = 0.9
BESIDE_WEIGHT: Final = 0.8
"""How much the wording of a code counts, and a description beside a name that says it in words already (assumption):
what stands there may be a group or a number, as in the files of Burlington."""

SAME: Final = 1.0
COMMON_MIN: Final = 2
"""A word that so many descriptions have says nothing alone."""

LIBRARY: Final = "library"


class Proposal(NamedTuple):
    """A canonical type, how much speaks for it, the nearest others, and why, in a few words."""

    canonical: str
    confidence: Confidence
    alternatives: tuple[str, ...]
    because: str


class _Text(NamedTuple):
    """A text that is known to mean a canonical type, and where it stands."""

    canonical: str
    plain: str
    stems: tuple[str, ...]
    where: str
    wording: str


class TypeProposer:
    """Proposes canonical types by the library's wording and by what other agencies' folders have mapped."""

    def __init__(self, known: Known) -> None:
        """Compare with all texts of `known`."""
        self._danger: Final[Mapping[str, int]] = {entry.code: entry.danger for entry in known.canonical}
        self._texts: Final = _texts(known)
        self._dangers: Final = _dangers(self._texts)
        self._codes: Final[Mapping[str, tuple[tuple[str, str], ...]]] = _codes(known)
        self._rarity: Final = _rarity(self._texts)
        self._by_stem: Final = _by_stem(self._texts)

    def propose(self, name: str, description: str = "") -> Proposal:
        """The canonical type that `name` (a code or words) and its description most likely mean."""
        scores, why = self._scores(name, description)
        by_score = sorted(scores, key=lambda found: (-scores[found], -self._danger.get(found, 0), found))
        if not by_score or scores[by_score[0]] < SCORE_MIN:
            known = tuple(found for found in by_score if found != UNKNOWN)[:ALTERNATIVES_MAX]
            return Proposal(UNKNOWN, "guess", known, "no wording like it is known")
        best = scores[by_score[0]]
        near = [found for found in by_score if scores[found] >= best - TIE]
        if best >= SAME and scores[near[-1]] < SAME:
            near = [found for found in near if scores[found] >= SAME]
        chosen = max(near, key=lambda found: (self._danger.get(found, 0), scores[found]))
        rest = [found for found in by_score if found != chosen]
        margin = scores[chosen] - (scores[rest[0]] if rest else 0.0)
        passed_over = dangers(f"{name}; {description}") - self._dangers[chosen]
        confidence: Confidence = "guess"
        if best >= SAME and margin >= TIE:
            confidence = "sure"
        elif best >= LIKELY_MIN and margin >= MARGIN:
            confidence = "likely"
        if passed_over:
            said = ", ".join(f"`{word}`" for word in sorted(passed_over))
            return Proposal(chosen, "guess", tuple(rest[:ALTERNATIVES_MAX]), f"{why[chosen]}, but it says {said}")
        return Proposal(chosen, confidence, tuple(rest[:ALTERNATIVES_MAX]), why[chosen])

    def likeness(self, name: str, description: str = "") -> float:
        """How near a wording comes to any known call type: from 0 to 1."""
        return max(self._scores(name, description)[0].values(), default=0.0)

    def _scores(self, name: str, description: str) -> tuple[dict[str, float], dict[str, str]]:
        """How much speaks for each canonical type, and the reason of the best text for it."""
        scores: dict[str, float] = {}
        why: dict[str, str] = {}

        def count(canonical: str, score: float, reason: str) -> None:
            if canonical in self._danger and score > scores.get(canonical, 0.0):
                scores[canonical], why[canonical] = score, reason

        for wording, weight in self._wordings(name, description):
            for text, score in self._alike(wording):
                count(text.canonical, score * weight, f"like `{text.wording[:60]}` ({text.where})")
        for canonical, where in self._codes.get(code(name), ()):
            agrees = not description or scores.get(canonical, 0.0) >= SCORE_MIN
            count(canonical, CODE_SCORE + (0.2 if agrees and description else 0.0), f"`{name[:40]}` in {where}")
        if code(name) in self._danger and not description:
            count(code(name), SAME, f"the code `{code(name)}` itself")
        return scores, why

    def _wordings(self, name: str, description: str) -> Iterable[tuple[str, float]]:
        """What to compare, and how much it counts: a name in words goes before its description, a code after it."""
        yield name, 1.0 if self._is_worded(name) or not description else CODE_WEIGHT
        if description:
            yield description, BESIDE_WEIGHT if self._is_worded(name) else 1.0

    def _is_worded(self, name: str) -> bool:
        """Whether most words of a name are known words: `WELFARE CHECK` is a wording, `SELENF` and `415V` are codes."""
        said = stems(name)
        return sum(stem in self._rarity and stem.isalpha() for stem in said) * 2 > len(said)

    def _alike(self, wording: str) -> Iterable[tuple[_Text, float]]:
        """The known texts that share a word with `wording`, and how alike they are: from 0 to 1, equal is 1."""
        mine, written = stems(wording), plain(wording)
        weight = {stem: self._rarity.get(stem, self._rarity[""]) for stem in mine}
        length = math.sqrt(sum(value * value for value in weight.values())) or 1.0
        for place in sorted({place for stem in mine for place in self._by_stem.get(stem, ())}):
            text = self._texts[place]
            if text.plain == written:
                yield text, SAME
                continue
            total = sum(self._rarity[stem] ** 2 for stem in text.stems) or 1.0
            shared = sum(weight[stem] ** 2 for stem in text.stems if stem in weight)
            alike = COSINE * shared / (length * math.sqrt(total)) + COVERED * shared / total
            yield text, min(0.99, alike + FUZZY * fuzz.token_sort_ratio(written, text.plain) / 100)


def _texts(known: Known) -> tuple[_Text, ...]:
    """The library's wordings, whole and part by part, and the names and descriptions of the examples."""
    found = []
    common = Counter(stem for entry in known.canonical for stem in stems(entry.description))
    for entry in known.canonical:
        wordings = dict.fromkeys((entry.description, *_parts(entry, common), *HINTS.get(entry.code, ())))
        found += [_text(entry.code, wording, LIBRARY) for wording in wordings]
    words = {stem for text in found for stem in text.stems if stem.isalpha()}
    for example in known.examples:
        is_worded = sum(stem in words for stem in stems(example.name)) * 2 > len(stems(example.name))
        wording = example.name if is_worded or not example.description else example.description
        if any(stem in words for stem in stems(wording)):
            found.append(_text(example.canonical, wording, example.agency))
    return tuple(text for text in found if text.stems)


def _parts(entry: Canonical, common: Mapping[str, int]) -> list[str]:
    """The parts of a description that say something by themselves: not `information` in `Civil unrest, information`."""
    parts = [part.strip() for whole in entry.description.split(";") for part in whole.split(",") if part.strip()]
    alone = [part for part in parts[1:] if len(stems(part)) != 1 or common[stems(part)[0]] < COMMON_MIN]
    return [*parts[:1], *alone]


def _text(canonical: str, wording: str, where: str) -> _Text:
    return _Text(canonical, plain(wording), stems(wording), where, wording)


def _codes(known: Known) -> dict[str, tuple[tuple[str, str], ...]]:
    """By a code that agencies use (a word with a digit, or a row with a description): what it means, and where."""
    found: defaultdict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for example in known.examples:
        if example.description or any(letter.isdigit() for letter in example.name):
            found[code(example.name)][example.canonical, example.agency] = None
    return {name: tuple(entries) for name, entries in found.items() if name}


def _rarity(texts: Iterable[_Text]) -> dict[str, float]:
    """How much a word says: the rarer among the canonical types, the more. "" stands for a word nobody knows."""
    types: defaultdict[str, set[str]] = defaultdict(set)
    everything = set()
    for text in texts:
        everything.add(text.canonical)
        for stem in text.stems:
            types[stem].add(text.canonical)
    rarity = {stem: math.log(1 + len(everything) / len(found)) for stem, found in types.items()}
    return {**rarity, "": Counter(rarity.values()).most_common(1)[0][0] / 2 if rarity else 1.0}


def _dangers(texts: Iterable[_Text]) -> defaultdict[str, set[str]]:
    """The danger words that each canonical type stands for anyhow."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        if text.where == LIBRARY:
            found[text.canonical] |= dangers(text.wording)
    return found


def _by_stem(texts: tuple[_Text, ...]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for stem in text.stems:
            found[stem].append(place)
    return {stem: tuple(places) for stem, places in found.items()}
