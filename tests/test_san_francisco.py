"""San Francisco's folder: every published type and disposition read, rows counted once, danger never a CSO's call."""

from collections import Counter
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from tests.city_folder import DATA, City, lines, published
from triage.domain.facts import Facts
from triage.domain.roster import WEEKDAYS, Need, choose
from triage.outcomes import Counts, count, type_rows
from triage.rulebook import check, load_outcomes
from triage.sources import CallClosed, Reading, ReportArrived, load_columns, read_file, stream

CITY: Final = City("san_francisco")
ZONE: Final = ZoneInfo("America/Los_Angeles")
FILE: Final = "sf_dispatched_calls/sf_calls_2025_09.csv.gz"
PRIORITIES: Final = ("A", "B", "C", "E", None)
NOON: Final = datetime(2025, 9, 18, 12, tzinfo=ZONE)

HARD_WORDS: Final = (
    *("W/KNIFE", "W/GUN", "W/WEAPONS", "SHOT", "SHOOT", "STABBING", "BOMB", "EXPLOSIVE", "ADW", "HOLDUP", "PANIC"),
    *("ASSAULT", "FIGHT", "THREATS", "ROBBERY", "KIDNAP", "STALKING", "VIOLENT", "ABUSE", " DV", "SEXUAL", "BREAK"),
    *("BURGLARY", "PROWLER", "SCREAMING", "UNKN", "UNKNOWN", "MISC", "SUICIDE", "ARREST", "WANTED", "STOP", "HOLD"),
    *("DRUNK DRIVER", "INJ", "MEDIC", "ALOC", "UNC ", "SYNCOPE", "AIDED", "FIRE", "ENGINE", "MISSING JUVENILE"),
    *("PRISONER", "ESCORT", "RO SERVICE", "PASSING", "DETAIL", "MEET W/OFFICER", "MAILING", "DOORBELL"),
)

BIGGEST: Final = """
PASSING CALL         | sworn        | sworn-if-officer-activity | -
TRAF VIOLATION CITE  | other_agency | parking-enforcement-if-parking | -
SUSPICIOUS PERSON    | sworn        | sworn-if-weapon | weapon violence crime_in_progress suspect_on_scene need
FIGHT NO WEAPON      | sworn        | sworn-if-call-type-is-violence | -
TRAF VIOLATION TOW   | other_agency | parking-enforcement-if-parking | -
TRAFFIC STOP         | sworn        | sworn-if-suspect-is-to-be-stopped-or-arrested | -
NOISE NUISANCE       | cso          | cso-if-noise | -
TRESPASSER           | sworn        | sworn-if-violence | violence suspect_on_scene
WELL BEING CHECK     | sworn        | sworn-if-violence | violence medical_emergency
AUDIBLE ALARM        | sworn        | sworn-if-call-type-is-burglary-prowler-or-alarm | -
SUSPICIOUS VEHICLE   | sworn        | sworn-if-call-type-is-a-suspicious-vehicle | -
ASSAULT / BATTERY    | sworn        | sworn-if-call-type-is-violence | -
BURGLARY             | sworn        | sworn-if-call-type-is-burglary-prowler-or-alarm | -
HOMELESS COMPLAINT   | sworn        | sworn-if-violence | violence crime_in_progress suspect_on_scene
SIT/LIE ENFORCEMENT  | sworn        | sworn-if-violence | violence
TOW TRUCK            | sworn        | no-rule-allows | -
MEET W/CITY EMPLOYEE | sworn        | sworn-if-police-requested | -
MISC                 | sworn        | sworn-if-call-type-says-nothing | -
THREATS / HARASSMENT | sworn        | sworn-if-call-type-is-violence | -
PETTY THEFT          | sworn        | sworn-if-crime-in-progress | crime_in_progress suspect_on_scene
"""

