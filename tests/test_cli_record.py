import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli_calls import MONDAY, Desk, agency, report, triage


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, agency(tmp_path / "agency"))
    desk.run(
        report("A1", priority="3"), report("A2", "ASSAULT"), report("A3", reported_at="2023-07-09T20:00:00Z"), "bad"
    )
    return desk


def test_the_log_is_told_event_by_event_in_order(desk: Desk) -> None:
    rows = desk("log", "--json").rows
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert list(row)[:5] == ["position", "kind", "call_id", "occurred_at", "recorded_at"]
        assert row["occurred_at"].endswith("Z")
        assert row["recorded_at"].endswith("Z")


def test_facts_that_nobody_asked_are_left_out(desk: Desk) -> None:
    (triaged,) = desk("log", "--call", "A1", "--kind", "call_triaged", "--json").rows
    assert triaged["evidence"]["reported"] == {"priority": "routine"}
    assert triaged["evidence"]["cue"] == triaged["evidence"]["answered"] == {}
    assert None not in triaged["evidence"]["presumed"].values()
    assert triaged["agency"] is None, "what is no fact is shown, also where there is none"


def test_an_adopted_policy_is_told_by_its_digest_and_not_by_its_body(desk: Desk) -> None:
    adopted, *_ = desk("log", "--json").rows
    assert adopted["kind"] == "policy_adopted"
    assert adopted["call_id"] is None
    assert "policy" not in adopted
    assert f"policy {adopted['digest']} of Test City decides from here on" in desk("log").out


def test_every_line_says_when_in_local_time_about_which_call_and_by_whom(desk: Desk) -> None:
    lines = desk("log", "--call", "A1").out.splitlines()
    assert "2023-07-10 13:00:00 PDT  A1 " in lines[0]
    assert lines[0].endswith("reported as NOISE, priority 3  [cad]")
    assert lines[2].endswith("waits for CSO-1 (community)  [engine]")


def test_the_log_can_be_narrowed_by_call_kind_and_position(desk: Desk) -> None:
    every = desk("log", "--json").rows
    assert desk("log", "--after", "4", "--json").rows == every[4:]
    assert desk("log", "--kind", "call_triaged", "--json").rows == [e for e in every if e["kind"] == "call_triaged"]
    of_call = [event for event in every if event["call_id"] == "A1"]
    assert desk("log", "--call", "A1", "--json").rows == of_call
    assert desk("log", "--call", "A1", "--after", str(of_call[0]["position"]), "--json").rows == of_call[1:]
    assert desk("log", "--after", "999", "--json").out == ""
    assert desk("log", "--call", "A9").code == 2


def test_every_decision_comes_out_the_same_again(desk: Desk) -> None:
    assert desk("verify", "--json").document == {"decisions": 4, "mismatches": []}
    assert desk("verify").out == "4 decisions computed again: all of them come out the same.\n"


def test_a_decision_that_was_tampered_with_is_named_and_exit_code_1(desk: Desk) -> None:
    (triaged,) = desk("log", "--call", "A2", "--kind", "call_triaged", "--json").rows
    tampered(desk.log, triaged["position"], '"sworn-if-weapon"', '"cso-if-noise"')
    typed = desk("verify", "--json")
    assert typed.code == 1
    (mismatch,) = typed.document["mismatches"]
    assert mismatch["call_id"] == "A2"
    assert "because" in mismatch["message"]
    shown = desk("verify")
    assert shown.code == 1
    assert "1 of them come out otherwise" in shown.out
    assert "call A2, " in shown.out


def tampered(log: Path, position: int, old: str, new: str) -> None:
    with sqlite3.connect(log) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        table = next(name for name in tables if "event" in name)
        (state,) = connection.execute(f"SELECT state FROM {table} WHERE position = ?", (position,)).fetchone()
        assert old.encode() in state
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")  # the file is append-only until somebody means harm
        changed = bytes(state).replace(old.encode(), new.encode())
        connection.execute(f"UPDATE {table} SET state = ? WHERE position = ?", (changed, position))
    connection.close()


def test_projections_are_rebuilt_from_the_log_one_or_all(desk: Desk) -> None:
    before = desk("queue", "--json").document
    view = desk.folder / "triage.cso_queues.db"
    with sqlite3.connect(view) as connection:
        connection.execute("DELETE FROM queue_entries")
    connection.close()
    assert desk("queue", "--json").document == []
    rebuilt = desk("rebuild", "cso_queues", "--json").document
    assert list(rebuilt) == ["projection", "events", "seconds"]
    assert (rebuilt["projection"], rebuilt["events"]) == ("cso_queues", 2)
    assert desk("queue", "--json").document == before
    every = desk("rebuild", "--json").document
    assert [done["projection"] for done in every] == ["cso_queues", "audit_trail", "not_served"]
    assert "cso_queues: folded again from 2 events in " in desk("rebuild").out


