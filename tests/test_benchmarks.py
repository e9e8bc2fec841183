"""The benchmarks still run, on sizes so small that their figures mean nothing; nothing here is timed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs_examples import ROOT, copy_of_project

HELPERS = {"calls", "measure"}
EACH = {
    "classifier": {
        f"{who}, {how}"
        for who in ("ours", "floor", "peer, scikit-learn", "peer, onnxruntime")
        for how in ("one by one", "in batches")
    },
    "engine": {"ours", "rules", "modelled", "undecided", "floor", "peer"},
    "judge": {"ours", "ours, met before", "ours, never met", "floor", "peer, rule by rule"},
    "projections": {"ours", "ours, all three", "cso_queues", "audit_trail", "not_served", "floor"},
    "source": {"ours", "ours, reading", "floor"},
}


def bench(name: str, *arguments: str, project: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A benchmark, with warnings as errors, run in a project."""
    return subprocess.run(
        [sys.executable, "-W", "error", f"benchmarks/{name}.py", *arguments],
        cwd=project, env={"PYTHONPATH": str(project)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def document(name: str, calls: int, project: Path = ROOT) -> dict[str, Any]:
    """What a benchmark prints with `--json`, and nothing else."""
    done = bench(name, "--json", "--rounds", "1", "--calls", str(calls), project=project)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    assert set(found["machine"]) == {"cores", "memory_gib", "python", "fsync_us"}
    return found


def test_every_benchmark_is_tried_here() -> None:
    scripts = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert scripts - HELPERS == {*EACH, "scale", "store", "training"}


@pytest.mark.parametrize("name", EACH)
def test_a_benchmark_measures_floor_and_ours_in_one_run(name: str) -> None:
    each = document(name, 40)["each"]
    assert EACH[name] <= set(each)
    assert all(speed["per_second"] > 0 and len(speed["wall_us"]) == 1 for speed in each.values())


def test_a_table_names_every_contender_and_says_whether_the_targets_are_met() -> None:
    done = bench("engine", "--rounds", "1", "--calls", "40", "--profile")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert {line.split()[0] for line in lines[2:8]} == EACH["engine"]
    assert sum("; target " in line and line.endswith((": met", ": MISSED")) for line in lines) == 2
    shares = [
        line.split()[-1] for line in lines if line.strip().startswith(("decode", "hear", "judge", "decide", "write"))
    ]
    assert len(shares) == 5
    assert all(float(share.removesuffix("%")) > 0 for share in shares)


def test_the_rows_of_the_floor_are_those_that_the_engine_stored() -> None:
    found = document("engine", 40)
    assert found["rows"] > 2 * 40  # two events of each call, the policy, and what the queues add


def test_growth_is_measured_on_every_power_of_ten() -> None:
    found = document("scale", 20)
    assert set(found["microseconds"]) == {"first open", "handle", "history", "queue", "open"}
    assert list(found["microseconds"]["handle"]) == ["20"]
    assert set(found["ratios"].values()) == {1.0}


def test_the_store_is_measured() -> None:
    done = bench("store", "40", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "append" in done.stdout


@pytest.mark.slow
def test_training_is_measured_part_by_part() -> None:
    found = document("training", 800)
    assert set(found["each"]) == {"ours", "floor", "ours, one fit", "peer, one fit"}
    assert set(found["seconds of each part"]) == {"reading", "history", "training"}
    memory = found["greatest GiB by its end"]
    assert 0 < memory["reading"] <= memory["history"] <= memory["training"]
    assert 400 < found["calls fitted to"] < 800, "those of which it is known how they ended"
    assert ": met (" in found["target"]


@pytest.mark.published_data
def test_the_calls_are_drawn_by_the_published_counts_or_the_benchmark_says_that_they_are_not(tmp_path: Path) -> None:
    assert document("judge", 40)["mix"] == "seattle_vera_taxonomy, 2009 to 2019"
    alone = copy_of_project(tmp_path / "project")
    assert document("judge", 40, alone)["mix"] == "every call type equally often"


@pytest.mark.parametrize("typed", ["0", "-3", "many", "1e3", ""])
def test_a_number_of_calls_that_is_none_is_refused(typed: str) -> None:
    refused = bench("judge", f"--calls={typed}")
    assert refused.returncode == 2
    assert refused.stderr.endswith(f"argument --calls: `{typed}` is not a number of 1 or more\n")


def test_json_is_never_mixed_with_a_profile() -> None:
    refused = bench("judge", "--json", "--profile")
    assert refused.returncode == 2
    assert "not allowed with argument" in refused.stderr
