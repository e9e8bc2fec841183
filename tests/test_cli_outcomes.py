import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_calls import ROOT, SEATTLE, Desk, Typed, agency, flat, triage

HEADER = (
    "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,"
    "original_time_queued,arrived_time,precinct,sector,beat"
)
DISPOSITIONS = """\
code,description,apco,cso,outcome,source
ASSISTANCE RENDERED,Helped,18,yes,no_authority,assumption
PHYSICAL ARREST MADE,Arrest,03,no,authority,assumption
REPORT WRITTEN,Report,01,no,undetermined,assumption
GONE,Nobody there,14,no,no_contact,assumption
MISTAKE,Entered by mistake,21,no,excluded,assumption
"""
NOT_MEANT = (
    "Every outcome followed a sworn response. So no figure here says that an officer was needed, or what a CSO would"
    " have achieved."
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, agency(tmp_path / "agency", {"dispositions.csv": DISPOSITIONS}))


def row(call_id: str, call_type: str = "NOISE", how: str = "ASSISTANCE RENDERED", **more: str) -> list[str]:
    cells = {"channel": "911", "priority": "3", "day": "07/10/2023", "final": "-"} | more
    time = f"{cells['day']} 1:00:00 PM"
    return [
        call_id,
        how,
        cells["channel"],
        cells["priority"],
        call_type,
        cells["final"],
        time,
        "",
        "NORTH",
        "UNION",
        "U1",
    ]


def calls(folder: Path, *rows: list[str], name: str = "calls.csv") -> Path:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([HEADER.split(","), *rows])
    path = folder / name
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def asked(desk: Desk, *rows: list[str], options: tuple[str, ...] = ()) -> Typed:
    return desk("outcomes", calls(desk.folder, *rows), *options)


MIXED = [
    *[row(f"N{number}") for number in range(6)],
    row("N6", how="PHYSICAL ARREST MADE"),
    row("N7", how="REPORT WRITTEN"),
    row("N8", how="GONE"),
    row("N9", how="MISTAKE"),
    row("N10", how="-"),
    row("A1", "ASSAULT", how="PHYSICAL ARREST MADE"),
    row("O1", channel="ONVIEW"),
    row("D1", how="DUPLICATED OR CANCELLED BY RADIO"),
    row("D2", how="DUPLICATED OR CANCELLED BY RADIO"),
]


def test_it_says_how_calls_ended_and_what_that_does_not_mean(desk: Desk) -> None:
    typed = asked(desk, *MIXED)
    assert (typed.code, typed.err) == (0, "")
    told = flat(typed.out)
    assert "15 rows: 12 calls, 0 repeats, 3 excluded (on-view 1, duplicate 2), 0 unreadable" in told
    assert "authority used 2 16.7%" in told
    assert "no authority used 6 50.0%" in told
    assert "no contact 1 8.3%" in told
    assert "undetermined 1 8.3%" in told
    assert "excluded 1 8.3%" in told
    assert "not stated 1 8.3%" in told
    assert "Authority used among decided outcomes (authority used or not): 25.0% (7.1-59.1) of 8." in told
    assert NOT_MEANT in told
    assert all(len(line) <= 100 for line in typed.out.splitlines())


def test_it_says_where_the_final_type_alone_speaks_of_authority(tmp_path: Path) -> None:
    path = calls(tmp_path, row("A1", "NOISE - GENERAL", final="ROBBERY - ARMED"), row("A2", "NOISE - GENERAL"))
    seattle = triage("outcomes", path, "--agency", SEATTLE)
    assert "Of the 1 call with authority used, 1 by the final type alone." in flat(seattle.out)
    assert triage("outcomes", path, "--agency", SEATTLE, "--json").document["authority_used_by_final_type_alone"] == 1


def test_an_officers_own_activity_is_named_first_among_what_is_excluded(desk: Desk) -> None:
    assert "(on-view 1, duplicate 2)" in flat(asked(desk, *MIXED).out), "though there are more duplicates"


def test_it_shows_each_route_with_the_outcomes_of_its_calls(desk: Desk) -> None:
    document = asked(desk, *MIXED, options=("--json",)).document
    found = {(group["group"], group["one_question_from"]): group for group in document["groups"]}
    assert {key: group["calls"] for key, group in found.items()} == {("sworn", None): 1, ("cso", None): 11}
    assert found["cso", None]["outcomes"] == {
        "authority_used": 1,
        "no_authority_used": 6,
        "no_contact": 1,
        "undetermined": 1,
        "excluded": 1,
        "not_stated": 1,
    }
    used = found["cso", None]["authority_used"]
    assert (used["number"], used["decided"]) == (1, 7)
    assert used["share"] == pytest.approx(1 / 7)
    assert used["low"] < used["share"] < used["high"]


