import csv
from datetime import datetime
from pathlib import Path

import pytest

from tests.docs_examples import ROOT, copy_of_project, run

DEMO = ROOT / "config" / "seattle" / "demo"
SAMPLE = ROOT.parent / "shared" / "data" / "seattle_call_data_sample" / "unfiltered_small_area_2018_2023.csv"


def year_of(row: dict[str, str]) -> int:
    return datetime.strptime(row["original_time_queued"], "%m/%d/%Y %I:%M:%S %p").year  # noqa: DTZ007 - a local time


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.published_data
def test_the_demonstrations_calls_are_all_that_the_sample_has_of_2022_and_2023() -> None:
    assert rows(DEMO / "calls.csv") == [row for row in rows(SAMPLE) if year_of(row) in {2022, 2023}]


def test_the_source_note_says_how_many_calls_there_are_and_names_every_column() -> None:
    calls, note = rows(DEMO / "calls.csv"), (DEMO / "SOURCE.md").read_text(encoding="utf-8")
    assert f"holds {len(calls)} real rows" in note
    assert all(f"`{column}`" in note for column in calls[0])


@pytest.mark.slow
def test_the_demonstration_twice_makes_its_log_anew_and_no_decision_comes_out_otherwise(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    first, again = run("make demo", project), run("make demo", project)
    assert first.returncode == again.returncode == 0, first.stdout
    assert "79 decisions on 79 calls" in again.stdout
    verified = run("triage verify --log demo/triage.db --json", project)
    assert (verified.returncode, '"mismatches": []' in verified.stdout) == (0, True), verified.stdout


@pytest.mark.slow
def test_what_the_demonstration_says_to_type_next_works(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    said = run("make demo", project).stdout.split("What to type next")[1].splitlines()
    commands = [line.split("  ")[1] for line in said if line.startswith("  triage ")]
    assert len(commands) >= 4
    for command in commands:
        done = run(f"TRIAGE_LOG=demo/triage.db {command}", project)
        assert done.returncode == 0, f"`{command}`\n{done.stdout}"
