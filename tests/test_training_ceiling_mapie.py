"""The ceiling beside an independent implementation of Learn-then-Test."""

import warnings

import numpy as np
import pytest
from mapie.risk_control import BinaryClassificationController, BinaryRisk  # type: ignore[import-untyped]

from triage.training.ceiling import Sent, certify, exact_p_values
from triage.training.metrics import Floats


def drawn(number: int, seed: int) -> Sent:
    """Calls whose risks are true and mostly small."""
    draw = np.random.default_rng(seed)
    risks = draw.beta(0.5, 40, number)
    return Sent(risks, draw.random(number) < risks)


def valid_by_mapie(ceilings: Floats, calls: Sent, limit: float, method: str) -> tuple[list[float], Floats]:
    """The ceilings that mapie finds to hold, and its p-values, tested in the order given."""
    used_of_sent = BinaryRisk(
        risk_occurrence=lambda used, _withheld: used == 1,
        risk_condition=lambda _used, withheld: withheld == 0,
        higher_is_better=False,
    )
    controller = BinaryClassificationController(
        predict_function=lambda column: np.column_stack([1 - column, column]),
        risk=used_of_sent,
        target_level=limit,
        confidence_level=0.95,
        best_predict_param_choice=used_of_sent,
        list_predict_params=ceilings,
        fwer_method=method,
    )
    controller._learned_fixed_sequence = ceilings  # the order that we test in, instead of one that it learns
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it warns where all ceilings hold, and where none does
        controller.calibrate(np.asarray(calls.risks), np.asarray(calls.used).astype(int))
    assert controller.p_values is not None
    return controller.valid_predict_params.tolist(), controller.p_values[:, 0]


def figures_at(ceilings: Floats, calls: Sent) -> tuple[Floats, Floats]:
    risks, used = np.asarray(calls.risks), np.asarray(calls.used)
    below = risks[None, :] < ceilings[:, None]
    return below.sum(axis=1).astype(float), (below & used).sum(axis=1).astype(float)


@pytest.mark.parametrize("limit", [0.01, 0.02, 0.05])
@pytest.mark.parametrize("seed", range(4))
def test_mapie_finds_the_same_ceilings(seed: int, limit: float) -> None:
    """By Bonferroni on 60 ceilings, and in our own order by fixed sequence.

    mapie takes the smaller of the exact binomial tail and Hoeffding's bound on it, which is never smaller, so that its
    p-value is ours. But it rounds calls times share up to a count again: where floating point makes that one more, its
    p-value is larger. So what it finds holds by ours too, and otherwise the two agree.
    """
    train, calibrate = drawn(1_000, seed), drawn(2_500, seed + 100)
    ceilings = np.quantile(np.asarray(train.risks), np.linspace(0.05, 1, 60))
    calls, used = figures_at(ceilings, calibrate)
    ours = exact_p_values(calls, used, limit)
    unharmed = np.ceil(calls * (used / calls)) == used
    for method in ("bonferroni", "split_fixed_sequence"):
        theirs, p_values = valid_by_mapie(ceilings, calibrate, limit, method)
        assert p_values[unharmed] == pytest.approx(ours[unharmed], rel=1e-9)
        assert (p_values >= ours * (1 - 1e-9)).all()
        level = 0.05 / ceilings.size if method == "bonferroni" else 0.05
        holds = ours <= level
        if method == "split_fixed_sequence":
            holds = np.cumprod(holds).astype(bool)
        assert set(theirs) <= set(ceilings[holds].tolist())
        if unharmed.all():
            assert theirs == ceilings[holds].tolist()
    assert unharmed.mean() > 0.8


@pytest.mark.parametrize("limit", [0.008, 0.01, 0.02])
@pytest.mark.parametrize("seed", range(4))
def test_our_certificate_is_what_mapie_makes_of_our_sequence(seed: int, limit: float) -> None:
    train, calibrate = drawn(1_000, seed), drawn(2_500, seed + 100)
    found = certify(train, calibrate, limit, ("A",))
    ceilings = np.array([one.ceiling for one in found.tested])
    theirs, p_values = valid_by_mapie(ceilings, calibrate, limit, "split_fixed_sequence")
    ours = [one.ceiling for one in found.tested if one.satisfied]
    used_again = [np.ceil(one.calls * (one.authority_used / one.calls)) for one in found.tested]
    harmed = [one.authority_used != again for one, again in zip(found.tested, used_again, strict=True)]
    until = harmed.index(True) if any(harmed) else len(harmed)  # from there on it counts one use more than there is
    assert theirs[:until] == ours[:until]
    assert theirs == ours[: len(theirs)]
    assert p_values[:until] == pytest.approx([one.p_value for one in found.tested[:until]], rel=1e-9)
    assert until > 0
    if not any(harmed):
        assert max(theirs, default=None) == found.ceiling
