"""Shares with exact intervals, losses, calibration and coverage: held against other ways to compute the same."""

from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest  # type: ignore[import-untyped]
from sklearn.metrics import brier_score_loss  # type: ignore[import-untyped]
from sklearn.metrics import log_loss as sklearn_log_loss

from triage.training.card import Error
from triage.training.errors import TrainingError
from triage.training.metrics import (
    BINS,
    Floats,
    brier,
    calibration_error,
    coverage,
    exact,
    just_above,
    known,
    log_loss,
    quantiles,
    reliability,
    upper,
)

RISKS = st.floats(min_value=0, max_value=1)
CALLS = st.lists(st.tuples(RISKS, st.booleans()), min_size=1, max_size=60)


def calls_of(number: int, seed: int = 0, off: float = 0.0) -> tuple[Floats, np.typing.NDArray[np.bool_]]:
    """Calls whose risks are right but for `off`."""
    draw = np.random.default_rng(seed)
    truth = draw.uniform(0, 0.5, number)
    return np.clip(truth + off, 0, 1), draw.random(number) < truth


@given(st.integers(min_value=1, max_value=400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_that_of_clopper_and_pearson(numbers: tuple[int, int]) -> None:
    number, of = numbers
    found = exact(number, of)
    interval = binomtest(number, of).proportion_ci(confidence_level=0.95, method="exact")
    assert found.share == number / of
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_of_nothing_there_is_no_share() -> None:
    found = exact(0, 0)
    assert (found.number, found.of, found.share, found.low, found.high) == (0, 0, None, None, None)


@pytest.mark.parametrize(("number", "of"), [(-1, 3), (4, 3), (0, -1)])
def test_more_than_all_and_less_than_none_are_no_share(number: int, of: int) -> None:
    with pytest.raises(TrainingError, match=f"`{number}` of `{of}` is no share"):
        exact(number, of)


@given(st.integers(min_value=1, max_value=300).flatmap(lambda of: st.tuples(st.integers(0, of - 1), st.just(of))))
def test_with_the_upper_end_so_few_have_a_chance_of_one_in_twenty(numbers: tuple[int, int]) -> None:
    number, of = numbers
    assert binom.cdf(number, of, upper(number, of, 0.95)) == pytest.approx(0.05, abs=1e-9)


def test_of_calls_that_all_used_authority_the_upper_end_is_one() -> None:
    assert upper(7, 7, 0.95) == 1


@given(CALLS)
def test_losses_are_those_of_scikit_learn(calls: list[tuple[float, bool]]) -> None:
    risks, used = [risk for risk, _ in calls], [out for _, out in calls]
    inside = [min(max(risk, 1e-9), 1 - 1e-9) for risk in risks]
    assert brier(risks, used) == pytest.approx(brier_score_loss(used, risks, labels=[False, True]), abs=1e-12)
    assert log_loss(inside, used) == pytest.approx(sklearn_log_loss(used, inside, labels=[False, True]), rel=1e-9)


def test_a_risk_that_was_held_certain_and_wrong_has_a_finite_loss() -> None:
    assert log_loss([0.0], [True]) == pytest.approx(-log(1e-12))
    assert log_loss([1.0], [False]) == pytest.approx(-log(1e-12), rel=1e-4)


def test_of_no_calls_nothing_is_known() -> None:
    assert brier([], []) is None
    assert log_loss([], []) is None
    assert calibration_error([], []) == Error(value=None, low=None, high=None)
    assert reliability([], []) == ()
    assert coverage([], []) == ()


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -0.001, 1.001])
def test_what_is_no_risk_is_refused(wrong: float) -> None:
    for figure in (brier, log_loss, calibration_error, reliability, coverage):
        with pytest.raises(TrainingError, match="is no risk; valid: a number from 0 to 1"):
            figure([0.5, wrong], [True, False])


def test_every_risk_needs_an_outcome() -> None:
    for figure in (brier, log_loss, calibration_error, reliability, coverage):
        with pytest.raises(TrainingError, match="`2` risks and `1` outcomes"):
            figure([0.5, 0.5], [True])
    with pytest.raises(TrainingError, match="one outcome each is needed"):
        known(np.zeros((2, 2)), np.zeros((2, 2), dtype=bool))


