"""Seattle's folder takes the common library as it is, and every rule in it can decide something there."""

from pathlib import Path

import pytest

from triage.domain.call_types import CallTypes
from triage.domain.facts import FACTS
from triage.domain.policy import Policy
from triage.rulebook import check, load, unmapped
from triage.rulebook.folder import read_files
from triage.rulebook.parts import read_parts
from triage.rulebook.reach import idle_rules, kinds_of

SEATTLE = Path(__file__).parents[1] / "config" / "seattle"


@pytest.fixture(scope="module")
def seattle() -> Policy:
    """Seattle's policy."""
    return load(SEATTLE)


def test_seattle_takes_all_of_the_librarys_rules_and_overrides_none() -> None:
    checked = check(SEATTLE)
    assert {origin.file for origin in checked.origins} == {
        f"../common/rules/{path.name}" for path in (SEATTLE.parent / "common" / "rules").glob("*.yaml")
    }
    assert {origin.overridden for origin in checked.origins} == {None}


def test_every_rule_of_the_library_can_decide_something_on_seattles_call_types(seattle: Policy) -> None:
    parts = read_parts(read_files(SEATTLE, []), [])
    assert [(idle.rule.rule.id, idle.message) for idle in idle_rules(parts.rules, kinds_of(seattle.call_types))] == []


def test_seattles_digest_is_the_same_at_every_load(seattle: Policy) -> None:
    assert load(SEATTLE).digest == seattle.digest
    assert Policy.model_validate_json(seattle.model_dump_json()).digest == seattle.digest


def test_every_name_in_seattles_table_finds_its_own_row(seattle: Policy) -> None:
    table = CallTypes(seattle.call_types)
    assert [entry.name for entry in seattle.call_types if table.find(entry.name) is not entry] == []
    assert unmapped(seattle, {entry.name.lower(): 1 for entry in seattle.call_types}) == []


def test_every_type_of_seattle_has_a_nature_and_a_worst_case(seattle: Policy) -> None:
    for entry in seattle.call_types:
        assert entry.presumes.nature == entry.canonical
        assert entry.presumes.severity in FACTS["severity"].values
        assert entry.presumes.likelihood in FACTS["likelihood"].values


def test_seattles_roster_is_that_of_the_seeds(seattle: Policy) -> None:
    assert seattle.roster.time_zone == seattle.time_zone == "America/Los_Angeles"
    assert len(seattle.roster.units) == 10
    assert len(seattle.roster.supervisors) == 2
    assert {day for shift in seattle.roster.shifts for day in shift.days}.isdisjoint({"sunday"})
