"""The call-type table: what it presumes, how names are found, and what it is told when it is wrong."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rulebook_folder import FILES, edited, problems, told, write
from triage.domain.call_types import NAMES_CACHED_MAX, CallTypes, normalised
from triage.domain.facts import Facts
from triage.domain.policy import CallType
from triage.rulebook import Unmapped, load, unmapped

TABLE = "call_types.csv"
PARKING = "PARKING,PARKING,exact,calm,juvenile=no,minor,remote"


def call_type(name: str, canonical: str = "NOISE", **presumes: object) -> CallType:
    """A call type that presumes little."""
    return CallType.model_validate(
        {"name": name, "canonical": canonical, "presumes": {"nature": canonical, **presumes}}
    )


def found(table: CallTypes, name: str) -> str | None:
    """The name in the table that answers for `name`."""
    answer = table.find(name)
    return None if answer is None else answer.name


def test_a_type_presumes_its_profile_its_own_facts_and_its_columns(tmp_path: Path) -> None:
    types = {entry.name: entry.presumes for entry in load(write(tmp_path)).call_types}
    assert types["--ASSAULT - IP/JO"] == Facts(
        weapon=True, violence=True, nature="ASLT", severity="serious", likelihood="likely"
    )
    assert types["PARKING"] == Facts(
        weapon=False,
        violence=False,
        medical_emergency=False,
        domestic="none",
        juvenile=False,
        nature="PARKING",
        severity="minor",
        likelihood="remote",
    )


def test_a_row_overrides_its_profile_and_can_take_a_presumption_away(tmp_path: Path) -> None:
    types = {entry.name: entry.presumes for entry in load(write(tmp_path)).call_types}
    assert types["WELFARE CHECK"].medical_emergency is None
    assert types["WELFARE CHECK"].domestic == "verbal"
    assert types["WELFARE CHECK"].weapon is False


@pytest.mark.parametrize(
    ("new", "problem", "near"),
    [
        (
            "PARKING,Parking,exact,calm,,minor,remote",
            "canonical: `Parking` is not a canonical type: 2 to 16 capital letters, digits and hyphens",
            None,
        ),
        ("PARKING,PARKING,exactly,calm,,minor,remote", "fidelity: unknown fidelity `exactly`", "exact"),
        ("PARKING,PARKING,exact,clam,,minor,remote", "profile: unknown profile `clam`", "calm"),
        ("PARKING,PARKING,exact,,,minor,remote", "profile: is missing", None),
        ("PARKING,PARKING,exact,calm,wepon=yes,minor,remote", "presumes: unknown fact `wepon`", "weapon"),
        ("PARKING,PARKING,exact,calm,priority=low,minor,remote", "presumes: unknown fact `priority`", None),
        ("PARKING,PARKING,exact,calm,weapon=maybe,minor,remote", "presumes: unknown value `maybe`", None),
        ("PARKING,PARKING,exact,calm,weapon=,minor,remote", "presumes: is empty", None),
        ("PARKING,PARKING,exact,calm,weapon,minor,remote", "presumes: `weapon` is not `fact=value`", None),
        ("PARKING,PARKING,exact,calm,need=food need=?,minor,remote", "presumes: `need` is presumed twice", None),
        ("PARKING,PARKING,exact,calm,,mild,remote", "severity: unknown value `mild`", None),
        ("PARKING,PARKING,exact,calm,,minor,", "likelihood: is missing", None),
        (
            "-noise - disturbance  (loud party...,PARKING,exact,calm,,minor,remote",
            "call_type: `NOISE - DISTURBANCE (LOUD PARTY...` is already used in call_types.csv:3",
            None,
        ),
        (
            f"{'P' * 201},PARKING,exact,calm,,minor,remote",
            f"call_type: `{'P' * 57}...` is not a text of at most 200 characters",
            None,
        ),
        (
            '"PARKING,PARKING,exact,calm,,minor,remote',
            "the quotes of this row do not match: a cell cannot go over several lines",
            None,
        ),
        (
            "PARKING,PARKING,exact,calm,minor,remote",
            "the row has 7 cells, the header 8: is a comma not in quotes?",
            None,
        ),
    ],
)
def test_an_error_in_a_row_is_named(tmp_path: Path, new: str, problem: str, near: str | None) -> None:
    assert (f"{TABLE}:4: {problem}", near) in told(tmp_path, edited(TABLE, PARKING, new))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ":1: the header lacks `call_type`, `canonical`, `fidelity`"),
        (FILES[TABLE].replace("fidelity", "fidelty"), ":1: fidelty: unknown column; did you mean `fidelity`?"),
        (FILES[TABLE].replace("fidelity", "profile"), ":1: profile: the header has this column twice"),
        (FILES[TABLE].split("\n")[0], ": the table is empty: without a row every call is sworn"),
        (FILES[TABLE].encode("utf-16"), ":1: the file is not UTF-8: save it as UTF-8"),
        (FILES[TABLE].replace("G,exact", "G\0,exact"), ":4: the file holds a control character (U+0000): remove it"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path, text: str | bytes, problem: str) -> None:
    assert any(found.startswith(f"{TABLE}{problem}") for found in problems(tmp_path, {TABLE: text}))


def test_line_ends_of_windows_a_byte_order_mark_and_blank_lines_change_nothing(tmp_path: Path) -> None:
    plain = load(write(tmp_path / "plain"))
    text = FILES[TABLE].replace("\n", "\r\n\r\n")
    odd = load(write(tmp_path / "odd", {TABLE: b"\xef\xbb\xbf" + text.encode()}))
    assert odd.digest == plain.digest


@pytest.mark.parametrize(
    ("old", "new", "problem", "near"),
    [
        (
            "{id: nothing, presumes: {}",
            "{id: calm, presumes: {}",
            "3: profiles.id: `calm` is already used in profiles.yaml:2",
            None,
        ),
        ("weapon: no,", "wepon: no,", "4: profiles.presumes.wepon: unknown fact `wepon`", "weapon"),
        ("weapon: no,", "severity: minor,", "4: profiles.presumes.severity: unknown fact `severity`", None),
        ("weapon: no,", "weapon: null,", "4: profiles.presumes.weapon: is empty", None),
        (
            "domestic: none}",
            "domestic: no}",
            "4: profiles.presumes.domestic: `no` is an answer to a yes-or-no question, which `domestic` is not",
            "none",
        ),
        ("    because: Nobody to confront.\n", "", "3: profiles.because: is missing", None),
        ("profiles:\n", "profile:\n", "1: profile: unknown field `profile`", "profiles"),
    ],
)
def test_an_error_in_a_profile_is_named(tmp_path: Path, old: str, new: str, problem: str, near: str | None) -> None:
    assert (f"profiles.yaml:{problem}", near) in told(tmp_path, edited("profiles.yaml", old, new))


@pytest.mark.parametrize("name", ["PARKING", "parking", " -PARKING ", "--Parking", "- parking"])
def test_case_blanks_and_leading_hyphens_do_not_matter(name: str) -> None:
    assert found(CallTypes((call_type("Parking"),)), name) == "Parking"


def test_a_name_that_the_table_does_not_know_is_nothing() -> None:
    table = CallTypes((call_type("PARKING VIOLATION"),))
    for name in ("PARKING", "PARKING VIOLATIONS", "", "-", "...", "…", "\0", "P" * 10_000):
        assert table.find(name) is None, name


def test_a_cut_off_name_stands_for_the_one_with_its_beginning() -> None:
    table = CallTypes((call_type("DISTURBANCE, LOUD PARTY"), call_type("NOISE - LOUD MUS..."), call_type("TREE")))
    assert found(table, "DISTURBANCE, LOUD...") == "DISTURBANCE, LOUD PARTY"
    assert found(table, "disturbance, loud…") == "DISTURBANCE, LOUD PARTY"
    assert found(table, "NOISE - LOUD MUSIC AND SHOUTING") == "NOISE - LOUD MUS..."
    assert found(table, "NOISE - LOUD...") == "NOISE - LOUD MUS..."
    assert found(table, "NOISE - LOUD MUSIC...") == "NOISE - LOUD MUS..."
    assert found(table, "NOISE - LOUD") is None
    assert found(table, "TRE...") is None, "three letters say too little"


def test_cut_off_names_that_stand_for_several_types_count_only_if_these_agree() -> None:
    agree = (call_type("LOUD PARTY"), call_type("LOUD PARTY, AGAIN"))
    assert found(CallTypes(agree), "LOUD PAR...") == "LOUD PARTY"
    assert found(CallTypes((*agree, call_type("LOUD PARADE", canonical="EVENT"))), "LOUD PAR...") is None
    assert found(CallTypes((*agree, call_type("LOUD PARADE", weapon=True))), "LOUD PAR...") is None
    assert found(CallTypes((*agree, call_type("LOUD PARADE", weapon=True))), "LOUD PARTY...") == "LOUD PARTY"
    tables = (call_type("LOUD..."), call_type("LOUD PAR...", weapon=True))
    assert found(CallTypes(tables), "LOUD PARTY") is None
    assert found(CallTypes(tables), "LOUD NOISE") == "LOUD..."


def test_a_full_match_goes_before_a_cut_off_one() -> None:
    table = CallTypes(
        (call_type("LOUD...", weapon=True), call_type("LOUD PARTY"), call_type("LOUD PARTY...", juvenile=True))
    )
    assert found(table, "LOUD PARTY") == "LOUD PARTY"
    assert found(table, "LOUD PARTY...") == "LOUD PARTY..."


def test_rows_with_one_name_that_do_not_agree_answer_nothing() -> None:
    assert (
        found(CallTypes((call_type("PARKING"), call_type("-parking", weapon=True), call_type("PARK..."))), "PARKING")
        is None
    )


def test_the_cache_of_names_is_bounded() -> None:
    table = CallTypes((call_type("PARKING"),))
    for number in range(NAMES_CACHED_MAX + 10):
        table.find(f"GARBAGE {number}")
    assert table._cached.cache_info().currsize == NAMES_CACHED_MAX
    assert found(table, "PARKING") == "PARKING"


@settings(deadline=None, database=None)
@given(st.text(max_size=60))
def test_any_text_is_found_or_not_and_its_normal_form_is_final(name: str) -> None:
    table = CallTypes((call_type("PARKING"), call_type("NOISE - LOUD...")))
    assert table.find(name) == table.find(normalised(name))
    assert normalised(normalised(name)) == normalised(name)


def test_unmapped_names_come_most_frequent_first_with_the_nearest_type(tmp_path: Path) -> None:
    policy = load(write(tmp_path))
    names = {"PARKNG": 2, "parking": 900, "WELFARE CHEK": 30, "ZZZ": 2, "Assault - ip/jo": 1}
    assert unmapped(policy, names) == [
        Unmapped("WELFARE CHEK", 30, "WELFARE CHECK"),
        Unmapped("PARKNG", 2, "PARKING"),
        Unmapped("ZZZ", 2, None),
    ]
