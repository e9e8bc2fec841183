"""Drift: calls that look like training's are none, a mix that shifted is, and how calls are cut does not matter."""

import random
from datetime import UTC, datetime, timedelta
from math import log
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_model import REFERENCE, SMALL_MODEL, model
from triage.classifiers.drift import DriftWatch, Measured, stability
from triage.classifiers.features import FEATURES, NOT_STATED, WEEKDAYS, CallToAssess, FeatureError
from triage.domain.events import DriftMeasured, Particulars

MONDAY = datetime(2024, 5, 13, tzinfo=UTC)


def call(nature: str = "WELFARE", beat: str | None = "C1", at: datetime = MONDAY, **facts: Any) -> CallToAssess:
    said = Particulars(call_type=nature, priority=None, channel=None, precinct=None, sector=None, beat=beat)
    return CallToAssess({"nature": nature, "priority": None, "channel": None, **facts}, said, at)


def drawn(count: int, seed: int = 1, **shifted: dict[str, float]) -> list[CallToAssess]:
    """Calls whose watched features are drawn from the reference, or from what some of them are shifted to."""
    chance = random.Random(seed)

    def draw(name: str) -> str:
        shares = {**REFERENCE, **shifted}[name]
        return chance.choices(list(shares), list(shares.values()))[0]

    def stated(name: str) -> str | None:
        return None if (value := draw(name)) == NOT_STATED else value

    return [
        call(
            draw("nature"),
            stated("beat"),
            MONDAY + timedelta(days=WEEKDAYS.index(draw("weekday")), hours=int(draw("hours")[:2])),
            priority=stated("priority"),
            channel=stated("channel"),
        )
        for _ in range(count)
    ]


def all_measured(watch: DriftWatch, calls: list[CallToAssess]) -> list[Measured]:
    return [found for asked in calls if (found := watch.see(asked)) is not None]


def test_calls_as_in_training_are_no_drift() -> None:
    watch = DriftWatch(SMALL_MODEL)
    first, second = all_measured(watch, drawn(2000))
    assert (first.calls, first.beyond, second.beyond) == (1000, (), ())
    assert list(first.figures) == list(REFERENCE)
    assert all(0 <= figure < 0.05 for measured in (first, second) for figure in measured.figures.values())
    assert (watch.beyond, watch.abstention()) == ((), None)


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("nature", {"WELFARE": 0.05, "ROBBERY": 0.95}),
        ("beat", {"C7": 0.5, "C1": 0.5}),
        ("hours", {"00-03": 0.9, "04-07": 0.1}),
        ("weekday", {"Sunday": 1.0}),
        ("priority", {"low": 1.0}),
        ("channel", {"phone": 0.6, "911": 0.4}),
    ],
)
def test_a_mix_that_shifted_is_named_and_no_call_gets_an_opinion(name: str, shares: dict[str, float]) -> None:
    watch = DriftWatch(SMALL_MODEL)
    (measured,) = all_measured(watch, drawn(1000, 1, **{name: shares}))
    assert measured.beyond == watch.beyond == (name,)
    assert measured.figures[name] > 0.25
    assert {other for other, figure in measured.figures.items() if figure > 0.25} == {name}
    abstention = watch.abstention()
    assert abstention is not None
    assert (abstention.risk, abstention.model, abstention.ceiling) == (None, SMALL_MODEL.digest, None)
    assert abstention.abstained == (
        f"drift: over 1,000 calls the stability index of {name} exceeded 0.25, unlike those of training"
    )


def test_a_figure_at_the_limit_is_not_beyond_it() -> None:
    calls = drawn(1000, beat={"C1": 1.0})
    (measured,) = all_measured(DriftWatch(SMALL_MODEL), calls)
    (at_limit,) = all_measured(DriftWatch(model(drift_limit=measured.figures["beat"])), calls)
    assert at_limit.beyond == ()
    (below,) = all_measured(DriftWatch(model(drift_limit=measured.figures["beat"] * 0.999)), calls)
    assert below.beyond == ("beat",)


def test_drift_is_over_when_a_later_window_is_as_training_was() -> None:
    watch = DriftWatch(SMALL_MODEL)
    all_measured(watch, drawn(1000, beat={"C7": 1.0}))
    assert watch.abstention() is not None
    all_measured(watch, drawn(999))
    assert watch.abstention() is not None  # a window that is not full says nothing
    all_measured(watch, drawn(1))
    assert watch.abstention() is None


@given(st.integers(0, 9), st.sampled_from([{}, {"beat": {"C7": 1.0}}, {"nature": {"SUSP": 0.5, "CDX": 0.5}}]))
def test_figures_are_those_of_numpy(seed: int, shifted: dict[str, dict[str, float]]) -> None:
    calls = drawn(200, seed, **shifted)
    (measured,) = all_measured(DriftWatch(model(drift_window=200)), calls)
    for name, shares in REFERENCE.items():
        values = list(dict.fromkeys([*shares, "other"]))
        found = [FEATURES[name](asked) for asked in calls]
        places = [values.index(value) if value in shares else values.index("other") for value in found]
        now = np.maximum(np.bincount(places, minlength=len(values)) / 200, 0.5 / 200)
        before = np.maximum(np.array([shares.get(value, 0.0) for value in values]), 0.5 / 200)
        expected = np.sum((before - now) * np.log(before / now))
        assert measured.figures[name] == pytest.approx(float(expected), rel=1e-9, abs=1e-12)


