"""An agency's past calls from files, as training and evaluation see them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from triage.cli.screen import Screen
from triage.domain.policy import Policy
from triage.rulebook import load_outcomes
from triage.sources import Reading, load_columns, read_file
from triage.training.card import FileRead
from triage.training.history import Row, history

CHUNK_BYTES: Final = 1 << 20


class PastCalls(NamedTuple):
    """Each call once, in time order; the files that they were read from; what those files were read as."""

    rows: list[Row]
    files: tuple[FileRead, ...]
    readings: list[Reading]


def past_calls(agency: Path, policy: Policy, files: Sequence[str], columns: str | None, screen: Screen) -> PastCalls:
    """The calls of `files`, judged by the rules of `policy` alone, as the agency's tables say they ended."""
    codes = load_outcomes(agency)
    mappings, zone = load_columns(agency / "columns"), ZoneInfo(policy.time_zone)
    readings, read = [], []
    with screen.progress("reading", len(files)) as progress:
        for done, file in enumerate(files, start=1):
            reading = read_file(Path(file), mappings, zone, columns)
            readings.append(reading)
            read.append(FileRead(name=Path(file).name, sha256=_sha256(Path(file)), rows=reading.rows))
            progress(done)
    rules_alone = policy.model_copy(update={"classifier": "none"})  # one that requires an opinion judges all sworn
    return PastCalls(history(rules_alone, codes, readings), tuple(read), readings)


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()
