from pathlib import Path

import pytest

from tests.cli_calls import MONDAY, SEATTLE, SHARED, Desk, agency, flat, report, reports, triage
from tests.rulebook_folder import on_library

CALLS = sorted(
    path
    for folder in ("seattle_2019_tallies", "seattle_call_data_sample", "seattle_terry_stops", "seattle_nicjr_2021")
    for path in (SHARED / folder).glob("*.csv*")
    if path.name != "table7_arrest_rates.csv"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, agency(tmp_path / "agency"))


def test_a_sound_folder_has_no_problems(desk: Desk) -> None:
    typed = desk("check", "--json")
    assert typed.code == 0
    document = typed.document
    assert list(document) == ["rules", "examples", "problems", "unmapped", "origins", "review"]
    assert document["rules"] > 10
    assert document["examples"] > document["rules"]
    assert document["problems"] == document["unmapped"] == document["review"] == []
    assert len(document["origins"]) == document["rules"]


def test_seattle_is_sound_and_knows_the_call_types_of_its_own_files() -> None:
    typed = triage("check", SEATTLE, "--calls", *CALLS, "--json")
    assert (typed.code, typed.err) == (0, "")
    assert typed.document["unmapped"] == []


def test_the_folder_to_check_may_be_named_without_an_option(desk: Desk) -> None:
    assert triage("check", desk.agency, "--json").document == desk("check", "--json").document


def test_problems_are_named_by_file_line_field_and_the_nearest(desk: Desk) -> None:
    units = desk.agency / "units.yaml"
    units.write_text(units.read_text().replace("mode: vehicle", "mode: vehicel"))
    typed = desk("check", "--json")
    assert typed.code == 1
    (problem,) = typed.document["problems"]
    assert (problem["file"], problem["field"], problem["nearest"]) == ("units.yaml", "units.mode", "vehicle")
    assert problem["line"] == 1 + units.read_text()[: units.read_text().index("mode: vehicel")].count("\n")
    assert problem["severity"] == "error"
    shown = desk("check")
    assert shown.code == 1
    assert f"error: units.yaml:{problem['line']}: units.mode:" in shown.out
    assert "did you mean `vehicle`?" in flat(shown.out)


def test_a_warning_is_shown_and_lets_the_folder_load(desk: Desk) -> None:
    (desk.agency / "notes.txt").write_text("for later")
    typed = desk("check")
    assert typed.code == 0
    assert "0 errors, 1 warning" in flat(typed.out)
    assert "warning: notes.txt" in typed.out


def test_call_types_that_the_table_does_not_know_are_listed_with_counts_and_the_nearest(desk: Desk) -> None:
    tally = desk.folder / "tally.csv"
    tally.write_text("initial_call_type,final call-type,rows\nNOIS,NOISE,4\nNOIS,-,1\n,XYLOPHONE,1\n")
    calls = reports(desk.folder / "calls.ndjson", report("A1", "NOIS"), report("A2", "PARKING"), "bad")
    typed = desk("check", "--calls", tally, calls, "--json")
    assert typed.code == 1
    assert typed.document["unmapped"] == [
        {"call_type": "NOIS", "calls": 3, "nearest": "NOISE"},
        {"call_type": "XYLOPHONE", "calls": 1, "nearest": None},
    ]
    shown = desk("check", "--calls", tally, calls)
    assert shown.code == 1
    assert "2 call types not in the table (such calls are sworn)" in shown.out
    assert "   3  NOIS       NOISE" in shown.out


def test_a_file_of_calls_is_looked_at_in_its_mappings_column_and_missing_values_are_no_names(desk: Desk) -> None:
    calls = desk.folder / "calls.csv"
    calls.write_text(
        "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,"
        "original_time_queued,arrived_time,precinct,sector,beat\n"
        "1,X,ONVIEW,7,NOIS,UNKNOWN FINAL,x,y,NORTH,U,U1\n2,X,911,7,REDACTED,Z,x,y,NORTH,U,U1\ntoo,short\n"
    )
    typed = desk("check", "--calls", calls, "--json")
    assert [entry["call_type"] for entry in typed.document["unmapped"]] == ["NOIS"]


def test_where_all_are_known_that_is_said(desk: Desk) -> None:
    calls = reports(desk.folder / "calls.ndjson", report("A1"))
    assert "Every call type of 1 file is in the table." in desk("check", "--calls", calls).out


def test_files_are_not_looked_at_before_the_errors_are_mended(desk: Desk) -> None:
    (desk.agency / "cues.yaml").unlink()
    calls = reports(desk.folder / "calls.ndjson", report("A1", "NOIS", reported_at=MONDAY))
    typed = desk("check", "--calls", calls, "--json")
    assert typed.code == 1
    assert typed.document["unmapped"] == []
    assert "not looked at before the errors are mended" in typed.err


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "", "\x00\x01"])
def test_a_file_without_call_types_is_refused(desk: Desk, content: str) -> None:
    path = desk.folder / "other.csv"
    path.write_text(content)
    typed = desk("check", "--calls", path)
    assert typed.code == 2
    assert typed.err.startswith("error: ")
    assert "other.csv" in typed.err


def test_a_folder_that_is_not_there_or_no_folder_is_exit_code_2(desk: Desk) -> None:
    assert triage("check", desk.folder / "nowhere").code == 2
    (desk.folder / "file").write_text("")
    typed = triage("check", desk.folder / "file")
    assert typed.code == 2
    assert "is not a folder" in typed.err


