import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom  # type: ignore[import-untyped]

from tests.cli_calls import MONDAY, ROOT, Desk, Typed, agency, flat, report
from tests.rulebook_folder import edited
from tests.small_model import model
from triage.classifiers.files import MODEL_FILE, write_model
from triage.cli.shadow_figures import CALLS_MORE_MAX, evidence
from triage.domain.model import Model, Term
from triage.rulebook import load
from triage.store import open_log

DISPOSITIONS = """\
code,description,apco,cso,outcome,source
ASSISTANCE RENDERED,Helped,18,yes,no_authority,assumption
PHYSICAL ARREST MADE,Arrest,03,no,authority,assumption
REPORT WRITTEN,Report,01,no,undetermined,assumption
"""
HELPED, ARREST, WRITTEN = "ASSISTANCE RENDERED", "PHYSICAL ARREST MADE", "REPORT WRITTEN"
CALL_TYPES = """\
call_type,canonical,fidelity,profile,presumes,severity,likelihood,source
ASSAULT,ASLT,exact,nothing,weapon=yes violence=yes,serious,likely,assumption
NOISE,NOISE,exact,calm,{noise},minor,remote,assumption
PARKING,{parking},close,calm,,minor,remote,assumption
TOWING,PARKING,exact,calm,,minor,remote,assumption
WELFARE CHECK,{welfare},close,calm,,minor,remote,assumption
CHECK,WELFARE,exact,calm,,minor,remote,assumption
"""
NOT_MEANT = "Every outcome counted here followed a sworn response"


def folder_of(folder: Path, *, classifier: str = "none", noise: str = "", **natures: str) -> Path:
    """The small agency; its noise calls presume `noise`, those of `welfare` or `parking` are of another nature."""
    types = CALL_TYPES.format(noise=noise, **{"welfare": "WELFARE", "parking": "PARKING"} | natures)
    settings = edited("agency.yaml", "classifier: none", f"classifier: {classifier}")
    return agency(folder, {"dispositions.csv": DISPOSITIONS, "call_types.csv": types, **settings})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, folder_of(tmp_path / "agency"))


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A policy that sends welfare checks to a CSO too, as it takes them for noise."""
    return folder_of(tmp_path / "draft", welfare="NOISE")


@pytest.fixture
def careful(tmp_path: Path) -> Path:
    """A policy that sends noise calls to an officer, as they may be armed."""
    return folder_of(tmp_path / "careful", noise="weapon=yes")


def ended(call_id: str, how: str | None, call_type: str = "NOISE") -> dict[str, object]:
    """A call of an hour, or one that is open."""
    closing = {"closing": {"cleared_at": "2023-07-10T21:00:00Z", "disposition": how}} if how else {}
    return report(call_id, call_type, **closing)


def model_for(folder: Path, **changes: object) -> Model:
    """A small model that fits an agency's folder."""
    policy = load(folder)
    fields = {"agency": policy.agency, "routing": policy.routing_digest, "authority_limit": policy.authority_limit}
    one = Term(features=("nature",), weights={"NOISE": 0.5})
    known = {"support": {"NOISE": 400}, "combinations": {"NOISE | not stated": 400}, "dangers": {}}
    return model(terms=(one,), **fields, **known, **changes)


def asked(desk: Desk, *words: str | Path) -> Typed:
    typed = desk("shadow", *words)
    assert typed.code == 0, typed.err
    return typed


def sent(document: Mapping[str, object], by: str) -> dict[str, object]:
    return next(row for row in document["sent_to_cso"] if row["by"] == by)  # type: ignore[attr-defined]


def test_it_says_who_would_have_gone_and_how_it_ended(desk: Desk, draft: Path) -> None:
    desk.run(*[ended(f"N{number}", HELPED) for number in range(3)], ended("N3", WRITTEN), ended("N4", None))
    desk.run(
        *[ended(f"W{number}", HELPED, "WELFARE CHECK") for number in range(2)], ended("W2", ARREST, "WELFARE CHECK")
    )
    desk.run(ended("A1", ARREST, "ASSAULT"))
    typed = asked(desk, draft)
    told = flat(typed.out)
    assert told.startswith(
        "9 calls judged by both, decided 2023-07-10 13:00 PDT to 2023-07-10 13:00 PDT Champion: policy"
    )
    assert "They would send 3 calls elsewhere (33.3%)." in told
    assert "Champion, down; challenger, across sworn CSO sworn officer 1 0 officer and CSO together 0 3 CSO 0 5" in told
    assert "both of them 5 3 0 0.00% (0.00-70.76)" in told
    assert "the champion alone 0 0 0 -" in told
    assert "the challenger alone 3 3 1 33.33% (0.84-90.57)" in told
    assert "the challenger, all 8 6 1 16.67% (0.42-64.12)" in told
    assert "not counted as decided: 1 call ended undecided; 1 call still open." in told
    assert NOT_MEANT in told
    assert "Not yet: authority was used in 1 of 6 decided calls that the challenger would send to a CSO" in told
    assert "The test holds for one look" in told
    assert typed.err == ""
    found = asked(desk, draft, "--json").document["evidence"]
    assert (found["verdict"], found["bound"]) == ("not_yet", pytest.approx(0.581803, abs=1e-6))


