"""What nobody has confirmed counts for nothing: such a call is sworn, and what is left to review is listed."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from tests.rulebook_folder import CITY, COMMON, GATE, edited, on_library, problems, said, told, write
from triage.domain.desk import Desk
from triage.domain.facts import DANGERS, FACTS, FactValue
from triage.rulebook import RulebookError, ToReview, check, load, load_outcomes

HEADER = "call_type,canonical,fidelity,profile,presumes,severity,likelihood,status,calls,source\n"
PROPOSED = HEADER + (
    "LOUD PARTY,NOISE,close,,,,,review,7,assumption\n"
    "PARKED CAR,PARKING,exact,,,,,review,1200,assumption\n"
    "ODD,,,,,,,review,7,assumption\n"
    "NOISE,NOISE,exact,,,,,reviewed,,assumption\n"
)
DISPOSITIONS = """\
code,apco,cso,outcome,status,calls,source
ADV,,yes,no_authority,review,55,assumption
GOA,,,,review,,assumption
CIT,04,no,citation,reviewed,9,assumption
"""
PRIORITIES = (
    "code,level,status,calls,source\n1,emergency,,5,assumption\n2,low,review,40,assumption\n3,,review,,assumption\n"
)
CHANNELS = "code,channel,status,calls,source\nONVIEW,officer,review,3,assumption\nE911,911,,,assumption\n"
COLUMNS = """\
name: calls
columns:
  call_id: Incident
  cleared_at:
    - Closed
    - Left
times:
  zone: America/New_York
review:
  - call_id
  - cleared_at
  - times.zone
  - nothing_like_it
"""


ALLOW = """\
- id: cso-if-young
  effect: allow_cso
  when: {juvenile: [true]}
  because: A young person.
  source: assumption
  programme: youth
  wait_minutes: 60
  examples:
    - {given: {juvenile: yes}, matches: true}
    - {given: {juvenile: no}, matches: false}
    - {given: {nature: NOISE}, matches: null}
"""


def reviewing(settings: str) -> dict[str, str]:
    """The city's settings with these up for review."""
    return {"agency.yaml": f"{CITY['agency.yaml']}review: [{settings}]\n"}


def test_a_call_type_under_review_presumes_nothing_at_all(tmp_path: Path) -> None:
    policy = load(on_library(tmp_path, {"call_types.csv": PROPOSED}))
    types = {entry.name: entry for entry in policy.call_types if not entry.name.startswith("APCO:")}
    for name in ("LOUD PARTY", "PARKED CAR", "ODD"):
        assert types[name].canonical == "X-REVIEW"
        assert types[name].presumes.model_dump(exclude_none=True) == {"nature": "X-REVIEW"}
    assert types["NOISE"].canonical == "NOISE"
    assert types["NOISE"].presumes.weapon is False


def test_a_call_type_under_review_is_sworn_whatever_is_known_of_the_call(tmp_path: Path) -> None:
    desk = Desk(load(on_library(tmp_path, {"call_types.csv": PROPOSED, "rules/own.yaml": ALLOW})))
    told = desk.presumed("LOUD PARTY").model_dump()
    assert desk.judge.by_rules({**told, **every(0)}).because == ("sworn-if-not-reviewed",)
    for danger, level in product(DANGERS, (0, -1)):
        known = {**told, **every(0), danger: FACTS[danger].values[level]}
        assert desk.judge.by_rules(known).route == "sworn"
    known = {**desk.presumed("NOISE").model_dump(), **every(0), "severity": "minor", "likelihood": "remote"}
    assert desk.judge.by_rules(known).route == "cso"


def every(level: int) -> dict[str, FactValue]:
    """Every danger at one level, and a young person."""
    return {name: FACTS[name].values[level] for name in DANGERS} | {"juvenile": True}


ARMED_ONLY = """\
- id: sworn-if-not-reviewed
  effect: require_sworn
  when: {nature: [X-REVIEW], weapon: [true]}
  because: Nobody has confirmed the call type.
  source: assumption
  examples:
    - {given: {nature: X-REVIEW, weapon: true}, matches: true}
    - {given: {nature: NOISE}, matches: false}
    - {given: {nature: X-REVIEW}, matches: null}
"""


