"""What is acknowledged is there: after a kill, a stop inside the transaction, a full disk, a kill while it is made."""

import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.sqlite import SQLiteCursor
from eventsourcing.utils import Environment

from tests.store_examples import STORED, cleared, kept, reported, whole_call
from tests.store_writers import EVENTS_PER_BATCH, start
from triage.store import Log, LogUnavailableError, Tracking, open_log
from triage.store.contract import NewRow
from triage.store.sqlite import LogFactory, SQLiteLogRecorder

KILLS = 12
KILL_AFTER_SECONDS_MAX = 0.15
OPENERS = 8


def killed_at_random(process: subprocess.Popen[str], chance: random.Random) -> list[str]:
    """The lines that a process wrote between its first one and its death at any moment after it."""
    with process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, process.stderr.read() if process.stderr else ""
        time.sleep(chance.uniform(0, KILL_AFTER_SECONDS_MAX))
        process.kill()
        return [first, *(line for line in process.stdout if line.endswith("\n"))]


@pytest.mark.slow
def test_what_was_acknowledged_before_a_kill_is_there_and_batches_are_whole(tmp_path: Path) -> None:
    target = str(tmp_path / "triage.db")
    chance = random.Random(17)  # when to kill, not a secret
    for _ in range(KILLS):
        lines = killed_at_random(start("append_for_ever", target), chance)
        acknowledged, position = map(int, lines[-1].split())
        with open_log(target) as log:
            batches = log.tracked("feed") or 0
            assert acknowledged <= batches <= acknowledged + 1, "an acknowledged batch is gone"
            assert position <= log.head() == batches * EVENTS_PER_BATCH, "half a batch is there"
    with open_log(target) as log:
        versions = range(1, EVENTS_PER_BATCH + 1)
        assert [(stream, version) for stream, version, _ in kept(log)] == [
            (f"CALL-{b}", version) for b in range(1, batches + 1) for version in versions
        ]


@pytest.mark.slow
def test_a_kill_while_a_log_is_made_leaves_what_can_be_opened(tmp_path: Path) -> None:
    chance = random.Random(18)
    for n in range(KILLS // 3):
        folder = tmp_path / str(n)
        folder.mkdir()
        killed_at_random(start("make_logs_for_ever", folder), chance)
        for path in sorted(folder.glob("*.db")):
            with open_log(path) as log:
                assert list(log.append([("A", 1, reported("A"))], recorded_at=STORED)) == [1]


@pytest.mark.slow
def test_many_processes_may_make_the_same_log_at_once(tmp_path: Path) -> None:
    target = str(tmp_path / "triage.db")
    openers = [start("append", target, f"CALL-{n}", 1) for n in range(OPENERS)]
    assert [opener.communicate(timeout=60) for opener in openers] == [("done\n", "")] * OPENERS
    with open_log(target) as log:
        assert {stream for stream, _, _ in kept(log)} == {f"CALL-{n}-1" for n in range(OPENERS)}
        assert log.head() == OPENERS * EVENTS_PER_BATCH


class StoppedError(Exception):
    """The program stops here."""


class StoppingRecorder(SQLiteLogRecorder):
    """Stops after the events and their tracking are inserted, before they are committed."""

    def _insert_rows(self, c: SQLiteCursor, rows: Sequence[NewRow], tracking: Tracking | None) -> Sequence[int]:
        super()._insert_rows(c, rows, tracking)
        raise StoppedError


class StoppingFactory(LogFactory):
    """Builds a log on such a recorder."""

    process_recorder_class = StoppingRecorder


class StoppingLog(Log):
    """A log on such a recorder."""

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return StoppingFactory(env)


def test_a_stop_between_the_insert_and_the_commit_leaves_neither_events_nor_tracking(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    with open_log(path) as log:
        log.append([("A", 1, reported("A"))], recorded_at=STORED, tracking=Tracking("feed", 1))
    with StoppingLog({"SQLITE_DBNAME": str(path)}) as stopping:
        for batch in ([("A", 2, cleared("A"))], []):
            with pytest.raises(StoppedError):
                stopping.append(batch, recorded_at=STORED, tracking=Tracking("feed", 2))
            assert (kept(stopping), stopping.tracked("feed")) == ([("A", 1, "call_reported")], 1)
    with open_log(path) as log:
        log.append([("A", 2, cleared("A"))], recorded_at=STORED, tracking=Tracking("feed", 2))
        assert log.head() == 2


def test_a_disk_that_refuses_is_told_keeps_what_was_there_and_can_be_left_behind(tmp_path: Path) -> None:
    target = str(tmp_path / "triage.db")
    said, errors = start("fill_the_disk", target).communicate(timeout=60)
    assert not errors
    message, refused, after = said.splitlines()
    assert message == f"log file `{target}` cannot be read or written by the system; look at its disk before going on"
    batch, head, tracked = map(int, refused.split())
    assert tracked == batch - 1 > 1
    assert head == tracked * EVENTS_PER_BATCH, "half a batch is there"
    assert int(after) == head + EVENTS_PER_BATCH, "the log does not go on once there is room"
    with open_log(target) as log:
        assert log.head() == int(after)


def test_a_full_disk_is_told_and_keeps_what_was_there(tmp_path: Path) -> None:
    with open_log(tmp_path / "triage.db") as log:
        assert isinstance(log.recorder, SQLiteLogRecorder)
        with log.recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA max_page_count=1")  # the size that it has: SQLite's own way to be full
        with pytest.raises(LogUnavailableError, match="does not fit on its disk; nothing was written; make room"):
            log.append(whole_call("A", 500), recorded_at=STORED, tracking=Tracking("feed", 1))
        assert (log.head(), log.tracked("feed")) == (0, None)
