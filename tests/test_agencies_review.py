"""Confirming what nobody has confirmed yet: what a person is shown, and what each answer writes."""

import stat
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rulebook_folder import ALONE, CITY, on_library
from triage.agencies.review import Review, ReviewRefusedError
from triage.agencies.review_dialogue import Walked, walk
from triage.agencies.review_files import ChangedMeanwhileError, FolderFiles
from triage.agencies.review_table import NoSuchRowError, cells_at, with_cells
from triage.agencies.review_yaml import CannotEditError, with_value, without_entry
from triage.domain.facts import FACTS
from triage.rulebook import check, load, load_outcomes

DAY = date(2026, 3, 2)
TYPES = (
    "call_type,description,canonical,fidelity,profile,presumes,severity,likelihood,status,calls,source\r\n"
    'LOUD,"Loud party, music",NOISE,close,,,,,review,1200,"guess, by ""words"""\r\n'
    "PARKED,,PARKING,exact,,juvenile=?,minor,possible,review,70,assumption\r\n"
    "ODD,Something odd,,,,,,,review,9,assumption\r\n"
    "NOISE,,NOISE,exact,,,,,,,assumption\r\n"
)
PRIORITIES = (
    "code,level,status,calls,source\n"
    "1,emergency,,5,assumption\n2,low,review,40,assumption\n3,routine,,900,assumption\n4,,review,,assumption\n"
)
CHANNELS = "code,channel,status,calls,source\nONVIEW,officer,review,3,assumption\nE911,911,,8,assumption\n"
DISPOSITIONS = (
    "code,description,apco,cso,outcome,status,calls,source\n"
    "ADV,Advised,,yes,no_authority,review,55,assumption\nGOA,,,,,review,,assumption\n"
)
COLUMNS = """\
# Made by `triage agency new`.
name: calls
source: a file
columns:
  call_id: Incident
  reported_at: Received
  call_type: Type # a guess
  priority: Prio
times:
  formats: ["%Y-%m-%d %H:%M:%S"]
review:
  - priority # half of the cells are empty
  # the next one is a guess
  - call_type
"""
SETTINGS = "review: [time_zone, switches]\n"
KINDS = {
    "call_types.csv": TYPES,
    "priorities.csv": PRIORITIES,
    "channels.csv": CHANNELS,
    "dispositions.csv": DISPOSITIONS,
    "columns/calls.yaml": COLUMNS,
    "agency.yaml": f"{CITY['agency.yaml']}{SETTINGS}",
}
EMERGENCY = """\
- id: sworn-if-emergency
  effect: require_sworn
  when: {priority: [emergency]}
  because: It is an emergency.
  source: assumption
  examples:
    - {given: {priority: emergency}, matches: true}
    - {given: {priority: low}, matches: false}
    - {given: {priority: null}, matches: null}
"""
SAFE = ", ".join(f"{name}: {str(FACTS[name].values[0]).lower()}" for name in ALONE)
PROFILES = f"""\
profiles:
  - {{id: nothing, presumes: {{}}, because: Nothing is known., source: assumption}}
  - {{id: calm, presumes: {{{SAFE}}}, because: Nobody to confront., source: assumption}}
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return on_library(tmp_path, KINDS, {"profiles.yaml": PROFILES})


def reviewed(folder: Path, by: str = "s1042") -> Review:
    return Review(folder, by, DAY)


def names(folder: Path) -> list[str]:
    return [item.name for item in check(folder).review]


def accept(folder: Path, name: str) -> None:
    review = reviewed(folder)
    review.accept(review.find(name))


def choose(folder: Path, name: str, answer: str) -> None:
    review = reviewed(folder)
    review.choose(review.find(name), answer)


class Person:
    """Answers in turn, and remembers what was said; a callable is done before its answer is given."""

    def __init__(self, answers: Iterable[str | Callable[[], str]]) -> None:
        self.said: list[str] = []
        self._answers = iter(answers)

    def say(self, text: str = "", *, indent: int = 0) -> None:
        self.said.append(" " * indent + text)

    def head(self, text: str) -> None:
        self.said.append(f"== {text}")

    def ask(self, prompt: str) -> str | None:
        self.said.append(f"? {prompt}")
        answer = next(self._answers, None)
        return answer() if callable(answer) else answer

    @property
    def heads(self) -> list[str]:
        """What was asked for, in order."""
        return [line.removeprefix("== ") for line in self.said if line.startswith("== ")]

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(self.said)


def walked(folder: Path, *answers: str | Callable[[], str]) -> tuple[Walked, Person]:
    person = Person(answers)
    return walk(reviewed(folder), person), person


def test_accepting_a_call_type_changes_its_status_and_source_and_no_other_byte(city: Path) -> None:
    accept(city, "LOUD")
    old = 'review,1200,"guess, by ""words"""\r\n'
    new = 'reviewed,1200,"guess, by ""words""; reviewed by s1042 on 2026-03-02"\r\n'
    assert (city / "call_types.csv").read_bytes().decode() == TYPES.replace(old, new)
    assert "LOUD" not in names(city)
    loud = next(entry for entry in load(city).call_types if entry.name == "LOUD")
    assert (loud.canonical, loud.presumes.weapon) == ("NOISE", False)


