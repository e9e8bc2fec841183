from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.special import expit  # type: ignore[import-untyped]

from tests.san_diego import AGENCY as SAN_DIEGO
from tests.san_diego import reading as san_diegos_calls
from tests.small_policy import SMALL_POLICY
from tests.training_rows import RISKS, Told, agency, another, decision, made_up
from triage.classifiers.features import FEATURES, FeatureError
from triage.classifiers.table import TableModel
from triage.rulebook import load, load_outcomes
from triage.training.calibration import calibrate
from triage.training.candidates import candidates, fit
from triage.training.cells import read_cells
from triage.training.errors import LeakError, TrainingError
from triage.training.export import Origin, to_model
from triage.training.history import Row, history
from triage.training.lessons import Agency, Lessons, lessons
from triage.training.reference import usual
from triage.training.train import STEPS, Trained, train

CALM = {**RISKS, "PARKING": 0.05, "DISPUTE": 0.2}
MADE_UP = [*made_up(3000, risks=CALM)]
"""Of 600 welfare checks, which the rules send to a CSO, none ends with authority used."""


@pytest.fixture(scope="module")
def own() -> Agency:
    return agency(MADE_UP)


@pytest.fixture(scope="module")
def trained(own: Agency) -> Trained:
    return train(own)


# What comes of it


def test_the_ceiling_keeps_to_the_limit_on_the_calibration_part_alone(trained: Trained, own: Agency) -> None:
    model, card = trained
    certificate = card.certificate
    assert model.ceiling is not None
    assert model.ceiling == certificate.ceiling
    assert certificate.agencies == ("Smallville Police",)
    assert certificate.authority_used == 0
    assert certificate.bound is not None
    assert certificate.bound <= SMALL_POLICY.authority_limit
    part = next(part for part in card.parts if part.name == "calibrate")
    assert certificate.calls <= part.sent
    rows = lessons(own, (), borrowed=False).calibrate
    below = [
        found.risk is not None and found.risk < model.ceiling
        for row, found in zip(rows, TableModel(model).assess([row.call for row in rows]), strict=True)
        if row.decided and row.route == "cso"
    ]
    assert sum(below) == certificate.calls


def test_no_ceiling_lies_above_the_rate_of_all_calls_learnt_from() -> None:
    found = train(agency(MADE_UP)).card
    assert found.certificate.tested
    assert all(tested.ceiling <= found.one_rate for tested in found.certificate.tested)
    assert f"none above {found.one_rate:.2%}" in found.certificate.method


def test_calls_that_the_rules_send_elsewhere_certify_nothing() -> None:
    card = train(agency(made_up(2000, risks={**RISKS, "PARKING": 0.0}))).card
    certificate = card.certificate
    part = next(part for part in card.parts if part.name == "calibrate")
    assert 0 < certificate.tested[0].calls <= part.sent, "parking goes to another agency, however harmless"
    assert certificate.ceiling is None


def test_what_is_usual_is_learnt_before_the_test_part() -> None:
    moved = [call._replace(beat="Z9" if place >= 2550 else call.beat) for place, call in enumerate(MADE_UP)]
    assert set(train(agency(moved), features=["nature", "beat"]).model.reference["beat"]) == {"X", "Y"}


def test_parts_follow_one_another_and_hold_every_call(trained: Trained, own: Agency) -> None:
    parts = trained.card.parts
    assert [part.name for part in parts] == ["train", "calibrate", "test"]
    assert [part.calls for part in parts] == [750, 1800, 450]
    assert sum(part.calls for part in parts) == len(own.rows)
    assert parts[0].last < parts[1].first
    assert parts[1].last < parts[2].first
    assert all(0 < part.authority_used < part.decided < part.calls for part in parts)


def test_the_card_says_what_was_compared_and_which_was_taken(trained: Trained) -> None:
    taken = [row.name for row in trained.card.compared if row.chosen]
    assert len(taken) == 1
    assert trained.model.name.endswith(taken[0].replace("_", "-"))
    assert trained.card.features == tuple(FEATURES)
    assert [file.name for file in trained.card.sources[0].files] == ["calls.csv"]


def test_the_card_names_its_limits_first(trained: Trained) -> None:
    first, *rest = trained.card.caveats
    assert first.startswith("Every outcome followed a sworn response.")
    assert any("(10%) are left out, as their closing does not say" in caveat for caveat in rest)
    assert any("came within 123 days (2023-01-03 to 2023-05-05)" in caveat for caveat in rest)
    assert not any("Borrowed" in caveat for caveat in rest)


def test_the_plain_rates_are_those_of_the_training_part(trained: Trained, own: Agency) -> None:
    decided = [row for row in own.rows[:750] if row.decided]
    assert trained.card.one_rate == pytest.approx(sum(row.used for row in decided) / len(decided))
    assert set(trained.card.type_rates) == set(RISKS)
    assert trained.card.type_rates["ROBBERY"] == pytest.approx(0.7, abs=0.1)


