from pathlib import Path

import pytest

from tests.cli_calls import MONDAY, Desk, agency, flat, report

FIELDS = ["unit", "call_id", "call_type", "priority", "programme", "beat", "queued_at", "due_at", "because"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, agency(tmp_path / "agency"))


def order(desk: Desk, *words: str) -> list[str]:
    return [entry["call_id"] for entry in desk("queue", *words, "--json").document]


def test_a_queue_says_what_waits_and_why(desk: Desk) -> None:
    desk.run(report("A1", priority="3", beat="B1"))
    (entry,) = desk("queue", "--json").document
    assert list(entry) == FIELDS
    assert entry == {
        "unit": "CSO-1",
        "call_id": "A1",
        "call_type": "NOISE",
        "priority": "3",
        "programme": "community",
        "beat": "B1",
        "queued_at": "2023-07-10T20:00:00Z",
        "due_at": "2023-07-10T22:00:00Z",
        "because": ["cso-if-noise"],
    }


def test_the_most_urgent_comes_first_by_priority_then_by_due_time_then_by_id(desk: Desk) -> None:
    later = "2023-07-10T20:10:00Z"
    desk.run(
        report("LOW", priority="-1", precinct="B1"),
        report("LATE", priority="3", precinct="B1", reported_at=later),
        report("SOON", priority="3", precinct="B1"),
    )
    assert order(desk, "CSO-1") == ["SOON", "LATE", "LOW"]
    desk("release", "CSO-1", "LOW")
    assert "LOW" in order(desk)


def test_a_priority_that_the_agency_does_not_know_comes_before_all_others(desk: Desk) -> None:
    desk.run(report("KNOWN", priority="2", precinct="B1"), report("UNKNOWN", precinct="B1"))
    assert order(desk) == ["UNKNOWN", "KNOWN"]


def test_only_one_unit_is_shown_if_it_is_named_whatever_its_case(desk: Desk) -> None:
    desk.run(report("A1"), report("A2"))
    assert order(desk, "cso-1") == ["A1"]
    assert order(desk, "CSO-2") == ["A2"]
    assert order(desk, "CSO-3") == []


def test_an_unknown_unit_is_refused_with_the_nearest(desk: Desk) -> None:
    desk.run(report("A1"))
    typed = desk("queue", "CS-1")
    assert typed.code == 2
    assert "no unit `CS-1` in the roster; did you mean `CSO-1`? valid: CSO-1, CSO-2, CSO-3" in typed.err


def test_the_table_counts_from_the_logs_own_time_and_says_so(desk: Desk) -> None:
    desk.run(report("A1"), report("A2", "PARKING", reported_at="2023-07-10T20:45:00Z"))
    shown = desk("queue").out
    assert "As of 2023-07-10 13:45 PDT, the time of the log's last event: 1 call waiting, 0 with a unit." in flat(shown)
    assert "CSO-1: 1 call waiting" in shown
    assert "1 h 15 min  A1" in shown


def test_the_queue_of_another_moment_is_folded_from_the_events_up_to_then(desk: Desk) -> None:
    desk.run(report("A1"), report("A2", reported_at="2023-07-10T20:30:00Z"))
    desk("claim", "CSO-1", "A1", "--now", "2023-07-10T20:40:00Z")
    assert order(desk, "--at", "2023-07-10 12:59") == []
    assert order(desk, "--at", "2023-07-10 13:00") == ["A1"]
    assert order(desk, "--at", "2023-07-10T20:35:00Z") == ["A1", "A2"]
    assert order(desk, "--at", "2023-07-10T13:40:00-07:00") == order(desk) == ["A2"]
    assert "As of 2023-07-10 13:30 PDT: 2 calls waiting" in desk("queue", "--at", "2023-07-10 13:30").out


def test_a_hold_that_ran_out_is_shown_as_over_and_not_as_less_than_nothing(desk: Desk) -> None:
    desk.run(report("A1"))
    assert "over by 1 h 00 min  A1" in desk("queue", "--at", "2023-07-10 16:00").out


def test_calls_with_a_unit_stand_apart(desk: Desk) -> None:
    desk.run(report("A1"), report("A2"))
    desk("claim", "CSO-1", "--now", MONDAY)
    desk("backup", "CSO-1", "A1", "--now", MONDAY)
    shown = desk("queue").out
    assert shown.index("CSO-2: 1 call waiting") < shown.index("With a unit") < shown.index("claimed, officer asked for")
    assert order(desk) == ["A2"]


def test_an_empty_log_has_empty_queues(desk: Desk) -> None:
    desk.run()
    desk.folder.joinpath("calls.ndjson").write_text("\n")
    assert not desk.log.exists()
    desk("run", desk.folder / "calls.ndjson")
    assert desk("queue", "--json").document == []
    assert desk("queue").out == "The log is empty: nothing waits.\n"


@pytest.mark.parametrize("columns", [80, 100])
def test_long_call_types_are_wrapped_and_never_cut(desk: Desk, columns: int) -> None:
    name = "NOISE OF A LONG KIND " + "X" * 100
    types = (desk.agency / "call_types.csv").read_text() + f"{name},NOISE,exact,calm,,minor,remote,assumption\n"
    (desk.agency / "call_types.csv").write_text(types)
    desk.run(report("A1", name))
    shown = desk("queue").out
    assert max(map(len, shown.splitlines())) <= columns + 20 * (columns == 80)
    assert shown.count("X") == 100