def test_another_canonical_type_takes_nothing_along_that_was_meant_for_the_first(city: Path) -> None:
    choose(city, "PARKED", "noise")
    row = "PARKED,,NOISE,close,,,,,reviewed,70,assumption; reviewed by s1042 on 2026-03-02\r\n"
    assert row in (city / "call_types.csv").read_bytes().decode()


def test_the_proposed_code_chosen_by_its_name_keeps_the_row(city: Path) -> None:
    choose(city, "PARKED", "PARKING")
    row = "PARKED,,PARKING,exact,,juvenile=?,minor,possible,reviewed,70,"
    assert row in (city / "call_types.csv").read_bytes().decode()


def test_a_call_type_without_a_proposal_cannot_be_accepted_but_picked(city: Path) -> None:
    before = (city / "call_types.csv").read_bytes()
    with pytest.raises(ReviewRefusedError, match="nothing is proposed for `ODD`: pick a canonical type"):
        accept(city, "ODD")
    assert (city / "call_types.csv").read_bytes() == before
    choose(city, "odd", "ASLT")
    assert "ODD,Something odd,ASLT,close,,,,,reviewed,9," in (city / "call_types.csv").read_text()


def test_a_code_that_there_is_not_is_refused_with_the_nearest(city: Path) -> None:
    with pytest.raises(ReviewRefusedError, match="no canonical type `NOISY`; did you mean `NOISE`"):
        choose(city, "LOUD", "NOISY")
    with pytest.raises(ReviewRefusedError, match="no level `soon`; valid: emergency, urgent, routine, low, unknown"):
        choose(city, "2", "soon")
    with pytest.raises(ReviewRefusedError, match="no canonical type `X-REVIEW`"):
        choose(city, "LOUD", "X-REVIEW")


def test_priorities_channels_and_dispositions_are_confirmed_in_their_own_tables(city: Path) -> None:
    choose(city, "2", "urgent")
    choose(city, "ONVIEW", "unknown")
    accept(city, "4")
    accept(city, "ADV")
    policy = load(city)
    assert policy.priorities == {"1": "emergency", "2": "urgent", "3": "routine"}
    assert policy.channels == {"E911": "911"}
    assert (city / "channels.csv").read_text().splitlines()[1].startswith("ONVIEW,,reviewed,3,assumption; reviewed by")
    assert load_outcomes(city).dispositions["ADV"] == "no_authority"
    assert not {"2", "4", "ONVIEW", "ADV"} & set(names(city))


def test_a_disposition_that_does_not_say_who_may_use_it_is_for_no_cso(city: Path) -> None:
    with pytest.raises(ReviewRefusedError, match="nothing is proposed for `GOA`: pick an outcome"):
        accept(city, "GOA")
    choose(city, "GOA", "no contact")
    assert load_outcomes(city).dispositions["GOA"] == "no_contact"
    assert {item.code: item.cso for item in load(city).dispositions}["GOA"] is False


