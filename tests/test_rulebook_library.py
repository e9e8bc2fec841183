"""A folder takes from a common library by name, and adds to it: what counts, in which order, and what is refused."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from tests.rulebook_folder import CITY, COMMON, FILES, INCLUDE, PROGRAMMES, edited, files_of, on_library, said, write
from triage.domain.policy import Policy
from triage.rulebook import Origin, check, load
from triage.rulebook.loading import check_files

AGENCY = CITY["agency.yaml"] or ""
NAMES = "canonical_types, cues, dispositions, override_reasons, profiles, rules/danger, rules/programmes"
FILE_NAMES = "canonical_types.csv, dispositions.csv, cues.yaml, override_reasons.yaml, profiles.yaml, rules/*.yaml"
WRITE_AN_OVERRIDE = (
    "to change a rule of the library, write an override in overrides.yaml; to add one, choose another id"
)
ANOTHER_NAME = "the library has that name, so choose another"
LEAVE_IT_OUT = "the library's row is the same code, so leave it out here"
OWN_RULE = """\
- id: cso-if-parked
  effect: allow_cso
  when: {nature: [PARKING], juvenile: [true]}
  because: It is only parking.
  source: assumption
  programme: youth
  wait_minutes: 60
  examples:
    - {given: {nature: PARKING, juvenile: true}, matches: true}
    - {given: {nature: NOISE}, matches: false}
    - {given: {nature: PARKING}, matches: null}
"""


def including(names: str) -> dict[str, str]:
    """The city's settings, with these names included."""
    return {"agency.yaml": AGENCY.replace(INCLUDE, names)}


def with_library(path: str) -> dict[str, str]:
    """The city's settings, with the library elsewhere."""
    return {"agency.yaml": AGENCY.replace("../common", path)}


def call_types(policy: Policy) -> dict[str, dict[str, object]]:
    """What each call type presumes, by its name."""
    return {entry.name: entry.presumes.model_dump(exclude_none=True) for entry in policy.call_types}


def test_what_is_taken_from_a_library_counts_as_if_it_stood_in_the_folder(tmp_path: Path) -> None:
    alone = load(write(tmp_path / "alone")).model_dump()
    shared = load(on_library(tmp_path)).model_dump()
    added = {
        "rules": "sworn-if-not-reviewed",
        "call_types": "APCO:",
        "dispositions": "settled",
        "override_reasons": "caller-updated",
    }
    for field in alone:
        if field in added:
            kept = [item for item in shared[field] if added[field] not in str(item)]
            assert len(kept) < len(shared[field])
            assert kept == list(alone[field]), field
        else:
            assert shared[field] == alone[field], field


def test_each_rule_says_where_it_comes_from_as_seen_from_the_folder(tmp_path: Path) -> None:
    origins = check(on_library(tmp_path, {"rules/own.yaml": OWN_RULE})).origins
    assert origins[0] == Origin("sworn-if-weapon", "require_sworn", "../common/rules/danger.yaml", 1, None)
    assert origins[15] == Origin("cso-if-parked", "allow_cso", "rules/own.yaml", 1, None)
    assert [origin.rule_id for origin in origins[16:]] == [
        "cso-if-noise",
        "together-if-welfare",
        "parking-elsewhere",
        "sworn-at-night",
    ]


def test_rules_stand_in_the_order_of_file_names_and_the_librarys_file_comes_first(tmp_path: Path) -> None:
    own = {f"rules/{name}.yaml": OWN_RULE.replace("cso-if-parked", f"cso-{name}") for name in ("danger", "aaa", "zzz")}
    policy = load(on_library(tmp_path, own))
    ids = [rule.id for rule in policy.rules]
    assert ids[0] == "cso-aaa"
    assert ids[1] == "sworn-if-weapon"
    assert ids.index("sworn-if-not-reviewed") + 1 == ids.index("cso-danger")
    assert ids.index("cso-danger") + 1 == ids.index("cso-if-noise")
    assert ids[-1] == "cso-zzz"


def test_own_profiles_cues_dispositions_and_reasons_add_to_the_librarys(tmp_path: Path) -> None:
    own_type = "NOISE AGAIN,NOISE,exact,mild,,minor,remote,assumption\n"
    changes = {
        "profiles.yaml": "profiles: [{id: mild, presumes: {weapon: no}, because: Mild., source: assumption}]",
        "cues.yaml": "cues: [{id: knife, fact: weapon, value: true, words: [knife], source: assumption}]",
        "call_types.csv": FILES["call_types.csv"] + own_type,
    }
    policy = load(on_library(tmp_path, changes))
    assert call_types(policy)["NOISE AGAIN"]["weapon"] is False
    assert [cue.id for cue in policy.cues] == ["gun", "shelter", "knife"]
    assert policy.negations == ("no", "not")
    assert [item.code for item in policy.dispositions] == ["settled", "ASSISTANCE RENDERED", "PHYSICAL ARREST MADE"]
    assert list(policy.override_reasons) == ["caller-updated", "officer-on-scene", "supervisor"]


