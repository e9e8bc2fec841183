import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs_examples import LANGUAGES, ROOT, Block, blocks, carry_out, copy_of_project, run
from triage.cli.app import COMMANDS, FAMILIES

DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "config").rglob("*.md"),
    ]
)
SLOW = {"CONTRIBUTING.md"}
WITH_EXAMPLES = [
    pytest.param(document, id=str(document.relative_to(ROOT)), marks=[pytest.mark.slow] * (document.name in SLOW))
    for document in DOCUMENTS
    if any(block.language in {"console", "python"} for block in blocks(document))
]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", WITH_EXAMPLES)
def test_every_example_does_what_the_document_says(document: Path, tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    for block in blocks(document):
        carry_out(block, project)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_block_is_an_example_or_says_that_it_is_none(document: Path) -> None:
    for block in blocks(document):
        assert block.language in LANGUAGES, f"{block.where}: a block of `{block.language}`"
        assert block.language == "console" or not block.text.startswith("$ "), f"{block.where}: write `console`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{name_of(document)}: a link to `{target}`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    written = {block.options["write"] for block in blocks(document) if "write" in block.options}
    for name in re.findall(r"`((?:triage|tests|docs|config|benchmarks|\.ci)/[\w./-]*[\w/])`", text):
        assert (ROOT / name).exists() or name in written, f"{name_of(document)} names `{name}`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", document.read_text(encoding="utf-8")))
    assert named <= targets


def test_what_is_generated_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_says_context_decision_and_consequences(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert re.findall(r"^#+ .*", text, re.MULTILINE)[1:] == ["## Context", "## Decision", "## Consequences"]
    assert len(text.splitlines()) <= 30, "a decision is short"


def test_the_architecture_lists_every_decision() -> None:
    listed = re.findall(r"\]\(decisions/([^)]+)\)", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert listed == [decision.name for decision in DECISIONS]


def test_the_architecture_names_every_package_and_module_of_the_top_level() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for entry in (ROOT / "triage").iterdir():
        if not entry.name.startswith("_"):
            assert f"`triage/{entry.name}" in text, f"docs/architecture.md does not name `triage/{entry.name}`"


def test_an_example_that_is_not_true_is_found(tmp_path: Path) -> None:
    lie = Block(tmp_path / "lie.md", 1, "console", {}, "$ echo one\ntwo\n")
    with pytest.raises(AssertionError, match=r"lie.md:1: `echo one` printed"):
        carry_out(lie, tmp_path)


def test_an_example_that_fails_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"lie.md:1"):
        carry_out(Block(tmp_path / "lie.md", 1, "console", {}, "$ false\n"), tmp_path)
    with pytest.raises(AssertionError, match=r"lie.md:1"):
        carry_out(Block(tmp_path / "lie.md", 1, "python", {}, "assert 1 == 2\n"), tmp_path)


def test_make_alone_lists_what_there_is(tmp_path: Path) -> None:
    listed = run("make", copy_of_project(tmp_path)).stdout
    for target in ("demo", "test", "check", "bench", "docs", "lock"):
        assert re.search(rf"^  make {target} +\S", listed, re.MULTILINE), f"`make` does not list `{target}`"


def test_a_benchmark_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    (project / "benchmarks").mkdir(exist_ok=True)
    for old in (project / "benchmarks").glob("*.py"):
        old.unlink()
    (project / "benchmarks" / "one.py").write_text('if __name__ == "__main__":\n    print("measured")\n')
    (project / "benchmarks" / "shared.py").write_text('"""What benchmarks share."""\n')
    refused = run("make bench NAME=two", project)
    assert refused.returncode != 0
    assert "error: no benchmark `two`; NAME is one of: one\n" in refused.stdout
    assert run("make bench NAME=one", project).stdout == "measured\n"


def test_a_python_that_is_too_old_is_refused_with_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    refused = run(f"PYTHON={old} sh .ci/python", copy_of_project(tmp_path / "project"))
    assert refused.returncode == 1
    assert f"no Python 3.11 or newer among: {old}" in refused.stdout
    assert "PYTHON=" in refused.stdout


def test_a_python_that_cannot_make_environments_is_refused_with_the_package_to_install(tmp_path: Path) -> None:
    bare = tmp_path / "python3"
    bare.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    bare.chmod(0o755)
    refused = run(f"PYTHON={bare} sh .ci/python", copy_of_project(tmp_path / "project"))
    assert refused.returncode == 1
    assert "apt-get install python3-venv" in refused.stdout


def test_what_is_no_environment_of_ours_is_never_removed(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    (project / ".venv").mkdir()
    (project / ".venv" / "notes").write_text("mine")
    refused = run("sh .ci/venv", project)
    assert (refused.returncode, "`.venv` is no environment" in refused.stdout) == (1, True)
    assert (project / ".venv" / "notes").read_text() == "mine"


def test_the_reference_has_every_command_and_no_other() -> None:
    table = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8").split("\n## ")[1]
    documented = re.findall(rf"^\| `triage ((?:(?:{'|'.join(FAMILIES)}) )?[a-z-]+)", table, re.MULTILINE)
    assert sorted(documented) == sorted(name for name, *_ in COMMANDS)


@pytest.mark.parametrize("command", [name for name, *_ in COMMANDS])
def test_the_reference_has_every_option_of_a_command_and_no_other(command: str) -> None:
    table = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| `(triage {command}(?: [^`]*)?)`", table, re.MULTILINE)
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    own = page.split(f"## triage {command}\n")[1].split("Common options:")[0]
    options = set(re.findall(r"^  (--[a-z-]+)", own, re.MULTILINE))
    told_once_for_all = {"--now", "--by"}
    assert set(re.findall(r"--[a-z-]+", row)) - told_once_for_all == options - told_once_for_all
