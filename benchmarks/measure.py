"""What the benchmarks share: arguments, interleaved rounds, medians and ratios, printed for people or as JSON."""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple, Self

ROUNDS: Final = 5
PROBES: Final = 50


class Watch:
    """A stop watch: `with watch:` around what counts. Wall-clock seconds, and seconds of this process's CPU."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> Self:
        self._cpu = time.process_time()
        self._wall = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu


Contender = Callable[[Watch], int]
"""One round: does its work, the part that counts under the watch, and says how many things it did."""


class Target(NamedTuple):
    """How much faster `one` has to be than `other`, in things per second of wall clock."""

    one: str
    other: str
    least: float | None


class Speed(NamedTuple):
    """What the rounds of one contender took for each thing, in microseconds."""

    wall_us: list[float]
    cpu_us: list[float]

    @property
    def per_second(self) -> float:
        """Things per second of wall clock, the median of all rounds."""
        return 1e6 / median(self.wall_us)


def arguments(about: str | None, calls: int, *, profile: bool = True) -> argparse.Namespace:
    """What was typed: `json`, `calls`, `rounds` and, where there is one, `profile`. `about`: the docstring."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    if profile:
        printed.add_argument("--profile", action="store_true", help="where the time goes, after the table")
    parser.add_argument("--calls", type=_positive, default=calls, help=f"how many calls or rows (standard: {calls})")
    parser.add_argument("--rounds", type=_positive, default=ROUNDS, help=f"interleaved rounds (standard: {ROUNDS})")
    return parser.parse_args()


def interleaved(contenders: Mapping[str, Contender], rounds: int) -> dict[str, Speed]:
    """The speed of each contender: every round runs all of them, each time from another one on, after a warm-up."""
    speeds = {name: Speed([], []) for name in contenders}
    names = list(contenders)
    for turn in range(rounds + 1):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            watch = Watch()
            done = contenders[name](watch)
            if turn:  # the first round fills caches and is not counted
                speeds[name].wall_us.append(watch.wall / done * 1e6)
                speeds[name].cpu_us.append(watch.cpu / done * 1e6)
    return speeds


def ratio(speeds: Mapping[str, Speed], one: str, other: str) -> dict[str, float | None]:
    """How many times faster `one` is than `other`, round by round: the median, the least and the most."""
    pairs = zip(speeds[other].wall_us, speeds[one].wall_us, strict=True)
    ratios = [slow / fast for slow, fast in pairs]
    return {"median": median(ratios), "least": min(ratios), "most": max(ratios)}


def report(
    asked: argparse.Namespace,
    what: str,
    speeds: Mapping[str, Speed],
    targets: Sequence[Target],
    more: Mapping[str, object] | None = None,
) -> None:
    """Print what was measured, of `what` (calls, events); `more` are further findings, by name."""
    ratios = {
        f"{target.one} / {target.other}": {**ratio(speeds, target.one, target.other), "target": target.least}
        for target in targets
    }
    if asked.json:
        each = {name: {"per_second": speed.per_second, **speed._asdict()} for name, speed in speeds.items()}
        print(json.dumps({"machine": machine(), "each": each, "ratios": ratios, **(more or {})}))
        return
    print(f"machine: {in_words(machine())}")
    print(f"{what:34} {'per second':>12} {'us each':>9} {'CPU us':>8}")
    for name, speed in speeds.items():
        print(f"{name:34} {speed.per_second:12,.0f} {median(speed.wall_us):9.2f} {median(speed.cpu_us):8.2f}")
    for name, found in ratios.items():
        middle, wanted = found["median"], found["target"]
        assert middle is not None
        against = "" if wanted is None else f"; target {wanted:g}: {'met' if middle >= wanted else 'MISSED'}"
        print(f"{name}: {middle:.2f} ({found['least']:.2f} to {found['most']:.2f}){against}")
    for name, value in (more or {}).items():
        print(f"{name}: {in_words(value) if isinstance(value, dict) else value}")


def in_words(found: Mapping[str, object]) -> str:
    """Names and values in one line."""
    return ", ".join(f"{name} {value}" for name, value in found.items())


def machine() -> dict[str, object]:
    """Cores, memory, Python, and what making a small write durable takes here: the floor of every commit."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "fsync_us": round(_fsync_us()),
    }


def _fsync_us() -> float:
    times = []
    with tempfile.TemporaryDirectory() as folder, Path(folder, "probe").open("wb", buffering=0) as file:
        for _ in range(PROBES):
            file.write(bytes(4096))
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return median(times) * 1e6


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of 1 or more")
    return int(text)
