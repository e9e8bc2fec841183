"""What rules and model make of calls: every figure counted by hand."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from tests.small_model import SMALL_MODEL, model
from tests.small_policy import SMALL_POLICY
from tests.training_rows import Told, made_up, rows
from triage.classifiers import Abstains, CallToAssess, RulesAlone
from triage.classifiers.table import TableModel
from triage.domain.desk import Desk
from triage.domain.events import Assessment
from triage.domain.model import Model
from triage.training.card import Performance
from triage.training.errors import TrainingError
from triage.training.evaluation import BATCH, evaluate
from triage.training.history import Row

RATE = 0.1


class Says:
    """A classifier that says of each call type what it was told to: a risk, or why it has no opinion."""

    def __init__(self, of: Mapping[str, float | str], ceiling: float | None = 0.25, table: Model | None = None) -> None:
        self.model = table
        self._of = of
        self._ceiling = ceiling

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        return [self._assessment(self._of[call.said.call_type]) for call in calls]

    def _assessment(self, said: float | str) -> Assessment:
        if isinstance(said, str):
            return Assessment(risk=None, model="says", abstained=said)
        return Assessment(risk=said, model="says", abstained=None, ceiling=self._ceiling)


def evaluated(told: Sequence[Told], classifier: Says | TableModel | Abstains | RulesAlone) -> Performance:
    return evaluate(rows(told), classifier, RATE, {"WELFARE CHECK": 0.05})


def calls(*groups: tuple[int, str, str]) -> list[Told]:
    """So many calls of a type that ended so, an hour apart."""
    kinds = [(call_type, ended) for number, call_type, ended in groups for _ in range(number)]
    return [Told(call_type, ended, hour) for hour, (call_type, ended) in enumerate(kinds)]


MIXED = calls(
    (6, "WELFARE CHECK", "HELPED"),
    (2, "WELFARE CHECK", "ARREST"),
    (3, "WELFARE CHECK", "GONE"),
    (4, "RUNAWAY", "HELPED"),
    (1, "RUNAWAY", "REPORT"),
    (5, "PARKING", "HELPED"),
    (2, "PERSON IN CRISIS", "ARREST"),
    (7, "ROBBERY", "ARREST"),
)
LOW = {"WELFARE CHECK": 0.1, "RUNAWAY": 0.1, "PARKING": 0.1, "PERSON IN CRISIS": 0.1, "ROBBERY": 0.1}


def test_the_calls_that_the_rules_send_are_counted_of_all_and_authority_of_the_decided() -> None:
    found = evaluated(MIXED, Says(LOW))
    assert (found.calls, found.decided) == (30, 26)
    assert (found.sent_by_rules.number, found.sent_by_rules.of) == (16, 30)
    assert (found.used_by_rules.number, found.used_by_rules.of) == (2, 12)


def test_a_model_that_finds_no_risk_changes_nothing() -> None:
    found = evaluated(MIXED, Says(LOW))
    assert (found.sent, found.used) == (found.sent_by_rules, found.used_by_rules)
    assert (found.withheld, found.abstained) == (0, {})


def test_a_risk_at_the_ceiling_is_withheld_and_counted() -> None:
    found = evaluated(MIXED, Says({**LOW, "WELFARE CHECK": 0.25}))
    assert (found.sent.number, found.withheld) == (5, 11)
    assert (found.used.number, found.used.of) == (0, 4)


def test_an_abstention_is_withheld_and_counted_by_its_reason() -> None:
    found = evaluated(MIXED, Says({**LOW, "WELFARE CHECK": "few of them", "RUNAWAY": "never seen"}))
    assert found.sent.number == 0
    assert found.abstained == {"few of them": 11, "never seen": 5}
    assert list(found.abstained) == ["few of them", "never seen"]
    assert found.withheld == 0


def test_an_abstention_on_a_call_that_no_cso_would_get_is_not_counted() -> None:
    assert evaluated(MIXED, Says({**LOW, "PARKING": "never seen", "ROBBERY": "never seen"})).abstained == {}


def test_what_the_rules_send_is_sent_withheld_or_abstained_on() -> None:
    found = evaluated(MIXED, Says({**LOW, "RUNAWAY": "never seen", "WELFARE CHECK": 0.9}))
    assert found.sent.number + found.withheld + sum(found.abstained.values()) == found.sent_by_rules.number


def test_a_risk_without_a_ceiling_is_withheld() -> None:
    found = evaluated(MIXED, Says({**LOW, "WELFARE CHECK": 0.0}, ceiling=None))
    assert (found.sent.number, found.withheld) == (0, 16)


@pytest.mark.parametrize("classifier", [RulesAlone(), Abstains("it failed")])
def test_no_opinion_is_no_permission(classifier: RulesAlone | Abstains) -> None:
    found = evaluated(MIXED, classifier)
    assert found.sent.number == 0
    assert sum(found.abstained.values()) == 16
    assert list(found.abstained) == ["it failed" if isinstance(classifier, Abstains) else "no reason stated"]
    assert found.opinions == 0
    assert found.calibration_error.value is None
    assert found.brier.type_rates is None
    assert found.reliability == ()


@pytest.mark.parametrize("ceiling", [0.05, 0.25, None])
def test_routes_are_those_that_the_judge_gives(ceiling: float | None) -> None:
    """Calls of all types, each judged with its assessment by the desk that judges calls as they come."""
    desk = Desk(SMALL_POLICY.model_copy(update={"classifier": "required"}))
    table = TableModel(model(ceiling=ceiling))
    history = rows(
        [*made_up(400, beats=("C1", "C2")), *[told._replace(call_id=f"B{n}") for n, told in enumerate(MIXED)]]
    )
    found = evaluate(history, table, RATE, {})
    judged = [
        desk.judge(row.call.facts, assessment).route
        for row, assessment in zip(history, table.assess([row.call for row in history]), strict=True)
    ]
    for route in ("sworn", "co_response", "cso", "other_agency"):
        assert sum(period.routes[route] for period in found.periods) == judged.count(route)
    assert found.sent.number == judged.count("cso")


def test_a_model_never_adds_a_call() -> None:
    found = evaluate(rows(made_up(500, beats=("C1", "C2"))), TableModel(SMALL_MODEL), RATE, {})
    assert 0 < found.sent.number <= found.sent_by_rules.number


def test_losses_are_of_decided_calls_with_an_opinion_and_so_are_those_of_the_plain_rates() -> None:
    told = calls(
        (1, "WELFARE CHECK", "HELPED"), (1, "RUNAWAY", "ARREST"), (1, "ROBBERY", "ARREST"), (3, "WELFARE CHECK", "GONE")
    )
    found = evaluated(told, Says({"WELFARE CHECK": 0.2, "RUNAWAY": 0.6, "ROBBERY": "never seen"}))
    assert found.opinions == 2
    assert found.brier.model == pytest.approx((0.2**2 + 0.4**2) / 2)
    assert found.brier.type_rates == pytest.approx((0.05**2 + 0.9**2) / 2)  # RUNAWAY has no rate of its own
    assert found.brier.one_rate == pytest.approx((0.1**2 + 0.9**2) / 2)
    assert found.log_loss.model is not None
    assert found.log_loss.one_rate is not None
    assert found.log_loss.model < found.log_loss.one_rate
    assert sum(one.used.of for one in found.reliability) == 2


def test_a_type_rate_is_found_by_the_name_as_it_is_compared() -> None:
    found = evaluated([Told("  welfare   check ")], Says({"welfare   check": 0.2}))
    assert found.brier.type_rates == pytest.approx(0.05**2)


def test_a_model_without_a_ceiling_abstains_and_its_risks_are_measured_all_the_same() -> None:
    told = made_up(300, beats=("C1", "C2"))
    without = evaluate(rows(told), TableModel(model(ceiling=None)), RATE, {})
    with_one = evaluate(rows(told), TableModel(model(ceiling=1.0)), RATE, {})
    assert without.sent.number == 0
    assert sum(without.abstained.values()) == without.sent_by_rules.number
    assert without.opinions == with_one.opinions > 0
    assert (without.brier, without.calibration_error) == (with_one.brier, with_one.calibration_error)
    assert [one.ceiling for one in with_one.coverage if one.ceiling < 1] == [one.ceiling for one in without.coverage]


def test_coverage_is_of_the_calls_that_the_rules_send_and_holds_the_ceiling_in_force() -> None:
    found = evaluated(MIXED, Says({**LOW, "RUNAWAY": 0.3}, table=SMALL_MODEL))
    assert {one.sent.of for one in found.coverage} == {16}
    (point,) = [one for one in found.coverage if one.ceiling == SMALL_MODEL.ceiling]
    assert (point.sent.number, point.used) == (found.sent.number, found.used)
    assert (point.sent.number, point.used.number, point.used.of) == (11, 2, 8)


def test_of_no_rows_there_is_nothing_to_say() -> None:
    found = evaluate([], TableModel(SMALL_MODEL), RATE, {})
    assert (found.calls, found.sent.share, found.brier.model, found.coverage, found.periods) == (0, None, None, (), ())
    assert set(found.cuts) == {"beat", "hours", "channel"}


def test_more_calls_than_one_batch_are_the_same_as_the_sum() -> None:
    some: list[Row] = rows(made_up(300))
    many = (some * (BATCH // len(some) + 1))[: BATCH + 1]
    found = evaluate(many, Says({**LOW, "DISPUTE": "never seen"}), RATE, {})
    assert found.calls == BATCH + 1
    assert found.sent.number == sum(row.route == "cso" for row in many)


@pytest.mark.parametrize(("days", "number", "by_day"), [(59, 60, True), (60, 3, False)])
def test_periods_are_days_for_less_than_sixty_days_and_months_from_there(days: int, number: int, by_day: bool) -> None:
    """From 2 January, midnight at the agency; 60 days later it is March."""
    found = evaluated([Told(hours=24 * day) for day in range(days + 1)], Says(LOW)).periods
    assert len(found) == number
    assert all(sum(period.routes.values()) == 1 for period in found) == by_day
    assert [period.start.day for period in found[:2]] == ([2, 3] if by_day else [1, 1])
    assert {period.start.hour for period in found} == {0}
    assert found[0].start.utcoffset() == timedelta(hours=-8)
    assert [period.start for period in found] == sorted(period.start for period in found)


def test_a_period_counts_the_routes_that_rules_and_model_give() -> None:
    (one, *_) = evaluated(
        calls((2, "WELFARE CHECK", "HELPED"), (3, "PARKING", "HELPED")), Says({**LOW, "PARKING": "no"})
    ).periods
    assert one.routes == {"sworn": 3, "co_response": 0, "cso": 2, "other_agency": 0}


@pytest.mark.parametrize("wrong", [float("nan"), -0.1, 1.5])
def test_a_rate_that_is_none_is_refused(wrong: float) -> None:
    with pytest.raises(TrainingError, match="is no risk"):
        evaluate(rows(MIXED), Says(LOW), wrong, {})
