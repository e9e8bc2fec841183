"""Calls side by side by beat, hours and channel, with no figure of a small group, nor anything that gives one away."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from triage.classifiers.features import FEATURES
from triage.domain.errors import meant
from triage.domain.values import Route
from triage.training.card import Cut
from triage.training.errors import TrainingError
from triage.training.history import Row
from triage.training.metrics import exact

CUTS: Final = ("beat", "hours", "channel")
"""What calls are cut by: features, by name."""

CALLS_MIN: Final = 10
"""Calls below which a group is suppressed (assumption)."""

NAME_MAX: Final = 200
"""The longest name of a group."""


class Judged(NamedTuple):
    """A call, its risk or why the model has no opinion, and the route that rules and model together give it."""

    row: Row
    risk: float | None
    abstained: str | None
    route: Route


class _Figures(NamedTuple):
    """What would be shown of a group."""

    calls: int
    sent_by_rules: int
    sent: int
    used: int
    decided: int


def cut(judged: Iterable[Judged], by: str) -> tuple[Cut, ...]:
    """The groups of calls by the feature `by`, in the order of their names.

    `used` is authority used among the decided calls of the group, whatever their route: so it says how calls of the
    group end. A group of fewer than `CALLS_MIN` calls is suppressed: its figures are None. As the sums over all groups
    are known, the next larger groups are suppressed with it, until no hidden figure follows from what is shown: of
    each figure at least two hidden groups must have different values. For all that is shown they could then be
    exchanged, by whoever knows this rule too, as it looks at no name. What follows from the sums alone cannot be
    hidden: where no call at all is sent, none of any group is. Raises `TrainingError` for another feature.
    """
    if by not in CUTS:
        raise TrainingError(f"`{by[:60]}` is nothing to cut by; {meant(by, CUTS)}")
    read = FEATURES[by]
    found: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        found[read(one.row.call)[:NAME_MAX]].append(one)
    figures = {name: _figures(members) for name, members in found.items()}
    hidden = _hidden(figures)
    return tuple(_cut(name, None if name in hidden else figures[name]) for name in sorted(figures))


def _figures(members: Sequence[Judged]) -> _Figures:
    return _Figures(
        calls=len(members),
        sent_by_rules=sum(one.row.route == "cso" for one in members),
        sent=sum(one.route == "cso" for one in members),
        used=sum(one.row.used for one in members),
        decided=sum(one.row.decided for one in members),
    )


def _hidden(groups: Mapping[str, _Figures]) -> frozenset[str]:
    """The groups to suppress: those too small, and then the next larger, all of one size at once, while any tells."""
    hidden = {name for name, group in groups.items() if group.calls < CALLS_MIN}
    while hidden and len(hidden) < len(groups) and _tells([groups[name] for name in hidden], groups.values()):
        least = min(group.calls for name, group in groups.items() if name not in hidden)
        hidden |= {name for name, group in groups.items() if group.calls == least}
    return frozenset(hidden)


def _tells(hidden: Collection[_Figures], groups: Collection[_Figures]) -> bool:
    """Whether some figure is the same for all that are hidden, though it is not nought for all groups."""
    return any(
        len({group[place] for group in hidden}) == 1 and any(group[place] for group in groups)
        for place in range(len(_Figures._fields))
    )


def _cut(name: str, group: _Figures | None) -> Cut:
    if group is None:
        return Cut(value=name, calls=None, sent_by_rules=None, sent=None, used=None)
    return Cut(
        value=name,
        calls=group.calls,
        sent_by_rules=group.sent_by_rules,
        sent=group.sent,
        used=exact(group.used, group.decided),
    )