ASKED: Final = """
AUTO BOOST / STRIP  | crime_in_progress suspect_on_scene
BLOCKED SIDEWALK    | violence
FRAUD               | crime_in_progress suspect_on_scene
GRAFFITI VANDALISM  | crime_in_progress suspect_on_scene
GRAND THEFT         | crime_in_progress suspect_on_scene
H&R VEH ACCIDENT    | crime_in_progress suspect_on_scene
HOMELESS COMPLAINT  | violence crime_in_progress suspect_on_scene
INTOXICATED PERSON  | violence
JUVE BEYOND CONTROL | domestic weapon violence
PERSON DOWN         | medical_emergency
PETTY THEFT         | crime_in_progress suspect_on_scene
SENILE PERSON       | medical_emergency
SIT/LIE ENFORCEMENT | violence
STOLEN VEHICLE      | crime_in_progress suspect_on_scene
VANDALISM           | crime_in_progress suspect_on_scene
VEH ACCIDENT        | medical_emergency unsafe_approach
VEHICLE ALARM       | suspect_on_scene
WELL BEING CHECK    | violence medical_emergency
"""

DISPOSITIONS: Final = {
    "ARR": "authority",
    "CIT": "citation",
    "HAN": "no_authority",
    "NOM": "no_authority",
    "PAS": "no_authority",
    "NCR": "no_authority",
    "ABA": "no_authority",
    "SFD": "no_authority",
    "GOA": "no_contact",
    "UTL": "no_contact",
    "REP": "undetermined",
    "ADV": "undetermined",
    "ADM": "undetermined",
    "ND": "undetermined",
    "FIR": "undetermined",
    "CAN": "excluded",
}


@cache
def reading() -> Reading:
    """The published file, read with the folder's own mapping."""
    return read_file(DATA / FILE, load_columns(CITY.folder / "columns"), ZONE)


@cache
def counts() -> Counts:
    """How its calls ended, beside what would be decided with nothing asked."""
    return count(CITY.desk.policy, load_outcomes(CITY.folder), [reading()])


def test_the_folder_loads_and_leaves_nothing_to_review() -> None:
    checked = check(CITY.folder)
    assert not checked.problems
    assert not checked.review


def test_every_row_says_what_it_rests_on() -> None:
    for name, row in CITY.call_types.items():
        assert row["source"], name
        assert row["canonical"] in CITY.canonical, name
        assert row["fidelity"] in {"exact", "close", "none"}, name
        assert not row["status"], name


@pytest.mark.published_data
def test_the_table_has_exactly_the_types_of_the_file_with_their_counts() -> None:
    rows = list(published(FILE))
    first = Counter(row["call_type_original_desc"] for row in rows)
    names = first.keys() | {row["call_type_final_desc"] for row in rows}
    assert set(CITY.call_types) == names
    assert len(names) == 123
    assert {name: int(row["calls"]) for name, row in CITY.call_types.items()} == {name: first[name] for name in names}


@pytest.mark.published_data
def test_the_words_of_a_type_stand_for_one_code_but_for_unknown_complaints() -> None:
    codes: dict[str, set[str]] = {}
    for row in published(FILE):
        for when in ("original", "final"):
            codes.setdefault(row[f"call_type_{when}_desc"], set()).add(row[f"call_type_{when}"])
    assert {name: found for name, found in codes.items() if len(found) > 1} == {"COMPLAINT UNKN": {"913", "913M"}}
    for name, found in codes.items():
        assert CITY.call_types[name]["source"].startswith("radio code "), name
        assert all(code in CITY.call_types[name]["source"].split(";")[0] for code in found), name


def test_the_twenty_biggest_types_go_where_their_words_say() -> None:
    biggest = sorted(CITY.call_types.values(), key=lambda row: -int(row["calls"]))[:20]
    assert [CITY.line(row["call_type"], "C") for row in biggest] == lines(BIGGEST)


def test_only_noise_reaches_a_cso_with_nothing_asked() -> None:
    alone = {name for name in CITY.call_types for priority in PRIORITIES if CITY.verdict(name, priority).route == "cso"}
    assert alone == {"NOISE NUISANCE"}


def test_all_other_types_that_a_cso_may_take_ask_what_matters_first() -> None:
    reachable = {
        name: " ".join(CITY.verdict(name, "C").open_questions)
        for name in CITY.call_types
        if CITY.verdict_if_all_is_safe(name, "C").route == "cso" and CITY.verdict(name, "C").route != "cso"
    }
    assert sorted(f"{name} | {questions}" for name, questions in reachable.items()) == sorted(lines(ASKED))


