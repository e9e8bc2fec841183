from pathlib import Path

import pytest

from tests.cli_calls import MONDAY, Desk, Typed, agency, flat, kinds, report

NOW = ("--now", MONDAY)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, agency(tmp_path / "agency"))
    desk.run(report("A1", priority="3"), report("A2", priority="3"), report("A3", "ASSAULT"))
    return desk


def typed(desk: Desk, *words: str) -> Typed:
    return desk(*words, *NOW, "--json")


def test_a_unit_takes_a_call_through_its_whole_life(desk: Desk) -> None:
    assert kinds(typed(desk, "claim", "CSO-1", "A1")) == ["call_claimed"]
    assert kinds(typed(desk, "en-route", "CSO-1", "A1")) == ["unit_en_route"]
    assert kinds(typed(desk, "on-scene", "CSO-1", "A1")) == ["unit_on_scene"]
    assert kinds(typed(desk, "backup", "CSO-1", "A1")) == ["backup_requested"]
    cleared = typed(
        desk,
        "clear",
        "A1",
        "--disposition",
        "assistance rendered",
        "--unit",
        "cso-1",
        "--follow-up",
        "2023-07-12 10:30",
    )
    assert kinds(cleared) == ["follow_up_scheduled", "call_cleared"]
    assert cleared.document[0]["due_at"] == "2023-07-12T17:30:00Z"
    assert cleared.document[1]["disposition"] == "ASSISTANCE RENDERED"
    assert [event["by"] for event in desk("log", "--call", "A1", "--json").rows[-6:]] == ["unit:CSO-1"] * 6
    assert desk("verify").code == 0


def test_what_happened_is_told_in_words_with_local_time(desk: Desk) -> None:
    assert desk("claim", "CSO-1", "A1", *NOW).out == "2023-07-10 13:00 PDT  A1  claimed by CSO-1\n"
    assert desk("claim", "CSO-1", "A1", *NOW).out == "Nothing new: A1 stands so already.\n"


def test_without_a_call_the_most_urgent_one_is_claimed(desk: Desk) -> None:
    desk.run(report("B1", priority="2", precinct="B1"), report("B2", priority="-1", precinct="B1"))
    claimed = [typed(desk, "claim", "CSO-1").document[0]["call_id"] for _ in range(3)]
    assert claimed == ["B1", "A1", "B2"]
    last = typed(desk, "claim", "CSO-1")
    assert (last.code, last.out, last.err) == (1, "", "error: no call waits for `CSO-1`\n")


def test_a_released_call_waits_again(desk: Desk) -> None:
    typed(desk, "claim", "CSO-1", "A1")
    assert kinds(typed(desk, "release", "CSO-1", "A1")) == ["call_released"]
    assert "A1" in desk("queue", "CSO-1").out


