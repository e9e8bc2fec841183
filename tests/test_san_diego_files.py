"""San Diego's folder says of the published files what they say themselves, and every row of them is accounted for."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Final

import pytest

from tests.san_diego import (
    AGENCY,
    DATA,
    NEVER_CSO,
    PRIORITIES,
    ZONE,
    calls,
    described,
    excluded_types,
    published,
    reading,
    rows,
    table,
    told_of,
)
from triage.domain.roster import Need, choose
from triage.rulebook import check, load, load_outcomes
from triage.sources import load_columns, read_file

DEMO: Final = AGENCY / "demo" / "calls.csv"
ONLY_IN_THE_FILE: Final = "1016P"
TWO_MEANINGS: Final = "FP"
OFFICER_INITIATED: Final = {
    "1016PT": "PTU (PRISONER TRANSPORT)",
    "1149": "TRAFFIC STOP/NO LICENSE",
    "1150": "TRAFFIC STOP/WITH LICENSE",
    "1151": "PED STOP/FIELD INTERVIEW",
    "1186": "SPECIAL DETAIL",
    "C5": "STAKEOUT",
    "CITE": "ISSUE CITATION",
    "COURT": "COURT",
    "DRUN": "HOMELAND SECURITY CHECKS",
    "FD": "FLAG DOWN/FIELD INITIATED",
    "FOOT": "FOOT PATROL/FIELD INITIATED",
    "FU": "FOLLOW-UP BY FIELD UNIT",
    "MEXICO": "LIAISON UNITS VISITING MEXICO",
    "MPSSTP": "TRAFFIC STOP FROM THE MOBILE COMPUTER",
    "MTG": "IN A MEETING/OUT OF SERVICE",
    "PAPER": "FINISH 1110/FIELD INITIATED",
    "POP": "PROBLEM ORIENTED POLICING",
    "SCHOOL": "SCHOOL DETAIL",
    "SELENF": "SELECTIVE ENFORCEMENT",
    "T": "TRAFFIC STOP WITH PLATE",
    "TP": "TRAFFIC PURSUIT",
}
BROADCAST: Final = re.compile(r"ALL[- ]UNITS|^AU INFO|^SIGALERT$")
INFORMATION: Final = re.compile(r"^INFORMATION FOR|ADVISED EVENT|^STREET INFORMATION$|LOG$")
EXCLUDED: Final = {
    "officer-initiated": 7534,
    "broadcast": 1140,
    "information": 462,
    "other-agency": 19,
    "cancelled": 1674,
    "not-dispatched": 731,
    "duplicate": 322,
}


def test_the_folder_loads_with_nothing_left_to_review() -> None:
    checked = check(AGENCY)
    assert [problem for problem in checked.problems if problem.severity == "error"] == []
    assert checked.review == ()


@pytest.mark.published_data
def test_every_type_of_the_code_table_and_of_the_calls_has_exactly_one_row() -> None:
    codes = {row["call_type"] for row in published()}
    used = {row["call_type"] for row in calls()} - {""}
    assert (len(published()), len(codes), len(used)) == (289, 281, 210)
    assert used - codes == {ONLY_IN_THE_FILE}
    names = [row["call_type"] for row in rows()]
    assert names == sorted(codes | used)


@pytest.mark.published_data
def test_each_row_has_the_published_wording_and_count() -> None:
    counts = Counter(row["call_type"] for row in calls())
    assert sum(counts[row["call_type"]] for row in rows()) + counts[""] == 26595
    for row in rows():
        name = row["call_type"]
        assert set(filter(None, row["description"].split("; "))) == told_of(name), name
        assert int(row["calls"]) == counts[name], name
    assert [name for name in described() if len(told_of(name)) > 1] == [TWO_MEANINGS]


@pytest.mark.published_data
def test_a_source_tells_the_truth() -> None:
    outcomes = load_outcomes(AGENCY).dispositions
    ends: dict[str, Counter[str | None]] = defaultdict(Counter)
    for call in calls():
        ends[call["call_type"]][outcomes.get(call["disposition"])] += 1
    for row in rows():
        source, name = row["source"], row["call_type"]
        assert source.endswith("; assumption"), name
        for quoted in re.findall(r'SDPD wording "([^"]+)"', source):
            assert quoted in row["description"], name
        if said := re.search(r"January 2023: (\d+) of ([\d,]+) decided", source):
            used = ends[name]["authority"]
            assert (int(said[1]), int(said[2].replace(",", ""))) == (used, used + ends[name]["no_authority"]), name
        assert ("never-CSO code" in source) == (row["canonical"] in NEVER_CSO.split()), name


def test_every_row_is_reviewed_and_ours_are_marked_as_no_apco_code() -> None:
    for row in rows():
        assert not row["status"], row["call_type"]
        assert (row["fidelity"] == "none") == row["canonical"].startswith("X-"), row["call_type"]


@pytest.mark.published_data
def test_every_row_of_the_calls_is_read_or_left_out_for_a_reason() -> None:
    read = reading()
    assert read.rows == 26595
    assert dict(read.excluded) == EXCLUDED
    assert not read.unreadable
    assert len(read.calls) == 26595 - sum(EXCLUDED.values()) == 14713


@pytest.mark.published_data
def test_rows_without_a_call_type_were_all_closed_before_anybody_was_sent() -> None:
    blank = [call for call in calls() if not call["call_type"]]
    assert (len(blank), {call["disposition"] for call in blank}) == (19, {"W"})


def test_officers_own_work_is_left_out_only_where_the_wording_says_so() -> None:
    excluded = excluded_types()
    assert {name: described()[name] for name in excluded["officer-initiated"]} == OFFICER_INITIATED
    assert [name for name in excluded["broadcast"] if not BROADCAST.search(described()[name])] == []
    assert [name for name in excluded["information"] if not INFORMATION.search(described()[name])] == []
    assert {described()[name] for name in excluded["other-agency"]} == {"INFORMATION FOR CHP"}


@pytest.mark.published_data
def test_every_disposition_of_the_table_and_of_the_calls_is_known() -> None:
    stated = {call["disposition"] for call in calls()} - {""}
    told = {row["dispo_code"] for row in table(DATA / "disposition_codes.csv")}
    known = {row["code"]: row for row in table(AGENCY / "dispositions.csv")}
    assert stated - told == {"DEF"}
    assert set(known) == told | stated
    counts = Counter(call["disposition"] for call in calls())
    assert {code: int(row["calls"]) for code, row in known.items()} == {code: counts[code] for code in known}


def test_an_arrest_is_authority_and_a_report_or_another_ending_is_undetermined() -> None:
    outcomes = load_outcomes(AGENCY).dispositions
    groups: dict[str, set[str]] = defaultdict(set)
    for row in table(AGENCY / "dispositions.csv"):
        groups[outcomes[row["code"]]].add(row["code"])
    assert groups == {
        "authority": {"A", "AB", "AHR"},
        "no_authority": {"K", "KB", "U"},
        "excluded": {"CAN", "DUP", "V", "W", "X"},
        "undetermined": {"DEF", "KHR", "O", "OHR", "R", "RB", "RHR", "S"},
    }


def test_no_cso_closes_a_call_with_an_arrest_or_with_an_ending_that_may_be_a_citation() -> None:
    cso = {item.code for item in load(AGENCY).dispositions if item.cso}
    assert cso.isdisjoint({"A", "AB", "AHR", "O", "OHR", "DEF"})


@pytest.mark.published_data
def test_every_priority_of_the_calls_has_a_level() -> None:
    assert {call["priority"] for call in calls()} == set(PRIORITIES)
    counts = Counter(call["priority"] for call in calls())
    levels = {row["code"]: row for row in table(AGENCY / "priorities.csv")}
    assert {code: int(row["calls"]) for code, row in levels.items()} == dict(counts)
    assert load(AGENCY).priorities == {
        "0": "emergency",
        "1": "emergency",
        "2": "urgent",
        "3": "routine",
        "4": "low",
        "9": "low",
    }


@pytest.mark.published_data
def test_every_beat_of_the_calls_finds_two_partners_in_hours() -> None:
    roster = load(AGENCY).roster
    noon = datetime(2023, 1, 8, 12, 0, tzinfo=ZONE)  # a Sunday, when Seattle's CSOs are off
    beats = {call["beat"] for call in calls()} - {"-1"}
    assert len(beats) == 125
    for beat in beats:
        need = Need("navigation", frozenset({beat}), "english", vehicle=True, two_together=True, latest=noon)
        choice = choose(roster, need, {}, noon)
        assert choice.unit is not None, (beat, choice.shortfall)
        assert len(choice.looks) == 2


def test_nobody_is_there_at_night() -> None:
    roster = load(AGENCY).roster
    night = datetime(2023, 1, 10, 23, 0, tzinfo=ZONE)
    need = Need("community", frozenset({"521"}), None, vehicle=False, two_together=False, latest=night)
    assert choose(roster, need, {}, night).shortfall == "outside_hours"
    late = need._replace(latest=night + timedelta(hours=12))
    assert choose(roster, late, {}, night).unit is not None


@pytest.mark.published_data
def test_the_demonstration_is_every_row_of_two_hours_unchanged() -> None:
    hours = [
        call for call in calls() if "2023-01-10 10:00:00" <= call["date_time"] < "2023-01-10 12:00:00"
    ]  # fmt: skip
    assert list(table(DEMO)) == hours
    assert len(hours) == 163


def test_the_demonstration_is_read_in_full() -> None:
    read = read_file(DEMO, load_columns(AGENCY / "columns"), ZONE)
    assert read.rows == len(read.calls) + read.excluded.total() == 163
    assert not read.unreadable
    assert len(read.calls) == 79
