"""A model learnt from a large history: rows per second from the file to the model, and the greatest memory.

    python benchmarks/training.py [--json] [--calls N] [--rounds N]

The file has N rows (a million, usually) with the header of Seattle's Call Data, types and priorities by the published
counts. How calls end is drawn at random (an assumption): one in five says nothing of authority, of the others more have
authority used the graver the type. Each contender runs in a process of its own.
ours: `read_file`, `history` and `train`, as `triage train` does them; the seconds of each, and how large the process
had grown by then, stand beside it.
floor: the csv module's reader over the same file, which keeps nothing.
ours, one fit: the candidate with the most terms over single features, fitted to the decided calls (100,000 at most).
peer, one fit: scikit-learn's one-hot and logistic pipeline, as it is usually written, on the same calls and the same
terms; it is given their values as text, read before, and does not put calls together that are the same.
"""

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import calls
import measure
import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import OneHotEncoder  # type: ignore[import-untyped]
from source import CHILD, EXCLUDED_TYPES, HEADER, LOCAL, SPAN_SECONDS, floor, greatest_bytes

from triage.classifiers.features import FEATURES
from triage.domain.desk import Desk
from triage.rulebook import load_outcomes
from triage.sources import Reading, load_columns, read_file
from triage.training.candidates import PENALTY_C, Candidate, candidates, fit
from triage.training.cells import Cells, read_cells
from triage.training.history import Row, history
from triage.training.lessons import Agency
from triage.training.train import train

FIT_CALLS_MAX: Final = 100_000
USED: Final = {"minor": 0.001, "moderate": 0.1, "serious": 0.3, "grave": 0.5}
SILENT: Final = 0.2
SECONDS_MAX: Final = 120
GIB_MAX: Final = 4
TARGETS: Final = (measure.Target("ours", "floor", None), measure.Target("ours, one fit", "peer, one fit", None))
FOLDER: Final = calls.ROOT / "config" / "seattle"
PARTS: Final = ("reading", "history", "training")


def write(path: Path, rows: int) -> None:
    """A file of `rows` calls, each of which ended somehow."""
    chance = random.Random(5)
    desk = Desk(calls.policy())
    types, _, priorities, _ = calls.mix()
    everywhere = calls.places()
    start = calls.START.replace(tzinfo=None)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            queued = start + timedelta(seconds=chance.randrange(SPAN_SECONDS))
            while EXCLUDED_TYPES in (call_type := types.draw(chance)):
                pass
            precinct, beat = chance.choice(everywhere)
            writer.writerow(
                (
                    f"2024{number:09d}",
                    _ended(chance, USED.get(str(desk.presumed(call_type).severity), 0.2)),
                    chance.choice(("911", "TELEPHONE OTHER, NOT 911")),
                    priorities.draw(chance),
                    call_type,
                    "-",
                    queued.strftime(LOCAL),
                    (queued + timedelta(minutes=10)).strftime(LOCAL),
                    precinct,
                    beat[0],
                    beat,
                    (queued + timedelta(minutes=50)).strftime(LOCAL),
                    "DISPATCH",
                )
            )


def read(path: Path) -> Reading:
    """The file as the agency's column mapping reads it."""
    return read_file(path, load_columns(FOLDER / "columns"), ZoneInfo("America/Los_Angeles"))


def told(reading: Reading) -> list[Row]:
    """The calls as a history."""
    return history(calls.policy(), load_outcomes(FOLDER), [reading])


def ours(watch: measure.Watch, path: Path) -> dict[str, Any]:
    """From the file to the model; what each part took, and how large the process had grown by its end."""
    calls.policy()
    seconds, grown = [], []

    def done(start: float) -> float:
        now = time.perf_counter()
        seconds.append(round(now - start, 2))
        grown.append(round(greatest_bytes() / 2**30, 2))
        return now

    with watch:
        start = time.perf_counter()
        reading = read(path)
        rows = reading.rows
        start = done(start)
        known = told(reading)
        del reading  # as `triage train` does, before it learns
        start = done(start)
        train(Agency(calls.policy(), known))
        done(start)
    return {"rows": rows, "seconds": _by_part(seconds), "gib": _by_part(grown)}


