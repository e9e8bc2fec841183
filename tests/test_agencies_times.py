from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.agencies_files import column, mapping_of, rows, write
from tests.agencies_transformer import DATA, FORMATS, PACIFIC, published
from triage.agencies.draft import AgencyDraftError
from triage.agencies.relations import part_of_time
from triage.agencies.time_formats import TROUGH_HOUR, hours_off, quiet_hours, read_times
from triage.agencies.zones import named_zone, no_zone, zone_of_offsets

START = datetime(2024, 1, 1)  # noqa: DTZ001 - local times
MOMENTS = [START + timedelta(minutes=397 * number) for number in range(400)]
WRITTEN = [text for text in FORMATS if "%" in text]


@pytest.mark.parametrize("text", [*WRITTEN, "%Y-%m-%d", "%b %d, %Y %I:%M %p", "%Y%m%d %H:%M:%S", "%m-%d-%Y %H%M"])
def test_the_way_a_time_is_written_is_found_from_its_values(text: str) -> None:
    times = read_times(column([moment.strftime(text) for moment in MOMENTS]))

    assert times is not None
    assert times.formats == (text,)
    assert times.certain
    assert times.moments[7] is not None
    assert times.moments[7].strftime(text) == MOMENTS[7].strftime(text)


def test_days_that_fit_both_orders_are_never_certain() -> None:
    early = [f"0{1 + number % 9}/0{1 + number % 7}/2024 10:00" for number in range(100)]
    times = read_times(column(early))

    assert times is not None
    assert times.either_order
    assert not times.certain


def test_one_day_after_the_twelfth_settles_the_order() -> None:
    early = [f"0{1 + number % 9}/0{1 + number % 7}/2024 10:00" for number in range(100)]
    times = read_times(column([*early, "13/02/2024 10:00"]))

    assert times is not None
    assert times.formats == ("%d/%m/%Y %H:%M",)
    assert times.certain


def test_a_mixed_column_names_rows_of_the_other_order_and_reads_one_order_only() -> None:
    mixed = [moment.strftime("%m/%d/%Y" if place % 5 else "%d/%m/%Y") for place, moment in enumerate(MOMENTS)]
    times = read_times(column(mixed))

    assert times is not None
    assert times.formats == ("%m/%d/%Y",)
    assert times.other_order
    assert all(int(mixed[place].split("/")[0]) > 12 for place in times.other_order)
    assert not times.certain


def test_two_ways_to_write_a_time_that_do_not_contradict_are_both_read() -> None:
    both = [moment.strftime("%Y-%m-%d %H:%M:%S" if place % 3 else "%Y-%m-%d") for place, moment in enumerate(MOMENTS)]
    times = read_times(column(both))

    assert times is not None
    assert set(times.formats) == {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d"}
    assert all(times.moments)


def test_offsets_and_z_are_seen_and_blanks_are_not_times() -> None:
    times = read_times(column(["2024-01-01T10:00:00-05:00", "", "2024-07-01T10:00:00-04:00"] * 20))

    assert times is not None
    assert times.offsets
    assert zone_of_offsets(times.utc_offsets) == "America/New_York"
    zulu = read_times(column([moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in MOMENTS]))
    assert zulu is not None
    assert zulu.offsets
    assert zone_of_offsets(zulu.utc_offsets) is None, "UTC is nobody's local zone here"


def test_years_of_two_digits_leave_another_reading_open() -> None:
    times = read_times(column(["07/24/23 14:05", "12/31/23 09:00"] * 30))
    assert times is not None
    assert (times.formats, times.either_order, times.certain) == (("%m/%d/%y %H:%M",), False, False)


@pytest.mark.parametrize(
    "values",
    [
        ["415", "459A", "10852"], ["B1", "B2"], ["2024", "2023"], ["41/42/24", "45/52/24"], ["1704067200"], ["10:30"],
        ["", ""], ["loud party on 01/02/2024"], ["2024-13-45", "2024-99-99"], ["20230012345"],
    ],
)  # fmt: skip
def test_what_is_no_time_is_not_read_as_one(values: list[str]) -> None:
    assert read_times(column(values * 30)) is None


def test_never_written_as_1900_is_still_a_column_of_times() -> None:
    values = [moment.strftime("%m/%d/%Y %H:%M") for moment in MOMENTS]
    times = read_times(column([*values, *["01/01/1900 00:00"] * 20]))

    assert times is not None
    assert times.moments[-1] is None


@pytest.mark.published_data
def test_the_quietest_hours_are_those_that_the_notes_say() -> None:
    found = {}
    for city, name in (("san_diego", "date_time"), ("san_francisco", "received_datetime")):
        header, table = published(city, 30_000)
        times = read_times(column([row[header.index(name)] for row in table]))
        assert times is not None
        found[city] = quiet_hours(times.moments)
    assert DATA.is_dir()
    assert all(quiet is not None and abs(quiet - TROUGH_HOUR) <= 1 for quiet in found.values()), found
    assert all(hours_off(quiet or 0) == 0 for quiet in found.values())


@pytest.mark.published_data
def test_a_clock_of_another_zone_is_noted() -> None:
    header, table = published("san_diego", 30_000)
    local = ZoneInfo(PACIFIC)
    cells = [datetime.fromisoformat(row[header.index("date_time")]).replace(tzinfo=local) for row in table]
    times = read_times(column([cell.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M") for cell in cells]))

    assert times is not None
    quiet = quiet_hours(times.moments)
    assert quiet is not None
    assert 7 <= hours_off(quiet) <= 9, "UTC is eight hours ahead of San Diego in winter"


def test_quiet_hours_need_enough_calls_and_a_quiet_time() -> None:
    assert quiet_hours(MOMENTS[:50]) is None
    assert quiet_hours([START + timedelta(hours=number) for number in range(2400)]) is None


def test_a_part_of_the_time_is_recognised_on_any_clock() -> None:
    hours = [f"{moment.hour} o'clock" for moment in MOMENTS * 8]
    days = [(moment + timedelta(hours=8)).strftime("%a") for moment in MOMENTS * 8]

    assert part_of_time(hours, MOMENTS * 8) == "hour"
    assert part_of_time(days, MOMENTS * 8) == "weekday"
    assert part_of_time(["1", "2", "3", "4"] * 800, MOMENTS * 8) is None


def test_an_unknown_zone_is_refused_with_the_nearest() -> None:
    assert named_zone("America/Chicago") == "America/Chicago"
    with pytest.raises(AgencyDraftError, match="unknown time zone `America/Chicgo`; did you mean `America/Chicago`"):
        named_zone("America/Chicgo")
    with pytest.raises(AgencyDraftError, match="unknown time zone `localtime`"):
        named_zone("localtime")
    assert "--time-zone ZONE, for example: America/New_York" in str(no_zone())


def test_doubts_about_the_times_stand_in_the_mapping(tmp_path: Path) -> None:
    swapped = write(tmp_path / "either.csv", rows(60, ("0%w/0%w/2024 %H:%M",)))
    swapped.write_text(swapped.read_text().replace("00/00/", "07/07/"))
    either = mapping_of(swapped)
    reported = either.column("reported_at")
    assert reported is not None
    assert reported.confidence != "sure"
    assert any("can be read day first and month first" in note for note in either.notes)

    mixed = mapping_of(write(tmp_path / "mixed.csv", rows(300, ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"))))
    assert any("day first in some rows and month first in others, for example `" in note for note in mixed.notes)

    dated = mapping_of(write(tmp_path / "dates.csv", rows(300, ("%Y-%m-%d",))))
    assert any("has no time of day" in note for note in dated.notes)
