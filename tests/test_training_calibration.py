"""From scores to risks: Platt's line, and what it refuses."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin  # type: ignore[import-untyped]
from sklearn.calibration import CalibratedClassifierCV  # type: ignore[import-untyped]
from sklearn.frozen import FrozenEstimator  # type: ignore[import-untyped]

from triage.training.calibration import Calibration, calibrate
from triage.training.errors import TrainingError
from triage.training.metrics import Bools, Floats


class Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of scikit-learn's kind whose only column is its score."""

    def fit(self, columns: Floats, used: Bools) -> "Scores":
        self.classes_ = np.unique(used)
        self.n_features_in_ = columns.shape[1]
        return self

    def decision_function(self, columns: Floats) -> Floats:
        return columns[:, 0]

    def predict(self, columns: Floats) -> Bools:
        return columns[:, 0] > 0


def calls_of(number: int, slope: float, offset: float, seed: int = 0) -> tuple[Floats, Bools]:
    draw = np.random.default_rng(seed)
    scores = draw.normal(-2, 1.5, number)
    return scores, draw.random(number) < 1 / (1 + np.exp(-(slope * scores + offset)))


def risks(found: Calibration, scores: Sequence[float] | Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(found.offset + found.slope * np.asarray(scores)))))


def test_it_is_what_scikit_learn_calls_sigmoid_calibration() -> None:
    scores, used = calls_of(3_000, 0.7, -0.5)
    columns = scores[:, None]
    frozen = FrozenEstimator(Scores().fit(columns, used))
    theirs = CalibratedClassifierCV(frozen, method="sigmoid").fit(columns, used).predict_proba(columns)[:, 1]
    assert np.abs(risks(calibrate(scores, used), scores) - theirs).max() < 1e-6


def test_it_finds_the_line_that_the_calls_were_made_with() -> None:
    found = calibrate(*calls_of(200_000, 0.7, -0.5))
    assert found.slope == pytest.approx(0.7, abs=0.03)
    assert found.offset == pytest.approx(-0.5, abs=0.05)


def test_scores_that_tell_all_calls_apart_still_have_one_answer() -> None:
    found = calibrate([0.0, 1.0, 2.0, 3.0], [False, False, True, True])
    assert 0 < found.slope < 10
    assert found == calibrate([3.0, 2.0, 1.0, 0.0], [True, True, False, False])


def test_no_risk_is_certain_after_few_calls() -> None:
    found = calibrate([-40.0, 40.0], [False, True])
    assert risks(found, [-40.0, 40.0]).tolist() == pytest.approx([1 / 3, 2 / 3])  # the targets of one call each


@given(
    st.lists(st.tuples(st.floats(-30, 30), st.booleans()), min_size=4, max_size=40),
    st.floats(0.01, 100),
    st.floats(-100, 100),
)
def test_scores_on_another_scale_give_the_same_risks(
    calls: list[tuple[float, bool]], times: float, plus: float
) -> None:
    scores, used = np.array([score for score, _ in calls]), [out for _, out in calls]
    assume(len(set(used)) == 2)
    assume(np.ptp(scores) > 0.1)
    try:
        found = calibrate(scores, used)
    except TrainingError:
        return
    assume(found.slope * np.ptp(scores) > 1e-3)
    moved = calibrate(scores * times + plus, used)
    assert risks(moved, scores * times + plus) == pytest.approx(risks(found, scores), abs=1e-6)


def test_scores_that_say_nothing_of_the_outcome_are_refused() -> None:
    with pytest.raises(TrainingError, match="no more often the higher the score"):
        calibrate([0.0, 0.0, 0.0, 0.0, 1.0, 1.0], [False, False, True, True, False, True])


@pytest.mark.parametrize("times", range(2, 9))
@pytest.mark.parametrize("scores", [(0.3, 0.9), (0.1, 0.7, 1.9)])
def test_a_slope_that_is_rounding_alone_is_none(times: int, scores: tuple[float, ...]) -> None:
    each = [True] * times + [False] * (times + 1)  # the same at every score, so the true line is flat
    with pytest.raises(TrainingError, match="no more often the higher the score"):
        calibrate([score for score in scores for _ in each], each * len(scores))


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), max_size=30))
def test_whatever_the_scores_the_slope_is_above_nought_or_it_is_refused(calls: list[tuple[float, bool]]) -> None:
    try:
        found = calibrate([score for score, _ in calls], [out for _, out in calls])
    except TrainingError:
        return
    assert found.slope > 0
    assert np.isfinite(found).all()


@pytest.mark.parametrize("used", [[], [True, True], [False, False]])
def test_one_outcome_alone_is_refused(used: list[bool]) -> None:
    with pytest.raises(TrainingError, match="at least 1 with and 1 without are needed"):
        calibrate([0.1, 0.2][: len(used)], used)


def test_one_score_alone_is_refused() -> None:
    with pytest.raises(TrainingError, match="all of one score: at least 2 different scores are needed"):
        calibrate([0.1, 0.1], [True, False])
    with pytest.raises(TrainingError, match="at least 2 different scores are needed"):
        calibrate([0.0, 5e-324], [False, True])


def test_scores_that_point_the_wrong_way_are_refused_with_the_slope() -> None:
    scores, used = calls_of(500, 0.7, -0.5)
    with pytest.raises(
        TrainingError, match=r"500 decided calls, \d+ of them .* \(slope `-0\.\d+`; above 0 is needed\)"
    ):
        calibrate(-scores, used)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf"), 1.1e6, -1e300])
def test_what_is_no_score_is_refused(wrong: float) -> None:
    with pytest.raises(TrainingError, match="is no score; valid: a number from -1,000,000 to 1,000,000"):
        calibrate([0.1, wrong], [True, False])


def test_every_score_needs_an_outcome() -> None:
    with pytest.raises(TrainingError, match="`3` scores and `2` outcomes"):
        calibrate([0.1, 0.2, 0.3], [True, False])
