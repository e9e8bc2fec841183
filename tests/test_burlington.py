"""Burlington's folder: published types all read, rows counted once, danger never a CSO's call, times that are off."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from tests.city_folder import DATA, City, lines, published
from triage.domain.roster import WEEKDAYS, Need, choose
from triage.rulebook import check
from triage.sources import Reading, ReportArrived, load_columns, read_file, stream

CITY: Final = City("burlington")
ZONE: Final = ZoneInfo("America/New_York")
NOON: Final = datetime(2022, 5, 9, 12, tzinfo=ZONE)
FILE: Final = "burlington_vt_2022/police_incidents_2022.csv.gz"
PRIORITIES: Final = ("Priority 1", "Priority 2", "Priority 3", None)
DEMO_COLUMNS: Final = (
    "incident_number",
    "call_type",
    "call_type_group",
    "call_time",
    "call_origin",
    "Area",
    "AreaName",
    "priority",
)

HARD_WORDS: Final = (
    *("Assault", "Threats", "Robbery", "Homicide", "Stalking", "Domestic", "Cruelty", "Lewd", "Voyeurism", "Restraint"),
    *("Endangerment", "Burglary", "Arson", "Alarm", "Hangup", "Duress", "Suicide", "Overdose", "Death", "Missing"),
    *(
        "Injury",
        "DUI",
        "DLS",
        "Hazard",
        "Traffic",
        "Warrant",
        "Fugitive",
        "TRO/FRO",
        "Conditions of Release",
        "Subpoena",
    ),
    *("Custodial", "CHINS", "Drugs", "Stolen Property", "Impeding", "Extortion", "from a Person", "Prohibited Acts"),
    *("Patrol", "Operations", "Background", "K9", "Outreach", "Compliance", "AOA"),
)
NOT_SO_HARD: Final = {"Domestic Disturbance": "words alone between partners are for an officer and a CSO together"}

BIGGEST: Final = """
Suspicious Event             | sworn        | sworn-if-weapon | weapon violence crime_in_progress suspect_on_scene need
Welfare Check                | sworn        | sworn-if-medical-emergency | medical_emergency
Mental Health Issue          | sworn        | sworn-if-weapon | suicide weapon violence
Foot Patrol                  | sworn        | sworn-if-officer-activity | -
Assist - Public              | sworn        | sworn-if-domestic-contact | domestic
Alarm                        | sworn        | sworn-if-call-type-is-burglary-prowler-or-alarm | -
Assist - Agency              | sworn        | sworn-if-police-requested | -
Found/Lost Property          | cso          | cso-if-found-property | -
Crash - Property damage only | sworn        | sworn-if-unsafe-approach | unsafe_approach
Trespass                     | sworn        | sworn-if-violence | violence suspect_on_scene
Larceny - from Motor Vehicle | sworn        | sworn-if-crime-in-progress | crime_in_progress suspect_on_scene
Disturbance                  | sworn        | sworn-if-weapon | weapon violence dispute intoxicated juvenile need
Noise                        | cso          | cso-if-noise | -
Crash - LSA                  | sworn        | sworn-if-crime-in-progress | crime_in_progress suspect_on_scene
Threats/Harassment           | sworn        | sworn-if-call-type-is-violence | -
Domestic Disturbance         | sworn        | sworn-if-weapon | domestic weapon violence child_in_danger order_violation
Animal Problem               | sworn        | sworn-if-unsafe-approach | unsafe_approach
Traffic                      | sworn        | sworn-if-suspect-is-to-be-stopped-or-arrested | -
Community Outreach           | sworn        | sworn-if-officer-activity | -
Parking                      | other_agency | parking-enforcement-if-parking | -
"""

UNASKED: Final = """
Fireworks           | cso-if-fireworks-nuisance
Found/Lost Property | cso-if-found-property
Illegal Dumping     | cso-if-dumping-or-litter
Noise               | cso-if-noise
Runaway             | cso-if-runaway
"""

ASKED: Final = """
Assist - Motorist                             | unsafe_approach
Assist - Public                               | domestic
Crash - LSA                                   | crime_in_progress suspect_on_scene
Crash - Non-Investigated                      | medical_emergency unsafe_approach
Crash - Property damage only                  | unsafe_approach
Disorderly Conduct by Electronic Communication | violence suspect_on_scene
False Pretenses                               | crime_in_progress suspect_on_scene
Forgery                                       | crime_in_progress suspect_on_scene
Fraud                                         | crime_in_progress suspect_on_scene
Identity Theft                                | crime_in_progress suspect_on_scene
Intoxication                                  | violence
Juvenile Problem                              | violence
Larceny - from Building                       | crime_in_progress suspect_on_scene
Larceny - from Motor Vehicle                  | crime_in_progress suspect_on_scene
Larceny - Other                               | crime_in_progress suspect_on_scene
Prescription Fraud                            | crime_in_progress suspect_on_scene
Property Damage                               | crime_in_progress suspect_on_scene
Retail Theft                                  | crime_in_progress suspect_on_scene
Stolen Vehicle                                | crime_in_progress suspect_on_scene
Theft of Service                              | crime_in_progress suspect_on_scene
Vandalism                                     | crime_in_progress suspect_on_scene
Vandalism - graffiti                          | crime_in_progress suspect_on_scene
Welfare Check                                 | medical_emergency
"""


@cache
def reading() -> Reading:
    """The published file, read with the folder's own mapping."""
    return read_file(DATA / FILE, load_columns(CITY.folder / "columns"), ZONE)


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
    found = Counter(row["call_type"] for row in published(FILE) if row["call_type"])
    assert {name: int(row["calls"]) for name, row in CITY.call_types.items()} == found
    assert len(found) == 101


