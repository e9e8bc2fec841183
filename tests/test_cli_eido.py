"""`triage eido`, and EIDOs given to `triage run`, as if they were typed."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import Desk, Typed, agency, flat, report
from tests.eido_examples import URN, document, noted
from tests.rulebook_folder import edited
from triage.sources.json_file import JSON_MAX_BYTES, JsonDocuments
from triage.sources.lines import Broken

LATER = "2023-07-10T20:05:00Z"
LATEST = "2023-07-10T20:10:00Z"
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return agency(tmp_path_factory.mktemp("agency") / "test")


@pytest.fixture
def desk(tmp_path: Path, folder: Path) -> Desk:
    return Desk(tmp_path, folder)


def fed(desk: Desk, *lines: bytes | dict[str, Any]) -> Typed:
    """Give these lines to `triage run -`."""
    sent = b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines)
    done = subprocess.run(
        [sys.executable, "-m", "triage.cli", "run", "-", "--json", "--agency", desk.agency, "--log", desk.log],
        input=sent, capture_output=True, check=False, cwd=ROOT,
    )  # fmt: skip
    return Typed(done.returncode, done.stdout.decode(), done.stderr.decode())


def file_of(desk: Desk, name: str, text: str | bytes) -> Path:
    path = desk.folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def the(told: Any, name: str) -> Any:
    (one,) = told[name]
    return one


def test_a_call_that_waits_is_an_eido_with_our_advice_and_no_dispatch(desk: Desk) -> None:
    desk.run(report("A1", priority="3", beat="B1"))
    told = desk("eido", "A1").document
    assert told["$id"] == "urn:emergency:uid:incidentid:A1:test-city.invalid"
    assert told["incidentComponent"]["incidentStatusCommonRegistryText"] == ["Active"]
    assert told["incidentComponent"]["beatOrDispatchGroupText"] == "B1"
    assert "dispatchComponent" not in told
    assert the(told, "agentComponent")["$id"] == "triage-engine@test-city.invalid"
    advice = the(told, "notesComponent")["notesActionComments"]
    assert advice.startswith("Advice of an automated system (triage), which dispatches nobody.<br>Who goes: CSO.")
    assert "Because: It is only noise. (cso-if-noise)" in advice
    assert "waiting for CSO-1" in advice


def test_the_finest_area_that_is_known_is_the_beat(desk: Desk) -> None:
    desk.run(report("A1"))
    assert desk("eido", "A1").document["incidentComponent"]["beatOrDispatchGroupText"] == "NORTH"


def test_a_unit_that_took_the_call_is_a_civil_service_officer_with_its_status_and_languages(desk: Desk) -> None:
    desk.run(report("A1", priority="3"))
    desk("claim", "CSO-1", "A1", "--by", "p6120", "--now", LATER)
    desk("en-route", "CSO-1", "A1", "--now", LATER)
    typed = desk("eido", "A1", "--domain", "Police.Example.org")
    unit = the(typed.document, "emergencyResourceComponent")
    assert unit["$id"] == "CSO-1@police.example.org"
    assert unit["emergencyResourceTypeCommonRegistryText"] == "CivilServiceOfficer"
    assert unit["secondaryUnitStatusRegistryText"] == ["EnRoute"]
    assert unit["resourceAttributeRegistryText"] == ["SpanishCastilianInterpreter"]
    assert the(typed.document, "dispatchComponent")["agentReference"] == {"$ref": "crew.CSO-1@police.example.org"}
    assert "p6120" not in typed.out
    before = desk("eido", "A1", "--at", "2023-07-10T20:01:00Z").document
    assert "dispatchComponent" not in before


def test_a_sworn_call_says_what_nobody_ruled_out_and_what_to_ask(desk: Desk) -> None:
    desk.run(report("A1", "UNSURE NOISE", priority="3"))
    advice = the(desk("eido", "A1").document, "notesComponent")["notesActionComments"]
    assert "Who goes: sworn officer." in advice
    assert "Not ruled out: This needs an officer. (sworn-if-weapon)" in advice
    assert "Ask: Has a weapon been seen, used or threatened?" in advice


def test_a_persons_override_is_told_without_the_person(desk: Desk) -> None:
    desk.run(report("A1", priority="3"))
    desk("override", "A1", "--route", "sworn", "--reason", "supervisor", "--by", "d1042", "--now", LATER)
    typed = desk("eido", "A1")
    assert "A person decided so: A supervisor decides. (supervisor)" in typed.out
    assert "d1042" not in typed.out


def test_no_narrative_and_no_answerer_reaches_a_document(desk: Desk) -> None:
    desk.run(report("A1", "UNSURE NOISE", priority="3", narrative="SECRET gun"))
    desk("answer", "A1", "violence=no", "--by", "d1042", "--now", LATER)
    typed = desk("eido", "A1")
    assert "SECRET" not in typed.out + typed.err
    assert "d1042" not in typed.out


def test_a_closed_call_is_closed(desk: Desk) -> None:
    desk.run(report("A1", closing={"cleared_at": LATER, "disposition": "ASSISTANCE RENDERED"}))
    told = desk("eido", "A1").document
    assert told["incidentComponent"]["incidentStatusCommonRegistryText"] == ["Closed"]
    assert told["lastUpdateTimeStamp"] == LATER


def test_the_document_of_json_is_one_line_that_run_reads_without_any_news(desk: Desk) -> None:
    fed(desk, document())
    typed = desk("eido", "A1", "--json")
    assert typed.out.count("\n") == 1
    again = fed(desk, typed.out.encode())
    assert (again.document["rows"], again.document["repeats"], again.document["events"]) == (1, 1, 0)


def test_ours_is_put_into_what_cad_sent_and_comes_back_without_news(desk: Desk) -> None:
    came = document(parts={**noted("all quiet"), "x-vendor": {"big": 12345678901234567890}})
    fed(desk, came)
    path = file_of(desk, "in.json", json.dumps(came).replace("12345678901234567890", "1234567890.10"))
    typed = desk("eido", "A1", "--onto", path, "--domain", "police.example.org", "--json")
    assert '"x-vendor": {"big": 1234567890.10}' in typed.out
    told = typed.document
    assert told["$id"] == URN
    assert [note.get("notesActionComments", "")[:9] for note in told["notesComponent"]] == ["all quiet", "Advice of"]
    assert told["incidentComponent"]["incidentTypeInternalText"] == "NOISE"
    assert fed(desk, typed.out.encode()).document["events"] == 0


def test_a_document_may_come_from_standard_input(desk: Desk) -> None:
    fed(desk, document())
    words = ["eido", "A1", "--onto", "-", "--json", "--log", str(desk.log), "--agency", str(desk.agency)]
    done = subprocess.run(
        [sys.executable, "-m", "triage.cli", *words],
        input=json.dumps(document()).encode(), capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert json.loads(done.stdout)["$id"] == URN


def test_ours_may_be_put_into_ours_again(desk: Desk) -> None:
    came = document(lastUpdateTimeStamp="2023-07-10T19:00:00Z")
    fed(desk, came)
    path = file_of(desk, "in.json", json.dumps(came))
    first = desk("eido", "A1", "--onto", path)
    assert desk("eido", "A1", "--onto", file_of(desk, "out.json", first.out)).out == first.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps(document(internalIncidentId="B1")), "is about call `B1`, not `A1`"),
        (
            json.dumps(document("2023-07-10T19:00:00Z")),
            "is outdated: CAD told more of this call at 2023-07-10 13:00:00 PDT",
        ),
        ("SECRET", "not JSON"),
        ("{}", "is not an EIDO"),
        ('{"eidoVersion": "1.0"}', "lastUpdateTimeStamp: missing"),
        ('{"eidoVersion": "1.0", "eidoVersion": "1.0"}', "a member is given twice"),
        (json.dumps(document() | {"incidentComponent": []}), "incidentComponent: not an object"),
    ],
)
def test_a_document_that_ours_does_not_belong_to_is_refused_with_the_reason(
    desk: Desk, text: str, message: str
) -> None:
    desk.run(report("A1", priority="3"))
    typed = desk("eido", "A1", "--onto", file_of(desk, "in.json", text))
    assert (typed.code, typed.out) == (2, "")
    assert message in flat(typed.err)
    assert "SECRET" not in typed.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("eido", "A1", "--domain", "no domain"), "--domain: `no domain` is not a domain name"),
        (("eido", "A1", "--domain", "localhost"), "is not a domain name"),
        (("eido", "A1", "--domain", f"{'a' * 64}.org"), "is not a domain name"),
        (("eido", "A1", "--onto", "missing.json"), "`missing.json`: no such file or directory"),
        (("eido", "A1", "--onto", "--at"), "--onto: `--at` is no file; `-` is standard input"),
        (("eido", "B1"), "call `B1`: nobody reported it"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(desk: Desk, words: tuple[str, ...], message: str) -> None:
    desk.run(report("A1"))
    typed = desk(*words)
    assert (typed.code, typed.out) == (2, "")
    assert message in flat(typed.err)


def test_a_file_of_documents_is_read_in_any_layout(desk: Desk) -> None:
    documents = [document(internalIncidentId=call) for call in ("A1", "B1")]
    layouts = {
        "pretty.json": json.dumps(documents, indent=2),
        "one.json": json.dumps(documents[0], indent=1),
        "rows.json": "\n".join(map(json.dumps, documents)),
        "list.txt": "\ufeff" + json.dumps(documents),
        "rows.ndjson": "\n".join(map(json.dumps, documents)),
    }
    rows = {}
    for name, text in layouts.items():
        typed = desk("run", file_of(desk, name, text), "--json")
        rows[name] = (typed.document["rows"], typed.document["unreadable"])
    packed = desk("run", file_of(desk, "pretty.json.gz", gzip.compress(layouts["pretty.json"].encode())), "--json")
    assert rows == {
        "pretty.json": (2, 0),
        "one.json": (1, 0),
        "rows.json": (2, 0),
        "list.txt": (2, 0),
        "rows.ndjson": (2, 0),
    }
    assert (packed.document["rows"], packed.document["repeats"]) == (2, 2)


def test_a_broken_document_is_named_by_its_line_and_is_sworn_where_its_call_can_be_told(desk: Desk) -> None:
    documents = [document(), document("SECRET", internalIncidentId="B1"), document(internalIncidentId="C1")]
    typed = desk("run", file_of(desk, "calls.json", json.dumps(documents, indent=1)), "--json")
    assert (typed.document["rows"], typed.document["unreadable"]) == (3, 1)
    line = 1 + [at for at, text in enumerate(json.dumps(documents, indent=1).split("\n")) if text == " {"][1]
    assert f"unreadable: calls.json line {line}, lastUpdateTimeStamp: not a time in ISO 8601" in flat(typed.err)
    assert "SECRET" not in typed.err
    assert desk("explain", "B1", "--json").document["verdict"]["because"][0]["id"] == "report-unreadable"


def test_what_follows_a_break_in_a_file_is_one_unreadable_row(desk: Desk) -> None:
    text = json.dumps([document(), document(internalIncidentId="B1")])[:-40]
    typed = desk("run", file_of(desk, "cut.json", text), "--json")
    assert (typed.document["rows"], typed.document["reports"], typed.document["unreadable"]) == (2, 1, 1)
    assert "cut.json line 1: not JSON from here on" in typed.err


def test_parts_that_say_nothing_to_us_are_counted_by_field(desk: Desk) -> None:
    odd = document(incidentStatusCommonRegistryText=["SECRET"], parts={"mergeComponent": [{}]})
    for typed in (fed(desk, odd), desk("run", file_of(desk, "odd.json", json.dumps(odd)), "--json")):
        assert "not understood, so left out: mergeComponent (in 1 document)" in flat(typed.err)
        assert "incidentComponent.incidentStatusCommonRegistryText (in 1 document)" in flat(typed.err)
        assert "SECRET" not in typed.err


def test_a_feed_of_mixed_lines_updates_links_and_closes_calls_in_whatever_order(desk: Desk) -> None:
    linked = {"linkComponent": [{"incidentTrackingIdentifier": "P1", "linkDirectionCode": "RELATED"}]}
    typed = fed(
        desk,
        document(LATER, parts=noted("he has a gun")),
        report("P1"),
        b'{"incidentComponent": {"SECRET": "SECRET", "internalIncidentId": "D1"}}',
        document(parts=linked),
        document(LATEST, incidentStatusCommonRegistryText=["Closed"]),
        document(LATER, parts=noted("he has a gun")),
    )
    assert typed.code == 0
    assert {name: typed.document[name] for name in ("rows", "calls", "reports", "repeats", "unreadable")} == {
        "rows": 6, "calls": 2, "reports": 3, "repeats": 2, "unreadable": 1
    }  # fmt: skip
    assert "standard input line 3, lastUpdateTimeStamp: missing" in flat(typed.err)
    assert "SECRET" not in typed.err
    kinds = [row["kind"] for row in desk("log", "--call", "A1", "--json").rows]
    assert kinds == ["call_reported", "call_triaged", "call_linked", "call_updated", "call_cleared"]
    assert desk("explain", "A1", "--json").document["verdict"]["route"] == "sworn"
    assert desk("verify", "--json").document["mismatches"] == []


def test_priority_channel_and_type_of_the_registries_are_mapped_by_the_agencys_own_tables(tmp_path: Path) -> None:
    tables = {
        **edited(
            "priorities.csv", "1,emergency,assumption\n", "1,emergency,assumption\nEIDO-10,emergency,assumption\n"
        ),
        **edited("channels.csv", "911,911,assumption\n", "911,911,assumption\nEIDO-emergency,911,assumption\n"),
        "call_types.csv": (
            "call_type,canonical,fidelity,profile,presumes,severity,likelihood,source\n"
            "APCO:NOISE,NOISE,exact,calm,,minor,remote,assumption\n"
            "ASSAULT,ASLT,exact,nothing,weapon=yes violence=yes,serious,likely,assumption\n"
            "PARKING,PARKING,exact,calm,,minor,remote,assumption\n"
            "WELFARE CHECK,WELFARE,close,calm,,moderate,possible,assumption\n"
        ),
    }
    desk = Desk(tmp_path, agency(tmp_path / "other", tables))
    calls = {"callComponent": [{"standardPrimaryCallType": "emergency", "direction": "incoming"}]}
    told = document(
        incidentTypeInternalText=None, incidentPriorityInternalText=None, incidentCommonPriorityNumber=10, parts=calls
    )
    fed(desk, told)
    facts = {fact["fact"]: fact["value"] for fact in desk("explain", "A1", "--json").document["facts"]}
    assert (facts["nature"], facts["priority"], facts["channel"]) == ("NOISE", "emergency", "911")


def documents(text: bytes) -> list[tuple[int, bytes | Broken]]:
    """The documents of a JSON file with the lines on which they begin."""
    found = JsonDocuments(io.BufferedReader(io.BytesIO(text)), "calls.json")
    return [(found.number, one) for one in found]


def test_every_document_of_a_file_is_told_with_its_line() -> None:
    assert documents(b'[\n{"a": 1},\n\n{"b":\n2}] {"c": "]"}') == [
        (2, b'{"a": 1}'), (4, b'{"b":\n2}'), (5, b'{"c": "]"}')
    ]  # fmt: skip
    assert documents(b"[]") == documents(b" \n") == []


@pytest.mark.parametrize("text", [b"[", b"[{]", b"{", b"[" * 50_000, b'[{"a": 1}, nul', b"\xff", b'[{"a":' * 50_000])
def test_what_is_no_json_is_one_broken_document(text: bytes) -> None:
    broken = [one for _, one in documents(text) if isinstance(one, Broken)]
    assert [one.reason for one in broken] == ["not JSON from here on"]


def test_a_document_that_is_too_long_is_broken_and_the_next_is_read() -> None:
    found = documents(b'[{"a": "' + b"n" * 1_100_000 + b'"}, {}]')
    assert [one.reason if isinstance(one, Broken) else one for _, one in found] == ["line over 1 MiB", b"{}"]


def test_a_file_of_documents_that_is_too_large_is_refused_with_what_to_do(desk: Desk) -> None:
    path = file_of(desk, "huge.json.gz", gzip.compress(b"[" + b" " * JSON_MAX_BYTES + b"]", 1))
    typed = desk("run", path)
    assert typed.code == 2
    assert "write one document on each line (.ndjson)" in flat(typed.err)