def test_a_negation_that_stands_in_both_counts_once(tmp_path: Path) -> None:
    own = "negations: [never, not]\ncues: [{id: knife, fact: weapon, value: true, words: [knife], source: assumption}]"
    assert load(on_library(tmp_path, {"cues.yaml": own})).negations == ("no", "not", "never")


def test_a_folder_may_leave_its_own_reasons_and_closings_to_the_library(tmp_path: Path) -> None:
    settings = AGENCY[: AGENCY.index("override_reasons:\n")]
    policy = load(on_library(tmp_path, {"agency.yaml": settings, "dispositions.csv": None}))
    assert list(policy.override_reasons) == ["caller-updated"]
    assert [item.code for item in policy.dispositions] == ["settled"]


ROW = "NOISE,NOISE,exact,{profile},{presumes},{severity},{likelihood},assumption\n"
CALM = {"weapon": False, "violence": False, "medical_emergency": False, "domestic": "none"}


@pytest.mark.parametrize(
    ("profile", "presumes", "severity", "likelihood"),
    list(product(("", "nothing"), ("", "weapon=yes juvenile=?"), ("", "grave"), ("", "likely"))),
)
def test_an_empty_cell_is_that_of_the_canonical_type_and_a_profile_replaces_its_presumptions(
    tmp_path: Path, profile: str, presumes: str, severity: str, likelihood: str
) -> None:
    cells = {"profile": profile, "presumes": presumes, "severity": severity, "likelihood": likelihood}
    library = COMMON["canonical_types.csv"].replace("Noise,calm,,", "Noise,calm,juvenile=yes,")
    table = FILES["call_types.csv"] + ROW.format(**cells)
    found = call_types(load(on_library(tmp_path, {"call_types.csv": table}, {"canonical_types.csv": library})))
    expected: dict[str, object] = {} if profile else {**CALM, "juvenile": True}
    if presumes:
        expected = {key: value for key, value in expected.items() if key != "juvenile"} | {"weapon": True}
    assert found["NOISE"] == {
        **expected,
        "nature": "NOISE",
        "severity": severity or "minor",
        "likelihood": likelihood or "remote",
    }


def test_every_canonical_type_is_a_call_type_of_that_name_unless_the_folder_has_a_row_for_it(tmp_path: Path) -> None:
    own = "apco:noise,NOISE,exact,nothing,,grave,likely,assumption\n"
    found = call_types(load(on_library(tmp_path, {"call_types.csv": FILES["call_types.csv"] + own})))
    assert [name for name in found if name.upper().startswith("APCO:")] == [
        "apco:noise",
        "APCO:ASLT",
        "APCO:PARKING",
        "APCO:WELFARE",
    ]
    assert found["apco:noise"] == {"nature": "NOISE", "severity": "grave", "likelihood": "likely"}
    assert found["APCO:ASLT"] == {
        "nature": "ASLT",
        "severity": "serious",
        "likelihood": "likely",
        "weapon": True,
        "violence": True,
    }


def test_a_canonical_type_that_the_library_lacks_is_an_error_unless_it_is_marked_as_ours(tmp_path: Path) -> None:
    row = "STREET PARTY,{},none,nothing,,minor,remote,assumption\n"
    types = FILES["call_types.csv"]
    wrong = on_library(tmp_path / "wrong", {"call_types.csv": types + row.format("NOISES")})
    (problem,) = check(wrong).problems
    assert (problem.file, problem.line, problem.field) == ("call_types.csv", 6, "canonical")
    assert (problem.message, problem.nearest) == ("unknown canonical type `NOISES`", "NOISE")
    ours = on_library(tmp_path / "ours", {"call_types.csv": types + row.format("X-PARTY")})
    assert call_types(load(ours))["STREET PARTY"]["nature"] == "X-PARTY"
    lacks = on_library(tmp_path / "lacks", {"call_types.csv": types + "STREET PARTY,X-PARTY,none,,,,,assumption\n"})
    assert said(lacks) == [f"call_types.csv:6: {field}: is missing" for field in ("profile", "severity", "likelihood")]


