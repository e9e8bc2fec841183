"""An agency changes single fields of a library's rule, or turns it off, with a reason; all of it is checked again."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.rulebook_folder import CITY, INCLUDE, on_library, said, told, write
from triage.domain.policy import Rule
from triage.rulebook import Origin, Overridden, check, load

WHY = "reason: The chief wants it so., source: assumption"
LIBRARY = "../common/rules/programmes.yaml"
NOT_THERE = "no rule that this folder takes from a library is called"
IDLE = "it never decides: `sworn-if-welfare-always` comes first for every call that it matches"
OWN = "is a rule of this folder: change it where it stands"
OWN_RULE = """\
- id: sworn-if-welfare-at-night
  effect: require_sworn
  when: {nature: [WELFARE], channel: [text]}
  because: An officer goes.
  source: assumption
  examples:
    - {given: {nature: WELFARE, channel: text}, matches: true}
    - {given: {nature: NOISE, channel: text}, matches: false}
"""
STRICTER = """\
- rule: cso-if-noise
  reason: Two parks only.
  source: assumption
  change:
    when: {nature: [NOISE], weapon: [false], violence: [false]}
    examples:
      - {given: {nature: NOISE, weapon: false, violence: false}, matches: true}
      - {given: {nature: NOISE, weapon: false, violence: true}, matches: false}
      - {given: {nature: NOISE}, matches: null}
"""


def changing(rule: str, change: str) -> dict[str, str]:
    """An override of one rule."""
    return {"overrides.yaml": f"- {{rule: {rule}, {WHY}, change: {{{change}}}}}\n"}


def off(rule: str) -> dict[str, str]:
    """An override that turns a rule off."""
    return {"overrides.yaml": f"- {{rule: {rule}, {WHY}, off: true}}\n"}


def noise(rest: str) -> str:
    """A list of one override of `cso-if-noise`, with what it says beside its reason and source."""
    return f"- {{rule: cso-if-noise, {WHY}{rest}}}\n"


def rules(folder: Path, changes: Mapping[str, str] | None = None) -> dict[str, Rule]:
    """The rules of the city with these changes, by their ids."""
    return {rule.id: rule for rule in load(on_library(folder, changes)).rules}


@pytest.mark.parametrize(
    ("rule", "change", "field", "value"),
    [
        ("cso-if-noise", "because: Another one.", "because", "Another one."),
        ("cso-if-noise", "source: Order 7.", "source", "Order 7."),
        ("cso-if-noise", "programme: youth", "programme", "youth"),
        ("cso-if-noise", "wait_minutes: 15", "wait_minutes", 15),
        ("cso-if-noise", "two_together: yes", "two_together", True),
        ("together-if-welfare", "vehicle: no", "vehicle", False),
        ("together-if-welfare", "vehicle: null", "vehicle", False),
        ("parking-elsewhere", "agency: city_311", "agency", "city_311"),
        ("sworn-if-medical-emergency", "notify: ambulance", "notify", "ambulance"),
        ("sworn-if-medical-emergency", "notify: null", "notify", None),
    ],
)
def test_one_field_changes_and_nothing_else(tmp_path: Path, rule: str, change: str, field: str, value: object) -> None:
    plain = rules(tmp_path / "plain")
    changed = rules(tmp_path / "changed", changing(rule, change))
    assert list(changed) == list(plain)
    assert getattr(plain[rule], field) != value
    assert changed[rule] == plain[rule].model_copy(update={field: value})
    assert {name: item for name, item in changed.items() if name != rule} == {
        name: item for name, item in plain.items() if name != rule
    }


def test_a_switch_may_be_hung_on_a_rule_or_taken_from_it(tmp_path: Path) -> None:
    assert "sworn-at-night" not in rules(tmp_path / "off")
    assert "sworn-at-night" in rules(tmp_path / "on", {**changing("sworn-at-night", "switch: null"), **no_switch()})
    hung = changing("cso-if-noise", "switch: quiet-hours")
    assert "cso-if-noise" not in rules(tmp_path / "hung", hung)


def no_switch() -> dict[str, str]:
    """The city's settings without the switch that nothing hangs on any more."""
    return {"agency.yaml": (CITY["agency.yaml"] or "").replace(", quiet-hours: false", "")}


def test_other_conditions_come_with_examples_of_their_own(tmp_path: Path) -> None:
    plain = rules(tmp_path / "plain")["cso-if-noise"]
    changed = rules(tmp_path / "changed", {"overrides.yaml": STRICTER})["cso-if-noise"]
    assert changed.when == {"nature": ("NOISE",), "violence": (False,), "weapon": (False,)}
    assert changed == plain.model_copy(update={"when": changed.when})


