"""A call file as Seattle publishes it, made from the agency's own call types: any size, always the same for a seed."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from triage.domain.policy import Policy

HEADER = (
    "CAD Event Number",
    "CAD Event Clearance Description",
    "Call Type",
    "Priority",
    "Initial Call Type",
    "Final Call Type",
    "CAD Event Original Time Queued",
    "CAD Event Arrived Time",
    "Dispatch Precinct",
    "Dispatch Sector",
    "Dispatch Beat",
    "Last SPD Call Sign In-Service Time",
)
PLACES = (("EAST", "CHARLIE", "C3"), ("WEST", "KING", "K2"), ("NORTH", "UNION", "U1"), ("SOUTH", "SAM", "S2"))


def rows(policy: Policy, calls: int, seed: int = 7) -> list[tuple[str, ...]]:
    """`calls` calls a few minutes apart from 1 May 2024 on; one in five with two responding units, so two rows."""
    random = Random(seed)
    now = datetime(2024, 5, 1, 6, 0)  # noqa: DTZ001 - a call file has local times
    found: list[tuple[str, ...]] = []
    for number in range(calls):
        now += timedelta(minutes=random.randrange(1, 12), seconds=random.randrange(60))
        kind = random.choice(policy.call_types).name
        arrived, cleared = (
            now + timedelta(minutes=random.randrange(3, 50)),
            now + timedelta(minutes=random.randrange(50, 200)),
        )
        row = (
            f"2024{number:09d}",
            random.choice(
                ("ASSISTANCE RENDERED", "REPORT WRITTEN (NO ARREST)", "UNABLE TO LOCATE INCIDENT OR COMPLAINANT")
            ),
            random.choice(("911", "TELEPHONE OTHER, NOT 911")),
            random.choice("12334579"),
            kind,
            kind,
            _local(now),
            _local(arrived),
            *random.choice(PLACES),
            _local(cleared),
        )
        found.extend([row, (*row[:-1], _local(cleared + timedelta(minutes=1)))] if number % 5 == 0 else [row])
    return found


def write(path: Path, found: list[tuple[str, ...]]) -> Path:
    """The rows as a CSV file with the modern header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *found])
    return path


def _local(moment: datetime) -> str:
    return moment.strftime("%m/%d/%Y %I:%M:%S %p")