def test_a_library_may_lie_anywhere_and_the_folder_may_be_a_link(tmp_path: Path) -> None:
    on_library(tmp_path / "deep" / "er")
    moved = with_library("../deep/er/common/")
    (tmp_path / "city").mkdir()
    policy = load(write(tmp_path / "city", {**CITY, **moved}))
    assert policy.agency == "Test City"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link").symlink_to(tmp_path / "city")
    assert load(tmp_path / "elsewhere" / "link").digest == policy.digest


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (with_library("../comon"), "agency.yaml:5: library: there is no folder `../comon`"),
        (with_library("."), "agency.yaml:5: library: the library cannot be the agency's own folder"),
        (
            with_library(".."),
            f"agency.yaml:5: library: the folder holds none of a library's files: {FILE_NAMES}",
        ),
        (
            with_library("/etc"),
            "agency.yaml:5: library: `/etc` is not a path from this folder to the library's, for example `../common`",
        ),
        (
            including(INCLUDE.replace("cues", "cue")),
            f"agency.yaml:6: include: unknown name of the library `cue`; did you mean `cues`? valid: {NAMES}",
        ),
        (including(INCLUDE.replace("cues,", "cues, cues,")), "agency.yaml:6: include: `cues` is listed twice"),
        ({"agency.yaml": AGENCY.replace("library: ../common\n", "")}, "agency.yaml:1: library: is missing"),
        ({"agency.yaml": AGENCY.replace(f"include: {INCLUDE}\n", "")}, "agency.yaml:1: include: is missing"),
        (including("[]"), "agency.yaml:6: include: is empty: the list needs at least one entry"),
    ],
)
def test_a_library_or_a_name_of_it_that_is_not_there_is_one_error_whatever_hangs_on_it(
    tmp_path: Path, changes: Mapping[str, str], problem: str
) -> None:
    override = {"overrides.yaml": "- {rule: cso-if-noise, reason: x, source: x, change: {wait_minutes: 240}}\n"}
    assert said(on_library(tmp_path, {**changes, **override, "dispositions.csv": None})) == [problem]
    assert check(tmp_path / "city").policy is None


@pytest.mark.parametrize(
    "path", ["../../../../../../etc/passwd", "a//b", "~", "c:\\x", "../com*", "../x\ty", "x" * 300]
)
def test_an_odd_path_to_a_library_is_refused_in_one_line(tmp_path: Path, path: str) -> None:
    (text,) = said(on_library(tmp_path, with_library(f"'{path}'")))
    assert text.startswith("agency.yaml:5: library: ")
    assert text.isprintable()


