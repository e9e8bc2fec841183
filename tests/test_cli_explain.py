from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import MONDAY, Desk, agency, flat, report


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, agency(tmp_path / "agency"))
    desk.run(
        report("A1", priority="3", channel="911", beat="B1"),
        report("A2", "UNSURE NOISE", narrative="somebody has a gun"),
        report("A3", "UNSURE NOISE"),
        report("A4", "NOISE", reported_at="2023-07-09T20:00:00Z"),
        report("A5", "PARKING"),
    )
    return desk


def told(desk: Desk, call: str, *words: str) -> dict[str, Any]:
    document: dict[str, Any] = desk("explain", call, *words, "--json").document
    return document


def test_the_story_begins_with_where_the_call_goes(desk: Desk) -> None:
    lines = desk("explain", "A1").out.splitlines()
    assert lines[0] == "Call A1: CSO"
    assert "  It is waiting for CSO-1." in lines


def test_the_document_holds_the_whole_story(desk: Desk) -> None:
    story = told(desk, "A1")
    assert list(story) == [
        "call_id",
        "as_of",
        "reported",
        "facts",
        "verdict",
        "units",
        "not_served",
        "overrides",
        "cleared",
        "timeline",
    ]
    assert story["reported"]["call_type"] == "NOISE"
    assert story["verdict"]["route"] == "cso"
    assert story["verdict"]["because"] == [
        {
            "id": "cso-if-noise",
            "effect": "allow_cso",
            "because": "It is only noise.",
            "source": "assumption",
            "unknown": [],
        }
    ]
    assert {"unit": "CSO-1", "load": 0, "outcome": "available", "chosen": True} in story["units"]
    assert [line["kind"] for line in story["timeline"]] == ["call_reported", "call_triaged", "call_queued"]
    assert all(line["recorded_at"] > line["occurred_at"] for line in story["timeline"])


def test_every_fact_says_where_it_comes_from_dangers_first(desk: Desk) -> None:
    first = told(desk, "A2")["facts"][0]
    assert first == {"fact": "weapon", "value": True, "provenance": "cue", "danger": True, "others": []}
    by_name = {fact["fact"]: fact for fact in told(desk, "A1")["facts"]}
    assert by_name["priority"]["provenance"] == "reported"
    assert by_name["weapon"]["provenance"] == "presumed"
    shown = desk("explain", "A2").out
    assert "  danger: weapon: yes (from words in the narrative)" in shown
    assert shown.index("danger: weapon") < shown.index("presumed of this call type")


def test_presumed_facts_stand_together_in_words(desk: Desk) -> None:
    shown = flat(desk("explain", "A1").out)
    assert (
        "no danger known reported by CAD: priority: routine, channel: 911 presumed of this call type: no weapon"
        in shown
    )
    assert "_" not in shown.partition("presumed of this call type:")[2].partition("Rules that decided")[0]


def test_rules_are_told_with_their_reason_and_source(desk: Desk) -> None:
    shown = desk("explain", "A2").out
    assert "  sworn-if-weapon: This needs an officer.\n    source: assumption\n" in shown


def test_open_questions_come_with_the_command_that_answers_them(desk: Desk) -> None:
    questions = told(desk, "A3")["verdict"]["open_questions"]
    assert [question["fact"] for question in questions] == ["weapon", "violence"]
    assert questions[0]["question"] == "Has a weapon been seen, used or threatened?"
    shown = desk("explain", "A3").out
    assert "1. Has a weapon been seen, used or threatened? (yes, no)" in shown
    assert f"\n     triage answer A3 'weapon=yes|no' --agency {desk.agency} --log {desk.log}\n" in shown


def test_a_danger_that_nobody_asked_about_is_told_as_unknown_and_not_as_known(desk: Desk) -> None:
    shown = desk("explain", "A3").out
    assert "  Nobody has ruled out weapon, violence; until then an officer goes." in shown
    assert "Rules that decided, as nobody has ruled them out\n  sworn-if-weapon: " in shown
    assert "  no danger known\n  nobody asked: weapon, violence\n" in shown
    assert [rule["unknown"] for rule in told(desk, "A3")["verdict"]["because"]] == [["weapon"], ["violence"]]
    assert "Nobody has ruled out" not in desk("explain", "A2").out
    assert [rule["unknown"] for rule in told(desk, "A2")["verdict"]["because"]] == [[]]


def test_the_rules_that_nearly_decided_are_told_too(desk: Desk) -> None:
    desk("answer", "A3", "violence=no", "--now", MONDAY)
    assert [rule["id"] for rule in told(desk, "A3")["verdict"]["nearly"]] == ["cso-if-noise"]
    assert (
        "Rules that nearly did (one unknown fact away)\n  cso-if-noise: It is only noise." in desk("explain", "A3").out
    )


