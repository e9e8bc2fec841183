from pathlib import Path

import pytest

from tests.agencies_files import HEADER, rows, write
from tests.agencies_files import mapping_of as mapping
from triage.agencies.codes import channel_of, is_agency, is_on_view, level_of, looks_like_level, outcome_of
from triage.agencies.draft import DraftExclusion
from triage.rulebook.dispositions import OUTCOMES


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("911", "911"), ("E911", "911"), ("TELEPHONE OTHER, NOT 911", "phone"), ("Phone", "phone"),
        ("Non-Emergency Line", "phone"), ("ONVIEW", "officer"), ("Officer/Radio", "officer"), ("Walk In", "in_person"),
        ("IN PERSON COMPLAINT", "in_person"), ("TEXT MESSAGE", "text"), ("ALARM CALL (NOT POLICE ALARM)", "alarm"),
        ("SCHEDULED EVENT (RECURRING)", "scheduled"), ("Online Report", "other"), ("E", ""), ("", ""), ("Q7", ""),
    ],
)  # fmt: skip
def test_a_way_to_call_has_a_channel_only_where_the_wording_is_plain(name: str, channel: str) -> None:
    assert channel_of(name) == channel


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("1", "emergency"), ("0", "emergency"), ("2", "urgent"), ("3", "routine"), ("4", "low"), ("9", "low"),
        ("P1", "emergency"), ("Priority 3", "routine"), ("A", "emergency"), ("C", "routine"), ("E", "low"),
        ("Emergency", "emergency"), ("Non-Emergency", "routine"), ("HIGH", "urgent"), ("Low", "low"), ("-1", ""),
        ("", ""), ("XX", ""), ("123", ""),
    ],
)  # fmt: skip
def test_a_priority_that_could_be_anything_has_no_level(name: str, level: str) -> None:
    assert level_of(name) == level
    assert looks_like_level(name) or not level


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("REPORT WRITTEN (NO ARREST)", "undetermined"), ("PHYSICAL ARREST MADE", "authority"),
        ("CITATION ISSUED (CRIMINAL OR NON-CRIMINAL)", "citation"), ("Criminal Citation Issued", "authority"),
        ("UNABLE TO LOCATE INCIDENT OR COMPLAINANT", "no_contact"), ("ASSISTANCE RENDERED", "no_authority"),
        ("NO REPORT REQUIRED", "no_authority"), ("DUPLICATED OR CANCELLED BY RADIO", "excluded"),
        ("NON-CRIMINAL REFERRAL", "no_authority"), ("GO for Prosecutorial Referral", "undetermined"),
        ("ORAL WARNING GIVEN", "undetermined"), ("GOA", "no_contact"), ("CIT", "citation"), ("ARR", "authority"),
        ("HAN", "no_authority"), ("ZQ", ""), ("", ""), ("K", ""),
    ],
)  # fmt: skip
def test_a_closing_has_an_outcome_only_where_its_wording_or_code_says_one(name: str, outcome: str) -> None:
    assert outcome_of(name) == outcome
    assert outcome in {*OUTCOMES, ""}


def test_the_description_of_a_code_goes_before_the_code() -> None:
    assert outcome_of("K", "NO REPORT REQUIRED") == "no_authority"
    assert outcome_of("ARR", "ARRIVED AND ASSISTED") == "no_authority"


def test_on_view_and_agencies_are_taken_at_their_word_only() -> None:
    assert all(is_on_view(name) for name in ("ONVIEW", "Officer Initiated", "PROACTIVE (OFFICER INITIATED)"))
    assert not any(is_on_view(name) for name in ("Officer/Radio", "Phone", "911"))
    assert all(is_agency(name) for name in ("Police", "County Sheriff", "SFD", "Fire Department"))
    assert not any(is_agency(name) for name in ("MISSION", "3", "NORTH"))


def test_rows_that_are_plainly_no_calls_are_left_out_each_for_one_reason(tmp_path: Path) -> None:
    found = mapping(write(tmp_path / "calls.csv", rows())).exclude

    assert {(one.field, one.reason): one.values for one in found} == {
        ("channel", "on-view"): ("Officer Initiated",),
        ("disposition", "duplicate"): ("Duplicate Call",),
        ("disposition", "cancelled"): ("Cancelled",),
        ("call_type", "test-call"): ("TEST CALL ONLY",),
    }
    assert all(one.plain and one.calls > 0 for one in found)


def test_where_the_column_is_not_sure_an_exclusion_is_only_proposed(tmp_path: Path) -> None:
    header = [f"col_{place}" for place, _ in enumerate(HEADER)]
    found = mapping(write(tmp_path / "calls.csv", rows(), header))

    sure = {one.role for one in found.columns if one.confidence == "sure"}
    assert all(one.plain == (one.field in sure) for one in found.exclude)


def test_other_agencies_rows_are_left_out_where_one_value_names_the_police(tmp_path: Path) -> None:
    names = ("Police", "Sheriff", "Fire Department")
    table = [[*row, names[place % 3]] for place, row in enumerate(rows())]
    found = mapping(write(tmp_path / "calls.csv", table, [*HEADER, "Agency"])).exclude
    (one,) = [one for one in found if one.reason == "other-agency"]
    assert one == DraftExclusion("", "Agency", ("Fire Department", "Sheriff"), "other-agency", 200, plain=True)

    two = [[*row, ("Airport Police", "City Police")[place % 2]] for place, row in enumerate(rows())]
    found = mapping(write(tmp_path / "two.csv", two, [*HEADER, "Agency"])).exclude
    assert "other-agency" not in {one.reason for one in found}, "it is not clear who is meant"
