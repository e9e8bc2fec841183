"""Explanations in words: what each value of a call adds, and what adds nothing."""

from typing import Any

import pytest

from tests.small_model import SMALL_MODEL, TERMS, model
from tests.test_classifier_table import NIGHT, call
from triage.classifiers import words
from triage.classifiers.features import FEATURES
from triage.classifiers.table import TableModel
from triage.domain.model import Term

NAMES = {"CDX": "disturbance", "WELFARE": "check on well-being"}


def test_an_explanation_says_in_words_what_each_value_adds_the_largest_first() -> None:
    told = TableModel(SMALL_MODEL, NAMES).explain(call("DISPUTE", NIGHT, priority="2", channel="911", beat="C1"))
    assert told.lines() == (
        "any call: -5.75",
        "priority urgent: +0.75",
        "at 00-03 o'clock: +0.75",
        "disturbance (CDX) at 00-03 o'clock: +0.75",
        "disturbance (CDX): +0.38",
        "channel 911: +0.38",
        "beat C1: +0.38",
        "the agency's type DISPUTE: +0.19",
        "nothing added by: weekday",
    )


def test_what_adds_nothing_is_named_once_at_the_end() -> None:
    told = TableModel(SMALL_MODEL).explain(call("PARKING", NIGHT.replace(hour=5), priority="3", beat="C2"))
    assert told.lines() == (
        "any call: -5.75",
        "PARKING: -3.00",
        (
            "nothing added by: the agency's type PARKING, priority routine, channel: not stated, at 04-07 o'clock, "
            "beat C2, weekday"
        ),
    )


def test_what_all_adds_something_has_no_last_line() -> None:
    told = TableModel(model(terms=TERMS[:1], reference={})).explain(call())
    assert told.lines() == ("any call: -5.75", "WELFARE: -0.75")


def test_a_call_without_an_opinion_still_shows_what_its_risk_would_rest_on() -> None:
    told = TableModel(SMALL_MODEL).explain(call(beat="C9", priority="2"))
    assert told.assessment.abstained == "value never seen in training: beat C9 came with 0 calls"
    assert [part.words for part in told.contributions] == [
        "WELFARE",
        "the agency's type WELFARE CHECK",
        "priority urgent",
        "at 12-15 o'clock",
    ]
    assert "beat C9" in told.nothing


def test_of_a_call_without_a_canonical_type_it_is_said_that_it_has_none() -> None:
    told = TableModel(SMALL_MODEL, NAMES).explain(call("SOMETHING ELSE"))
    assert told.nothing[:2] == ("canonical type: not stated", "the agency's type SOMETHING ELSE")


def test_slope_and_offset_count_in_every_amount() -> None:
    steep = TableModel(model(slope=3.0, offset=1.0)).explain(call())
    plain = TableModel(model(slope=1.0, offset=0.0)).explain(call())
    assert steep.base == 1.0 + 3.0 * plain.base
    assert [part.amount for part in steep.contributions] == [3.0 * part.amount for part in plain.contributions]


@pytest.mark.parametrize(
    ("feature", "value", "said"),
    [
        ("nature", "CDX", "disturbance (CDX)"),
        ("nature", "SUSP", "SUSP"),
        ("hours", "00-03", "at 00-03 o'clock"),
        ("weekday", "Sunday", "on a Sunday"),
        ("severity", "minor", "credible worst case minor"),
        ("likelihood", "remote", "worst case remote"),
        ("priority", "not stated", "priority: not stated"),
        ("weapon", "yes", "weapon: yes"),
        ("child_in_danger", "not stated", "child in danger: not stated"),
        ("beat", "512", "beat 512"),
    ],
)
def test_values_are_named_as_people_say_them(feature: str, value: str, said: str) -> None:
    assert words.value_of(feature, value, NAMES) == said


@pytest.mark.parametrize(
    ("features", "cell", "said"),
    [
        (("nature", "weekday"), "WELFARE | Monday", "check on well-being (WELFARE) on a Monday"),
        (("nature", "priority"), "WELFARE | urgent", "check on well-being (WELFARE) with priority urgent"),
        (("priority", "nature"), "urgent | WELFARE", "priority urgent with check on well-being (WELFARE)"),
    ],
)
def test_two_values_together_read_as_one(features: tuple[str, str], cell: str, said: str) -> None:
    pair: Any = Term(features=features, weights={cell: 1.0})
    told = TableModel(model(terms=(*TERMS, pair)), NAMES).explain(call(priority="2"))
    assert said in [part.words for part in told.contributions]


def test_every_feature_has_words_for_what_nobody_stated_and_none_shows_its_code_name() -> None:
    for name in FEATURES:
        said = words.value_of(name, "not stated")
        assert said.endswith(": not stated")
        assert "_" not in said
