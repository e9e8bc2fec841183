"""Reads the rules of one file and checks each for itself."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from triage.domain.facts import FactSpec, FactValue
from triage.domain.policy import Effect, Rule
from triage.domain.values import Programme
from triage.rulebook.examples import run_examples
from triage.rulebook.fact_values import UNREVIEWED, fact, spelled, value_of
from triage.rulebook.fields import Once, Read, Row, entries, flag, many, one_of, reason, slug, whole
from triage.rulebook.nodes import At, Scalar, Table
from triage.rulebook.origins import Origin, Overridden
from triage.rulebook.overrides import Override, is_removed
from triage.rulebook.problems import Found, nearest, show

WAIT_MINUTES_MAX: Final = 7 * 24 * 60
EFFECTS: Final[tuple[str, ...]] = get_args(Effect)
OWN_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "require_sworn": ("notify",),
    "allow_cso": ("programme", "wait_minutes", "two_together", "vehicle"),
    "allow_co_response": ("programme", "wait_minutes", "two_together", "vehicle"),
    "route_to": ("agency",),
}
"""The fields that belong to an effect."""

NEEDED: Final = ("programme", "wait_minutes", "agency")
"""Those of them that every rule with the effect must have."""

READERS: Final[Mapping[str, Read[Any]]] = {
    "programme": one_of("programme", get_args(Programme)),
    "wait_minutes": whole(0, WAIT_MINUTES_MAX),
    "two_together": flag,
    "vehicle": flag,
    "agency": slug,
    "notify": slug,
}
FIELDS: Final = ("id", "effect", "when", "because", "source", *READERS, "switch", "examples")


OWN: Final = frozenset(READERS)
REMOVABLE: Final = (*(name for name in READERS if name not in NEEDED), "switch")
"""Fields that an override may take away, by saying null."""


class ReadRule(NamedTuple):
    """A rule, where it stands, the switch that it hangs on, if any, and what an agency changed in it, if anything."""

    rule: Rule
    at: At
    switch: str | None
    overridden: Overridden | None = None

    @property
    def is_off(self) -> bool:
        """Whether an override takes the rule away."""
        return self.overridden is not None and self.overridden.off

    @property
    def origin(self) -> Origin:
        """Where the rule comes from."""
        return Origin(self.rule.id, self.rule.effect, self.at.found.file, self.at.node.line, self.overridden)


class Vocabulary(NamedTuple):
    """The names that rules may use; None where the file that lists them could not be read."""

    natures: Collection[str] | None
    switches: Mapping[str, bool] | None


def rule_ids(document: At) -> tuple[str, ...]:
    """The ids that stand in a file of rules, whatever else is wrong with it."""
    tables = (at.node for at in (entries(document._replace(found=_unheard(document)))) if isinstance(at.node, Table))
    named = (value for table in tables for key, value in table.entries if key.text == "id")
    return tuple(value.text for value in named if isinstance(value, Scalar))


def read_rules(
    document: At, vocabulary: Vocabulary, once: Once, overrides: Mapping[str, Override] = MappingProxyType({})
) -> tuple[list[ReadRule], int]:
    """The rules of one file that have no error, and how many examples were run. `once` knows the ids of all files.

    What `overrides` change is changed, and checked with the rest of the rule; the library's examples run again.
    """
    rules: list[ReadRule] = []
    examples = 0
    for at in entries(document):
        row = Row(at, FIELDS)
        rule_id = row.need("id", slug)
        once.claim(row.at_field("id"), rule_id)
        override = overrides.get(rule_id or "")
        read = _read_rule(row, rule_id, vocabulary) if override is None else _overridden(row, vocabulary, override)
        rule, count = read
        examples += count
        if rule is not None:
            rules.append(rule)
    return rules, examples


def _overridden(row: Row, vocabulary: Vocabulary, override: Override) -> tuple[ReadRule | None, int]:
    """The rule as the agency changes it. The library's own version is read without a word, to compare."""
    rule_id = override.rule
    before, count = _read_rule(Row(row.at._replace(found=_unheard(row.at)), FIELDS), rule_id, vocabulary)
    if override.change is None:
        return None if before is None else before._replace(at=row.at, overridden=override.overridden), count
    change = Row(override.change, FIELDS)
    after, count = _read_rule(row.changed(change, _without(row, change)), rule_id, vocabulary)
    if before is not None and after is not None and (before.rule, before.switch) == (after.rule, after.switch):
        override.change.error(f"changes nothing of `{after.rule.id}`: the library says the same")
    return None if after is None else after._replace(overridden=override.overridden), count


