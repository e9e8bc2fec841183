"""What must hold for every call there can be, over the whole space of facts that Seattle's rules read.

The space is far too large to walk point by point, and need not be: a verdict depends on the facts only through the
truth of the rules. So it is walked in parts that are each complete:

1. every rule over every combination of the facts that it reads: more danger never helps a CSO;
2. every combination of what the rules of each effect come to, with every kind of assessment: the verdict is cautious;
3. the judge against a plain reading of the rules: for every nature, every combination of the facts that its rules read
   jointly, beside every state of a danger that stands alone; and every pair of facts on every call type.
"""

from collections.abc import Mapping
from functools import cache
from itertools import combinations, product
from math import prod
from pathlib import Path

import pytest

from triage.domain.desk import Desk
from triage.domain.events import Assessment
from triage.domain.facts import DANGERS, FACTS, FactValue
from triage.domain.judge import CALL_TYPE_NOT_MAPPED, CLASSIFIER_ABSTAINED, NO_RULE_ALLOWS, RISK_TOO_HIGH, Judge
from triage.domain.policy import CallType, Policy, Rule
from triage.domain.values import Route
from triage.rulebook import load

Known = Mapping[str, FactValue | None]

SEATTLE = load(Path(__file__).parents[1] / "config" / "seattle")
POLICY = SEATTLE.model_copy(update={"classifier": "none"})
DESK = Desk(POLICY)
WANTS_A_CLASSIFIER = Desk(SEATTLE.model_copy(update={"classifier": "required"}))
NATURES = sorted({call_type.canonical for call_type in POLICY.call_types})
NO_OPINION = Assessment(risk=None, model="none", abstained=None)
ASSESSMENTS = (
    NO_OPINION,
    Assessment(risk=0.0, model="m", abstained=None, ceiling=0.03),
    Assessment(risk=0.029, model="m", abstained=None, ceiling=0.03),
    Assessment(risk=0.03, model="m", abstained=None, ceiling=0.03),
    Assessment(risk=1.0, model="m", abstained=None, ceiling=0.03),
    Assessment(risk=0.0, model="m", abstained=None),
    Assessment(risk=None, model="m", abstained="never saw the like"),
)
CAUTION: Mapping[Route, int] = {"sworn": 2, "co_response": 1, "cso": 0, "other_agency": 0}
EFFECTS = ("require_sworn", "allow_co_response", "route_to", "allow_cso")


def values(name: str) -> tuple[FactValue | None, ...]:
    """Every value of a fact that is not a nature, safest first, and that nobody asked."""
    return (*FACTS[name].values, None)


@cache
def rules_of(nature: str | None) -> tuple[Rule, ...]:
    """The rules that a call of this nature could meet."""
    return tuple(rule for rule in POLICY.rules if nature is None or nature in rule.when.get("nature", (nature,)))


def joint_facts(nature: str) -> list[str]:
    """The facts that the rules for this nature read together with another fact, beside what the call type fixes."""
    joint = {
        name
        for rule in rules_of(nature)
        for name in rule.when
        if len(rule.when.keys() - {"nature"}) > 1 or rule.effect != "require_sworn"
    }
    return sorted(joint - {"nature", "severity", "likelihood"})


def safe() -> dict[str, FactValue | None]:
    """Every danger excluded, nothing else known."""
    return {name: FACTS[name].values[0] for name in DANGERS}


def holds(rule: Rule, facts: Known) -> bool | None:
    """The truth of a rule by a plain reading of its lines; None where it hangs on an unknown fact."""
    lines = [None if facts.get(name) is None else facts[name] in wanted for name, wanted in rule.when.items()]
    return False if False in lines else None if None in lines else True


def plain_route(facts: Known, assessment: Assessment) -> Route:
    """The route by a plain reading of the rules, one after another."""
    truth = {effect: [holds(rule, facts) for rule in POLICY.rules if rule.effect == effect] for effect in EFFECTS}
    if facts.get("nature") is None or any(found is not False for found in truth["require_sworn"]):
        return "sworn"
    if True in truth["allow_co_response"]:
        return "co_response"
    risk, ceiling = assessment.risk, assessment.ceiling
    withheld = assessment.abstained is not None or (risk is not None and (ceiling is None or risk >= ceiling))
    if withheld or True not in truth["route_to"] + truth["allow_cso"]:
        return "sworn"
    return "other_agency" if True in truth["route_to"] else "cso"


# --- 1. every rule ---


