"""What a rule file may say, and what it is told when it says something else."""

from pathlib import Path

import pytest

from tests.rulebook_folder import FILES, edited, line_of, problems, told, write
from triage.domain.facts import Facts
from triage.domain.policy import Rule
from triage.domain.rules import holds
from triage.rulebook import load

RULES = "rules/programmes.yaml"
SLUG = "a name of lower-case letters and digits joined by single hyphens, at most 64 characters"

EXAMPLES = """\
  examples:
    - {{given: {{{fact}: {true}}}, matches: true}}
    - {{given: {{{fact}: {false}}}, matches: false}}
    - {{given: {{}}, matches: null}}
"""


def one_rule(effect: str, line: str, more: str = "", examples: str = "[]") -> dict[str, str]:
    """A file with one more rule, whose examples are not to the point."""
    text = f"- id: one-more\n  effect: {effect}\n  when: {line}\n  because: So.\n  source: assumption\n"
    return {"rules/one.yaml": f"{text}{more}  examples: {examples}\n"}


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ({"nature": "NOISE", "weapon": False}, True),
        ({"nature": "NOISE", "weapon": True}, False),
        ({"nature": "NOISE"}, None),
        ({"weapon": True}, False),
        ({}, None),
    ],
)
def test_one_false_line_makes_a_rule_false_whatever_is_unknown(
    known: dict[str, object], *, answer: bool | None
) -> None:
    rule = Rule(
        id="one", effect="allow_cso", when={"nature": ("NOISE", "MUSIC"), "weapon": (False,)}, because="So.", source="-"
    )
    assert holds(rule, Facts.model_validate(known)) is answer


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        ("domestic: [none, verbal]", "wepon: [no]", "14: when.wepon: unknown fact `wepon`", "weapon"),
        ("[none, verbal]", "[none, contct]", "14: when.domestic: unknown value `contct`", "contact"),
        (
            "[none, verbal]",
            "[no]",
            "14: when.domestic: `no` is an answer to a yes-or-no question, which `domestic` is not",
            "none",
        ),
        (
            "[none, verbal]",
            "[true]",
            "14: when.domestic: `true` is an answer to a yes-or-no question, which `domestic` is not",
            None,
        ),
        ("weapon: [false]", "weapon: [off]", "3: when.weapon: unknown value `off`", None),
        ("weapon: [false]", "weapon: [null]", "3: when.weapon: is empty", None),
        ("weapon: [false]", "weapon: [false, no]", "3: when.weapon: `no` is listed twice", None),
        ("weapon: [false]", "weapon: []", "3: when.weapon: is empty: the list needs at least one entry", None),
        ("weapon: [false]", "weapon: false", "3: when.weapon: should be a list: write it in square brackets", None),
        ("weapon: [false]", "weapon: [[false]]", "3: when.weapon: should be one value, not a list or a table", None),
        (
            "[PARKING]}\n  because",
            "[PARKNG]}\n  because",
            "27: when.nature: unknown canonical type `PARKNG`",
            "PARKING",
        ),
        (
            "[PARKING]}\n  because",
            "[parking]}\n  because",
            "27: when.nature: `parking` is not a canonical type: 2 to 16 capital letters, digits and hyphens",
            None,
        ),
        ("when: {nature: [PARKING]}", "when: {}", "27: when: is empty: a rule needs at least one line", None),
        ("when: {nature: [PARKING]}", "when: nature", "27: when: should be a table of `fact: [values]`", None),
        ("effect: allow_cso", "effect: allow_csos", "2: effect: unknown effect `allow_csos`", "allow_cso"),
        ("  because: It is only noise.\n", "", "1: because: is missing", None),
        ("because: It is only noise.", "because: ''", "4: because: is empty", None),
        (
            "because: It is only noise.",
            f"because: {'x' * 601}",
            "4: because: `" + "x" * 57 + "...` is not a text of at most 600 characters",
            None,
        ),
        (
            "because: It is only noise.",
            'because: "a\\u200bb"',
            "4: because: `a?b` holds a character that nobody can see: type it again",
            None,
        ),
        ("  programme: community\n", "", "1: programme: is missing", None),
        ("programme: community", "programme: comunity", "6: programme: unknown programme `comunity`", "community"),
        ("  wait_minutes: 120\n", "", "1: wait_minutes: is missing", None),
        (
            "wait_minutes: 120",
            "wait_minutes: 1.5",
            "7: wait_minutes: `1.5` is not a whole number from 0 to 10080",
            None,
        ),
        (
            "wait_minutes: 120",
            "wait_minutes: 10081",
            "7: wait_minutes: `10081` is not a whole number from 0 to 10080",
            None,
        ),
        ("  agency: parking_enforcement\n", "", "25: agency: is missing", None),
        (
            "agency: parking_enforcement",
            "agency: Parking",
            f"30: agency: `Parking` is not {SLUG}",
            None,
        ),
        ("two_together: true", "two_together: 1", "19: two_together: unknown value `1`", None),
        (
            "  switch: quiet-hours\n",
            "  programme: youth\n",
            "39: programme: only allow_cso or allow_co_response can have it, not require_sworn",
            None,
        ),
        (
            "  agency: parking_enforcement\n",
            "  agency: x\n  notify: y\n",
            "31: notify: only require_sworn can have it, not route_to",
            None,
        ),
        (
            "switch: quiet-hours",
            "switch: quiet-hour",
            "39: switch: agency.yaml has no switch `quiet-hour`",
            "quiet-hours",
        ),
        ("switch: quiet-hours", "switch:", "39: switch: is empty", None),
        ("vehicle: true", "vehicel: true", "20: vehicel: unknown field `vehicel`", "vehicle"),
        (
            "- id: cso-if-noise",
            "- id: parking-elsewhere",
            "25: id: `parking-elsewhere` is already used in rules/programmes.yaml:1",
            None,
        ),
        (
            "- id: cso-if-noise",
            "- id: sworn-if-weapon",
            "1: id: `sworn-if-weapon` is already used in rules/danger.yaml:1",
            None,
        ),
        (
            "- id: cso-if-noise",
            "- id: cso if noise",
            f"1: id: `cso if noise` is not {SLUG}",
            None,
        ),
    ],
)
def test_an_error_in_a_rule_is_named_with_what_would_be_right(
    tmp_path: Path, old: str, new: str, problem: str, near: str | None
) -> None:
    found = told(tmp_path, edited(RULES, old, new))
    assert [item for item in found if not item[0].startswith("agency.yaml")] == [(f"{RULES}:{problem}", near)]


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        (
            "{nature: NOISE}, matches: null}\n",
            "{nature: NOISE, weapon: no}, matches: null}\n",
            "11: examples.matches: the example says `null`, the rule gives `true`",
            None,
        ),
        (
            "    - {given: {nature: NOISE}, matches: null}\n",
            "",
            "9: examples: no example where the rule matches: null",
            None,
        ),
        (
            "    - {given: {nature: NOISE, weapon: false}, matches: true}\n",
            "",
            "9: examples: no example where the rule matches: true",
            None,
        ),
        (
            "    - {given: {nature: ASLT, weapon: null}, matches: false}\n",
            "",
            "9: examples: no example where the rule matches: false",
            None,
        ),
        (
            "given: {nature: ASLT, weapon: null}",
            "given: {nature: ASLT, wepon: null}",
            "10: examples.given.wepon: unknown fact `wepon`",
            "weapon",
        ),
        (
            "given: {nature: ASLT, weapon: null}",
            "given: {nature: ASLD}",
            "10: examples.given.nature: unknown canonical type `ASLD`",
            "ASLT",
        ),
        (
            "given: {nature: ASLT, weapon: null}",
            "given: nothing",
            "10: examples.given: should be a table of `fact: value`",
            None,
        ),
        ("weapon: null}, matches: false}", "weapon: null}}", "10: examples.matches: is missing", None),
        (
            "weapon: null}, matches: false}",
            "weapon: null}, matches: perhaps}",
            "10: examples.matches: unknown outcome `perhaps`",
            None,
        ),
        (
            "weapon: null}, matches: false}",
            "weapon: null}, match: false}",
            "10: examples.match: unknown field `match`",
            "matches",
        ),
    ],
)
def test_an_error_in_an_example_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"{RULES}:{problem}", near) in told(tmp_path, edited(RULES, old, new))


