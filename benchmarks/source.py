"""Reading a file of calls and putting it into clock order: rows per second, and memory per row.

    python benchmarks/source.py [--json] [--calls N] [--rounds N] [--profile]

The file has the header of Seattle's Call Data as published now, and N rows (a million, usually) in no order of time,
each of them a call of its own and none excluded: the most memory that a file can ask for. Each contender runs in a
process of its own; memory is what that process's greatest size grew by, as the system counts it.
ours: `read_file`, then `stream` to its end, so that every row becomes a report and a closing, in clock order.
ours, reading: `read_file` alone.
floor: the csv module's reader over the same file, which keeps nothing.
"""

import cProfile
import csv
import json
import pstats
import random
import resource
import subprocess
import sys
import tempfile
from collections import deque
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import calls
import measure

from triage.sources import load_columns, read_file, stream

CHILD: Final = "--child"
HEADER: Final = (
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
    "Call Sign In-Service Time",
    "Call Type Indicator",
)
LOCAL: Final = "%m/%d/%Y %I:%M:%S %p"
EXCLUDED_TYPES: Final = "TEST CALL"
TARGETS: Final = (measure.Target("ours", "floor", None),)
BYTES_PER_ROW_MAX: Final = 1024
SPAN_SECONDS: Final = 250 * 24 * 3600
"""From May to the next January: no clock goes forward, so every local time exists."""


def write(path: Path, rows: int) -> None:
    """A file of `rows` calls."""
    chance = random.Random(5)
    types, _, priorities, _ = calls.mix()
    everywhere = calls.places()
    start = calls.START.replace(tzinfo=None)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            queued = start + timedelta(seconds=chance.randrange(SPAN_SECONDS))
            arrived = queued + timedelta(seconds=chance.randrange(60, 3_600))
            served = arrived + timedelta(seconds=chance.randrange(60, 7_200))
            while EXCLUDED_TYPES in (call_type := types.draw(chance)):
                pass
            precinct, beat = chance.choice(everywhere)
            writer.writerow(
                (
                    f"2024{number:09d}",
                    "ASSISTANCE RENDERED",
                    chance.choice(("911", "TELEPHONE OTHER, NOT 911")),
                    priorities.draw(chance),
                    call_type,
                    types.draw(chance),
                    queued.strftime(LOCAL),
                    arrived.strftime(LOCAL),
                    precinct,
                    beat[0],
                    beat,
                    served.strftime(LOCAL),
                    "DISPATCH",
                )
            )


def ours(watch: measure.Watch, path: Path, *, to_the_end: bool) -> int:
    """Rows read, and all of them told in clock order if it is to go `to_the_end`."""
    columns = load_columns(calls.ROOT / "config" / "seattle" / "columns")
    with watch:
        reading = read_file(path, columns, ZoneInfo("America/Los_Angeles"))
        if to_the_end:
            deque(stream(reading), maxlen=0)
    assert len(reading.calls) == reading.rows, "a row was excluded or unreadable"
    return reading.rows


def floor(watch: measure.Watch, path: Path) -> int:
    """Rows split into cells."""
    rows = -1  # the header
    with path.open(encoding="utf-8", newline="") as file, watch:
        for _ in csv.reader(file):
            rows += 1
    return rows


def child(name: str, path: Path) -> None:
    """Be one contender and print what it took."""
    calls.mix()  # what the parent knows, so that it is no part of what grows
    watch = measure.Watch()
    before = greatest_bytes()
    rows = floor(watch, path) if name == "floor" else ours(watch, path, to_the_end=name == "ours")
    grown = greatest_bytes() - before
    print(json.dumps({"rows": rows, "wall": watch.wall, "cpu": watch.cpu, "bytes": grown}))


def contender(name: str, path: Path, grown: dict[str, list[float]]) -> measure.Contender:
    """One round in a process of its own; its bytes per row go into `grown`."""

    def run(watch: measure.Watch) -> int:
        done = subprocess.run([sys.executable, __file__, CHILD, name, path], stdout=subprocess.PIPE, check=True)
        said = json.loads(done.stdout)
        watch.wall, watch.cpu = said["wall"], said["cpu"]
        grown.setdefault(name, []).append(said["bytes"] / said["rows"])
        return int(said["rows"])

    return run


def greatest_bytes() -> int:
    """The greatest size that this process has had."""
    greatest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return greatest if sys.platform == "darwin" else greatest * 1024


def main() -> None:
    asked = measure.arguments(__doc__, calls=1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "calls.csv")
        write(path, asked.calls)
        grown: dict[str, list[float]] = {}
        names = ("ours", "ours, reading", "floor")
        speeds = measure.interleaved({name: contender(name, path, grown) for name in names}, asked.rounds)
        most = max(grown["ours"])
        more = {
            "file_mb": round(path.stat().st_size / 1e6, 1),
            "bytes_per_row": {name: round(max(found)) for name, found in grown.items()},
            "target": f"{BYTES_PER_ROW_MAX} bytes per row: {'met' if most <= BYTES_PER_ROW_MAX else 'MISSED'}",
        }
        measure.report(asked, "rows", speeds, TARGETS, more)
        if asked.profile:
            profile = cProfile.Profile()
            profile.runcall(ours, measure.Watch(), path, to_the_end=True)
            pstats.Stats(profile).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    if sys.argv[1:2] == [CHILD]:
        child(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