def test_the_figures_are_of_the_test_part(trained: Trained) -> None:
    assert trained.card.test.calls == 450
    assert trained.card.test.sent.number <= trained.card.test.sent_by_rules.number
    assert trained.card.test.sent.number > 0


def test_the_same_history_gives_the_same_model_and_card(trained: Trained, own: Agency) -> None:
    again = train(own)
    assert again.model.model_dump_json() == trained.model.model_dump_json()
    assert again.card.model_dump_json() == trained.card.model_dump_json()


def test_the_test_part_changes_nothing_but_its_own_figures(trained: Trained) -> None:
    flipped = [
        call._replace(ended="ARREST" if call.ended == "HELPED" else "HELPED") if place >= 2550 else call
        for place, call in enumerate(MADE_UP)
    ]
    other = train(agency(flipped))
    assert other.model == trained.model
    assert other.card.certificate == trained.card.certificate
    assert other.card.compared == trained.card.compared
    assert other.card.test != trained.card.test


def test_the_calibration_part_does_not_choose_the_model_or_its_weights(trained: Trained) -> None:
    flipped = [
        call._replace(ended="ARREST") if 750 <= place < 2550 and place % 7 == 0 else call
        for place, call in enumerate(MADE_UP)
    ]
    other = train(agency(flipped))
    assert other.card.compared == trained.card.compared
    assert (other.model.terms, other.model.intercept) == (trained.model.terms, trained.model.intercept)
    assert (other.model.slope, other.model.offset) != (trained.model.slope, trained.model.offset)
    assert other.model.ceiling is None
    assert other.card.caveats[0].startswith("No ceiling satisfied the limit of 1 % with 95% confidence")
    assert "at least 299 decided calls without authority used" in other.card.caveats[0]


def test_progress_is_told_to_the_end(own: Agency) -> None:
    told: list[int] = []
    train(own, features=["nature", "priority"], progress=told.append)
    assert told == sorted(told)
    assert told[-1] == STEPS


# Which features


def test_only_the_features_that_were_asked_for_are_read(own: Agency) -> None:
    model, card = train(own, features=["priority", "nature"])
    assert {name for term in model.terms for name in term.features} <= {"nature", "priority"}
    assert card.features == ("nature", "priority")


@pytest.mark.parametrize("name", ["disposition", "final_call_type", "cleared_at"])
def test_an_outcome_is_refused_as_a_feature_by_its_name(own: Agency, name: str) -> None:
    with pytest.raises(FeatureError, match=f"`{name}` is known only after somebody went"):
        train(own, features=["nature", name])


def test_a_leak_stops_training() -> None:
    told = [call._replace(beat="R1" if call.ended == "ARREST" else "C1") for call in MADE_UP]
    with pytest.raises(LeakError, match="feature `beat` alone tells how later calls ended"):
        train(agency(told))


def test_no_feature_at_all_is_refused(own: Agency) -> None:
    with pytest.raises(TrainingError, match="no feature is left to learn from: at least 1 is needed; valid: nature, "):
        train(own, features=[])
    with pytest.raises(TrainingError, match=r"every feature has the same value .* at least 1 with 2 values is needed"):
        train(own, features=["channel"])


# Others' calls


def test_anothers_calls_help_and_own_calls_certify() -> None:
    few = agency(made_up(400, seed=8, risks=CALM))
    other = agency(MADE_UP, another())
    model, card = train(few, [other])
    assert (model.agency, model.borrowed) == ("Smallville Police", False)
    assert card.certificate.agencies == ("Smallville Police",)
    assert [(part.agency, part.name, part.calls) for part in card.parts] == [
        ("Smallville Police", "train", 100),
        ("Smallville Police", "calibrate", 240),
        ("Smallville Police", "test", 60),
        ("Otherville Police", "train", 2550),
        ("Otherville Police", "test", 450),
    ]
    assert sum(model.support.values()) > 2000
    assert card.caveats[0].startswith("Calls of Otherville Police are learnt from too")
    assert [(source.own, source.learnt) for source in card.sources] == [(True, True), (False, True)]


def test_a_borrowed_model_knows_no_outcome_of_its_own() -> None:
    told = [call._replace(ended="") for call in made_up(400, seed=8, risks=CALM)]
    model, card = train(agency(told), [agency(MADE_UP, another())], borrowed=True)
    assert (model.agency, model.borrowed) == ("Smallville Police", True)
    assert model.routing == SMALL_POLICY.routing_digest
    assert card.certificate.agencies == ("Otherville Police",)
    assert model.ceiling is not None
    assert card.caveats[0].startswith("Borrowed: no outcome of Smallville Police is in this model.")
    assert "nothing certifies the limit for Smallville Police" in card.caveats[0]
    assert not {name for term in model.terms for name in term.features} & {"type", "beat"}
    assert "type" not in card.features
    assert card.test.calls == 400
    assert sum(card.type_rates.values()) > 0, "each own type has the rate of its canonical type elsewhere"


