"""The ceiling on small examples, at the boundary, and of nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom  # type: ignore[import-untyped]

from triage.training.card import Certificate
from triage.training.ceiling import Sent, certify, exact_p_values, needed
from triage.training.errors import TrainingError

LIMIT = 0.01
NOBODY = Sent([], [])


def clean(number: int, risk: float = 0.004) -> Sent:
    """Calls of one risk, none with authority used."""
    return Sent([risk] * number, [False] * number)


def drawn(number: int, seed: int, steepness: float = 12.0) -> Sent:
    """Calls whose risks are true and mostly small."""
    draw = np.random.default_rng(seed)
    risks = draw.beta(0.5, steepness, number)
    return Sent(risks, draw.random(number) < risks)


def certified(train: Sent, calibrate: Sent, limit: float = LIMIT) -> Certificate:
    return certify(train, calibrate, limit, ("Smallville Police",))


@pytest.mark.parametrize(("calls", "enough"), [(298, False), (299, True), (300, True)])
def test_one_per_cent_takes_299_clean_calls(calls: int, enough: bool) -> None:
    found = certified(clean(100), clean(calls))
    (tested,) = found.tested
    assert (tested.calls, tested.authority_used, tested.satisfied) == (calls, 0, enough)
    assert tested.p_value == pytest.approx(0.99**calls, rel=1e-12)
    assert (found.ceiling is not None) == enough
    assert found.needed == 299


def test_a_single_use_of_authority_takes_473_calls() -> None:
    one = Sent([0.004] * 473, [True] + [False] * 472)
    fewer = Sent([0.004] * 472, [True] + [False] * 471)
    assert certified(clean(100), one).ceiling is not None
    assert certified(clean(100), fewer).ceiling is None


@pytest.mark.parametrize(
    ("limit", "confidence", "calls"),
    [
        (0.01, 0.95, 299), (0.05, 0.95, 59), (0.001, 0.95, 2_995), (0.01, 0.9, 230), (0.5, 0.75, 2), (0.5, 0.875, 3),
        (1.0, 0.95, 1), (0.999, 0.5, 1),
    ],
)  # fmt: skip
def test_how_many_calls_it_takes_at_least(limit: float, confidence: float, calls: int) -> None:
    assert needed(limit, confidence) == calls
    assert limit == 1 or binom.cdf(0, calls, limit) <= 1 - confidence
    assert calls == 1 or binom.cdf(0, calls - 1, limit) > 1 - confidence


@given(st.floats(0.0005, 0.999), st.floats(0.01, 0.999))
def test_one_call_less_would_never_do(limit: float, confidence: float) -> None:
    calls = needed(limit, confidence)
    assert (1 - limit) ** calls <= 1 - confidence < (1 - limit) ** (calls - 1)


@given(st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.floats(0.001, 0.9))
def test_the_p_value_is_the_lower_tail_of_the_binomial_distribution(numbers: tuple[int, int], limit: float) -> None:
    calls, used = numbers
    (found,) = exact_p_values(np.array([float(calls)]), np.array([float(used)]), limit)
    assert found == pytest.approx(binom.cdf(used, calls, limit), rel=1e-9, abs=1e-300)


def test_of_no_calls_and_of_calls_that_all_used_authority_nothing_is_shown() -> None:
    assert exact_p_values(np.array([0.0, 5.0]), np.array([0.0, 5.0]), LIMIT).tolist() == [1.0, 1.0]
    found = certified(clean(50), Sent([0.004] * 900, [True] * 900))
    assert found.ceiling is None
    assert found.tested[0].p_value == 1


def test_where_training_sent_no_call_there_is_nothing_to_test() -> None:
    found = certified(NOBODY, clean(1_000))
    assert (found.ceiling, found.tested, found.calls, found.bound) == (None, (), 0, None)
    assert found.needed == 299


def test_where_calibration_sent_no_call_no_ceiling_holds() -> None:
    found = certified(clean(100), NOBODY)
    (tested,) = found.tested
    assert (tested.calls, tested.p_value, tested.satisfied) == (0, 1.0, False)
    assert found.ceiling is None


def test_calls_of_one_risk_go_together_or_not_at_all() -> None:
    found = certified(clean(100, 0.25), clean(400, 0.25))
    assert len(found.tested) == 1
    assert found.ceiling is not None
    assert found.ceiling > 0.25
    assert found.calls == 400


def test_no_call_beyond_what_training_saw_is_sent() -> None:
    riskier = Sent([0.004] * 400 + [0.4] * 100, [False] * 500)
    found = certified(clean(100), riskier)
    assert found.calls == 400
    assert found.ceiling is not None
    assert found.ceiling < 0.0041


def test_no_ceiling_above_the_highest_is_tested_however_well_such_calls_ended() -> None:
    seen = Sent([0.004] * 300 + [0.2] * 300, [False] * 600)
    assert certified(seen, seen).ceiling == pytest.approx(0.2)
    found = certify(seen, seen, LIMIT, ("Smallville Police",), highest=0.08)
    assert found.ceiling == pytest.approx(0.004)
    assert found.calls == 300
    assert "none above 8.00%, the rate of all calls" in found.method
    nothing = certify(seen, seen, LIMIT, ("Smallville Police",), highest=0.003)
    assert (nothing.tested, nothing.ceiling) == ((), None)


def test_testing_stops_at_the_first_ceiling_that_is_not_shown_to_hold() -> None:
    """Beyond a bad stretch there is a good one, which would hold by itself: the sequence never gets there."""
    risks = [0.001] * 400 + [0.002] * 20 + [0.003] * 4_000
    used = [False] * 400 + [True] * 20 + [False] * 4_000
    train = Sent([0.001] * 400 + [0.002] * 4 + [0.003] * 4, [False] * 400 + [True] * 4 + [False] * 4)
    found = certified(train, Sent(risks, used))
    assert [one.satisfied for one in found.tested] == [True, False]
    assert [one.calls for one in found.tested] == [400, 420]
    assert found.calls == 400
    beyond = exact_p_values(np.array([4_420.0]), np.array([20.0]), LIMIT)
    assert beyond[0] < 0.05


def test_it_starts_where_training_promises_most_and_only_becomes_more_permissive() -> None:
    train, calibrate = drawn(2_000, 1), drawn(5_000, 2)
    found = certified(train, calibrate)
    ceilings = [one.ceiling for one in found.tested]
    assert ceilings == sorted(set(ceilings))
    risks, used = np.asarray(train.risks), np.asarray(train.used)
    scaled = {
        ceiling: float(
            exact_p_values(
                np.array([(risks < ceiling).sum() * 2.5]), np.array([(used & (risks < ceiling)).sum() * 2.5]), LIMIT
            )[0]
        )
        for ceiling in np.linspace(0.001, 0.2, 400)
    }
    best = min(scaled, key=lambda ceiling: scaled[ceiling])
    assert abs(ceilings[0] - best) < 0.002
    assert all(one.satisfied for one in found.tested[:-1])


def test_what_training_promises_is_scaled_to_the_calls_of_the_calibration_part() -> None:
    """0 of 50 and 3 of 150 (limit 5 %): the second looks better as it is, the first for ten times as many calls."""
    train = Sent([0.001] * 50 + [0.002] * 100, [False] * 50 + [True] * 3 + [False] * 97)
    assert binom.cdf(3, 150, 0.05) < binom.cdf(0, 50, 0.05)
    assert binom.cdf(30, 1_500, 0.05) > binom.cdf(0, 500, 0.05)
    as_many = Sent([0.001] * 50 + [0.002] * 100, [False] * 150)
    ten_times = Sent([0.001] * 500 + [0.002] * 1_000, [False] * 1_500)
    assert [one.calls for one in certified(train, as_many, 0.05).tested] == [150]
    assert [one.calls for one in certified(train, ten_times, 0.05).tested] == [500, 1_500]


def test_a_call_at_the_ceiling_itself_is_not_among_those_sent() -> None:
    ceiling = certified(clean(100), clean(400)).ceiling
    assert ceiling is not None
    found = certified(clean(100), Sent([0.004] * 400 + [ceiling] * 50, [False] * 450))
    assert (found.ceiling, found.calls) == (ceiling, 400)


def test_the_ceiling_is_the_last_that_holds_and_its_figures_are_those_of_the_calibration_part() -> None:
    calibrate = drawn(6_000, 3, 40)
    found = certified(drawn(3_000, 4, 40), calibrate, 0.02)
    last = [one for one in found.tested if one.satisfied][-1]
    assert found.ceiling == last.ceiling
    below = np.asarray(calibrate.risks) < last.ceiling
    assert (found.calls, found.authority_used) == (below.sum(), (below & np.asarray(calibrate.used)).sum())
    assert found.bound is not None
    assert binom.cdf(found.authority_used, found.calls, found.bound) == pytest.approx(0.05, abs=1e-9)
    assert found.bound <= 0.02


@given(st.integers(0, 50), st.sampled_from([0.01, 0.02, 0.05, 0.2]), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_bound_is_within_the_limit_exactly_where_a_ceiling_holds(seed: int, limit: float, sure: float) -> None:
    found = certify(drawn(150, seed), drawn(400, seed + 1_000), limit, ("A",), sure)
    assert (found.ceiling is None) == (found.bound is None)
    assert found.bound is None or found.bound <= limit * (1 + 1e-12)
    assert all(one.satisfied == (one.p_value <= 1 - sure) for one in found.tested)


@given(st.integers(0, 30))
def test_a_more_generous_limit_and_less_confidence_never_find_less_at_the_same_start(seed: int) -> None:
    """With one ceiling to test, so that the start is the same."""
    number = 200 + 20 * seed
    given_calls = Sent([0.004] * number, [place < seed // 5 for place in range(number)])
    strict = certify(clean(10), given_calls, 0.01, ("A",), 0.95).ceiling
    assert strict is None or certify(clean(10), given_calls, 0.02, ("A",), 0.95).ceiling == strict
    assert strict is None or certify(clean(10), given_calls, 0.01, ("A",), 0.9).ceiling == strict


@given(st.integers(0, 200), st.floats(0.3, 3), st.floats(-3, 3))
def test_calibrating_the_risks_first_changes_no_call_that_is_sent(seed: int, slope: float, offset: float) -> None:
    """So the line of the calibration part may stand before the test on the calibration part."""
    train, calibrate = drawn(300, seed, 30), drawn(900, seed + 1_000, 30)

    def moved(sent: Sent) -> Sent:
        risks = np.clip(np.asarray(sent.risks), 1e-6, 1 - 1e-6)
        return Sent(1 / (1 + np.exp(-(offset + slope * np.log(risks / (1 - risks))))), sent.used)

    plain = (
        Sent(np.clip(np.asarray(train.risks), 1e-6, 1), train.used),
        Sent(np.clip(np.asarray(calibrate.risks), 1e-6, 1), calibrate.used),
    )
    as_is, after = certified(*plain, limit=0.03), certified(moved(train), moved(calibrate), limit=0.03)
    assert [one[1:4] for one in map(_figures, as_is.tested)] == [one[1:4] for one in map(_figures, after.tested)]


def _figures(tested: object) -> tuple[object, ...]:
    return tuple(vars(tested).values())


def test_the_order_of_calls_does_not_matter() -> None:
    train, calibrate = drawn(500, 5, 40), drawn(1_500, 6, 40)
    turned = [Sent(np.asarray(one.risks)[::-1], np.asarray(one.used)[::-1]) for one in (train, calibrate)]
    assert certified(train, calibrate) == certified(turned[0], turned[1])


@pytest.mark.parametrize("wrong", [float("nan"), -0.1, 1.1, float("inf")])
def test_what_is_no_risk_is_refused(wrong: float) -> None:
    for parts in ((Sent([wrong], [False]), clean(300)), (clean(300), Sent([wrong], [False]))):
        with pytest.raises(TrainingError, match="is no risk; valid: a number from 0 to 1"):
            certified(*parts)


@pytest.mark.parametrize("limit", [0.0, -0.1, 1.1, float("nan")])
def test_what_is_no_limit_is_refused(limit: float) -> None:
    with pytest.raises(TrainingError, match="is no limit; valid: a number above 0, at most 1"):
        certified(clean(9), clean(9), limit)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5, float("nan")])
def test_what_is_no_confidence_is_refused(confidence: float) -> None:
    with pytest.raises(TrainingError, match="is no confidence; valid: a number above 0 and below 1"):
        certify(clean(9), clean(9), LIMIT, ("A",), confidence)


def test_risks_of_nought_and_one_are_risks() -> None:
    sure = Sent([0.0] * 400 + [1.0] * 10, [False] * 400 + [True] * 10)
    assert certified(sure, sure).calls == 400  # a call that is certain lies below no ceiling
    unsure = Sent([0.0] * 400 + [0.9] * 10, [False] * 400 + [True] * 10)
    found = certified(unsure, unsure)
    assert found.calls == 400
    assert found.ceiling is not None
    assert 0 < found.ceiling < 1e-9
