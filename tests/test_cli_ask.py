from pathlib import Path

import pytest

from tests.cli_calls import MONDAY, Desk, agency, flat, kinds, report


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, agency(tmp_path / "agency"))
    desk.run(report("A1", "UNSURE NOISE"), report("A2"), report("A3", "ASSAULT"))
    return desk


def answer(desk: Desk, *words: str) -> dict[str, object]:
    document: dict[str, object] = desk("answer", *words, "--now", MONDAY, "--json").document
    return document


def test_the_next_question_is_asked_in_words_with_its_command(desk: Desk) -> None:
    shown = desk("ask", "A1").out
    assert shown.startswith("Ask: Has a weapon been seen, used or threatened?\n  triage answer A1 'weapon=yes|no'")
    assert "Is anyone violent, fighting or threatening to hurt somebody? (violence: yes, no)" in flat(shown)


def test_answers_lead_to_a_new_verdict(desk: Desk) -> None:
    first = answer(desk, "A1", "weapon=no")
    assert (first["route"], first["because"]) == ("sworn", ["sworn-if-violence"])
    second = answer(desk, "A1", "violence=No")
    assert (second["route"], second["because"], second["unit"]) == ("cso", ["cso-if-noise"], "CSO-2")
    assert second["open_questions"] == []


def test_a_danger_that_is_not_ruled_out_is_told_apart_from_one_that_is_known(desk: Desk) -> None:
    said = desk("answer", "A1", "violence=no", "--now", MONDAY).out
    assert said.startswith("A1: sworn officer, as nobody has ruled out sworn-if-weapon\n")
    assert "A1: sworn officer, because sworn-if-weapon" in desk("answer", "A1", "weapon=yes", "--now", MONDAY).out


def test_a_dangerous_answer_recalls_the_cso(desk: Desk) -> None:
    verdict = answer(desk, "A2", "weapon=true")
    assert (verdict["route"], verdict["state"], verdict["unit"]) == ("sworn", "with_officers", None)
    assert desk("log", "--call", "A2", "--kind", "cso_recalled", "--json").rows[0]["unit"] == "CSO-1"


def test_an_enum_takes_its_own_words(desk: Desk) -> None:
    answer(desk, "A1", "Dispute=landlord-tenant")
    facts = {fact["fact"]: fact for fact in desk("explain", "A1", "--json").document["facts"]}
    assert facts["dispute"]["value"] == "landlord_tenant"
    assert facts["dispute"]["provenance"] == "answered"


def test_the_verdict_is_the_same_document_for_asking_and_answering(desk: Desk) -> None:
    answered = answer(desk, "A1", "weapon=no")
    assert desk("ask", "A1", "--json").document == answered


def test_who_answered_is_recorded_as_a_dispatcher_or_as_said(desk: Desk) -> None:
    answer(desk, "A1", "weapon=no")
    answer(desk, "A1", "violence=no", "--by", "d7")
    said = [event["by"] for event in desk("log", "--call", "A1", "--kind", "call_updated", "--json").rows]
    assert said == ["dispatcher", "d7"]


def test_an_answer_that_was_known_changes_nothing(desk: Desk) -> None:
    answer(desk, "A1", "weapon=no")
    before = desk("log").out
    assert "Nothing new: that was known." in desk("answer", "A1", "weapon=no", "--now", MONDAY).out
    assert desk("log").out == before


def test_where_no_answer_would_change_anything_nothing_is_asked(desk: Desk) -> None:
    assert "Nothing to ask: no answer would change the route." in desk("ask", "A3").out
    assert desk("ask", "A3", "--json").document["open_questions"] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("wepon=yes", "no question is called `wepon`; did you mean `weapon`?"),
        ("priority=low", "no question is called `priority`"),
        ("nature=NOISE", "no question is called `nature`"),
        ("weapon=maybe", "`weapon` cannot be `maybe`; valid: yes, no"),
        ("weapon=yes|no", "`weapon` cannot be `yes|no`; did you mean `yes`? valid: yes, no"),
        ("suicide=attmpt", "`suicide` cannot be `attmpt`; did you mean `attempt`? valid: none, ideation, attempt"),
        ("suicide=yes", "`suicide` cannot be `yes`"),
        ("weapon", "`weapon` is no answer; write FACT=VALUE"),
        ("weapon=", "`weapon=` is no answer"),
        ("=", "`=` is no answer"),
    ],
)
def test_a_wrong_answer_is_refused_with_what_would_be_right(desk: Desk, text: str, says: str) -> None:
    before = desk("log").out
    typed = desk("answer", "A1", text, "--now", MONDAY)
    assert (typed.code, typed.out) == (2, "")
    assert says in typed.err
    assert desk("log").out == before


def test_whoever_acts_now_on_a_log_of_the_past_is_told(desk: Desk) -> None:
    typed = desk("answer", "A1", "weapon=no", "--json")
    assert "note: the log ends on 2023-07-10 13:00 PDT and this happens now" in flat(typed.err)
    assert "--now '2023-07-10 13:00'" in flat(typed.err)
    assert typed.document["route"] == "sworn"


def test_events_of_a_command_are_a_list_even_where_nothing_happened(desk: Desk) -> None:
    words = ("override", "A1", "--route", "cso", "--reason", "supervisor", "--by", "d1", "--now", MONDAY)
    assert kinds(desk(*words, "--json")) == ["route_overridden", "call_queued"]
    assert desk(*words, "--json").document == []
    assert desk(*words).out == "Nothing new: it was overridden so already.\n"