def test_a_call_that_is_handed_back_goes_to_the_next_unit_or_to_an_officer(desk: Desk) -> None:
    typed(desk, "claim", "CSO-1", "A1")
    passed_on = typed(desk, "hand-back", "CSO-1", "A1", "--reason", "wrong_area")
    assert kinds(passed_on) == ["call_handed_back", "call_queued"]
    assert passed_on.document[1]["unit"] == "CSO-2"
    unsafe = typed(desk, "hand-back", "CSO-2", "A1", "--reason", "unsafe")
    assert kinds(unsafe) == ["call_handed_back", "route_overridden"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("claim", "CSO-2", "A1"), "call `A1`: it waits for `CSO-1`"),
        (("claim", "CSO-1", "A3"), "call `A3`: it waits for no CSO unit; its route is `sworn`"),
        (("release", "CSO-1", "A1"), "call `A1`: `CSO-1` has not claimed it"),
        (("en-route", "CSO-1", "A3"), "call `A3`: it waits for no CSO unit"),
        (
            ("override", "A3", "--route", "sworn", "--reason", "supervisor", "--by", "d1"),
            "its route is `sworn` already",
        ),
        (("override", "A3", "--route", "cso", "--reason", "supervisor", "--by", "d1"), "known danger"),
        (("clear", "A1", "--disposition", "ASSISTANCE RENDERED", "--unit", "CSO-1"), "`CSO-1` has not claimed it"),
    ],
)
def test_what_the_state_of_the_call_does_not_allow_is_exit_code_1(
    desk: Desk, words: tuple[str, ...], says: str
) -> None:
    before = desk("log").out
    refused = typed(desk, *words)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("error: ")
    assert says in refused.err
    assert desk("log").out == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("claim", "CSO-9"), "no unit `CSO-9` in the roster; did you mean `CSO-"),
        (("claim", "CSO-1", "X9"), "call `X9`: nobody reported it"),
        (("claim", "CSO-1", "a b"), "`a b` is no call's number"),
        (("hand-back", "CSO-7", "A1", "--reason", "other"), "no unit `CSO-7`"),
        (("override", "A1", "--route", "sworn", "--reason", "supervizor", "--by", "d1"), "did you mean `supervisor`?"),
        (("override", "A1", "--route", "sworn", "--reason", "Not A Code", "--by", "d1"), "--reason: "),
        (("override", "A1", "--route", "sworn", "--reason", "supervisor", "--by", ""), "--by: "),
        (("override", "X9", "--route", "sworn", "--reason", "supervisor", "--by", "d1"), "nobody reported it"),
        (("clear", "A1", "--disposition", "ASISTANCE"), "did you mean `ASSISTANCE RENDERED`?"),
        (
            ("clear", "A1", "--disposition", "ASSISTANCE RENDERED", "--follow-up", "2023-07-01"),
            "is not after the moment",
        ),
        (("clear", "A1", "--disposition", "ASSISTANCE RENDERED", "--follow-up", "soon"), "`soon` is not a time"),
        (("clear", "A1", "--disposition", "ASSISTANCE RENDERED", "--unit", "CSO-8"), "no unit `CSO-8`"),
        (("link", "A1", "X9", "--as", "related"), "call `X9`: nobody reported it"),
        (("link", "X9", "A1", "--as", "related"), "call `X9`: nobody reported it"),
        (("link", "A1", "A1", "--as", "related"), "it cannot be linked to itself"),
    ],
)
def test_what_cannot_be_meant_is_exit_code_2(desk: Desk, words: tuple[str, ...], says: str) -> None:
    before = desk("log").out
    refused = typed(desk, *words)
    assert (refused.code, refused.out) == (2, "")
    assert says in refused.err
    assert desk("log").out == before


def test_a_unit_cannot_close_a_call_as_an_arrest_but_cad_can(desk: Desk) -> None:
    typed(desk, "claim", "CSO-1", "A1")
    refused = typed(desk, "clear", "A1", "--disposition", "physical arrest made", "--unit", "CSO-1")
    assert refused.code == 2
    assert "a CSO unit cannot close a call with `PHYSICAL ARREST MADE`" in refused.err
    cleared = typed(desk, "clear", "A1", "--disposition", "physical arrest made")
    assert (cleared.document[0]["unit"], cleared.document[0]["by"]) == (None, "dispatcher")


def test_an_officer_on_scene_may_hand_a_call_to_a_cso(desk: Desk) -> None:
    words = (
        "override",
        "A3",
        "--route",
        "cso",
        "--reason",
        "officer-on-scene",
        "--by",
        "p1",
        "--programme",
        "community",
    )
    events = typed(desk, *words)
    assert kinds(events) == ["route_overridden", "call_queued"]
    assert (events.document[0]["by"], events.document[1]["programme"]) == ("p1", "community")


def test_two_calls_can_be_linked_once(desk: Desk) -> None:
    assert kinds(typed(desk, "link", "A1", "A2", "--as", "duplicate")) == ["call_linked"]
    assert typed(desk, "link", "A1", "A2", "--as", "duplicate").document == []


def test_time_brings_about_what_is_due_and_no_more(desk: Desk) -> None:
    assert desk("tick", "--now", "2023-07-10 14:59").out == "Nothing was due by 2023-07-10 14:59 PDT.\n"
    expired = desk("tick", "--now", "2023-07-10 15:00", "--json")
    assert kinds(expired) == ["call_not_served", "call_not_served"]
    assert {event["reason"] for event in expired.document} == {"hold_expired"}
    assert desk("tick", "--now", "2023-07-10 15:00", "--json").document == []


def test_ticking_now_says_that_the_log_is_of_the_past(desk: Desk) -> None:
    ticked = desk("tick")
    assert ticked.code == 0
    assert "the log ends on 2023-07-10 13:00 PDT" in ticked.err
    assert "not served by a CSO: hold expired" in flat(ticked.out)
