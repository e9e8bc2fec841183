import gzip
import json
from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import SAMPLE, SEATTLE, SHARED, Desk, Typed, agency, flat, report, reports, triage

HEADER = (
    "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,"
    "original_time_queued,arrived_time,precinct,sector,beat"
)
ROW = "{id},{how},911,3,{type},{type},07/10/2023 {time} PM,07/10/2023 2:00:00 PM,NORTH,UNION,U1"
DISORDER = SHARED / "seattle_call_data_sample" / "disorder_filtered_sector_C_2010_2024.csv.gz"
SEATTLE_FILES = [
    pytest.param(SAMPLE, 222, id="unfiltered"),
    pytest.param(DISORDER, 4_210, id="disorder", marks=pytest.mark.slow),
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, agency(tmp_path / "agency"))


def csv(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


def row(call_id: str, call_type: str = "NOISE", time: str = "1:00:00", how: str = "ASSISTANCE RENDERED") -> str:
    return ROW.format(id=call_id, type=call_type, time=time, how=how)


def balanced(document: dict[str, Any]) -> bool:
    excluded: dict[str, int] = document["excluded"]
    counted = document["reports"] + document["repeats"] + sum(excluded.values()) + document["unreadable"]
    return bool(document["rows"] == counted)


def of_the_run(typed: Typed) -> list[Any]:
    """The events, but for where and when they were stored."""
    return [{name: value for name, value in event.items() if name != "recorded_at"} for event in typed.rows]


def test_a_run_counts_every_row_once_and_every_call_by_its_route(desk: Desk) -> None:
    typed = desk.run(
        report("A1"),
        report("A1"),
        report("A2", "PARKING"),
        report("A3", "ASSAULT"),
        report("A4", "WELFARE CHECK"),
        "bad",
    )
    assert typed.code == 0
    assert typed.err == "unreadable: calls.ndjson line 6: not JSON\n"
    document = typed.document
    assert document.pop("seconds") >= 0
    assert document == {
        "rows": 6,
        "calls": 4,
        "reports": 4,
        "repeats": 1,
        "excluded": {},
        "unreadable": 1,
        "decisions": 5,
        "routes": {"sworn": 2, "cso": 1, "co_response": 1, "other_agency": 1},
        "not_served": {},
        "events": 13,
    }
    assert len(desk("log", "--json").rows) == document["events"]


def test_rows_that_are_left_out_are_counted_by_reason(desk: Desk) -> None:
    path = csv(desk.folder / "calls.csv", row("A1"), row("A1"), row("A2", how="RADIO BROADCAST AND CLEAR"))
    document = desk("run", path, "--json").document
    assert (document["rows"], document["reports"], document["repeats"]) == (3, 1, 1)
    assert document["excluded"] == {"broadcast": 1}


def test_a_call_that_no_unit_can_take_is_counted_with_its_reason(desk: Desk) -> None:
    document = desk.run(report("A1", reported_at="2023-07-09T20:00:00Z")).document
    assert document["routes"]["sworn"] == 1
    assert document["not_served"] == {"outside_hours": 1}
    assert desk("not-served", "--json").document == {"not_served": {"outside_hours": 1}, "could_not_be_triaged": 0}


def test_running_a_file_again_adds_nothing_and_says_so(desk: Desk) -> None:
    path = csv(desk.folder / "calls.csv", row("A1"), row("A2", "ASSAULT"), row("A 3"))
    first = desk("run", path, "--json").document
    before = desk("log").out
    again = desk("run", path, "--json").document
    assert first["events"] > 0
    assert again["events"] == again["decisions"] == again["reports"] == 0
    assert again["repeats"] == first["reports"]
    assert balanced(first)
    assert balanced(again)
    assert desk("log").out == before
    assert "Nothing new" in desk("run", path).out


def test_several_files_become_one_stream_in_clock_order(desk: Desk) -> None:
    late = csv(desk.folder / "late.csv", row("A3", time="1:30:00"), row("A1", time="1:10:00"), row("bad id"))
    early = reports(desk.folder / "early.ndjson", report("A0"), "bad", report("A2", reported_at="2023-07-10T20:20:00Z"))
    assert balanced(desk("run", late, early, "--json").document)
    told = [event for event in desk("log", "--json").rows if event["kind"] in {"call_reported", "report_unreadable"}]
    assert [event["call_id"] for event in told[:4]] == ["A0", "A1", "A2", "A3"]
    assert [event["kind"] for event in told[4:]] == ["report_unreadable"] * 2
    times = [event["occurred_at"] for event in told]
    assert times == sorted(times)
    assert times[-1] == "2023-07-10T21:00:00Z", "as of the last time that could be read, which is a closing's"


def test_unreadable_rows_alone_are_dated_at_the_beginning_of_time(desk: Desk) -> None:
    assert desk.run("bad").document["unreadable"] == 1
    (refused,) = desk("log", "--kind", "report_unreadable", "--json").rows
    assert refused["occurred_at"] == "1970-01-01T00:00:00Z"
    assert refused["call_id"].startswith("unreadable:")


def test_rows_in_any_order_give_the_same_log(tmp_path: Path) -> None:
    rows = [row("A1"), row("A1", how="REPORT WRITTEN (NO ARREST)"), row("A2", time="1:05:00"), row("A3", "ASSAULT")]
    folder = agency(tmp_path / "agency")
    logs = []
    for place, order in enumerate(list(permutations(rows))[::5]):
        (tmp_path / str(place)).mkdir()
        desk = Desk(tmp_path / str(place), folder)
        desk("run", csv(desk.folder / "calls.csv", *order))
        logs.append(of_the_run(desk("log", "--json")))
    assert len(logs) == 5
    assert all(log == logs[0] for log in logs)


def test_what_a_person_reads_after_a_run_leads_on(desk: Desk) -> None:
    typed = desk("run", csv(desk.folder / "calls.csv", row("A1"), row("A2", "ASSAULT"), row("A3", "PARKING")))
    assert typed.code == 0
    assert "3 rows: 3 reports, 0 repeats, 0 excluded, 0 unreadable" in typed.out
    assert "sworn officer                 1  33.3%" in typed.out
    assert "    1  This needs an officer. (sworn-if-weapon)" in typed.out
    assert f"triage explain A1 --agency {desk.agency} --log {desk.log}" in typed.out
    at = next(line for line in typed.out.splitlines() if "triage queue --at '2023-07-10 13:00'" in line)
    assert f"--agency {desk.agency} --log {desk.log}" in at
    assert "the queues at their fullest: 1 call" in typed.out


def test_a_danger_that_nobody_ruled_out_is_not_told_as_a_danger(desk: Desk) -> None:
    path = csv(desk.folder / "calls.csv", row("A1", "ASSAULT"), row("A2", "UNSURE NOISE"))
    shown = flat(desk("run", path).out)
    assert "1 This needs an officer. (sworn-if-weapon)" in shown
    assert "1 not ruled out: This needs an officer. (sworn-if-weapon)" in shown


def test_unreadable_rows_are_named_by_file_line_and_field_and_only_the_first_of_many(desk: Desk) -> None:
    rows = [ROW.format(id=f"A{number}", how="X", type="NOISE", time="25:00:00") for number in range(25)]
    typed = desk("run", csv(desk.folder / "calls.csv", *rows))
    assert typed.code == 0
    named = [line for line in typed.err.splitlines() if line.startswith("unreadable: ")]
    assert len(named) == 20
    assert named[0].startswith("unreadable: calls.csv line 2, original_time_queued: ")
    assert "... and 5 more unreadable rows" in typed.err


def test_call_types_that_the_table_does_not_know_are_named_with_counts_and_the_nearest(desk: Desk) -> None:
    typed = desk.run(report("A1", "NOIS"), report("A2", "NOIS"), report("A3", "XYLOPHONE"))
    assert "unmapped call type, so sworn: `NOIS` (2 times); nearest: `NOISE`" in typed.err
    assert "unmapped call type, so sworn: `XYLOPHONE` (once)\n" in typed.err
    assert typed.document["routes"]["sworn"] == 3


def test_a_narrative_reaches_no_output(desk: Desk) -> None:
    typed = desk.run(report("A1", narrative="zanzibar quickly with a gun"), report("A2") | {"narrativ": "zanzibar"})
    shown = [typed, desk("explain", "A1"), desk("explain", "A1", "--json"), desk("log"), desk("log", "--json")]
    assert not any("zanzibar" in typed.out + typed.err for typed in shown)
    assert {"fact": "weapon", "value": True}.items() <= desk("explain", "A1", "--json").document["facts"][0].items()


@pytest.mark.parametrize("name", ["missing.csv", "folder", "tally.csv", "cut.csv.gz", "empty.csv"])
def test_a_file_that_cannot_be_read_is_named_and_leaves_no_trace(desk: Desk, name: str) -> None:
    (desk.folder / "folder").mkdir()
    (desk.folder / "tally.csv").write_text("final_call_type,rows\nNOISE,3\n")
    (desk.folder / "cut.csv.gz").write_bytes(gzip.compress(b"a" * 1000)[:12])
    (desk.folder / "empty.csv").write_bytes(b"")
    good = csv(desk.folder / "good.csv", row("A1"))
    typed = desk("run", good, desk.folder / name)
    assert typed.code == 2
    assert name in typed.err
    assert typed.out == ""
    assert "Traceback" not in typed.err
    assert not desk.log.exists()


def test_an_unknown_column_mapping_is_named_with_the_nearest(desk: Desk) -> None:
    typed = desk("run", csv(desk.folder / "calls.csv", row("A1")), "--columns", "call_data_208")
    assert typed.code == 2
    assert "`call_data_208`" in typed.err
    assert "`call_data_2018`" in typed.err


@pytest.mark.published_data
def test_a_tally_is_refused_with_the_columns_that_it_misses() -> None:
    typed = triage("run", SHARED / "seattle_2019_tallies" / "final_call_types_2019.csv", "--agency", SEATTLE)
    assert typed.code == 2
    assert "misses `CAD Event Number`" in typed.err


def test_a_new_log_does_not_inherit_the_views_of_one_that_was_removed(desk: Desk) -> None:
    desk.run(report("A1"), report("A2"), "bad")
    assert len(desk("queue", "--json").document) == 2
    assert desk("not-served", "--json").document["could_not_be_triaged"] == 1
    desk.log.unlink()
    desk.run(report("B1"))
    assert [entry["call_id"] for entry in desk("queue", "--json").document] == ["B1"]
    assert desk("not-served", "--json").document["could_not_be_triaged"] == 0


@pytest.mark.published_data
@pytest.mark.parametrize(("path", "rows"), SEATTLE_FILES)
def test_every_row_of_a_seattle_file_is_counted_and_a_second_run_adds_nothing(
    path: Path, rows: int, tmp_path: Path
) -> None:
    log = tmp_path / "triage.db"
    first = triage("run", path, "--agency", SEATTLE, "--log", log, "--json")
    again = triage("run", path, "--agency", SEATTLE, "--log", log, "--json")
    assert first.code == again.code == 0
    assert first.err == again.err == "", "no call type is unmapped, no row unreadable"
    assert first.document["rows"] == again.document["rows"] == rows
    assert balanced(first.document)
    assert balanced(again.document)
    assert sum(first.document["routes"].values()) == first.document["calls"]
    assert again.document["events"] == 0
    counted = Counter(event["kind"] for event in triage("log", "--json", "--log", log).rows)
    assert counted.total() == first.document["events"]
    assert counted["call_triaged"] == first.document["decisions"]
    assert counted["call_not_served"] == sum(first.document["not_served"].values())
    assert json.loads(triage("verify", "--json", "--log", log).out)["mismatches"] == []