def test_a_small_index_by_hand() -> None:
    assert stability({"A": 0.5, "B": 0.5}, {"A": 9, "B": 1}) == pytest.approx(-0.4 * log(0.5 / 0.9) + 0.4 * log(5.0))
    assert stability({"A": 1.0}, {"A": 10}) == 0.0
    assert stability({"A": 1.0}, {}) == 0.0


def test_a_value_that_the_reference_does_not_name_counts_as_other() -> None:
    reference = {"A": 0.8, "other": 0.2}
    assert stability(reference, {"A": 8, "X": 1, "Y": 1}) == pytest.approx(0.0, abs=1e-12)
    assert stability({"A": 1.0}, {"A": 9, "X": 1}) == pytest.approx(-0.1 * log(0.9) + 0.05 * log(2.0))


@given(
    st.dictionaries(st.sampled_from("ABCD"), st.floats(0, 1)),
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 9)),
)
def test_an_index_is_finite_and_never_below_nothing(reference: dict[str, float], counted: dict[str, int]) -> None:
    assert 0 <= stability(reference, counted) < 1000


def test_a_window_of_one_call_and_a_model_that_watches_nothing_are_taken() -> None:
    (measured,) = all_measured(DriftWatch(model(drift_window=1)), [call()])
    assert set(measured.beyond) <= set(REFERENCE)
    (nothing,) = all_measured(DriftWatch(model(drift_window=2, reference={})), [call(), call()])
    assert nothing == Measured(2, {}, ())


def test_a_measurement_can_be_recorded() -> None:
    (measured,) = all_measured(DriftWatch(model(drift_window=3)), drawn(3))
    recorded = DriftMeasured(occurred_at=MONDAY, by="engine", model=SMALL_MODEL.digest, **measured._asdict())
    assert recorded.figures == measured.figures


def test_a_call_that_cannot_be_read_counts_as_other_in_every_feature() -> None:
    broken: Any = (None, None, None)
    watch = DriftWatch(model(drift_window=10))
    (measured,) = all_measured(watch, [broken] * 10)
    assert measured.beyond == tuple(REFERENCE)
    (same,) = all_measured(DriftWatch(model(drift_window=10, reference={"beat": {"other": 1.0}})), [broken] * 10)
    assert same.figures == {"beat": 0.0}


def test_a_reference_of_what_is_no_feature_is_refused() -> None:
    with pytest.raises(FeatureError, match="`disposition` is known only after"):
        DriftWatch(model(reference={"disposition": {"ARREST": 1.0}}))


# --- going on, and going back ---

STREAM = [*drawn(25), *drawn(30, 2, beat={"C7": 1.0}), *drawn(25, 3)]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 12)), max_size=12))
def test_windows_do_not_depend_on_how_calls_are_cut_nor_on_attempts_that_were_undone(
    cuts: list[tuple[int, int]],
) -> None:
    """Each cut: some calls that count, then some that are seen and undone."""
    plain = DriftWatch(model(drift_window=10))
    expected = all_measured(plain, STREAM)
    watch = DriftWatch(model(drift_window=10))
    found: list[Measured] = []
    at = 0
    for kept, undone in cuts:
        found += all_measured(watch, STREAM[at : at + kept])
        at += len(STREAM[at : at + kept])
        before = watch.snapshot()
        all_measured(watch, STREAM[at : at + undone])
        watch.restore(before)
    found += all_measured(watch, STREAM[at:])
    assert found == expected
    assert watch.beyond == plain.beyond
    assert len(expected) == 8
    assert any(measured.beyond for measured in expected)


def test_going_back_brings_back_what_the_last_window_said() -> None:
    watch = DriftWatch(model(drift_window=10))
    all_measured(watch, drawn(5))
    before = watch.snapshot()
    all_measured(watch, drawn(15, beat={"C7": 1.0}))
    assert watch.abstention() is not None
    watch.restore(before)
    assert (watch.beyond, watch.abstention()) == ((), None)
    watch.restore(before)  # twice is as good as once
    assert len(all_measured(watch, drawn(5))) == 1


def test_a_recorded_measurement_is_gone_on_from_with_an_empty_window_and_the_same_words() -> None:
    watch = DriftWatch(SMALL_MODEL)
    all_measured(watch, drawn(1000, beat={"C7": 1.0}))
    after = DriftWatch(SMALL_MODEL)
    after.resume(["beat"])
    assert after.abstention() == watch.abstention()
    assert all_measured(after, drawn(500)) == []
    after.resume(())
    assert after.abstention() is None
    assert all_measured(after, drawn(999)) == []
    assert len(all_measured(after, drawn(1))) == 1