def test_it_names_the_newest_differences_with_both_reasons_in_words(desk: Desk, draft: Path) -> None:
    desk.run(
        ended("W1", HELPED, "WELFARE CHECK"), ended("W2", ARREST, "WELFARE CHECK"), ended("W3", None, "WELFARE CHECK")
    )
    told = asked(desk, draft, "--disagreements", "2").out
    assert "The newest 2 differences" in told
    assert "W1" not in told, "only the newest two"
    assert told.index("  W3  still open") < told.index("  W2  ended: authority used")
    assert "champion: officer and CSO together, because together-if-welfare: An officer and a CSO go together." in flat(
        told
    )
    assert "challenger: CSO, because cso-if-noise: It is only noise." in flat(told)
    assert "The newest" not in asked(desk, draft, "--disagreements", "0").out


def test_what_nobody_ruled_out_is_not_told_as_if_it_were_known(desk: Desk, tmp_path: Path) -> None:
    desk.run(ended("N1", HELPED))
    unsure = folder_of(tmp_path / "unsure", noise="weapon=?")
    told = flat(asked(desk, unsure).out)
    assert "challenger: sworn officer, as nothing rules out sworn-if-weapon" in told


def test_a_program_is_told_the_same(desk: Desk, careful: Path) -> None:
    desk.run(ended("N1", HELPED), ended("N2", ARREST), ended("A1", HELPED, "ASSAULT"))
    document = asked(desk, careful, "--json").document
    assert (document["calls"], document["differing"]) == (3, 2)
    assert document["first"] == document["last"] == MONDAY
    assert document["champion"] == {"policies": [load(desk.agency).digest], "models": ["none"]}
    assert document["challenger"] == {"policy": load(careful).digest, "assessed_by": "none"}
    assert document["routes"] == [
        {"champion": "cso", "challenger": "sworn", "calls": 2},
        {"champion": "sworn", "challenger": "sworn", "calls": 1},
    ]
    champion = sent(document, "champion")
    assert champion["calls"] == 2
    assert champion["authority_used"] == {
        "number": 1,
        "decided": 2,
        "share": 0.5,
        "low": pytest.approx(0.012579, abs=1e-6),
        "high": pytest.approx(0.987421, abs=1e-6),
    }
    assert sent(document, "challenger_all")["calls"] == 0
    assert document["evidence"] == {
        "verdict": "not_yet",
        "limit": 0.01,
        "bound": 1.0,
        "more_needed": 299,
        "confidence": 0.95,
    }
    newest = document["disagreements"][0]
    assert (newest["call_id"], newest["outcome"]) == ("N2", "authority_used")
    assert newest["ended"] == {"disposition": ARREST, "final_call_type": None, "by_cso": False}
    assert (newest["champion"]["because"], newest["challenger"]["because"]) == (["cso-if-noise"], ["sworn-if-weapon"])


def test_policies_that_agree_are_said_to(desk: Desk) -> None:
    desk.run(ended("N1", HELPED))
    told = flat(asked(desk).out)
    assert "They agree on every call." in told
    assert "The newest" not in told


def test_a_call_that_differs_for_a_while_is_counted_apart(desk: Desk, tmp_path: Path) -> None:
    later = {"reported_at": "2023-07-10T20:10:00Z"}
    desk.run(report("N1", "PARKING"), report("N1", "NOISE", **later))
    both = folder_of(tmp_path / "both", parking="NOISE")
    assert "They would send 0 calls elsewhere (0.0%); on 1 more they differ for a while only." in flat(
        asked(desk, both).out
    )