def test_a_column_is_confirmed_by_taking_its_line_away_and_comments_stay(city: Path) -> None:
    accept(city, "priority")
    path = city / "columns" / "calls.yaml"
    assert path.read_text() == COLUMNS.replace("  - priority # half of the cells are empty\n", "")
    accept(city, "call_type")
    assert "review" not in path.read_text()
    assert "call_type: Type # a guess\n" in path.read_text()
    assert not {"priority", "call_type"} & set(names(city))


def test_another_column_is_written_where_the_first_stood(city: Path) -> None:
    choose(city, "call_type", 'Nature: "Code"')
    text = (city / "columns" / "calls.yaml").read_text()
    assert '  call_type: "Nature: \\"Code\\"" # a guess\n' in text
    assert "- call_type\n" not in text


def test_settings_leave_their_list_one_by_one_and_may_be_set(city: Path) -> None:
    accept(city, "switches")
    assert "review: [time_zone]\n" in (city / "agency.yaml").read_text()
    with pytest.raises(ReviewRefusedError, match=r"`time_zone` cannot be `Mars`: agency.yaml: time_zone: unknown"):
        choose(city, "time_zone", "Mars")
    choose(city, "time_zone", "America/Chicago")
    assert load(city).time_zone == "America/Chicago"
    assert "review" not in (city / "agency.yaml").read_text()


def test_a_setting_that_is_no_single_value_is_better_changed_by_hand(city: Path) -> None:
    with pytest.raises(ReviewRefusedError, match=r"agency.yaml:\d+: change it by hand: `switches` is not one value"):
        choose(city, "switches", "none")


def test_an_answer_that_would_break_the_folder_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    long = TYPES.replace(
        "PARKED,,PARKING,exact,,juvenile=?,minor,possible,review,70,assumption",
        f"PARKED,,PARKING,exact,,,,,review,70,{'s' * 590}",
    )
    city = on_library(tmp_path, {"call_types.csv": long})
    with pytest.raises(ReviewRefusedError, match=r"`PARKED` cannot be `PARKING`: call_types.csv: source:"):
        accept(city, "PARKED")
    assert (city / "call_types.csv").read_bytes() == long.encode()


def test_a_name_of_several_things_has_to_be_told_apart(city: Path) -> None:
    (city / "call_types.csv").write_text(TYPES.replace("LOUD", "2"))
    with pytest.raises(ReviewRefusedError, match="`2` is not clear; say which: call-type:2, priority:2"):
        accept(city, "2")
    accept(city, "priority:2")
    assert [item.kind for item in check(city).review if item.name == "2"] == ["call type"]
    (city / "columns" / "more.yaml").write_text(COLUMNS.replace("name: calls", "name: more"))
    with pytest.raises(
        ReviewRefusedError, match=r"say which: .*columns/calls.yaml:priority, columns/more.yaml:priority"
    ):
        accept(city, "column:priority")
    accept(city, "columns/more.yaml:priority")
    assert "- priority" in (city / "columns" / "calls.yaml").read_text()


def test_what_is_not_under_review_is_refused_with_the_nearest(city: Path) -> None:
    with pytest.raises(ReviewRefusedError, match="nothing under review is called `PARKD`; did you mean `PARKED`"):
        accept(city, "PARKD")
    with pytest.raises(ReviewRefusedError, match="nothing under review is called `NOISE`"):
        accept(city, "NOISE")


def test_what_the_library_leaves_to_review_is_not_changed_from_an_agencys_folder(tmp_path: Path) -> None:
    table = "code,description,apco,cso,outcome,status,source\nsettled,Settled,18,yes,no_authority,review,assumption\n"
    city = on_library(tmp_path, None, {"dispositions.csv": table})
    with pytest.raises(ReviewRefusedError, match=r"`../common/dispositions.csv` is the library's"):
        accept(city, "settled")
    assert (tmp_path / "common" / "dispositions.csv").read_text() == table


