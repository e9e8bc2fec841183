import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import OneHotEncoder, TargetEncoder  # type: ignore[import-untyped]

from tests.small_policy import SMALL_POLICY
from tests.training_rows import RISKS, Told, another, decision, made_up, rows
from triage.classifiers.features import FEATURES
from triage.domain.policy import Policy
from triage.training.candidates import SMOOTH, Candidate, candidates, fit, shrunk_rates
from triage.training.card import Compared
from triage.training.cells import AGENCY, UNSEEN, Cells, foreign, read_cells
from triage.training.comparison import compare, masks
from triage.training.errors import TrainingError
from triage.training.history import Row

NAMES = tuple(FEATURES)
MADE_UP = made_up(1500)


def decided(told: Sequence[Told], policy: Policy = SMALL_POLICY) -> list[Row]:
    return [row for row in rows(told, policy) if row.decided]


def cells_of(told: Sequence[Told], names: Sequence[str] = NAMES) -> Cells:
    found = decided(told)
    return read_cells(found, names, found[0].agency)


def compared(told: Sequence[Told], names: Sequence[str] = NAMES) -> dict[str, Compared]:
    found = decided(told)
    cells = read_cells(found, names, found[0].agency)
    return {row.name: row for row in compare(candidates(cells), cells, masks([found]), 0, lambda _: None)}


def named(cells: Cells, name: str) -> Candidate:
    return next(candidate for candidate in candidates(cells) if candidate.name == name)


# Cells


def test_values_stand_sorted_whatever_the_order_of_the_calls() -> None:
    forth, back = cells_of(MADE_UP), cells_of([call._replace(hours=-call.hours) for call in MADE_UP])
    assert forth.values["type"] == back.values["type"] == tuple(sorted(RISKS))
    assert forth.values["weekday"] == tuple(sorted(forth.values["weekday"]))


def test_each_call_has_the_place_of_its_own_value() -> None:
    found = decided(MADE_UP[:50])
    cells = read_cells(found, NAMES, found[0].agency)
    for name in NAMES:
        assert [cells.values[name][place] for place in cells.columns[name]] == [
            FEATURES[name](row.call) for row in found
        ]
    assert cells.used.tolist() == [row.used for row in found]


def test_what_was_not_seen_has_no_place() -> None:
    known = cells_of([Told(), Told("DISPUTE", beat="C2")])
    found = decided([Told("ROBBERY", beat="C9"), Told(beat="C2")])
    later = read_cells(found, NAMES, found[0].agency, known.values)
    assert later.columns["type"].tolist() == [UNSEEN, 1]
    assert later.columns["beat"].tolist() == [UNSEEN, 1]


def test_an_empty_name_of_a_type_is_no_value() -> None:
    cells = cells_of([Told("- -"), Told()])
    assert cells.values["type"] == ("WELFARE CHECK",)
    assert cells.columns["type"].tolist() == [UNSEEN, 0]


def test_types_and_beats_of_another_agency_are_not_our_own() -> None:
    own, other = decided([Told()]), decided([Told()], another())
    cells = read_cells([*own, *other], NAMES, own[0].agency)
    assert cells.values[AGENCY] == ("Otherville Police", "Smallville Police")
    for name in ("type", "beat"):
        assert sum(map(foreign, cells.values[name])) == 1
        assert FEATURES[name](own[0].call) in cells.values[name]
    assert cells.values["nature"] == ("WELFARE",), "which is common to all"


# Fitting


def test_rates_are_those_of_scikit_learns_target_encoder() -> None:
    cells = cells_of(MADE_UP)
    overall, rates = shrunk_rates(cells.columns["type"], cells.used, len(cells.values["type"]))
    encoder = TargetEncoder(smooth=SMOOTH, target_type="binary").fit(cells.columns["type"][:, None], cells.used)
    assert rates == pytest.approx(encoder.encodings_[0], abs=1e-12)
    assert overall == pytest.approx(encoder.target_mean_, abs=1e-12)


