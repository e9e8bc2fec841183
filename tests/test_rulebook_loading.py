"""An agency's folder becomes one policy, or refuses with everything that is wrong with it."""

import os
from pathlib import Path

import pytest

from tests.rulebook_folder import FILES, edited, problems, write
from triage.domain.errors import TriageError
from triage.domain.policy import Policy
from triage.rulebook import RulebookError, check, load


def test_a_sound_folder_loads_without_a_problem(tmp_path: Path) -> None:
    checked = check(write(tmp_path / "city"))
    assert checked.problems == ()
    assert (checked.rules, checked.examples) == (18, 52)
    assert checked.policy == load(tmp_path / "city")


def test_the_policy_holds_what_the_files_say(tmp_path: Path) -> None:
    policy = load(write(tmp_path / "city"))
    assert (policy.agency, policy.time_zone, policy.classifier) == ("Test City", "America/Los_Angeles", "none")
    assert policy.authority_limit == 0.01
    assert policy.priorities == {"-1": "low", "1": "emergency", "2": "urgent", "3": "routine"}
    assert policy.channels == {"911": "911", "ONVIEW": "officer"}
    assert list(policy.override_reasons) == ["officer-on-scene", "supervisor"]
    assert policy.negations == ("no", "not")
    assert [(cue.id, cue.fact, cue.value, cue.words) for cue in policy.cues] == [
        ("gun", "weapon", True, ("gun", "guns")),
        ("shelter", "need", "shelter", ("tent",)),
    ]
    assert [(item.code, item.cso) for item in policy.dispositions] == [
        ("ASSISTANCE RENDERED", True),
        ("PHYSICAL ARREST MADE", False),
    ]


def test_rules_stand_in_the_order_of_file_names_and_rows(tmp_path: Path) -> None:
    ids = [rule.id for rule in load(write(tmp_path / "city")).rules]
    assert ids[0] == "sworn-if-weapon"
    assert ids[-3:] == ["cso-if-noise", "together-if-welfare", "parking-elsewhere"]


def test_a_rule_keeps_its_demands(tmp_path: Path) -> None:
    rules = {rule.id: rule for rule in load(write(tmp_path / "city")).rules}
    together = rules["together-if-welfare"]
    assert together.when == {"domestic": ("none", "verbal"), "nature": ("WELFARE",)}
    assert (together.programme, together.wait_minutes) == ("navigation", 30)
    assert (together.two_together, together.vehicle) == (True, True)
    assert rules["parking-elsewhere"].agency == "parking_enforcement"
    assert rules["sworn-if-medical-emergency"].notify == "fire_department"


def test_a_rule_applies_only_if_its_switch_is_on(tmp_path: Path) -> None:
    ids = {rule.id for rule in load(write(tmp_path / "city")).rules}
    assert "sworn-if-police-requested" in ids
    assert "sworn-at-night" not in ids
    turned = edited(
        "agency.yaml", "police-on-request: true, quiet-hours: false", "police-on-request: no, quiet-hours: yes"
    )
    ids = {rule.id for rule in load(write(tmp_path / "turned", turned)).rules}
    assert "sworn-if-police-requested" not in ids
    assert "sworn-at-night" in ids


def test_a_rule_is_checked_though_its_switch_is_off(tmp_path: Path) -> None:
    broken = edited("rules/programmes.yaml", "{channel: phone, nature: NOISE}", '{channel: "911", nature: NOISE}')
    assert problems(tmp_path, broken) == [
        "rules/programmes.yaml:42: examples.matches: the example says `false`, the rule gives `true`",
    ]


def test_a_policy_survives_being_stored(tmp_path: Path) -> None:
    policy = load(write(tmp_path / "city"))
    again = Policy.model_validate_json(policy.model_dump_json())
    assert again == policy
    assert again.digest == policy.digest


