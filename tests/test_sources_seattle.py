"""The Seattle files as published: every row is counted once, and tallies are not mistaken for calls."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from tests.source_examples import COLUMNS, DATA, ZONE, arrived, is_balanced
from triage.sources import CallClosed, UnknownHeaderError, read_file, read_stream, stream

pytestmark = pytest.mark.published_data

SAMPLE = DATA / "seattle_call_data_sample"
UNFILTERED = SAMPLE / "unfiltered_small_area_2018_2023.csv"
DISORDER = SAMPLE / "disorder_filtered_sector_C_2010_2024.csv.gz"
STOPS = DATA / "seattle_terry_stops" / "terry_stops.csv.gz"


def test_every_row_of_the_unfiltered_sample_is_a_call_or_excluded_for_a_reason() -> None:
    reading = read_file(UNFILTERED, COLUMNS, ZONE)
    assert reading.rows == 222
    assert reading.excluded == Counter({"on-view": 13, "cancelled": 13, "duplicate": 4})
    assert not reading.unreadable
    assert len(reading.calls) == 192
    assert is_balanced(reading)


def test_the_unfiltered_samples_calls_close_when_an_officer_arrives() -> None:
    items = list(stream(read_file(UNFILTERED, COLUMNS, ZONE)))
    closed = [item for item in items if isinstance(item, CallClosed)]
    assert len(closed) == 168  # the others have no arrival, and so are never closed
    first = next(item for item in closed if item.call_id == "2023000319821")
    assert first.closing.cleared_at.astimezone(ZONE).isoformat() == "2023-11-04T18:51:06-07:00"
    assert first.closing.disposition == "UNABLE TO LOCATE INCIDENT OR COMPLAINANT"
    assert first.closing.final_call_type == "SUSPICIOUS CIRCUM. - SUSPICIOUS PERSON"


def test_every_row_of_the_disorder_sample_is_a_call_or_excluded_for_a_reason() -> None:
    reading = read_file(DISORDER, COLUMNS, ZONE)
    assert reading.rows == 4210
    assert reading.excluded == Counter({"on-view": 387, "cancelled": 82, "duplicate": 33, "broadcast": 9})
    assert len(reading.calls) == 3699
    assert is_balanced(reading)


def test_the_disorder_samples_calls_are_in_sector_c_and_never_closed() -> None:
    reading = read_file(DISORDER, COLUMNS, ZONE)
    areas = {(item.report.precinct, item.report.sector, item.report.beat) for item in arrived(reading)}
    assert areas == {("EAST", "CHARLIE", None)}
    assert not any(isinstance(item, CallClosed) for item in stream(reading))


def test_every_stop_is_one_report_or_excluded_for_a_reason() -> None:
    reading = read_file(STOPS, COLUMNS, ZONE)
    assert reading.rows == 26042
    assert reading.excluded == Counter({"no-call": 9854, "on-view": 3930})
    assert len(reading.calls) == 12258
    assert not reading.unreadable
    assert is_balanced(reading)


def test_identical_stops_get_different_ids_that_are_the_same_in_every_run() -> None:
    ids = [item.report.call_id for item in arrived(read_file(STOPS, COLUMNS, ZONE))]
    assert len(set(ids)) == 12258
    assert any(one.endswith("-2") for one in ids)
    assert ids == [item.report.call_id for item in arrived(read_file(STOPS, COLUMNS, ZONE))]


@pytest.mark.parametrize("path", [UNFILTERED, DISORDER], ids=lambda path: path.name)
def test_a_report_says_the_same_whatever_came_of_the_call(path: Path) -> None:
    told = [item.report for item in arrived(read_file(path, COLUMNS, ZONE))]
    assert all(report.closing is None for report in told)
    assert told == [item.report for item in arrived(read_stream(with_other_outcomes(path), COLUMNS, ZONE))]


def with_other_outcomes(path: Path) -> io.BufferedReader:
    """The file as if every call that it does not exclude had ended in an arrest."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    for cells in rows:
        if "RADIO" not in cells["event_clearance_description"]:
            cells |= {"event_clearance_description": "PHYSICAL ARREST MADE", "final_call_type": "ROBBERY - ARMED"}
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return io.BufferedReader(io.BytesIO(out.getvalue().encode()))


@pytest.mark.parametrize(
    "name", ["final_call_types_2019.csv", "initial_call_types_2019.csv", "no_police_action_final_types_2019.csv"]
)
def test_a_tally_is_refused_by_what_it_lacks(name: str) -> None:
    with pytest.raises(UnknownHeaderError) as refused:
        read_file(DATA / "seattle_2019_tallies" / name, COLUMNS, ZONE)
    assert {"CAD Event Number", "Original Time Queued"} <= set(refused.value.missing)
    assert f"the header of `{name}`" in str(refused.value)
    assert "`CAD Event Number`" in str(refused.value)


@pytest.mark.parametrize("path", sorted(DATA.glob("*/*.csv*")), ids=lambda path: path.name)
def test_any_table_is_read_or_refused_as_a_whole(path: Path) -> None:
    if path in {UNFILTERED, DISORDER, STOPS}:
        assert is_balanced(read_file(path, COLUMNS, ZONE))
    else:
        with pytest.raises(UnknownHeaderError, match="which misses"):
            read_file(path, COLUMNS, ZONE)
