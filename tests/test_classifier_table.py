"""The table at run time: what it answers, when it has no opinion and why, and that nothing makes it raise."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import exp, log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_model import PRIORITIES, SMALL_MODEL, SUPPORT, TERMS, model
from tests.small_policy import CALL_TYPES, SMALL_POLICY
from triage.classifiers import words
from triage.classifiers.features import FEATURES, NOT_STATED, CallToAssess, FeatureError
from triage.classifiers.table import TableModel
from triage.domain.desk import Desk
from triage.domain.events import Assessment, Particulars
from triage.domain.facts import DANGERS, FACTS, Facts, FactValue
from triage.domain.judge import Judge
from triage.domain.model import Model, Term

NOON = datetime(2024, 5, 13, 12, 30, tzinfo=UTC)
NIGHT = NOON.replace(hour=2)
DESK = Desk(SMALL_POLICY)
TABLE = TableModel(SMALL_MODEL)
WEEK = [NOON + timedelta(days=day) for day in range(7)]
NO_PRIORITY = "priority: not stated"


def call(call_type: str = "WELFARE CHECK", at: datetime = NOON, **more: Any) -> CallToAssess:
    """A call of the small policy: particulars by name, `facts` that somebody stated, values as a rule of it reads."""
    facts = more.pop("facts", {})
    said = Particulars(
        **{"priority": None, "channel": None, "precinct": None, "sector": None, "beat": None, **more},
        call_type=call_type,
    )
    stated = Facts.model_validate(facts)
    return CallToAssess(DESK.weigh(said, stated, Facts(), Facts()).facts, said, at)


def one(asked: CallToAssess, table: TableModel = TABLE) -> Assessment:
    (assessment,) = table.assess([asked])
    return assessment


def reason(asked: CallToAssess, table: TableModel = TABLE) -> str:
    """Why there is no opinion; there is a risk or a reason, never both."""
    found = one(asked, table)
    assert found.risk is None
    assert found.abstained is not None
    assert found.model == table.model.digest
    return found.abstained


def logistic(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


# --- what it answers ---


def test_a_risk_is_the_calibrated_sum_of_the_weights_of_its_values() -> None:
    found = one(call("DISPUTE", NIGHT, priority="2", channel="911", beat="c1"))
    score = -4.0 + 0.25 + 0.125 + 0.5 + 0.25 + 0.5 + 0.25 + 0.5  # as the table of the small model has them
    assert found.risk == pytest.approx(logistic(0.25 + 1.5 * score), rel=1e-12)
    assert (found.model, found.abstained, found.ceiling) == (SMALL_MODEL.digest, None, 0.25)


def test_a_risk_from_the_ceiling_on_withholds_a_cso_and_one_below_does_not() -> None:
    judge = Judge(SMALL_POLICY.model_copy(update={"classifier": "required"}))
    calm, asked = call(priority="3"), call(priority="3", beat="C1")
    risk = one(calm).risk
    assert risk is not None
    exactly = TableModel(model(ceiling=risk))
    assert judge(calm.facts, one(calm)).route == "cso"
    assert judge(calm.facts, one(calm, exactly)).because == ("risk-too-high",)
    assert judge(asked.facts, one(asked, exactly)).because == ("risk-too-high",)


def test_two_values_together_count_once_beside_what_each_counts() -> None:
    table = TableModel(model(terms=(*TERMS, OF_FACTS)))
    urgent, routine = call(priority="2"), call(priority="3")
    assert table.scores([urgent])[0] == pytest.approx(TABLE.scores([urgent])[0] + 0.5, abs=1e-12)
    assert table.scores([routine]) == TABLE.scores([routine])


def test_an_own_type_that_training_never_saw_counts_as_its_canonical_type() -> None:
    known, unknown = call("WELFARE CHECK"), call("WELFARE CHECK")
    unknown = unknown._replace(said=unknown.said.model_copy(update={"call_type": "WELL-BEING"}))
    assert TABLE.scores([unknown])[0] == pytest.approx(TABLE.scores([known])[0] + 0.25, abs=1e-12)
    assert one(unknown).abstained is None


def test_own_types_are_compared_as_names_are() -> None:
    written = call()
    otherwise = written._replace(said=written.said.model_copy(update={"call_type": "-Welfare   check"}))
    assert one(otherwise) == one(written)


def test_scores_are_those_before_calibration_and_are_given_without_an_opinion_too() -> None:
    scores = TABLE.scores([call(), call("RUNAWAY")])
    assert scores == pytest.approx([-4.0 - 0.5 - 0.25 - 0.25, -4.0 - 0.25], abs=1e-12)
    assert [item.risk is None for item in TABLE.assess([call(), call("RUNAWAY")])] == [False, True]


def test_no_calls_have_no_assessments() -> None:
    assert TABLE.assess([]) == []


def test_a_memory_that_is_full_starts_anew_and_answers_the_same() -> None:
    table = TableModel(SMALL_MODEL)
    first = one(call(), table)
    for number in range(20_050):  # more combinations of facts than are remembered
        facts: Mapping[str, FactValue | None] = {**call().facts, "priority": f"level {number}"}
        table.scores([call()._replace(facts=facts)])
    assert len(table._remembered) <= 20_000
    assert one(call(), table) == first


# --- when it has no opinion ---


def test_a_call_without_a_canonical_type_gets_no_opinion() -> None:
    assert reason(call("SOMETHING ELSE")) == (
        "call type not mapped: without a canonical type there are 0 calls to compare with"
    )


@pytest.mark.parametrize(("call_type", "calls"), [("RUNAWAY", 12), ("SUSPICIOUS", 0)])
def test_too_few_calls_of_a_type_in_training_give_no_opinion(call_type: str, calls: int) -> None:
    assert reason(call(call_type)).endswith(f"training saw {calls} of {DESK.presumed(call_type).nature}, 30 are needed")


def test_as_many_calls_of_a_type_as_are_needed_are_enough() -> None:
    assert one(call("RUNAWAY"), TableModel(model(support_min=12))).abstained is None
    assert reason(call("RUNAWAY"), TableModel(model(support_min=13))).startswith("too few calls of this type:")


def test_too_few_calls_of_a_type_at_a_priority_give_no_opinion() -> None:
    assert reason(call(priority="1")) == (
        "too few calls of this combination: training saw 2 of WELFARE with priority emergency, 5 are needed"
    )
    assert one(call(priority="1"), TableModel(model(combination_min=2))).abstained is None


def test_a_type_or_combination_that_was_never_seen_is_unknown_even_if_nothing_is_demanded() -> None:
    lax = {"support_min": 0, "combination_min": 0}
    assert "saw 0 of SUSP, 1 are needed" in reason(call("SUSPICIOUS"), TableModel(model(**lax)))
    other = {"CDX | routine": 20}
    assert f"saw 0 of WELFARE with {NO_PRIORITY}, 1" in reason(call(), TableModel(model(**lax, combinations=other)))


def test_a_model_that_combines_nothing_counts_no_combinations() -> None:
    (assessed,) = TableModel(model(combined=(), combinations={})).assess([call()])
    assert (assessed.risk is not None, assessed.abstained) == (True, None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"beat": "C9"}, "beat C9"),
        ({"facts": {"channel": "text"}}, "channel text"),
    ],
)
def test_a_value_that_training_never_saw_gives_no_opinion(more: dict[str, Any], said: str) -> None:
    assert reason(call(**more)) == f"value never seen in training: {said} came with 0 calls"


def test_a_value_is_seen_wherever_a_weight_names_it() -> None:
    """The priorities of the pair are fewer than those of the term of its own."""
    pair = Term(features=("priority", "hours"), weights={"urgent | 00-03": 1.0})
    table = TableModel(model(terms=(*TERMS, pair)))
    assert one(call(priority="3"), table).risk == one(call(priority="3")).risk
    only = TableModel(model(terms=(pair,)))
    assert "priority routine came with 0" in reason(call(at=NIGHT, priority="3"), only)
    assert "at 12-15 o'clock came with 0" in reason(call(priority="2"), only)
    assert one(call(at=NIGHT, priority="2"), only).risk == pytest.approx(logistic(0.25 + 1.5 * -3.0), rel=1e-12)


@pytest.mark.parametrize("name", [name for name in DANGERS if name not in {"severity", "likelihood", "priority"}])
def test_a_known_danger_that_never_came_with_the_type_gives_no_opinion(name: str) -> None:
    safest, *worse = FACTS[name].values
    asked = call()
    assert one(asked._replace(facts={**asked.facts, name: safest})).abstained is None
    assert one(asked._replace(facts={**asked.facts, name: None})).abstained is None
    for value in worse:
        said = reason(asked._replace(facts={**asked.facts, name: value}))
        assert said.startswith(f"danger never seen with this type: {name.replace('_', ' ')} (")
        assert said.endswith("came with 0 of WELFARE")


def test_a_danger_that_training_saw_with_the_type_is_no_reason() -> None:
    assert one(call("DISPUTE", facts={"violence": True, "domestic": "contact"})).abstained is None
    assert "weapon (yes)" in reason(call("DISPUTE", facts={"weapon": True}))
    assert one(call("ROBBERY")).abstained is None  # it presumes a weapon


def test_without_a_ceiling_every_call_is_withheld_and_the_reason_names_the_limit() -> None:
    table = TableModel(model(ceiling=None))
    for asked in (call(), call("ROBBERY"), call("SOMETHING ELSE")):
        assert reason(asked, table) == "no ceiling satisfied the limit of 1 %: every CSO is withheld"


def test_reasons_are_counted_by_what_stands_before_their_figures() -> None:
    kinds = [words.kind(reason(asked)) for asked in (call(beat="C8"), call(beat="C9"), call("RUNAWAY"))]
    assert kinds == ["value never seen in training", "value never seen in training", "too few calls of this type"]


def test_a_reason_is_one_short_line_whatever_stands_in_the_call() -> None:
    asked = call(beat="B" * 200)
    assert reason(asked) == f"value never seen in training: beat {'B' * 57}... came with 0 calls"
    odd = asked._replace(said=asked.said.model_construct(**{**dict(asked.said), "beat": "C\n\ud800" * 90}))
    assert reason(odd).startswith("value never seen in training: beat C??C??")


# --- nothing makes it raise ---

BROKEN: tuple[Any, ...] = (
    None,
    call()._replace(facts=None),  # type: ignore[arg-type]
    call()._replace(facts={**call().facts, "weapon": []}),  # type: ignore[dict-item]
    call()._replace(facts={**call().facts, "weapon": 2}),  # type: ignore[dict-item]
    call()._replace(said=None),  # type: ignore[arg-type]
    call()._replace(reported_at=None),  # type: ignore[arg-type]
)


@pytest.mark.parametrize(("number", "meant"), [(0, False), (1, True), (1.0, True)])
def test_a_number_that_is_found_where_a_yes_or_no_was_remembered_means_that(number: Any, meant: bool) -> None:
    stated = call()._replace(facts={**call().facts, "weapon": meant})
    odd = call()._replace(facts={**call().facts, "weapon": number})
    assert TableModel(SMALL_MODEL).assess([stated, odd]) == TableModel(SMALL_MODEL).assess([odd, stated])
    assert one(odd) == one(stated)
    assert (one(odd).abstained is None) is not meant


@given(st.datetimes(), st.text(max_size=5), st.none() | st.text(max_size=3))
def test_what_a_value_is_remembered_by_is_all_that_it_is_read_from(
    at: datetime, call_type: str, beat: str | None
) -> None:
    rest = {"priority": None, "channel": None, "precinct": None, "sector": None}
    said = Particulars.model_construct(call_type=call_type, beat=beat, **rest)
    asked = CallToAssess({}, said, at)
    same = CallToAssess({}, said, WEEK[at.weekday()].replace(hour=at.hour))
    for name in FEATURES.keys() - FACTS.keys():
        assert FEATURES[name](asked) == FEATURES[name](same)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_call_that_cannot_be_read_is_an_abstention_and_the_others_keep_theirs(broken: Any) -> None:
    before, found, after = TableModel(SMALL_MODEL).assess([call(), broken, call("DISPUTE")])
    assert (before, after) == (one(call()), one(call("DISPUTE")))
    assert found.abstained is not None
    assert found.abstained.startswith("not assessable: ")
    assert TABLE.explain(broken).assessment == found
    assert TABLE.explain(broken).contributions == ()


def test_weights_beyond_all_bounds_are_an_abstention() -> None:
    huge = tuple(Term(features=("nature",), weights={"WELFARE": 1.7e308}) for _ in range(3))
    assert reason(call(), TableModel(model(terms=huge))).startswith("not assessable: ValueError")
    assert one(call(), TableModel(model(intercept=-5000.0))).risk == 0.0
    assert one(call(), TableModel(model(intercept=5000.0))).risk == 1.0


@pytest.mark.parametrize("name", ["final_call_type", "disposition", "beet"])
def test_a_model_with_a_feature_that_may_not_be_is_refused(name: str) -> None:
    with pytest.raises(FeatureError, match=name):
        TableModel(model(terms=(Term(features=(name,), weights={}),)))


def values_of(name: str) -> tuple[FactValue, ...]:
    natures = tuple(entry.canonical for entry in CALL_TYPES)
    return (*natures, "NEVERSEEN") if name == "nature" else FACTS[name].values


FACTS_KNOWN = st.fixed_dictionaries(
    {}, optional={name: st.one_of(st.none(), st.sampled_from(values_of(name))) for name in FACTS}
)
SAID = st.builds(
    Particulars,
    call_type=st.one_of(st.sampled_from([entry.name for entry in CALL_TYPES]), st.just("-"), st.just("A | B")),
    priority=st.none(),
    channel=st.none(),
    precinct=st.none(),
    sector=st.none(),
    beat=st.sampled_from([None, "C1", "c2", "C3", "C9", "C1 | C2"]),
)
CALLS = st.builds(
    CallToAssess, FACTS_KNOWN, SAID, st.integers(0, 24 * 7 - 1).map(lambda hours: NOON + timedelta(hours=hours))
)
HOSTILE = st.one_of(CALLS, st.sampled_from(BROKEN))
WEIGHTS = st.floats(-6, 6)


OF_FACTS = Term(features=("nature", "priority"), weights={"WELFARE | urgent": 0.5, "CDX | not stated": 0.25})


def remade(weights: list[float], gone: int) -> Model:
    """The small model with a pair of facts too, with other weights, and without one cell of each term."""
    drawn = iter(weights * 10)
    terms = [
        term.model_copy(
            update={
                "weights": {
                    cell: next(drawn) for place, cell in enumerate(term.weights) if place != gone % len(term.weights)
                }
            }
        )
        for term in (*TERMS, OF_FACTS)
    ]
    return model(terms=tuple(terms))


@given(st.lists(HOSTILE, max_size=12), st.lists(WEIGHTS, min_size=5, max_size=5), st.integers(0, 9))
def test_a_batch_is_assessed_as_its_calls_are_one_by_one(calls: list[Any], weights: list[float], gone: int) -> None:
    made = remade(weights, gone)
    together = TableModel(made).assess(calls)
    assert together == [one(asked, TableModel(made)) for asked in calls]
    for found in together:
        assert (found.risk is None) != (found.abstained is None)
        assert found.risk is None or (0 < found.risk < 1 and found.ceiling == made.ceiling)


@given(HOSTILE, st.lists(WEIGHTS, min_size=5, max_size=5), st.integers(0, 9))
def test_an_explanation_adds_up_to_the_log_odds_of_the_risk(asked: Any, weights: list[float], gone: int) -> None:
    table = TableModel(remade(weights, gone))
    told = table.explain(asked)
    assert told.assessment == one(asked, table)
    assert told.base + sum(part.amount for part in told.contributions) == pytest.approx(told.log_odds, abs=1e-12)
    if told.assessment.risk is not None:
        assert told.assessment.risk == pytest.approx(logistic(told.log_odds), rel=1e-12)
        assert log(told.assessment.risk / (1 - told.assessment.risk)) == pytest.approx(told.log_odds, abs=1e-6)


@given(CALLS, st.sets(st.sampled_from(["terms", "support", "combinations", "dangers", "reference"]), min_size=1))
def test_a_table_that_is_gone_never_raises_and_never_brings_an_opinion_about(
    asked: CallToAssess, gone: set[str]
) -> None:
    one_term = (Term(features=("nature",), weights={}),)
    left = model(**{name: one_term if name == "terms" else {} for name in gone})
    found = one(asked, TableModel(left))
    if gone & {"support", "combinations"}:
        assert found.abstained is not None
    if "terms" not in gone and one(asked).abstained is not None:
        assert found.abstained is not None


@given(CALLS)
def test_everything_unknown_is_an_abstention(asked: CallToAssess) -> None:
    """What is said above, rule by rule, once more by hand, as one condition over all calls."""
    facts = asked.facts
    nature = facts.get("nature")
    priority = facts.get("priority") or NOT_STATED
    seen = SMALL_MODEL.dangers.get(str(nature), ())
    graded = {"severity", "likelihood", "priority"}
    dangers = {
        name
        for name in set(DANGERS) - graded
        if facts.get(name) not in {None, FACTS[name].values[0]} and name not in seen
    }
    known = (
        nature in {"WELFARE", "CDX", "PARKING", "MNTL", "ROBBERY"}
        and (nature, priority) != ("WELFARE", "emergency")
        and facts.get("channel") in {None, "911", "phone", "officer"}
        and asked.said.beat in {None, "C1", "c2", "C3"}
        and not dangers
    )
    assert (one(asked).abstained is None) == known


def test_the_small_model_knows_what_it_says_that_it_knows() -> None:
    assert set(SUPPORT) == {"WELFARE", "CDX", "PARKING", "MNTL", "ROBBERY", "RUNAWAY"}
    assert len(SMALL_MODEL.combinations) == len(SUPPORT) * len(PRIORITIES)
    worst: dict[str, Any] = {"at": NIGHT, "priority": "2", "channel": "911", "beat": "C1"}
    for call_type, below in (("WELFARE CHECK", True), ("DISPUTE", True), ("PARKING", True), ("ROBBERY", False)):
        risk = one(call(call_type, **worst)).risk
        assert risk is not None
        assert (risk < 0.25) == below


def test_only_facts_are_counted_together() -> None:
    with pytest.raises(FeatureError, match="`beat` is no fact, so it cannot be combined"):
        TableModel(model(combined=("nature", "beat")))