@pytest.mark.published_data
def test_the_priorities_and_origins_of_the_file_are_known_and_counted() -> None:
    rows = list(published(FILE))
    for table, column in (("priorities.csv", "priority"), ("channels.csv", "call_origin")):
        found = Counter(row[column] for row in rows if row[column])
        assert {row["code"]: int(row["calls"]) for row in CITY.table(table)} == found


@pytest.mark.published_data
def test_a_type_has_one_priority_throughout() -> None:
    priorities: dict[str, set[str]] = {}
    for row in published(FILE):
        priorities.setdefault(row["call_type"], set()).add(row["priority"])
    assert {name for name, found in priorities.items() if len(found) > 1} == set()


def test_the_twenty_biggest_types_go_where_their_words_say() -> None:
    biggest = sorted(CITY.call_types.values(), key=lambda row: -int(row["calls"]))[:20]
    assert [CITY.line(row["call_type"], "Priority 3") for row in biggest] == lines(BIGGEST)


def test_few_types_reach_a_cso_with_nothing_asked() -> None:
    alone = [name for name in CITY.call_types if CITY.verdict(name, "Priority 3").route == "cso"]
    assert [f"{name} | {CITY.verdict(name, 'Priority 3').because[0]}" for name in alone] == lines(UNASKED)


def test_all_other_types_that_a_cso_may_take_ask_what_matters_first() -> None:
    reachable = [
        f"{name} | {' '.join(CITY.verdict(name, 'Priority 3').open_questions)}"
        for name in CITY.call_types
        if CITY.verdict_if_all_is_safe(name, "Priority 3").route == "cso"
        and CITY.verdict(name, "Priority 3").route != "cso"
    ]
    assert reachable == lines(ASKED)


@pytest.mark.parametrize("name", sorted(name for name in CITY.call_types if any(word in name for word in HARD_WORDS)))
def test_a_type_whose_words_mean_danger_reaches_no_cso_whatever_is_answered(name: str) -> None:
    for priority in PRIORITIES:
        assert CITY.verdict(name, priority).route == "sworn"
        safe = CITY.verdict_if_all_is_safe(name, priority).route
        assert safe == "sworn" or (safe == "co_response" and name in NOT_SO_HARD)


def test_the_words_of_danger_are_words_of_the_table() -> None:
    for word in (*HARD_WORDS, *NOT_SO_HARD):
        assert any(word in name for name in CITY.call_types), word


@pytest.mark.parametrize("priority", ["Priority 1", "Priority 4", None])
def test_a_call_of_the_highest_or_an_unknown_priority_is_sworn(priority: str | None) -> None:
    assert {CITY.verdict(name, priority).route for name in CITY.call_types} == {"sworn"}
    assert "sworn-if-emergency-priority" in CITY.verdict("Noise", priority).because


@pytest.mark.published_data
def test_types_of_priority_one_never_reach_a_cso_in_the_file() -> None:
    first = {row["call_type"] for row in published(FILE) if row["priority"] == "Priority 1"}
    assert {"Runaway", "Roadway Hazard", "911 Hangup"} <= first
    assert {CITY.verdict_if_all_is_safe(name, "Priority 1").route for name in first} == {"sworn"}


@pytest.mark.published_data
def test_every_row_is_a_call_or_excluded_for_a_reason() -> None:
    assert reading().rows == 10830
    assert reading().excluded == Counter({"on-view": 1153, "administrative": 86, "no-call-type": 12})
    assert not reading().unreadable
    assert len(reading().calls) == 9579


