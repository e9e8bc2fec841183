"""Processes that use a log, for tests that kill, starve and race them: `python -m tests.store_writers NAME ...`."""

import resource
import subprocess
import sys
from pathlib import Path

from tests.store_examples import STORED, reported, whole_call
from triage.store import LogUnavailableError, Tracking, open_log

EVENTS_PER_BATCH = 7
FULL_BYTES = 300_000


def start(name: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process that runs a function of this module, with warnings as errors."""
    command = [sys.executable, "-W", "error", "-m", "tests.store_writers", name, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def append(target: str, name: str, batches: str) -> None:
    """Appends batches, one per call of its own, and says when it is done."""
    with open_log(target) as log:
        for b in range(1, int(batches) + 1):
            log.append(whole_call(f"{name}-{b}", EVENTS_PER_BATCH), recorded_at=STORED, tracking=Tracking(name, b))
    say("done")


def append_for_ever(target: str) -> None:
    """Appends batch after batch, continuing where it was killed, and says which one is acknowledged."""
    with open_log(target) as log:
        b = (log.tracked("feed") or 0) + 1
        while True:
            batch = whole_call(f"CALL-{b}", EVENTS_PER_BATCH)
            positions = log.append(batch, recorded_at=STORED, tracking=Tracking("feed", b))
            say(b, positions[-1])
            b += 1


def make_logs_for_ever(folder: str) -> None:
    """Makes log after log, and says which one is there."""
    n = 0
    while True:
        open_log(Path(folder, f"{n}.db")).close()
        say(n)
        n += 1


def fill_the_disk(target: str) -> None:
    """Appends until the system refuses, then has room again and goes on."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_log(target) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, most))
        b = 0
        try:
            while True:
                b += 1
                batch = [(f"{b}-{n}", 1, reported(f"{b}-{n}")) for n in range(EVENTS_PER_BATCH)]
                log.append(batch, recorded_at=STORED, tracking=Tracking("feed", b))
        except LogUnavailableError as error:
            say(error)
        say(b, log.head(), log.tracked("feed"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        say(log.append(batch, recorded_at=STORED, tracking=Tracking("feed", b))[-1])


def say(*words: object) -> None:
    """Tells the parent, at once."""
    print(*words, flush=True)  # noqa: T201  # this is how a process tells another


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
