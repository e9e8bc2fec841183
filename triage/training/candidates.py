"""The models that are compared, the simplest first, and how each is fitted."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import OneHotEncoder  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from triage.domain.facts import FACTS
from triage.training.boosting import boosted
from triage.training.cells import AGENCY, UNSEEN, Cells, Grid, Numbers, Places, TermOver, grid_of
from triage.training.sheet import listed

Kind = Literal["rates", "logistic", "boosting"]

SMOOTH: Final = 2.0
"""Calls at the overall rate that each type's own calls are joined by (assumption: in folds of San Diego's training part
1 to 5 hardly differ, 20 is worse)."""

PENALTY_C: Final = 1.0
"""Inverse strength of the L2 penalty: a weight of 1 costs as much as half a unit of log loss (assumption)."""

TOLERANCE: Final = 1e-10
ITERATIONS_MAX: Final = 200
_HIERARCHY: Final = ("severity", "likelihood", "nature", "type", "priority")
_CIRCUMSTANCES: Final = ("channel", "hours", "weekday", "beat")
_STATED: Final = tuple(name for name in FACTS if name not in (*_HIERARCHY, *_CIRCUMSTANCES))
_PAIRS: Final = (("nature", "priority"), ("nature", "hours"))
_WORDS: Final = {
    AGENCY: "agency",
    "severity": "worst case",
    "likelihood": "worst case",
    "nature": "canonical type",
    "type": "own type",
    "priority": "priority",
    "channel": "channel",
    "hours": "time",
    "weekday": "time",
    "beat": "beat",
}
STATED_MAX: Final = 20 - len(_HIERARCHY) - len(_CIRCUMSTANCES) - len(_PAIRS)
"""How many stated facts have a term, danger to life first: a model has 20 terms at most."""


class Candidate(NamedTuple):
    """A model to compare: the features of each of its terms."""

    name: str
    words: str
    kind: Kind
    terms: tuple[TermOver, ...]

    @property
    def ships(self) -> bool:
        """Whether it can be written as a table of weights."""
        return self.kind != "boosting"


class Table(NamedTuple):
    """A fitted model: an intercept and, for each term, a weight for each value (of a pair: for each row by column)."""

    terms: tuple[TermOver, ...]
    intercept: float
    weights: tuple[Numbers, ...]


class Fitted(NamedTuple):
    """A candidate after learning: `score` gives log-odds; `table` and `pipeline` are None where it has none."""

    over: tuple[TermOver, ...]
    score: Callable[[Grid], Numbers]
    table: Table | None
    pipeline: Pipeline | None

    def scores(self, cells: Cells) -> Numbers:
        """The log-odds of authority used of each call, before calibration."""
        return self.score(grid_of(self.over, cells))


def candidates(cells: Cells) -> list[Candidate]:
    """The candidates that `cells` allow, the simplest first, without terms that can tell nothing.

    One whose terms are the same as those of a simpler one is left out. None where no feature has two values.
    """
    alone = tuple((name,) for name in cells.varying((AGENCY, *_HIERARCHY)))
    known = (*alone, *((name,) for name in (*cells.varying(_CIRCUMSTANCES), *_stated(cells))))
    pairs = tuple(pair for pair in _PAIRS if cells.varying(pair) == pair)
    of_type = next(((name,) for name in ("type", "nature") if cells.varying((name,))), None)
    rates: tuple[TermOver, ...] = () if of_type is None else (of_type,)
    words = "canonical type" if of_type == ("nature",) else "type"
    found = (
        Candidate("type_rates", f"the rate of each {words}, drawn towards the overall rate", "rates", rates),
        Candidate("hierarchy", f"{_called(alone)}, added up", "logistic", alone),
        Candidate("circumstances", f"the same with {_called(known[len(alone) :])}", "logistic", known),
        Candidate("interactions", f"the same with {_called(pairs)}", "logistic", known + pairs),
        Candidate("boosting", f"gradient-boosted trees of {_called(alone)}; compared only", "boosting", alone),
        Candidate("boosting_more", "the same of every feature above; compared only", "boosting", known),
    )
    once: dict[tuple[Kind, tuple[TermOver, ...]], Candidate] = {}
    for candidate in found:
        if any(term != (AGENCY,) for term in candidate.terms):
            once.setdefault((candidate.kind, candidate.terms), candidate)
    return list(once.values())


def fit(candidate: Candidate, cells: Cells, seed: int) -> Fitted:
    """`candidate` fitted to `cells`, which hold calls of both outcomes. The same cells give the same weights."""
    with threadpool_limits(limits=1):  # sums in one order; and threads that wait for one another take far longer
        return _fit(candidate, cells, seed)


def shrunk_rates(places: Places, used: NDArray[np.bool_], values: int) -> tuple[float, Numbers]:
    """The overall rate, and each value's rate drawn towards it by `SMOOTH` calls (empirical Bayes, Micci-Barreca 2001).

    The same as scikit-learn's `TargetEncoder(smooth=SMOOTH)`.
    """
    overall = float(used.mean())
    seen = places != UNSEEN
    number = np.bincount(places[seen], minlength=values)
    among = np.bincount(places[seen], weights=used[seen], minlength=values)
    return overall, (among + SMOOTH * overall) / (number + SMOOTH)


def _fit(candidate: Candidate, cells: Cells, seed: int) -> Fitted:
    if candidate.kind == "rates":
        return _of_table(_rates(candidate, cells), None)
    sizes = _sizes(candidate.terms, cells)
    if candidate.kind == "boosting":
        return Fitted(candidate.terms, boosted(grid_of(candidate.terms, cells), cells.used, sizes, seed), None, None)
    grid, used, weights = _distinct(grid_of(candidate.terms, cells), cells.used)
    pipeline = make_pipeline(
        OneHotEncoder(categories=[np.arange(size) for size in sizes], handle_unknown="ignore"),
        LogisticRegression(C=PENALTY_C, solver="newton-cholesky", tol=TOLERANCE, max_iter=ITERATIONS_MAX),
    )
    pipeline.fit(grid, used, logisticregression__sample_weight=weights)
    regression = pipeline[-1]
    cuts = pairwise([0, *np.cumsum(sizes)])
    parts = tuple(regression.coef_[0][start:end].astype(np.float64) for start, end in cuts)
    return _of_table(Table(candidate.terms, float(regression.intercept_[0]), parts), pipeline)


def _stated(cells: Cells) -> list[str]:
    """The facts that somebody stated of some call, so that calls of one type differ in them; most are only presumed."""
    by = cells.columns.get("type", cells.columns.get("nature", np.zeros(len(cells.used), np.int32)))
    types = len(np.unique(by))
    differing = [
        name
        for name in cells.varying(_STATED)
        if len(np.unique(np.column_stack([by, cells.columns[name]]), axis=0)) > types
    ]
    return differing[:STATED_MAX]


def _rates(candidate: Candidate, cells: Cells) -> Table:
    ((name,),) = candidate.terms
    overall, rates = shrunk_rates(cells.columns[name], cells.used, len(cells.values[name]))
    return Table(candidate.terms, _logit(overall), (np.log(rates / (1 - rates)) - _logit(overall),))


def _called(terms: Sequence[TermOver]) -> str:
    """The features of `terms` in words, each once."""
    names = (" by ".join(_WORDS.get(name, "stated facts") for name in term) for term in terms)
    return listed(tuple(dict.fromkeys(names)))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _of_table(table: Table, pipeline: Pipeline | None) -> Fitted:
    def score(grid: Grid) -> Numbers:
        total = np.full(len(grid), table.intercept)
        for at, weights in enumerate(table.weights):
            total += np.append(weights, 0.0)[grid[:, at]]  # the place -1, unseen, is the 0 at the end
        return total

    return Fitted(table.terms, score, table, pipeline)


def _sizes(terms: Sequence[TermOver], cells: Cells) -> list[int]:
    return [int(np.prod([len(cells.values[name]) for name in term])) for term in terms]


def _distinct(grid: Grid, used: NDArray[np.bool_]) -> tuple[Grid, NDArray[np.bool_], Numbers]:
    """Each different line of `grid` once for each outcome, with how many calls it stands for: a million calls fit."""
    lines, which = np.unique(np.column_stack([grid, used]), axis=0, return_inverse=True)
    return lines[:, :-1], lines[:, -1].astype(np.bool_), np.bincount(which.ravel()).astype(np.float64)