def test_another_effect_drops_the_fields_that_it_cannot_have(tmp_path: Path) -> None:
    examples = "[{given: {nature: PARKING}, matches: true}, {given: {nature: NOISE}, matches: false}]"
    sworn = rules(tmp_path / "a", changing("parking-elsewhere", f"effect: require_sworn, examples: {examples}"))
    assert (sworn["parking-elsewhere"].effect, sworn["parking-elsewhere"].agency) == ("require_sworn", None)
    lacking = on_library(tmp_path / "b", changing("parking-elsewhere", f"effect: allow_cso, examples: {examples}"))
    assert [text.split(": ")[1:] for text in said(lacking)] == [
        ["programme", "is missing"],
        ["wait_minutes", "is missing"],
    ]


def test_a_rule_that_is_off_is_gone_but_its_origin_says_why(tmp_path: Path) -> None:
    city = on_library(tmp_path, off("parking-elsewhere"))
    checked = check(city)
    assert checked.policy is not None
    assert "parking-elsewhere" not in {rule.id for rule in checked.policy.rules}
    (gone,) = [origin for origin in checked.origins if origin.rule_id == "parking-elsewhere"]
    overridden = Overridden("overrides.yaml", 1, "The chief wants it so.", off=True)
    assert gone == Origin("parking-elsewhere", "route_to", LIBRARY, 25, overridden)
    assert checked.rules == len(checked.origins) - 1


def test_a_changed_rule_stays_where_it_stands_and_its_origin_says_why(tmp_path: Path) -> None:
    origins = check(on_library(tmp_path, {"overrides.yaml": STRICTER})).origins
    assert [origin for origin in origins if origin.overridden is not None] == [
        Origin("cso-if-noise", "allow_cso", LIBRARY, 1, Overridden("overrides.yaml", 1, "Two parks only.", off=False))
    ]


@pytest.mark.parametrize(
    ("text", "problem", "near"),
    [
        (f"- {{rule: cso-if-nois, {WHY}, off: true}}", f"1: rule: {NOT_THERE} `cso-if-nois`", "cso-if-noise"),
        (f"- {{rule: sworn-if-welfare-at-night, {WHY}, off: true}}",
         f"1: rule: `sworn-if-welfare-at-night` {OWN}", None),
        (noise(", off: true") + noise(", change: {wait_minutes: 1}"),
         "2: rule: `cso-if-noise` is already used in overrides.yaml:1", None),
        (noise(", off: no"), "1: off: is false: leave the override out, and the rule applies", None),
        (noise(""), "1: should have either `change` or `off: true`", None),
        (noise(", off: true, change: {wait_minutes: 1}"),
         "1: should have either `change` or `off: true`", None),
        ("- {rule: cso-if-noise, reason: x, off: true}", "1: source: is missing", None),
        ("- {rule: cso-if-noise, source: x, off: true}", "1: reason: is missing", None),
        (noise(", of: true, off: true"), "1: of: unknown field `of`", "off"),
        (noise(", change: {}"), "1: change: is empty: name the fields that change", None),
        (noise(", change: [wait_minutes]"),
         "1: change: should be a table of the fields that change", None),
        (noise(", change: {id: cso-if-loud}"),
         "1: change.id: cannot change: other records name the rule by it", None),
        (noise(", change: {wait_minutes: 120}"),
         "1: change: changes nothing of `cso-if-noise`: the library says the same", None),
        (noise(", change: {wait_minute: 60}"), "1: change.wait_minute: unknown field `wait_minute`",
         "wait_minutes"),
        (noise(", change: {wait_minutes: soon}"),
         "1: change.wait_minutes: `soon` is not a whole number from 0 to 10080", None),
        (noise(", change: {wait_minutes: null}"), "1: change.wait_minutes: is empty", None),
        (noise(", change: {agency: city}"),
         "1: change.agency: only route_to can have it, not allow_cso", None),
        (noise(", change: {switch: quiet}"), "1: change.switch: agency.yaml has no switch `quiet`",
         "quiet-hours"),
        (noise(", change: {when: {nature: [NOISE]}}"),
         "1: change.when: changes what the rule is about: give `examples` too", None),
        (noise(", change: {effect: allow_co_response}"),
         "1: change.effect: changes what the rule is about: give `examples` too", None),
        (STRICTER + "      - {given: {nature: WELFARE}, matches: true}\n",
         "10: change.examples.matches: the example says `true`, the rule gives `false`", None),
        (STRICTER.replace("violence: [false]", "violnce: [false]"), "5: change.when.violnce: unknown fact `violnce`",
         "violence"),
        ("rule: cso-if-noise", "1: should be a list: begin each entry with `- `", None),
    ],
)  # fmt: skip
def test_an_error_in_an_override_is_named_where_it_stands(
    tmp_path: Path, text: str, problem: str, near: str | None
) -> None:
    city = on_library(tmp_path, {"overrides.yaml": text, "rules/own.yaml": OWN_RULE})
    found = [(str(item).split("; ")[0], item.nearest) for item in check(city).problems]
    assert found == [(f"overrides.yaml:{problem}", near)]


