"""Commands of an agency whose policy requires a model: what they show of it, and what they say where it is no use."""

import math
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import MONDAY, Desk, agency, flat, report
from tests.rulebook_folder import edited
from tests.small_model import TERMS
from tests.test_cli_model import fitting
from triage.bootstrap import App
from triage.classifiers.files import MODEL_FILE, ModelFileError, write_model

OUTDATED = "note: the rules changed since the model was trained; train it again (`triage train`); until then"
WITH_HOURS = (*TERMS[1:3], TERMS[4])


def trained(desk: Desk, **changes: Any) -> str:
    """The digest of the model that the agency's folder now has."""
    found = fitting(desk.agency)
    found = fitting(desk.agency, terms=(found.terms[0], *WITH_HOURS), reference={"hours": {"12-15": 1.0}}, **changes)
    write_model(desk.agency / MODEL_FILE, found, {})
    return found.digest


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    changes = edited("agency.yaml", "classifier: none", "classifier: required")
    found = Desk(tmp_path, agency(tmp_path / "agency", changes))
    trained(found)
    return found


def outdated(desk: Desk) -> None:
    rules = desk.agency / "rules" / "programmes.yaml"
    rules.write_text(rules.read_text().replace("It is only noise.", "Other words."))


def verdict_of(desk: Desk, call: str) -> dict[str, Any]:
    verdict: dict[str, Any] = desk("explain", call, "--json").document["verdict"]
    return verdict


def check_sums(verdict: dict[str, Any]) -> None:
    """The parts of the risk add up to its log-odds, and these are those of the risk that was recorded."""
    risk, recorded = verdict["risk"], verdict["assessment"]["risk"]
    assert risk["base"] + sum(part["amount"] for part in risk["contributions"]) == pytest.approx(risk["log_odds"])
    assert risk["log_odds"] == pytest.approx(math.log(recorded / (1 - recorded)), abs=1e-9)


def test_what_each_value_adds_sums_to_the_log_odds_of_the_recorded_risk(desk: Desk) -> None:
    desk.run(report("A1", priority="3", reported_at="2023-07-10T17:00:00Z"))  # ten o'clock at the agency
    verdict = verdict_of(desk, "A1")
    check_sums(verdict)
    said = [part["words"] for part in verdict["risk"]["contributions"]]
    assert (len(said), "at 08-11 o'clock" in said) == (2, True), said
    shown = desk("explain", "A1").out
    assert f"(model {verdict['assessment']['model']}). In log-odds:" in flat(shown)
    amounts = [float(found) for found in re.findall(r"^ {4}.*: ([+-]\d+\.\d\d)$", shown, re.MULTILINE)]
    assert len(amounts) == 3
    assert sum(amounts) == pytest.approx(verdict["risk"]["log_odds"], abs=0.005 * len(amounts))


def test_an_old_decision_is_explained_by_the_model_that_made_it_and_not_by_the_folders(desk: Desk) -> None:
    desk.run(report("A1", priority="3"))
    before = verdict_of(desk, "A1")
    newer = trained(desk, intercept=-3.0)
    desk.run(report("A2", priority="3"))
    assert verdict_of(desk, "A1") == before
    assert verdict_of(desk, "A2")["assessment"]["model"] == newer
    for call in ("A1", "A2"):
        check_sums(verdict_of(desk, call))
    assert desk("verify").code == 0


def test_late_news_of_a_closed_call_changes_no_explanation_of_its_decision(desk: Desk) -> None:
    desk.run(report("A1", priority="3"))
    desk("clear", "A1", "--disposition", "assistance rendered", "--now", "2023-07-10T20:30:00Z")
    before = verdict_of(desk, "A1")["risk"]
    late = report("A1", "WELFARE CHECK", priority="3", reported_at="2023-07-10T20:10:00Z")
    desk.run(late)
    assert desk("explain", "A1", "--json").document["reported"]["call_type"] == "WELFARE CHECK"
    assert verdict_of(desk, "A1")["risk"] == before
    check_sums(verdict_of(desk, "A1"))


