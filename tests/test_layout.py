import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
LINES_MAX = 400
SKIPPED = {"LICENSE"}
NEEDED = [
    ".ci/run",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "config/burlington/README.md",
    "config/burlington/demo/SOURCE.md",
    "config/common/README.md",
    "config/san_diego/README.md",
    "config/san_diego/demo/SOURCE.md",
    "config/san_francisco/README.md",
    "config/seattle/README.md",
    "config/seattle/demo/SOURCE.md",
    "docs/agencies.md",
    "docs/architecture.md",
    "docs/eido.md",
    "docs/new-agency.md",
    "docs/reference.md",
    "docs/schemas/report.schema.json",
    "requirements.lock",
]
MADE = {".venv", ".venv-lock", ".git", ".hypothesis", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def tracked() -> Iterator[Path]:
    """The files of the project: those that git would keep, or, without git, all that a build does not make."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = listed.stdout.split("\0") if listed.returncode == 0 else map(str, ROOT.rglob("*"))
    for name in names:
        path = ROOT / name
        if path.is_file() and not MADE & set(path.relative_to(ROOT).parts):
            yield path


FILES = sorted(set(tracked()))
MODULES = [path for path in FILES if path.suffix == ".py"]
TEXTS = [path for path in FILES if path.name not in SKIPPED and b"\0" not in path.read_bytes()]


def found(pattern: str, paths: list[Path]) -> list[str]:
    looked_for = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if looked_for.search(line)
    ]


@pytest.mark.parametrize("name", NEEDED)
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert (ROOT / "LICENSE").read_text().lstrip().startswith("Apache License\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"


def test_the_lock_pins_what_the_project_needs_and_nothing_else_says_where_from() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE))
    for line in [*wanted["project"]["dependencies"], *wanted["dependency-groups"]["dev"]]:
        need = Requirement(line)
        version = pinned.get(need.name.lower())
        assert version, f"requirements.lock does not pin `{need.name}`: run `make lock`"
        assert need.specifier.contains(version), f"requirements.lock has {need.name} {version}: run `make lock`"
    assert "http" not in LOCK
    assert "index" not in LOCK


def test_every_pin_of_the_lock_has_its_hashes() -> None:
    pins = re.findall(r"^[\w.-]+==[^\n]*\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)*)", LOCK, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[\w.-]+==", LOCK, re.MULTILINE))
    assert all(pins)


def test_no_module_is_too_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in MODULES if path.is_relative_to(ROOT / "triage")}
    assert [str(path.relative_to(ROOT)) for path, lines in lengths.items() if lines > LINES_MAX] == []


def test_every_module_says_what_it_is_for() -> None:
    own = [path for path in MODULES if path.parts[len(ROOT.parts)] in {"triage", "docs", "benchmarks"}]
    assert own
    assert [str(path.relative_to(ROOT)) for path in own if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_no_file_names_a_registry() -> None:
    hosts = "|".join(
        [
            "files.python" + "hosted",
            "py" + r"pi\.org",
            "reg" + r"istry\.npmjs",
            "repo1?\\." + "maven",
            "deb" + r"\.debian",
        ]
    )
    assert found(hosts, TEXTS) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert found(r"(?<![\w.~*-])/(?:wor" + r"k|tm" + r"p|roo" + r"t|hom" + r"e|Us" + r"ers)/\w", TEXTS) == []


def test_nothing_is_left_to_be_done() -> None:
    assert found(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", TEXTS) == []


def test_no_test_is_skipped_and_nothing_is_mocked() -> None:
    tests = [path for path in MODULES if "tests" in path.parts]
    assert (
        found(r"mark\.(?:ski" + r"p|xfa" + r"il)|pytest\.ski" + r"p|mon" + r"keypatch|unittest\.mo" + r"ck", tests)
        == []
    )


def test_the_demonstration_makes_its_log_where_git_does_not_look() -> None:
    assert "/demo/" in (ROOT / ".gitignore").read_text().split()
