"""Rebuilding the projections from the log on SQLite.

    python benchmarks/projections.py [--json] [--calls N] [--rounds N] [--profile]

The log holds what a replay leaves of N calls: reports, decisions, queues, what time brought about, closings.
ours: `cso_queues` and `audit_trail` thrown away and folded again, one after the other. What is counted is the events in
the log, each once, though each projection reads the log for itself, and `cso_queues` only the kinds that it needs.
ours, all three: `not_served` as well. The others are each alone.
floor: one raw SELECT of all rows in pages, and the JSON of each decoded by the standard library; it checks nothing and
writes nothing.
"""

import cProfile
import json
import pstats
import sqlite3
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Final

import calls
import measure

from triage.bootstrap import App

PAGE: Final = 1_000
BOTH: Final = ("cso_queues", "audit_trail")
ALL: Final = (*BOTH, "not_served")
TARGETS: Final = (measure.Target("ours", "floor", None),)
LEAST_PER_SECOND: Final = 60_000


def rebuilt(app: App, names: tuple[str, ...], watch: measure.Watch) -> int:
    """Events in the log from which these projections were rebuilt."""
    with watch:
        for name in names:
            app.view(name).rebuild(app.log)
    return app.log.head()


def floor(log: Path, watch: measure.Watch) -> int:
    """Rows selected and decoded."""
    connection = sqlite3.connect(log)
    select = "SELECT position, originator_id, originator_version, topic, state FROM stored_events WHERE position > ?"
    after = 0
    with watch:
        while rows := connection.execute(f"{select} ORDER BY position LIMIT {PAGE}", (after,)).fetchall():
            after = rows[-1][0]
            for row in rows:
                json.loads(row[4])
    connection.close()
    return after


def kinds(log: Path) -> dict[str, int]:
    """How many events of each kind the log holds, the most frequent first."""
    connection = sqlite3.connect(log)
    found = Counter(kind for (kind,) in connection.execute("SELECT topic FROM stored_events"))
    connection.close()
    return dict(found.most_common())


def main() -> None:
    asked = measure.arguments(__doc__, calls=20_000)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.db")
        with App(calls.policy(), log) as app:
            calls.handle_all(app.engine, calls.with_closings(calls.requests(calls.lines(asked.calls))))
        with App(None, log) as app:
            contenders: dict[str, measure.Contender] = {
                "ours": partial(rebuilt, app, BOTH),
                "ours, all three": partial(rebuilt, app, ALL),
                **{name: partial(rebuilt, app, (name,)) for name in ALL},
                "floor": partial(floor, log),
            }
            speeds = measure.interleaved(contenders, asked.rounds)
            per_second = speeds["ours"].per_second
            more = {
                "calls": asked.calls,
                "events": app.log.head(),
                "kinds": kinds(log),
                "mix": calls.mix().source,
                "target": f"{LEAST_PER_SECOND:,} a second: {'met' if per_second >= LEAST_PER_SECOND else 'MISSED'}",
            }
            measure.report(asked, "events in the log", speeds, TARGETS, more)
            if asked.profile:
                profile = cProfile.Profile()
                profile.runcall(rebuilt, app, BOTH, measure.Watch())
                pstats.Stats(profile).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    main()
