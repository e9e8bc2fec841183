import json
from pathlib import Path

import pytest

from tests.agencies_files import LIBRARY, SECRET, TYPES, rows, write
from tests.agencies_transformer import FILES, PACIFIC
from tests.cli_calls import Typed, triage

ZONE = "America/Chicago"


def new(folder: Path, *words: str, calls: Path | None = None, library: Path = LIBRARY) -> Typed:
    """`triage agency new` with a made-up city's file."""
    path = calls or write(folder / "calls.csv", rows())
    return triage("agency", "new", str(folder / "springfield"), "--from", str(path), "--library", str(library), *words)


def test_a_person_sees_columns_types_and_what_to_type_next(tmp_path: Path) -> None:
    answer = new(tmp_path, "--time-zone", ZONE, "--name", "Springfield Police")

    assert answer.code == 0
    assert "calls.csv: 300 rows" in answer.out
    for words in ("How Received  channel", "(not shown)", "11 call types, the most frequent first"):
        assert words in answer.out
    assert "no call for us, once it is confirmed: " in answer.out
    assert "is made (Springfield Police, America/Chicago). Every call is sworn until it is reviewed." in " ".join(
        answer.out.split()
    )
    assert "triage agency review " in answer.out
    assert max(map(len, answer.out.split("triage agency review")[0].splitlines())) <= 100
    assert SECRET not in answer.out + answer.err
    assert "Main Street" not in answer.out + answer.err


def test_a_program_gets_one_document(tmp_path: Path) -> None:
    answer = new(tmp_path, "--time-zone", ZONE, "--json")
    document = json.loads(answer.out)

    assert answer.code == 0
    assert set(document) == {
        "folder", "agency", "time_zone", "files", "call_types", "priorities", "channels", "dispositions", "review",
        "notes",
    }  # fmt: skip
    (file,) = document["files"]
    assert file["rows"] == 300
    assert {one["role"] for one in file["columns"]} >= {"call_id", "reported_at", "call_type", "channel"}
    assert {one["confidence"] for one in file["columns"]} <= {"sure", "likely", "guess"}
    assert {one["call_type"] for one in document["call_types"]} == set(TYPES)
    assert document["review"] == ["name", "switches"]
    assert SECRET not in answer.out


def test_what_was_made_checks_and_runs_with_every_row_accounted_for(tmp_path: Path) -> None:
    assert new(tmp_path, "--time-zone", ZONE).code == 0
    folder = tmp_path / "springfield"

    assert triage("check", str(folder)).code == 0
    log = str(tmp_path / "draft.db")
    answer = triage("run", str(tmp_path / "calls.csv"), "--agency", str(folder), "--log", log, "--json")
    counts = json.loads(answer.out)
    total = counts["reports"] + counts["repeats"] + sum(counts["excluded"].values()) + counts["unreadable"]
    assert counts["rows"] == total == 300
    assert counts["routes"] == {"sworn": counts["calls"], "cso": 0, "co_response": 0, "other_agency": 0}
    assert triage("verify", "--agency", str(folder), "--log", log).code == 0


@pytest.mark.published_data
@pytest.mark.slow
@pytest.mark.parametrize("city", sorted(FILES))
def test_a_known_citys_file_becomes_a_folder_by_which_every_call_is_sworn(tmp_path: Path, city: str) -> None:
    zone = "America/New_York" if city == "burlington" else PACIFIC
    assert new(tmp_path, "--time-zone", zone, calls=FILES[city]).code == 0
    folder, log = str(tmp_path / "springfield"), str(tmp_path / "draft.db")
    counts = json.loads(triage("run", str(FILES[city]), "--agency", folder, "--log", log, "--json").out)

    total = counts["reports"] + counts["repeats"] + sum(counts["excluded"].values()) + counts["unreadable"]
    assert counts["rows"] == total > 0
    assert counts["routes"]["sworn"] == sum(counts["routes"].values())


def test_bad_usage_says_what_to_do(tmp_path: Path) -> None:
    wanted = new(tmp_path)
    assert wanted.code == 2
    assert "add --time-zone ZONE" in wanted.err

    misspelt = new(tmp_path, "--time-zone", "America/Chicgo")
    assert "did you mean `America/Chicago`" in misspelt.err
    assert triage("agency", "new", str(tmp_path / "x")).code == 2
    nothing = triage(
        "agency", "new", str(tmp_path / "x"), "--from", str(tmp_path / "none.csv"), "--library", str(LIBRARY)
    )
    assert (nothing.code, "none.csv" in nothing.err) == (2, True)
    strange = new(tmp_path, "--time-zone", ZONE, library=tmp_path)
    assert "is no library" in strange.err
    assert not (tmp_path / "springfield").exists()


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "springfield").mkdir()
    (tmp_path / "springfield" / "mine.txt").write_text("mine")
    answer = new(tmp_path, "--time-zone", ZONE)

    assert answer.code == 2
    assert "not empty; name another folder" in answer.err
    assert [path.name for path in (tmp_path / "springfield").iterdir()] == ["mine.txt"]
