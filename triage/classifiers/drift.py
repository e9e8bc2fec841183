"""Whether calls still look like those that a model was trained for: a stability index of each watched feature."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from typing import Final, NamedTuple

from triage.classifiers import words
from triage.classifiers.features import FEATURES, CallToAssess, check_features
from triage.domain.events import Assessment
from triage.domain.model import Model

OTHER: Final = "other"
"""Under which every value counts that the reference does not name."""

EMPTY: Final = 0.5
"""How many calls of the window a value counts as that none has, on either side, as the index divides by both shares.

Half a call is the usual correction for an empty cell (assumption): less than one call, and more than none.
"""


class Measured(NamedTuple):
    """One full window: its calls, each watched feature's index, and the features whose index is above the limit."""

    calls: int
    figures: Mapping[str, float]
    beyond: tuple[str, ...]


class Snapshot(NamedTuple):
    """Where a watch was: its window, how much of it was filled, what it had found."""

    window: list[tuple[str, ...]]
    filled: int
    beyond: tuple[str, ...]


class DriftWatch:
    """Counts first reports in windows of `model.drift_window` calls, one after the other.

    It depends on the calls and their order alone. Raises `FeatureError` for a reference of a feature that there is not.
    """

    def __init__(self, model: Model) -> None:
        self._features: Final = check_features(model.reference)
        self._read: Final = [FEATURES[name] for name in self._features]
        self._model: Final = model
        self._window: list[tuple[str, ...]] = []
        self._beyond: tuple[str, ...] = ()

    @property
    def beyond(self) -> tuple[str, ...]:
        """The features whose index was above the limit in the last full window; empty before there was one."""
        return self._beyond

    def see(self, call: CallToAssess) -> Measured | None:
        """Count a first report. What was measured where it fills a window; the next window then starts with nothing.

        Never raises: a call that cannot be read counts under `other` in every feature.
        """
        try:
            values = tuple([read(call) for read in self._read])
        except Exception:  # noqa: BLE001 - whatever is wrong with a call, it came
            values = (OTHER,) * len(self._read)
        self._window.append(values)
        if len(self._window) < self._model.drift_window:
            return None
        figures = self._figures()
        self._beyond = tuple(name for name, figure in figures.items() if figure > self._model.drift_limit)
        calls = len(self._window)
        self._window = []  # a new one, as a snapshot may hold the old
        return Measured(calls, figures, self._beyond)

    def abstention(self) -> Assessment | None:
        """What is said of every call as long as the last full window was beyond the limit; None if it was not."""
        if not self._beyond:
            return None
        reason = words.drifted(self._beyond, self._model.drift_window, self._model.drift_limit)
        return Assessment(risk=None, model=self._model.digest, abstained=reason)

    def resume(self, beyond: Sequence[str]) -> None:
        """Go on from a recorded measurement that found `beyond`, with an empty window."""
        self._beyond = tuple(beyond)
        self._window = []

    def snapshot(self) -> Snapshot:
        """Where the watch is, to go back to; it costs nothing. Of several, going back to one ends those after it."""
        return Snapshot(self._window, len(self._window), self._beyond)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back: what was seen since was never seen."""
        self._window = snapshot.window
        del self._window[snapshot.filled :]
        self._beyond = snapshot.beyond

    def _figures(self) -> dict[str, float]:
        columns = zip(*self._window, strict=True)
        return {
            name: stability(self._model.reference[name], Counter(column))
            for name, column in zip(self._features, columns, strict=True)
        }


def stability(reference: Mapping[str, float], counted: Mapping[str, int]) -> float:
    """The population stability index of counts beside a reference's shares: 0 where they agree, never less.

    The sum of (p - q) ln(p / q) over all values, p the share in the reference, q that of the counts: the symmetric
    divergence of Jeffreys (1946), named so in credit scoring (Siddiqi 2006, Credit Risk Scorecards). What the
    reference does not name counts as `other`. A share that is less than `EMPTY` calls counts as that.
    """
    total = sum(counted.values())
    if not total:
        return 0.0
    least = EMPTY / total
    shares = dict.fromkeys([*reference, OTHER], 0.0)
    for value, count in counted.items():
        shares[value if value in reference else OTHER] += count / total
    index = 0.0
    for value, share in shares.items():
        before, now = max(reference.get(value, 0.0), least), max(share, least)
        index += (before - now) * log(before / now)
    return index
