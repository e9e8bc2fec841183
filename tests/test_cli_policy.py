import shutil
from pathlib import Path

import pytest

from tests.cli_calls import SEATTLE, Desk, Typed, agency, flat, report, triage


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, agency(tmp_path / "agency"))


@pytest.fixture
def draft(desk: Desk) -> Path:
    """A folder where noise at night no longer needs an officer, and a priority means less."""
    folder = desk.folder / "draft"
    shutil.copytree(desk.agency, folder)
    edit(
        folder / "call_types.csv", "UNSURE NOISE,NOISE,exact,calm,weapon=? violence=?", "UNSURE NOISE,NOISE,exact,calm,"
    )
    edit(folder / "rules" / "programmes.yaml", "wait_minutes: 120", "wait_minutes: 240")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def differ(*words: str | Path) -> Typed:
    return triage("policy", "diff", *words)


def digest(desk: Desk) -> str:
    """The digest of the policy that a log adopted last."""
    return str(desk("log", "--kind", "policy_adopted", "--json").rows[-1]["digest"])


def test_a_folder_does_not_differ_from_itself(desk: Desk) -> None:
    typed = differ(desk.agency, desk.agency)
    assert (typed.code, typed.err) == (0, "")
    assert "They are the same: nothing that a decision reads differs." in typed.out
    document = differ(desk.agency, desk.agency, "--json").document
    assert (document["same"], document["moved"], document["asked"], document["changes"]) == (True, [], [], [])


def test_what_makes_fewer_calls_sworn_is_told_first_and_in_words(desk: Desk, draft: Path) -> None:
    typed = differ(desk.agency, draft)
    assert (typed.code, typed.err) == (1, "")
    text = flat(typed.out)
    assert (
        "Fewer calls sworn: a CSO may now go where an officer had to UNSURE NOISE at any priority, by any channel"
        in text
    )
    assert "because of `cso-if-noise`; before, of `sworn-if-weapon`" in text
    behind = text.partition("What can make fewer calls sworn")[2]
    assert "rule `cso-if-noise` changed waits 240 minutes instead of 120" in behind
    assert "presumes `weapon` no instead of unknown presumes `violence` no instead of unknown" in behind


def test_the_other_way_round_it_is_more_cautious(desk: Desk, draft: Path) -> None:
    typed = differ(draft, desk.agency)
    assert "More cautious: an officer must now go where a CSO could" in typed.out
    assert "Fewer calls sworn" not in typed.out
    assert "What can only make more calls sworn" in typed.out


def test_a_program_gets_the_same_as_a_document(desk: Desk, draft: Path) -> None:
    typed = differ(desk.agency, draft, "--json")
    document = typed.document
    assert (typed.code, document["same"]) == (1, False)
    assert document["before"]["from"] == str(desk.agency)
    assert document["after"]["agency"] == "Test City"
    (moved,) = document["moved"]
    assert (moved["call_type"], moved["before"], moved["after"], moved["direction"]) == (
        "UNSURE NOISE",
        "sworn",
        "cso",
        "looser",
    )
    assert moved["combinations"] == moved["of"] == len(document["priorities"]) * len(document["channels"])
    assert [(change["group"], change["direction"]) for change in document["changes"]] == [
        ("rule", "looser"),
        ("call type", "looser"),
    ]


def test_a_switch_shows_as_the_rules_that_hang_on_it(desk: Desk, draft: Path) -> None:
    edit(draft / "agency.yaml", "quiet-hours: false", "quiet-hours: true")
    text = flat(differ(desk.agency, draft).out)
    assert "rule `sworn-at-night` added an officer goes if `channel` is 911, and `nature` is NOISE" in text


def test_a_policy_of_the_log_is_named_by_the_first_digits_of_its_digest(desk: Desk, draft: Path) -> None:
    desk.run(report("A1"))
    first = digest(desk)
    triage("run", desk.folder / "calls.ndjson", "--agency", draft, "--log", desk.log)
    for name in (first, first[:6], first[:6].upper(), f"{desk.log}@{first[:8]}"):
        typed = differ(name, draft, "--log", desk.log)
        assert typed.code == 1
        assert f"before: {desk.log}@{first} (policy {first})\n" in typed.out
    assert differ(first, desk.agency, "--log", desk.log).code == 0
    assert differ(f"{desk.log}@{first}", desk.agency).code == 0


def test_a_digest_that_the_log_does_not_hold_is_refused_with_those_that_it_does(desk: Desk) -> None:
    desk.run(report("A1"))
    typed = desk("policy", "diff", "0123456789ab", desk.agency)
    assert typed.code == 2
    assert f"no policy `0123456789ab` in the log `{desk.log}`" in typed.err
    assert f"it holds: `{digest(desk)}`" in typed.err


@pytest.mark.parametrize("name", ["nowhere", "", "12345", "xyzxyz", "0123456789abcdef0", "@", "a\x1bb", "12345@12345"])
def test_what_is_neither_folder_nor_digest_is_refused(desk: Desk, name: str) -> None:
    typed = differ(name, desk.agency)
    assert typed.code == 2
    assert typed.out == ""
    assert "name an agency's folder, or a digest" in typed.err


def test_a_log_that_is_not_there_is_refused_and_not_made(desk: Desk) -> None:
    typed = differ("abcdef", desk.agency, "--log", desk.folder / "none.db")
    assert (typed.code, "there is no log at" in typed.err) == (2, True)
    assert not (desk.folder / "none.db").exists()


def test_a_folder_with_an_error_is_refused_with_the_command_that_shows_all(desk: Desk, draft: Path) -> None:
    edit(draft / "units.yaml", "warn_minutes: 30", "warn_minutes: soon")
    typed = differ(desk.agency, draft)
    assert typed.code == 2
    assert f"`triage check {draft}` shows all" in typed.err


def test_two_cities_that_share_little_are_told_in_a_page_that_a_person_can_read(desk: Desk) -> None:
    typed = differ(SEATTLE, desk.agency)
    assert typed.code == 1
    assert max(map(len, typed.out.splitlines()[2:])) <= 100
    assert len(typed.out.splitlines()) < 1000
    assert "more; --json shows all" in typed.out
