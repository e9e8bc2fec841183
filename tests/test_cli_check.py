from pathlib import Path

import pytest

from tests.cli_calls import MONDAY, SEATTLE, SHARED, Desk, agency, flat, report, reports, triage

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
    assert list(document) == ["rules", "examples", "problems", "unmapped"]
    assert document["rules"] > 10
    assert document["examples"] > document["rules"]
    assert document["problems"] == document["unmapped"] == []


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
    assert "0 errors, 1 warning" in typed.out
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
