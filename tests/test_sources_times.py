"""Local times of an agency: both changes of the clocks, years that mean nothing, and texts that are no time."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.source_examples import short
from triage.sources.time_formats import compile_format, may_both_fit
from triage.sources.times import LocalTimes
from triage.sources.unreadable import NO_SUCH_LOCAL_TIME, NO_SUCH_YEAR, NOT_A_TIME, RowError

FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%Y %b %d %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
SEATTLE = ZoneInfo("America/Los_Angeles")
MISSING = frozenset({"", "null"})


def when(text: str, zone: ZoneInfo = SEATTLE) -> str:
    """The time that `text` says, in UTC."""
    moment = LocalTimes(FORMATS, zone, MISSING)[text]
    assert moment is not None
    assert moment.tzinfo is UTC
    return moment.isoformat()


def why_not(text: str, zone: ZoneInfo = SEATTLE) -> str:
    """Why `text` is refused."""
    with pytest.raises(RowError) as refused:
        LocalTimes(FORMATS, zone, MISSING)[text]
    return refused.value.reason


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("11/04/2023 6:08:26 PM", "2023-11-05T01:08:26+00:00"),
        ("06/04/2023 12:00:00 AM", "2023-06-04T07:00:00+00:00"),
        ("06/04/2023 12:00:00 pm", "2023-06-04T19:00:00+00:00"),
        ("2025 Oct 19 07:10:15 PM", "2025-10-20T02:10:15+00:00"),
        ("2024-01-05T22:11:12.250", "2024-01-06T06:11:12.250000+00:00"),
        ("2024-05-14", "2024-05-14T07:00:00+00:00"),
        (" 2024-05-14 ", "2024-05-14T07:00:00+00:00"),
        ("2024-05-14T12:00:00+02:00", "2024-05-14T10:00:00+00:00"),
        ("2024-05-14T12:00:00Z", "2024-05-14T12:00:00+00:00"),
    ],
)
def test_a_time_is_read_in_each_format(text: str, utc: str) -> None:
    assert when(text) == utc


def test_a_time_that_happens_twice_is_the_earlier_one() -> None:
    assert when("11/05/2023 1:30:00 AM") == "2023-11-05T08:30:00+00:00"  # still daylight time
    assert when("11/05/2023 2:00:00 AM") == "2023-11-05T10:00:00+00:00"


def test_a_time_that_the_clocks_skip_does_not_exist() -> None:
    assert why_not("03/12/2023 2:30:00 AM") == NO_SUCH_LOCAL_TIME
    assert when("03/12/2023 1:59:59 AM") == "2023-03-12T09:59:59+00:00"
    assert when("03/12/2023 3:00:00 AM") == "2023-03-12T10:00:00+00:00"


def test_clocks_that_change_by_half_an_hour_are_read_right() -> None:
    island = ZoneInfo("Australia/Lord_Howe")
    assert why_not("2023-10-01 02:15:00", island) == NO_SUCH_LOCAL_TIME
    assert when("2023-10-01 02:30:00", island) == "2023-09-30T15:30:00+00:00"


@pytest.mark.parametrize(
    "text",
    ["0000-00-00", "00/00/0000 12:00:00 AM", "01/01/1900 12:00:00 AM", "1989-12-31", "2101-01-01", "0000-00-00T00:00Z"],
)
def test_a_year_that_cannot_be_is_refused_as_such(text: str) -> None:
    assert why_not(text) == NO_SUCH_YEAR


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2024-02-30",
        "2024-13-01",
        "13/32/2024 1:00:00 PM",
        "01/02/2024 0:30:00 PM",
        "01/02/2024 13:30:00 PM",
        "2024-01-02 12:60:00",
        "2024-01-02 12:00:60",
        "2024 Okt 01 01:00:00 PM",
        "2024-01-02T12:00:00",
        "\u0662\u0660\u0662\u0664-01-02",
        "2" * 10_000,
        "9" * 60,
    ],
    ids=short,
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert why_not(text) == NOT_A_TIME


def test_a_missing_time_is_none_and_not_an_error() -> None:
    times = LocalTimes(FORMATS, SEATTLE, MISSING)
    assert times[""] is None
    assert times[" Null "] is None


@given(st.datetimes(datetime(1990, 1, 3), datetime(2100, 12, 28)))  # noqa: DTZ001 - local times
@settings(deadline=None)
def test_every_local_time_is_what_the_zone_says_or_does_not_exist(local: datetime) -> None:
    text = local.replace(microsecond=0).strftime("%Y-%m-%d %H:%M:%S")
    there = local.replace(microsecond=0, tzinfo=SEATTLE)
    exists = there.astimezone(UTC).astimezone(SEATTLE).replace(tzinfo=None) == local.replace(microsecond=0)
    if exists:
        assert when(text) == there.astimezone(UTC).isoformat()
    else:
        assert why_not(text) == NO_SUCH_LOCAL_TIME


@given(st.binary(max_size=40))
def test_any_text_is_a_time_or_refused_for_a_known_reason(data: bytes) -> None:
    reason = None
    try:
        LocalTimes(FORMATS, SEATTLE, MISSING)[data.decode("latin-1")]
    except RowError as refused:
        reason = refused.reason
    assert reason in {None, NOT_A_TIME, NO_SUCH_YEAR, NO_SUCH_LOCAL_TIME}


@pytest.mark.parametrize(
    "text", ["%Y-%m-%d %Z", "%Y", "%Y %y-%m-%d", "%m-%d", "%Y-%m-%b-%d", "%Y-%m-%d %H %p", "%Y-%m-%d %", "%Y-%Y-%m-%d"]
)
def test_a_format_that_cannot_give_one_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="%"):
        compile_format(text)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("7/4/23 9:05", "2023-07-04T16:05:00+00:00"),
        ("07/04/00 09:05", "2000-07-04T16:05:00+00:00"),
        ("7/4/68 9:05", "2068-07-04T16:05:00+00:00"),
        ("7/4/99 9:05", "1999-07-04T16:05:00+00:00"),
    ],
)
def test_a_year_of_two_digits_is_of_the_century_that_posix_says(text: str, utc: str) -> None:
    times = LocalTimes(("%m/%d/%y %H:%M",), SEATTLE, MISSING)
    moment = times[text]
    assert moment is not None
    assert moment.isoformat() == utc
    assert times.column([text, text]) == [moment, moment]


@pytest.mark.parametrize(
    ("text", "utc"), [("2023-07-04 105", "2023-07-04T08:05:00+00:00"), ("2023-07-04 1405", "2023-07-04T21:05:00+00:00")]
)
def test_a_number_right_behind_another_has_two_digits(text: str, utc: str) -> None:
    times = LocalTimes(("%Y-%m-%d %H%M",), SEATTLE, MISSING)
    moment = times[text]
    assert moment is not None
    assert moment.isoformat() == utc
    assert times.column([text, text]) == [moment, moment]


def test_a_day_without_its_zeros_is_no_day_where_nothing_parts_the_numbers() -> None:
    with pytest.raises(RowError) as refused:
        LocalTimes(("%Y%m%d",), SEATTLE, MISSING)["2024111"]
    assert refused.value.reason == NOT_A_TIME


@pytest.mark.parametrize(
    ("text", "reason"), [("7/4/69 9:05", NO_SUCH_YEAR), ("7/4/2023 9:05", NOT_A_TIME), ("7/4/3 9:05", NOT_A_TIME)]
)
def test_a_year_of_two_digits_that_cannot_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RowError) as refused:
        LocalTimes(("%m/%d/%y %H:%M",), SEATTLE, MISSING)[text]
    assert refused.value.reason == reason


@pytest.mark.parametrize("text", ["2024-03-09 24:00:00", "2024-03-10 00:00:00", "2024-03-10"])
def test_24_00_is_midnight_at_the_end_of_its_day(text: str) -> None:
    assert when(text) == "2024-03-10T08:00:00+00:00"


def test_24_00_is_midnight_also_where_the_clocks_change_on_its_day() -> None:
    assert when("2024-03-10 24:00:00") == "2024-03-11T07:00:00+00:00"
    assert when("2024-11-03 24:00:00") == "2024-11-04T08:00:00+00:00"
    assert when("2024-12-31 24:00:00") == "2025-01-01T08:00:00+00:00"


def test_nothing_comes_after_24_00() -> None:
    assert why_not("2024-03-09 24:00:01") == NOT_A_TIME
    assert why_not("2024-03-09 24:01:00") == NOT_A_TIME
    assert why_not("2024-03-09 25:00:00") == NOT_A_TIME
    assert why_not("03/09/2024 24:00:00 PM") == NOT_A_TIME


def test_a_local_clock_that_was_written_down_as_utc_is_read_as_what_it_showed() -> None:
    times = LocalTimes(FORMATS, SEATTLE, MISSING, utc_is_local=True)
    for text in ("2022-01-01T01:08:55Z", "2021-12-31T20:08:55-05:00", "2022-01-01T02:08:55+01:00"):
        assert times[text] == datetime(2022, 1, 1, 9, 8, 55, tzinfo=UTC)
    assert times["2022-01-01"] == datetime(2022, 1, 1, 8, tzinfo=UTC)
    with pytest.raises(RowError, match=re.escape(NO_SUCH_LOCAL_TIME)):
        times["2024-03-10T02:30:00Z"]
    with pytest.raises(RowError, match=NO_SUCH_YEAR):
        times["1989-12-31T23:00:00Z"]


TEXTS = st.lists(
    st.datetimes(datetime(1989, 12, 30), datetime(2101, 1, 2)).flatmap(  # noqa: DTZ001 - local times
        lambda time: st.sampled_from([time.strftime(text) for text in (*FORMATS, "%d.%m.%Y", "%m/%d/%Y")])
    )
    | st.sampled_from(["", "NULL", "soon", "2024-03-10 02:30:00", "2024-11-03 01:30:00", "2024-05-05 24:00:00"])
    | st.text("0123/- :APM", max_size=25),
    max_size=20,
)


def answer(times: LocalTimes, text: str) -> datetime | str | None:
    """The time that `text` says, or why it says none."""
    try:
        return times[text]
    except RowError as refused:
        return refused.reason


@given(TEXTS, TEXTS, st.permutations(FORMATS))
@settings(deadline=None)
def test_a_column_of_times_says_what_each_of_them_says(first: list[str], second: list[str], formats: list[str]) -> None:
    one_by_one, together = (LocalTimes(formats, SEATTLE, MISSING) for _ in range(2))
    for texts in (first, second):
        right = [text for text in texts if not isinstance(answer(one_by_one, text), str)]
        assert together.column(right) == [one_by_one[text] for text in right]
        if right != texts:
            with pytest.raises(RowError):
                together.column(texts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("%m/%d/%Y", "%d/%m/%Y"),
        ("%m/%d/%y", "%y/%m/%d"),
        ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"),
        ("%Y-%m-%d", "%Y-%d-%m"),
        ("%Y%m%d", "%d%m%Y"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %M:%H"),
        ("%d %b %Y", "%d May %Y"),
        ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%f"),
        ("%Y-%m-%d", "%Y-%m-%d"),
    ],
)
def test_formats_that_can_read_one_text_are_known(one: str, other: str) -> None:
    assert may_both_fit(one, other)
    assert may_both_fit(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("%m/%d/%Y", "%Y/%m/%d"),
        ("%m/%d/%Y", "%m/%d/%y"),
        ("%m/%d/%Y", "%m-%d-%Y"),
        ("%m/%d/%Y", "%m/%d/%Y %H:%M"),
        ("%d/%m/%Y", "%d/%b/%Y"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M %p"),
        ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"),
        ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"),
        ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M UTC"),
        ("%d/%m/%Y", "%d/%m/2%Y"),
    ],
)
def test_formats_that_never_read_one_text_are_known_too(one: str, other: str) -> None:
    assert not may_both_fit(one, other)
    assert not may_both_fit(other, one)


@given(st.datetimes(datetime(1990, 1, 3), datetime(2100, 12, 28)), st.data())  # noqa: DTZ001 - local times
@settings(deadline=None)
def test_two_formats_that_fit_one_text_are_never_taken_for_harmless(local: datetime, data: st.DataObject) -> None:
    parts = st.permutations(["%Y", "%m", "%d", "%H", "%M"]).flatmap(
        lambda order: st.lists(st.sampled_from(["/", "-", " ", ":", ""]), min_size=5, max_size=5).map(
            lambda signs: "".join(part for pair in zip(order, signs, strict=True) for part in pair)
        )
    )
    one, other = data.draw(parts), data.draw(parts)
    text = local.strftime(one)
    if compile_format(other).fullmatch(text):
        assert may_both_fit(one, other)