def test_the_score_of_rates_is_the_log_odds_of_the_rate() -> None:
    cells = cells_of(MADE_UP)
    _, rates = shrunk_rates(cells.columns["type"], cells.used, len(cells.values["type"]))
    scores = fit(named(cells, "type_rates"), cells, 0).scores(cells)
    assert 1 / (1 + np.exp(-scores)) == pytest.approx(rates[cells.columns["type"]], abs=1e-12)


def test_a_type_that_was_never_seen_has_the_overall_rate() -> None:
    cells = cells_of(MADE_UP)
    stranger = decided([Told("NO SUCH TYPE")])
    (score,) = fit(named(cells, "type_rates"), cells, 0).scores(
        read_cells(stranger, NAMES, stranger[0].agency, cells.values)
    )
    assert 1 / (1 + np.exp(-score)) == pytest.approx(cells.used.mean(), abs=1e-12)


def test_equal_calls_put_together_are_fitted_as_if_they_stood_apart() -> None:
    cells = cells_of(MADE_UP)
    candidate = named(cells, "hierarchy")
    ours = fit(candidate, cells, 0)
    assert ours.pipeline is not None
    columns = np.column_stack([cells.columns[name] for (name,) in candidate.terms])
    apart = make_pipeline(OneHotEncoder(), LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=200))
    apart.fit(columns, cells.used)
    assert ours.scores(cells) == pytest.approx(apart.decision_function(columns), abs=1e-8)


@pytest.mark.parametrize("name", ["hierarchy", "circumstances", "interactions"])
def test_the_table_says_what_the_pipeline_says(name: str) -> None:
    cells = cells_of(MADE_UP)
    candidate = named(cells, name)
    fitted = fit(candidate, cells, 0)
    later = decided([*made_up(200, seed=9), Told("NO SUCH TYPE", beat="Z9")])
    held = read_cells(later, NAMES, later[0].agency, cells.values)
    assert fitted.pipeline is not None
    assert fitted.scores(held) == pytest.approx(decision(fitted, held), abs=1e-12)