def _without(row: Row, change: Row) -> set[str]:
    """The fields that a changed rule no longer has: those set to null, and those that its new effect cannot have."""
    gone = {name for name in change.names if name in REMOVABLE and is_removed(change.at_field(name))}
    effect = change.at_field("effect").node if change.has("effect") else None
    if isinstance(effect, Scalar) and effect.text in OWN_FIELDS:
        gone |= {name for name in OWN - set(OWN_FIELDS[effect.text]) if row.has(name) and not change.has(name)}
    return gone


def _unheard(at: At) -> Found:
    return Found(at.found.file, [])


def _read_rule(row: Row, rule_id: str | None, vocabulary: Vocabulary) -> tuple[ReadRule | None, int]:
    effect = row.need("effect", one_of("effect", EFFECTS))
    when = row.need("when", _lines(effect, vocabulary))
    values = {"id": rule_id, "effect": effect, "when": when}
    values |= {name: row.need(name, reason) for name in ("because", "source")}
    if effect is not None:
        values |= _own_fields(row, effect)
    switch = row.may("switch", _switch(vocabulary.switches), None)
    examples = run_examples(row, when, vocabulary.natures)
    rule = None if rule_id is None else row.build(Rule, values)
    return None if rule is None else ReadRule(rule, row.at, switch), examples


def _own_fields(row: Row, effect: str) -> dict[str, Any]:
    values = {}
    for name, read in READERS.items():
        if name in OWN_FIELDS[effect]:
            if row.has(name) or name in NEEDED:
                values[name] = row.need(name, read)
        elif row.has(name):
            owners = [other for other, fields in OWN_FIELDS.items() if name in fields]
            row.at_field(name).error(f"only {' or '.join(owners)} can have it, not {effect}")
    return values


def _switch(switches: Mapping[str, bool] | None) -> Read[str | None]:
    def read(at: At) -> str | None:
        name = slug(at)
        if name is not None and switches is not None and name not in switches:
            message = f"agency.yaml has no switch `{show(name)}`"
            at.found.error(at.node.line, at.field, message, nearest(name, switches), switches)
        return name

    return read


def _lines(effect: str | None, vocabulary: Vocabulary) -> Read[dict[str, tuple[FactValue, ...]]]:
    """Reads `when`: facts in alphabetical order, their values in the order of danger; None if anything is wrong."""

    def read(at: At) -> dict[str, tuple[FactValue, ...]] | None:
        errors_before = at.found.errors
        if not isinstance(at.node, Table):
            at.error("should be a table of `fact: [values]`")
            return None
        if not at.node.entries:
            at.error("is empty: a rule needs at least one line")
        lines: dict[str, tuple[FactValue, ...]] = {}
        for key, node in at.node.entries:
            spec = fact(at.inner(key.text, key))
            if spec is not None:
                lines[spec.name] = _values(at.inner(key.text, node), spec, effect, vocabulary.natures)
        return dict(sorted(lines.items())) if at.found.errors == errors_before else None

    return read


def _values(at: At, spec: FactSpec, effect: str | None, natures: Collection[str] | None) -> tuple[FactValue, ...]:
    errors_before = at.found.errors
    values = many(value_of(spec, natures))(at) or ()
    in_order = tuple(sorted(values, key=spec.rank if spec.values else str))
    if UNREVIEWED in values and effect not in {"require_sworn", None}:
        at.error(f"`{UNREVIEWED}` is every call type that nobody has confirmed: only require_sworn may name it")
    if at.found.errors == errors_before:
        _check_order(at, effect, spec, in_order)
    return in_order


def _check_order(at: At, effect: str | None, spec: FactSpec, values: tuple[FactValue, ...]) -> None:
    """More danger may only ever add an officer: check that a line does not skip a value in the order of danger."""
    if effect is None or not spec.ordered:
        return
    low, high = spec.rank(values[0]), spec.rank(values[-1])
    if effect == "require_sworn":
        missing = [value for value in spec.values[low:] if value not in values]
        how, verdict, named = "more dangerous", "would not need an officer", values[0]
    else:
        missing = [value for value in spec.values[:high] if value not in values]
        how, verdict, named = "safer", "would not be allowed", values[-1]
    if missing:
        verb = "does" if effect == "require_sworn" else "is"
        at.error(f"a {how} `{spec.name}={spelled(missing[0])}` {verdict} though `{spelled(named)}` {verb}")
