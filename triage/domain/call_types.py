"""The agency's call types by name, as CAD writes them: blanks, case, leading hyphens and cut-off ends do not matter."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from triage.domain.policy import CallType

NAMES_CACHED_MAX: Final = 10_000
STEM_MIN_CHARACTERS: Final = 4
"""A cut-off name shorter than this says too little to be matched (assumption; Seattle's are cut after 40 and more)."""

CUT_OFF: Final = "..."


def normalised(name: str) -> str:
    """`name` as names are compared: upper case, single blanks, without leading hyphens; a cut-off end is three dots."""
    return " ".join(name.replace("\N{HORIZONTAL ELLIPSIS}", CUT_OFF).upper().split()).lstrip("- ")


class CallTypes:
    """What call types presume, by name."""

    def __init__(self, call_types: Sequence[CallType]) -> None:
        """Index `call_types`; where several stand for one name, the first of them answers, if all agree."""
        names = [normalised(entry.name) for entry in call_types]
        self._entries: Final = tuple(call_types)
        self._by_name: Final = sorted((name, place) for place, name in enumerate(names))
        self._stems: Final = [(stem, place) for place, name in enumerate(names) if (stem := _stem(name)) is not None]
        self._cached: Final = lru_cache(maxsize=NAMES_CACHED_MAX)(self._look_up)

    def find(self, name: str) -> CallType | None:
        """The call type called `name`; None where there is none, or where it is not clear which: such a call is sworn.

        A name, or a name of the table, that ends in `...` stands for every name with that beginning, as long as all
        that match agree in canonical type and presumptions. A full match comes first.
        """
        return self._cached(name)

    def _look_up(self, name: str) -> CallType | None:
        wanted = normalised(name)
        places = [place for found, place in self._beginning_with(wanted) if found == wanted]
        if not places:
            places = [place for stem, place in self._stems if wanted.startswith(stem)]
            stem = _stem(wanted)
            places += [] if stem is None else [place for _, place in self._beginning_with(stem)]
        return self._agreed(sorted(places))

    def _beginning_with(self, stem: str) -> Iterator[tuple[str, int]]:
        for at in range(bisect_left(self._by_name, (stem, 0)), len(self._by_name)):
            if not self._by_name[at][0].startswith(stem):
                return
            yield self._by_name[at]

    def _agreed(self, places: Sequence[int]) -> CallType | None:
        entries = [self._entries[place] for place in places]
        agree = len({(entry.canonical, entry.presumes) for entry in entries}) == 1
        return entries[0] if agree else None


def _stem(name: str) -> str | None:
    """The beginning of a cut-off name, None if the name is whole or its beginning too short to tell."""
    stem = name.removesuffix(CUT_OFF)
    return stem if stem != name and len(stem) >= STEM_MIN_CHARACTERS else None