@pytest.mark.parametrize("name", sorted(name for name in CITY.call_types if any(w in name.upper() for w in HARD_WORDS)))
def test_a_type_whose_words_mean_danger_reaches_no_cso_whatever_is_answered(name: str) -> None:
    for priority in PRIORITIES:
        assert CITY.verdict(name, priority).route == "sworn"
        assert CITY.verdict_if_all_is_safe(name, priority).route in {"sworn", "other_agency"}


def test_the_words_of_danger_are_words_of_the_table() -> None:
    for word in HARD_WORDS:
        assert any(word in name.upper() for name in CITY.call_types), word


@pytest.mark.parametrize("priority", ["A", "E", "Z", None])
def test_a_call_of_the_highest_or_an_unknown_priority_is_sworn(priority: str | None) -> None:
    routes = {CITY.verdict(name, priority).route for name in CITY.call_types}
    assert routes == {"sworn"}
    assert "sworn-if-emergency-priority" in CITY.verdict("NOISE NUISANCE", priority).because


def test_a_pair_of_csos_may_go_to_somebody_lying_outside_once_nobody_is_violent() -> None:
    asked = CITY.verdict("SIT/LIE ENFORCEMENT", "C")
    assert (asked.route, asked.because) == ("sworn", ("sworn-if-violence",))
    answered = CITY.verdict("SIT/LIE ENFORCEMENT", "C", cue=Facts(violence=True))
    assert answered.dangers == ("sworn-if-violence",)
    safe = CITY.verdict_if_all_is_safe("SIT/LIE ENFORCEMENT", "C")
    assert safe.because == ("cso-if-people-sit-or-lie-outside",)
    assert safe.terms is not None
    assert safe.terms.two_together


@pytest.mark.parametrize(
    ("note", "danger"),
    [
        ("222", "weapon"),
        ("POSS 221", "weapon"),
        ("W/TASER", "weapon"),
        ("METAL ROD", "weapon"),
        ("418", "violence"),
        ("601 AGGRESSIVE", "violence"),
        ("POSS IP", "crime_in_progress"),
        ("CASER", "crime_in_progress"),
        ("POSS SQUATTERS", "suspect_on_scene"),
        ("DOG BITE", "medical_emergency"),
        ("801", "suicide"),
        ("POSS RO VIOLATE/415", "order_violation"),
        ("RESD OPEN LINE", "nature_unknown"),
        ("POSS 809 AT RISK", "child_in_danger"),
    ],
)
def test_a_dispatchers_shorthand_raises_its_danger(note: str, danger: str) -> None:
    raised, _ = CITY.desk.cues.find(note)
    assert getattr(raised, danger) is not None
    assert CITY.verdict("NOISE NUISANCE", "C", cue=raised).route == "sworn"


@pytest.mark.parametrize(
    "note", ["REP", "REPORT", "MUSIC", "PARTY", "22500E", "7.2.27", "VERBAL", "PAY DISPUTE", "311"]
)
def test_other_shorthand_raises_nothing_and_nothing_makes_a_call_safer(note: str) -> None:
    raised, _ = CITY.desk.cues.find(note)
    assert raised == Facts()


def test_dispositions_are_read_as_the_readme_says() -> None:
    codes = load_outcomes(CITY.folder).dispositions
    own = {row["code"] for row in CITY.table("dispositions.csv")}
    assert {code: codes[code] for code in own} == DISPOSITIONS


def test_a_cso_closes_no_call_with_what_takes_an_officer() -> None:
    may = set(CITY.desk.cso_dispositions)
    assert {"HAN", "GOA", "UTL", "REP"} <= may
    assert may.isdisjoint({"ARR", "CIT", "ADV", "ADM", "ABA", "NCR", "PAS", "ND", "FIR", "CAN"})