@pytest.mark.parametrize(
    ("gate", "works"),
    [
        (GATE, True),
        (GATE.replace("[X-REVIEW]", "[X-REVIEW, ASLT]"), True),
        ("[]", False),
        (ARMED_ONLY, False),
        (GATE.replace("  because", "  switch: quiet-hours\n  because"), False),
    ],
    ids=["alone", "among others", "none", "only if armed", "on a switch"],
)
def test_a_folder_with_call_types_under_review_needs_a_rule_that_makes_them_sworn(
    tmp_path: Path, gate: str, works: bool
) -> None:
    calm = "WELFARE CHECK,WELFARE,exact,calm,,minor,remote,,,x\nPARKING,PARKING,exact,calm,,minor,remote,,,x\n"
    table = HEADER + calm + "ASSAULT,ASLT,exact,calm,,grave,likely,,,x\nNOISE,NOISE,exact,calm,,minor,remote,,,x\n"
    found = problems(tmp_path / "city", {"call_types.csv": f"{table}ODD,,,,,,,review,,x\n", "rules/gate.yaml": gate})
    wanted = "call_types.csv:6: status: is `review`, but no rule calls an officer for each call type that nobody has"
    assert [item.startswith(wanted) for item in found] == ([] if works else [True])


def test_the_rule_for_types_under_review_cannot_be_turned_off_while_there_are_any(tmp_path: Path) -> None:
    off = {"overrides.yaml": "- {rule: sworn-if-not-reviewed, reason: x, source: x, off: true}\n"}
    assert said(on_library(tmp_path / "none", off)) == []
    (problem,) = said(on_library(tmp_path / "some", {**off, "call_types.csv": PROPOSED}))
    assert problem.startswith("call_types.csv:2: status: is `review`, but no rule calls an officer")
    assert "rules/call_types_never_cso" in problem


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"call_types.csv": HEADER + "A,X-REVIEW,none,calm,,minor,remote,,,assumption\n"},
            "call_types.csv:2: canonical: write `review` in the column `status` instead of `X-REVIEW`",
        ),
        (
            {"call_types.csv": HEADER + "A,X-REVIEW,none,calm,,minor,remote,review,,assumption\n"},
            "call_types.csv:2: canonical: write `review` in the column `status` instead of `X-REVIEW`",
        ),
        (
            edited("rules/programmes.yaml", "when: {nature: [NOISE], weapon: [false]}", "when: {nature: [X-REVIEW]}"),
            (
                "rules/programmes.yaml:3: when.nature: `X-REVIEW` is every call type that nobody has confirmed: only"
                " require_sworn may name it"
            ),
        ),
    ],
)
def test_nobody_may_write_the_nature_of_types_under_review_himself(
    tmp_path: Path, changes: Mapping[str, str], problem: str
) -> None:
    assert problem in [text for text, _ in told(tmp_path, changes)]


def test_the_library_cannot_list_that_nature_either(tmp_path: Path) -> None:
    row = "X-REVIEW,Not reviewed,calm,,minor,remote,crime,assumption\n"
    where = "../common/canonical_types.csv:6: code"
    assert said(on_library(tmp_path, None, {"canonical_types.csv": COMMON["canonical_types.csv"] + row})) == [
        f"{where}: `X-REVIEW` stands for what nobody has confirmed: it is no type of a table"
    ]


def test_a_priority_or_channel_under_review_is_unknown(tmp_path: Path) -> None:
    policy = load(on_library(tmp_path, {"priorities.csv": PRIORITIES, "channels.csv": CHANNELS}))
    assert policy.priorities == {"1": "emergency"}
    assert policy.channels == {"E911": "911"}


def test_a_disposition_under_review_is_for_no_cso_and_says_nothing_of_the_outcome(tmp_path: Path) -> None:
    city = on_library(tmp_path, {"dispositions.csv": DISPOSITIONS})
    assert {item.code: item.cso for item in load(city).dispositions} == {
        "settled": True,
        "ADV": False,
        "GOA": False,
        "CIT": False,
    }
    assert load_outcomes(city).dispositions == {
        "SETTLED": "no_authority",
        "ADV": "undetermined",
        "GOA": "undetermined",
        "CIT": "citation",
    }


def test_everything_to_review_is_listed_the_biggest_counts_first(tmp_path: Path) -> None:
    city = on_library(
        tmp_path,
        {
            "call_types.csv": PROPOSED,
            "dispositions.csv": DISPOSITIONS,
            "priorities.csv": PRIORITIES,
            "channels.csv": CHANNELS,
            "columns/calls.yaml": COLUMNS,
            **reviewing("time_zone, switches, name"),
        },
    )
    assert check(city).problems == ()
    assert check(city).review == (
        ToReview("call_types.csv", 3, "call type", "PARKED CAR", 1200, "PARKING"),
        ToReview("dispositions.csv", 2, "disposition", "ADV", 55, "no_authority"),
        ToReview("priorities.csv", 3, "priority", "2", 40, "low"),
        ToReview("call_types.csv", 2, "call type", "LOUD PARTY", 7, "NOISE"),
        ToReview("call_types.csv", 4, "call type", "ODD", 7, None),
        ToReview("channels.csv", 2, "channel", "ONVIEW", 3, "officer"),
        ToReview("priorities.csv", 4, "priority", "3", None, None),
        ToReview("dispositions.csv", 3, "disposition", "GOA", None, None),
        ToReview("agency.yaml", 11, "setting", "time_zone", None, "America/Los_Angeles"),
        ToReview("agency.yaml", 11, "setting", "switches", None, None),
        ToReview("agency.yaml", 11, "setting", "name", None, "Test City"),
        ToReview("columns/calls.yaml", 10, "column", "call_id", None, "Incident"),
        ToReview("columns/calls.yaml", 11, "column", "cleared_at", None, "Closed, Left"),
        ToReview("columns/calls.yaml", 12, "column", "times.zone", None, "America/New_York"),
        ToReview("columns/calls.yaml", 13, "column", "nothing_like_it", None, None),
    )


