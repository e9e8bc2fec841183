"""The page about agencies: current, true to small files, readable, and refused where a reason is missing."""

import csv
import gzip
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import PUBLISHED

ROOT = Path(__file__).parents[1]
PICTURE = runpy.run_path(str(ROOT / "docs" / "picture.py"))
SVG = "{http://www.w3.org/2000/svg}"
HEADER = (
    "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,"
    "original_time_queued,arrived_time,precinct,sector,beat"
)
DAYS = (
    "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,incident_date,"
    "author_category,area"
)
STOPS = (
    "stop_resolution,weapon_type,reported_date,initial_call_type,final_call_type,call_type,arrest_flag,frisk_flag,"
    "precinct,sector,beat"
)


def write_page(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "docs/agencies.py", *arguments],
        cwd=project, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def call(number: int, call_type: str, how: str = "ASSISTANCE RENDERED", final: str = "NOISE - GENERAL") -> str:
    return f"{number},{how},911,3,{call_type},{final},07/10/2023 1:00:00 PM,07/10/2023 2:00:00 PM,EAST,CHARLIE,C3"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Seattle's rules and the script, beside small files that stand where the published ones do."""
    folder = tmp_path / "project"
    for name in ("config/seattle", "config/common"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "docs").mkdir()
    for script in ("agencies.py", "agencies_page.py", "picture.py", "published.py"):
        shutil.copy(ROOT / "docs" / script, folder / "docs")
    data = tmp_path / "shared" / "data"
    (data / "seattle_call_data_sample").mkdir(parents=True)
    (data / "seattle_terry_stops").mkdir()
    calls = [call(number, "NOISE - GENERAL") for number in range(3)] + [
        call(9, "ROBBERY - IP/JO (INCLUDES STRONG ARM)")
    ]
    put(tmp_path, calls)
    day = "8,ASSISTANCE RENDERED,911,3,NOISE - GENERAL,NOISE - GENERAL,2023-07-10,noise,C"
    (data / "seattle_call_data_sample" / "disorder_filtered_sector_C_2010_2024.csv.gz").write_bytes(packed([DAYS, day]))
    stop = "Field Contact,,2015-03-17,NOISE - GENERAL,NOISE - GENERAL,911,N,N,East,G,G3"
    (data / "seattle_terry_stops" / "terry_stops.csv.gz").write_bytes(packed([STOPS, stop]))
    return folder


def put(folder: Path, rows: list[str]) -> None:
    """The first of Seattle's files."""
    path = folder / "shared" / "data" / "seattle_call_data_sample" / "unfiltered_small_area_2018_2023.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")


def packed(lines: list[str]) -> bytes:
    return gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)