def test_what_would_be_sworn_names_what_one_question_would_give_to_a_cso(desk: Desk) -> None:
    types = {
        "call_types.csv": "call_type,canonical,fidelity,profile,presumes,severity,likelihood,source\n"
        "NOISE,NOISE,exact,calm,,minor,remote,assumption\n"
        "UNSURE NOISE,NOISE,exact,calm,weapon=?,minor,remote,assumption\n"
        "ASSAULT,ASLT,exact,nothing,weapon=yes,serious,likely,assumption\n"
        "PARKING,PARKING,exact,calm,,minor,remote,assumption\n"
        "WELFARE CHECK,WELFARE,close,calm,,moderate,possible,assumption\n"
    }
    unsure = Desk(desk.folder, agency(desk.folder / "unsure", types))
    typed = asked(unsure, row("A1"), row("A2", "UNSURE NOISE"), row("A3", "ASSAULT"), options=("--types",))
    told = flat(typed.out)
    assert "sworn officer 2 66.7%" in told
    assert "one question from CSO 1 33.3%" in told
    assert "1 UNSURE NOISE 0.0% (0.0-79.3) of 1 0% sworn: sworn-if-weapon; ask: weapon, then CSO" in told


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("type", [("NOISE", 2), ("ASSAULT", 1)]),
        ("priority", [("2", 1), ("3", 1), ("not stated", 1)]),
        ("month", [("2023-07", 2), ("2023-08", 1)]),
    ],
)
def test_it_compares_by_what_is_asked(desk: Desk, by: str, groups: list[tuple[str, int]]) -> None:
    rows = [row("A1"), row("A2", priority="2", day="08/01/2023"), row("A3", "ASSAULT", priority="-")]
    document = asked(desk, *rows, options=("--by", by, "--json")).document
    assert document["by"] == by
    assert [(group["group"], group["calls"]) for group in document["groups"]] == groups
    assert asked(desk, *rows, options=("--by", by)).code == 0


def test_the_types_stand_by_their_calls_with_route_rule_and_question(desk: Desk) -> None:
    rows = [row(f"A{number}") for number in range(3)] + [row("B1", "ASSAULT"), row("B2", "ASSAULT"), row("C1", "TRASH")]
    typed = asked(desk, *rows, options=("--types",))
    told = flat(typed.out)
    assert "3 NOISE 0.0% (0.0-56.1) of 3 0% CSO: cso-if-noise" in told
    assert "2 ASSAULT 0.0% (0.0-65.8) of 2 0% sworn: sworn-if-weapon +1" in told
    assert "1 TRASH 0.0% (0.0-79.3) of 1 0% sworn: call-type-not-mapped" in told
    assert told.index("3 NOISE") < told.index("2 ASSAULT") < told.index("1 TRASH")
    assert "No type that reaches a CSO, at once or after one question, ended with authority used in over 5%." in told
    assert all(len(line) <= 100 for line in typed.out.splitlines())


def test_a_type_that_reaches_a_cso_though_authority_was_used_says_that_nobody_gave_a_reason(desk: Desk) -> None:
    rows = [row(f"A{number}", how="PHYSICAL ARREST MADE") for number in range(2)]
    typed = asked(desk, *rows, options=("--types",))
    assert "2 * NOISE 100.0% (34.2-100.0) of 2" in flat(typed.out)
    assert "NOISE: 100.0% (34.2-100.0) of 2; no reason in accepted_risks.csv says why it stays" in flat(typed.out)
    (found,) = asked(desk, *rows, options=("--types", "--json")).document["types"]
    assert (found["flagged"], found["accepted"]) == (True, None)


def test_a_type_that_reaches_a_cso_though_authority_was_used_gives_the_agencys_reason(desk: Desk) -> None:
    reasons = "call_type,reason,source\nNOISE,Two arrests at one party.,assumption\n"
    (desk.agency / "accepted_risks.csv").write_text(reasons, encoding="utf-8")
    rows = [row(f"A{number}", how="PHYSICAL ARREST MADE") for number in range(2)]
    assert "of 2; accepted: Two arrests at one party." in flat(asked(desk, *rows, options=("--types",)).out)
    (found,) = asked(desk, *rows, options=("--types", "--json")).document["types"]
    assert (found["flagged"], found["accepted"]) == (True, "Two arrests at one party.")


def test_a_reason_for_a_type_that_is_not_there_is_refused(desk: Desk) -> None:
    reasons = "call_type,reason,source\nNOISES,Why.,assumption\n"
    (desk.agency / "accepted_risks.csv").write_text(reasons, encoding="utf-8")
    typed = asked(desk, row("A1"))
    assert typed.code == 2
    assert typed.out == ""
    assert "error: accepted_risks.csv:2: call_type: `NOISES` is not in the call-type table" in typed.err


