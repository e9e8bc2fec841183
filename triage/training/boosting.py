"""Gradient-boosted trees, to compare with: how well a model does that nobody could read."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from triage.training.cells import UNSEEN, Grid, Numbers, Places

VALUES_MAX: Final = 250
"""scikit-learn's boosting takes at most 255 categories of a feature; rarer ones are missing values to it."""


def boosted(grid: Grid, used: NDArray[np.bool_], sizes: Sequence[int], seed: int) -> Callable[[Grid], Numbers]:
    """What trees fitted to `grid` make of another grid: log-odds. `sizes` are the numbers of values by column."""
    kept = [_frequent(grid[:, at], size) for at, size in enumerate(sizes)]

    def shown(grid: Grid) -> Numbers:
        return np.column_stack([numbers[grid[:, at]] for at, numbers in enumerate(kept)])

    model = HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.05,
        max_depth=3,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=list(range(len(sizes))),
        random_state=seed,
    )

    def score(grid: Grid) -> Numbers:
        with threadpool_limits(limits=1):
            return np.asarray(model.decision_function(shown(grid)), np.float64)

    model.fit(shown(grid), used)
    return score


def _frequent(places: Grid | Places, size: int) -> Numbers:
    """A number for each of the most frequent places, `nan` for the others; the last is that of the place -1."""
    calls = np.bincount(places[places != UNSEEN], minlength=size)
    often = np.argsort(-calls, kind="stable")[:VALUES_MAX]
    numbers = np.full(size + 1, np.nan)
    numbers[often] = np.arange(len(often))
    return numbers
