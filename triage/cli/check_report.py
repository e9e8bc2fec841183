"""What a person reads of a sound folder: where its rules come from, and what nobody has confirmed yet."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from triage.cli.options import quoted
from triage.cli.screen import Screen, counted
from triage.rulebook import Checked, Origin, ToReview

REVIEW_SHOWN_MAX: Final = 10
EFFECTS: Final = {
    "require_sworn": "an officer",
    "allow_co_response": "officer and CSO",
    "route_to": "other agency",
    "allow_cso": "a CSO",
}
"""Whom a rule sends, in words."""

KINDS: Final = {
    "call type": ("call types", "nothing is presumed, so such a call is sworn"),
    "priority": ("priorities", "the priority is unknown, so such a call is sworn"),
    "channel": ("channels", "the channel is unknown"),
    "disposition": ("dispositions", "not for a CSO, and the outcome is undetermined"),
    "setting": ("settings", "used as it stands"),
    "column": ("columns", "used as it stands"),
}
"""The kinds of things to review: in the plural, and what they mean as long as nobody has confirmed them."""


def origins_document(origins: Sequence[Origin]) -> list[dict[str, object]]:
    """The origins of rules as JSON."""
    return [{**origin._asdict(), "overridden": origin.overridden and origin.overridden._asdict()} for origin in origins]


def review_document(review: Sequence[ToReview]) -> list[dict[str, object]]:
    """What is to review as JSON."""
    return [item._asdict() for item in review]


def show_origins(found: Checked, screen: Screen, *, every: bool) -> None:
    """How many rules each file gives, and what is overridden; with `every`, each rule by itself."""
    by_file = [(file, list(rules)) for file, rules in groupby(found.origins, key=lambda origin: origin.file)]
    if every:
        for file, rules in by_file:
            screen.head(file)
            _show_rules(rules, found, screen)
        return
    screen.head("Where the rules come from")
    files = Counter({file: 0 for file, _ in by_file})
    files.update(origin.file for origin in found.origins if _is_effective(origin))
    screen.table(("Rules", "File"), [(f"{count:,}", file) for file, count in files.items()], right=(0,))
    changed = [origin for origin in found.origins if origin.overridden is not None]
    if changed:
        screen.say()
        screen.say(f"The folder overrides {counted(len(changed), 'rule')} of the library:")
    for origin in changed:
        screen.say(f"{origin.rule_id}: {_why(origin)}", indent=2, hang=2)


def show_review(agency: Path, review: Sequence[ToReview], screen: Screen, *, every: bool) -> None:
    """What is left to review: counts by kind, the biggest of them one by one, and what to type next."""
    if not review:
        screen.say()
        screen.say("Nothing is left to review.")
        return
    them = "it" if len(review) == 1 else "them"
    screen.head(f"{counted(len(review), 'thing')} to review: nobody has confirmed {them} yet")
    screen.table(("Number", "Calls", "What", "Until then"), list(_by_kind(review)), right=(0, 1))
    shown = review if every else review[:REVIEW_SHOWN_MAX]
    screen.say()
    rows = [(_calls(item), item.kind, item.name, item.proposed or "-", f"{item.file}:{item.line}") for item in shown]
    screen.table(("Calls", "What", "Name", "Proposed", "Where"), rows, right=(0,))
    if len(shown) < len(review):
        screen.say(f"... and {len(review) - len(shown):,} more: add --all")
    screen.say()
    screen.say("The folder can be used like this. To confirm or change one after the other:")
    screen.line(f"  triage agency review {quoted(str(agency))} --by ID")


def _show_rules(rules: Sequence[Origin], found: Checked, screen: Screen) -> None:
    applied = None if found.policy is None else {rule.id for rule in found.policy.rules}
    rows = []
    for origin in rules:
        switched_off = applied is not None and origin.rule_id not in applied and _is_effective(origin)
        remark = "off by its switch in agency.yaml" if switched_off else ""
        rows.append((str(origin.line), origin.rule_id, EFFECTS[origin.effect], _why(origin) or remark))
    if any(remark for *_, remark in rows):
        screen.table(("Line", "Rule", "Sends", "Here"), rows, right=(0,), whole=(1, 2))
    else:
        screen.table(("Line", "Rule", "Sends"), [row[:-1] for row in rows], right=(0,))


def _is_effective(origin: Origin) -> bool:
    return origin.overridden is None or not origin.overridden.off


def _why(origin: Origin) -> str:
    """What the agency did with the library's rule, where and why."""
    if origin.overridden is None:
        return ""
    done = "off" if origin.overridden.off else "changed"
    return f"{done} in {origin.overridden.file}:{origin.overridden.line}: {origin.overridden.reason}"


def _by_kind(review: Sequence[ToReview]) -> Iterator[tuple[str, str, str, str]]:
    for kind, (several, meaning) in KINDS.items():
        items = [item for item in review if item.kind == kind]
        counts = [item.calls for item in items if item.calls is not None]
        if items:
            name = kind if len(items) == 1 else several
            yield f"{len(items):,}", f"{sum(counts):,}" if counts else "-", name, meaning


def _calls(item: ToReview) -> str:
    return "-" if item.calls is None else f"{item.calls:,}"
