"""Groups of calls side by side: what is hidden stays hidden, whoever looks and however they compute."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training_rows import Told, rows
from triage.domain.values import Route
from triage.outcomes import Outcome
from triage.training.card import Cut
from triage.training.cuts import CALLS_MIN, CUTS, Judged, cut
from triage.training.errors import TrainingError
from triage.training.history import Row

(CALL,) = rows([Told()])


class Group(NamedTuple):
    """How many calls a group has, and how many of them are what: each at most the one before, `used` of `decided`."""

    calls: int
    sent_by_rules: int = 0
    sent: int = 0
    decided: int = 0
    used: int = 0


def row(beat: str, outcome: Outcome, route: Route) -> Row:
    said = CALL.call.said.model_copy(update={"beat": beat})
    return Row(CALL.agency, CALL.call._replace(said=said), outcome, route)


def judged(groups: Mapping[str, Group]) -> list[Judged]:
    """The calls of these beats."""
    found = []
    for beat, group in groups.items():
        for place in range(group.calls):
            outcome: Outcome = "no_contact"
            if place < group.decided:
                outcome = "authority_used" if place < group.used else "no_authority_used"
            by_rules: Route = "cso" if place < group.sent_by_rules else "sworn"
            route: Route = "cso" if place < group.sent else "sworn"
            found.append(Judged(row(beat, outcome, by_rules), None, None, route))
    return found


def shown(groups: Mapping[str, Group]) -> dict[str, Cut]:
    return {one.value: one for one in cut(judged(groups), "beat")}


def hidden(groups: Mapping[str, Group]) -> set[str]:
    return {name for name, one in shown(groups).items() if one.calls is None}


def varied(calls: int) -> Group:
    """A group of which no figure is like that of a group of another size."""
    return Group(calls, calls - 1, calls - 2, calls - 1, calls - 2)


@st.composite
def groups(draw: st.DrawFn) -> Group:
    calls = draw(st.integers(1, 14))
    by_rules = draw(st.integers(0, calls))
    decided = draw(st.integers(0, calls))
    return Group(calls, by_rules, draw(st.integers(0, by_rules)), decided, draw(st.integers(0, decided)))


TABLES = st.lists(groups(), min_size=1, max_size=7).map(lambda found: dict(zip("ABCDEFG", found, strict=False)))


def test_a_group_says_how_many_calls_go_and_how_often_authority_is_used_in_it() -> None:
    found = shown({"A": Group(20, 12, 7, 10, 3), "B": Group(30, 2, 0, 0, 0)})
    assert (found["A"].calls, found["A"].sent_by_rules, found["A"].sent) == (20, 12, 7)
    assert found["A"].used is not None
    assert (found["A"].used.number, found["A"].used.of) == (3, 10)
    assert found["B"].used is not None
    assert found["B"].used.share is None


def test_groups_stand_in_the_order_of_their_names_whatever_their_size() -> None:
    assert list(shown({"B": Group(99), "A": Group(2), "C": Group(11), "D": Group(9)})) == ["A", "B", "C", "D"]


@pytest.mark.parametrize(("calls", "is_hidden"), [(CALLS_MIN - 1, True), (CALLS_MIN, False)])
def test_fewer_than_ten_calls_are_hidden(calls: int, is_hidden: bool) -> None:
    assert ("A" in hidden({"A": varied(calls), "B": varied(7), "C": varied(8), "D": varied(40)})) == is_hidden


def test_a_hidden_group_shows_no_figure_at_all() -> None:
    one = shown({"A": varied(4), "B": varied(5), "C": varied(30)})["A"]
    assert (one.calls, one.sent_by_rules, one.sent, one.used) == (None, None, None, None)


def test_a_group_that_is_hidden_alone_takes_the_next_smallest_with_it() -> None:
    assert hidden({"A": varied(4), "B": varied(50), "C": varied(30), "D": varied(70)}) == {"A", "C"}


def test_groups_as_small_as_the_next_smallest_are_all_hidden_or_their_names_would_tell() -> None:
    assert hidden({"A": varied(4), "B": varied(30), "C": varied(30), "D": varied(70)}) == {"A", "B", "C"}


def test_two_groups_of_one_call_each_would_be_told_by_their_sum() -> None:
    assert hidden({"A": Group(1), "B": Group(1), "C": Group(30), "D": Group(40)}) == {"A", "B", "C"}


def test_that_no_call_of_hidden_groups_was_sent_is_hidden_too() -> None:
    """The sums would leave nought for both."""
    found = {"A": Group(3), "B": Group(5), "C": Group(20, 9, 4), "D": Group(50, 20, 8)}
    assert hidden(found) == {"A", "B", "C"}


def test_where_no_call_at_all_is_sent_there_is_nothing_to_hide_in_that() -> None:
    found = {"A": Group(3, 0, 0, 2, 1), "B": Group(5, 0, 0, 4, 3), "C": Group(20, 0, 0, 9, 2)}
    assert hidden(found) == {"A", "B"}


def test_where_every_group_is_large_none_is_hidden() -> None:
    assert hidden({"A": Group(10), "B": Group(10), "C": Group(10)}) == set()


def test_of_no_calls_there_are_no_groups() -> None:
    assert cut([], "beat") == ()


def test_a_single_group_is_the_total_and_small_it_is_hidden() -> None:
    assert hidden({"A": Group(9)}) == {"A"}
    assert hidden({"A": Group(10)}) == set()


@settings(max_examples=300)
@given(TABLES)
def test_every_hidden_figure_could_be_another_for_all_that_is_shown(table: dict[str, Group]) -> None:
    """For each there is a table with another figure in its place, the same sums and, by the same rule, the same shown.

    So nobody can work it out, not even who knows the rule: exchange it with another hidden group. A figure that is
    nought in every group follows from the sums alone, which no cut can hide; so do all where every group is hidden.
    """
    secret = hidden(table)
    if len(secret) == len(table):
        return
    before = shown(table)
    for name in secret:
        for place in range(len(Group._fields)):
            if not any(group[place] for group in table.values()):
                continue
            rivals = [other for other in secret if table[other][place] != table[name][place]]
            assert rivals, f"{Group._fields[place]} of {name}"
            swapped = {**table, name: table[rivals[0]], rivals[0]: table[name]}
            assert shown(swapped) == before


@settings(max_examples=300)
@given(TABLES)
def test_what_is_left_of_the_sums_is_never_one_group_nor_nought(table: dict[str, Group]) -> None:
    """What somebody with a pencil would try: totals less all that is shown."""
    found = shown(table)
    secret = [name for name, one in found.items() if one.calls is None]
    if not secret or len(secret) == len(table):
        return
    left = [
        sum(group[place] for group in table.values()) - sum(table[name][place] for name in table if name not in secret)
        for place in range(len(Group._fields))
    ]
    assert len(secret) >= 2
    assert left[0] > len(secret)
    for place, figure in enumerate(left):
        assert figure > 0 or not any(group[place] for group in table.values())


@given(TABLES)
def test_small_groups_are_always_hidden_and_the_others_are_as_they_are(table: dict[str, Group]) -> None:
    for name, one in shown(table).items():
        group = table[name]
        if one.calls is None:
            continue
        assert group.calls >= CALLS_MIN
        assert (one.calls, one.sent_by_rules, one.sent) == group[:3]
        assert one.used is not None
        assert (one.used.number, one.used.of) == (group.used, group.decided)


@given(TABLES)
def test_no_shown_group_is_smaller_than_a_hidden_one(table: dict[str, Group]) -> None:
    secret = hidden(table)
    sizes: Sequence[int] = [table[name].calls for name in secret]
    assert all(table[name].calls > max(sizes, default=0) for name in table if name not in secret)


@pytest.mark.parametrize(("by", "values"), [("beat", ["C1"]), ("hours", ["08-11"]), ("channel", ["911"])])
def test_calls_are_cut_by_beat_hours_and_channel(by: str, values: list[str]) -> None:
    found = cut(
        [Judged(one, None, None, "sworn") for one in rows([Told(hours=8, call_id=f"A{n}") for n in range(12)])], by
    )
    assert by in CUTS
    assert [one.value for one in found] == values


def test_nothing_else_is_cut_by() -> None:
    with pytest.raises(TrainingError, match="`beats` is nothing to cut by; did you mean `beat`"):
        cut([], "beats")


def test_a_name_that_grows_in_capitals_is_cut_off() -> None:
    found = shown({"ß" * 200: Group(12)})
    assert list(found) == ["S" * 200]
