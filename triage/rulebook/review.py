"""What nobody at the agency has confirmed yet: rows marked for review, settings and columns listed for it."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, get_args

from triage.rulebook.fields import Row, many, one_of, text, whole
from triage.rulebook.nodes import At, Items, Node, Scalar, Table
from triage.rulebook.problems import Found
from triage.rulebook.yaml_file import parse

Kind = Literal["call type", "priority", "channel", "disposition", "setting", "column"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

UNDER_REVIEW: Final = "review"
STATUSES: Final = (UNDER_REVIEW, "reviewed")
OPTIONAL: Final = ("description", "status", "calls")
"""Columns of an agency's tables that may be missing."""

EXCLUDE: Final = "exclude"
CALLS_MAX: Final = 999_999_999


class ToReview(NamedTuple):
    """One thing to confirm: where it stands, what it is called, and what is proposed for it, if anything.

    `calls` is how often it stood in the files that the folder was made from, None where nobody counted.
    """

    file: str
    line: int
    kind: Kind
    name: str
    calls: int | None
    proposed: str | None


class Standing(NamedTuple):
    """Whether a row is under review, and its count."""

    review: bool
    calls: int | None


def standing(row: Row) -> Standing:
    """What the columns `status` and `calls` of a row say."""
    status = row.may("status", one_of("status", STATUSES), STATUSES[1])
    calls: int | None = row.may("calls", whole(0, CALLS_MAX), -1)
    return Standing(status == UNDER_REVIEW, None if calls == -1 else calls)


def to_review(row: Row, kind: Kind, name: str, calls: int | None, proposed: str | None) -> ToReview:
    """The row as something to confirm."""
    return ToReview(row.at.found.file, row.at.node.line, kind, name, calls, proposed)


def settings_to_review(row: Row, fields: Iterable[str]) -> tuple[ToReview, ...]:
    """The settings that the field `review` of the settings in `row` lists; it may list those that are there."""
    there = tuple(name for name in fields if row.has(name))
    listed: list[ToReview] = []

    def setting(at: At) -> str | None:
        name = one_of("setting", there)(at)
        if name is not None:
            proposed = _written(row.at_field(name).node)
            listed.append(ToReview(at.found.file, at.node.line, "setting", name, None, proposed))
        return name

    row.may("review", many(setting), ())
    return tuple(listed)


def columns_to_review(file: str, data: bytes) -> tuple[ToReview, ...]:
    """The fields that the column mapping `file` lists under `review`; nothing where it cannot be read."""
    unheard = Found(file, [])
    node = parse(data, unheard) if UNDER_REVIEW.encode() in data else None
    if node is None:
        return ()
    row = Row(At(node, "", unheard), (UNDER_REVIEW,), strict=False)
    if not row.has(UNDER_REVIEW):
        return ()
    listed = row.at_field(UNDER_REVIEW).node
    entries = listed.entries if isinstance(listed, Items) else ()
    found = ((entry, text(At(entry, "", unheard))) for entry in entries)
    return tuple(
        ToReview(file, entry.line, "column", name, None, _written(_inside(node, name)))
        for entry, name in found
        if name is not None
    )


def in_order(items: Iterable[ToReview]) -> tuple[ToReview, ...]:
    """`items` with the biggest counts first, then kind by kind as they stand in their files."""
    return tuple(sorted(items, key=lambda item: (-(item.calls or 0), KINDS.index(item.kind), item.file, item.line)))


def _inside(node: Node, name: str) -> Node | None:
    """What a mapping says: `times.zone` is a place in it, `priority` a column, `exclude.on-view` what that is."""
    part, _, reason = name.partition(".")
    if part == EXCLUDE and reason:
        listed = _inside(node, EXCLUDE)
        each = listed.entries if isinstance(listed, Items) else ()
        return next((_inside(one, "values") for one in each if _written(_inside(one, "reason")) == reason), None)
    for path in (name.split("."), ["columns", name]):
        found: Node | None = node
        for part in path:
            entries = found.entries if isinstance(found, Table) else ()
            found = next((value for key, value in entries if key.text == part), None)
        if found is not None:
            return found
    return None


def _written(node: Node | None) -> str | None:
    """A value, or the values of a list, on one line; None where there is nothing that short."""
    if isinstance(node, Items):
        return ", ".join(entry.text for entry in node.entries if isinstance(entry, Scalar)) or None
    return node.text if isinstance(node, Scalar) and not node.is_null else None
