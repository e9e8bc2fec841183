"""How what is known of a call adds up, for every fact, every value and every origin."""

from itertools import permutations, product

import pytest

from triage.domain.events import Evidence
from triage.domain.evidence import merge, resolve
from triage.domain.facts import FACTS, Facts, FactSpec, FactValue

ASKED_OR_GIVEN = [spec for spec in FACTS.values() if spec.values]
ORDERED = [spec for spec in ASKED_OR_GIVEN if spec.ordered]
UNORDERED = [spec for spec in ASKED_OR_GIVEN if not spec.ordered]


def facts(spec: FactSpec, value: FactValue | None) -> Facts:
    return Facts.model_validate({spec.name: value})


def evidence(spec: FactSpec, *origins: FactValue | None) -> Evidence:
    presumed, reported, cue, answered = (facts(spec, value) for value in origins)
    return Evidence(presumed=presumed, reported=reported, cue=cue, answered=answered)


@pytest.mark.parametrize("spec", ORDERED, ids=lambda spec: spec.name)
def test_the_most_dangerous_of_what_was_stated_holds_and_a_presumption_only_where_nothing_was(spec: FactSpec) -> None:
    for presumed, reported, answered in product((*spec.values, None), repeat=3):
        known = [value for value in (reported, answered) if value is not None]
        expected = max(known, key=spec.rank) if known else presumed
        assert resolve(evidence(spec, presumed, reported, None, answered))[spec.name] == expected


@pytest.mark.parametrize("spec", ORDERED, ids=lambda spec: spec.name)
def test_a_cue_raises_a_danger_whoever_said_less_and_never_lowers_one(spec: FactSpec) -> None:
    for presumed, reported, cue, answered in product((*spec.values, None), repeat=4):
        without = resolve(evidence(spec, presumed, reported, None, answered))[spec.name]
        known = [value for value in (without, cue) if value is not None]
        expected = max(known, key=spec.rank) if known else None
        assert resolve(evidence(spec, presumed, reported, cue, answered))[spec.name] == expected


@pytest.mark.parametrize("spec", UNORDERED, ids=lambda spec: spec.name)
def test_of_facts_without_danger_an_answer_goes_before_a_report_and_a_report_before_a_cue(spec: FactSpec) -> None:
    values = (*spec.values[:3], None)
    for presumed, reported, cue, answered in product(values, repeat=4):
        stated = next((value for value in (answered, reported, cue) if value is not None), presumed)
        assert resolve(evidence(spec, presumed, reported, cue, answered))[spec.name] == stated


@pytest.mark.parametrize("spec", ORDERED, ids=lambda spec: spec.name)
def test_dangers_add_up_to_the_same_in_whatever_order_they_come(spec: FactSpec) -> None:
    for values in product((*spec.values, None), repeat=3):
        sums = set()
        for order in permutations(values):
            total = Facts()
            for value in order:
                total = merge(total, facts(spec, value), newer=False)
            sums.add(total.model_dump_json())
        assert len(sums) == 1


@pytest.mark.parametrize("spec", ASKED_OR_GIVEN, ids=lambda spec: spec.name)
def test_hearing_the_same_again_changes_nothing(spec: FactSpec) -> None:
    for value, newer in product((*spec.values, None), (True, False)):
        known = facts(spec, value)
        assert merge(known, known, newer=newer) == known


@pytest.mark.parametrize("spec", ORDERED, ids=lambda spec: spec.name)
def test_an_answer_never_makes_a_fact_safer_than_somebody_stated(spec: FactSpec) -> None:
    for stated, answered in product(spec.values, repeat=2):
        value = resolve(evidence(spec, None, stated, None, answered))[spec.name]
        assert value is not None
        assert spec.rank(value) >= max(spec.rank(stated), spec.rank(answered))


def test_every_asked_fact_has_a_question_and_at_least_two_values() -> None:
    for spec in FACTS.values():
        assert spec.question
        if spec.asked:
            assert len(spec.values) >= 2
            assert spec.question.endswith("?")


def test_facts_that_differ_differ_in_a_table_too() -> None:
    assert hash(Facts(weapon=True)) != hash(Facts())
    assert len({Facts(weapon=True), Facts(weapon=False), Facts(), Facts(weapon=True)}) == 3
