"""From a model's score to a risk: Platt's straight line on the log-odds, so that the order of calls stays as it is."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from triage.training.errors import TrainingError
from triage.training.metrics import Bools, Floats

SCORE_MAX: Final = 1e6
"""The highest score in log-odds, either side; a thousandth of it is certain to the last bit already."""

SPREAD_MIN: Final = 1e-9
"""Scores that all lie nearer together than this are one score."""

TOLERANCE: Final = 1e-12
STEPS_MAX: Final = 1_000
FLAT: Final = 1e-9
"""A line that rises by less than this over all scores, in log-odds, is flat: the rest is rounding."""


class Calibration(NamedTuple):
    """The risk of a call is the logistic function of `offset + slope * score`; `slope` is above 0."""

    slope: float
    offset: float


def calibrate(scores: Sequence[float] | Floats, used: Sequence[bool] | Bools) -> Calibration:
    """The line that fits best whether authority was `used` on the calls with these `scores`, in log-odds.

    J. Platt, Probabilistic outputs for support vector machines (1999): logistic regression without penalty on targets
    drawn in from 1 and 0 to (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), so that scores which tell all calls apart still have
    one answer. It is scikit-learn's `CalibratedClassifierCV(method="sigmoid")`, solved until nothing changes.

    Raises `TrainingError` where scores are not numbers up to `SCORE_MAX`, one for each outcome; where there are calls
    of one outcome only or of one score only; and where authority is used no more often the higher the score.
    """
    score, happened = np.asarray(scores, dtype=np.float64), np.asarray(used, dtype=np.bool_)
    if score.ndim != 1 or score.shape != happened.shape:
        raise TrainingError(f"`{score.size}` scores and `{happened.size}` outcomes: one outcome each is needed")
    if (wrong := score[~(np.abs(score) <= SCORE_MAX)]).size:  # so that a NaN is wrong too
        raise TrainingError(f"`{wrong[0]}` is no score; valid: a number from {-SCORE_MAX:,.0f} to {SCORE_MAX:,.0f}")
    of, without = int(happened.sum()), int((~happened).sum())
    kept = f"the calibration part has {score.size:,} decided calls, {of:,} of them with authority used"
    if not of or not without:
        raise TrainingError(f"{kept}: at least 1 with and 1 without are needed")
    values, place = np.unique(score, return_inverse=True)
    if not np.ptp(values) > SPREAD_MIN:
        raise TrainingError(f"{kept}, and all of one score: at least 2 different scores are needed")
    found = _fit(values, _sums(place, happened), _sums(place, ~happened))
    if not found.slope > 0:
        raise TrainingError(
            f"{kept}, and authority is used no more often the higher the score (slope `{found.slope:.3g}`; above 0 is"
            " needed): what was learnt does not hold for these calls; give more calls or fewer features"
        )
    return found


def _sums(place: NDArray[np.intp], counted: Bools) -> Floats:
    """How many are `counted` in each place."""
    return np.bincount(place, weights=counted.astype(np.float64)).astype(np.float64)


def _fit(values: Floats, with_use: Floats, without: Floats) -> Calibration:
    """Fitted to the calls of each of `values`. Scores are centred and scaled first, so that steps stay well behaved."""
    high = (with_use.sum() + 1) / (with_use.sum() + 2)
    low = 1 / (without.sum() + 2)
    as_used = with_use * high + without * low
    as_not = with_use * (1 - high) + without * (1 - low)
    middle = float(np.average(values, weights=with_use + without))
    spread = float(np.ptp(values))
    column = ((values - middle) / spread)[:, None]
    with (
        catch_warnings()
    ):  # where the best line is flat the first step finds nothing better, and another solver ends it
        simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=TOLERANCE, max_iter=STEPS_MAX).fit(
            np.vstack([column, column]),
            np.repeat([True, False], values.size),
            sample_weight=np.concatenate([as_used, as_not]),
        )
    slope = float(fitted.coef_[0, 0]) / spread
    if abs(slope) * spread < FLAT:
        slope = 0.0
    return Calibration(slope, float(fitted.intercept_[0]) - slope * middle)
