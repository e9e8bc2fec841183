"""What a file says before anybody knows what it means: values, lists and tables, each with its line."""

from collections.abc import Collection
from typing import Final, NamedTuple

from triage.rulebook.problems import Found, nearest, show

NULLS: Final = ("", "~", "null")


class Scalar(NamedTuple):
    """One value as it was written; `plain` if without quotes."""

    text: str
    line: int
    plain: bool

    @property
    def is_null(self) -> bool:
        """Whether this says that there is no value."""
        return self.plain and self.text.lower() in NULLS


class Items(NamedTuple):
    """A list."""

    entries: tuple["Node", ...]
    line: int


class Table(NamedTuple):
    """Names and their values, in the order of the file, each name once."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int


Node = Scalar | Items | Table


class At(NamedTuple):
    """A place in a file: what stands there, which field it is, and where to say what is wrong with it."""

    node: Node
    field: str
    found: Found

    def error(self, message: str) -> None:
        """Note what is wrong here."""
        self.found.error(self.node.line, self.field, message)

    def unknown(self, what: str, name: str, valid: Collection[str]) -> None:
        """Note that `name` is not one of the `valid` names of `what`."""
        message = f"unknown {what} `{show(name)}`"
        self.found.error(self.node.line, self.field, message, nearest(name, valid), valid)

    def inner(self, name: str, node: Node) -> "At":
        """The place of `node`, called `name` in here."""
        return At(node, f"{self.field}.{show(name)}" if self.field else show(name), self.found)

    def entry(self, node: Node) -> "At":
        """The place of `node`, one of the entries of the list here."""
        return At(node, self.field, self.found)
