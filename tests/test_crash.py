"""A run that is killed at any moment and started again ends with the log of a run that nobody disturbed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.call_file import rows, write
from triage.rulebook import load
from triage.store import open_log
from triage.verification import verify

ROOT = Path(__file__).parents[1]
POLICY = load(ROOT / "config" / "seattle")
CALLS = 1500
KILLS = 6

Content = list[tuple[int, str, int, str]]


def start(calls: Path, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "triage.cli", "run", str(calls), "--log", str(log), "--json"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def content(log: Path) -> Content:
    """Everything in the log but our clock."""
    with open_log(log) as opened:
        return [
            (item.position, item.stream, item.version, item.event.model_dump_json()) for item in opened.read(0, 10**6)
        ]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("calls") / "calls.csv", rows(POLICY, CALLS))


@pytest.fixture(scope="module")
def undisturbed(calls: Path, tmp_path_factory: pytest.TempPathFactory) -> Content:
    log = tmp_path_factory.mktemp("undisturbed") / "triage.db"
    process = start(calls, log)
    process.communicate()
    assert process.returncode == 0
    return content(log)


def stored(log: Path) -> int:
    """How many events another process has stored by now."""
    if not log.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True, timeout=0.1)) as connection:
            return int(connection.execute("SELECT coalesce(max(position), 0) FROM stored_events").fetchone()[0])
    except sqlite3.OperationalError:  # the file is being made
        return 0


def kill_at(process: subprocess.Popen[bytes], log: Path, events: int, more_seconds: float) -> None:
    """Kill the process, without a chance to tidy up, a moment after it has stored so many events."""
    deadline = time.monotonic() + 60
    while process.poll() is None and stored(log) < events and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(more_seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_run_killed_again_and_again_ends_with_the_same_log(
    seed: int, calls: Path, undisturbed: Content, tmp_path: Path
) -> None:
    expected = undisturbed
    random = Random(seed)
    log = tmp_path / "triage.db"
    lengths = []
    for moment in sorted(random.uniform(0, 0.95) for _ in range(KILLS)):
        kill_at(start(calls, log), log, int(len(expected) * moment), random.uniform(0, 0.02))
        found = content(log) if stored(log) else []
        assert found == expected[: len(found)], "what is in the log after a kill is how the undisturbed log begins"
        lengths.append(len(found))
    process = start(calls, log)
    process.communicate()
    assert process.returncode == 0
    assert content(log) == expected
    assert lengths == sorted(lengths), "nothing stored was ever lost"
    assert any(0 < length < len(expected) for length in lengths), f"no kill came in the middle: {lengths}"
    with open_log(log) as opened:
        assert verify(opened).mismatches == ()


def test_running_again_adds_nothing_and_any_row_order_decides_the_same(tmp_path: Path) -> None:
    found = rows(POLICY, 120)
    forth = write(tmp_path / "forth.csv", found)
    Random(1).shuffle(found)
    back = write(tmp_path / "back.csv", found)
    for calls, log in ((forth, "forth.db"), (back, "back.db")):
        for again in (False, True):
            process = start(calls, tmp_path / log)
            output, _ = process.communicate()
            summary = json.loads(output)
            assert process.returncode == 0
            assert summary["rows"] == summary["reports"] + summary["repeats"] + sum(summary["excluded"].values())
            assert (summary["events"] == 0) == again
            assert 110 < summary["calls"] <= 120
    assert content(tmp_path / "forth.db") == content(tmp_path / "back.db")
