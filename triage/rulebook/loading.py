"""Makes a policy of an agency's folder, or says everything that is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from triage.domain.call_types import CallTypes, normalised
from triage.domain.policy import Policy
from triage.rulebook.call_types import REGISTRY
from triage.rulebook.fact_values import NATURE, UNREVIEWED
from triage.rulebook.folder import read_files
from triage.rulebook.library import RULES
from triage.rulebook.origins import Origin
from triage.rulebook.parts import Parts, read_parts
from triage.rulebook.problems import Found, Problem, RulebookError, nearest
from triage.rulebook.reach import Idle, every_kind, idle_rules, kinds_of, uncovered_dangers
from triage.rulebook.review import ToReview

RULES_MAX: Final = 1_000
NEAREST_MAX: Final = 200
"""For how many unmapped names, the most frequent first, the nearest call type is looked up."""

NO_GATE: Final = (
    "is `review`, but no rule calls an officer for each call type that nobody has confirmed: include the library's"
    f" rules/call_types_never_cso, or write a rule that requires an officer if nature is {UNREVIEWED}"
)


class Checked(NamedTuple):
    """What was found in a folder: how many rules and examples, every problem, and the policy if there is no error.

    `origins` says of each rule where it comes from, in the order of the rules, also of those that are off; `review`
    what nobody at the agency has confirmed, the biggest counts first.
    """

    rules: int
    examples: int
    problems: tuple[Problem, ...]
    policy: Policy | None
    origins: tuple[Origin, ...] = ()
    review: tuple[ToReview, ...] = ()


class OutcomeCodes(NamedTuple):
    """What a call's closing and its final type say of the outcome.

    `dispositions`: for each code, in upper case, one of excluded, authority, citation, no_contact, no_authority and
    undetermined. `finals`: for each canonical type one of authority, crime, parking and non_criminal.
    """

    dispositions: Mapping[str, str]
    finals: Mapping[str, str]


class Unmapped(NamedTuple):
    """A name that the call-type table does not know, how often it occurred, and the nearest name that it does know."""

    name: str
    calls: int
    nearest: str | None


def load(folder: Path) -> Policy:
    """The policy of an agency's folder. Raises `RulebookError` with every error in it; warnings do not matter."""
    checked = check(folder)
    if checked.policy is None:
        raise RulebookError(_errors(checked.problems))
    return checked.policy


def load_outcomes(folder: Path) -> OutcomeCodes:
    """What closings and final types say of the outcome. Raises `RulebookError` with every error in the folder."""
    problems: list[Problem] = []
    parts = read_parts(read_files(folder, problems), problems)
    if _errors(problems) or parts.dispositions is None:
        raise RulebookError(_errors(problems))
    types = (parts.canonical_types or {}).items()
    finals = {code: entry.final for code, entry in types if entry.final is not None}
    return OutcomeCodes(dict(parts.dispositions.outcomes), finals)


def check(folder: Path) -> Checked:
    """Everything that can be said of an agency's folder without a call; it never raises for what it finds there."""
    problems: list[Problem] = []
    return check_files(read_files(folder, problems), problems)


def check_files(files: Mapping[str, bytes], problems: list[Problem]) -> Checked:
    """The same of files that are read already, by name, where `problems` holds what was wrong with reading them."""
    parts = read_parts(files, problems)
    if not _errors(problems):
        _check_as_a_whole(parts, problems)
    policy = None
    if not _errors(problems):
        _warn(parts, problems)
        policy = _policy(parts)
    in_order = sorted(problems, key=lambda problem: (problem.file, problem.line or 0))
    origins = tuple(item.origin for item in parts.rules)
    return Checked(len(parts.effective), parts.examples, tuple(in_order), policy, origins, parts.review)


def unmapped(policy: Policy, names: Mapping[str, int]) -> list[Unmapped]:
    """Those of `names` (call types and how often each occurred) that the table does not know, most frequent first.

    The nearest call type is looked up for the 200 most frequent only, as that takes a while; of the agency's own names.
    """
    call_types = CallTypes(policy.call_types)
    missing = sorted((-count, name) for name, count in names.items() if call_types.find(name) is None)
    own = (entry.name for entry in policy.call_types if not entry.name.startswith(REGISTRY))
    known = {normalised(name): name for name in own}
    near = {name: nearest(normalised(name), known) for _, name in missing[:NEAREST_MAX]}
    return [Unmapped(name, -count, known.get(near.get(name) or "")) for count, name in missing]


def _errors(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def _check_as_a_whole(parts: Parts, problems: list[Problem]) -> None:
    """Note what no file shows by itself: too many rules, and call types under review that an officer might not get."""
    if len(parts.rules) > RULES_MAX:
        Found(RULES, problems).error(None, None, f"there are {len(parts.rules)} rules: at most {RULES_MAX}")
    gates = (item.rule for item in parts.effective if item.switch is None and item.rule.effect == "require_sworn")
    if any(set(rule.when) == {NATURE} and UNREVIEWED in rule.when[NATURE] for rule in gates):
        return
    first = min((item.line for item in parts.table.review), default=None) if parts.table else None
    if first is not None:
        Found("call_types.csv", problems).error(first, "status", NO_GATE)


def _warn(parts: Parts, problems: list[Problem]) -> None:
    for rule, message in _idle(parts):
        Found(rule.at.found.file, problems).warning(rule.at.node.line, "when", f"`{rule.rule.id}`: {message}")
    uncovered = uncovered_dangers(parts.effective)
    if uncovered:
        listed = ", ".join(f"`{danger}`" for danger in uncovered)
        Found(RULES, problems).warning(None, None, f"no rule calls an officer for {listed} alone")
    if parts.settings is not None:
        named = {rule.switch for rule in parts.effective}
        for switch in sorted(set(parts.settings.switches or ()) - named):
            at = parts.settings.switches_at
            Found(at.found.file, problems).warning(at.node.line, at.field, f"no rule hangs on the switch `{switch}`")


def _idle(parts: Parts) -> Iterator[Idle]:
    """The rules that never decide anything.

    A rule of the library that the folder takes as it is may wait for other agencies' call types: it is idle only if no
    table at all could make it decide.
    """
    included = parts.settings and parts.settings.included
    table = parts.table
    if table is None:
        return
    for kinds, shared in ((kinds_of(table.types), False), (every_kind(table.natures), True)):
        for idle in idle_rules(parts.effective, kinds):
            is_library = included is not None and included.owns(idle.rule.at.found.file)
            if shared == (is_library and idle.rule.overridden is None):
                yield idle


def _policy(parts: Parts) -> Policy | None:
    settings, table = parts.settings, parts.table
    if settings is None or table is None or parts.cues is None or parts.dispositions is None:
        return None
    switches = settings.switches or {}
    values = {
        "agency": settings.name,
        "time_zone": settings.time_zone,
        "classifier": settings.classifier,
        "authority_limit": settings.authority_limit,
        "rules": tuple(item.rule for item in parts.effective if item.switch is None or switches[item.switch]),
        "call_types": table.types,
        "cues": parts.cues.cues,
        "negations": parts.cues.negations,
        "priorities": parts.priorities and parts.priorities.known,
        "channels": parts.channels and parts.channels.known,
        "override_reasons": parts.override_reasons,
        "dispositions": parts.dispositions.dispositions,
        "roster": parts.roster,
    }
    return Policy.model_validate(values)
