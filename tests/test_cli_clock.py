from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.cli import clock
from triage.cli.failures import UsageError

SEATTLE = ZoneInfo("America/Los_Angeles")
WALL = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023-07-14 13:00", "2023-07-14T20:00:00Z"),
        ("2023-07-14T13:00", "2023-07-14T20:00:00Z"),
        ("2023-07-14 13:00:30", "2023-07-14T20:00:30Z"),
        (" 2023-07-14 ", "2023-07-14T07:00:00Z"),
        ("2023-01-14 13:00", "2023-01-14T21:00:00Z"),
        ("2023-07-14T20:00:00Z", "2023-07-14T20:00:00Z"),
        ("2023-07-14T20:00Z", "2023-07-14T20:00:00Z"),
        ("2023-07-14 13:00-07:00", "2023-07-14T20:00:00Z"),
        ("2023-11-05 01:30", "2023-11-05T08:30:00Z"),
        ("NOW", "2026-01-02T03:04:05Z"),
    ],
)
def test_a_time_is_local_unless_it_says_otherwise(text: str, utc: str) -> None:
    assert clock.iso(clock.moment(text, SEATTLE, WALL)) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "13:00",
        "0000-00-00",
        "2023-02-30",
        "2023-13-01 10:00",
        "14.07.2023",
        "20230714",
        "2023-W28-5",
        "2023-07-14 25:00",
        "2023-07-14 13",
        "1e9",
        "-1",
        "2023-07-14 13:00 PDT",
        "9" * 500,
        "\x00",
    ],
)
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not a time; write for example `2023-07-14 13:00`"):
        clock.moment(text, SEATTLE, WALL)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(UsageError, match="does not exist in America/Los_Angeles"):
        clock.moment("2023-03-12 02:30", SEATTLE, WALL)


@pytest.mark.parametrize("text", ["1066-10-14 12:00", "9999-12-31T23:59:59Z", "0001-01-01"])
def test_a_year_that_no_call_can_have_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="outside the years 1970 to 2100"):
        clock.moment(text, SEATTLE, WALL)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_time_or_refused(text: str) -> None:
    try:
        found = clock.moment(text, SEATTLE, WALL)
    except UsageError:
        return
    assert found.tzinfo is not None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_a_time_that_is_proposed_is_read_back_as_itself(time: datetime) -> None:
    assert clock.moment(clock.typed(time, SEATTLE), SEATTLE, WALL) == time


def test_times_are_shown_with_the_abbreviation_that_holds_then() -> None:
    assert clock.shown(datetime(2023, 7, 14, 20, tzinfo=UTC), SEATTLE) == "2023-07-14 13:00 PDT"
    assert clock.shown(datetime(2023, 1, 14, 20, tzinfo=UTC), SEATTLE, seconds=True) == "2023-01-14 12:00:00 PST"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (42, "42 min"), (65, "1 h 05 min"), (1439, "23 h 59 min"), (3060, "2 d 3 h"), (-5, "-5 min")],
)
def test_a_span_is_told_in_words(minutes: int, words: str) -> None:
    assert clock.span(WALL, WALL + timedelta(minutes=minutes)) == words
