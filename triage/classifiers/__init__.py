"""Classifiers: an opinion on the risk of a call, which may hold a CSO back and never send one."""

from collections.abc import Sequence
from typing import Protocol

from triage.classifiers import words
from triage.classifiers.features import CallToAssess
from triage.domain.events import Assessment
from triage.domain.model import Model

__all__ = ["NO_OPINION", "Abstains", "CallToAssess", "Classifier", "RulesAlone", "assessed"]


class Classifier(Protocol):
    """Whatever assesses calls in batches.

    `assess` returns one assessment for each call, in order. It must not raise: whatever goes wrong is an abstention,
    and `assessed` turns a raised error or a wrong count into one all the same. `model` is the table that it assesses
    with, which the engine keeps in the log; None where there is none.
    """

    @property
    def model(self) -> Model | None:
        """The table, or None."""
        ...

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        """One assessment for each of `calls`."""
        ...


class RulesAlone:
    """No classifier is configured: the rules decide alone. It counts only if the policy says `classifier: none`."""

    model = None

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        """No opinion on any call."""
        return [NO_OPINION] * len(calls)


class Abstains:
    """A classifier that never knows, so that every call that would go to a CSO alone is sworn."""

    model = None

    def __init__(self, reason: str) -> None:
        self._abstention = Assessment(risk=None, model="none", abstained=reason)

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        """An abstention for each call."""
        return [self._abstention] * len(calls)


def assessed(classifier: Classifier, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
    """One assessment for each of `calls`, whatever the classifier does: one that fails abstains.

    Only the error's class is told, as its message may quote the call. No calls: the classifier is not asked.
    """
    if not calls:
        return ()
    try:
        found = list(classifier.assess(calls))
    except Exception as error:  # noqa: BLE001 - whatever a classifier does wrong, the call is sworn, never lost
        return Abstains(f"classifier failed: {words.shown(type(error).__name__)}").assess(calls)
    if len(found) != len(calls) or not all(isinstance(item, Assessment) for item in found):
        return Abstains("classifier failed: wrong answer").assess(calls)
    return found


NO_OPINION = Assessment(risk=None, model="none", abstained=None)
"""What is recorded where the policy configures no classifier."""
