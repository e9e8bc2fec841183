from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tests.small_policy import SMALL_POLICY
from tests.training_rows import Told, another, made_up, rows
from triage.classifiers.features import FEATURES
from triage.classifiers.table import TableModel
from triage.domain.model import Model
from triage.domain.policy import Policy
from triage.training.candidates import Candidate, Fitted, candidates, fit
from triage.training.cells import AGENCY, Cells, read_cells
from triage.training.export import COMBINATION_MIN, SUPPORT_MIN, Origin, to_model
from triage.training.history import Row
from triage.training.reference import usual

NAMES = tuple(FEATURES)
MADE_UP = made_up(900)


def learnt(
    told: Sequence[Told],
    name: str = "interactions",
    others: Sequence[Row] = (),
    policy: Policy = SMALL_POLICY,
    features: Sequence[str] = NAMES,
) -> tuple[Model, Fitted, Cells, Candidate]:
    own = rows(told)
    decided = [row for row in [*own, *others] if row.decided]
    cells = read_cells(decided, features, policy.agency)
    candidate = next(candidate for candidate in candidates(cells) if candidate.name == name)
    fitted = fit(candidate, cells, 0)
    assert fitted.table is not None
    origin = Origin(policy, name, policy is not SMALL_POLICY, decided, usual(own, features))
    return to_model(fitted.table, cells, origin), fitted, cells, candidate


@pytest.mark.parametrize("name", ["type_rates", "hierarchy", "circumstances", "interactions"])
def test_the_model_scores_as_what_was_fitted(name: str) -> None:
    model, fitted, cells, _ = learnt(MADE_UP, name)
    later = rows([*made_up(300, seed=5), Told("NO SUCH TYPE", beat="Z9"), Told("DISPUTE", priority="1")])
    held = read_cells(later, NAMES, SMALL_POLICY.agency, cells.values)
    assert TableModel(model).scores([row.call for row in later]) == pytest.approx(fitted.scores(held), abs=1e-12)


def test_a_model_is_for_one_agency_its_rules_and_its_limit() -> None:
    model, *_ = learnt(MADE_UP, "hierarchy")
    assert (model.name, model.agency) == ("smallville-police-hierarchy", "Smallville Police")
    assert model.routing == SMALL_POLICY.routing_digest
    assert model.authority_limit == SMALL_POLICY.authority_limit
    assert not model.borrowed


def test_every_value_that_training_saw_has_a_weight_and_no_other() -> None:
    model, *_ = learnt(MADE_UP)
    terms = {term.features: term.weights for term in model.terms}
    decided = [row.call for row in rows(MADE_UP) if row.decided]
    for features, weights in terms.items():
        assert set(weights) == {" | ".join(FEATURES[name](call) for name in features) for call in decided}
        assert list(weights) == sorted(weights)
    assert terms["nature", "priority"]


def test_own_types_and_beats_of_other_agencies_are_left_out() -> None:
    others = rows([call._replace(call_type="PARKING", beat="Z1") for call in made_up(300, seed=3)], another())
    model, *_ = learnt(MADE_UP, others=others)
    terms = {term.features: term.weights for term in model.terms}
    assert set(terms["type",]) == {call.call_type for call in MADE_UP}
    assert set(terms["beat",]) == {"X", "Y"}
    assert (AGENCY,) not in terms
    assert not any("Otherville" in cell for weights in terms.values() for cell in weights)


def test_the_weight_of_the_agency_is_part_of_the_intercept() -> None:
    others = rows(made_up(600, seed=3, risks={"DISPUTE": 0.8, "PARKING": 0.7}), another())
    model, fitted, cells, candidate = learnt(MADE_UP, "hierarchy", others)
    assert fitted.table is not None
    place = [*candidate.terms].index((AGENCY,))
    weight = fitted.table.weights[place][cells.values[AGENCY].index(SMALL_POLICY.agency)]
    assert abs(weight) > 0.1
    assert model.intercept == fitted.table.intercept + weight
    own = [row for row in rows(MADE_UP) if row.decided]
    held = fitted.scores(cells)[: len(own)]
    assert TableModel(model).scores([row.call for row in own]) == pytest.approx(held, abs=1e-12)


