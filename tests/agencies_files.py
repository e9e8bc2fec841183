"""A made-up city's call file, for tests of a new agency's folder: any rows, any way to write a time."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from triage.agencies.draft import Draft, DraftMapping
from triage.agencies.new import Wanted, propose
from triage.agencies.profiles import Column, profile

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "config" / "common"
HEADER = ("Incident No", "Received", "Nature", "Priority", "How Received", "Beat", "Disposition", "Remarks", "Address")
TYPES = (
    "NOISE COMPLAINT", "BURGLARY", "THEFT REPORT", "WELFARE CHECK", "TRAFFIC STOP", "ASSAULT", "DISTURBANCE",
    "PARKING VIOLATION", "BURGLARY ALARM RESIDENTIAL", "SUSPICIOUS PERSON", "TEST CALL ONLY",
)  # fmt: skip
CHANNELS = ("911", "Phone", "Officer Initiated")
ENDINGS = ("Report Taken", "Arrest", "Unfounded", "Cancelled", "Assisted", "Duplicate Call", "Warned")
SECRET = "the neighbour at number"


def rows(count: int = 300, formats: Sequence[str] = ("%m/%d/%Y %H:%M",), seed: int = 1) -> list[list[str]]:
    """Calls a few minutes apart from 1 January 2024 on; of several formats, one row after the other takes the next."""
    draw = random.Random(seed)
    now = datetime(2024, 1, 1)  # noqa: DTZ001 - a call file has local times
    found = []
    for number in range(count):
        now += timedelta(minutes=draw.randrange(1, 150))
        kind = draw.randrange(len(TYPES))
        found.append(
            [
                f"24-{number:06d}", now.strftime(formats[number % len(formats)]), TYPES[kind], str(1 + kind % 3),
                draw.choice(CHANNELS), draw.choice(("B1", "B2", "C3", "C4", "D5")), draw.choice(ENDINGS),
                f"{SECRET} {draw.randrange(10**6)} is loud again, caller {draw.randrange(10**6)}",
                f"{draw.randrange(999)} Main Street",
            ]
        )  # fmt: skip
    return found


def without(table: Sequence[Sequence[str]], *names: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows without some columns."""
    kept = [place for place, name in enumerate(HEADER) if name not in names]
    return [HEADER[place] for place in kept], [[row[place] for place in kept] for row in table]


def write(path: Path, table: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """The table as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *table])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def draft_of(*files: Path, zone: str | None = "America/Chicago", codes: Sequence[Path] = ()) -> Draft:
    """The folder that is proposed from `files`; what other cities have mapped does not count."""
    return propose(Wanted(files[0].parent / "springfield", files, LIBRARY, time_zone=zone, codes=codes))


def mapping_of(path: Path, zone: str | None = "America/Chicago") -> DraftMapping:
    """The column mapping that is proposed for one file."""
    return draft_of(path, zone=zone).mappings[0]


def column(values: Sequence[str], name: str = "x") -> Column:
    """A column of these values."""
    return profile([name], [[value] for value in values])[0]
