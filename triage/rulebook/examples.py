"""Runs the examples of a rule: what is known of a call, and whether the rule is then true, false or unknown."""

from collections.abc import Collection, Mapping
from typing import Final

from triage.domain.facts import FACTS, Facts, FactValue
from triage.domain.policy import Rule
from triage.domain.rules import holds
from triage.rulebook.fact_values import facts, spelled
from triage.rulebook.fields import TRUTHS, Row, entries, text
from triage.rulebook.nodes import At, Scalar

FIELDS: Final = ("given", "matches")

Lines = Mapping[str, tuple[FactValue, ...]]


def run_examples(row: Row, when: Lines | None, natures: Collection[str] | None) -> int:
    """Run the examples of the rule in `row` and note what is wrong with them; returns how many there are.

    Without `when`, because that could not be read, the examples are read but their outcome is not checked.
    """
    examples = row.need("examples", entries)
    if examples is None:
        return 0
    outcomes = {_run(Row(example, FIELDS), when, natures) for example in examples}
    if when and "unreadable" not in outcomes:
        asked = any(FACTS[name].asked for name in when)
        for wanted in ("true", "false", *(["null"] if asked else [])):
            if wanted not in outcomes:
                row.at_field("examples").error(f"no example where the rule matches: {wanted}")
    return len(examples)


def _run(row: Row, when: Lines | None, natures: Collection[str] | None) -> str:
    """What the example says: `true`, `false`, `null` or, if that cannot be made out, `unreadable`."""
    given = row.need("given", lambda at: facts(at, natures, nulls=True))
    says = row.need("matches", _outcome)
    if given is None or says is None or not row.is_sound:
        return "unreadable"
    if when:
        gives = spelled(holds(_bare_rule(when), Facts.model_validate(given)))
        if gives != says:
            row.at_field("matches").error(f"the example says `{says}`, the rule gives `{gives}`")
    return says


def _outcome(at: At) -> str | None:
    if isinstance(at.node, Scalar) and at.node.is_null:
        return "null"
    word = text(at)
    if word is None or word.lower() in TRUTHS:
        return None if word is None else spelled(TRUTHS[word.lower()])
    at.unknown("outcome", word, ("true", "false", "null"))
    return None


def _bare_rule(when: Lines) -> Rule:
    """A rule with these lines: whether a rule holds hangs on nothing else."""
    return Rule(id="example", effect="require_sworn", when=when, because="-", source="-")