def test_an_agency_that_was_not_learnt_from_has_the_mean_weight_of_nothing() -> None:
    stranger = another("Thirdville Police")
    features = tuple(name for name in NAMES if name not in {"type", "beat"})
    others = rows(made_up(300, seed=3), another())
    model, fitted, *_ = learnt(MADE_UP, "hierarchy", others, stranger, features)
    assert fitted.table is not None
    assert model.intercept == fitted.table.intercept
    assert model.borrowed


def test_support_counts_the_decided_calls_that_were_learnt_from() -> None:
    model, *_ = learnt(MADE_UP)
    decided = [row for row in rows([*MADE_UP, Told("NO SUCH TYPE", hours=1000)]) if row.decided]
    natures = Counter(row.call.facts["nature"] for row in decided)
    assert model.support == {nature: number for nature, number in natures.items() if nature is not None}
    assert sum(model.combinations.values()) == sum(model.support.values())
    assert model.combined[0] == "nature"
    asked = {"nature": "WELFARE", "priority": "routine"}
    assert sum(
        calls
        for cell, calls in model.combinations.items()
        if asked.items() <= dict(zip(model.combined, cell.split(" | "), strict=True)).items()
    ) == sum(asked.items() <= row.call.facts.items() for row in decided)
    assert (model.support_min, model.combination_min) == (SUPPORT_MIN, COMBINATION_MIN)


def test_a_type_without_a_canonical_one_supports_nothing() -> None:
    model, *_ = learnt([*MADE_UP, *[Told("NO SUCH TYPE", hours=1000 + hour) for hour in range(50)]])
    assert not any("not stated" in key.partition(" | ")[0] for key in (*model.support, *model.combinations))


def test_dangers_are_those_that_were_known_with_a_type() -> None:
    told = [*MADE_UP, Told("DISPUTE", narrative="he has a knife", hours=1000), Told(narrative="bleeding", hours=1001)]
    model, *_ = learnt(told)
    assert model.dangers == {"CDX": ("weapon",), "ROBBERY": ("weapon",), "WELFARE": ("medical_emergency",)}


def test_a_danger_of_a_call_that_nobody_decided_was_never_seen() -> None:
    told = [*MADE_UP, Told("DISPUTE", "REPORT", narrative="he has a knife", hours=1000)]
    assert "CDX" not in learnt(told)[0].dangers


def test_the_reference_holds_the_shares_of_all_own_calls_decided_or_not() -> None:
    told = [Told(beat="C1", ended="REPORT")] * 49 + [Told(beat="C2")] * 50 + [Told("ROBBERY", "ARREST", beat="C3")]
    told = [call._replace(hours=hour, call_id=f"B{hour}") for hour, call in enumerate(told)]
    model, *_ = learnt(told)
    assert model.reference["beat"] == {"C1": 0.49, "C2": 0.5, "other": 0.01}
    assert list(model.reference["beat"])[-1] == "other"
    assert "channel" not in model.reference, "which never differs"
    assert set(model.reference) <= {"nature", "priority", "channel", "hours", "weekday", "beat"}
    for shares in model.reference.values():
        assert sum(shares.values()) == pytest.approx(1, abs=1e-12)


def test_a_feature_that_was_not_to_be_learnt_from_is_not_watched() -> None:
    model, *_ = learnt(MADE_UP, "hierarchy", features=("nature", "type", "hours"))
    assert set(model.reference) == {"nature", "hours"}


def test_the_name_of_a_model_is_a_slug_whatever_the_agency_is_called() -> None:
    for name in (
        "S\N{LATIN SMALL LETTER A WITH ACUTE}o Paulo",
        "\N{CJK UNIFIED IDEOGRAPH-5317}",
        "A" * 200,
        "42nd -- St.",
    ):
        model, *_ = learnt(MADE_UP, "hierarchy", policy=another(name), features=("nature", "priority"))
        assert Model.model_validate(model.model_dump()).name == model.name


def test_a_model_survives_being_written_as_json() -> None:
    model, *_ = learnt(MADE_UP)
    again = Model.model_validate_json(model.model_dump_json())
    assert again == model
    assert np.array_equal(
        TableModel(again).scores([row.call for row in rows(MADE_UP)]),
        TableModel(model).scores([row.call for row in rows(MADE_UP)]),
    )
