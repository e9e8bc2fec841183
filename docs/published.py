"""The published files of each agency's calls: where they stand in `../shared/data`, what they are, what they lack."""

from typing import Final, NamedTuple


class Files(NamedTuple):
    """Files that are told of together: what they are and what they lack, and whether they hold calls at all."""

    label: str
    paths: tuple[str, ...]
    notes: str
    calls: bool = True


class Agency(NamedTuple):
    """A folder in `config/`, and the published files of its calls."""

    folder: str
    title: str
    files: tuple[Files, ...]


_SMALL_AREA: Final = """\
Call Data of a small area in sector C, East precinct, with all its call types. It has few calls, and no narrative."""

_SECTOR: Final = """\
Call Data of sector C. Its publisher removed about 50 call types from it: welfare checks, domestic violence, alarms,
burglary, traffic, missing persons, runaways, suicide and more. So its shares say nothing of how frequent calls or
routes are; within a call type they may be read. It has dates without a time of day, and no narrative."""

_STOPS: Final = """\
Terry stops, with the type of the call that the officer was on. A stop is not a call, and every stop is itself a use of
authority: so its outcomes are left out here. It states no priority, and an unknown priority counts against a CSO."""

_SAN_DIEGO: Final = """\
Calls for service of the first weeks of 2023. The publisher withholds sensitive calls: domestic violence, child abuse,
suicide, sex crimes, stalking. What officers did of their own accord has no mark: it is excluded by call types whose own
wording says so; under other wordings it is still among the calls. The file states one call type and no final one, and
neither a channel nor a narrative. So a call that ended without a report counts as one without authority used, whatever
it had turned out to be."""

_SAN_FRANCISCO: Final = """\
Dispatched calls, nearly all of a few days, with original and final type. The rows are no part of this project; only
what was counted of them is. The file states neither a channel nor a narrative, and for many calls no disposition."""

_BURLINGTON: Final = """\
Incidents with priority and origin. The file states no disposition, so nothing can be said of outcomes. Its flags for
mental health, drugs, alcohol and domestic violence may have been set after the call, so they are not used."""

AGENCIES: Final = (
    Agency(
        "seattle",
        "Seattle",
        (
            Files(
                "all call types, a small area",
                ("seattle_call_data_sample/unfiltered_small_area_2018_2023.csv",),
                _SMALL_AREA,
            ),
            Files(
                "sector C, types removed",
                ("seattle_call_data_sample/disorder_filtered_sector_C_2010_2024.csv.gz",),
                _SECTOR,
            ),
            Files("stops", ("seattle_terry_stops/terry_stops.csv.gz",), _STOPS, calls=False),
        ),
    ),
    Agency(
        "san_diego",
        "San Diego",
        (Files("January 2023", ("san_diego_calls_2023/calls_2023_01.csv.gz",), _SAN_DIEGO),),
    ),
    Agency(
        "san_francisco",
        "San Francisco",
        (Files("September 2025", ("sf_dispatched_calls/sf_calls_2025_09.csv.gz",), _SAN_FRANCISCO),),
    ),
    Agency(
        "burlington",
        "Burlington, Vermont",
        (Files("first half of 2022", ("burlington_vt_2022/police_incidents_2022.csv.gz",), _BURLINGTON),),
    ),
)