def test_a_view_that_is_something_else_is_left_alone_and_named(desk: Desk) -> None:
    view = desk.folder / "triage.cso_queues.db"
    view.write_bytes(b"something else entirely")
    typed = desk("queue")
    assert (typed.code, typed.out) == (2, "")
    assert "triage.cso_queues.db" in typed.err
    assert "triage rebuild" in typed.err
    assert view.read_bytes() == b"something else entirely"
    assert desk("explain", "A1").code == 0, "what needs no projection goes on"


def test_the_ledger_counts_by_reason_and_unreadable_calls_apart(desk: Desk) -> None:
    assert desk("not-served", "--json").document == {"not_served": {"outside_hours": 1}, "could_not_be_triaged": 1}
    shown = desk("not-served").out
    assert "1 call could have had a CSO, but none took it." in shown
    assert "outside hours      1" in shown
    assert "Could not be triaged, because a report could not be read: 1 call." in shown


READERS = (("queue",), ("explain", "A1"), ("ask", "A1"), ("log",), ("verify",), ("rebuild",), ("not-served",))
DECIDERS = (("tick",), ("claim", "CSO-1"), ("answer", "A1", "weapon=no"))


@pytest.mark.parametrize("words", [*READERS, *DECIDERS])
def test_a_log_that_is_not_there_is_not_made_by_looking_for_it(words: tuple[str, ...], tmp_path: Path) -> None:
    typed = triage(*words, "--log", tmp_path / "typo.db", "--agency", agency(tmp_path / "agency"))
    assert (typed.code, typed.out) == (2, "")
    assert "typo.db`; `triage run FILE` makes one" in typed.err
    assert not (tmp_path / "typo.db").exists()


@pytest.mark.parametrize("words", [*READERS, *DECIDERS])
def test_a_file_that_is_no_log_is_refused_and_left_as_it_was(words: tuple[str, ...], tmp_path: Path) -> None:
    other = tmp_path / "notes.db"
    other.write_bytes(b"notes of a meeting")
    typed = triage(*words, "--log", other, "--agency", agency(tmp_path / "agency"))
    assert (typed.code, typed.out) == (2, "")
    assert "notes.db` is not an SQLite database" in typed.err
    assert other.read_bytes() == b"notes of a meeting"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agency", "notes.db"]


@pytest.mark.parametrize("log", [".", "postgresql://somewhere/db", "mysql://x", ":memory:"])
def test_what_cannot_be_a_log_is_refused_with_what_can(log: str, tmp_path: Path) -> None:
    typed = triage("run", tmp_path / "calls.ndjson", "--log", log, "--agency", agency(tmp_path / "agency"))
    assert typed.code == 2
    typed = triage("queue", "--log", log)
    assert typed.code == 2
    assert typed.err.startswith("error: ")


@pytest.mark.parametrize("words", [*DECIDERS, ("run", "calls.ndjson"), ("check",)])
def test_an_agency_that_is_not_there_says_what_to_do(words: tuple[str, ...], desk: Desk) -> None:
    typed = triage(*words, "--log", desk.log, "--agency", desk.folder / "nowhere")
    assert (typed.code, typed.out) == (2, "")
    assert "nowhere` is not there; run triage from the folder that holds it" in typed.err
    assert "TRIAGE_AGENCY" in typed.err


def test_an_agency_with_an_error_decides_nothing_and_names_each(desk: Desk) -> None:
    rules = desk.agency / "rules" / "danger.yaml"
    rules.write_text(rules.read_text().replace("fact: {", "fact: {").replace("{weapon:", "{wepon:"))
    before = desk("log").out
    typed = desk("tick", "--now", MONDAY)
    assert (typed.code, typed.out) == (2, "")
    assert "so nothing is decided by it; `triage check" in typed.err
    assert "rules/danger.yaml:" in typed.err
    assert "did you mean `weapon`?" in typed.err
    assert desk("log").out == before


def test_json_is_one_document_and_nothing_else(desk: Desk) -> None:
    for words in (*READERS, ("tick", "--now", MONDAY), ("check",), ("ask", "A2")):
        typed = desk(*words, "--json")
        assert typed.code == 0, words
        if words != ("log",):
            json.loads(typed.out)
