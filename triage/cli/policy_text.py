"""What differs between two policies, for a person to read."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from triage.cli.screen import Screen, counted
from triage.domain.values import Route
from triage.policy_diff import Asked, Change, Code, Direction, Moved, PolicyDiff

NAMES_SHOWN_MAX: Final = 8
SHOWN_MAX: Final = 40
"""How many differences of one kind a person is shown; `--json` has all."""

_MOVES: Final[dict[tuple[Route, Route], str]] = {
    ("sworn", "cso"): "a CSO may now go where an officer had to",
    ("sworn", "co_response"): "a CSO may now go along where an officer had to go alone",
    ("sworn", "other_agency"): "another agency now goes where an officer had to",
    ("co_response", "cso"): "a CSO may now go alone where an officer went along",
    ("co_response", "other_agency"): "another agency now goes where an officer went along",
    ("cso", "other_agency"): "another agency now goes where a CSO could",
    ("other_agency", "cso"): "a CSO may now go where another agency did",
    ("cso", "co_response"): "an officer now goes along where a CSO could go alone",
    ("other_agency", "co_response"): "an officer and a CSO now go together where another agency did",
    ("cso", "sworn"): "an officer must now go where a CSO could",
    ("co_response", "sworn"): "an officer must now go alone where a CSO could go along",
    ("other_agency", "sworn"): "an officer must now go where another agency did",
}
_MARKS: Final[dict[Direction, str]] = {
    "looser": "fewer calls sworn",
    "either": "either way",
    "stricter": "more cautious",
    "neutral": "as cautious as before",
}
_GOES: Final[dict[Route, str]] = {
    "sworn": "an officer goes",
    "co_response": "an officer and a CSO go together",
    "other_agency": "another agency goes",
    "cso": "a CSO may go",
}
_MANY: Final = {"priority": "priorities", "roster": "roster entries"}
_BEHIND: Final[dict[Direction, str]] = {
    "looser": "What can make fewer calls sworn",
    "either": "What can make some calls sworn and others not",
    "stricter": "What can only make more calls sworn",
    "neutral": "What changes no route by itself",
}


class _Entry(NamedTuple):
    """What several call types, or rules, or codes, have in common, and which these are."""

    names: tuple[str, ...]
    lines: tuple[str, ...]


def show(differences: PolicyDiff, labels: tuple[str, str], screen: Screen) -> None:
    """Write what differs, what makes fewer calls sworn first."""
    screen.line(f"before: {labels[0]} (policy {differences.before})")
    screen.line(f"after:  {labels[1]} (policy {differences.after})")
    if differences.is_same:
        screen.say("They are the same: nothing that a decision reads differs.")
        return
    if not differences.moved and not differences.asked:
        screen.say()
        screen.say("With nothing known but type, priority and channel, every call goes where it went.")
    for route, moves in groupby(differences.moved, key=lambda move: (move.direction, move.before, move.after)):
        entries = _together((move.call_type, _moved_lines(move, differences)) for move in moves)
        _section(f"{_mark(route[0])}{_MOVES[route[1], route[2]]}", entries, "call type", screen)
    for key, asked in groupby(differences.asked, key=lambda item: item.direction):
        entries = _together((item.call_type, _asked_lines(item, differences)) for item in asked)
        _section(f"{_mark(key)}other questions are open, the route is the same", entries, "call type", screen)
    for direction, changes in groupby(differences.changes, key=lambda change: change.direction):
        _section(_BEHIND[direction], list(_changes(changes)), "", screen)


def _mark(direction: Direction) -> str:
    return f"{_MARKS[direction][:1].upper()}{_MARKS[direction][1:]}: "


def _section(title: str, entries: Sequence[_Entry], what: str, screen: Screen) -> None:
    screen.head(title)
    for entry in entries[:SHOWN_MAX]:
        number = f"{counted(len(entry.names), what)}: " if len(entry.names) > 1 and what else ""
        screen.say(f"{number}{_listed(entry.names)}", indent=2, hang=4)
        for line in entry.lines:
            screen.say(line, indent=6, hang=2)
    if len(entries) > SHOWN_MAX:
        screen.say(f"... and {len(entries) - SHOWN_MAX:,} more; --json shows all", indent=2)


def _together(items: Iterable[tuple[str, tuple[str, ...]]]) -> list[_Entry]:
    """Names of which the same is said, the largest group first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, lines in items:
        groups.setdefault(lines, []).append(name)
    entries = [_Entry(tuple(names), lines) for lines, names in groups.items()]
    return sorted(entries, key=lambda entry: -len(entry.names))


def _changes(changes: Iterable[Change]) -> Iterator[_Entry]:
    """Changes by what they are about; those that say the same in one entry."""
    for group, members in groupby(changes, key=lambda change: change.group):
        said = [(f"`{change.name}`", (change.kind, *change.words)) for change in members]
        for entry in _together(said):
            kind, *lines = entry.lines
            many = len(entry.names) > 1
            subject = _MANY.get(group, f"{group}s") if many else group
            number = f"{len(entry.names):,} " if many else ""
            yield _Entry((f"{number}{subject} {_listed(entry.names)} {kind}",), tuple(lines))


def _moved_lines(move: Moved, differences: PolicyDiff) -> tuple[str, ...]:
    because = f"because of {_rules(move.because_after)}; before, of {_rules(move.because_before)}"
    return (_where(move, differences), because)


def _asked_lines(item: Asked, differences: PolicyDiff) -> tuple[str, ...]:
    lines = [_where(item, differences), f"{_GOES[item.route]}, as before"]
    if item.now_asked:
        lines.append(f"now asked: {_rules(item.now_asked)}")
    if item.no_longer_asked:
        lines.append(f"no longer asked: {_rules(item.no_longer_asked)}")
    return tuple(lines)


def _where(item: Moved | Asked, differences: PolicyDiff) -> str:
    """At which priorities and by which channels."""
    if item.combinations == item.of:
        return "at any priority, by any channel"
    priorities = _codes(item.priorities, differences.priorities, "priority")
    channels = _codes(item.channels, differences.channels, "channel")
    whole = item.combinations == len(item.priorities) * len(item.channels)
    return f"{'' if whole else 'in some combinations, '}at {priorities}, by {channels}"


def _codes(codes: Sequence[Code], of: Sequence[Code], what: str) -> str:
    if len(codes) == len(of):
        return f"any {what}"
    named = [code for code in codes if code is not None]
    parts = [f"{what} {_listed(named)}"] if named else []
    parts += [f"no known {what}"] if None in codes else []
    return " or ".join(parts)


def _rules(names: Sequence[str]) -> str:
    return _listed([f"`{name}`" for name in names])


def _listed(names: Sequence[str]) -> str:
    if len(names) <= NAMES_SHOWN_MAX + 1:
        return ", ".join(names)
    return f"{', '.join(names[:NAMES_SHOWN_MAX])} and {len(names) - NAMES_SHOWN_MAX:,} more"