@pytest.mark.parametrize("rule", POLICY.rules, ids=lambda rule: rule.id)
def test_more_danger_never_takes_a_call_from_an_officer(rule: Rule) -> None:
    names = [name for name in rule.when if name != "nature"]
    natures = (*rule.when.get("nature", ()), "none of these", None) if "nature" in rule.when else (None,)
    for nature, point in product(natures, product(*(values(name) for name in names))):
        facts: dict[str, FactValue | None] = {"nature": nature, **dict(zip(names, point, strict=True))}
        truth = holds(rule, facts)
        for name in set(names) & set(DANGERS):
            for worse in values(name)[values(name).index(facts[name]) + 1 : -1]:
                if facts[name] is None:
                    continue
                then = holds(rule, {**facts, name: worse})
                if rule.effect == "require_sworn":
                    assert not (truth is True and then is not True), (facts, name, worse)
                else:
                    assert not (then is True and truth is False), (facts, name, worse)


@pytest.mark.parametrize("rule", POLICY.rules, ids=lambda rule: rule.id)
def test_every_rule_is_met_by_some_call_type_and_some_facts(rule: Rule) -> None:
    wanted: dict[str, FactValue | None] = {name: found[0] for name, found in rule.when.items()}
    natures = rule.when.get("nature", tuple(NATURES))
    for nature in natures:
        verdict = DESK.judge({**safe(), **wanted, "nature": nature}, NO_OPINION)
        if rule.id in verdict.because:
            return
    pytest.fail(f"`{rule.id}` never decides")


# --- 2. every combination of what rules come to ---


def four_rules() -> Policy:
    """One rule of each effect, each on a fact of its own."""
    facts = {
        "require_sworn": "weapon",
        "allow_co_response": "juvenile",
        "route_to": "follow_up",
        "allow_cso": "intoxicated",
    }
    more: Mapping[str, dict[str, object]] = {
        "allow_co_response": {"programme": "youth", "wait_minutes": 1},
        "allow_cso": {"programme": "youth", "wait_minutes": 1},
        "route_to": {"agency": "elsewhere"},
    }
    rules = [
        {"id": name.replace("_", "-"), "effect": effect, "when": {name: (True,)}, "because": "b", "source": "s"}
        | more.get(effect, {})
        for effect, name in facts.items()
    ]
    return POLICY.model_copy(update={"rules": tuple(Rule.model_validate(rule) for rule in rules)})


def test_the_verdict_is_cautious_whatever_the_rules_come_to() -> None:
    judge = Judge(four_rules())
    for point in product((False, True, None), repeat=4):
        facts: Known = {
            "nature": "WELFARE",
            **dict(zip(("weapon", "juvenile", "follow_up", "intoxicated"), point, strict=True)),
        }
        alone = judge(facts, NO_OPINION)
        if facts["weapon"] is not False:
            assert alone.route == "sworn"
        if True not in point[1:]:
            assert alone.route == "sworn"
        if facts["weapon"] is False and True in point[1:]:
            expected = ("co_response", "other_agency", "cso")[point[1:].index(True)]
            assert alone.route == expected
        for assessment in ASSESSMENTS:
            verdict = judge(facts, assessment)
            assert verdict.by_rules == alone.route
            assert verdict.route in {alone.route, "sworn"}
            assert CAUTION[verdict.route] >= CAUTION[alone.route]


# --- 3. the judge reads the rules as they stand ---


@pytest.mark.parametrize("nature", NATURES)
def test_the_judge_agrees_with_a_plain_reading_for_every_nature(nature: str) -> None:
    names = joint_facts(nature)
    assert len(names) <= 9, "the space of this nature has grown; split its rules"
    assessment = ASSESSMENTS[1]
    for weapon, point in product(values("weapon"), product(*(values(name) for name in names))):
        facts = {**safe(), **dict(zip(names, point, strict=True)), "weapon": weapon, "nature": nature}
        assert DESK.judge(facts, assessment).route == plain_of(nature, facts), facts


def plain_of(nature: str, facts: Known) -> Route:
    """The plain route with no opinion, reading only rules that the nature does not rule out."""
    truth: dict[str, set[bool | None]] = {effect: set() for effect in EFFECTS}
    for rule in rules_of(nature):
        truth[rule.effect].add(holds(rule, facts))
    if truth["require_sworn"] - {False}:
        return "sworn"
    routes: tuple[Route, ...] = ("co_response", "other_agency", "cso")
    for effect, route in zip(EFFECTS[1:], routes, strict=True):
        if True in truth[effect]:
            return route
    return "sworn"


DISTINCT = {call_type.presumes.model_dump_json(): call_type for call_type in POLICY.call_types}
"""One call type for each distinct set of presumptions."""

CALL_TYPES = pytest.mark.parametrize("call_type", DISTINCT.values(), ids=lambda call_type: call_type.name)


def presumed(call_type: CallType) -> dict[str, FactValue | None]:
    """What the call type presumes, at a routine priority."""
    return {**call_type.presumes.__dict__, "priority": "routine"}


VARIED = [name for name in FACTS if name not in {"nature", "language", "channel"}]