OVERRIDES = """\
- {rule: parking-elsewhere, reason: We have no parking enforcement., source: assumption, off: true}
- {rule: cso-if-noise, reason: Noise can wait., source: assumption, change: {wait_minutes: 240}}
"""
HEADER = "call_type,canonical,fidelity,profile,presumes,severity,likelihood,status,calls,source\n"


def unreviewed(rows: int) -> str:
    """A table of so many call types under review, and one that is not."""
    types = (f"TYPE {number},NOISE,close,,,,,review,{number * 1000},x\n" for number in range(1, rows + 1))
    return f"{HEADER}{''.join(types)}NOISE,NOISE,exact,,,,,,,x\n"


def test_it_says_how_many_rules_come_from_which_file_and_what_the_folder_overrides(tmp_path: Path) -> None:
    typed = triage("check", on_library(tmp_path, {"overrides.yaml": OVERRIDES}))
    assert typed.code == 0
    said = typed.out[typed.out.index("Where the rules come from") :].splitlines()
    assert said[:8] == [
        "Where the rules come from",
        "Rules  File",
        "   15  ../common/rules/danger.yaml",
        "    3  ../common/rules/programmes.yaml",
        "",
        "The folder overrides 2 rules of the library:",
        "  cso-if-noise: changed in overrides.yaml:2: Noise can wait.",
        "  parking-elsewhere: off in overrides.yaml:1: We have no parking enforcement.",
    ]


def test_every_rule_can_be_shown_with_its_line_and_what_was_done_to_it(tmp_path: Path) -> None:
    typed = triage("check", on_library(tmp_path, {"overrides.yaml": OVERRIDES}), "--rules")
    said = flat(typed.out[typed.out.index("../common/rules/programmes.yaml") :])
    assert "1 cso-if-noise a CSO changed in overrides.yaml:2: Noise can wait." in said
    assert "12 together-if-welfare officer and CSO" in said
    assert "25 parking-elsewhere other agency off in overrides.yaml:1: We have no parking enforcement." in said
    assert "34 sworn-at-night an officer off by its switch in agency.yaml" in said


def test_origins_as_json_say_what_was_overridden_and_why(tmp_path: Path) -> None:
    document = triage("check", on_library(tmp_path, {"overrides.yaml": OVERRIDES}), "--json").document
    origins = {origin["rule_id"]: origin for origin in document["origins"]}
    assert origins["sworn-if-weapon"] == {
        "rule_id": "sworn-if-weapon",
        "effect": "require_sworn",
        "file": "../common/rules/danger.yaml",
        "line": 1,
        "overridden": None,
    }
    assert origins["parking-elsewhere"]["overridden"] == {
        "file": "overrides.yaml",
        "line": 1,
        "reason": "We have no parking enforcement.",
        "off": True,
    }


def test_what_is_left_to_review_is_no_error_and_the_biggest_ten_are_shown(tmp_path: Path) -> None:
    city = on_library(tmp_path, {"call_types.csv": unreviewed(12)})
    typed = triage("check", city)
    assert typed.code == 0
    assert "12 things to review: nobody has confirmed them yet" in typed.out
    assert "12  78,000  call types  nothing is presumed, so such a call is sworn" in typed.out
    assert "12,000  call type  TYPE 12  NOISE     call_types.csv:13" in typed.out
    assert "TYPE 3 " in typed.out
    assert "TYPE 2 " not in typed.out
    assert "... and 2 more: add --all" in typed.out
    assert typed.out.endswith(f"  triage agency review {city} --by ID\n")
    everything = triage("check", city, "--all").out
    assert "TYPE 1 " in everything
    assert "more: add --all" not in everything


def test_what_is_left_to_review_as_json_is_whole(tmp_path: Path) -> None:
    document = triage("check", on_library(tmp_path, {"call_types.csv": unreviewed(12)}), "--json").document
    assert len(document["review"]) == 12
    assert document["review"][0] == {
        "file": "call_types.csv",
        "line": 13,
        "kind": "call type",
        "name": "TYPE 12",
        "calls": 12000,
        "proposed": "NOISE",
    }


def test_nothing_left_to_review_is_said_and_one_thing_is_one_thing(tmp_path: Path) -> None:
    assert "Nothing is left to review." in triage("check", on_library(tmp_path / "none")).out
    one = triage("check", on_library(tmp_path / "one", {"call_types.csv": unreviewed(1)})).out
    assert "1 thing to review: nobody has confirmed it yet" in one
    assert "1  1,000  call type  nothing is presumed, so such a call is sworn" in one


def test_a_folder_with_an_error_says_that_first_and_alone(tmp_path: Path) -> None:
    typed = triage("check", on_library(tmp_path, {"call_types.csv": unreviewed(3), "units.yaml": None}))
    assert typed.code == 1
    assert "error: units.yaml: the file is missing" in typed.out
    assert "come from" not in typed.out
    assert "to review" not in typed.out


def test_no_line_is_wider_than_a_hundred_columns_whatever_the_names(tmp_path: Path) -> None:
    table = f"{HEADER}{'A VERY LONG TYPE ' * 11},NOISE,close,,,,,review,5,x\nNOISE,NOISE,exact,,,,,,,x\n"
    overrides = OVERRIDES.replace("Noise can wait.", "Noise can wait and wait again. " * 15)
    city = on_library(tmp_path, {"call_types.csv": table, "overrides.yaml": overrides})
    lines = triage("check", city, "--rules").out.splitlines()
    assert max(len(line) for line in lines if str(city) not in line) <= 100
    assert triage("check", city).code == 0
