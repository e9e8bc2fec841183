"""Rules that never decide anything are named."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rulebook_folder import COMMON, FILES, edited, on_library, problems, said, write
from triage.domain.events import Assessment
from triage.domain.facts import FACTS, FactValue
from triage.domain.judge import Judge, Verdict
from triage.domain.policy import Policy, Rule
from triage.rulebook import load
from triage.rulebook.nodes import At, Scalar
from triage.rulebook.problems import Found
from triage.rulebook.reach import idle_rules, kinds_of
from triage.rulebook.rules import ReadRule

RULES = "rules/programmes.yaml"
UNREACHED = "no call can reach it: no call type has such a nature, severity and likelihood"
PLACE = At(Scalar("", 1, plain=True), "", Found("rules/x.yaml", []))
UNASKED = Assessment(risk=None, model="none", abstained=None)


def rule(name: str, effect: str, when: Mapping[str, tuple[FactValue, ...]], **more: object) -> Rule:
    """A rule with what its effect needs; `more` overrides it."""
    needs: dict[str, object] = {"agency": "parking"} if effect == "route_to" else {}
    if effect.startswith("allow"):
        needs = {"programme": "community", "wait_minutes": 60}
    base = {"id": name, "effect": effect, "when": when, "because": "So.", "source": "assumption"}
    return Rule.model_validate({**base, **needs, **more})


def idle(policy: Policy, *rules: Rule, switches: Mapping[str, str] | None = None) -> dict[str, str]:
    """Why each idle rule of these never decides anything, by id, for the call types of `policy`."""
    placed = [ReadRule(item, PLACE, (switches or {}).get(item.id)) for item in rules]
    return {found.rule.rule.id: found.message for found in idle_rules(placed, kinds_of(policy.call_types))}


@pytest.fixture
def city(tmp_path: Path) -> Policy:
    """The policy of the small sound folder: an assault, a noise, a parking and a welfare type."""
    return load(write(tmp_path / "city"))


def test_a_rule_that_no_call_type_fits_is_named_with_its_line(tmp_path: Path) -> None:
    text = FILES[RULES].replace("when: {nature: [PARKING]}", "when: {nature: [PARKING], severity: [minor, moderate]}")
    changes = {RULES: text.replace("{given: {nature: PARKING},", "{given: {nature: PARKING, severity: minor},")}
    assert problems(tmp_path / "fits", changes) == []
    table = edited("call_types.csv", "juvenile=no,minor,remote", "juvenile=no,grave,remote")
    assert problems(tmp_path / "fits not", {**changes, **table}) == [
        f"{RULES}:25: when: `parking-elsewhere`: {UNREACHED}",
    ]


def test_a_presumed_fact_can_be_reported_so_it_makes_no_rule_idle(city: Policy) -> None:
    armed = rule("armed", "allow_cso", {"nature": ("NOISE",), "domestic": ("none",), "juvenile": (True,)})
    calm = rule("calm", "allow_cso", {"nature": ("ASLT",), "weapon": (False,), "violence": (False,)})
    assert idle(city, armed, calm) == {}


def test_a_rule_is_idle_where_its_natures_always_need_an_officer(city: Policy) -> None:
    allow = rule("allow", "allow_cso", {"nature": ("ASLT",)})
    never = rule("never", "require_sworn", {"nature": ("ASLT",)})
    assert idle(city, allow, never) == {
        "allow": "it never decides: `never` comes first for every call that it matches",
    }


def test_a_rule_is_idle_where_several_rules_together_always_come_first(city: Policy) -> None:
    allow = rule("allow", "allow_cso", {"nature": ("ASLT", "WELFARE")})
    never = rule("never", "require_sworn", {"nature": ("ASLT",)})
    grave = rule("grave", "require_sworn", {"severity": ("moderate", "serious", "grave")})
    assert idle(city, allow, never) == {}
    assert idle(city, allow, rule("likely", "require_sworn", {"likelihood": ("likely",)}), grave) == {
        "allow": "it never decides: `likely`, `grave` come first for every call that it matches",
        "likely": "`grave` always says the same: it matches every call that this rule matches",
    }


def test_a_rule_is_not_idle_while_one_of_its_natures_is_left(city: Policy) -> None:
    allow = rule("allow", "route_to", {"nature": ("ASLT", "PARKING")})
    assert idle(city, allow, rule("never", "require_sworn", {"nature": ("ASLT",)})) == {}


def test_a_rule_on_a_danger_that_always_needs_an_officer_is_idle(city: Policy) -> None:
    allow = rule("allow", "allow_co_response", {"domestic": ("none", "verbal"), "nature": ("WELFARE",)})
    strict = rule("strict", "require_sworn", {"domestic": ("none", "verbal", "contact")})
    assert list(idle(city, allow, strict)) == ["allow"]
    contact = rule("contact", "require_sworn", {"domestic": ("contact",)})
    assert idle(city, allow, contact) == {}


def test_a_rule_that_waits_for_nothing_to_be_asked_is_idle(city: Policy) -> None:
    allow = rule("allow", "allow_cso", {"nature": ("NOISE",)})
    asks_all = rule("asks-all", "require_sworn", {"juvenile": (False, True)})
    assert list(idle(city, allow, asks_all)) == ["allow"]
    assert idle(city, allow, rule("asks", "require_sworn", {"juvenile": (True,)})) == {}


@pytest.mark.parametrize(
    ("first", "second", "idle_one"),
    [
        ("allow_cso", "allow_co_response", "one"),
        ("allow_cso", "route_to", "one"),
        ("route_to", "allow_co_response", "one"),
        ("allow_co_response", "allow_cso", None),
    ],
)
def test_a_more_cautious_route_comes_first(city: Policy, first: str, second: str, idle_one: str | None) -> None:
    narrow = rule("one", first, {"nature": ("NOISE",), "weapon": (False,)})
    wide = rule("two", second, {"nature": ("NOISE", "PARKING")})
    assert list(idle(city, narrow, wide)) == ([] if idle_one is None else [idle_one])


def test_a_rule_within_another_that_asks_no_less_is_idle(city: Policy) -> None:
    narrow = rule("narrow", "allow_cso", {"nature": ("NOISE",), "weapon": (False,)})
    wide = rule("wide", "allow_cso", {"nature": ("NOISE", "PARKING")})
    assert idle(city, narrow, wide) == {
        "narrow": "`wide` always says the same: it matches every call that this rule matches",
    }


@pytest.mark.parametrize(
    "more", [{"programme": "youth"}, {"wait_minutes": 30}, {"two_together": True}, {"vehicle": True}]
)
def test_a_rule_within_another_that_asks_more_is_not_idle(city: Policy, more: dict[str, object]) -> None:
    narrow = rule("narrow", "allow_cso", {"nature": ("NOISE",), "weapon": (False,)}, **more)
    assert idle(city, narrow, rule("wide", "allow_cso", {"nature": ("NOISE",)})) == {}


def test_a_rule_that_tells_another_agency_is_not_idle(city: Policy) -> None:
    narrow = rule("narrow", "require_sworn", {"nature": ("ASLT",), "weapon": (True,)}, notify="fire")
    wide = rule("wide", "require_sworn", {"weapon": (True,)})
    assert idle(city, narrow, wide) == {}
    assert list(idle(city, narrow, rule("wide", "require_sworn", {"weapon": (True,)}, notify="fire"))) == ["narrow"]


def test_of_twins_the_later_one_is_idle(city: Policy) -> None:
    lines: dict[str, tuple[FactValue, ...]] = {"weapon": (True,)}
    assert list(idle(city, rule("one", "require_sworn", lines), rule("two", "require_sworn", lines))) == ["two"]


def test_a_rule_that_a_switch_can_take_away_makes_no_other_idle(city: Policy) -> None:
    allow = rule("allow", "allow_cso", {"nature": ("ASLT",)})
    never = rule("never", "require_sworn", {"nature": ("ASLT",)})
    assert idle(city, allow, never, switches={"never": "at-night"}) == {}
    assert list(idle(city, allow, never, switches={"never": "at-night", "allow": "at-night"})) == ["allow"]


# What is said of idle rules holds by the judge itself.

READ = ("weapon", "domestic", "juvenile")


def _lines() -> st.SearchStrategy[dict[str, tuple[FactValue, ...]]]:
    facts = {name: st.lists(st.sampled_from(FACTS[name].values), min_size=1, unique=True).map(tuple) for name in READ}
    fixed = {
        "nature": st.lists(st.sampled_from(["ASLT", "NOISE", "PARKING", "WELFARE"]), min_size=1, unique=True).map(
            tuple
        ),
        "severity": st.just(("minor", "moderate")),
        "likelihood": st.just(("possible", "likely")),
    }
    return st.fixed_dictionaries({}, optional={**facts, **fixed}).filter(bool)


def _rules() -> st.SearchStrategy[list[Rule]]:
    effects = st.sampled_from(["require_sworn", "allow_cso", "allow_co_response", "route_to"])
    drawn = st.lists(st.tuples(effects, _lines(), st.sampled_from([30, 60]), st.booleans()), min_size=1, max_size=6)
    return drawn.map(lambda rows: [_drawn(place, *row) for place, row in enumerate(rows)])


def _drawn(place: int, effect: str, lines: dict[str, tuple[FactValue, ...]], wait: int, two: bool) -> Rule:
    more = {"wait_minutes": wait, "two_together": two} if effect.startswith("allow") else {}
    return rule(f"rule-{place}", effect, lines, **more)


def _verdicts(policy: Policy, rules: list[Rule]) -> Iterator[tuple[str, object]]:
    judge = Judge(policy.model_copy(update={"rules": tuple(rules)}))
    values: list[tuple[FactValue | None, ...]] = [(None, *FACTS[name].values) for name in READ]
    for call_type, known in product(policy.call_types, product(*values)):
        fixed = {name: getattr(call_type.presumes, name) for name in ("nature", "severity", "likelihood")}
        verdict: Verdict = judge({**fixed, **dict(zip(READ, known, strict=True))}, UNASKED)
        yield verdict.route, verdict.terms and verdict.terms[1:]


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=_rules())
def test_an_idle_rule_can_go_without_changing_any_verdict(city: Policy, rules: list[Rule]) -> None:
    before = list(_verdicts(city, rules))
    for name in idle(city, *rules):
        assert list(_verdicts(city, [item for item in rules if item.id != name])) == before


def test_a_rule_that_requires_an_officer_also_reaches_what_is_unknown() -> None:
    rules = [
        rule("grave", "require_sworn", {"severity": ("grave",)}),
        rule("minor", "allow_cso", {"severity": ("minor",), "weapon": (False,)}),
    ]
    placed = [ReadRule(item, PLACE, None) for item in rules]
    found = {idle.rule.rule.id: idle.message for idle in idle_rules(placed, [("X-REVIEW", None, None)])}
    assert found == {"minor": UNREACHED}


def test_a_rule_of_a_library_may_wait_for_another_citys_call_types_and_a_citys_own_may_not(tmp_path: Path) -> None:
    waits = FILES[RULES].replace("when: {nature: [PARKING]}", "when: {nature: [PARKING], severity: [minor, moderate]}")
    waits = waits.replace("{given: {nature: PARKING},", "{given: {nature: PARKING, severity: minor},")
    grave = edited("call_types.csv", "juvenile=no,minor,remote", "juvenile=no,grave,remote")
    types = COMMON["canonical_types.csv"].replace("juvenile=no,minor,remote", "juvenile=no,grave,remote")
    library = {RULES: waits, "canonical_types.csv": types}
    assert said(on_library(tmp_path / "taken", grave, library)) == []
    changed = {"overrides.yaml": "- {rule: parking-elsewhere, reason: x, source: x, change: {agency: city_311}}\n"}
    assert said(on_library(tmp_path / "changed", {**grave, **changed}, library)) == [
        f"../common/{RULES}:25: when: `parking-elsewhere`: {UNREACHED}"
    ]


def test_a_rule_of_a_library_that_no_city_could_use_is_named(tmp_path: Path) -> None:
    twice = FILES[RULES] + FILES[RULES][: FILES[RULES].index("- id: together")].replace("cso-if-noise", "cso-again")
    why = "`cso-if-noise` always says the same: it matches every call that this rule matches"
    assert said(on_library(tmp_path, None, {RULES: twice})) == [f"../common/{RULES}:43: when: `cso-again`: {why}"]
