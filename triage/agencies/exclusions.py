"""Rows of a call file that are no calls for us: an officer's own, another agency's, cancelled, duplicates, tests."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from triage.agencies.codes import is_on_view
from triage.agencies.draft import DraftExclusion
from triage.agencies.reading import FileGroup, counts_of
from triage.agencies.roles import Proposed
from triage.agencies.words import is_one_line

VALUES_MAX: Final = 20
_YES: Final = frozenset({"y", "yes", "true", "t", "1", "onview", "on view", "on-view"})
_TEST: Final = re.compile(r"\btest\b.*\b(call|incident|only|record)\b|^test$|\bsample\b.*\btest\b", re.IGNORECASE)
_DUPLICATE: Final = re.compile(r"\bdup(licate)?s?\b|\bduplicate call", re.IGNORECASE)
_CANCELLED: Final = re.compile(r"\bcancel(l?ed|lation)?\b|\bcanc\b|entered in error", re.IGNORECASE)
_BROADCAST: Final = re.compile(r"\bbroadcast\b", re.IGNORECASE)
_POLICE: Final = re.compile(r"\bpolice\b|\w?pd\b", re.IGNORECASE)


def propose_exclusions(group: FileGroup, dispositions: Mapping[str, str]) -> tuple[DraftExclusion, ...]:
    """Exclusions whose wording is plain, in the order in which they are looked at; `dispositions` puts codes in words.

    All are written for review, so that a person takes up what is right; none counts before.
    """
    return (*_on_view(group), *_other_agencies(group), *_by_disposition(group, dispositions), *_test_calls(group))


def _on_view(group: FileGroup) -> Iterator[DraftExclusion]:
    yield from _matching(group, "channel", "on-view", is_on_view)
    flag = group.column("on_view")
    if flag is not None:
        counts: Mapping[str, int] = flag.column.counts or {}
        values = tuple(value for value in counts if value.lower() in _YES or is_on_view(value))
        yield from _made(flag, "", flag.column.name, values, "on-view")


def _other_agencies(group: FileGroup) -> Iterator[DraftExclusion]:
    """Every agency but the police, where exactly one value names the police."""
    agency = group.column("agency")
    counts = agency.column.counts if agency is not None else None
    if agency is None or not counts:
        return
    police = [value for value in counts if _POLICE.search(value)]
    others = tuple(value for value in counts if value not in police)
    if len(police) == 1:
        yield from _made(agency, "", agency.column.name, others, "other-agency")


def _by_disposition(group: FileGroup, words: Mapping[str, str]) -> Iterator[DraftExclusion]:
    def says(value: str, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(f"{value} {words.get(value, '')}"))

    yield from _matching(group, "disposition", "duplicate", lambda value: says(value, _DUPLICATE))
    for reason, pattern in (("cancelled", _CANCELLED), ("broadcast", _BROADCAST)):
        others = [value for value in counts_of(group, "disposition") if not says(value, _DUPLICATE)]
        named = {value for value in others if says(value, pattern)}
        yield from _matching(group, "disposition", reason, named.__contains__)


def _test_calls(group: FileGroup) -> Iterator[DraftExclusion]:
    yield from _matching(group, "call_type", "test-call", lambda value: bool(_TEST.search(value)))


def _matching(group: FileGroup, field: str, reason: str, says: Callable[[str], bool]) -> Iterator[DraftExclusion]:
    proposed = group.column(field)
    if proposed is not None:
        values = tuple(value for value in counts_of(group, field) if says(value))
        yield from _made(proposed, field, "", values, reason)


def _made(
    proposed: Proposed, field: str, column: str, values: tuple[str, ...], reason: str
) -> Iterator[DraftExclusion]:
    counts = proposed.column.counts
    values = tuple(value for value in values if is_one_line(value))
    if values and counts and len(values) < len(counts):
        chosen = tuple(sorted(values, key=lambda value: (-counts[value], value))[:VALUES_MAX])
        calls = sum(counts[value] for value in chosen)
        yield DraftExclusion(field, column, chosen, reason, calls, proposed.confidence == "sure")
