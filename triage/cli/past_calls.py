"""An agency's past calls from files, as training and evaluation see them."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from triage.classifiers.words import shown
from triage.cli.failures import UsageError
from triage.cli.screen import Screen, counted
from triage.domain.policy import Policy
from triage.rulebook import load_outcomes
from triage.sources import Reading, load_columns, read_file
from triage.training.card import FileRead
from triage.training.history import Row, history

NAME_MAX: Final = 200
"""A longer name of a file is cut: a card keeps no longer text."""

REASONS_MAX: Final = 3


class PastCalls(NamedTuple):
    """Each call once, in time order; the files that they were read from; what those files were read as."""

    rows: list[Row]
    files: tuple[FileRead, ...]
    readings: list[Reading]


def past_calls(agency: Path, policy: Policy, files: Sequence[str], columns: str | None, screen: Screen) -> PastCalls:
    """The calls of `files`, judged by the rules of `policy` alone, as the agency's tables say they ended.

    Raises `SourceError` for a file that cannot be read, and `UsageError` for one that cannot be read twice (to know its
    bytes by their SHA-256), and where rows were read and none of them is a call.
    """
    codes = load_outcomes(agency)
    mappings, zone = load_columns(agency / "columns"), ZoneInfo(policy.time_zone)
    readings, read = [], []
    with screen.progress("reading", len(files)) as progress:
        for done, file in enumerate(files, start=1):
            _check_lasting(Path(file))
            reading = read_file(Path(file), mappings, zone, columns)
            readings.append(reading)
            name = shown(Path(file).name, NAME_MAX).strip() or "?"
            read.append(FileRead(name=name, sha256=_sha256(Path(file)), rows=reading.rows))
            progress(done)
    _check_any(readings)
    return PastCalls(history(policy, codes, readings), tuple(read), readings)


def _check_lasting(path: Path) -> None:
    """Raises `UsageError` for a pipe or a device: it is gone once read, so its bytes could not be told by a digest."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UsageError(f"`{shown(str(path))}` is a pipe or a device, which can be read only once; save it as a file")


def _check_any(readings: Sequence[Reading]) -> None:
    """Raises `UsageError` where rows were read, and none of them is a call; says what they are instead."""
    rows = sum(reading.rows for reading in readings)
    if not rows or any(reading.calls for reading in readings):
        return
    left_out = sum((reading.excluded for reading in readings), Counter[str]())
    why = [f"{number:,} excluded as `{shown(reason)}`" for reason, number in left_out.most_common(REASONS_MAX)]
    if unreadable := sum(len(reading.unreadable) for reading in readings):
        why.append(f"{unreadable:,} unreadable")
    raise UsageError(
        f"of {counted(rows, 'row')} none is a call ({', '.join(why) or 'nothing in them is a report'}); at least 1 is"
        " needed; `triage outcomes FILE...` shows how files are read"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
