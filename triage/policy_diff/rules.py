"""What differs between two sets of rules: rules that came and went, and which line of which rule reads otherwise."""

from collections.abc import Iterator
from typing import Final

from triage.domain.policy import Effect, Rule
from triage.policy_diff.changes import OPPOSITE, Change, Direction, Line, changed, instead, is_among, spelled

EFFECTS: Final[dict[Effect, str]] = {
    "require_sworn": "an officer goes",
    "allow_co_response": "an officer and a CSO may go together",
    "route_to": "another agency may go",
    "allow_cso": "a CSO may go",
}
"""What each effect means, the most cautious first."""

_WIDER: Final[dict[Effect, Direction]] = {
    "require_sworn": "stricter",
    "allow_co_response": "either",  # of calls that were sworn some go; of those that a CSO had alone an officer joins
    "route_to": "looser",
    "allow_cso": "looser",
}
ORDER: Final = "the order of the rules"


def rule_changes(before: tuple[Rule, ...], after: tuple[Rule, ...]) -> Iterator[Change]:
    """Rules added, removed and changed, and whether those that both have stand in another order."""
    old, new = ({rule.id: rule for rule in rules} for rules in (before, after))
    for name, rule in new.items():
        if name not in old:
            yield Change("rule", name, "added", _WIDER[rule.effect], tuple(_described(rule)))
    for name, rule in old.items():
        if name not in new:
            yield Change("rule", name, "removed", OPPOSITE[_WIDER[rule.effect]], tuple(_described(rule)))
        else:
            yield from changed("rule", name, _lines(rule, new[name]))
    if [name for name in old if name in new] != [name for name in new if name in old]:
        words = "the rules stand in another order: of several that allow a call, the first one's programme counts"
        yield from changed("rule", ORDER, [Line(words)])


def _described(rule: Rule) -> Iterator[str]:
    conditions = ", and ".join(is_among(fact, values) for fact, values in rule.when.items())
    yield f"{EFFECTS[rule.effect]} if {conditions}"
    if rule.agency:
        yield f"it goes to `{rule.agency}`"
    if rule.notify:
        yield f"`{rule.notify}` is told"
    if rule.programme:
        terms = [f"programme {rule.programme}", f"waits {rule.wait_minutes or 0} minutes"]
        terms += ["two go together"] if rule.two_together else []
        terms += ["with a vehicle"] if rule.vehicle else []
        yield ", ".join(terms)


def _lines(before: Rule, after: Rule) -> Iterator[Line]:
    if before.effect != after.effect:
        caution = list(EFFECTS)
        direction: Direction = "looser" if caution.index(after.effect) > caution.index(before.effect) else "stricter"
        yield Line(f"{EFFECTS[after.effect]} instead of: {EFFECTS[before.effect]}", direction)
    yield from _conditions(before, after)
    if (before.wait_minutes or 0) != (after.wait_minutes or 0):
        longer = (after.wait_minutes or 0) > (before.wait_minutes or 0)
        words = f"waits {after.wait_minutes or 0} minutes instead of {before.wait_minutes or 0}"
        yield Line(words, "looser" if longer else "stricter")
    elif before.wait_minutes != after.wait_minutes:
        yield Line("that the call does not wait is said otherwise")
    if before.two_together != after.two_together:
        words = "two now go together" if after.two_together else "one CSO alone may now go, where two went together"
        yield Line(words, "stricter" if after.two_together else "looser")
    if before.vehicle != after.vehicle:
        words = "a vehicle is now needed" if after.vehicle else "a vehicle is no longer needed"
        yield Line(words, "stricter" if after.vehicle else "looser")
    for field in ("programme", "agency", "notify"):
        if (was := getattr(before, field)) != (now := getattr(after, field)):
            yield Line(instead(field, was, now))
    if before.because != after.because:
        yield Line(f"the reason now reads: {after.because}")
    if before.source != after.source:
        yield Line(f"the source is now: {after.source}")


def _conditions(before: Rule, after: Rule) -> Iterator[Line]:
    """The lines of `when` that read otherwise. Fewer conditions or more values make a rule hold for more calls."""
    wider = _WIDER[after.effect]
    narrower = OPPOSITE[wider]
    for fact, values in before.when.items():
        if fact not in after.when:
            yield Line(f"now whatever `{fact}` is; before only if {is_among(fact, values)}", wider)
            continue
        more = [value for value in after.when[fact] if value not in values]
        fewer = [value for value in values if value not in after.when[fact]]
        if more:
            yield Line(f"now also if {is_among(fact, more)}", wider)
        if fewer:
            yield Line(f"no longer if {is_among(fact, fewer)}", narrower)
        if not more and not fewer and values != after.when[fact]:
            yield Line(f"the values of `{fact}` stand in another order: {spelled(after.when[fact])}")
    for fact, values in after.when.items():
        if fact not in before.when:
            yield Line(f"now only if {is_among(fact, values)}", narrower)
    shared = [fact for fact in before.when if fact in after.when]
    if shared != [fact for fact in after.when if fact in before.when]:
        yield Line("the conditions stand in another order")
