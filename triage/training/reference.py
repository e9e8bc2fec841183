"""What calls usually look like: the shares that a model watches for drift, and over how many calls it does."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final, NamedTuple

from triage.classifiers.drift import OTHER, stability
from triage.classifiers.features import FEATURES
from triage.training.history import Row

LIMIT: Final = 0.25
"""A stability index beyond this is taken for another population (a rule of thumb of credit scoring: Siddiqi 2006)."""

WINDOW_MIN: Final = 1_000
"""Calls that are looked at together at least, so that a share of 2 % is one of 20 calls (assumption)."""

ROUNDED_TO: Final = 100
WEEK: Final = 7
SECONDS_OF_DAY: Final = 86_400

WATCHED: Final = ("nature", "priority", "channel", "hours", "weekday", "beat")
SHARE_MIN: Final = 0.02
"""Values of fewer calls than this share stand together as `other` (assumption)."""


class Usual(NamedTuple):
    """Over how many calls drift is measured, each watched feature's shares, and the features too unsteady to watch."""

    window: int
    shares: Mapping[str, Mapping[str, float]]
    unsteady: tuple[str, ...]


def usual(rows: Sequence[Row], names: Sequence[str]) -> Usual:
    """What the calls of `rows`, in time order, usually look like in those features of `names` that are watched.

    The window is a week of such calls, so that it has all hours and days in it, and at least `WINDOW_MIN`. A feature
    with one value is not watched, and neither is one whose index is beyond `LIMIT` in some window of these very calls.
    """
    window = _window(rows)
    shares, unsteady = {}, []
    for name in (name for name in WATCHED if name in names):
        values = [FEATURES[name](row.call) for row in rows]
        found = _shares(values)
        windows = (values[start : start + window] for start in range(0, len(values) - window + 1, window))
        if len(found) < 2:  # noqa: PLR2004 - one value cannot shift
            continue
        if any(stability(found, Counter(part)) > LIMIT for part in windows):
            unsteady.append(name)
        else:
            shares[name] = found
    return Usual(window, shares, tuple(unsteady))


def _window(rows: Sequence[Row]) -> int:
    """A week of calls, rounded up."""
    if not rows:
        return WINDOW_MIN
    seconds = (rows[-1].call.reported_at - rows[0].call.reported_at).total_seconds()
    weekly = (len(rows) - 1) * WEEK / max(seconds / SECONDS_OF_DAY, WEEK)
    return max(WINDOW_MIN, ceil(weekly / ROUNDED_TO) * ROUNDED_TO)


def _shares(values: Sequence[str]) -> dict[str, float]:
    """What share of the calls has each value; the rare ones together, at the end."""
    number = Counter(values)
    often = {value: calls / len(values) for value, calls in sorted(number.items()) if calls >= SHARE_MIN * len(values)}
    rare = sum(calls for value, calls in number.items() if value not in often or value == OTHER)
    often.pop(OTHER, None)
    return often | ({OTHER: rare / len(values)} if rare else {})