def test_a_reviewed_folder_leaves_nothing_to_review(tmp_path: Path) -> None:
    assert check(write(tmp_path / "alone")).review == ()
    assert check(on_library(tmp_path)).review == ()


@pytest.mark.parametrize(
    "columns", ["review", "review: calls", "review: {a: b}", "review: [[a], {b: c}, ~]", "[", "- a", ""]
)
def test_a_column_mapping_that_cannot_be_read_is_not_judged_here(tmp_path: Path, columns: str) -> None:
    checked = check(on_library(tmp_path, {"columns/calls.yaml": columns}))
    assert (checked.problems, checked.review) == ((), ())


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("A,NOISE,exact,,,,,reviwed,,x", ("call_types.csv:2: status: unknown status `reviwed`", "reviewed")),
        (
            "A,NOISE,exact,,,,,,many,x",
            ("call_types.csv:2: calls: `many` is not a whole number from 0 to 999999999", None),
        ),
        ("A,NOISE,exact,,,,,,-1,x", ("call_types.csv:2: calls: `-1` is not a whole number from 0 to 999999999", None)),
        ("A,NOISS,close,,,,,review,,x", ("call_types.csv:2: canonical: unknown canonical type `NOISS`", "NOISE")),
        ("A,NOISE,close,clam,,,,review,,x", ("call_types.csv:2: profile: unknown profile `clam`", "calm")),
        ("A,NOISE,,,,,,review,,x", ("call_types.csv:2: fidelity: is missing", None)),
        ("A,,close,,,,,,,x", ("call_types.csv:2: canonical: is missing", None)),
        ("A,NOISE,close,,,,,review,,", ("call_types.csv:2: source: is missing", None)),
    ],
)
def test_a_row_under_review_is_read_as_strictly_as_any(
    tmp_path: Path, row: str, problem: tuple[str, str | None]
) -> None:
    city = on_library(tmp_path, {"call_types.csv": f"{HEADER}{row}\n"})
    assert [(str(item).split("; ")[0], item.nearest) for item in check(city).problems] == [problem]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("call_types.csv", "PARKED CAR,PARKING,exact,,,,,review", "PARKED CAR,PARKING,exact,,,,,"),
        ("priorities.csv", "2,low,review", "2,low,reviewed"),
        ("channels.csv", "ONVIEW,officer,review", "ONVIEW,officer,"),
        ("dispositions.csv", "ADV,,yes,no_authority,review", "ADV,,yes,no_authority,"),
    ],
)
def test_confirming_a_row_changes_the_digest_and_its_count_does_not(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    texts = {
        "call_types.csv": PROPOSED,
        "priorities.csv": PRIORITIES,
        "channels.csv": CHANNELS,
        "dispositions.csv": DISPOSITIONS,
    }
    assert old in texts[name]
    before = load(on_library(tmp_path / "before", {name: texts[name]})).digest
    assert load(on_library(tmp_path / "after", {name: texts[name].replace(old, new)})).digest != before
    recounted = texts[name].replace("1200", "1").replace("55", "1").replace("40", "1").replace("review,3", "review,1")
    assert recounted != texts[name]
    assert load(on_library(tmp_path / "recounted", {name: recounted})).digest == before


def test_what_is_up_for_review_among_settings_and_columns_changes_no_decision(tmp_path: Path) -> None:
    plain = load(on_library(tmp_path / "plain")).digest
    changes = {**reviewing("time_zone"), "columns/calls.yaml": COLUMNS}
    assert load(on_library(tmp_path / "reviewed", changes)).digest == plain


def test_finals_are_those_of_the_librarys_canonical_types(tmp_path: Path) -> None:
    finals = {"ASLT": "authority", "NOISE": "non_criminal", "PARKING": "parking", "WELFARE": "crime"}
    assert load_outcomes(on_library(tmp_path)).finals == finals
    assert load_outcomes(write(tmp_path / "alone")).finals == {}


def test_outcomes_of_a_folder_with_an_error_are_refused_with_every_error(tmp_path: Path) -> None:
    city = on_library(tmp_path, {"units.yaml": None})
    with pytest.raises(RulebookError, match=r"^units.yaml: the file is missing$"):
        load_outcomes(city)
