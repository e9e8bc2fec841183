"""Classifiers: an opinion on the risk of a call, which may hold a CSO back and never send one."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from triage.domain.events import Assessment
from triage.domain.facts import FactValue

FactsOfCall = Mapping[str, FactValue | None]


class Classifier(Protocol):
    """Whatever assesses calls in batches.

    `assess` returns one assessment for each call, in order. It must not raise: whatever goes wrong is an abstention,
    and the engine turns a raised error or a wrong count into one all the same.
    """

    def assess(self, calls: Sequence[FactsOfCall]) -> Sequence[Assessment]:
        """One assessment for each of `calls`."""
        ...


class RulesAlone:
    """No classifier is configured: the rules decide alone. It counts only if the policy says `classifier: none`."""

    def assess(self, calls: Sequence[FactsOfCall]) -> Sequence[Assessment]:
        """No opinion on any call."""
        return [NO_OPINION] * len(calls)


class Abstains:
    """A classifier that never knows, so that every call that would go to a CSO alone is sworn."""

    def __init__(self, reason: str, model: str = "none") -> None:
        self._abstention = Assessment(risk=None, model=model, abstained=reason)

    def assess(self, calls: Sequence[FactsOfCall]) -> Sequence[Assessment]:
        """An abstention for each call."""
        return [self._abstention] * len(calls)


NO_OPINION = Assessment(risk=None, model="none", abstained=None)
"""What is recorded where the policy configures no classifier."""
