"""What is known already: the library's canonical types, and the names that other agencies' folders have mapped."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from triage.sources import SourceError

TABLE_MAX_BYTES: Final = 4 * 1024 * 1024
FOLDERS_MAX: Final = 200
CANONICAL: Final = "canonical_types.csv"
REVIEW: Final = "review"
SEVERITIES: Final = ("minor", "moderate", "serious", "grave")
LIKELIHOODS: Final = ("remote", "unlikely", "possible", "likely")


class Canonical(NamedTuple):
    """A canonical type: its code, its wording, and how much danger stands behind it (higher is worse)."""

    code: str
    description: str
    danger: int


class Example(NamedTuple):
    """A call type that an agency's folder has mapped."""

    agency: str
    name: str
    description: str
    canonical: str


class Known(NamedTuple):
    """The library and the folders beside it. Codes of dispositions, channels and priorities are in upper case."""

    canonical: tuple[Canonical, ...]
    examples: tuple[Example, ...]
    dispositions: Mapping[str, str]
    channels: Mapping[str, str]
    priorities: Mapping[str, frozenset[str]]
    library_dispositions: frozenset[str] = frozenset()


def read_known(library: Path, without: Path | None = None) -> Known:
    """What the library and the agencies' folders beside it know; `without` is a folder that is not to be looked at.

    A row under review counts for nothing: nobody has confirmed it. A folder that is not whole is read as far as it is.

    Raises:
        SourceError: the library has no table of canonical types.
    """
    table = list(_rows(library / CANONICAL))
    canonical = tuple(_canonical(row) for row in table if row.get("code"))
    if not canonical:
        raise SourceError(f"`{library}` is no library: it has no `{CANONICAL}`; say where it is: --library DIR")
    examples: list[Example] = []
    dispositions: dict[str, str] = {}
    channels: dict[str, str] = {}
    priorities: dict[str, set[str]] = {}
    for folder in _folders(library, without):
        examples += _examples(folder)
        dispositions |= _codes(folder / "dispositions.csv", "outcome")
        channels |= _codes(folder / "channels.csv", "channel")
        for name, level in _codes(folder / "priorities.csv", "level").items():
            priorities.setdefault(name, set()).add(level)
    common = _codes(library / "dispositions.csv", "outcome")
    levels = {name: frozenset(found) for name, found in priorities.items()}
    return Known(canonical, tuple(examples), common | dispositions, channels, levels, frozenset(common))


def _folders(library: Path, without: Path | None) -> list[Path]:
    try:
        beside = sorted(path for path in library.resolve().parent.iterdir() if (path / "agency.yaml").is_file())
    except OSError:
        return []
    return [path for path in beside[:FOLDERS_MAX] if without is None or path != without.resolve()]


def _canonical(row: Mapping[str, str]) -> Canonical:
    severity, likelihood = row.get("severity", ""), row.get("likelihood", "")
    danger = 4 * SEVERITIES.index(severity) if severity in SEVERITIES else 4 * len(SEVERITIES)
    danger += LIKELIHOODS.index(likelihood) if likelihood in LIKELIHOODS else 0
    return Canonical(row["code"], row.get("description", ""), danger)


def _examples(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "call_types.csv"):
        name, canonical = row.get("call_type", ""), row.get("canonical", "")
        if name and canonical and row.get("status", "") != REVIEW:
            yield Example(folder.name, name, row.get("description", ""), canonical)


def _codes(path: Path, column: str) -> dict[str, str]:
    """What the codes of a table mean, by code; those under review and those without a meaning are left out."""
    rows = (row for row in _rows(path) if row.get("status", "") != REVIEW)
    return {row["code"].upper(): row[column] for row in rows if row.get("code") and row.get(column)}


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a small table, cells trimmed; none where it is not there or cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(TABLE_MAX_BYTES + 1)
        if len(data) > TABLE_MAX_BYTES:
            return []
        read = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        return [{str(key): str(value or "").strip() for key, value in row.items()} for row in read]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