@pytest.mark.parametrize("by", ["Jo Smith", "", "é", "a" * 65, "a\nb", 'a"b', "=1"])
def test_whoever_answers_gives_an_id_and_never_a_name(city: Path, by: str) -> None:
    with pytest.raises(ReviewRefusedError, match="is no id"):
        reviewed(city, by)


def test_a_change_by_somebody_else_is_never_written_over(city: Path) -> None:
    review = reviewed(city)
    other = TYPES.replace("PARKED,,PARKING", "PARKED,,NOISE")
    (city / "call_types.csv").write_bytes(other.encode())
    with pytest.raises(ChangedMeanwhileError, match=r"`call_types.csv` was changed by somebody else meanwhile"):
        review.accept(review.find("LOUD"))
    assert (city / "call_types.csv").read_bytes() == other.encode()
    (city / "call_types.csv").unlink()
    with pytest.raises(ChangedMeanwhileError):
        review.accept(review.find("LOUD"))
    review.reload()
    assert review.errors == 1


def test_saving_leaves_no_draft_behind_and_keeps_the_files_rights(city: Path) -> None:
    path = city / "call_types.csv"
    path.chmod(0o640)
    accept(city, "LOUD")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in city.iterdir() if entry.name.endswith(".tmp")] == []


def test_a_file_that_cannot_be_written_stays_as_it_was_and_no_draft_is_left(city: Path) -> None:
    files = FolderFiles(city)
    with pytest.raises(TypeError):
        files.save("call_types.csv", cast("bytes", "no bytes"))
    assert (city / "call_types.csv").read_bytes() == TYPES.encode()
    assert [entry.name for entry in city.iterdir() if entry.name.startswith(".")] == []


def test_a_walk_shows_the_biggest_count_first_with_what_the_proposal_would_mean(city: Path) -> None:
    done, person = walked(city, "a", "q")
    assert person.heads[0] == "1 of 12: call type LOUD, 1,200 calls"
    assert "  Loud party, music" in person.said
    assert "  Proposed: NOISE: Noise" in person.said
    assert "    Worst case that is credible: minor, remote." in person.said
    assert "    Presumed to be no danger: 13 of 13 facts." in person.said
    assert "    At the usual priority, 3, by E911: a CSO may go (`cso-if-noise`: It is only noise)." in person.said
    assert "Saved: call type LOUD is NOISE." in person.said
    assert [one.answer for one in done.answered] == ["NOISE"]
    assert done.left == 11
    assert "LOUD" not in names(city)


def test_a_walk_can_be_left_and_taken_up_again(city: Path) -> None:
    walked(city, "a", "a", "q")
    done, person = walked(city)
    assert person.heads == ["1 of 10: disposition ADV, 55 calls"]
    assert (done.answered, done.left) == ((), 10)


def test_a_skipped_thing_comes_again_in_the_next_walk_only(city: Path) -> None:
    done, person = walked(city, *["s"] * 20)
    assert len(person.heads) == len(set(person.heads)) == done.left == 12
    assert done.answered == ()
    assert len(names(city)) == 12


def test_going_back_takes_an_answer_back(city: Path) -> None:
    before = (city / "call_types.csv").read_bytes()
    done, person = walked(city, "b", "a", "s", "b", "b", "q")
    assert person.heads[:5] == [
        "1 of 12: call type LOUD, 1,200 calls",
        "2 of 12: call type PARKED, 70 calls",
        "3 of 12: disposition ADV, 55 calls",
        "2 of 12: call type PARKED, 70 calls",
        "1 of 12: call type LOUD, 1,200 calls",
    ]
    assert "This is the first one." in person.said
    assert "Taken back: call type LOUD is under review again." in person.said
    assert (city / "call_types.csv").read_bytes() == before
    assert done == Walked((), 12)


