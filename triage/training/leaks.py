"""Does a feature know how a call ended? Each is tried alone, on time after what its rates were learnt from."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from triage.training.candidates import shrunk_rates
from triage.training.cells import UNSEEN, Cells
from triage.training.comparison import Masks
from triage.training.errors import LeakError

AUC_MAX: Final = 0.97
"""From here on a feature alone is taken for a leak (assumption): the strongest honest one in the cities' published
calls, the own call type, reaches about 0.84."""

CALLS_MIN: Final = 20
"""Calls of either outcome below which the figure says too little to refuse by (assumption)."""


def check_leaks(cells: Cells, names: Sequence[str], folds: Sequence[Masks]) -> dict[str, float]:
    """How well each feature alone tells authority used on later calls: the area under the ROC curve, 0.5 is chance.

    Empty where the later calls are too few to say. Raises `LeakError` for the feature that tells most, if its figure
    is above 0.97. A leak that few calls share, or that needs two features to read, is not found.
    """
    later = np.concatenate([cells.used[test] for _, test in folds]) if folds else np.zeros(0, np.bool_)
    if min(later.sum(), (~later).sum()) < CALLS_MIN:
        return {}
    figures = {name: _figure(cells, name, folds, later) for name in cells.varying(names)}
    leaks = sorted((name for name in figures if figures[name] > AUC_MAX), key=lambda name: _first(name, figures))
    if leaks:
        raise LeakError(_told(leaks, names, figures[leaks[0]]), leaks[0], figures[leaks[0]])
    return figures


def _first(name: str, figures: Mapping[str, float]) -> tuple[bool, float, str]:
    """The own type before all, as it is what most facts are presumed from; then whatever tells most."""
    return name != "type", -figures[name], name


def _told(leaks: Sequence[str], names: Sequence[str], figure: float) -> str:
    too = f" (and so do {', '.join(f'`{name}`' for name in leaks[1:])})" if leaks[1:] else ""
    rest = ",".join(name for name in names if name not in leaks)
    return (
        f"feature `{leaks[0]}` alone tells how later calls ended with an AUC of {figure:.3f}{too}; at most {AUC_MAX} is"
        " believable of what is known before anybody goes. Was it filled in afterwards? Map another column for it"
        + (f", or train without it: --features {rest}" if rest else "")
    )


def _figure(
    cells: Cells, name: str, folds: Sequence[Masks], later: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> float:
    """The rate of each value as learnt before, against what came later."""
    told = []
    for learn, test in folds:
        places = cells.columns[name]
        overall, rates = shrunk_rates(places[learn], cells.used[learn], len(cells.values[name]))
        told.append(np.append(rates, overall)[places[test]])
    return float(roc_auc_score(later, np.concatenate(told)))


assert UNSEEN == -1, "the rate of an unseen value stands at the end"
