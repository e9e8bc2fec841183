"""Copies of published call files as another city might hand them in: other headers, order, date format and zone.

The truth about each file's columns stands here, by hand. A column may have more than one right answer only where the
file itself does not settle it: an area may be any of precinct, sector and beat where the city uses another word, and
the arrival of an officer counts as the end of a call where nothing else says it (as in Seattle's own mapping).
"""

import csv
import gzip
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

DATA = Path(__file__).parents[1].parent / "shared" / "data"
AREA = {"precinct", "sector", "beat"}
ANY_AREA = AREA | {"other"}

FILES = {
    "seattle": DATA / "seattle_call_data_sample" / "unfiltered_small_area_2018_2023.csv",
    "san_diego": DATA / "san_diego_calls_2023" / "calls_2023_01.csv.gz",
    "san_francisco": DATA / "sf_dispatched_calls" / "sf_calls_2025_09.csv.gz",
    "burlington": DATA / "burlington_vt_2022" / "police_incidents_2022.csv.gz",
}
ZONES = {"burlington": "America/New_York"}
PACIFIC = "America/Los_Angeles"
ROWS_MAX = 2_500

TRUTH: Mapping[str, Mapping[str, set[str]]] = {
    "seattle": {
        "cad_event_number": {"call_id"}, "event_clearance_description": {"disposition"}, "call_type": {"channel"},
        "priority": {"priority"}, "initial_call_type": {"call_type"}, "final_call_type": {"final_call_type"},
        "original_time_queued": {"reported_at"}, "arrived_time": {"cleared_at", "other_time"},
        "precinct": {"precinct"}, "sector": {"sector"}, "beat": {"beat"},
    },
    "san_diego": {
        "incident_num": {"call_id"}, "date_time": {"reported_at"}, "day_of_week": {"other"},
        "call_type": {"call_type"}, "disposition": {"disposition"}, "beat": {"beat"}, "priority": {"priority"},
    },
    "san_francisco": {
        "cad_number": {"call_id"}, "received_datetime": {"reported_at"}, "entry_datetime": {"other_time"},
        "dispatch_datetime": {"other_time"}, "enroute_datetime": {"other_time"}, "onscene_datetime": {"other_time"},
        "close_datetime": {"cleared_at"}, "call_type_original": {"call_type"},
        "call_type_original_desc": {"call_type_description"}, "call_type_original_notes": {"other", "narrative"},
        "call_type_final": {"final_call_type"}, "call_type_final_desc": {"final_call_type_description"},
        "call_type_final_notes": {"other"}, "priority_original": {"priority"}, "priority_final": {"other"},
        "agency": {"agency"}, "disposition": {"disposition"}, "onview_flag": {"on_view"},
        "sensitive_call": {"other"}, "supervisor_district": ANY_AREA, "analysis_neighborhood": ANY_AREA,
        "police_district": AREA,
    },
    "burlington": {
        "incident_number": {"call_id"}, "call_type": {"call_type"}, "call_type_group": {"other"},
        "call_time": {"reported_at"}, "call_origin": {"channel"}, "mental_health": {"other"},
        "drug_related": {"other"}, "dv_related": {"other"}, "alcohol_related": {"other"}, "Area": ANY_AREA,
        "AreaName": ANY_AREA, "Hour": {"other"}, "DayOfWeek": {"other"}, "WARD": ANY_AREA, "DISTRICT": AREA,
        "priority": {"priority"}, "Month": {"other"}, "year": {"other"},
    },
}  # fmt: skip
SAME = {"san_francisco": ("priority_original", "priority_final")}
"""Columns that are equal in every row: either may have the role of the first."""

