"""Reads what an agency changes in the rules of its library: single fields of a rule, or a rule as a whole."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from triage.rulebook.fields import Once, Row, entries, flag, reason, slug
from triage.rulebook.nodes import At, Scalar, Table
from triage.rulebook.origins import Overridden
from triage.rulebook.problems import nearest, show

FIELDS: Final = ("rule", "reason", "source", "change", "off")
NEEDS_EXAMPLES: Final = ("when", "effect")
"""Fields whose change makes the library's examples those of another rule."""


class Override(NamedTuple):
    """What an agency changes in one rule, where and why; without `change` the rule is off."""

    rule: str
    at: At
    reason: str
    change: At | None

    @property
    def overridden(self) -> Overridden:
        """The override as the origin of a rule names it."""
        return Overridden(self.at.found.file, self.at.node.line, self.reason, off=self.change is None)


class RuleIds(NamedTuple):
    """The ids of a library's rules, None where they are not all known, and of the folder's own."""

    library: Collection[str] | None
    own: Collection[str]


def read_overrides(document: At, ids: RuleIds) -> dict[str, Override]:
    """The overrides of `overrides.yaml` that have no error, by the rule that each changes."""
    once = Once()
    found = (_override(Row(at, FIELDS), ids, once) for at in entries(document))
    return {override.rule: override for override in found if override is not None}


def _override(row: Row, ids: RuleIds, once: Once) -> Override | None:
    name = row.need("rule", slug)
    once.claim(row.at_field("rule"), name)
    why = row.need("reason", reason)
    row.need("source", reason)
    if name is not None and ids.library is not None and name not in ids.library:
        _say_unknown(row.at_field("rule"), name, ids.library, ids.own)
    if row.has("change") == row.has("off") and row.is_table:
        row.at.error("should have either `change` or `off: true`")
    if row.has("off") and row.need("off", flag) is False:
        row.at_field("off").error("is false: leave the override out, and the rule applies")
    change = row.at_field("change") if row.has("change") else None
    if change is not None:
        _check_change(change)
    return None if name is None or why is None or not row.is_sound else Override(name, row.at, why, change)


def _say_unknown(at: At, name: str, library: Collection[str], own: Collection[str]) -> None:
    if name in own:
        at.error(f"`{show(name)}` is a rule of this folder: change it where it stands")
        return
    message = f"no rule that this folder takes from a library is called `{show(name)}`"
    at.found.error(at.node.line, at.field, message, nearest(name, library))


def _check_change(at: At) -> None:
    if not isinstance(at.node, Table):
        at.error("should be a table of the fields that change")
        return
    given: Mapping[str, At] = {key.text: at.inner(key.text, node) for key, node in at.node.entries}
    if "id" in given:
        given["id"].error("cannot change: other records name the rule by it")
    for name in NEEDS_EXAMPLES:
        if name in given and "examples" not in given:
            given[name].error("changes what the rule is about: give `examples` too")
            break
    if not given:
        at.error("is empty: name the fields that change")


def is_removed(at: At) -> bool:
    """Whether a changed field says that the rule no longer has it."""
    return isinstance(at.node, Scalar) and at.node.is_null