def test_an_include_cannot_name_a_file_outside_the_library(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("[]")
    found = said(on_library(tmp_path, including("[../secret, rules/../../secret, /etc/passwd]")))
    assert [text.split(";")[0] for text in found if "include" in text] == [
        "agency.yaml:6: include: unknown name of the library `../secret`",
        "agency.yaml:6: include: unknown name of the library `rules/../../secret`",
        "agency.yaml:6: include: unknown name of the library `/etc/passwd`",
    ]


def test_a_link_out_of_the_library_is_refused(tmp_path: Path) -> None:
    city = on_library(tmp_path)
    (tmp_path / "elsewhere.yaml").write_text(COMMON["cues.yaml"])
    (tmp_path / "common" / "cues.yaml").unlink()
    (tmp_path / "common" / "cues.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert said(city) == ["../common/cues.yaml: it is a link to a file outside the folder: put the file itself here"]


def test_what_is_wrong_in_the_library_is_named_there(tmp_path: Path) -> None:
    common: dict[str, str | bytes] = {
        "canonical_types.csv": COMMON["canonical_types.csv"].replace("Noise,calm", "Noise,clam"),
        "dispositions.csv": COMMON["dispositions.csv"].replace("no_authority", "no_autority"),
        "rules/programmes.yaml": PROGRAMMES.replace("wait_minutes: 120", "wait_minutes: 2h"),
        "cues.yaml": b"x" * (1024 * 1024 + 1),
    }
    found = said(on_library(tmp_path, None, common))
    assert [text.split(": ")[0] for text in found] == [
        "../common/canonical_types.csv:3",
        "../common/cues.yaml",
        "../common/dispositions.csv:2",
        "../common/rules/programmes.yaml:7",
    ]


@pytest.mark.parametrize(
    ("changes", "here", "there", "hint"),
    [
        (
            {"rules/own.yaml": OWN_RULE.replace("cso-if-parked", "cso-if-noise")},
            "rules/own.yaml:1: id: `cso-if-noise`",
            "rules/programmes.yaml:1",
            WRITE_AN_OVERRIDE,
        ),
        (
            {"rules/aaa.yaml": OWN_RULE.replace("cso-if-parked", "cso-if-noise")},
            "rules/aaa.yaml:1: id: `cso-if-noise`",
            "rules/programmes.yaml:1",
            WRITE_AN_OVERRIDE,
        ),
        (
            {"profiles.yaml": "profiles: [{id: calm, presumes: {}, because: x, source: x}]"},
            "profiles.yaml:1: profiles.id: `calm`",
            "profiles.yaml:3",
            ANOTHER_NAME,
        ),
        (
            {"cues.yaml": "cues: [{id: gun, fact: weapon, value: true, words: [gat], source: x}]"},
            "cues.yaml:1: cues.id: `gun`",
            "cues.yaml:3",
            ANOTHER_NAME,
        ),
        (
            edited("dispositions.csv", "PHYSICAL ARREST MADE", "Settled"),
            "dispositions.csv:3: code: `SETTLED`",
            "dispositions.csv:2",
            LEAVE_IT_OUT,
        ),
        (
            {"agency.yaml": AGENCY.replace("supervisor:", "caller-updated:")},
            "agency.yaml:10: override_reasons: `caller-updated`",
            "override_reasons.yaml:1",
            LEAVE_IT_OUT,
        ),
    ],
)
def test_a_name_that_stands_in_both_is_an_error_that_says_what_to_do(
    tmp_path: Path, changes: Mapping[str, str], here: str, there: str, hint: str
) -> None:
    assert said(on_library(tmp_path, changes)) == [f"{here} is already used in ../common/{there}: {hint}"]


def test_a_name_that_stands_twice_in_one_folder_says_nothing_of_overrides(tmp_path: Path) -> None:
    twice = on_library(tmp_path / "own", {"rules/own.yaml": OWN_RULE + OWN_RULE})
    assert said(twice) == ["rules/own.yaml:12: id: `cso-if-parked` is already used in rules/own.yaml:1"]
    common = {"rules/more.yaml": PROGRAMMES}
    both = on_library(tmp_path / "library", including(INCLUDE.replace("rules/d", "rules/more, rules/d")), common)
    assert said(both)[0] == (
        "../common/rules/programmes.yaml:1: id: `cso-if-noise` is already used in ../common/rules/more.yaml:1"
    )


def test_a_file_of_the_library_counts_only_if_it_is_included(tmp_path: Path) -> None:
    common = {"rules/strict.yaml": "not even YAML: ["}
    assert said(on_library(tmp_path, None, common)) == []
    without = on_library(tmp_path / "x", including(INCLUDE.replace(", rules/programmes", "")))
    assert "cso-if-noise" not in {rule.id for rule in load(without).rules}


def test_a_file_that_neither_the_folder_nor_the_include_has_is_missing(tmp_path: Path) -> None:
    names = INCLUDE.replace(" cues,", "").replace(" profiles,", "").replace("rules/danger, rules/programmes", "cues")
    assert said(on_library(tmp_path, including(names))) == [
        "profiles.yaml: the file is missing",
        "rules: the folder cannot be read: no such file or directory",
    ]


@pytest.mark.parametrize("name", sorted(COMMON))
def test_everything_effective_in_the_library_changes_the_digest(tmp_path: Path, name: str) -> None:
    changed = {
        "canonical_types.csv": ("serious,likely", "grave,likely"),
        "cues.yaml": ("[gun, guns]", "[gun]"),
        "dispositions.csv": (",yes,", ",no,"),
        "override_reasons.yaml": ("caller-updated", "caller-again"),
        "profiles.yaml": ("weapon: no", "weapon: yes"),
        "rules/danger.yaml": ("This needs an officer.", "An officer."),
        "rules/programmes.yaml": ("wait_minutes: 120", "wait_minutes: 121"),
    }[name]
    files = files_of(on_library(tmp_path))
    key = f"../common/{name}"
    before = check_files(files, []).policy
    assert changed[0].encode() in files[key]
    after = check_files({**files, key: files[key].replace(changed[0].encode(), changed[1].encode())}, []).policy
    assert before is not None
    assert after is not None
    assert after.digest != before.digest
    comment = files[key] + (b"" if name.endswith(".csv") else b"\n# a comment\n")
    same = check_files({**files, key: comment}, []).policy
    assert same is not None
    assert same.digest == before.digest


def test_a_folder_cannot_take_files_without_end(tmp_path: Path) -> None:
    common = {f"rules/more{number}.yaml": "[]" for number in range(194)}
    names = f"{INCLUDE.removesuffix(']')}, {', '.join(name.removesuffix('.yaml') for name in common)}]"
    (text,) = said(on_library(tmp_path, including(names), common))
    assert text == "agency.yaml:5: library: the folder takes 201 files of it: at most 200"


def test_where_the_library_lies_does_not_change_the_digest(tmp_path: Path) -> None:
    near = load(on_library(tmp_path / "near"))
    on_library(tmp_path / "far")
    (tmp_path / "near" / "common").rename(tmp_path / "near" / "city" / "shared")
    city = write(tmp_path / "near" / "city", {**CITY, **with_library("shared")})
    assert load(city).digest == near.digest