SENSIBLE: Mapping[str, Mapping[str, Sequence[str]]] = {
    "seattle": {
        "cad_event_number": ("Incident No", "EventID", "CFS #", "Call Number"),
        "event_clearance_description": ("Disposition", "Outcome", "Result of Call", "ClearanceDesc"),
        "call_type": ("Call Source", "How Received", "Origin", "Channel"),
        "priority": ("Pri", "Call Priority", "Urgency", "PriorityLevel"),
        "initial_call_type": ("Nature", "Type", "Initial Nature", "ProblemType"),
        "final_call_type": ("Final Nature", "Closing Type", "FinalProblem", "Final Type"),
        "original_time_queued": ("Received", "CallReceivedTime", "Date Created", "Time Reported"),
        "arrived_time": ("On Scene", "Arrival", "First Unit Arrived", "OnSceneTime"),
        "precinct": ("Division", "Police District", "Station"),
        "sector": ("Zone", "Sector Name", "SectorID"),
        "beat": ("Beat", "Reporting District", "PatrolBeat"),
    },
    "san_diego": {
        "incident_num": ("Incident No", "EventID", "CFS #", "Call Number"),
        "date_time": ("Received", "CallDateTime", "Time of Call", "Reported At"),
        "day_of_week": ("DOW", "Weekday", "Day"),
        "call_type": ("Nature Code", "Type", "Problem Code", "IncidentType"),
        "disposition": ("Dispo", "Outcome Code", "Result", "Clearance"),
        "beat": ("Beat", "Reporting District", "PatrolBeat", "Grid"),
        "priority": ("Pri", "Call Priority", "Urgency", "PriorityLevel"),
    },
    "san_francisco": {
        "cad_number": ("Incident No", "EventID", "CFS #", "Call Number"),
        "received_datetime": ("Received", "CallReceivedTime", "Time Reported"),
        "entry_datetime": ("Entry Time", "Entered", "TimeOfEntry"),
        "dispatch_datetime": ("Dispatched", "First Dispatch", "DispatchTime"),
        "enroute_datetime": ("En Route", "EnrouteTime", "Responding"),
        "onscene_datetime": ("On Scene", "Arrival", "OnSceneTime"),
        "close_datetime": ("Closed", "ClearTime", "Completed At"),
        "call_type_original": ("Initial Type", "Nature Code", "Type", "Original Problem"),
        "call_type_original_desc": ("Initial Type Text", "Nature Description", "Original Problem Desc"),
        "call_type_original_notes": ("Remarks", "Type Notes", "Comments"),
        "call_type_final": ("Final Type", "Closing Code Type", "Final Nature"),
        "call_type_final_desc": ("Final Type Text", "Final Nature Description"),
        "call_type_final_notes": ("Final Remarks", "Closing Notes", "Final Comments"),
        "priority_original": ("Pri", "Initial Priority", "Urgency"),
        "priority_final": ("Final Pri", "Closing Priority", "Last Priority"),
        "agency": ("Agency", "Dept", "Responding Department"),
        "disposition": ("Dispo", "Outcome Code", "Result", "Clearance"),
        "onview_flag": ("On View", "SelfInitiated", "Officer Initiated"),
        "sensitive_call": ("Restricted", "Sensitive", "Withheld"),
        "supervisor_district": ("Council District", "Supervisor Ward", "Political District"),
        "analysis_neighborhood": ("Neighbourhood", "Community Area", "Planning Area"),
        "police_district": ("Police Station District", "District", "Station"),
    },
    "burlington": {
        "incident_number": ("Incident No", "EventID", "CFS #", "Call Number"),
        "call_type": ("Nature", "Type", "Problem", "IncidentType"),
        "call_type_group": ("Type Group", "Category", "Class"),
        "call_time": ("Received", "CallDateTime", "Time of Call", "Reported At"),
        "call_origin": ("Call Source", "How Received", "Channel", "Method"),
        "mental_health": ("MH", "Mental Flag"), "drug_related": ("Drugs", "Drug Flag"),
        "dv_related": ("DV", "Domestic Flag"), "alcohol_related": ("Alcohol", "Alcohol Flag"),
        "Area": ("Area Code", "PatrolArea"), "AreaName": ("Area Text", "Neighbourhood"),
        "Hour": ("Hr", "Hour of Day"), "DayOfWeek": ("DOW", "Weekday"), "WARD": ("Ward", "Council Ward"),
        "DISTRICT": ("District", "Police District"), "priority": ("Pri", "Call Priority", "PriorityLevel"),
        "Month": ("Mon", "Month Name"), "year": ("Yr", "Calendar Year"),
    },
}  # fmt: skip
FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%d-%b-%Y %H:%M:%S",
    "%Y/%m/%d %I:%M %p", "offset", "Z",
)  # fmt: skip
CITY_ZONES = (PACIFIC, "America/New_York", "America/Chicago", "UTC", "Europe/London")