def test_a_model_that_holds_back_says_its_risk(desk: Desk) -> None:
    desk.run(ended("N1", HELPED))
    path = desk.folder / "other.json"
    found = model_for(desk.agency, ceiling=0.001)
    write_model(path, found, {})
    typed = asked(desk, "--model", path)
    assert f"Challenger: policy {load(desk.agency).digest}, model {found.digest}" in typed.out
    assert (
        "challenger: sworn officer, because risk-too-high: The classifier's risk reaches its ceiling."
        " (the risk is 0.67%, the ceiling is 0.10%)"
    ) in flat(typed.out)
    (newest,) = asked(desk, "--model", path, "--json").document["disagreements"]
    assert newest["challenger"]["risk"] == pytest.approx(0.0067, abs=1e-4)


def test_a_model_for_other_rules_abstains_and_says_why(desk: Desk, draft: Path) -> None:
    desk.run(ended("N1", HELPED))
    path = desk.folder / "other.json"
    write_model(path, model_for(desk.agency), {})
    typed = asked(desk, draft, "--model", path)
    assert "note: the rules changed since the model was trained" in flat(typed.err)
    assert "a model that knows other rules" in typed.out
    assert "because classifier-abstained: The classifier has no opinion on this call" in flat(typed.out)


def test_a_policy_that_requires_a_model_that_is_not_there_sends_no_cso_alone(desk: Desk, tmp_path: Path) -> None:
    desk.run(ended("N1", HELPED))
    required = folder_of(tmp_path / "required", classifier="required")
    typed = asked(desk, required)
    assert "note: the policy requires a classifier and its folder has no model.json" in flat(typed.err)
    assert "challenger: sworn officer, because classifier-abstained" in flat(typed.out)
    assert "a classifier that is missing" in typed.out
    write_model(required / MODEL_FILE, model_for(required), {})
    trained = asked(desk, required)
    assert ("They agree on every call." in trained.out, trained.err) == (True, "")


def test_files_say_how_calls_ended_that_the_log_leaves_open(desk: Desk, careful: Path) -> None:
    desk.run(ended("2023000000001", None), ended("2023000000002", HELPED))
    header = "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,"
    rest = "original_time_queued,arrived_time,precinct,sector,beat"
    row = "{},PHYSICAL ARREST MADE,911,3,NOISE,-,07/10/2023 1:00:00 PM,,NORTH,UNION,U1"
    file = desk.folder / "ended.csv"
    file.write_text("\n".join([header + rest, row.format("2023000000001"), row.format("2023000000002"), ""]))
    assert sent(asked(desk, careful, "--json").document, "champion")["open"] == 1
    document = asked(desk, careful, "--outcomes", file, "--json").document
    champion = sent(document, "champion")
    assert (champion["open"], champion["authority_used"]["number"]) == (0, 1)  # type: ignore[index]
    assert [item["outcome"] for item in document["disagreements"]] == ["no_authority_used", "authority_used"]


def test_what_a_cso_unit_closed_alone_is_no_outcome(desk: Desk) -> None:
    desk.run(ended("N1", None))
    now = ("--by", "x", "--now", "2023-07-10 13:10")
    assert desk("claim", "CSO-1", "N1", *now).code == 0
    assert desk("clear", "N1", "--disposition", HELPED, "--unit", "CSO-1", *now).code == 0
    typed = asked(desk)
    assert "1 call closed by a CSO unit, where no officer could use authority." in flat(typed.out)
    row = sent(asked(desk, "--json").document, "both")
    assert (row["calls"], row["closed_by_cso"], row["authority_used"]["decided"]) == (1, 1, 0)  # type: ignore[index]


def test_a_log_without_a_decision_has_nothing_to_show(desk: Desk, draft: Path) -> None:
    open_log(desk.log).close()
    assert asked(desk, draft).out == "No call was judged yet: the log holds no decision.\n"
    document = asked(desk, draft, "--json").document
    assert (document["calls"], document["first"], document["routes"]) == (0, None, [])


def test_each_challenger_has_a_file_of_its_own_and_no_decision_changes(desk: Desk, draft: Path, careful: Path) -> None:
    desk.run(ended("N1", HELPED), ended("W1", HELPED, "WELFARE CHECK"))
    before = desk("log", "--json").out
    first = asked(desk, draft).out
    asked(desk, careful)
    assert len(list(desk.folder.glob("triage.disagreements.*.db"))) == 2
    assert asked(desk, draft).out == first, "a second run says the same"
    assert desk("log", "--json").out == before
    assert desk("verify").code == 0


