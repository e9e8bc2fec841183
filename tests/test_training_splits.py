from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training_rows import Told, rows
from triage.training.errors import TrainingError
from triage.training.history import Row
from triage.training.splits import Fold, Parts, folds, read_split, split

_ONE = rows([Told()])[0]


def at(*hours: float) -> list[Row]:
    """Rows of these hours, as they stand."""
    return [rows([Told(hours=hour)])[0] for hour in hours]


def hourly(number: int) -> list[Row]:
    return rows([Told(hours=hour) for hour in range(number)])


def sizes(parts: Parts) -> tuple[int, ...]:
    return tuple(len(part) for part in parts)


def test_calls_are_split_by_time_and_never_shuffled() -> None:
    told = hourly(100)
    train, calibrate, test = split(told)
    assert [*train, *calibrate, *test] == told
    assert sizes(split(told)) == (25, 60, 15)
    assert sizes(split(told, (60, 20, 20))) == (60, 20, 20)


def test_calls_of_one_moment_never_fall_into_two_parts() -> None:
    told = at(*[0] * 10, *[1] * 3, *[2] * 20, *[3] * 7)
    train, calibrate, test = split(told)
    assert sizes((train, calibrate, test)) == (10, 23, 7)  # type: ignore[arg-type]


def test_a_cut_within_a_moment_goes_to_its_nearer_end() -> None:
    assert sizes(split(at(*range(9), *[20] * 12, *range(30, 49)), (25, 50, 25))) == (9, 21, 10)
    assert sizes(split(at(*range(2), *[20] * 12, *range(30, 56)), (25, 50, 25))) == (14, 16, 10)


@given(st.lists(st.integers(0, 12), min_size=3, max_size=60), st.integers(1, 98), st.integers(1, 98))
def test_whatever_the_times_no_part_reaches_into_the_next(hours: list[int], first: int, second: int) -> None:
    shares = (first, second, 100 - first - second)
    told = [_ONE._replace(call=_ONE.call._replace(reported_at=row.call.reported_at)) for row in _sorted(hours)]
    try:
        parts = split(told, shares)
    except TrainingError:  # which the tests below are about
        assert len(set(hours)) < 3 or min(shares) * len(hours) < 100 * max(hours.count(hour) for hour in hours)
        return
    assert [*parts.train, *parts.calibrate, *parts.test] == told
    assert parts.train[-1].call.reported_at < parts.calibrate[0].call.reported_at
    assert parts.calibrate[-1].call.reported_at < parts.test[0].call.reported_at


def _sorted(hours: Sequence[int]) -> list[Row]:
    return at(*sorted(hours))


def test_fewer_than_three_moments_are_refused() -> None:
    with pytest.raises(TrainingError, match="of 2 different moments: at least 3 are needed"):
        split(at(0, 0, 1, 1))
    with pytest.raises(TrainingError, match="of 0 different moments"):
        split([])


def test_an_empty_part_is_refused() -> None:
    with pytest.raises(TrainingError, match="the part to calibrate with is empty: at least 1 call is needed"):
        split(at(0, *[1] * 97, 2, 3), (50, 25, 25))
    with pytest.raises(TrainingError, match="the part to train with is empty"):
        split(hourly(10), (5, 80, 15))


def test_rows_out_of_the_order_of_time_are_refused() -> None:
    with pytest.raises(TrainingError, match=r"call 3 of 4 was reported before the one before it: sort by time"):
        split(at(0, 2, 1, 3))


def test_the_hour_that_clocks_show_twice_is_in_order() -> None:
    one_o_clock = 24 * 307  # on 5 November 2023, for the first time
    told = at(one_o_clock + 0.75, one_o_clock + 1.5, one_o_clock + 3)
    assert sizes(split(told, (34, 33, 33))) == (1, 1, 1)


def test_each_fold_learns_from_all_before_what_it_is_tested_on() -> None:
    assert folds(hourly(100)) == [Fold(20, 40), Fold(40, 60), Fold(60, 80), Fold(80, 100)]


def test_folds_keep_moments_whole_and_are_fewer_where_few_moments_differ() -> None:
    assert folds(at(*[0] * 10, *[1] * 10)) == [Fold(10, 20)]
    assert folds(at(0, 0, 0)) == []
    assert folds([]) == []


@pytest.mark.parametrize("text", ["25:60:15", "1:98:1", "34:33:33"])
def test_a_split_is_read(text: str) -> None:
    assert read_split(text) == tuple(int(part) for part in text.split(":"))


@pytest.mark.parametrize(
    "text",
    ["", "25:60", "25:60:16", "0:85:15", "25:75:0", "-5:90:15", "25.5:59.5:15", "a:b:c", "25:60:15:0", "²5:60:15"],
)
def test_any_other_split_is_refused_with_what_is_valid(text: str) -> None:
    with pytest.raises(TrainingError, match=f"`{text}` is no split; valid: per cent .* as in `25:60:15`"):
        read_split(text)
