"""Reads the fields of a table one by one: what is wrong is noted where it stands, and reading goes on."""

import re
from collections.abc import Collection
from typing import Any, Final, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from triage.domain.policy import Reason
from triage.domain.values import Slug, Text, UnitId, Value
from triage.rulebook.nodes import At, Items, Scalar, Table
from triage.rulebook.problems import show

T = TypeVar("T")
V = TypeVar("V", bound=Value)
T_co = TypeVar("T_co", covariant=True)

TRUTHS: Final = {"true": True, "yes": True, "false": False, "no": False}
NOTES: Final = ("source", "because", "note", "notes")
"""Fields that explain an entry to people; no decision reads them."""


class Read(Protocol[T_co]):
    """Reads what stands at a place; None, with the reason noted, if it is not what it should be."""

    def __call__(self, at: At, /) -> T_co | None:
        """What stands at `at`."""


class Row:
    """One table of a file with the fields that it may have."""

    def __init__(self, at: At, fields: Collection[str], *, strict: bool = True) -> None:
        """Take the table at `at`; unless not `strict`, a field that is not one of `fields` is noted as an error."""
        self.at: Final = at
        self._errors_before: Final = at.found.errors
        self._entries: dict[str, At] = {}
        self._change: Row | None = None
        if not isinstance(at.node, Table):
            at.error(f"should be a table with the fields {', '.join(fields)}")
            return
        for key, node in at.node.entries:
            place = at.inner(key.text, node)
            if key.text in fields:
                self._entries[key.text] = place
            elif strict:
                At(key, place.field, at.found).unknown("field", key.text, tuple(fields))

    def changed(self, change: "Row", without: Collection[str]) -> "Row":
        """The table with the fields of `change` in the place of its own, and without the fields `without`.

        Whatever is wrong with a field is noted where that field stands.
        """
        row = Row(self.at, tuple(self._entries), strict=False)
        entries = {**self._entries, **{name: change.at_field(name) for name in change.names}}
        row._entries = {name: place for name, place in entries.items() if name not in without}
        row._change = change
        return row

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that are there."""
        return tuple(self._entries)

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._entries

    def at_field(self, name: str) -> At:
        """The place of a field, or of the table where the field is missing."""
        return self._entries.get(name) or self.at.inner(name, self.at.node)

    def need(self, name: str, read: Read[T]) -> T | None:
        """The field, which must be there."""
        if name in self._entries:
            return read(self._entries[name])
        if self.is_table:
            self.at_field(name).error("is missing")
        return None

    def may(self, name: str, read: Read[T], default: T) -> T:
        """The field, or `default` where it is missing."""
        value = read(self._entries[name]) if name in self._entries else None
        return default if value is None else value

    @property
    def is_table(self) -> bool:
        """Whether there are fields at all."""
        return isinstance(self.at.node, Table)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was wrong with this table so far."""
        return self.at.found.errors == self._errors_before and (self._change is None or self._change.is_sound)

    def build(self, model: type[V], values: dict[str, Any]) -> V | None:
        """A value of `model` from what was read, or None if anything was wrong with it."""
        if not self.is_sound:
            return None
        try:
            return model.model_validate(values)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                self.at.found.error(self.at.node.line, str(detail["loc"][0]), show(detail["msg"].lower()))
            return None


def text(at: At) -> str | None:
    """A text on one line; line breaks and rows of blanks count as one blank."""
    if not isinstance(at.node, Scalar):
        at.error("should be one value, not a list or a table")
        return None
    value = " ".join(at.node.text.split())
    if at.node.is_null or not value:
        at.error("is empty")
        return None
    if not value.isprintable():
        at.error(f"`{show(value)}` holds a character that nobody can see: type it again")
        return None
    return value


