"""Each agency that ships, on all its published files of calls: every row counted, every type known, all verified."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import triage

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
FILES = {
    "seattle": (
        "seattle_call_data_sample/unfiltered_small_area_2018_2023.csv",
        "seattle_call_data_sample/disorder_filtered_sector_C_2010_2024.csv.gz",
        "seattle_terry_stops/terry_stops.csv.gz",
    ),
    "san_diego": ("san_diego_calls_2023/calls_2023_01.csv.gz",),
    "san_francisco": ("sf_dispatched_calls/sf_calls_2025_09.csv.gz",),
    "burlington": ("burlington_vt_2022/police_incidents_2022.csv.gz",),
}
ROWS = {"seattle": 222 + 4_210 + 26_042, "san_diego": 26_595, "san_francisco": 3_326, "burlington": 10_830}

pytestmark = [pytest.mark.published_data, pytest.mark.slow]


def said(*words: str, log: Path, agency: str) -> Any:
    typed = triage(*words, "--agency", str(ROOT / "config" / agency), "--log", str(log), "--json")
    assert typed.code == 0, typed.err
    return json.loads(typed.out)


@pytest.mark.parametrize("agency", FILES)
def test_every_row_of_an_agency_is_accounted_for_and_every_decision_is_verified(agency: str, tmp_path: Path) -> None:
    log = tmp_path / "calls.db"
    files = [str(DATA / name) for name in FILES[agency]]

    checked = said("check", "--calls", *files, log=log, agency=agency)
    assert (checked["problems"], checked["unmapped"], checked["review"]) == ([], [], [])

    ran = said("run", *files, log=log, agency=agency)
    assert ran["rows"] == ROWS[agency]
    assert ran["rows"] == ran["reports"] + ran["repeats"] + sum(ran["excluded"].values()) + ran["unreadable"]
    assert ran["unreadable"] == 0
    assert sum(ran["routes"].values()) == ran["calls"]

    verified = said("verify", log=log, agency=agency)
    assert verified["mismatches"] == []
    assert verified["decisions"] >= ran["decisions"] > 0

    again = said("run", *files, log=log, agency=agency)
    assert (again["events"], again["reports"]) == (0, 0)