def test_the_log_says_which_model_assesses_and_what_was_measured(desk: Desk) -> None:
    digest = trained(desk, drift_window=2)
    desk.run(*(report(f"A{number}", priority="3") for number in range(2)))
    night = {"priority": "3", "reported_at": "2023-07-11T10:00:00Z"}
    desk.run(*(report(f"B{number}", **night) for number in range(2)))
    adopted = desk("log", "--kind", "model_adopted")
    assert f"model {digest} of Test City assesses from here on  [engine]" in adopted.out
    (row,) = desk("log", "--kind", "model_adopted", "--json").rows
    assert (row["call_id"], row["digest"], "model" in row) == (None, digest, False)
    same, other = desk("log", "--kind", "drift_measured").out.splitlines()
    assert "the last 2 calls look like those that the model was trained for" in same
    assert "the last 2 calls are not like those of the training (hours " in other
    assert "): the model abstains" in other
    beyond = [found["beyond"] for found in desk("log", "--kind", "drift_measured", "--json").rows]
    assert beyond == [[], ["hours"]]


def missing(desk: Desk) -> None:
    (desk.agency / MODEL_FILE).unlink()


def altered(desk: Desk) -> None:
    path = desk.agency / MODEL_FILE
    path.write_bytes(path.read_bytes().replace(b"-4.0", b"-9.0"))


def of_another_agency(desk: Desk) -> None:
    write_model(desk.agency / MODEL_FILE, fitting(desk.agency, agency="Bigville Police"), {})


def for_another_limit(desk: Desk) -> None:
    write_model(desk.agency / MODEL_FILE, fitting(desk.agency, authority_limit=0.05), {})


def newer(desk: Desk) -> None:
    path = desk.agency / MODEL_FILE
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 2'))


UNUSABLE = pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (missing, "is missing"),
        (altered, "was altered"),
        (of_another_agency, "was trained for `Bigville Police`"),
        (for_another_limit, "has a ceiling for an authority limit of `0.05`"),
        (newer, "was written by a newer version"),
    ],
)


@UNUSABLE
def test_nothing_starts_with_a_model_that_cannot_be_used(desk: Desk, broken: Any, problem: str) -> None:
    broken(desk)
    with pytest.raises(ModelFileError, match=problem):
        App.of(desk.agency, desk.log)
    typed = desk.run(report("A1"))
    assert (typed.code, desk.log.exists()) == (2, False)
    assert problem in flat(typed.err)


@UNUSABLE
def test_check_names_a_model_that_cannot_be_used(desk: Desk, broken: Any, problem: str) -> None:
    broken(desk)
    typed = desk("check", "--json")
    (found,) = typed.document["problems"]
    assert (typed.code, found["file"], found["severity"]) == (1, MODEL_FILE, "error")
    assert problem in found["message"]


def test_check_warns_of_a_model_for_other_rules_and_is_silent_of_one_that_fits(desk: Desk) -> None:
    assert (desk("check", "--json").code, desk("check", "--json").document["problems"]) == (0, [])
    outdated(desk)
    typed = desk("check", "--json")
    (found,) = typed.document["problems"]
    assert (typed.code, found["file"], found["severity"]) == (0, MODEL_FILE, "warning")
    assert found["message"].startswith("the rules changed since the model was trained; train it again; until then ")


def test_a_policy_without_a_classifier_needs_no_model_and_reads_none(desk: Desk) -> None:
    settings = desk.agency / "agency.yaml"
    settings.write_text(settings.read_text().replace("classifier: required", "classifier: none"))
    altered(desk)
    assert desk("check").code == 0
    assert (desk.run(report("A1")).code, verdict_of(desk, "A1")["route"]) == (0, "cso")


def test_every_command_that_decides_notes_that_the_model_is_outdated(desk: Desk) -> None:
    desk.run(report("A1", priority="3"))
    outdated(desk)
    now = ("--now", MONDAY)
    typed = [
        desk.run(report("A2", priority="3")),
        desk("answer", "A2", "weapon=no", *now),
        desk("claim", "CSO-1", *now),
        desk("tick", *now),
        desk("override", "A1", "--route", "sworn", "--reason", "supervisor", "--by", "d1", *now),
    ]
    assert [OUTDATED in flat(one.err) for one in typed] == [True] * len(typed), [one.err for one in typed]
    assert verdict_of(desk, "A2")["route"] == "sworn"
    assert "the rules changed" in verdict_of(desk, "A2")["assessment"]["abstained"]
    for reading in (("explain", "A1"), ("log",), ("queue",), ("verify",)):
        assert desk(*reading).err == ""