def test_names_that_the_tables_do_not_have_are_told_with_their_calls_and_the_nearest(desk: Desk) -> None:
    typed = asked(desk, row("A1", how="ASSISTANCE GIVEN"), row("A2", how="ASSISTANCE GIVEN"), row("A3", "NOISES"))
    assert typed.code == 0
    assert flat(typed.err) == (
        "unknown disposition, so undetermined: `ASSISTANCE GIVEN` (2 calls); nearest: `ASSISTANCE RENDERED`"
        " unknown call type, so sworn: `NOISES` (1 call); nearest: `NOISE`"
    )
    document = asked(desk, row("A1", how="ASSISTANCE GIVEN"), options=("--json",)).document
    assert document["unknown_dispositions"] == [
        {"disposition": "ASSISTANCE GIVEN", "calls": 1, "nearest": "ASSISTANCE RENDERED"}
    ]
    assert (document["unknown_final_types"], document["unmapped"]) == ([], [])


def test_rows_that_cannot_be_read_are_named_by_file_line_and_field(desk: Desk) -> None:
    rows = [row(f"A{number}", day="32/32/2023") for number in range(7)]
    typed = asked(desk, row("A9"), *rows)
    assert typed.code == 0
    assert "8 rows: 1 call, 0 repeats, 0 excluded, 7 unreadable" in flat(typed.out)
    told = flat(typed.err)
    assert told.startswith("unreadable: calls.csv line 3, original_time_queued: not a time in any known format unread")
    assert (told.count("unreadable: calls.csv line"), told.endswith("... and 2 more unreadable rows")) == (5, True)


@pytest.mark.parametrize("columns", ["60", "80", "100", "200"])
def test_no_line_is_wider_than_the_terminal_and_no_name_is_broken(desk: Desk, columns: str) -> None:
    rows = [*MIXED, row("W1", "WELFARE CHECK")]
    path = calls(desk.folder, *rows)
    done = subprocess.run(
        [sys.executable, "-m", "triage.cli", "outcomes", path, "--agency", desk.agency, "--types"],
        env={"PYTHONPATH": str(ROOT), "COLUMNS": columns}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert max(len(line) for line in lines) <= min(int(columns), 100)
    assert any(line.startswith("sworn officer ") for line in lines)


def test_many_unknown_names_are_cut_short(desk: Desk) -> None:
    typed = asked(desk, *[row(f"A{number}", how=f"WAY {number}") for number in range(25)])
    assert len(typed.err.splitlines()) == 21
    assert typed.err.splitlines()[-1] == "... and 5 more"


def test_several_files_are_counted_together_and_a_call_once(desk: Desk) -> None:
    first = calls(desk.folder, row("A1"), row("A2"), name="one.csv")
    second = calls(desk.folder, row("A2"), row("A3"), name="two.csv")
    document = desk("outcomes", first, second, "--json").document
    assert (document["rows"], document["calls"], document["repeats"]) == (4, 3, 1)


def test_a_file_without_a_call_has_nothing_to_show(desk: Desk) -> None:
    typed = asked(desk, row("O1", channel="ONVIEW"), options=("--types",))
    assert typed.code == 0
    assert flat(typed.out).startswith(
        "1 row: 0 calls, 0 repeats, 1 excluded (on-view 1), 0 unreadable There is no call"
    )
    document = asked(desk, row("O1", channel="ONVIEW"), options=("--json", "--types")).document
    assert document["authority_used"] == {"number": 0, "decided": 0, "share": None, "low": None, "high": None}
    assert (document["groups"], document["types"]) == ([], [])


def test_it_leaves_no_log_behind(desk: Desk) -> None:
    asked(desk, *MIXED)
    assert not desk.log.exists()


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ((), "no file given"),
        (("--bye",), "no option `--bye`; did you mean `--by`?"),
        (("-",), "no option `-`"),
        (("nowhere.csv",), "no such file: `nowhere.csv`"),
        (("calls.csv", "--by", "colour"), "`colour`"),
        (("calls.csv", "--columns", "call_data_2081"), "did you mean `call_data_2018`?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(desk: Desk, words: tuple[str, ...], wrong: str) -> None:
    here = [desk.folder / word if word == "calls.csv" else word for word in words]
    calls(desk.folder, row("A1"))
    typed = desk("outcomes", *here)
    assert (typed.code, typed.out) == (2, "")
    assert wrong in flat(typed.err)


def test_a_folder_that_is_not_there_is_refused() -> None:
    typed = triage("outcomes", "calls.csv", "--agency", "config/atlantis")
    assert typed.code == 2
    assert "the agency's folder `config/atlantis` is not there" in typed.err
