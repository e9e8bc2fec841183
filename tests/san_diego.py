"""San Diego's folder and the published files beside it, as the tests look at them."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from triage.domain.desk import Desk
from triage.domain.events import Particulars
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.facts import Facts
from triage.domain.judge import Verdict
from triage.rulebook import load
from triage.sources import Reading, load_columns, read_file

ROOT: Final = Path(__file__).parents[1]
AGENCY: Final = ROOT / "config" / "san_diego"
DATA: Final = ROOT.parent / "shared" / "data" / "san_diego_calls_2023"
CALLS: Final = DATA / "calls_2023_01.csv.gz"
ZONE: Final = ZoneInfo("America/Los_Angeles")
NEVER_CSO: Final = """
ABDUCTF ABDUCTNF ACTSHOOT ASSAULT BARICADE BOMB BURGLARY CARJACK CU1 DVA FIGHT HLP1 HOLD HOMICIDE HOSTAGE MTLV
NCRASLTWF PURSUIT ROBBERY SHOOT STABBING STKX WEAPON
"""
PRIORITIES: Final = ("0", "1", "2", "3", "4", "9")


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The rows of the call-type table."""
    return tuple(table(AGENCY / "call_types.csv"))


@cache
def described() -> dict[str, str]:
    """Each call type's description in the table."""
    return {row["call_type"]: row["description"] for row in rows()}


@cache
def published() -> tuple[dict[str, str], ...]:
    """The published code table, row by row."""
    return tuple(table(DATA / "call_types.csv"))


@cache
def calls() -> tuple[dict[str, str], ...]:
    """The published calls, row by row."""
    return tuple(table(CALLS))


@cache
def desk() -> Desk:
    """The policy, ready to decide with."""
    return Desk(load(AGENCY))


@cache
def reading() -> Reading:
    """The published calls as the column mapping reads them."""
    return read_file(CALLS, load_columns(AGENCY / "columns"), ZONE)


def verdict(call_type: str, priority: str | None, answered: Facts = NOTHING_KNOWN) -> Verdict:
    """The verdict on a call of which only type and priority are known, and what was answered."""
    said = Particulars(call_type=call_type, priority=priority, channel=None, precinct=None, sector=None, beat=None)
    facts = desk().weigh(said, NOTHING_KNOWN, NOTHING_KNOWN, answered).facts
    return desk().judge.by_rules(facts)


def table(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table, as it is or packed."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, strict=True)
    else:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, strict=True)


def excluded_types() -> Mapping[str, set[str]]:
    """The call types that the column mapping leaves out, by reason."""
    found: dict[str, set[str]] = defaultdict(set)
    for columns in load_columns(AGENCY / "columns"):
        for exclusion in columns.exclude:
            if exclusion.field == "call_type":
                found[exclusion.reason] |= set(exclusion.values)
    return found


def told_of(name: str) -> set[str]:
    """Both descriptions of a type that the code table gives twice, else its one."""
    return {" ".join(row["description"].split()) for row in published() if row["call_type"] == name}