def test_an_answer_is_not_taken_back_over_somebody_elses_change(city: Path) -> None:
    def edit() -> str:
        path = city / "call_types.csv"
        path.write_bytes(path.read_bytes().replace(b"ODD,", b"ODDER,"))
        return "b"

    done, person = walked(city, "a", edit, "q")
    assert "`call_types.csv` has changed since, so the answer stays; change it by hand." in person.said
    assert [one.item.name for one in done.answered] == ["LOUD"]
    assert b"ODDER,Something odd" in (city / "call_types.csv").read_bytes()


def test_a_change_that_was_noticed_is_not_lost_by_going_back(city: Path) -> None:
    def edit() -> str:
        path = city / "call_types.csv"
        path.write_bytes(path.read_bytes().replace(b"ODD,", b"ODDER,"))
        return "a"

    done, person = walked(city, "a", edit, "b", "q")
    assert "`call_types.csv` has changed since, so the answer stays; change it by hand." in person.said
    assert [one.item.name for one in done.answered] == ["LOUD"]
    assert b"ODDER,Something odd" in (city / "call_types.csv").read_bytes()


def test_a_change_by_somebody_else_is_noticed_and_the_walk_goes_on_from_it(city: Path) -> None:
    def edit() -> str:
        (city / "call_types.csv").write_bytes(TYPES.replace("ODD,", "ODDER,").encode())
        return "a"

    done, person = walked(city, edit, "a", "q")
    assert "`call_types.csv` was changed by somebody else meanwhile; nothing was written, look at it again." in (
        person.text.replace("\n", " ")
    )
    assert person.heads[:2] == ["1 of 12: call type LOUD, 1,200 calls"] * 2
    assert [one.answer for one in done.answered] == ["NOISE"]
    text = (city / "call_types.csv").read_text()
    assert "ODDER," in text
    assert "LOUD," in text


def test_another_type_is_picked_by_words_shown_with_its_meaning_and_confirmed(city: Path) -> None:
    done, person = walked(city, "p", "welfare check", "n", "welfare check", "y", "q")
    assert person.text.count("  WELFARE: Welfare check\n    Unknown until somebody asks: medical_emergency.\n") == 2
    assert (
        "an officer goes (`sworn-if-medical-emergency`: This needs an officer)."
        " First question: Is anyone hurt, or is this a medical emergency?"
    ) in person.text
    assert [one.answer for one in done.answered] == ["WELFARE"]
    assert 'LOUD,"Loud party, music",WELFARE,close' in (city / "call_types.csv").read_text()


def test_another_type_is_picked_by_its_number_and_confirmed(city: Path) -> None:
    done, person = walked(city, "s", "s", "2", "n", "1", "y", "q")
    listed = [line for line in person.said if line.startswith("  1  ")]
    assert listed[0].startswith("  1  authority: sworn authority was used") or len(listed) > 1
    assert [(one.item.name, one.answer) for one in done.answered] == [("ADV", "authority")]


def test_words_that_mean_nothing_say_so_and_an_empty_line_leaves_the_search(city: Path) -> None:
    done, person = walked(city, "p", "qqqq", "", "s", "q")
    assert "Nothing is like that." in person.said
    assert done.answered == ()
    assert person.heads[1].startswith("2 of 12")


def test_what_was_typed_wrong_is_asked_again(city: Path) -> None:
    _, person = walked(city, "x", "", "99", "\x1b[A", "q")
    assert sum(line.startswith("Type one letter: ") for line in person.said) == 4
    assert len(person.heads) == 1


def test_a_priority_says_what_it_would_do_to_the_call_types(city: Path) -> None:
    _, person = walked(city, "s", "s", "s", "q")
    assert person.heads[3] == "4 of 12: priority 2, 40 calls"
    assert "  Proposed: low: it can wait for long" in person.said
    assert (
        "    Of 4 call types, with nothing else known:"
        " an officer goes for 1, another agency goes for 1, a CSO may go for 2."
    ) in person.said


