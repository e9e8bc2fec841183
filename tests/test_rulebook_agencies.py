"""Every shipped agency's folder loads on the common library, without an error or a warning."""

import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from triage.domain.call_types import CallTypes
from triage.domain.policy import Policy
from triage.rulebook import check, load_outcomes
from triage.rulebook.dispositions import OUTCOMES

CONFIG = Path(__file__).parents[1] / "config"
AGENCIES = sorted(path.parent for path in CONFIG.glob("*/agency.yaml"))
COMMON = CONFIG / "common"

checked = cache(check)
outcomes = cache(load_outcomes)


def policy_of(agency: Path) -> Policy:
    """The policy of a sound folder."""
    policy = checked(agency).policy
    assert policy is not None
    return policy


every_agency = pytest.mark.parametrize("agency", AGENCIES, ids=lambda path: path.name)


def test_there_are_agencies_and_the_library_is_none() -> None:
    assert CONFIG / "seattle" in AGENCIES
    assert COMMON not in AGENCIES


@every_agency
def test_an_agency_loads_without_an_error_or_a_warning(agency: Path) -> None:
    found = checked(agency)
    assert [str(problem) for problem in found.problems] == []
    assert found.rules > 50
    assert found.examples > 2 * found.rules


@every_agency
def test_an_agency_takes_the_danger_rules_and_the_gates_of_the_library(agency: Path) -> None:
    files = {origin.file for origin in checked(agency).origins}
    gates = ("danger", "medical_and_crisis", "domestic_and_children", "crime_and_enforcement", "call_types_never_cso")
    assert {f"../common/rules/{name}.yaml" for name in gates} <= files


@every_agency
def test_the_policy_of_an_agency_survives_being_stored(agency: Path) -> None:
    policy = policy_of(agency)
    assert Policy.model_validate_json(policy.model_dump_json()).digest == policy.digest


@every_agency
def test_every_name_in_an_agencys_table_finds_its_own_row(agency: Path) -> None:
    policy = policy_of(agency)
    table = CallTypes(policy.call_types)
    assert [entry.name for entry in policy.call_types if table.find(entry.name) is not entry] == []


@every_agency
def test_every_closing_of_an_agency_stands_for_an_outcome(agency: Path) -> None:
    codes = outcomes(agency)
    assert set(codes.dispositions) == {item.code.upper() for item in policy_of(agency).dispositions}
    assert set(codes.dispositions.values()) <= set(OUTCOMES)
    assert set(codes.finals) > {"NOISE", "ASSAULT"}


def test_no_closing_that_uses_an_officers_powers_is_open_to_a_cso() -> None:
    for agency in AGENCIES:
        codes = outcomes(agency).dispositions
        open_to_csos = {item.code.upper() for item in policy_of(agency).dispositions if item.cso}
        assert {code for code in open_to_csos if codes[code] in {"authority", "citation"}} == set(), agency.name


def test_the_example_in_the_librarys_readme_does_what_it_says(tmp_path: Path) -> None:
    shutil.copytree(CONFIG / "common", tmp_path / "common")
    shutil.copytree(CONFIG / "seattle", tmp_path / "springfield")
    _, overrides = re.findall(r"^```yaml\n(.*?)^```", (COMMON / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "springfield" / "overrides.yaml").write_text(overrides)
    found = check(tmp_path / "springfield")
    assert [str(problem) for problem in found.problems] == []
    assert {origin.rule_id: origin.overridden.off for origin in found.origins if origin.overridden is not None} == {
        "cso-if-noise": False,
        "cso-if-abandoned-vehicle": False,
        "animal-control-if-animal": True,
    }


def test_the_librarys_readme_names_every_file_of_the_library() -> None:
    text = (COMMON / "README.md").read_text()
    names = [path.name for path in COMMON.iterdir() if path.is_file() and path.name != "README.md"]
    assert [name for name in names if f"`{name}`" not in text] == []
