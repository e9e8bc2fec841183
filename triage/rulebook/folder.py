"""Reads the files that a policy is made of: an agency's folder, and what it takes from a library; nothing else."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from triage.rulebook.csv_file import CSV_MAX_BYTES
from triage.rulebook.library import DOCUMENTS, RULES, TABLES, Included, check_names, included_by
from triage.rulebook.problems import Found, Problem, nearest, show

AGENCY: Final = "agency.yaml"
OVERRIDES: Final = "overrides.yaml"
COLUMNS: Final = "columns"
NAMES: Final = (
    AGENCY,
    "call_types.csv",
    "channels.csv",
    "cues.yaml",
    "dispositions.csv",
    OVERRIDES,
    "priorities.csv",
    "profiles.yaml",
    "units.yaml",
)
SPARE: Final = ("cues.yaml", "dispositions.csv", "profiles.yaml")
"""Those that a folder may leave to its library."""

OTHERS: Final = ("README.md", "accepted_risks.csv", "model.json", COLUMNS, RULES)
"""What else a folder may hold: text for people, why a call type stays with CSOs, a trained model, column mappings."""

RULE_FILES_MAX: Final = 200
LIBRARY_FILES_MAX: Final = 200
COLUMN_FILES_MAX: Final = 200
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*\.yaml")


def read_files(folder: Path, problems: list[Problem]) -> dict[str, bytes]:
    """The files that a policy is made of, by their names as seen from the folder, in the order in which they count.

    The library's come first. A file that is missing or cannot be read is left out, with the reason in `problems`.
    """
    if not folder.is_dir():
        Found(show(str(folder)), problems).error(None, None, "there is no such folder")
        return {}
    root = folder.resolve()
    agency = _contents(folder / AGENCY, root, Found(AGENCY, []))
    included = included_by(agency, Found(AGENCY, problems))
    files = {} if included is None else _library_files(folder, included, problems)
    included = included and included.as_far_as(files)
    for name in (*_own_names(folder, included), *_own_rule_files(folder, included, problems)):
        data = _contents(folder / name, root, Found(name, problems))
        if data is not None:
            files[name] = data
    files |= _column_files(folder, root)
    _warn_of_strangers(folder, (*NAMES, *OTHERS), problems)
    return files


def _library_files(folder: Path, included: Included, problems: list[Problem]) -> dict[str, bytes]:
    """The files of the library that the folder takes."""
    if not included.is_readable:
        return {}
    path = folder / included.library
    if not path.is_dir():
        included.library_at.error(f"there is no folder `{show(included.library)}`")
        return {}
    root = path.resolve()
    if root == folder.resolve():
        included.library_at.error("the library cannot be the agency's own folder")
        return {}
    names = [name for name in (*TABLES, *DOCUMENTS) if os.path.lexists(path / name)]
    if os.path.lexists(path / RULES):
        found = Found(f"{included.library}/{RULES}", problems)
        names += [f"{RULES}/{name}" for name in _visible(path / RULES, found) if _PLAIN_NAME.fullmatch(name)]
    if not names:
        valid = (*TABLES, *DOCUMENTS, f"{RULES}/*.yaml")
        included.library_at.error(f"the folder holds none of a library's files: {', '.join(valid)}")
        return {}
    files = {}
    taken = check_names(included, names)
    if len(taken) > LIBRARY_FILES_MAX:
        included.library_at.error(f"the folder takes {len(taken)} files of it: at most {LIBRARY_FILES_MAX}")
    for name in taken[:LIBRARY_FILES_MAX]:
        called = f"{included.library}/{name}"
        data = _contents(path / name, root, Found(called, problems))
        if data is not None:
            files[called] = data
    return files


def _own_names(folder: Path, included: Included | None) -> Iterator[str]:
    """The names of the folder's own files but rules: those that it must have, and the others that are there."""
    for name in NAMES:
        spare = name == OVERRIDES or (name in SPARE and included is not None and included.file(name) is not None)
        if not spare or os.path.lexists(folder / name):
            yield name


def _own_rule_files(folder: Path, included: Included | None, problems: list[Problem]) -> list[str]:
    """The names of the rule files, sorted. A file with almost the right name is an error: its rules would be lost."""
    spare = included is not None and included.takes_rules
    if spare and not os.path.lexists(folder / RULES):
        return []
    found = Found(RULES, problems)
    names = []
    for name in _visible(folder / RULES, found):
        path = folder / RULES / name
        if _PLAIN_NAME.fullmatch(name):
            names.append(f"{RULES}/{name}")
        elif name.lower().endswith((".yml", ".yaml")) or path.is_dir():
            message = "not read: only files with a plain name that ends in `.yaml` are"
            Found(f"{RULES}/{show(name)}", problems).error(None, None, message)
        elif name != "README.md":
            Found(f"{RULES}/{show(name)}", problems).warning(None, None, "this file is not read")
    if not names and found.errors == 0 and not spare:
        found.error(None, None, "there is no rule file: an agency needs at least one")
    if len(names) > RULE_FILES_MAX:
        found.error(None, None, f"there are {len(names)} rule files: at most {RULE_FILES_MAX}")
    return names[:RULE_FILES_MAX]


def _column_files(folder: Path, root: Path) -> dict[str, bytes]:
    """The column mappings that can be read: `triage run` judges them, here only what they leave to review counts."""
    files = {}
    if (folder / COLUMNS).is_dir():
        for name in list(_visible(folder / COLUMNS, Found(COLUMNS, [])))[:COLUMN_FILES_MAX]:
            called = f"{COLUMNS}/{name}"
            data = _contents(folder / called, root, Found(called, [])) if _PLAIN_NAME.fullmatch(name) else None
            if data is not None:
                files[called] = data
    return files


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
