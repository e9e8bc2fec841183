"""Words in a narrative that say what nobody asked: each raises a fact, unless the caller plainly says it is not so.

In doubt a word counts. A negation must be among the three words before, with none but small words and lists between
(`no visible weapons`, `no guns or knives`), and never past punctuation or a line's end. So `no, he has a knife`, `not
sure if he has a gun` and `will not drop the knife` are dangers. The work grows with the length of the text and with
nothing else: it is cut into words once, and from each word at most `PHRASE_WORDS_MAX` look-ups are made.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from triage.domain.errors import TriageError, meant
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.facts import FACTS, Facts, FactValue
from triage.domain.policy import Cue

NEGATION_REACH_WORDS: Final = 3
PHRASE_WORDS_MAX: Final = 8

_SMALL_WORDS: Final = (
    "a an any of or nor for kind type sort"  # `denies any kind of weapon`; not `the` nor `other`: then there is one
    " is are was were be been being appear appears appeared seem seems seemed look looks looked"  # `nobody was hurt`
    " have having had carry carrying hold holding possess possessing use using used make making made need needs needed"
    " see sees seeing saw seen hear hears hearing heard notice noticed noticing observe observed observing"
    " visible obvious apparent known reported reporting mentioned displayed shown physical verbal prior previous past"
    " sign signs evidence indication mention report reports history"  # `no sign of a weapon`
)
SMALL_WORDS: Final = frozenset(_SMALL_WORDS.split())
"""The words that a negation reaches over (an assumption; a word that is missing here can only make a cue count)."""

_LISTING: Final = frozenset({"or", "nor"})
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\uff07`", "'"))
_WORD_OR_BREAK: Final = re.compile(r"([^\W_]+)|[^\w '&-]|-(?= )|(?<= )-")
"""A word; or what ends a clause: anything but a blank, an apostrophe, `&`, `_` or a hyphen within a word."""


class UnusableCueError(TriageError):
    """A cue or negation that could never be found in a text, or that raises what no text can raise."""

    def __init__(self, cue: str, message: str) -> None:
        super().__init__(f"cue `{cue}`: {message}")
        self.cue = cue


class CueMatcher:
    """An agency's cues and negations, ready to read narratives."""

    def __init__(self, cues: tuple[Cue, ...], negations: tuple[str, ...]) -> None:
        """Index `cues` and `negations` by their words. Raises `UnusableCueError` where one could never work."""
        self._root: Final[_Branches] = {}
        self._raises: Final = tuple(_raised(cue) for cue in cues)
        for place, cue in enumerate(cues):
            for phrase in cue.words:
                self._node(phrase, cue.id).cues.append(place)
        for phrase in negations:
            self._node(phrase, "negations").negates = True

    def find(self, narrative: str) -> tuple[Facts, tuple[str, ...]]:
        """The facts that `narrative` raises, and the ids of the cues that raise them, sorted.

        Of several cues for one fact in order of danger the most dangerous counts, for any other fact the first in the
        text. Reads any text at all: case, accents, curly apostrophes, line ends and control characters do not matter.
        """
        words, breaks = _words(narrative)
        hits = self._hits(words)
        if not hits:
            return NOTHING_KNOWN, ()
        hit_words = {place for hit in hits for place in range(hit.start, hit.end)}
        negations = self._negations(words, breaks, hit_words)
        text = _Text(words, breaks, hit_words, negations)
        raised: dict[str, FactValue] = {}
        ranks: dict[str, int] = {}
        ids: set[str] = set()
        for hit in hits:
            if negations and _is_negated(hit.start, text):
                continue
            for place in hit.cues:
                cue = self._raises[place]
                ids.add(cue.id)
                if cue.rank > ranks.get(cue.fact, -1):
                    ranks[cue.fact] = cue.rank
                    raised[cue.fact] = cue.value
        return Facts.model_validate(raised) if raised else NOTHING_KNOWN, tuple(sorted(ids))

    def _node(self, phrase: str, cue: str) -> "_Node":
        """Where `phrase` ends in the index, made if need be."""
        words, _ = _words(phrase)
        if not 1 <= len(words) <= PHRASE_WORDS_MAX:
            raise UnusableCueError(cue, f"`{phrase}` has {len(words)} words; valid: 1 to {PHRASE_WORDS_MAX}")
        node = self._root.setdefault(words[0], _Node())
        for word in words[1:]:
            node = node.branches.setdefault(word, _Node())
        return node

    def _hits(self, words: Sequence[str]) -> "list[_Hit]":
        """Every cue's every phrase in the text, in order; phrases may overlap and run on over punctuation."""
        hits = []
        for start, word in enumerate(words):
            node = self._root.get(word)
            end = start
            while node is not None:
                end += 1
                if node.cues:
                    hits.append(_Hit(start, end, node.cues))
                if not node.branches or end == len(words):
                    break
                node = node.branches.get(words[end])
        return hits

    def _negations(self, words: Sequence[str], breaks: set[int], hit_words: set[int]) -> dict[int, int]:
        """Where each negation ends (its last word) and begins. Words of a hit are none: `not breathing`, `no pulse`."""
        negations: dict[int, int] = {}
        for start, word in enumerate(words):
            node = self._root.get(word)
            end = start
            longest = None
            while node is not None and end not in hit_words:
                if node.negates:
                    longest = end
                end += 1
                node = node.branches.get(words[end]) if end < len(words) and end not in breaks else None
            if longest is not None:
                negations.setdefault(longest, start)
        return negations


