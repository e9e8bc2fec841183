import re
from typing import get_args

import pytest

from tests.docs_examples import ROOT
from triage.domain.events import CallEvent
from triage.projections.view import View

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = ("Change a rule", "Add a fact", "Add an event", "Add a projection", "Add an agency")
KINDS = {event.model_fields["kind"].default: event.__name__ for event in get_args(CallEvent)}
NEEDED_BY_EVERY_KIND = ("triage/domain/events.py", "triage/domain/call.py", "triage/projections/audit_line.py")


def section(title: str) -> str:
    return re.split(r"^## ", TEXT.split(f"\n## {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def mentioning(kind: str, under: str) -> set[str]:
    """The modules below a folder that name an event, by its kind or its class."""
    named = re.compile(rf"\"{kind}\"|\b{KINDS[kind]}\b")
    modules = (ROOT / under).rglob("*.py")
    return {str(path.relative_to(ROOT)) for path in modules if named.search(path.read_text(encoding="utf-8"))}


def test_there_is_a_recipe_for_each_thing_that_grows() -> None:
    assert re.findall(r"^## (.*)", TEXT, re.MULTILINE) == [*RECIPES, "House rules"]


@pytest.mark.parametrize("title", RECIPES)
def test_every_recipe_is_carried_out(title: str) -> None:
    assert "```console" in section(title), f"`{title}` has nothing that tests/test_docs.py could run"


def test_the_event_recipe_lists_every_module_that_speaks_of_a_kind_and_no_other() -> None:
    listed = set(re.findall(r"`(triage/[\w/]+\.py)`", section("Add an event").split("| place |")[1]))
    speaking = set().union(*(mentioning(kind, "triage") for kind in KINDS))
    commands_and_upcasts = {"triage/domain/commands.py", "triage/store/mapper.py"}
    assert speaking - listed == set(), "CONTRIBUTING.md does not list these"
    assert listed - speaking - commands_and_upcasts == set(), "CONTRIBUTING.md lists these for nothing"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_stands_where_the_event_recipe_says_that_each_must(kind: str) -> None:
    assert set(NEEDED_BY_EVERY_KIND) <= mentioning(kind, "triage")
    assert "tests/store_examples.py" in mentioning(kind, "tests")
    assert list((ROOT / "tests" / "golden" / "events").glob(f"{kind}.v*.json"))


def test_the_projection_recipe_uses_what_a_projection_has() -> None:
    recipe = section("Add a projection")
    for name in ("name", "version", "kinds", "tables", "fold"):
        assert name in {*View.__annotations__, *View.__dict__}
        assert re.search(rf"\b{name}\b", recipe)


def test_the_agency_recipe_names_every_file_that_an_agency_has() -> None:
    named = set(re.findall(r"`([\w/*.]+\.(?:yaml|csv))`", section("Add an agency")))
    folder = ROOT / "config" / "seattle"
    for path in (path for path in folder.rglob("*") if path.suffix in {".yaml", ".csv"}):
        if path.relative_to(folder).parts[0] != "demo":
            within = path.relative_to(folder)
            assert str(within) in named or f"{within.parent}/*{within.suffix}" in named, f"not named: {within}"