def test_an_error_refuses_the_folder_and_names_every_error(tmp_path: Path) -> None:
    changes = {
        **edited("agency.yaml", "classifier: none", "classifier: noone"),
        **edited("cues.yaml", "id: gun", "id: Gun"),
        **edited("rules/programmes.yaml", "effect: route_to", "effect: routeto"),
        "units.yaml": None,
    }
    with pytest.raises(RulebookError) as caught:
        load(write(tmp_path, changes))
    assert isinstance(caught.value, TriageError)
    assert [(problem.file, problem.line, problem.field, problem.nearest) for problem in caught.value.problems] == [
        ("agency.yaml", 3, "classifier", "none"),
        ("cues.yaml", 3, "cues.id", None),
        ("rules/programmes.yaml", 26, "effect", "route_to"),
        ("units.yaml", None, None, None),
    ]
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]


def test_a_warning_does_not_stop_loading_and_is_no_part_of_a_refusal(tmp_path: Path) -> None:
    stranger = {"cue.yaml": ""}
    assert problems(tmp_path / "warned", stranger) == ["cue.yaml: this file is not read; did you mean `cues.yaml`?"]
    assert load(tmp_path / "warned")
    with pytest.raises(RulebookError) as caught:
        load(write(tmp_path / "refused", {**stranger, "units.yaml": None}))
    assert str(caught.value) == "units.yaml: the file is missing"


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("rules/")])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path, {name: None}) == [f"{name}: the file is missing"]


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    without = {name: None for name in FILES if name.startswith("rules/")}
    assert problems(tmp_path, without) == ["rules: there is no rule file: an agency needs at least one"]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"there is no such folder$"):
        load(tmp_path / "nowhere")


def test_a_folder_where_a_file_should_be_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, {"units.yaml": None})
    (folder / "units.yaml").mkdir()
    assert [str(problem) for problem in check(folder).problems] == ["units.yaml: it is not a file"]


def test_a_pipe_where_a_file_should_be_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    folder = write(tmp_path, {"units.yaml": None})
    os.mkfifo(folder / "units.yaml")
    assert [str(problem) for problem in check(folder).problems] == ["units.yaml: it is not a file"]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "city", {"units.yaml": None})
    (tmp_path / "elsewhere.yaml").write_text(FILES["units.yaml"])
    (folder / "units.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert [str(problem) for problem in check(folder).problems] == [
        "units.yaml: it is a link to a file outside the folder: put the file itself here"
    ]


def test_a_link_to_the_folder_itself_is_fine(tmp_path: Path) -> None:
    write(tmp_path / "city")
    (tmp_path / "link").symlink_to(tmp_path / "city")
    assert check(tmp_path / "link").problems == ()


def test_a_link_that_goes_round_in_a_circle_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, {"units.yaml": None})
    (folder / "units.yaml").symlink_to(folder / "units.yaml")
    (text,) = [str(problem) for problem in check(folder).problems]
    assert text.startswith("units.yaml: the file cannot be read: ")


@pytest.mark.parametrize("name", ["rules/danger.yml", "rules/DANGER.YAML", "rules/-danger.yaml"])
def test_a_rule_file_with_almost_the_right_name_is_refused(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path, {name: "- x"}) == [
        f"{name}: not read: only files with a plain name that ends in `.yaml` are"
    ]


def test_files_of_editors_and_texts_for_people_are_left_alone(tmp_path: Path) -> None:
    assert (
        problems(tmp_path, {"rules/.danger.yaml.swp": b"\0", "README.md": "", "rules/README.md": "", ".DS_Store": ""})
        == []
    )


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    limit = 1024 * 1024
    assert problems(tmp_path, {"cues.yaml": b"#" * (limit + 1)}) == [
        f"cues.yaml: the file is too big: at most {limit} bytes"
    ]


def test_a_rule_set_without_a_rule_for_each_danger_is_warned_about(tmp_path: Path) -> None:
    assert problems(tmp_path, {"rules/danger.yaml": "[]"}) == [
        "agency.yaml:5: switches: no rule hangs on the switch `police-on-request`",
        (
            "rules: no rule calls an officer for `weapon=true`, `violence=true`, `medical_emergency=true`, "
            "`suicide=attempt`, `child_in_danger=true`, `domestic=contact`, `order_violation=true`, `barricaded=true`, "
            "`crime_in_progress=true`, `suspect_on_scene=true`, `nature_unknown=true`, `unsafe_approach=true`, "
            "`police_requested=true`, `hazard_flag=true` alone"
        ),
    ]