class Copy(NamedTuple):
    """A changed copy: the new header and rows, what it was called before, and which roles are right for each column."""

    header: tuple[str, ...]
    rows: list[list[str]]
    before: Mapping[str, str]
    truth: Mapping[str, set[str]]


def published(city: str, most: int = ROWS_MAX) -> tuple[list[str], list[list[str]]]:
    """The header and the first rows of a city's file, at most `most`."""
    path = FILES[city]
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = csv.reader(io.StringIO(data.decode()))
    header = next(rows)
    return header, [row for row, _ in zip(rows, range(most), strict=False)]


def transformed(city: str, seed: int, *, names: str) -> Copy:
    """A copy of the city's file; `names` are `same`, `sensible` or `meaningless`."""
    draw = random.Random(f"{city}-{seed}-{names}")
    header, rows = published(city)
    order = list(range(len(header)))
    draw.shuffle(order)
    renamed = _renamed(city, header, draw, names)
    write, zone = draw.choice(FORMATS), ZoneInfo(draw.choice(CITY_ZONES))
    own = ZoneInfo(ZONES.get(city, PACIFIC))
    times = {
        place for place, name in enumerate(header) if TRUTH[city][name] & {"reported_at", "other_time", "cleared_at"}
    }
    changed = [
        [_moved(cell, own, zone, write) if place in times else cell for place, cell in enumerate(row)] for row in rows
    ]
    return Copy(
        tuple(renamed[header[place]] for place in order),
        [[row[place] for place in order] for row in changed],
        {renamed[name]: name for name in header},
        {renamed[name]: roles for name, roles in TRUTH[city].items()},
    )


def right_and_wrong(city: str, copy: Copy, roles: Mapping[str, str]) -> dict[str, bool]:
    """Whether each column's role is right, by its name in the copy."""
    right = {name: roles[name] in copy.truth[name] for name in copy.header}
    if city in SAME:
        one, other = ({new: old for old, new in copy.before.items()}[name] for name in SAME[city])
        if (roles[one], roles[other]) == ("other", next(iter(copy.truth[one]))):
            right |= {one: True, other: True}
    return right


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def _renamed(city: str, header: Sequence[str], draw: random.Random, names: str) -> dict[str, str]:
    if names == "meaningless":
        numbers = draw.sample(range(1, 100), len(header))
        return {name: f"col_{number}" for name, number in zip(header, numbers, strict=True)}
    if names == "same":
        return {name: name for name in header}
    return {name: draw.choice(SENSIBLE[city][name]) for name in header}


def _moved(cell: str, own: ZoneInfo, zone: ZoneInfo, write: str) -> str:
    """The same moment on the clocks of another zone, written in another way."""
    if not cell:
        return ""
    moment = _read(cell)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=own)
    if write == "offset":
        return moment.astimezone(zone).isoformat()
    if write == "Z":
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.astimezone(zone).strftime(write)


def _read(cell: str) -> datetime:
    for text in ("%m/%d/%Y %I:%M:%S %p", "%Y/%m/%d %I:%M:%S %p"):
        try:
            return datetime.strptime(cell, text)  # noqa: DTZ007 - the zone is added by the caller
        except ValueError:
            continue
    return datetime.fromisoformat(cell)
