"""San Diego's calls, type by type: who goes, why, what is asked first, and no danger by name reaches a CSO unasked."""

import re
from collections import Counter
from typing import Final

import pytest

from tests.san_diego import AGENCY, NEVER_CSO, PRIORITIES, described, excluded_types, reading, rows, verdict
from triage.domain.facts import Facts
from triage.outcomes import count, read_accepted, type_rows
from triage.rulebook import load, load_outcomes

CALM: Final = ("2", "3", "4", "9")
"""The priorities that are no emergency."""

HARD_WORDS: Final = (
    *("ADW", "AMBULANCE", "ARSON", "ATTACK", "BATTERY", "BOMB", "BURGLARY", "CAR JACK", "CARJACK", "CHILD", "DEATH"),
    *("DOMESTIC", "DUI", "EMERG", "ESCAPE", "EXPLOSION", "EXTORTION", "FIREARM", "FIRING", "FORGERY IN"),
    *("HANG UP", "HATE", "HAZARD", "HELP", "IN PROGR", "INDECENT", "INJUR", "KIDNAP", "MENTAL", "MISSING", "MURDER"),
    *("NARCOTICS", "OCCURRING NOW", "OVERDOSE", "PANIC", "PROWL", "PURSUIT", "RECKLESS", "ROBBERY", "STALKING"),
    *("STEALING", "SUSP THERE", "SUSPECT THERE", "SWAT", "THREAT", "TRO VIOLATION", "VICIOUS", "VIOLEN", "WARRANT"),
    *("WEAPON",),
)

NON_INJURY: Final = {"1182", "1182-CR"}
"""`NON-INJURY ACCIDENT` holds a hard word and says the opposite."""

AT_ONCE: Final = {
    "10851R": "cso-if-stolen-vehicle-report",
    "10852R": "cso-if-cold-theft-or-damage-report",
    "374": "city-311-if-dumping-or-litter",
    "415CN": "cso-if-noise",
    "415N": "cso-if-noise",
    "470R": "cso-if-cold-theft-or-damage-report",
    "487R": "cso-if-cold-theft-or-damage-report",
    "488R": "cso-if-cold-theft-or-damage-report",
    "498R": "cso-if-cold-theft-or-damage-report",
    "508R": "cso-if-cold-theft-or-damage-report",
    "537R": "cso-if-cold-theft-or-damage-report",
    "586": "parking-enforcement-if-parking",
    "586H": "parking-enforcement-if-parking",
    "586O": "parking-enforcement-if-parking",
    "594GR": "cso-if-graffiti",
    "594R": "cso-if-cold-theft-or-damage-report",
    "72HR": "cso-if-abandoned-vehicle",
    "BIKE": "city-311-if-dumping-or-litter",
    "LOST": "cso-if-lost-property",
    "OVO": "parking-enforcement-if-parking",
    "PARTY": "cso-if-noise",
    "PLATE": "cso-if-lost-property",
}
"""Every type that goes to a CSO or another agency with nothing asked, and the rule that sends it there."""

# The twenty types with most calls once officers' own work and the like are left out, at the priority that most of them
# have: route, the first rule that decides, the first question that could change it.
BIGGEST: Final = """
415   | 2 | sworn        | sworn-if-weapon                                     | weapon
459A  | 3 | sworn        | sworn-if-call-type-is-burglary-prowler-or-alarm     | -
CW    | 1 | sworn        | sworn-if-emergency-priority                         | -
586   | 4 | other_agency | parking-enforcement-if-parking                      | -
415V  | 1 | sworn        | sworn-if-call-type-is-violence                      | -
HZRD  | 1 | sworn        | sworn-if-dangerous-traffic                          | -
5150  | 2 | sworn        | sworn-if-weapon                                     | suicide
1183  | 0 | sworn        | sworn-if-emergency-priority                         | -
10851R| 2 | cso          | cso-if-stolen-vehicle-report                        | -
1185  | 3 | sworn        | no-rule-allows                                      | -
911   | 1 | sworn        | sworn-if-call-type-says-nothing                     | -
415N  | 3 | cso          | cso-if-noise                                        | -
602   | 2 | sworn        | sworn-if-violence                                   | violence
1016  | 2 | sworn        | sworn-if-serious-harm-is-likely                     | -
242   | 1 | sworn        | sworn-if-call-type-is-violence                      | -
1021  | 3 | sworn        | sworn-if-officer-activity                           | -
1146  | 0 | sworn        | sworn-if-evidence-or-investigation                  | -
1140OD| 0 | sworn        | sworn-if-serious-harm-is-likely                     | -
459R  | 3 | sworn        | sworn-if-call-type-is-burglary-prowler-or-alarm     | -
CC    | 3 | sworn        | sworn-if-nature-unknown                             | nature_unknown
"""