def test_an_error_is_one_line_with_the_nearest_and_all_valid_values(tmp_path: Path) -> None:
    assert problems(tmp_path, edited(RULES, "[none, verbal]", "[none, contct]")) == [
        f"{RULES}:14: when.domestic: unknown value `contct`; did you mean `contact`? valid: none, verbal, contact"
    ]


def test_a_rule_without_examples_is_refused(tmp_path: Path) -> None:
    text = FILES[RULES]
    last = text.rindex("  examples")
    assert problems(tmp_path, {RULES: text[:last]}) == [
        f"{RULES}:{line_of(RULES, '- id: sworn-at-night')}: examples: is missing"
    ]


def test_facts_that_nobody_asks_need_no_example_of_the_unknown(tmp_path: Path) -> None:
    assert "parking-elsewhere" in {rule.id for rule in load(write(tmp_path)).rules}


@pytest.mark.parametrize(
    ("effect", "line", "problem"),
    [
        (
            "require_sworn",
            "{domestic: [verbal]}",
            "a more dangerous `domestic=contact` would not need an officer though `verbal` does",
        ),
        (
            "require_sworn",
            "{severity: [minor, grave]}",
            "a more dangerous `severity=moderate` would not need an officer though `minor` does",
        ),
        (
            "require_sworn",
            "{weapon: [false]}",
            "a more dangerous `weapon=true` would not need an officer though `false` does",
        ),
        (
            "allow_cso",
            "{domestic: [verbal, contact]}",
            "a safer `domestic=none` would not be allowed though `contact` is",
        ),
        ("allow_co_response", "{weapon: [true]}", "a safer `weapon=false` would not be allowed though `true` is"),
        ("route_to", "{priority: [low, urgent]}", "a safer `priority=routine` would not be allowed though `urgent` is"),
    ],
)
def test_more_danger_may_only_ever_add_an_officer(tmp_path: Path, effect: str, line: str, problem: str) -> None:
    fact = line[1 : line.index(":")]
    assert f"rules/one.yaml:3: when.{fact}: {problem}" in problems(tmp_path, one_rule(effect, line))


