"""Reads the files of an agency's folder: those that a policy is made of, and nothing that lies outside it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from triage.rulebook.csv_file import CSV_MAX_BYTES
from triage.rulebook.problems import Found, Problem, nearest, show

NAMES: Final = (
    "agency.yaml",
    "call_types.csv",
    "cues.yaml",
    "dispositions.csv",
    "profiles.yaml",
    "units.yaml",
)
RULES: Final = "rules"
OTHERS: Final = ("README.md", "columns", RULES)
"""What else a folder may hold: text for people, and the column mappings of `triage run`."""

RULE_FILES_MAX: Final = 200


def read_files(folder: Path, problems: list[Problem]) -> dict[str, bytes]:
    """The files that a policy is made of, by their names in the folder, in the order in which they count.

    A file that is missing or cannot be read is left out, with the reason in `problems`.
    """
    if not folder.is_dir():
        Found(show(str(folder)), problems).error(None, None, "there is no such folder")
        return {}
    root = folder.resolve()
    files = {}
    for name in (*NAMES, *_rule_files(folder, problems)):
        data = _contents(folder / name, root, Found(name, problems))
        if data is not None:
            files[name] = data
    _warn_of_strangers(folder, (*NAMES, *OTHERS), problems)
    return files


def _rule_files(folder: Path, problems: list[Problem]) -> list[str]:
    """The names of the rule files, sorted. A file with almost the right name is an error: its rules would be lost."""
    found = Found(RULES, problems)
    names = []
    for name in _visible(folder / RULES, found):
        path = folder / RULES / name
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]*\.yaml", name):
            names.append(f"{RULES}/{name}")
        elif name.lower().endswith((".yml", ".yaml")) or path.is_dir():
            message = "not read: only files with a plain name that ends in `.yaml` are"
            Found(f"{RULES}/{show(name)}", problems).error(None, None, message)
        elif name != "README.md":
            Found(f"{RULES}/{show(name)}", problems).warning(None, None, "this file is not read")
    if not names and found.errors == 0:
        found.error(None, None, "there is no rule file: an agency needs at least one")
    if len(names) > RULE_FILES_MAX:
        found.error(None, None, f"there are {len(names)} rule files: at most {RULE_FILES_MAX}")
    return names[:RULE_FILES_MAX]


def _visible(folder: Path, found: Found) -> Iterator[str]:
    """The names in a folder, sorted, without hidden files, which editors and file systems leave behind."""
    try:
        yield from sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        found.error(None, None, f"the folder cannot be read: {_reason(error)}")


def _contents(path: Path, root: Path, found: Found) -> bytes | None:
    """What the file says, up to a byte more than any file may have."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            found.error(None, None, "it is a link to a file outside the folder: put the file itself here")
        elif not real.is_file():
            found.error(None, None, "it is not a file")
        else:
            with real.open("rb") as file:
                return file.read(CSV_MAX_BYTES + 1)
    except FileNotFoundError:
        found.error(None, None, "the file is missing")
    except (OSError, RuntimeError) as error:  # links that go round in a circle are a RuntimeError
        found.error(None, None, f"the file cannot be read: {_reason(error)}")
    return None


def _warn_of_strangers(folder: Path, names: tuple[str, ...], problems: list[Problem]) -> None:
    for name in _visible(folder, Found(".", problems)):
        near = nearest(name, names)
        if name not in names and (near is not None or not (folder / name).is_dir()):
            Found(show(name), problems).warning(None, None, "this file is not read", near)


def _reason(error: Exception) -> str:
    """What the system says, without the path that it says it about."""
    return (error.strerror or "unknown reason").lower() if isinstance(error, OSError) else "a link leads to itself"
