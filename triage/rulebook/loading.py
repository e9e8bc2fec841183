"""Makes a policy of an agency's folder, or says everything that is wrong with it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from triage.domain.call_types import CallTypes, normalised
from triage.domain.policy import Cue, Disposition, Policy
from triage.domain.roster import Roster
from triage.rulebook.agency import Settings, read_settings
from triage.rulebook.call_types import CallTypeTable, read_call_types, read_profiles
from triage.rulebook.cues import read_cues
from triage.rulebook.dispositions import read_dispositions
from triage.rulebook.fields import Once
from triage.rulebook.folder import RULES, read_files
from triage.rulebook.nodes import At
from triage.rulebook.problems import Found, Problem, RulebookError, nearest
from triage.rulebook.reach import idle_rules, uncovered_dangers
from triage.rulebook.roster import read_roster
from triage.rulebook.rules import ReadRule, Vocabulary, read_rules
from triage.rulebook.yaml_file import parse

RULES_MAX: Final = 1_000
NEAREST_MAX: Final = 200
"""For how many unmapped names, the most frequent first, the nearest call type is looked up."""

T = TypeVar("T")


class Checked(NamedTuple):
    """What was found in a folder: how many rules and examples, every problem, and the policy if there is no error."""

    rules: int
    examples: int
    problems: tuple[Problem, ...]
    policy: Policy | None


class Unmapped(NamedTuple):
    """A name that the call-type table does not know, how often it occurred, and the nearest name that it does know."""

    name: str
    calls: int
    nearest: str | None


def load(folder: Path) -> Policy:
    """The policy of an agency's folder. Raises `RulebookError` with every error in it; warnings do not matter."""
    checked = check(folder)
    if checked.policy is None:
        raise RulebookError([problem for problem in checked.problems if problem.severity == "error"])
    return checked.policy


def check(folder: Path) -> Checked:
    """Everything that can be said of an agency's folder without a call; it never raises for what it finds there."""
    problems: list[Problem] = []
    return check_files(read_files(folder, problems), problems)


def check_files(files: Mapping[str, bytes], problems: list[Problem]) -> Checked:
    """The same of files that are read already, by name, where `problems` holds what was wrong with reading them."""
    parts = _read_parts(files, problems)
    policy = None
    if not any(problem.severity == "error" for problem in problems):
        _warn(parts, problems)
        policy = _policy(parts)
    in_order = sorted(problems, key=lambda problem: (problem.file, problem.line or 0))
    return Checked(len(parts.rules), parts.examples, tuple(in_order), policy)


def unmapped(policy: Policy, names: Mapping[str, int]) -> list[Unmapped]:
    """Those of `names` (call types and how often each occurred) that the table does not know, most frequent first.

    The nearest call type is looked up for the 200 most frequent only, as that takes a while.
    """
    call_types = CallTypes(policy.call_types)
    missing = sorted((-count, name) for name, count in names.items() if call_types.find(name) is None)
    known = {normalised(entry.name): entry.name for entry in policy.call_types}
    near = {name: nearest(normalised(name), known) for _, name in missing[:NEAREST_MAX]}
    return [Unmapped(name, -count, known.get(near.get(name) or "")) for count, name in missing]


class _Parts(NamedTuple):
    """What the files say; None for a file that could not be read."""

    settings: Settings | None
    table: CallTypeTable | None
    rules: list[ReadRule]
    examples: int
    cues: tuple[tuple[str, ...], tuple[Cue, ...]] | None
    roster: Roster | None
    dispositions: tuple[Disposition, ...] | None


def _read_parts(files: Mapping[str, bytes], problems: list[Problem]) -> _Parts:
    def document(name: str, reader: Callable[[At], T]) -> T | None:
        found = Found(name, problems)
        node = parse(files[name], found) if name in files else None
        return None if node is None else reader(At(node, "", found))

    def table(name: str, reader: Callable[[bytes, Found], T]) -> T | None:
        return reader(files[name], Found(name, problems)) if name in files else None

    settings = document("agency.yaml", read_settings)
    profiles = document("profiles.yaml", read_profiles)
    call_types = table("call_types.csv", lambda data, found: read_call_types(data, profiles, found))
    vocabulary = Vocabulary(call_types and call_types.natures, settings and settings.switches)
    rules: list[ReadRule] = []
    examples = 0
    once = Once()
    for name in sorted(name for name in files if name.startswith(f"{RULES}/")):
        more, count = document(name, lambda at: read_rules(at, vocabulary, once)) or ([], 0)
        rules += more
        examples += count
    if len(rules) > RULES_MAX:
        Found(RULES, problems).error(None, None, f"there are {len(rules)} rules: at most {RULES_MAX}")
    return _Parts(
        settings=settings,
        table=call_types,
        rules=rules,
        examples=examples,
        cues=document("cues.yaml", read_cues),
        roster=document("units.yaml", lambda at: read_roster(at, settings and settings.time_zone)),
        dispositions=table("dispositions.csv", read_dispositions),
    )


def _warn(parts: _Parts, problems: list[Problem]) -> None:
    for rule, message in idle_rules(parts.rules, parts.table.types if parts.table else ()):
        Found(rule.at.found.file, problems).warning(rule.at.node.line, "when", f"`{rule.rule.id}`: {message}")
    uncovered = uncovered_dangers(parts.rules)
    if uncovered:
        listed = ", ".join(f"`{danger}`" for danger in uncovered)
        Found(RULES, problems).warning(None, None, f"no rule calls an officer for {listed} alone")
    if parts.settings is not None:
        named = {rule.switch for rule in parts.rules}
        for switch in sorted(set(parts.settings.switches or ()) - named):
            at = parts.settings.switches_at
            Found(at.found.file, problems).warning(at.node.line, at.field, f"no rule hangs on the switch `{switch}`")


def _policy(parts: _Parts) -> Policy | None:
    settings, table = parts.settings, parts.table
    if settings is None or table is None or parts.cues is None:
        return None
    switches = settings.switches or {}
    values = {
        "agency": settings.name,
        "time_zone": settings.time_zone,
        "classifier": settings.classifier,
        "risk_ceiling": settings.risk_ceiling,
        "rules": tuple(item.rule for item in parts.rules if item.switch is None or switches[item.switch]),
        "call_types": table.types,
        "cues": parts.cues[1],
        "negations": parts.cues[0],
        "priorities": settings.priorities,
        "channels": settings.channels,
        "override_reasons": settings.override_reasons,
        "dispositions": parts.dispositions,
        "roster": parts.roster,
    }
    return Policy.model_validate(values)