def test_a_borrowed_model_reads_neither_types_nor_beats_nor_priorities_as_these_are_each_agencys_own() -> None:
    lender = agency(MADE_UP, SMALL_POLICY.model_copy(update={"agency": "Otherville Police"}))
    found = train(agency(made_up(100, seed=9)), [lender], borrowed=True)
    read = {name for term in found.model.terms for name in term.features} | set(found.model.combined)
    assert read.isdisjoint({"type", "beat", "priority"})
    assert {"type", "beat", "priority"}.isdisjoint(found.card.features)


def test_own_outcomes_change_nothing_of_a_borrowed_model() -> None:
    other = agency(MADE_UP, another())
    told = made_up(400, seed=8)
    ends = [[call._replace(ended=ended) for call in told] for ended in ("", "ARREST")]
    silent, loud = (train(agency(calls), [other], borrowed=True) for calls in ends)
    assert silent.model == loud.model


def test_nothing_to_borrow_from_is_refused(own: Agency) -> None:
    with pytest.raises(TrainingError, match="at least 1 other agency to learn from: --from DIR=FILE"):
        train(own, borrowed=True)


def test_an_agency_that_stands_twice_is_refused(own: Agency) -> None:
    with pytest.raises(TrainingError, match="`Smallville Police` stands twice: name each agency once"):
        train(own, [own])


# Too little


def refused(told: Sequence[Told], match: str) -> None:
    with pytest.raises(TrainingError, match=match):
        train(agency(told))


def test_too_few_decided_calls_are_refused_with_the_number_needed() -> None:
    refused(made_up(300), r"the training part has 6\d calls .* at least 100 are needed; give more files, or learn from")


def test_calls_of_one_outcome_only_are_refused() -> None:
    helped = [call._replace(ended="HELPED") for call in MADE_UP]
    refused(helped, "the training part has 750 calls .* 0 of them with authority used: at least 10 are needed")
    arrested = [call._replace(ended="ARREST") for call in MADE_UP]
    refused(arrested, "0 of them without: at least 10 are needed")


def test_a_calibration_part_that_says_nothing_is_refused() -> None:
    silent = [
        call._replace(ended="REPORT" if 750 <= place < 2550 else call.ended) for place, call in enumerate(MADE_UP)
    ]
    refused(silent, "the calibration part has 0 calls .* at least 20 are needed")


def test_no_call_at_all_is_refused() -> None:
    refused([], "`Smallville Police` has 0 calls: at least 1 in each part is needed")


def test_a_history_out_of_the_order_of_time_is_refused(own: Agency) -> None:
    rows = [*own.rows[1:], own.rows[0]]
    with pytest.raises(TrainingError, match="call 3,000 of 3,000 was reported before the one before it"):
        train(own._replace(rows=rows))


# As scikit-learn says


@pytest.fixture(scope="module")
def san_diego() -> Lessons:
    policy = load(SAN_DIEGO)
    found = history(policy, load_outcomes(SAN_DIEGO), [san_diegos_calls()])
    assert found[0].call.reported_at.tzinfo == ZoneInfo(policy.time_zone)
    return lessons(Agency(policy, found), (), borrowed=False)


@pytest.mark.published_data
@pytest.mark.parametrize("name", ["hierarchy", "circumstances", "interactions"])
def test_risks_are_those_of_scikit_learns_pipeline_on_every_row_of_the_test_part(san_diego: Lessons, name: str) -> None:
    policy, names = san_diego.own.policy, tuple(FEATURES)
    cells = read_cells(san_diego.learnt, names, policy.agency)
    candidate = next(candidate for candidate in candidates(cells) if candidate.name == name)
    fitted = fit(candidate, cells, 0)
    assert fitted.table is not None
    assert fitted.pipeline is not None
    model = to_model(fitted.table, cells, Origin(policy, name, False, san_diego.learnt, usual(san_diego.usual, names)))

    def scores(rows: Sequence[Row]) -> list[float]:
        held = read_cells(rows, names, policy.agency, cells.values)
        return decision(fitted, held)

    known = [row for row in san_diego.calibrate if row.decided]
    line = calibrate(scores(known), [row.used for row in known])
    model = model.model_copy(
        update={"slope": line.slope, "offset": line.offset, "support_min": 0, "combination_min": 0}
    )
    calls = [row.call for row in san_diego.test]
    theirs = expit(line.offset + line.slope * np.array(scores(san_diego.test)))
    log_odds = line.offset + line.slope * np.array(TableModel(model).scores(calls))
    assert expit(log_odds) == pytest.approx(theirs, abs=1e-12, rel=0)
    risks = {place: found.risk for place, found in enumerate(TableModel(model).assess(calls)) if found.risk is not None}
    assert len(risks) > 2000
    assert list(risks.values()) == pytest.approx(theirs[list(risks)], abs=1e-12, rel=0)
