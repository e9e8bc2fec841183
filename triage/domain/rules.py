"""The truth of one rule on what is known of a call."""

from triage.domain.facts import Facts
from triage.domain.policy import Rule


def holds(rule: Rule, facts: Facts) -> bool | None:
    """Whether every line of `rule.when` is true of `facts`; None where that hangs on a fact that nobody asked.

    A line is true where the known value is one of its values, false where it is another, unknown where it is None.
    One false line makes the rule false, whatever is unknown beside it.
    """
    unknown = False
    for fact, values in rule.when.items():
        value = getattr(facts, fact)
        if value is None:
            unknown = True
        elif value not in values:
            return False
    return None if unknown else True