def constrained(kind: Any, meaning: str) -> Read[str]:
    """Reads a text that fits `kind`, a constrained string of the domain; `meaning` says which, for people."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def read(at: At) -> str | None:
        value = text(at)
        if value is None:
            return None
        try:
            return adapter.validate_python(value)
        except ValidationError:
            at.error(f"`{show(value)}` is not {meaning}")
            return None

    return read


slug: Final = constrained(
    Slug, "a name of lower-case letters and digits joined by single hyphens, at most 64 characters"
)
short_text: Final = constrained(Text, "a text of at most 200 characters")
reason: Final = constrained(Reason, "a text of at most 600 characters")
unit_id: Final = constrained(UnitId, "a call sign: letters, digits and `._-`, at most 32 characters")


def flag(at: At) -> bool | None:
    """True or false."""
    value = text(at)
    if value is None or value.lower() in TRUTHS:
        return None if value is None else TRUTHS[value.lower()]
    at.unknown("value", value, ("true", "false"))
    return None


def whole(low: int, high: int) -> Read[int]:
    """Reads a whole number from `low` to `high`."""

    def read(at: At) -> int | None:
        value = text(at)
        if value is None:
            return None
        if re.fullmatch(r"[0-9]{1,9}", value) and low <= int(value) <= high:
            return int(value)
        at.error(f"`{show(value)}` is not a whole number from {low} to {high}")
        return None

    return read


def one_of(what: str, valid: Collection[str]) -> Read[str]:
    """Reads one of the `valid` values of `what`."""

    def read(at: At) -> str | None:
        value = text(at)
        if value is None or value in valid:
            return value
        at.unknown(what, value, tuple(valid))
        return None

    return read


def many(read: Read[T]) -> Read[tuple[T, ...]]:
    """Reads a list of one entry or more, each read by `read`, none of them twice. What is wrong is left out."""

    def read_all(at: At) -> tuple[T, ...] | None:
        if not isinstance(at.node, Items):
            at.error("should be a list: write it in square brackets")
            return None
        if not at.node.entries:
            at.error("is empty: the list needs at least one entry")
        values: dict[T, None] = {}
        for node in at.node.entries:
            value = read(at.entry(node))
            if value is not None and value in values:
                written = node.text if isinstance(node, Scalar) else str(value)
                at.entry(node).error(f"`{show(written)}` is listed twice")
            elif value is not None:
                values[value] = None
        return tuple(values)

    return read_all


def entries(at: At) -> tuple[At, ...]:
    """The place of each entry of the list at `at`; none, with the reason noted, if there is no list."""
    if isinstance(at.node, Items):
        return tuple(at.entry(node) for node in at.node.entries)
    at.error("should be a list: begin each entry with `- `")
    return ()


def named(read_name: Read[str], read_value: Read[T]) -> Read[dict[str, T]]:
    """Reads a table of names, in alphabetical order so that the order in the file does not matter."""

    def read(at: At) -> dict[str, T] | None:
        if not isinstance(at.node, Table):
            at.error("should be a table: one `name: value` on each line")
            return None
        values: dict[str, T] = {}
        for key, node in at.node.entries:
            name = read_name(At(key, at.field, at.found))
            value = read_value(at.inner(key.text, node))
            if name is not None and value is not None:
                values[name] = value
        return dict(sorted(values.items()))

    return read


class Once:
    """Notes a name that was used before, whatever the file."""

    def __init__(self, library: str | None = None, hint: str = "") -> None:
        """Say `hint`, what to do, of a name that a file beginning with `library` used and another file uses again."""
        self._places: dict[str, str] = {}
        self._library = library
        self._hint = hint

    def claim(self, at: At, name: str | None) -> None:
        """Take `name` for what stands at `at`; an error if it is taken."""
        if name is None:
            return
        if name in self._places:
            first = self._places[name]
            beside = self._library and first.startswith(self._library) and not at.found.file.startswith(self._library)
            at.error(f"`{show(name)}` is already used in {first}" + (f": {self._hint}" if beside else ""))
        else:
            self._places[name] = f"{at.found.file}:{at.node.line}"