@pytest.mark.published_data
def test_every_disposition_and_priority_of_the_file_is_known_and_counted() -> None:
    rows = list(published(FILE))
    for table, column, key in (
        ("dispositions.csv", "disposition", "code"),
        ("priorities.csv", "priority_original", "code"),
        ("channels.csv", "onview_flag", "code"),
    ):
        found = Counter(row[column] for row in rows if row[column])
        assert {row[key]: int(row["calls"] or 0) for row in CITY.table(table) if row["calls"]} == found


@pytest.mark.published_data
def test_every_row_is_a_call_or_excluded_for_a_reason() -> None:
    assert reading().rows == 3326
    assert reading().excluded == Counter({"on-view": 988, "other-agency": 826, "cancelled": 7})
    assert not reading().unreadable
    assert len(reading().calls) == 1505


@pytest.mark.published_data
def test_a_row_becomes_a_call_with_its_words_and_a_closing_with_what_came_of_it() -> None:
    items = list(stream(reading()))
    reports = (item.report for item in items if isinstance(item, ReportArrived))
    report = next(report for report in reports if report.call_id == "252620653")
    assert (report.call_type, report.priority, report.channel) == ("SUSPICIOUS PERSON", "B", "N")
    assert (report.precinct, report.sector, report.beat) == ("INGLESIDE", None, None)
    assert report.narrative == "W/TASER"
    assert report.reported_at.astimezone(ZONE).isoformat() == "2025-09-19T08:02:32-07:00"
    closed = next(item for item in items if isinstance(item, CallClosed) and item.call_id == report.call_id)
    assert (closed.closing.disposition, closed.closing.final_call_type) == ("GOA", "SUSPICIOUS PERSON")
    assert closed.closing.cleared_at.astimezone(ZONE).isoformat() == "2025-09-19T08:31:58-07:00"
    assert CITY.desk.roster.time_zone == ZONE.key


@pytest.mark.published_data
def test_what_city_workers_ask_for_is_a_call_and_no_officers_own_work() -> None:
    police = [row for row in published(FILE) if row["agency"] == "Police" and row["disposition"] != "CAN"]
    kinds = Counter(row["onview_flag"] for row in police)
    assert kinds["N"] + kinds["HSOC"] == 1505
    assert kinds["HSOC"] == 89


@pytest.mark.published_data
def test_no_type_reaches_a_cso_that_often_ended_with_authority_used() -> None:
    rows = type_rows(counts())
    assert not [row.call_type for row in rows if row.flagged]
    noise = next(row for row in rows if row.call_type == "NOISE NUISANCE")
    used = noise.outcomes.authority_used
    assert (used.number, used.of) == (0, 27)


@pytest.mark.published_data
def test_types_whose_outcomes_were_bad_ask_more_than_their_canonical_type() -> None:
    used = {row.call_type: row.outcomes.authority_used for row in type_rows(counts())}
    for name, number, of, more in (
        ("WELL BEING CHECK", 3, 28, "violence"),
        ("HOMELESS COMPLAINT", 4, 15, "crime_in_progress"),
    ):
        assert (used[name].number, used[name].of) == (number, of)
        usual = CITY.verdict(f"APCO:{CITY.call_types[name]['canonical']}", "C").open_questions
        assert more in CITY.verdict(name, "C").open_questions
        assert more not in usual


@pytest.mark.published_data
def test_every_district_of_the_file_finds_a_pair_in_hours() -> None:
    roster = CITY.desk.roster
    districts = {row["police_district"] for row in published(FILE)} - {""}
    assert len(districts) == 10
    for unit in roster.units:
        window = next(roster.windows(unit, NOON))
        for district in districts:
            need = Need("navigation", frozenset({district}), None, vehicle=True, two_together=True, latest=window.start)
            assert choose(roster, need, {}, window.start).unit is not None, (district, window)


def test_partners_share_a_shift_and_no_day_is_without_one() -> None:
    roster = CITY.desk.roster
    for unit in roster.units:
        partner = roster.by_id[unit.partner or ""]
        assert (partner.shift, partner.areas) == (unit.shift, unit.areas)
    assert {day for shift in roster.shifts for day in shift.days} == set(WEEKDAYS)
