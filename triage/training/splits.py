"""A history split by time, never shuffled: what is learnt from lies before what it is held against."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, NamedTuple

from triage.training.errors import TrainingError
from triage.training.history import Row

STANDARD: Final = (25, 60, 15)
"""Per cent of the calls to train, to calibrate and to test with.

With a limit of 1 % and 95 % confidence a ceiling needs 299 calls without authority used that the rules send to a CSO
(the smallest n with 0.99^n <= 0.05), all of them in the calibration part; the model is small. So that is the largest.
"""

MOMENTS_MIN: Final = 3
FOLDS: Final = 4
"""How many folds the training part is compared on, each tested on the time after it (assumption)."""


class Parts(NamedTuple):
    """The rows of one agency by what they are for, each part later than the one before."""

    train: Sequence[Row]
    calibrate: Sequence[Row]
    test: Sequence[Row]


class Fold(NamedTuple):
    """Places in a sequence of moments: learn from those before `learn`, test on those from there on, before `test`."""

    learn: int
    test: int


def read_split(text: str) -> tuple[int, int, int]:
    """`25:60:15` as numbers. Raises `TrainingError` for what is not three whole per cents above 0 that make 100."""
    parts = text.split(":")
    if len(parts) == len(STANDARD) and all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):  # noqa: PLR2004
        train, calibrate, test = (int(part) for part in parts)
        if min(train, calibrate, test) > 0 and train + calibrate + test == 100:  # noqa: PLR2004 - per cent
            return train, calibrate, test
    raise TrainingError(
        f"`{text[:60]}` is no split; valid: per cent of the calls to train, calibrate and test with, each at least 1,"
        " 100 together, as in `25:60:15`"
    )


def split(rows: Sequence[Row], shares: tuple[int, int, int] = STANDARD) -> Parts:
    """`rows`, in time order, cut by `shares` of the calls; calls of one moment never fall into two parts.

    Raises `TrainingError` where rows are not in time order, are of fewer than three moments, or leave a part empty.
    """
    moments = _moments(rows)
    different = len(set(moments))
    if different < MOMENTS_MIN:
        raise TrainingError(
            f"the calls are of {different} {'moment' if different == 1 else 'different moments'}: at least"
            f" {MOMENTS_MIN} are needed, one each to train, to calibrate and to test with"
        )
    train = _cut(moments, len(rows) * shares[0] // 100)
    calibrate = _cut(moments, len(rows) * (shares[0] + shares[1]) // 100)
    parts = Parts(rows[:train], rows[train:calibrate], rows[calibrate:])
    for name, part in zip(Parts._fields, parts, strict=True):
        if not part:
            raise TrainingError(
                f"the part to {name} with is empty: at least 1 call is needed in each part, and calls of one moment"
                f" stay together ({len(rows):,} calls of {different:,} moments)"
            )
    return parts


def folds(rows: Sequence[Row], number: int = FOLDS) -> list[Fold]:
    """At most `number` folds of `rows`, in time order: each learns from all before what it is tested on.

    The rows are cut into `number` + 1 blocks of about as many rows; the first is learnt from alone. Fewer where few
    moments differ; none of no rows.
    """
    moments = _moments(rows)
    cuts = [_cut(moments, len(rows) * block // (number + 1)) for block in range(1, number + 1)]
    places = sorted({cut for cut in cuts if 0 < cut < len(rows)})
    return [Fold(learn, test) for learn, test in pairwise([*places, len(rows)])] if places else []


def _moments(rows: Sequence[Row]) -> list[datetime]:
    """When the calls were reported, in UTC: wall clocks show an hour twice in autumn. Raises out of time order."""
    moments = [row.call.reported_at.astimezone(UTC) for row in rows]
    for place, (before, after) in enumerate(pairwise(moments), start=2):
        if after < before:
            raise TrainingError(f"call {place:,} of {len(rows):,} was reported before the one before it: sort by time")
    return moments


def _cut(moments: Sequence[datetime], at: int) -> int:
    """The place nearest to `at` where the moment changes, the later of two as near; 0 or the end count too."""
    after = before = at
    while 0 < before < len(moments) and moments[before] == moments[before - 1]:
        before -= 1
    while 0 < after < len(moments) and moments[after] == moments[after - 1]:
        after += 1
    return before if at - before < after - at else after