@pytest.mark.parametrize("columns", ["60", "100", "200"])
def test_no_line_is_wider_than_the_terminal(desk: Desk, draft: Path, columns: str) -> None:
    desk.run(ended("N1", HELPED), ended("W1", HELPED, "WELFARE CHECK"), ended("A1", ARREST, "ASSAULT"))
    done = subprocess.run(
        [sys.executable, "-m", "triage.cli", "shadow", draft, "--agency", desk.agency, "--log", desk.log],
        env={"PYTHONPATH": str(ROOT), "COLUMNS": columns}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert max(len(line) for line in done.stdout.splitlines()) <= min(int(columns), 100)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("nowhere",), "the agency's folder `nowhere` is not there"),
        (("--model", "nowhere.json"), "`nowhere.json` is missing"),
        (("--model", "broken.json"), "`broken.json` cannot be read"),
        (("--model", "elsewhere.json"), "was trained for `Elsewhere Police`"),
        (("--outcomes", "nowhere.csv"), "nowhere.csv`"),
        (("--disagreements", "-1"), "`-1` is not from 0 to 1,000"),
        (("--disagreements", "1001"), "`1001` is not from 0 to 1,000"),
        (("--disagreements", "many"), "`many`"),
        (("--modle", "x"), "--model"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    desk: Desk, words: tuple[str, ...], wrong: str
) -> None:
    desk.run(ended("N1", HELPED))
    (desk.folder / "broken.json").write_text("{")
    write_model(
        desk.folder / "elsewhere.json", model_for(desk.agency).model_copy(update={"agency": "Elsewhere Police"}), {}
    )
    here = [desk.folder / word if word.endswith((".json", ".csv")) else word for word in words]
    typed = desk("shadow", *here)
    assert (typed.code, typed.out) == (2, "")
    assert wrong in flat(typed.err)
    assert list(desk.folder.glob("triage.disagreements.*")) == []


def test_a_log_that_is_not_there_is_refused_and_not_made(desk: Desk) -> None:
    typed = desk("shadow")
    assert (typed.code, desk.log.exists()) == (2, False)
    assert "there is no log at" in typed.err


def test_a_challenger_of_another_agency_is_remarked_on(desk: Desk, tmp_path: Path) -> None:
    desk.run(ended("N1", HELPED))
    types = CALL_TYPES.format(noise="", welfare="WELFARE", parking="PARKING")
    elsewhere = edited("agency.yaml", "name: Test City", "name: Elsewhere")
    other = agency(tmp_path / "other", {"dispositions.csv": DISPOSITIONS, "call_types.csv": types, **elsewhere})
    assert asked(desk, other).err == "note: these are calls of `Test City`, and the challenger is `Elsewhere`'s\n"


def test_a_challenger_with_errors_is_refused_with_all_of_them(desk: Desk, tmp_path: Path) -> None:
    desk.run(ended("N1", HELPED))
    broken = folder_of(tmp_path / "broken", noise="wepon=yes")
    typed = desk("shadow", broken)
    assert typed.code == 2
    assert "wepon" in typed.err


def test_299_clean_calls_are_enough_for_one_in_a_hundred_and_298_are_not() -> None:
    assert evidence(0, 298, 0.01)[::3] == ("not_yet", 1)
    assert evidence(0, 299, 0.01).verdict == "for"
    assert evidence(0, 0, 0.01) == ("not_yet", 0.01, 1.0, 299)
    assert evidence(0, 299, 0.01).bound == pytest.approx(0.00997, abs=1e-5)


def test_many_calls_with_authority_used_are_enough_against() -> None:
    assert evidence(1, 1, 0.01).verdict == "against"
    assert evidence(3, 60, 0.01).verdict == "against"
    assert evidence(1, 100, 0.01).verdict == "not_yet"
    assert evidence(1, 1, 1.0).verdict == "not_yet", "of all calls authority may be used"
    assert evidence(0, 1, 1.0).verdict == "for"


def test_a_limit_that_no_number_of_calls_can_show_is_told_so() -> None:
    assert evidence(0, 10, 1e-12).more_needed is None
    assert CALLS_MORE_MAX == 100_000_000


@given(used=st.integers(0, 40), clean=st.integers(0, 3000), limit=st.sampled_from([0.001, 0.01, 0.05, 0.3]))
def test_what_is_said_to_be_needed_is_exactly_enough(used: int, clean: int, limit: float) -> None:
    found = evidence(used, used + clean, limit)
    assert (found.verdict == "for") == (binom.cdf(used, used + clean, limit) <= 0.05 + 1e-12)
    assert (found.bound <= limit) == (found.verdict == "for")
    if found.more_needed is not None:
        assert evidence(used, used + clean + found.more_needed, limit).verdict == "for"
        assert evidence(used, used + clean + found.more_needed - 1, limit).verdict != "for"