def test_what_was_said_of_a_priority_shows_in_what_call_types_would_mean(tmp_path: Path) -> None:
    priorities = PRIORITIES.replace("3,routine,,900", "3,routine,review,9000")
    changes = {**KINDS, "priorities.csv": priorities, "rules/own.yaml": EMERGENCY}
    city = on_library(tmp_path, changes, {"profiles.yaml": PROFILES})
    _, person = walked(city, "1", "y", "b", "s", "q")
    assert person.heads == [
        "1 of 13: priority 3, 9,000 calls",
        "2 of 13: call type LOUD, 1,200 calls",
        "1 of 13: priority 3, 9,000 calls",
        "2 of 13: call type LOUD, 1,200 calls",
    ]
    usual = [line.strip() for line in person.said if "At the usual priority" in line]
    assert [line.partition(" (")[0] for line in usual] == [
        "At the usual priority, 3, by E911: an officer goes",
        "At the usual priority, 3, by E911: a CSO may go",
    ]


def test_the_alternatives_are_the_nearest_ones_without_the_proposed_and_with_where_they_go(tmp_path: Path) -> None:
    types = TYPES.replace('"Loud party, music"', "Noise or welfare check")
    city = on_library(tmp_path, {**KINDS, "call_types.csv": types}, {"profiles.yaml": PROFILES})
    _, person = walked(city, "q")
    assert [line for line in person.said if line.startswith("  1  ")] == [
        "  1  WELFARE: Welfare check - an officer goes until somebody asks"
    ]
    assert not any(line.startswith("  2  ") for line in person.said)


def test_a_column_and_a_setting_are_shown_with_where_they_stand_and_can_be_written_otherwise(city: Path) -> None:
    done, person = walked(city, *["s"] * 8, "a", "p", "", "s", "p", "Prio2", "q")
    assert "  It says: America/Los_Angeles" in person.said
    assert "  in columns/calls.yaml, line 12" in person.said
    assert [(one.item.name, one.answer) for one in done.answered] == [
        ("time_zone", "America/Los_Angeles"),
        ("priority", "Prio2"),
    ]
    assert 'priority: "Prio2"\n' in (city / "columns" / "calls.yaml").read_text()


def test_an_answer_that_is_refused_is_said_and_the_thing_stays(city: Path) -> None:
    _, person = walked(city, "s", "s", "s", "s", "a", "q")
    assert "Not saved: nothing is proposed for `ODD`: pick a canonical type" in person.said
    assert "ODD" in names(city)


def test_a_folder_with_an_error_can_be_reviewed_all_the_same(city: Path) -> None:
    (city / "units.yaml").unlink()
    done, person = walked(city, "a", "q")
    assert any("the folder has errors, so nothing can be tried" in line for line in person.said)
    assert [one.answer for one in done.answered] == ["NOISE"]


def test_with_everything_answered_nothing_is_left_and_the_policy_holds_all(city: Path) -> None:
    answers = {"ODD": "ASLT", "GOA": "no_contact"}
    while names(city):
        name = names(city)[0]
        if name in answers:
            choose(city, name, answers[name])
        else:
            accept(city, name)
    assert check(city).problems == ()
    assert {entry.canonical for entry in load(city).call_types} == {"NOISE", "PARKING", "ASLT", "WELFARE"}


cells = st.text(st.sampled_from("ab,\"' ;é|"), max_size=6).map(str.strip)
tables = st.integers(2, 5).flatmap(
    lambda width: st.tuples(
        st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=5),
        st.sampled_from(["\n", "\r\n", "\r"]),
        st.booleans(),
    )
)


def _quoted(text: str, *, always: bool) -> str:
    return '"' + text.replace('"', '""') + '"' if always or any(mark in text for mark in ',"') else text


