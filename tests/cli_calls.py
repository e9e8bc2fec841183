"""A small agency whose rules a test can hold in its head, calls for it, and `triage` as if it were typed."""

import io
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.rulebook_folder import ALONE, edited, write
from triage.cli import main
from triage.domain.facts import FACTS

ROOT: Final = Path(__file__).parents[1]
SEATTLE: Final = ROOT / "config" / "seattle"
SHARED: Final = ROOT.parent / "shared" / "data"
SAMPLE: Final = SHARED / "seattle_call_data_sample" / "unfiltered_small_area_2018_2023.csv"

MONDAY: Final = "2023-07-10T20:00:00Z"
"""One o'clock in the afternoon at the small agency, whose early shift is on."""

_SAFE: Final = ", ".join(f"{name}: {str(FACTS[name].values[0]).lower()}" for name in ALONE)
_PROFILES: Final = f"""\
profiles:
  - {{id: nothing, presumes: {{}}, because: Nothing is known., source: assumption}}
  - {{id: calm, presumes: {{{_SAFE}}}, because: Nobody to confront., source: assumption}}
"""
_CALL_TYPES: Final = """\
call_type,canonical,fidelity,profile,presumes,severity,likelihood,source
ASSAULT,ASLT,exact,nothing,weapon=yes violence=yes,serious,likely,assumption
NOISE,NOISE,exact,calm,,minor,remote,assumption
UNSURE NOISE,NOISE,exact,calm,weapon=? violence=?,minor,remote,assumption
PARKING,PARKING,exact,calm,,minor,remote,assumption
WELFARE CHECK,WELFARE,close,calm,,moderate,possible,assumption
"""


def agency(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """A folder with CSO-1 and CSO-2 in the north, partners on the same shift, and Seattle's column mappings."""
    units = edited("units.yaml", "{id: CSO-2, shift: late", "{id: CSO-2, shift: early")
    write(folder, {"profiles.yaml": _PROFILES, "call_types.csv": _CALL_TYPES, **units, **(changes or {})})
    shutil.copytree(SEATTLE / "columns", folder / "columns")
    return folder


def report(call_id: str, call_type: str = "NOISE", **more: object) -> dict[str, object]:
    """A report of a call in the north, on Monday at one."""
    return {"call_id": call_id, "reported_at": MONDAY, "call_type": call_type, "precinct": "NORTH", **more}


def reports(path: Path, *documents: Mapping[str, object] | str) -> Path:
    """An NDJSON file; a text is a line as it is."""
    lines = (line if isinstance(line, str) else json.dumps(line) for line in documents)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


class Typed(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """The documents of NDJSON on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


class Desk:
    """Types commands for one agency's folder and one log."""

    def __init__(self, folder: Path, agency_folder: Path) -> None:
        self.log = folder / "triage.db"
        self.folder = folder
        self.agency = agency_folder

    def __call__(self, *words: str | Path) -> Typed:
        """Type `triage` and these words."""
        return triage(*words, "--agency", self.agency, "--log", self.log)

    def run(self, *documents: Mapping[str, object] | str) -> Typed:
        """Run these reports from a file."""
        return self("run", reports(self.folder / "calls.ndjson", *documents), "--json")


def triage(*words: str | Path) -> Typed:
    """Type `triage` and these words, and nothing else."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return Typed(code, out.getvalue(), err.getvalue())


def flat(text: str) -> str:
    """`text` without its line breaks, which depend on the width of the terminal."""
    return " ".join(text.split())


def kinds(typed: Typed) -> Sequence[str]:
    """The kinds of the events that a command caused."""
    return [event["kind"] for event in typed.document]
