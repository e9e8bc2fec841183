"""Does a feature know how a call ended? Each is tried alone, then together, on time after what was learnt from."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from triage.training.candidates import Candidate, shrunk_rates
from triage.training.cells import AGENCY, UNSEEN, Cells, Numbers
from triage.training.errors import LeakError
from triage.training.metrics import Bools
from triage.training.sheet import listed

AUC_MAX: Final = 0.97
"""From here on a feature alone is taken for a leak (assumption): the strongest honest one in the cities' published
calls, the own call type, reaches about 0.84."""

CALLS_MIN: Final = 20
"""Calls of either outcome below which the figure says too little to refuse by (assumption)."""


def check_leaks(cells: Cells, names: Sequence[str], folds: Sequence[tuple[Bools, Bools]]) -> dict[str, float]:
    """How well each feature alone tells authority used on later calls: the area under the ROC curve, 0.5 is chance.

    Empty where the later calls are too few to say. Raises `LeakError` for the feature that tells most, if its figure
    is above 0.97. A leak that few calls share is not found, and one that needs two features to read only by
    `check_together`.
    """
    later = np.concatenate([cells.used[test] for _, test in folds]) if folds else np.zeros(0, np.bool_)
    if not _enough(later):
        return {}
    figures = {name: _figure(cells, name, folds, later) for name in cells.varying(names)}
    leaks = sorted((name for name in figures if figures[name] > AUC_MAX), key=lambda name: _first(name, figures))
    if leaks:
        raise LeakError(_told(leaks, names, figures[leaks[0]]), leaks[0], figures[leaks[0]])
    return figures


def check_together(candidate: Candidate, scores: Numbers, later: Bools) -> None:
    """Nothing. Raises `LeakError` where `scores` of later calls tell better how they ended than can be believed.

    What no feature tells alone, several may tell together, as a `candidate` reads them: that is a leak as much.
    """
    if not _enough(later):
        return
    figure = float(roc_auc_score(later, scores))
    if figure > AUC_MAX:
        names = tuple(dict.fromkeys(name for term in candidate.terms for name in term if name != AGENCY))
        raise LeakError(
            f"features {listed([f'`{name}`' for name in names])} together, as `{candidate.name}` reads them, tell how"
            f" later calls ended with an AUC of {figure:.3f}, though none does alone; at most {AUC_MAX} is believable"
            " of what is known before anybody goes. Was one of them filled in afterwards? Leave it out (--features)",
            names[0],
            figure,
        )


def _enough(later: Bools) -> bool:
    return bool(min(later.sum(), (~later).sum()) >= CALLS_MIN)


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


def _figure(cells: Cells, name: str, folds: Sequence[tuple[Bools, Bools]], later: Bools) -> float:
    """The rate of each value as learnt before, against what came later."""
    told = []
    for learn, test in folds:
        places = cells.columns[name]
        overall, rates = shrunk_rates(places[learn], cells.used[learn], len(cells.values[name]))
        told.append(np.append(rates, overall)[places[test]])
    return float(roc_auc_score(later, np.concatenate(told)))


assert UNSEEN == -1, "the rate of an unseen value stands at the end"