@pytest.mark.parametrize("name", ["type_rates", "hierarchy", "circumstances", "interactions", "boosting_more"])
def test_the_same_calls_give_the_same_scores_to_the_bit(name: str) -> None:
    cells = cells_of(MADE_UP)
    candidate = named(cells, name)
    first, second = (fit(candidate, cells, 0).scores(cells) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_boosting_takes_more_values_than_its_library_does() -> None:
    told = [call._replace(beat=f"B{place % 400}") for place, call in enumerate(MADE_UP)]
    cells = cells_of(told)
    scores = fit(named(cells, "boosting_more"), cells, 0).scores(cells)
    assert np.isfinite(scores).all()
    assert scores[cells.used].mean() > scores[~cells.used].mean()


# Which there are


def test_the_simplest_candidate_stands_first_and_what_cannot_ship_last() -> None:
    found = candidates(cells_of(MADE_UP))
    assert [candidate.name for candidate in found] == [
        "type_rates",
        "hierarchy",
        "circumstances",
        "interactions",
        "boosting",
        "boosting_more",
    ]
    assert [candidate.ships for candidate in found] == [True, True, True, True, False, False]


def test_features_that_never_vary_have_no_term() -> None:
    cells = cells_of(MADE_UP)
    assert ("channel",) not in named(cells, "circumstances").terms
    assert ("beat",) in named(cells, "circumstances").terms


def test_facts_that_are_only_presumed_have_no_term_of_their_own() -> None:
    cells = cells_of(MADE_UP)
    assert len(cells.values["weapon"]) == 2, "robbery presumes one"
    assert ("weapon",) not in named(cells, "circumstances").terms
    stated = cells_of([*MADE_UP, Told("DISPUTE", narrative="he has a knife", hours=2000)])
    assert ("weapon",) in named(stated, "circumstances").terms


def test_candidates_that_come_to_the_same_are_compared_once() -> None:
    assert [candidate.name for candidate in candidates(cells_of(MADE_UP, ["nature"]))] == [
        "type_rates",
        "hierarchy",
        "boosting",
    ]
    assert candidates(cells_of(MADE_UP, ["channel"])) == []


def test_without_own_types_the_rates_are_those_of_canonical_types() -> None:
    rates = named(cells_of(MADE_UP, ["nature", "priority"]), "type_rates")
    assert rates.terms == (("nature",),)
    assert "canonical type" in rates.words


def test_a_model_never_has_more_terms_than_a_table_may() -> None:
    random = np.random.default_rng(1)
    names = (AGENCY, *NAMES)
    columns = {name: random.integers(0, 2, 500).astype(np.int32) for name in names}
    busy = Cells(dict.fromkeys(names, ("no", "yes")), columns, random.integers(0, 2, 500).astype(np.bool_))
    terms = named(busy, "interactions").terms
    assert len([term for term in terms if term != (AGENCY,)]) == 20
    assert ("weapon",) in terms, "danger to life stands first"


# Comparing


def test_the_simplest_within_one_standard_error_of_the_best_is_taken() -> None:
    found = compared(MADE_UP)
    taken = next(row for row in found.values() if row.chosen)
    best = min((row for row in found.values() if "boosting" not in row.name), key=lambda row: row.log_loss)
    assert best.behind == best.noise == 0
    assert taken.behind <= taken.noise
    simpler = list(found.values())[: list(found).index(taken.name)]
    assert all(row.behind > row.noise for row in simpler)
    assert taken.name == "type_rates", "as the truth is one rate for each type"


def test_a_simpler_one_that_is_behind_by_less_than_noise_goes_before_the_best() -> None:
    taken, best, *_ = compared(made_up(700, seed=8)).values()
    assert (taken.name, best.name) == ("type_rates", "hierarchy")
    assert 0 < taken.behind < taken.noise
    assert best.behind == 0
    assert (taken.chosen, best.chosen) == (True, False)


def test_what_types_have_in_common_is_learnt_where_it_matters() -> None:
    many = {f"ROBBERY{number}": 0.7 for number in range(40)} | {"WELFARE CHECK": 0.02, "DISPUTE": 0.1}
    told = made_up(2500, risks=many)
    night = [call._replace(ended="ARREST" if place % 24 < 4 else call.ended) for place, call in enumerate(told)]
    found = compared(night)
    assert found["circumstances"].log_loss < found["type_rates"].log_loss
    assert not found["type_rates"].chosen
    assert not found["hierarchy"].chosen


def test_boosting_is_never_taken_even_where_it_wins() -> None:
    # Authority is mostly used where beat and priority disagree: no sum over features can say that, trees can.
    told = [
        call._replace(ended="ARREST" if (call.beat == "X") ^ (call.priority == "2") ^ (place % 7 == 0) else "HELPED")
        for place, call in enumerate(made_up(1500, seed=4))
    ]
    found = compared(told)
    assert found["boosting_more"].behind < -found["boosting_more"].noise < 0
    assert not found["boosting_more"].chosen
    assert sum(row.chosen for row in found.values()) == 1


def test_the_losses_are_those_of_later_calls_alone() -> None:
    found = compared(MADE_UP)
    number = len(decided(MADE_UP))
    assert {(row.folds, row.calls) for row in found.values()} == {(4, number - number // 5)}
    for row in found.values():
        assert 0 < row.brier < 0.25
        assert 0 < row.log_loss < 0.7


def test_each_agencys_future_is_told_from_its_own_past() -> None:
    first, second = decided(made_up(300)), decided(made_up(100, seed=2), another())
    folds = masks([first, second])
    assert len(folds) == 4
    for fold in folds:
        assert not (fold.learn & fold.test).any()
        for start, size in ((0, len(first)), (len(first), len(second))):
            learn, test = (np.flatnonzero(mask[start : start + size]) for mask in fold)
            assert learn.max() < test.min()


def test_no_fold_with_both_outcomes_in_its_past_is_refused() -> None:
    late = [call._replace(ended="HELPED" if place < 190 else "ARREST") for place, call in enumerate(made_up(200))]
    with pytest.raises(TrainingError, match="at least 1 early call with authority used and 1 without are needed"):
        masks([decided(late)])


def test_nothing_warns_of_what_was_fitted() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compared(MADE_UP)