def to_fit(path: Path) -> tuple[Cells, Candidate]:
    """The decided calls as numbers, and the candidate with the most terms over single features."""
    decided = [row for row in told(read(path)) if row.decided][:FIT_CALLS_MAX]
    cells = read_cells(decided, tuple(FEATURES), calls.policy().agency)
    return cells, next(found for found in candidates(cells) if found.name == "circumstances")


def our_fit(watch: measure.Watch, path: Path) -> dict[str, Any]:
    """One fit, each different call once."""
    cells, candidate = to_fit(path)
    with watch:
        fit(candidate, cells, 0)
    return {"rows": len(cells.used)}


def peers_fit(watch: measure.Watch, path: Path) -> dict[str, Any]:
    """One fit by scikit-learn, each call for itself."""
    cells, candidate = to_fit(path)
    columns = [np.array((*cells.values[name], ""), object)[cells.columns[name]] for (name,) in candidate.terms]
    values = np.column_stack(columns)
    pipeline = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(C=PENALTY_C, max_iter=1000))
    with warnings.catch_warnings(), watch:
        warnings.simplefilter("ignore")  # how far it gets is its own affair
        pipeline.fit(values, cells.used)
    return {"rows": len(values)}


def floors(watch: measure.Watch, path: Path) -> dict[str, Any]:
    """Rows split into cells."""
    return {"rows": floor(watch, path)}


CONTENDERS: Final = {"ours": ours, "floor": floors, "ours, one fit": our_fit, "peer, one fit": peers_fit}


def child(name: str, path: Path) -> None:
    """Be one contender and print what it took."""
    watch = measure.Watch()
    said = CONTENDERS[name](watch, path)
    print(json.dumps({**said, "wall": watch.wall, "cpu": watch.cpu}))


def contender(name: str, path: Path, found: dict[str, list[dict[str, Any]]]) -> measure.Contender:
    """One round in a process of its own; what it says goes into `found`."""

    def run(watch: measure.Watch) -> int:
        done = subprocess.run([sys.executable, __file__, CHILD, name, path], stdout=subprocess.PIPE, check=True)
        said = json.loads(done.stdout)
        watch.wall, watch.cpu = said["wall"], said["cpu"]
        found.setdefault(name, []).append(said)
        return int(said["rows"])

    return run


def met(rounds: Sequence[dict[str, Any]]) -> str:
    """Whether the slowest and the largest round kept to the target."""
    seconds, gib = max(one["wall"] for one in rounds), max(max(one["gib"].values()) for one in rounds)
    kept = "met" if seconds <= SECONDS_MAX and gib <= GIB_MAX else "MISSED"
    return f"{SECONDS_MAX} s and {GIB_MAX} GiB for a million rows: {kept} ({seconds:.1f} s, {gib:.2f} GiB)"


def main() -> None:
    asked = measure.arguments(__doc__, calls=1_000_000, profile=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "calls.csv")
        write(path, asked.calls)
        found: dict[str, list[dict[str, Any]]] = {}
        speeds = measure.interleaved({name: contender(name, path, found) for name in CONTENDERS}, asked.rounds)
        last = found["ours"][-1]
        more = {
            "seconds of each part": last["seconds"],
            "greatest GiB by its end": last["gib"],
            "calls fitted to": found["peer, one fit"][-1]["rows"],
            "mix": calls.mix().source,
            "target": met(found["ours"]),
        }
        measure.report(asked, "rows", speeds, TARGETS, more)


def _by_part(figures: Sequence[float]) -> dict[str, float]:
    return dict(zip(PARTS, figures, strict=True))


def _ended(chance: random.Random, used: float) -> str:
    """How a call ended, as Seattle writes it."""
    if chance.random() < SILENT:
        return "REPORT WRITTEN (NO ARREST)"
    return "PHYSICAL ARREST MADE" if chance.random() < used else "ASSISTANCE RENDERED"


if __name__ == "__main__":
    if sys.argv[1:2] == [CHILD]:
        child(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
