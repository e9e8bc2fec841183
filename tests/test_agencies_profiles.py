import pytest

from tests.agencies_files import column
from triage.agencies.matching import best_matching
from triage.agencies.profiles import DISTINCT_MAX, SAMPLE_ROWS, profile
from triage.agencies.relations import follows, is_coarser, same_in_other_words
from triage.sources import SourceError


def test_a_column_is_counted_over_all_rows_and_sampled_over_the_whole_file() -> None:
    rows = 5 * SAMPLE_ROWS
    first, second = profile(["a", "b"], ([str(number), "x" if number % 4 else "-"] for number in range(rows)))

    assert (first.rows, first.blank, first.counts) == (rows, 0, None)
    assert second.counts == {"x": rows * 3 // 4}
    assert second.blank == rows // 4
    assert SAMPLE_ROWS <= len(first.sample) <= 2 * SAMPLE_ROWS
    assert int(first.sample[-1]) > rows * 0.99, "the sample stops before the end"
    steps = {int(later) - int(earlier) for earlier, later in zip(first.sample, first.sample[1:], strict=False)}
    assert len(steps) == 1, "the sample is not every n-th row"


def test_the_sample_is_even_however_the_rows_fall_into_chunks() -> None:
    (only,) = profile(["a"], ([str(number)] for number in range(33 * SAMPLE_ROWS)))

    steps = {int(later) - int(earlier) for earlier, later in zip(only.sample, only.sample[1:], strict=False)}
    assert steps == {32}


def test_the_same_row_is_sampled_in_every_column() -> None:
    first, second = profile(["a", "b"], ([str(number), str(2 * number)] for number in range(3 * SAMPLE_ROWS)))

    assert [int(cell) * 2 for cell in first.sample] == [int(cell) for cell in second.sample]


def test_a_row_of_another_width_is_left_out() -> None:
    (only, _) = profile(["a", "b"], [["1", "2"], ["3"], ["4", "5", "6"], ["7", "8"]])

    assert only.sample == ("1", "7")


def test_a_list_with_too_many_values_is_no_list_of_codes() -> None:
    assert column([str(number) for number in range(DISTINCT_MAX)]).counts is not None
    many = column([str(number) for number in range(DISTINCT_MAX + 1)])
    assert many.counts is None
    assert many.distinct > DISTINCT_MAX


def test_a_header_wider_than_any_call_file_is_refused() -> None:
    with pytest.raises(SourceError, match="the header has 401 columns: a call file has at most 400"):
        profile([str(number) for number in range(401)], [])


def test_an_empty_table_has_columns_without_rows() -> None:
    (only,) = profile(["a"], [])
    assert (only.rows, only.said, only.unique_share, only.share(bool)) == (0, [], 0.0, 0.0)


def test_one_column_settles_another_where_each_value_goes_with_one() -> None:
    codes, words, groups = ["a", "b", "c"] * 30, ["ash", "birch", "cedar"] * 30, ["x", "x", "y"] * 30

    assert same_in_other_words(codes, words)
    assert is_coarser(codes, groups)
    assert not is_coarser(codes, words)
    assert follows(groups, codes) < 0.6
    assert follows(["a", "b"] * 30, ["x", "x", "y", "y"] * 15) == 0, "they have nothing to do with each other"


def test_one_value_follows_from_nothing() -> None:
    assert follows(["a", "b"] * 20, ["x"] * 40) == 0
    assert follows([str(number) for number in range(100)], ["x", "y"] * 50) == 0, "each value stands once"


def test_the_best_matching_is_the_best_in_sum_and_not_the_best_first() -> None:
    scores = {("a", 0): 10.0, ("a", 1): 9.0, ("b", 0): 9.0, ("b", 1): 1.0}
    least = {"a": 0.5, "b": 0.5, "c": 0.5}

    assert best_matching(("a", "b"), (0, 1), scores, least) == {"a": 1, "b": 0}


def test_a_role_that_no_column_earns_stays_open() -> None:
    scores = {("a", 0): 0.4, ("b", 0): 0.9, ("b", 1): 0.8}
    least = {"a": 0.5, "b": 0.5}

    assert best_matching(("a", "b"), (0, 1), scores, least) == {"b": 0}
    assert best_matching(("a", "b"), (), {}, least) == {}


def test_the_matching_finds_what_trying_every_one_finds() -> None:
    import itertools  # noqa: PLC0415
    import random  # noqa: PLC0415

    draw = random.Random(3)
    for _ in range(60):
        roles, places = ("a", "b", "c"), (0, 1, 2, 3)
        scores = {(role, place): draw.choice((0.0, 0.3, 0.6, 0.9, 1.2)) for role in roles for place in places}
        least = dict.fromkeys(roles, 0.5)

        def gain(found: dict[str, int], scores: dict[tuple[str, int], float] = scores) -> float:
            return sum(max(0.0, scores[role, place] - 0.5) for role, place in found.items())

        best = max(gain(dict(zip(roles, taken, strict=True))) for taken in itertools.permutations(places, 3))
        found = best_matching(roles, places, scores, least)
        assert gain(found) == pytest.approx(best)
        assert len(set(found.values())) == len(found)
        assert all(scores[role, place] > 0.5 for role, place in found.items())
