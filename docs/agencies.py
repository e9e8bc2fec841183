"""Writes what each agency's rules say of its own published calls, and how those ended; `--check` only compares.

Needs the published tables in `../shared/data`. Exit code 0: written, or current; 1: with `--check`, a file is stale; 2:
something cannot be read, or a call type that reaches a CSO although authority was used too often has no reason in the
agency's `accepted_risks.csv`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from agencies_page import OVER, PICTURE, Part, Told, bar_of, of_calls, page, table_of_types
from picture import drawn
from published import AGENCIES, Agency

from triage.cli.outcomes_report import shown
from triage.domain.errors import TriageError
from triage.outcomes import count, read_accepted, read_descriptions, type_rows
from triage.rulebook import load, load_outcomes
from triage.sources import Reading, load_columns, read_file

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT.parent / "shared" / "data"


class NoReasonError(TriageError):
    """Call types that deserve a second look, and nobody says why they stay."""


def documents(agencies: Sequence[Agency] = AGENCIES) -> dict[str, str]:
    """Every generated file's text, by its name in `docs/`; of the agencies whose folder is there.

    Raises `NoReasonError`, and what reading an agency's folder and files raises.
    """
    told = [_told(agency) for agency in agencies if (ROOT / "config" / agency.folder / "agency.yaml").exists()]
    _check_reasons(told)
    pages = {"agencies.md": page(told), PICTURE: drawn([bar_of(one, part) for one in told for part in of_calls(one)])}
    return pages | {f"agencies/{one.agency.folder}.csv": table_of_types(one) for one in told}


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` name it."""
    try:
        wanted = documents()
    except TriageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    stale = [name for name, text in wanted.items() if _read(ROOT / "docs" / name) != text]
    if arguments == ["--check"]:
        for name in stale:
            print(f"docs/{name} is not what the files say now: run `python docs/agencies.py`", file=sys.stderr)
        return 1 if stale else 0
    (ROOT / "docs" / "agencies").mkdir(exist_ok=True)
    for name in stale:
        (ROOT / "docs" / name).write_text(wanted[name], encoding="utf-8")
    print(f"written: {', '.join(stale) or 'nothing, all is current'}")
    return 0


def _told(agency: Agency) -> Told:
    folder = ROOT / "config" / agency.folder
    policy, codes, mappings = load(folder), load_outcomes(folder), load_columns(folder / "columns")
    zone = ZoneInfo(policy.time_zone)
    read: dict[str, list[Reading]] = {
        files.label: [read_file(DATA / path, mappings, zone) for path in files.paths] for files in agency.files
    }
    parts = tuple(Part(files, count(policy, codes, read[files.label])) for files in agency.files)
    readings = [reading for files in agency.files if files.calls for reading in read[files.label]]
    rows = type_rows(count(policy, codes, readings))
    return Told(agency, policy, parts, rows, read_accepted(folder, policy), read_descriptions(folder))


def _check_reasons(told: Sequence[Told]) -> None:
    missing = [
        f"config/{one.agency.folder}: `{row.call_type}` reaches a CSO, and authority was used in"
        f" {shown(row.reaching.authority_used)}"
        for one in told
        for row in one.rows
        if row.flagged and row.call_type not in one.accepted
    ]
    if missing:
        raise NoReasonError(
            f"call types reach a CSO although authority was used in {OVER}; change the rule, or say in"
            " accepted_risks.csv (call_type, reason, source) why they stay:\n" + "\n".join(missing)
        )


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