@CALL_TYPES
def test_the_judge_agrees_with_a_plain_reading_around_every_call_type(call_type: CallType) -> None:
    base = presumed(call_type)
    for name in VARIED:
        for value in values(name):
            facts = {**base, name: value}
            assert DESK.judge(facts, NO_OPINION).route == plain_route(facts, NO_OPINION), (name, value)


@CALL_TYPES
def test_around_every_call_type_more_danger_is_never_less_caution(call_type: CallType) -> None:
    base = presumed(call_type)
    for first, second in combinations(VARIED, 2):
        caution = {
            (one, two): CAUTION[DESK.judge({**base, first: one, second: two}, NO_OPINION).route]
            for one, two in product(values(first), values(second))
        }
        for (one, two), before in caution.items():
            assert all(caution[worse, two] >= before for worse in worse_than(first, one)), (first, one, second, two)
            assert all(caution[one, worse] >= before for worse in worse_than(second, two)), (first, one, second, two)


def worse_than(name: str, value: FactValue | None) -> tuple[FactValue, ...]:
    """The values of a fact that are more dangerous than `value`; none for a fact without danger, or an unknown one."""
    spec = FACTS[name]
    return spec.values[spec.rank(value) + 1 :] if spec.ordered and value is not None else ()


@CALL_TYPES
def test_the_classifier_never_adds_a_cso_to_any_call_type(call_type: CallType) -> None:
    base = presumed(call_type)
    for name in VARIED:
        for value in values(name):
            alone = DESK.judge({**base, name: value}, NO_OPINION)
            for desk, assessment in product((DESK, WANTS_A_CLASSIFIER), ASSESSMENTS):
                verdict = desk.judge({**base, name: value}, assessment)
                assert verdict.by_rules == alone.route
                assert verdict.route == alone.route or verdict.because[0] in {RISK_TOO_HIGH, CLASSIFIER_ABSTAINED}
                assert CAUTION[verdict.route] >= CAUTION[alone.route]


def test_every_route_is_reached_by_some_call_type() -> None:
    routes = {
        DESK.judge({**presumed(call_type), **safe_answers(call_type)}, NO_OPINION).route
        for call_type in POLICY.call_types
    }
    assert routes == set(CAUTION)


def safe_answers(call_type: CallType) -> dict[str, FactValue | None]:
    """Every open question about danger answered with the safest value."""
    questions = DESK.judge(presumed(call_type), NO_OPINION).open_questions
    return {name: FACTS[name].values[0] for name in questions if FACTS[name].ordered}


def test_a_call_of_unknown_type_is_sworn_whatever_else_is_known() -> None:
    for name in VARIED:
        for value in values(name):
            verdict = DESK.judge({**safe(), name: value, "nature": None}, NO_OPINION)
            assert (verdict.route, verdict.open_questions) == ("sworn", ())
            assert verdict.dangers


# --- questions ---


@pytest.mark.parametrize("nature", NATURES)
def test_exactly_the_questions_that_can_change_the_route_are_open(nature: str) -> None:
    names = ["weapon", *joint_facts(nature)]
    while prod(len(values(name)) for name in names) > 6_000:
        names.remove(max(names, key=lambda name: (FACTS[name].ordered, len(values(name)), name)))
    base = {**safe(), "nature": nature}
    verdicts = {
        point: DESK.judge({**base, **dict(zip(names, point, strict=True))}, NO_OPINION)
        for point in product(*(values(name) for name in names))
    }
    routes = {point: verdict.route for point, verdict in verdicts.items()}
    for point, verdict in verdicts.items():
        can_change = {
            name
            for place, name in enumerate(names)
            if point[place] is None and any_answer_matters(names, point, place, routes)
        }
        assert set(verdict.open_questions) & set(names) == can_change, dict(zip(names, point, strict=True))


def any_answer_matters(
    names: list[str],
    point: tuple[FactValue | None, ...],
    place: int,
    routes: Mapping[tuple[FactValue | None, ...], Route],
) -> bool:
    """Whether an answer to this question changes the route, for some answers to the others."""
    options = [FACTS[name].values if known is None else (known,) for name, known in zip(names, point, strict=True)]
    options[place] = (None,)  # type: ignore[assignment]  # what it is without an answer
    return any(
        routes[(*other[:place], answer, *other[place + 1 :])] != routes[other]
        for other in product(*options)
        for answer in FACTS[names[place]].values
    )


def test_the_first_question_is_the_one_that_settles_most() -> None:
    disturbance = DESK.presumed("DISTURBANCE, MISCELLANEOUS/OTHER")
    verdict = DESK.judge({**disturbance.__dict__, "priority": "routine"}, NO_OPINION)
    assert verdict.open_questions[:2] == ("weapon", "violence")
    assert verdict.because != (NO_RULE_ALLOWS,)
    assert CALL_TYPE_NOT_MAPPED not in verdict.because
