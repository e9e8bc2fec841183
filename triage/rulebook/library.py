"""Which files of a common library an agency's folder takes, and how they are called in messages."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from triage.rulebook.fields import Once, Read, Row, many, short_text, text
from triage.rulebook.nodes import At, Scalar
from triage.rulebook.problems import Found, show
from triage.rulebook.yaml_file import parse

TABLES: Final = ("canonical_types.csv", "dispositions.csv")
DOCUMENTS: Final = ("cues.yaml", "override_reasons.yaml", "profiles.yaml")
RULES: Final = "rules"
FIELDS: Final = ("library", "include")
"""The settings of `agency.yaml` that say what is taken from where."""

PATH_CHARACTERS_MAX: Final = 200
NOWHERE: Final = "?"
"""Stands for a library that nobody can tell; no path is written so."""

NOTHING: Final = Scalar("", 1, plain=True)
_PATH: Final = re.compile(r"(?:\.{1,2}|[A-Za-z0-9][A-Za-z0-9 ._-]*)(?:/(?:\.{1,2}|[A-Za-z0-9][A-Za-z0-9 ._-]*))*/?")


class Included(NamedTuple):
    """The library as seen from the agency's folder, and the names that the folder takes from it, each with its place.

    A name is that of a file without its ending: `profiles`, `rules/danger`. Where nobody can tell what the folder
    takes, it `is_readable` no more: then it takes everything from nowhere, and nothing is said to be missing.
    """

    library: str
    library_at: At
    names: dict[str, At]
    is_readable: bool = True

    def file(self, name: str) -> str | None:
        """How the library's file `name` is called in messages; None if the folder does not take it."""
        return f"{self.library}/{name}" if self.takes(stem(name)) else None

    def takes(self, name: str) -> bool:
        """Whether the folder takes the file called `name`."""
        return name in self.names or not self.is_readable

    def as_far_as(self, files: Collection[str]) -> "Included":
        """The same, but no more readable if a file that it takes is not among `files`."""
        there = {stem(name) for name in files}
        whole = all(f"{self.library}/{name}" in there for name in self.names)
        return self if whole else self._replace(is_readable=False)

    @property
    def takes_rules(self) -> bool:
        """Whether the folder takes a file of rules."""
        return not self.is_readable or any(name.startswith(f"{RULES}/") for name in self.names)

    def owns(self, file: str) -> bool:
        """Whether `file`, as messages call it, is the library's."""
        return file.startswith(f"{self.library}/")


def nowhere(at: At) -> Included:
    """What a folder takes whose settings, at `at`, do not say that."""
    return Included(NOWHERE, at, {}, is_readable=False)


def read_included(row: Row) -> Included | None:
    """What `library` and `include` of the settings in `row` say; None where there is no library."""
    if not row.is_table:
        return nowhere(row.at)
    if not any(row.has(name) for name in FIELDS):
        return None
    errors_before = row.at.found.errors
    path = row.need("library", _relative_path)
    places: dict[str, At] = {}
    row.need("include", many(_noted(places)))
    if path is None or row.at.found.errors > errors_before:
        return nowhere(row.at_field("library"))
    return Included(path, row.at_field("library"), places)


def included_by(agency: bytes | None, found: Found) -> Included | None:
    """The same of the bytes of `agency.yaml`. What is wrong with the two settings is said when these are read.

    `found` is where a library that is not there, or a name that it does not have, is to be said.
    """
    unheard = Found(found.file, [])
    node = None if agency is None else parse(agency, unheard)
    if node is None:
        return nowhere(At(NOTHING, "", found))
    included = read_included(Row(At(node, "", unheard), FIELDS, strict=False))
    if included is None:
        return None
    heard = {name: at._replace(found=found) for name, at in included.names.items()}
    return included._replace(library_at=included.library_at._replace(found=found), names=heard)


def stem(name: str) -> str:
    """A file's name without its ending."""
    return str(PurePosixPath(name).with_suffix(""))


def once_beside(included: Included | None, hint: str) -> Once:
    """Notes names of the library and of the folder; `hint` is what to do about one that stands in both."""
    return Once() if included is None else Once(f"{included.library}/", hint)


def check_names(included: Included, there: Collection[str]) -> list[str]:
    """Those of `there`, the library's files, that the folder takes; a name that the library lacks is an error."""
    valid = sorted(stem(name) for name in there)
    for name, at in included.names.items():
        if name not in valid:
            at.unknown("name of the library", name, valid)
    return [name for name in there if stem(name) in included.names]


def _noted(places: dict[str, At]) -> Read[str]:
    """Reads a name and keeps its place."""

    def read(at: At) -> str | None:
        name = short_text(at)
        if name is not None:
            places.setdefault(name, at)
        return name

    return read


def _relative_path(at: At) -> str | None:
    value = text(at)
    if value is None:
        return None
    if len(value) <= PATH_CHARACTERS_MAX and _PATH.fullmatch(value):
        return str(PurePosixPath(value))
    at.error(f"`{show(value)}` is not a path from this folder to the library's, for example `../common`")
    return None
