"""What calls usually look like: over how many of them drift is measured, in what, and in what it cannot be."""

import pytest

from tests.training_rows import Told, rows
from triage.training.reference import WATCHED, WINDOW_MIN, Usual, usual

DAY = 24.0


def steady(calls: int, per_day: int, beats: str = "XYZW") -> list[Told]:
    """Calls at an even pace, day and night, of two types in turn."""
    return [
        Told(("WELFARE CHECK", "DISPUTE")[place % 2], hours=place * DAY / per_day, beat=beats[place % len(beats)])
        for place in range(calls)
    ]


def of(told: list[Told], names: tuple[str, ...] = WATCHED) -> Usual:
    return usual(rows(told), names)


@pytest.mark.parametrize(
    ("calls", "per_day", "window"),
    [(3000, 20, WINDOW_MIN), (4000, 200, 1400), (4200, 600, 4200), (300, 600, WINDOW_MIN)],
    ids=["few a day", "two hundred a day", "a week and no more", "half a day"],
)
def test_the_window_is_a_week_of_calls_and_at_least_a_thousand(calls: int, per_day: int, window: int) -> None:
    assert of(steady(calls, per_day), ("nature",)).window == window


def test_no_calls_at_all_watch_nothing() -> None:
    assert usual([], WATCHED) == Usual(WINDOW_MIN, {}, ())


def test_shares_are_of_all_calls_and_the_rare_stand_together_at_the_end() -> None:
    told = [Told(beat="X"), *[Told(beat="Y")] * 59, *[Told(beat="Z")] * 39, Told(beat="Q")]
    shares = of(told, ("beat",)).shares["beat"]
    assert list(shares) == ["Y", "Z", "other"]
    assert shares == pytest.approx({"Y": 0.59, "Z": 0.39, "other": 0.02})


def test_a_feature_of_one_value_cannot_shift_and_is_not_watched() -> None:
    found = of(steady(2000, 200))
    assert "channel" not in found.shares
    assert found.unsteady == ()


def test_only_what_is_asked_for_is_watched() -> None:
    assert set(of(steady(2000, 200), ("nature", "type", "hours")).shares) == {"nature", "hours"}


def test_what_shifts_between_windows_of_the_agencys_own_calls_is_too_unsteady_to_watch() -> None:
    first, later = steady(2000, 200, "XY"), steady(2000, 200, "ZW")
    moved = [call._replace(hours=call.hours + 10 * DAY) for call in later]
    found = of([*first, *moved])
    assert found.unsteady == ("beat",)
    assert {"nature", "hours", "weekday"} <= set(found.shares)


def test_weekdays_are_watched_where_a_window_has_whole_weeks_in_it() -> None:
    assert "weekday" in of(steady(8 * 7 * 200, 200), ("weekday",)).shares
    busy = of([*steady(9 * 2000, 2000)], ("weekday",))  # nine days: the second window would begin on a Monday again
    assert (busy.window, "weekday" in busy.shares) == (14_000, True)
