"""`triage run`: calls from files or a feed, decided and put into the log."""

import sys
import time
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from triage.cli.failures import DONE, UsageError
from triage.cli.feed import Batch, StandardInput, Step, handle_all, in_order, steps
from triage.cli.options import STANDARD, Common
from triage.cli.run_report import report_run
from triage.cli.screen import Screen
from triage.cli.session import Session, decided_by, policy_of
from triage.cli.tally import Tally
from triage.domain.errors import meant
from triage.engine import Handled
from triage.sources import Columns, Reading, holds_documents, load_columns, read_file, read_lines, read_stream

INPUT: Final = "-"
STANDING: Final = ("policy_adopted", "model_adopted", "drift_measured")
STANDING_MAX: Final = 1_000_000
OPTIONS: Final = ("--agency", "--columns", "--help", "--json", "--log")


def run(
    *files: Annotated[
        str,
        Parameter(name="FILE", allow_leading_hyphen=True, help="CSV or NDJSON, plain or .gz; `-` is standard input."),
    ],
    columns: Annotated[
        str | None,
        Parameter(metavar="NAME", help="The column mapping of the CSV files, where their header shall not choose it."),
    ] = None,
    common: Common = STANDARD,
) -> int:
    """Read calls from files, triage each, append what happened to the log.

    Several files become one stream in clock order. A CSV file's columns are found from its header (see the folder
    `columns` of the agency); a line of NDJSON is one report. Rows that cannot be read are named and counted, and the
    rest goes on. Running it again adds nothing; after an interruption the same command goes on from there.

    NDJSON on standard input is handled as it comes, in its own order.

    For example:

        triage run calls_2023.csv.gz
        triage run january.csv february.csv --columns call_data_2018
        tail -f feed.ndjson | triage run -

    With --json: rows, calls, reports, repeats, excluded, unreadable, decisions, routes, not_served, events, seconds.
    """
    _check(files)
    policy = policy_of(common.agency)
    source = _Source(load_columns(common.agency / "columns"), ZoneInfo(policy.time_zone), columns)
    started = time.perf_counter()
    feed = _input() if INPUT in files else None
    stream: BufferedReader | None = None if feed is None else BufferedReader(feed)
    live = stream is not None and holds_documents(stream)
    readings = [] if live else _read(source, files, stream, Screen(as_json=common.json))
    with decided_by(policy, common) as session:  # not before all is read: a bad file leaves no trace
        tally = Tally(policy.rules)
        before = session.app.log.head()
        if feed is not None and stream is not None and live:
            _run_feed(session, tally, feed, stream)
        else:
            _run_files(session, tally, readings)
        tally.events += len(session.app.log.read(before, STANDING_MAX, STANDING))
        report_run(session, tally, time.perf_counter() - started)
    return DONE


class _Source(NamedTuple):
    """How files are read: the agency's column mappings and time zone, and the mapping that was named."""

    mappings: Sequence[Columns]
    zone: ZoneInfo
    name: str | None


def _check(files: Sequence[str]) -> None:
    """Raises `UsageError` for no file at all, for a mistyped option, and for a feed that shall wait for files."""
    if not files:
        raise UsageError("no file given; `triage run FILE...`, or `-` for standard input")
    for file in files:
        if file.startswith("-") and file != INPUT:
            raise UsageError(f"no option `{file[:60]}`; {meant(file[:60], OPTIONS)}")
    if INPUT in files and len(files) > 1:
        raise UsageError("`-` stands alone: a feed comes in its own order, and files are put into clock order first")


def _input() -> StandardInput:
    if sys.stdin is None:
        raise UsageError("standard input is closed; give FILE, or `-` with something to read")
    return StandardInput(sys.stdin.fileno())


def _read(source: _Source, files: Sequence[str], stream: BufferedReader | None, screen: Screen) -> list[Reading]:
    """Everything that the files, or standard input, hold."""
    if stream is not None:
        return [read_stream(stream, *source)]
    readings = []
    with screen.progress("reading", len(files)) as progress:
        for place, file in enumerate(files, start=1):
            readings.append(read_file(Path(file), *source))
            progress(place)
    return readings


def _run_files(session: Session, tally: Tally, readings: Sequence[Reading]) -> None:
    for reading in readings:
        tally.exclude(reading.excluded)
        tally.not_understood += reading.not_understood
    with session.screen.progress("deciding", sum(reading.rows for reading in readings)) as progress:

        def done(batch: Sequence[Step], handled: Handled) -> None:
            tally.count(batch, handled)
            progress(tally.rows)

        handle_all(session.app.engine, in_order(readings), done)


def _run_feed(session: Session, tally: Tally, feed: StandardInput, stream: BufferedReader) -> None:
    """Handle what standard input brings, as it comes: whoever reported something does not wait for a full batch."""
    with session.screen.progress("deciding") as progress:

        def done(handled_steps: Sequence[Step], handled: Handled) -> None:
            tally.count(handled_steps, handled)
            progress(tally.rows)

        batch = Batch(session.app.engine, done)
        feed.before_waiting = batch.flush
        for step in steps(read_lines(stream, not_understood=tally.not_understood)):
            batch.add(step)
        batch.flush()