@pytest.mark.published_data
@pytest.mark.slow
def test_the_page_is_what_rules_and_published_files_say_now() -> None:
    assert PUBLISHED.is_dir()
    done = write_page(ROOT, "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_page_says_routes_outcomes_and_reasons(project: Path) -> None:
    done = write_page(project)
    assert (done.returncode, done.stderr) == (0, "")
    page = (project / "docs" / "agencies.md").read_text(encoding="utf-8")
    assert (
        "| Seattle: all call types, a small area | 4 | 75.0% | 0.0% | 0.0% | 0.0% | 25.0% | 0.0% (0.0-49.0) of 4 |"
        in page
    )
    assert "| CSO | 3 | 75.0% | 0.0% (0.0-56.1) of 3 | 100.0% |" in page
    assert "`sworn-if-call-type-is-violence` |" in page, "why the robbery is sworn"
    assert "| NOISE - GENERAL | 4 | CSO: cso-if-noise |  | 0.0% (0.0-49.0) of 4 | 0.0% |" in page, "both files of calls"
    assert "The rules would send an officer to 1 of these 1." in page, "of the stops"
    assert "No call type reaches a CSO" in page


def test_the_table_of_call_types_has_every_one_with_its_counts(project: Path) -> None:
    write_page(project)
    with (project / "docs" / "agencies" / "seattle.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["call_type"]: row for row in csv.DictReader(file)}
    assert {name: (row["calls"], row["cso"], row["sworn"]) for name, row in rows.items()} == {
        "NOISE - GENERAL": ("4", "4", "0"),
        "ROBBERY - IP/JO (INCLUDES STRONG ARM)": ("1", "0", "1"),
    }
    assert rows["NOISE - GENERAL"]["no_authority_used"] == "4"
    assert rows["NOISE - GENERAL"]["reaching_cso_decided"] == "4"


def test_a_page_that_is_stale_is_named(project: Path) -> None:
    write_page(project)
    assert write_page(project, "--check").returncode == 0
    assert write_page(project).stdout == "written: nothing, all is current\n"
    put(project.parent, [call(1, "NOISE - GENERAL")])
    stale = write_page(project, "--check")
    assert stale.returncode == 1
    assert "docs/agencies.md is not what the files say now: run `python docs/agencies.py`" in stale.stderr
    assert "docs/agencies/routes.svg is not what" in stale.stderr


def test_a_type_that_deserves_a_second_look_needs_a_reason(project: Path) -> None:
    put(project.parent, [call(number, "NOISE - GENERAL", how="PHYSICAL ARREST MADE") for number in range(5)])
    refused = write_page(project)
    assert refused.returncode == 2
    assert "say in accepted_risks.csv (call_type, reason, source) why they stay" in refused.stderr
    assert (
        "config/seattle: `NOISE - GENERAL` reaches a CSO, and authority was used in 83.3% (43.6-97.0) of 6"
        in refused.stderr
    )
    assert not (project / "docs" / "agencies.md").exists()
    reasons = "call_type,reason,source\nNOISE - GENERAL,Five arrests at one party.,assumption\n"
    (project / "config" / "seattle" / "accepted_risks.csv").write_text(reasons, encoding="utf-8")
    assert write_page(project).returncode == 0
    page = (project / "docs" / "agencies.md").read_text(encoding="utf-8")
    assert "| NOISE - GENERAL | 6 | 83.3% (43.6-97.0) of 6 | Five arrests at one party. | assumption |" in page


def test_files_that_are_not_there_are_named(project: Path) -> None:
    shutil.rmtree(project.parent / "shared")
    refused = write_page(project)
    assert refused.returncode == 2
    assert "error: no such file" in refused.stderr
    assert "Traceback" not in refused.stderr


# The picture.


def bar(**parts: int) -> Any:
    return PICTURE["Bar"](
        **({"title": "A & B", "label": "a <file>", "cso": 0, "away": 0, "both": 0, "other": 0, "sworn": 0} | parts)
    )


def parsed(*bars: Any) -> ET.Element:
    return ET.fromstring(PICTURE["drawn"](bars))


def texts(picture: ET.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


def test_every_part_of_a_bar_also_stands_in_words() -> None:
    told = texts(parsed(bar(cso=10, away=20, both=5, other=1, sworn=164)))
    assert (
        "CSO: 5% \N{MIDDLE DOT} sworn, one question from a CSO: 10% \N{MIDDLE DOT} officer and CSO: 2% \N{MIDDLE DOT}"
        " other agency: <1% \N{MIDDLE DOT} sworn, the rest: 82%"
    ) in told
    assert "A & B" in told
    assert "a <file> (200 calls)" in told


def test_the_parts_of_a_bar_fill_its_width() -> None:
    picture = parsed(bar(cso=1, away=2, both=3, other=4, sworn=7))
    rects = [rect for rect in picture.iter(f"{SVG}rect") if rect.get("height") == str(PICTURE["BAR_HEIGHT"])]
    assert len(rects) == 5
    full = PICTURE["WIDTH"] - 2 * PICTURE["MARGIN"]
    assert sum(float(rect.get("width", 0)) for rect in rects) == pytest.approx(full, abs=0.5)
    ends = [float(rect.get("x", 0)) + float(rect.get("width", 0)) for rect in rects]
    starts = [float(rect.get("x", 0)) for rect in rects[1:]]
    assert starts == pytest.approx(ends[:-1], abs=0.2)


def test_a_bar_without_calls_says_so() -> None:
    assert "no calls" in texts(parsed(bar()))


def test_the_picture_has_its_own_background_and_a_description_for_those_who_cannot_see_it() -> None:
    picture = parsed(bar(cso=1, sworn=3))
    background = next(rect for rect in picture.findall(f"{SVG}rect"))
    assert (background.get("fill"), float(background.get("width", 0))) == ("#ffffff", PICTURE["WIDTH"] - 1)
    described = picture.find(f"{SVG}desc")
    assert described is not None
    assert described.text == "A & B, a <file>: CSO: 25% \N{MIDDLE DOT} sworn, the rest: 75%."


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (Web Content Accessibility Guidelines 2.1)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("part", PICTURE["PARTS"], ids=lambda part: str(part.field))
def test_the_numbers_in_a_bar_can_be_read_on_what_is_behind_them(part: Any) -> None:
    behind = PICTURE["PAPER"] if part.fill.startswith("url") else part.fill
    light, dark = sorted([luminance(part.ink), luminance(behind)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_every_pattern_that_a_part_uses_is_there() -> None:
    used = re.findall(r"url\(#(\w+)\)", " ".join(part.fill for part in PICTURE["PARTS"]))
    there = [pattern.get("id") for pattern in parsed().iter(f"{SVG}pattern")]
    assert sorted(used) == sorted(there)  # type: ignore[type-var]