class _Node:
    """What the words that lead here mean, and the words that may follow."""

    __slots__ = ("branches", "cues", "negates")

    def __init__(self) -> None:
        self.branches: _Branches = {}
        self.cues: list[int] = []
        self.negates = False


_Branches = dict[str, _Node]


class _Raised(NamedTuple):
    id: str
    fact: str
    value: FactValue
    rank: int


class _Hit(NamedTuple):
    start: int
    end: int
    cues: Sequence[int]


class _Text(NamedTuple):
    """A narrative as words, by place: where clauses begin, which words cues hit, where negations end and begin."""

    words: Sequence[str]
    breaks: set[int]
    hit_words: set[int]
    negations: dict[int, int]


def _raised(cue: Cue) -> _Raised:
    """What `cue` raises; the first hit of a fact without order counts, so all its values rank alike."""
    askable = [name for name, spec in FACTS.items() if spec.asked]
    if cue.fact not in askable:
        raise UnusableCueError(cue.id, f"no narrative raises `{cue.fact}`; {meant(cue.fact, askable)}")
    spec = FACTS[cue.fact]
    if cue.value not in spec.values:
        valid = [str(value).lower() for value in spec.values]
        raise UnusableCueError(cue.id, f"`{cue.fact}` cannot be `{cue.value}`; {meant(str(cue.value), valid)}")
    return _Raised(cue.id, cue.fact, cue.value, spec.rank(cue.value) if spec.ordered else 0)


def _words(text: str) -> tuple[list[str], set[int]]:
    """The words of `text` in lower case without accents, and the places of those that begin a clause."""
    words: list[str] = []
    breaks: set[int] = set()
    for word in _WORD_OR_BREAK.findall(_folded(text)):
        if word:
            words.append(word)
        else:
            breaks.add(len(words))
    return words, breaks


def _folded(text: str) -> str:
    """`text` in lower case without accents, with `or` for a slash: `no guns/knives`."""
    text = text.replace("/", " or ")
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    return "".join(_seen(plain))


def _seen(text: str) -> Iterable[str]:
    """`text` without what nobody sees: accents as characters of their own, soft hyphens, zero-width blanks."""
    return (character for character in text if unicodedata.category(character) not in {"Mn", "Me", "Cf"})


def _is_negated(start: int, text: _Text) -> bool:
    """Whether a negation reaches the word at `start`; two in a row (`not without`) are none."""
    for place in range(start - 1, max(start - 1 - NEGATION_REACH_WORDS, -1), -1):
        if place + 1 in text.breaks:
            return False
        begin = text.negations.get(place)
        if begin is not None:
            return begin in text.breaks or begin - 1 not in text.negations
        is_listed = place in text.hit_words and text.words[place + 1] in _LISTING
        if not is_listed and text.words[place] not in SMALL_WORDS:
            return False
    return False
