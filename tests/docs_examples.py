"""Finds the examples in a document and carries them out, in order, in a copy of the project.

A fenced block is an example by its first line: `console` holds commands (`$ `) and what they print; `python` is run;
`yaml` or `python` with `append=FILE`, `write=FILE`, `insert=FILE before=TEXT` or `replace=FILE old=TEXT` changes that
file. A line of only `...` stands for any lines, and `exit=1` says that a command is to fail so. `text` is no example.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
COPIED = ("config", "triage", "docs", "benchmarks", ".ci")
LINKED = ("Makefile", "pyproject.toml", "requirements.lock", "README.md", "CONTRIBUTING.md", "LICENSE")
LANGUAGES = {"console", "python", "yaml", "text"}
ANY_LINES = "(?:.*\n)*?"
END = "\x1e"
"""What no command prints: it stands around the exit code of each."""


class Block(NamedTuple):
    """A fenced block: where it stands, its language, its options and its lines."""

    document: Path
    line: int
    language: str
    options: dict[str, str]
    text: str

    @property
    def where(self) -> str:
        return f"{self.document.name}:{self.line}"


def blocks(document: Path) -> list[Block]:
    """The fenced blocks of a Markdown document, in order."""
    found = []
    for match in re.finditer(r"^```(\S+)?(.*)\n((?:.*\n)*?)```$", document.read_text(encoding="utf-8"), re.MULTILINE):
        line = match.string.count("\n", 0, match.start()) + 1
        options = dict(part.partition("=")[::2] for part in shlex.split(match[2]))
        found.append(Block(document, line, match[1] or "", options, match[3]))
    return found


def copy_of_project(folder: Path) -> Path:
    """The project without its environment, logs and tests, to be changed at will."""
    for name in COPIED:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in LINKED:
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, folder / name)
    return folder


def carry_out(block: Block, project: Path) -> None:
    """Do what the block says in `project`; an assertion fails where the document does not tell the truth."""
    if block.language == "console":
        _type(block, project)
    elif block.language in {"yaml", "python"} and block.options:
        _change(block, project)
    elif block.language == "python":
        done = run(f"{shlex.quote(sys.executable)} - <<'END'\n{block.text}END", project)
        assert done.returncode == 0, f"{block.where}\n{done.stdout}"


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it prints."""
    found: list[tuple[str, str]] = []
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, output = re.split(r"(?<!\\)\n", part, maxsplit=1)
        found.append((command, output))
    return found


def run(command: str, project: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader in `project` would, with messages and output as they come."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(project),
        "HOME": str(project),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TRIAGE_VENV": sys.prefix,
    }
    return subprocess.run(
        ["bash", "-c", command], cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip


def _type(block: Block, project: Path) -> None:
    """Type the commands of a console block into one shell, and compare what each prints where the document says it."""
    typed = commands(block.text)
    script = "".join(f"{command}\nprintf '{END}%s{END}' $?\n" for command, _ in typed)
    said = run(script, project).stdout.split(END)
    for (command, output), printed, code in zip(typed, said[::2], said[1::2], strict=False):
        found = f"{block.where}: `{command}` printed:\n{printed}"
        assert code == block.options.get("exit", "0"), found
        if output.strip():
            lines = _tidy(output).splitlines()
            pattern = "".join(ANY_LINES if line.strip() == "..." else re.escape(line) + "\n" for line in lines)
            assert re.fullmatch(pattern, _tidy(printed)), f"{found}\ninstead of:\n{output}"
    assert len(said) > 2 * len(typed), f"{block.where}: the shell ended before its last command"


def _tidy(text: str) -> str:
    """`text` without what differs from run to run: durations, blanks at the ends of lines, blank lines at the end."""
    lines = [re.sub(r"\b\d+(\.\d+)? (s|ms)\b", "0 s", line.rstrip()) for line in text.rstrip().splitlines()]
    return "\n".join(lines) + "\n"


def _change(block: Block, project: Path) -> None:
    (how, name), *rest = block.options.items()
    path = project / name
    assert how == "write" or path.is_file(), f"{block.where}: no file `{name}`"
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    match how:
        case "write":
            after = block.text
        case "append":
            after = f"{before}\n{block.text}"
        case "insert" | "replace":
            (_, sought), sought_once = rest[0], before.count(rest[0][1])
            assert sought_once == 1, f"{block.where}: `{sought}` stands {sought_once} times in `{name}`"
            text = block.text + sought if how == "insert" else block.text.removesuffix("\n")
            after = before.replace(sought, text)
        case _:
            raise AssertionError(f"{block.where}: `{how}` is no way to change a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8")
