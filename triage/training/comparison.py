"""Which candidate to take: each learns from the past and is held against the time after it, call by call."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.training.candidates import Candidate, fit
from triage.training.card import Compared
from triage.training.cells import Cells, Numbers
from triage.training.errors import TrainingError
from triage.training.history import Row
from triage.training.leaks import check_together
from triage.training.splits import folds


class Masks(NamedTuple):
    """One fold: which calls to learn from, and which later ones to test on."""

    learn: NDArray[np.bool_]
    test: NDArray[np.bool_]


def masks(parts: Sequence[Sequence[Row]]) -> list[Masks]:
    """The folds of several agencies' rows, one agency after the other: each agency's past against its own future.

    Those of which the past holds one outcome only are left out. Raises `TrainingError` where none is left.
    """
    count = sum(len(part) for part in parts)
    used = np.fromiter((row.used for part in parts for row in part), np.bool_, count)
    found: list[Masks] = []
    start = 0
    for part in parts:
        for place, fold in enumerate(folds(part)):
            if place == len(found):
                found.append(Masks(np.zeros(count, np.bool_), np.zeros(count, np.bool_)))
            found[place].learn[start : start + fold.learn] = True
            found[place].test[start + fold.learn : start + fold.test] = True
        start += len(part)
    found = [fold for fold in found if 0 < used[fold.learn].sum() < fold.learn.sum()]
    if not found:
        raise TrainingError(
            "no fold of the training part has both outcomes in its past: at least 1 early call with authority used and"
            " 1 without are needed"
        )
    return found


def compare(
    found: Sequence[Candidate], cells: Cells, parts: Sequence[Masks], seed: int, progress: Callable[[int], None]
) -> list[Compared]:
    """The candidates by their mean log loss on later calls, the simplest first as they came, the taken one marked.

    Taken is the simplest of those that ship whose loss is within one standard error of the best one's: the error of
    the mean difference, call by call, as all are tested on the same calls (the one-standard-error rule of Breiman,
    Friedman, Olshen and Stone 1984, made paired). `behind` is negative where one that does not ship is better still.
    Raises `LeakError` for the simplest that tells better how later calls ended than can be believed.
    """
    used = np.concatenate([cells.used[fold.test] for fold in parts])
    risks = {}
    for place, candidate in enumerate(found, start=1):
        risks[candidate.name] = _later(candidate, cells, parts, seed)
        check_together(candidate, risks[candidate.name], used)
        progress(place)
    losses = {name: np.logaddexp(0, np.where(used, -scores, scores)) for name, scores in risks.items()}
    shipping = [candidate.name for candidate in found if candidate.ships]
    best = min(shipping, key=lambda name: (float(losses[name].mean()), shipping.index(name)))
    apart = {name: losses[name] - losses[best] for name in losses}
    noise = {name: _standard_error(differences) for name, differences in apart.items()}
    chosen = next(name for name in shipping if apart[name].mean() <= noise[name])
    return [
        Compared(
            name=candidate.name,
            words=candidate.words,
            log_loss=float(losses[candidate.name].mean()),
            brier=float(((1 / (1 + np.exp(-risks[candidate.name])) - used) ** 2).mean()),
            behind=float(apart[candidate.name].mean()),
            noise=noise[candidate.name],
            folds=len(parts),
            calls=len(used),
            chosen=candidate.name == chosen,
        )
        for candidate in found
    ]


def _later(candidate: Candidate, cells: Cells, parts: Sequence[Masks], seed: int) -> Numbers:
    """The scores of all later calls, fold after fold."""
    return np.concatenate([fit(candidate, cells.at(fold.learn), seed).scores(cells.at(fold.test)) for fold in parts])


def _standard_error(differences: Numbers) -> float:
    return float(differences.std(ddof=1) / np.sqrt(len(differences))) if len(differences) > 1 else 0.0
