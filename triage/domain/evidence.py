"""How what is known of a call adds up, whoever said it and in whatever order."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from triage.domain.events import CallReported, CallUpdated, Evidence
from triage.domain.facts import FACTS, Facts, FactValue

NOTHING_KNOWN = Facts()
_RANKS: Mapping[str, Mapping[FactValue, int]] = {
    name: {value: rank for rank, value in enumerate(spec.values)} for name, spec in FACTS.items() if spec.ordered
}


class Heard(NamedTuple):
    """News of a call: the event that records it, the evidence once it counts, and what that makes of each fact.

    `reported_at` is CAD's time of the report that was heard first.
    """

    news: CallReported | CallUpdated
    evidence: Evidence
    facts: Mapping[str, FactValue | None]
    reported_at: datetime


def known(facts: Facts) -> dict[str, FactValue]:
    """The facts that somebody stated, by name."""
    return {name: value for name, value in facts.__dict__.items() if value is not None}


def nothing_known(facts: Facts) -> bool:
    """Whether no fact is known. Compares plain dictionaries, as this is asked several times for every call."""
    return facts is NOTHING_KNOWN or facts.__dict__ == NOTHING_KNOWN.__dict__


def merge(old: Facts, new: Facts, *, newer: bool) -> Facts:
    """What both say together, whatever order they came in.

    Of two values in order of danger the more dangerous holds. Of two others, the newer one: `new` if `newer`.
    """
    if nothing_known(new):
        return old
    if nothing_known(old):
        return new
    together = dict(old.__dict__)
    for name, value in known(new).items():
        before = together[name]
        if before is None or _outdoes(name, value, before, newer=newer):
            together[name] = value
    return Facts.model_validate(together)


def resolve(evidence: Evidence) -> dict[str, FactValue | None]:
    """Every fact's value once all evidence counts.

    A presumption yields to what CAD reported or somebody answered; of those two the more dangerous value holds, and
    without danger the answer. A cue is only words in a narrative: it may raise a danger, whoever stated or presumed
    less, and never lower one; of facts without danger it counts where nobody stated anything.
    """
    stated: dict[str, FactValue] = {}
    for facts in (evidence.reported, evidence.answered):
        if not nothing_known(facts):
            for name, value in facts.__dict__.items():
                if value is not None and (name not in stated or _outdoes(name, value, stated[name], newer=True)):
                    stated[name] = value
    together: dict[str, FactValue | None] = {**evidence.presumed.__dict__, **stated}
    if not nothing_known(evidence.cue):
        for name, value in known(evidence.cue).items():
            before = together[name]
            if before is None or _outdoes(name, value, before, newer=name not in stated):
                together[name] = value
    return together


def _outdoes(name: str, value: FactValue, other: FactValue, *, newer: bool) -> bool:
    ranks = _RANKS.get(name)
    return newer if ranks is None else ranks[value] > ranks[other]