@given(tables, st.data())
def test_one_cell_is_changed_and_every_other_byte_stays(
    table: tuple[list[list[str]], str, bool], data: st.DataObject
) -> None:
    rows, end, always = table
    header = [f"c{place}" for place in range(len(rows[0]))]
    lines = [",".join(_quoted(cell, always=always) for cell in row) for row in (header, *rows)]
    text = end.join(lines) + end
    line = data.draw(st.integers(2, len(rows) + 1))
    column = data.draw(st.sampled_from(header))
    value = data.draw(cells)
    changed = with_cells(text.encode(), line, {column: value, "not there": "x"})
    expected = [dict(zip(header, row, strict=True)) for row in rows]
    expected[line - 2][column] = value
    assert [cells_at(changed, number) for number in range(2, len(rows) + 2)] == expected
    after = changed.decode().split(end)
    assert [one for place, one in enumerate(after) if place != line - 1] == [
        one for place, one in enumerate(text.split(end)) if place != line - 1
    ]
    assert with_cells(text.encode(), line, {column: rows[line - 2][header.index(column)]}) == text.encode()


@pytest.mark.parametrize(
    ("text", "line"), [("a,b\n1,2\n", 1), ("a,b\n1,2\n", 9), ("a,b\n1\n", 2), ('a,b\n"1,2\n', 2), ("", 2), ('"a\n1', 2)]
)
def test_what_is_no_row_is_not_changed(text: str, line: int) -> None:
    with pytest.raises(NoSuchRowError):
        with_cells(text.encode(), line, {"a": "x"})


def test_a_byte_order_mark_stays_where_it_is() -> None:
    assert with_cells("\ufeffa,b\n1,2\n".encode(), 2, {"a": "x"}) == "\ufeffa,b\nx,2\n".encode()
    assert without_entry("\ufeffreview: [a, b]\n".encode(), "a") == "\ufeffreview: [b]\n".encode()


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("a: 1\nreview: [x]\nb: 2\n", "x", "a: 1\nb: 2\n"),
        ("review:\n  - x\nb: 2\n", "x", "b: 2\n"),
        ("review: [x, y, z] # why\n", "x", "review: [y, z] # why\n"),
        ("review: [x, y, z]\n", "y", "review: [x, z]\n"),
        ("review: [x, y, z]\n", "z", "review: [x, y]\n"),
        ('review: ["x", y]\n', "x", "review: [y]\n"),
        ("review:\n- x\n- y\n", "x", "review:\n- y\n"),
        ("review:\n- x\n- y", "y", "review:\n- x\n"),
        ("review: [x,\n  y]\n", "x", "review: [y]\n"),
        ("review: # all\n  # one\n  - x\na: 1\n", "x", "a: 1\n"),
        ("review:\r\n  - x\r\n  - y\r\n", "x", "review:\r\n  - y\r\n"),
    ],
)
def test_an_entry_leaves_the_list_and_with_the_last_the_list(text: str, name: str, left: str) -> None:
    assert without_entry(text.encode(), name) == left.encode()


@pytest.mark.parametrize(
    "text", ["review: x\n", "review: {x: 1}\n", "review: [y]\n", "a: 1\n", "- x\n", "review: [y, # z\n  x]\n"]
)
def test_a_list_in_another_form_is_left_to_a_person(text: str) -> None:
    with pytest.raises(CannotEditError):
        without_entry(text.encode(), "x")


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("columns: {a: b, c: d}\n", 'columns: {a: "x y", c: d}\n'),
        ("columns:\n  a: b # why\n", 'columns:\n  a: "x y" # why\n'),
        ("columns:\n  a: [b, c]\n", 'columns:\n  a: "x y"\n'),
        ('columns:\n  a: "b"\n', 'columns:\n  a: "x y"\n'),
    ],
)
def test_a_value_is_written_otherwise_and_comments_stay(text: str, changed: str) -> None:
    assert with_value(text.encode(), ("columns", "a"), "x y") == changed.encode()


@pytest.mark.parametrize(
    "text",
    ["columns:\n  a:\n    - b\n    - c\n", "columns: {a: {b: c}}\n", "columns: {}\n", "a: b\n", "columns:\n  a:\n"],
)
def test_a_value_over_several_lines_is_left_to_a_person(text: str) -> None:
    with pytest.raises(CannotEditError):
        with_value(text.encode(), ("columns", "a"), "x")