def test_the_calibration_error_is_the_mean_distance_of_risk_and_share() -> None:
    risks, used = [0.1] * 10 + [0.6] * 30, [True] * 3 + [False] * 7 + [True] * 15 + [False] * 15
    assert calibration_error(risks, used).value == pytest.approx(10 / 40 * 0.2 + 30 / 40 * 0.1)


def test_risks_that_are_off_have_a_larger_error_and_the_intervals_tell_them_apart() -> None:
    right, off = calibration_error(*calls_of(4_000)), calibration_error(*calls_of(4_000, off=0.15))
    assert right.high is not None
    assert off.low is not None
    assert right.high < 0.05 < off.low
    assert off.value == pytest.approx(0.15, abs=0.02)


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    calls = calls_of(300)
    assert calibration_error(*calls) == calibration_error(*calls, seed=0)
    assert calibration_error(*calls) != calibration_error(*calls, seed=1)
    assert calibration_error(*calls).value == calibration_error(*calls, seed=1).value


@settings(max_examples=20)
@given(CALLS)
def test_the_interval_holds_the_error_and_order_does_not_matter(calls: list[tuple[float, bool]]) -> None:
    risks, used = [risk for risk, _ in calls], [out for _, out in calls]
    found = calibration_error(risks, used)
    turned = calibration_error(risks[::-1], used[::-1])
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert turned.value == pytest.approx(found.value, abs=1e-12)


@given(CALLS)
def test_every_call_is_in_one_bin_with_all_calls_of_its_risk(calls: list[tuple[float, bool]]) -> None:
    risks, used = [risk for risk, _ in calls], [out for _, out in calls]
    bins = reliability(risks, used)
    assert sum(one.used.of for one in bins) == len(calls)
    assert sum(one.used.number for one in bins) == sum(used)
    assert len(bins) <= BINS
    assert all(one.low <= one.mean_risk <= one.high for one in bins)
    assert all(one.high < later.low for one, later in pairwise(bins))


def test_bins_hold_equally_many_calls() -> None:
    risks, used = calls_of(1_000)
    assert [one.used.of for one in reliability(risks, used)] == [100] * BINS


def test_the_more_permissive_the_ceiling_the_more_calls_go() -> None:
    risks, used = calls_of(500)
    points = coverage(risks.tolist(), used.tolist())
    assert len(points) == 40
    assert [one.ceiling for one in points] == sorted(one.ceiling for one in points)
    assert [one.sent.number for one in points] == sorted(one.sent.number for one in points)
    assert points[-1].sent.number == 500
    assert points[-1].used.number == int(used.sum())


def test_a_call_without_an_opinion_never_goes_and_one_without_an_outcome_counts_as_sent_alone() -> None:
    (point,) = coverage([0.1, None, 0.1, 0.9], [True, True, None, False], ceiling=0.5)[1:2]
    assert point.ceiling == 0.5
    assert (point.sent.number, point.sent.of) == (2, 4)
    assert (point.used.number, point.used.of) == (1, 1)


def test_a_call_at_the_ceiling_is_withheld() -> None:
    points = {one.ceiling: one.sent.number for one in coverage([0.2, 0.5], [False, False], ceiling=0.5)}
    assert points[0.5] == 1


@given(st.lists(RISKS, min_size=1, max_size=30))
def test_a_ceiling_just_above_a_risk_lets_it_through_and_no_other(risks: list[float]) -> None:
    for risk in risks:
        (ceiling,) = just_above(np.array([risk]))
        assert risk < ceiling or risk == ceiling == 1
        assert ceiling - risk <= max(risk, 1e-12) * 3e-8
        assert not float(ceiling) <= risk * (1 - 1e-9)


def test_a_ceiling_leaves_room_for_what_rounding_changes() -> None:
    risks = np.random.default_rng(0).uniform(1e-6, 0.5, 10_000)
    for risk, ceiling in zip(np.sort(risks), just_above(risks), strict=True):
        assert ceiling > risk * (1 + 1e-12)


def test_quantiles_are_values_that_occur_and_the_last_is_the_highest() -> None:
    values = np.array([0.3, 0.1, 0.1, 0.2])
    assert quantiles(values, 4).tolist() == [0.1, 0.2, 0.3]
    assert quantiles(values, 1).tolist() == [0.3]
    assert quantiles(np.array([]), 5).size == 0