@pytest.mark.published_data
def test_a_row_becomes_a_call_with_its_area_and_the_time_that_the_clock_showed() -> None:
    arrived = (item.report for item in stream(reading()) if isinstance(item, ReportArrived))
    report = next(report for report in arrived if report.call_id == "22BU000002")
    assert (report.call_type, report.priority, report.channel) == ("Welfare Check", "Priority 2", "911")
    assert (report.precinct, report.sector, report.beat) == (None, "SouthEnd", "E")
    assert report.reported_at.astimezone(ZONE).isoformat() == "2022-01-01T01:08:55-05:00"
    assert CITY.desk.roster.time_zone == ZONE.key


def test_what_is_recorded_with_an_incident_is_read_by_no_mapping() -> None:
    (columns,) = load_columns(CITY.folder / "columns")
    mapping = columns.model_dump_json(exclude={"notes", "source"})
    for flag in ("mental_health", "drug_related", "dv_related", "alcohol_related"):
        assert flag not in mapping
    assert columns.columns.disposition is None
    assert columns.columns.final_call_type is None
    assert columns.columns.cleared_at == ()


@pytest.mark.published_data
def test_assist_public_asks_about_partners_as_some_are_recorded_as_domestic() -> None:
    rows = [row for row in published(FILE) if row["call_type"] == "Assist - Public"]
    assert Counter(row["dv_related"] for row in rows) == {"0": 445, "1": 14}
    assert CITY.verdict("Assist - Public", "Priority 3").open_questions == ("domestic",)


@pytest.mark.published_data
def test_the_utc_time_of_the_file_is_what_the_clock_in_burlington_showed() -> None:
    for row in published(FILE):
        clock = datetime.fromisoformat(row["call_time"]).astimezone(UTC)
        hour = f"{clock.hour % 12 or 12} {'am' if clock.hour < 12 else 'pm'}"
        shown = (hour, f"{clock:%A}", f"{clock:%B}", f"{clock:%Y}")
        assert (row["Hour"], row["DayOfWeek"], row["Month"], row["year"]) == shown


@pytest.mark.published_data
def test_every_call_comes_at_the_hour_and_on_the_day_that_the_file_names() -> None:
    named = {row["incident_number"]: (row["Hour"], row["DayOfWeek"], row["year"]) for row in published(FILE)}
    for item in stream(reading()):
        assert isinstance(item, ReportArrived)
        local = item.report.reported_at.astimezone(ZONE)
        hour = f"{local.hour % 12 or 12} {'am' if local.hour < 12 else 'pm'}"
        assert named[item.report.call_id] == (hour, f"{local:%A}", f"{local:%Y}")


@pytest.mark.published_data
def test_every_area_of_the_file_finds_a_pair_in_hours() -> None:
    roster = CITY.desk.roster
    areas = {row["Area"] for row in published(FILE)} | {row["AreaName"] for row in published(FILE)}
    areas -= {"", "Outside Burlington"}
    assert len(areas) == 11
    for unit in roster.units:
        window = next(roster.windows(unit, NOON))
        for area in areas:
            wanted = frozenset({area.upper()})
            need = Need("community", wanted, None, vehicle=True, two_together=True, latest=window.start)
            assert choose(roster, need, {}, window.start).unit is not None, (area, window)


def test_partners_share_a_shift_and_no_day_is_without_one() -> None:
    roster = CITY.desk.roster
    for unit in roster.units:
        partner = roster.by_id[unit.partner or ""]
        assert (partner.shift, partner.areas) == (unit.shift, unit.areas)
    assert {day for shift in roster.shifts for day in shift.days} == set(WEEKDAYS)


def test_the_demonstration_has_two_days_of_calls_and_all_are_known() -> None:
    rows = CITY.table("demo/calls.csv")
    assert len(rows) == 129
    assert tuple(rows[0]) == DEMO_COLUMNS
    assert {row["call_time"][:10] for row in rows} == {"2022-05-09", "2022-05-10"}
    assert {row["call_type"] for row in rows} <= CITY.call_types.keys()
    found = read_file(CITY.folder / "demo" / "calls.csv", load_columns(CITY.folder / "columns"), ZONE)
    assert found.rows == len(found.calls) + found.excluded.total() == 129
    assert set(found.excluded) <= {"on-view", "administrative"}


@pytest.mark.published_data
def test_the_demonstration_is_every_row_of_its_two_days_unchanged() -> None:
    chosen = [row for row in published(FILE) if row["call_time"][:10] in {"2022-05-09", "2022-05-10"}]
    assert CITY.table("demo/calls.csv") == [{column: row[column] for column in DEMO_COLUMNS} for row in chosen]
