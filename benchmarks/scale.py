"""What a call costs while the log grows from a thousand calls to a million.

    python benchmarks/scale.py [--json] [--calls N] [--rounds N]

One log for each power of ten from 1,000 calls up to N. The first 1,000 calls of each went through the engine, with
their closings; the others are copies of their rows under other ids, put into the file directly. Then, in interleaved
rounds over all logs:
handle: four batches of 128 new calls a round, each call.
history: the events of one call, as `explain` reads them, and the state that they come to.
queue: the rows of `cso_queues`.
open: from nothing to an engine that handled its first call, the view of the queues being where it was left.
first open: the same where that view is yet to be folded from the whole log; once for each log.
The ratio is that of the largest to the smallest log; flat is 1.
"""

import argparse
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import calls
import measure

from triage.bootstrap import App
from triage.domain.commands import ReportCall
from triage.engine import call_of

TEMPLATE_CALLS: Final = 1_000
BATCHES: Final = 4
HISTORIES: Final = 100
QUERIES: Final = 20
COLUMNS: Final = "position, originator_id, originator_version, topic, state"
LATER: Final = 1_000
"""How many calls there are between the last of a log and the new ones: time for everything to end."""


class Log:
    """A log of `size` calls, and what is measured on it."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self.added = 0
        self.chance = random.Random(4)
        self.microseconds: dict[str, list[float]] = {}
        self.time("first open", self.open)

    def time(self, name: str, work: Callable[[], object], things: int = 1) -> None:
        """Note what `work` took for each of the things that it did."""
        start = time.perf_counter()
        work()
        self.microseconds.setdefault(name, []).append((time.perf_counter() - start) / things * 1e6)

    def round(self) -> None:
        """Measure everything once."""
        for _ in range(BATCHES):
            batch = self.new(calls.BATCH)
            self.time("handle", partial(self.app.engine.handle, batch, replay=True), len(batch))
        ids = [f"2024{self.chance.randrange(self.size):09d}" for _ in range(HISTORIES)]
        self.time("history", lambda: [call_of(self.app.log.histories([call_id])[call_id]) for call_id in ids], len(ids))
        queues = self.app.queues
        self.time("queue", lambda: [queues.entries() for _ in range(QUERIES)], QUERIES)
        self.app.close()
        self.time("open", self.open)

    def open(self) -> None:
        """Open the log anew and handle one call."""
        self.app = App(calls.policy(), self.path)
        self.app.engine.handle(self.new(1), replay=True)

    def new(self, count: int) -> list[ReportCall]:
        """Reports of calls that the log does not know yet."""
        first = self.size + LATER + self.added
        self.added += count
        return calls.requests(calls.lines(count, first, seed=first))


def template(path: Path, size: int) -> None:
    """A log of `size` calls as the engine makes it, every call closed."""
    with App(calls.policy(), path) as app:
        calls.handle_all(app.engine, calls.with_closings(calls.requests(calls.lines(size))))


def grown(source: Path, path: Path, of: int, size: int) -> None:
    """A copy of the log at `source` with its `of` calls again and again under other ids, until there are `size`."""
    shutil.copy(source, path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    select = f"SELECT {COLUMNS} FROM stored_events WHERE topic != 'policy_adopted' ORDER BY position"
    rows = connection.execute(select).fetchall()
    position = connection.execute("SELECT max(position) FROM stored_events").fetchone()[0]
    for first in range(of, size, of):
        copies = []
        for _, stream, version, kind, state in rows:
            position += 1
            name = f"2024{int(stream[4:]) + first:09d}"
            copies.append((position, name, version, kind, state.replace(stream.encode(), name.encode())))
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO stored_events ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", copies)
        connection.execute("COMMIT")
    connection.close()


def show(asked: argparse.Namespace, logs: list[Log]) -> None:
    """Medians by size, and how many times dearer the largest log is than the smallest."""
    names = list(logs[0].microseconds)
    medians = {name: {log.size: median(log.microseconds[name]) for log in logs} for name in names}
    ratios = {
        name: medians[name][logs[-1].size] / medians[name][logs[0].size] for name in names if name != "first open"
    }
    if asked.json:
        print(json.dumps({"machine": measure.machine(), "microseconds": medians, "ratios": ratios}))
        return
    print(f"machine: {measure.in_words(measure.machine())}")
    print(f"{'microseconds each':20}" + "".join(f"{log.size:>12,}" for log in logs) + f"{'ratio':>9}")
    for name in names:
        ratio = f"{ratios[name]:9.2f}" if name in ratios else ""
        print(f"{name:20}" + "".join(f"{medians[name][log.size]:12,.1f}" for log in logs) + ratio)


def main() -> None:
    asked = measure.arguments(__doc__, calls=1_000_000, profile=False)
    smallest = min(TEMPLATE_CALLS, asked.calls)
    sizes = [smallest]
    while sizes[-1] * 10 <= asked.calls:
        sizes.append(sizes[-1] * 10)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        template(folder / "template.db", smallest)
        logs = []
        for size in sizes:
            path = folder / f"{size}.db"
            grown(folder / "template.db", path, smallest, size)
            logs.append(Log(path, size))
        for _ in range(asked.rounds):
            for log in logs:
                log.round()
        for log in logs:
            log.app.close()
        show(asked, logs)


if __name__ == "__main__":
    main()