@pytest.mark.parametrize(
    ("effect", "line"),
    [
        ("require_sworn", "{domestic: [contact, verbal]}"),
        ("require_sworn", "{dispute: [family]}"),
        ("allow_cso", "{domestic: [verbal, none]}"),
        ("allow_cso", "{behavioral_crisis: [true]}"),
    ],
)
def test_a_line_that_skips_no_danger_is_fine(tmp_path: Path, effect: str, line: str) -> None:
    assert not [text for text in problems(tmp_path, one_rule(effect, line)) if "when" in text and "matches" not in text]


def test_an_error_in_one_line_does_not_hide_or_invent_another(tmp_path: Path) -> None:
    found = problems(
        tmp_path, edited(RULES, "nature: [WELFARE], domestic: [none, verbal]", "natur: [X], domestic: [verbal, x]")
    )
    assert [text.split(";")[0] for text in found] == [
        f"{RULES}:14: when.natur: unknown fact `natur`",
        f"{RULES}:14: when.domestic: unknown value `x`",
    ]


def test_numbers_and_truths_are_taken_as_the_fact_wants_them(tmp_path: Path) -> None:
    examples = EXAMPLES.format(fact="channel", true="911", false="'phone'")
    text = one_rule("require_sworn", "{channel: [911], weapon: [YES]}")["rules/one.yaml"]
    text = text.replace(
        "  examples: []\n", examples.replace("{}", "{weapon: True}").replace("911}", "911, weapon: yes}")
    )
    rules = load(write(tmp_path, {"rules/one.yaml": text})).rules
    assert next(rule for rule in rules if rule.id == "one-more").when == {"channel": ("911",), "weapon": (True,)}


def test_a_rule_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, {"rules/one.yaml": "id: x"}) == [
        "rules/one.yaml:1: should be a list: begin each entry with `- `"
    ]
    found = problems(tmp_path, {"rules/one.yaml": "- x"})
    assert len(found) == 1
    assert found[0].startswith("rules/one.yaml:1: should be a table with the fields id, effect, when")


def test_natures_are_not_checked_where_the_table_cannot_be_read(tmp_path: Path) -> None:
    assert problems(tmp_path, {"call_types.csv": None}) == ["call_types.csv: the file is missing"]