def test_a_call_that_no_unit_could_take_says_why(desk: Desk) -> None:
    shown = desk("explain", "A4").out
    assert shown.startswith("Call A4: sworn officer\n")
    assert "  The rules allow CSO: It is only noise.\n  No CSO went: outside hours.\n" in shown
    assert "CSO-1             0  not on shift in time" in shown
    assert told(desk, "A4")["not_served"] == "outside_hours"


def test_another_agency_is_named(desk: Desk) -> None:
    assert "Agency: goes to parking enforcement." in desk("explain", "A5").out


def test_overrides_say_who_and_why_in_words(desk: Desk) -> None:
    desk("override", "A1", "--route", "sworn", "--reason", "supervisor", "--by", "d1", "--now", MONDAY)
    (override,) = told(desk, "A1")["overrides"]
    assert (override["by"], override["was"], override["route"]) == ("d1", "cso", "sworn")
    assert override["reason"]["because"] == "A supervisor decides."
    shown = flat(desk("explain", "A1").out)
    assert "A person chose this route; see the override below." in shown
    assert "CSO to sworn officer by d1, supervisor (A supervisor decides.)" in shown


def test_what_was_known_at_another_moment_is_told_as_of_then(desk: Desk) -> None:
    later = "2023-07-10T20:30:00Z"
    desk("answer", "A3", "weapon=yes", "--now", later)
    assert told(desk, "A3")["facts"][0]["fact"] == "weapon"
    before = told(desk, "A3", "--at", "2023-07-10 13:29")
    assert "weapon" not in [fact["fact"] for fact in before["facts"]]
    assert before["as_of"] == "2023-07-10T20:29:00Z"
    assert len(before["verdict"]["open_questions"]) == 2
    assert desk("explain", "A3", "--at", "2023-07-10 13:29").out.startswith("Call A3 (as of 2023-07-10 13:29:00 PDT)")


def test_a_moment_before_the_first_report_is_refused_with_its_time(desk: Desk) -> None:
    typed = desk("explain", "A1", "--at", "2023-07-10 12:00")
    assert typed.code == 2
    assert "nobody had reported it then; the first report came at 2023-07-10 13:00:00 PDT" in typed.err


def test_an_old_decision_is_explained_by_the_policy_that_made_it(desk: Desk) -> None:
    rules = desk.agency / "rules" / "programmes.yaml"
    rules.write_text(rules.read_text().replace("It is only noise.", "Other words."))
    desk.run(report("B1"))
    assert told(desk, "A1")["verdict"]["because"][0]["because"] == "It is only noise."
    assert told(desk, "B1")["verdict"]["because"][0]["because"] == "Other words."


def test_reading_needs_the_log_and_not_the_agencys_folder(desk: Desk) -> None:
    before = desk("explain", "A1").out
    (desk.agency / "agency.yaml").write_text("broken: [")
    assert desk("explain", "A1").out == before
    assert desk("queue").code == desk("log").code == desk("ask", "A1").code == desk("verify").code == 0
    assert desk("claim", "CSO-1").code == 2


def test_an_unreadable_report_is_told_as_such(desk: Desk) -> None:
    desk.run('{"call_id": "C1", "reported_at": "yesterday"}')
    shown = flat(desk("explain", "C1").out)
    assert "No report of it could be read." in shown
    assert "report-unreadable: A report of this call could not be read, so it could not be triaged." in shown


@pytest.mark.parametrize("call", ["nope", "A", "a1", "policy:adopted"])
def test_a_call_that_nobody_reported_is_refused(desk: Desk, call: str) -> None:
    for command in ("explain", "ask"):
        typed = desk(command, call)
        assert (typed.code, typed.out) == (2, "")
        assert typed.err == f"error: call `{call}`: nobody reported it\n"


@pytest.mark.parametrize("call", ["", "a b", "adopted policies", "x" * 65, "\u202e1"])
def test_what_can_be_no_calls_number_is_refused(desk: Desk, call: str) -> None:
    typed = desk("explain", call)
    assert typed.code == 2
    assert "is no call's number" in typed.err


def test_a_closed_call_has_nothing_left_to_ask(desk: Desk) -> None:
    desk("clear", "A3", "--disposition", "assistance rendered", "--now", MONDAY)
    shown = desk("explain", "A3").out
    assert "It is closed." in shown
    assert "Never asked (the call is closed)" in shown
    assert "triage answer" not in shown
    assert told(desk, "A3")["cleared"]["disposition"] == "ASSISTANCE RENDERED"