SCREENED: Final = {
    "1182": {"unsafe_approach"},
    "1188": {"unsafe_approach"},
    "10852A": {"suspect_on_scene"},
    "20002R": {"medical_emergency"},
    "402B": {"child_in_danger"},
    "602": {"violence", "suspect_on_scene"},
    "653M": {"violence"},
    "ASST": {"medical_emergency"},
    "CW": {"medical_emergency", "violence"},
    "FOUND": {"weapon"},
    "RJ": {"child_in_danger", "violence"},
    "SLEEPER": {"medical_emergency"},
}
"""What stands between these types and another route than sworn, at a priority that is no emergency."""


def test_what_is_left_out_would_never_reach_a_cso_either() -> None:
    left_out = set().union(*excluded_types().values())
    assert len(left_out) == 43
    assert {verdict(name, priority).route for name in left_out for priority in PRIORITIES} == {"sworn"}


@pytest.mark.parametrize("priority", ["0", "1", "5", None])
def test_a_call_dispatched_at_once_or_of_unknown_priority_is_sworn_whatever_its_type(priority: str | None) -> None:
    assert {verdict(name, priority).route for name in described()} == {"sworn"}


@pytest.mark.published_data
def test_the_twenty_types_with_most_calls_go_where_they_should_for_the_right_reason() -> None:
    lines = [[cell.strip() for cell in line.split("|")] for line in BIGGEST.strip().splitlines()]
    told = Counter(report[2] for report, *_ in reading().calls)
    assert [line[0] for line in lines] == sorted(told, key=lambda name: (-told[name], name))[:20]
    for name, priority, route, rule, question in lines:
        found = verdict(name, priority)
        asked = next(iter(found.open_questions), "-")
        assert (name, found.route, found.because[0], asked) == (name, route, rule, question)


def test_exactly_these_types_go_elsewhere_with_nothing_asked() -> None:
    found = {
        (name, verdict(name, priority).because[0])
        for name in described()
        for priority in PRIORITIES
        if verdict(name, priority).route != "sworn"
    }
    assert found == set(AT_ONCE.items())


def test_a_type_that_goes_elsewhere_with_nothing_asked_is_a_cold_report_or_a_nuisance_by_its_wording() -> None:
    harmless = re.compile(r"REPORT|, REPORT|NOISE|PARKING|LITTERING|LOUD PARTY|LOST|OVERSIZED|BIKE COMPLAINT")
    assert [name for name in AT_ONCE if not harmless.search(described()[name])] == []


@pytest.mark.parametrize("word", HARD_WORDS)
def test_a_hard_word_never_reaches_a_cso_unanswered(word: str) -> None:
    hard = [name for name, text in described().items() if word in text and name not in NON_INJURY]
    assert hard, "a word that no type uses tests nothing"
    for name in hard:
        assert {verdict(name, priority).route for priority in PRIORITIES} == {"sworn"}, name


def test_a_never_cso_code_stays_sworn_even_if_every_danger_is_denied() -> None:
    denied = Facts(
        weapon=False,
        violence=False,
        medical_emergency=False,
        suicide="none",
        child_in_danger=False,
        domestic="none",
        order_violation=False,
        barricaded=False,
        crime_in_progress=False,
        suspect_on_scene=False,
        nature_unknown=False,
        unsafe_approach=False,
        police_requested=False,
    )
    never = [row["call_type"] for row in rows() if row["canonical"] in NEVER_CSO.split()]
    assert len(never) > 50
    for name in never:
        assert {verdict(name, priority, denied).route for priority in CALM} == {"sworn"}, name


@pytest.mark.parametrize(("name", "asked"), SCREENED.items())
def test_a_type_that_needs_screening_goes_elsewhere_only_once_all_of_that_is_denied(name: str, asked: set[str]) -> None:
    before = verdict(name, "3")
    assert before.route == "sworn"
    assert asked <= set(before.open_questions)
    assert verdict(name, "3", Facts.model_validate(dict.fromkeys(asked, False))).route != "sworn"
    for fact in asked:
        one_left = Facts.model_validate(dict.fromkeys(asked - {fact}, False))
        assert verdict(name, "3", one_left).route == "sworn", fact
        assert verdict(name, "3", Facts.model_validate({fact: True})).route == "sworn", fact


@pytest.mark.published_data
def test_no_type_that_reaches_a_cso_ended_with_authority_used_too_often() -> None:
    policy = load(AGENCY)
    counts = count(policy, load_outcomes(AGENCY), [reading()])
    used = counts.outcomes.authority_used
    assert (used.number, used.of) == (803, 10_877)
    assert [row.call_type for row in type_rows(counts) if row.flagged] == []
    assert read_accepted(AGENCY, policy) == {}