def test_examples_of_the_library_run_again_on_the_changed_rule(tmp_path: Path) -> None:
    examples = "[{given: {nature: WELFARE, domestic: verbal}, matches: false}]"
    found = said(on_library(tmp_path, changing("together-if-welfare", f"examples: {examples}")))
    assert found[0] == ("overrides.yaml:1: change.examples.matches: the example says `false`, the rule gives `true`")


def test_an_error_of_the_library_in_a_changed_rule_is_said_once_and_named_there(tmp_path: Path) -> None:
    text = (
        "- id: x\n  effect: allow_cso\n  when: {nature: [NOISE]}\n  programme: youth\n  wait_minutes: 9\n  source: x\n"
    )
    common = {"rules/more.yaml": text + "  because: x\n  examples: [{given: {nature: NOISE}, matches: tru}]\n"}
    names = {"agency.yaml": (CITY["agency.yaml"] or "").replace(INCLUDE, INCLUDE.replace("]", ", rules/more]"))}
    found = said(on_library(tmp_path, {**names, **changing("x", "wait_minutes: 7")}, common))
    assert [item.split(";")[0] for item in found] == [
        "../common/rules/more.yaml:8: examples.matches: unknown outcome `tru`"
    ]


def test_a_rule_that_the_folder_cannot_use_can_be_turned_off(tmp_path: Path) -> None:
    without = {"agency.yaml": (CITY["agency.yaml"] or "").replace("police-on-request: true, ", "")}
    assert said(on_library(tmp_path / "on", without)) == [
        "../common/rules/danger.yaml:115: switch: agency.yaml has no switch `police-on-request`; valid: quiet-hours"
    ]
    assert said(on_library(tmp_path / "off", {**without, **off("sworn-if-police-requested")})) == [
        "rules: no rule calls an officer for `police_requested=true` alone"
    ]


def test_a_danger_that_an_override_uncovers_is_warned_about(tmp_path: Path) -> None:
    city = on_library(tmp_path, off("sworn-if-weapon"))
    assert said(city) == ["rules: no rule calls an officer for `weapon=true` alone"]
    assert check(city).policy is not None


def test_a_rule_that_an_override_makes_idle_is_warned_about(tmp_path: Path) -> None:
    own = OWN_RULE.replace(", channel: [text]", "").replace(", channel: text", "").replace("at-night", "always")
    city = on_library(tmp_path, {"rules/own.yaml": own, **changing("together-if-welfare", "wait_minutes: 5")})
    assert said(city) == [f"{LIBRARY}:12: when: `together-if-welfare`: {IDLE}"]


def test_an_override_of_a_switched_off_rule_still_counts_for_nothing(tmp_path: Path) -> None:
    assert "sworn-at-night" not in rules(tmp_path, changing("sworn-at-night", "because: Nobody works."))


def test_overrides_without_a_library_change_nothing_and_are_refused(tmp_path: Path) -> None:
    assert told(tmp_path, off("cso-if-noise")) == [
        ("overrides.yaml:1: rule: `cso-if-noise` is a rule of this folder: change it where it stands", None)
    ]


def test_what_an_override_changes_changes_the_digest_and_its_reason_does_not(tmp_path: Path) -> None:
    plain = load(on_library(tmp_path / "plain")).digest
    shorter = changing("cso-if-noise", "wait_minutes: 15")
    digest = load(on_library(tmp_path / "shorter", shorter)).digest
    assert digest != plain
    assert load(on_library(tmp_path / "off", off("cso-if-noise"))).digest not in {plain, digest}
    otherwise = {
        "overrides.yaml": "# why\n" + shorter["overrides.yaml"].replace("The chief wants it so.", "For a month.")
    }
    assert load(on_library(tmp_path / "otherwise", otherwise)).digest == digest


def test_an_empty_list_of_overrides_is_fine(tmp_path: Path) -> None:
    assert said(on_library(tmp_path, {"overrides.yaml": "[]"})) == []


def test_the_order_of_overrides_does_not_matter(tmp_path: Path) -> None:
    one, two = (
        changing(rule, "wait_minutes: 15")["overrides.yaml"] for rule in ("cso-if-noise", "together-if-welfare")
    )
    first = load(on_library(tmp_path / "a", {"overrides.yaml": one + two})).digest
    assert load(on_library(tmp_path / "b", {"overrides.yaml": two + one})).digest == first
    assert load(write(tmp_path / "a" / "city", {**CITY, "overrides.yaml": one})).digest != first
