"""From agencies' histories to a model with its ceiling and its card. Imports scikit-learn; load it late.

own = Agency(policy, history(policy, codes, readings), files)
model, card = train(own)                                   # from its own outcomes
model, card = train(own, [other])                          # another's calls help; the ceiling rests on its own
model, card = train(own, [other], borrowed=True)           # it has no outcomes: all rests on the other's
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from triage.classifiers.features import FEATURES, check_features
from triage.classifiers.table import TableModel
from triage.domain.model import Model
from triage.training import calibration, ceiling, evaluation
from triage.training.candidates import candidates, fit, shrunk_rates
from triage.training.card import Card, Certificate, Compared
from triage.training.cells import LOCAL, read_cells
from triage.training.comparison import Masks, compare, masks
from triage.training.errors import TrainingError
from triage.training.export import Origin, to_model
from triage.training.history import Row
from triage.training.leaks import check_leaks
from triage.training.lessons import Agency, Lessons, lessons
from triage.training.reference import usual
from triage.training.sheet import listed
from triage.training.splits import STANDARD
from triage.training.telling import caveats, check_notes, made_with, of_drift, parts_of, sources

OWN: Final = LOCAL | {"priority"}
"""What one agency's model may read and a borrowed one may not: types and beats are an agency's own, and so is what it
calls urgent (of the published calls 12 to 37 % are an emergency by their city's scale)."""

STEPS: Final = 10
"""How far `progress` counts."""

Progress = Callable[[int], None]


class Trained(NamedTuple):
    """A model, and all that is to be said of it."""

    model: Model
    card: Card


class _Chosen(NamedTuple):
    features: tuple[str, ...]
    compared: tuple[Compared, ...]
    leaks_checked: bool
    unsteady: tuple[str, ...]
    model: Model


def train(  # noqa: PLR0913 - each is a choice of whoever trains
    own: Agency,
    others: Sequence[Agency] = (),
    *,
    borrowed: bool = False,
    features: Sequence[str] | None = None,
    shares: tuple[int, int, int] = STANDARD,
    seed: int = 0,
    notes: Sequence[str] = (),
    progress: Progress | None = None,
) -> Trained:
    """A model for the agency `own`, with its card; the same histories give the same model, to the bit.

    Split by time by `shares`: fitted to the first part, calibrated and given its ceiling on the second, and held
    against the third, which nothing touches before. Calls of `others` are learnt from too; with `borrowed` they alone
    are, and calibration and ceiling rest on them. `features` are those to learn from, all where None. `notes` are what
    the card says first, 1 to 1,000 characters each, as its reader has to know it and the calls do not say it.
    `progress` is told how many of `STEPS` are done.

    Raises `TrainingError` with the number that is needed where there is too little to learn from or a note
    cannot be shown, `LeakError` where a feature knows the outcome, and `FeatureError` for a name that is no feature.
    """
    done = progress or (lambda _done: None)
    said, names = check_notes(notes), _allowed(features, borrowed=borrowed)
    lesson = lessons(own, others, shares, borrowed=borrowed)
    done(1)
    with threadpool_limits(limits=1):  # sums in one order, so that the same calls give the same bits
        chosen = _choose(lesson, names, tuple(FEATURES) if features is None else names, seed, done)
        model, certificate = _certified(_calibrated(chosen.model, lesson), lesson)
        done(STEPS - 1)
        card = _card(lesson, chosen, certificate, model, said)
    done(STEPS)
    return Trained(Model.model_validate(model.model_dump()), card)


def _allowed(features: Sequence[str] | None, *, borrowed: bool) -> tuple[str, ...]:
    """The features to learn from, in their own order."""
    asked = set(FEATURES if features is None else check_features(features))
    allowed = tuple(name for name in FEATURES if name in asked and not (borrowed and name in OWN))
    if not allowed:
        left = f"; {listed(sorted(OWN))} of one agency mean nothing in another" if borrowed else ""
        raise TrainingError(
            f"no feature is left to learn from: at least 1 is needed{left}; valid: {', '.join(FEATURES)}"
        )
    return allowed


def _choose(lesson: Lessons, names: Sequence[str], watch: Sequence[str], seed: int, done: Progress) -> _Chosen:
    """The candidates compared on folds of the training part, and the one taken fitted to all of it."""
    rows = lesson.learnt
    cells = read_cells(rows, names, lesson.own.policy.agency)
    parts: list[Masks] = masks(lesson.learn)
    leaks = check_leaks(cells, names, parts)
    done(2)
    found = candidates(cells)
    if not found:
        raise TrainingError(
            "every feature has the same value on all calls to learn from: at least 1 with 2 values is needed"
        )
    compared = tuple(compare(found, cells, parts, seed, lambda place: done(2 + place)))
    taken = found[next(place for place, entry in enumerate(compared) if entry.chosen)]
    table = fit(taken, cells, seed).table
    assert table is not None, "only what ships is taken"
    watched = usual(lesson.usual, watch)
    origin = Origin(lesson.own.policy, taken.name, lesson.borrowed, rows, watched)
    return _Chosen(tuple(names), compared, bool(leaks), watched.unsteady, to_model(table, cells, origin))


def _calibrated(model: Model, lesson: Lessons) -> Model:
    """With the slope and the offset that fit the decided calls of the calibration part."""
    rows = [row for row in lesson.calibrate if row.decided]
    found = calibration.calibrate(TableModel(model).scores([row.call for row in rows]), [row.used for row in rows])
    return model.model_copy(update={"slope": found.slope, "offset": found.offset})


def _certified(model: Model, lesson: Lessons) -> tuple[Model, Certificate]:
    """With the highest ceiling that keeps to the limit."""
    learnt = lesson.learnt
    certificate = ceiling.certify(
        _sent(model, lesson.ordering),
        _sent(model, lesson.calibrate),
        model.authority_limit,
        lesson.certifying,
        highest=sum(row.used for row in learnt) / len(learnt),
    )
    return model.model_copy(update={"ceiling": certificate.ceiling}), certificate


def _sent(model: Model, rows: Sequence[Row]) -> ceiling.Sent:
    """The decided calls that the rules send to a CSO and on which the model has an opinion."""
    sent = [row for row in rows if row.decided and row.route == "cso"]
    assessed = TableModel(model).assess([row.call for row in sent])
    known = [(found.risk, row.used) for found, row in zip(assessed, sent, strict=True) if found.risk is not None]
    return ceiling.Sent([risk for risk, _ in known], [used for _, used in known])


def _card(lesson: Lessons, chosen: _Chosen, certificate: Certificate, model: Model, notes: Sequence[str]) -> Card:
    one_rate, type_rates = _plain_rates(lesson)
    return Card(
        trained_by=made_with(),
        caveats=(
            *notes,
            *caveats(lesson, chosen.compared, certificate, leaks_checked=chosen.leaks_checked),
            *of_drift(chosen.unsteady, model),
        ),
        sources=sources(lesson),
        parts=parts_of(lesson),
        features=chosen.features,
        compared=chosen.compared,
        certificate=certificate,
        test=evaluation.evaluate(lesson.test, TableModel(model), one_rate, type_rates),
        one_rate=one_rate,
        type_rates=type_rates,
    )


def _plain_rates(lesson: Lessons) -> tuple[float, dict[str, float]]:
    """The rate of all calls, and that of each own call type drawn towards it, as the training part has them.

    Where no own outcome is in it, a type has the rate of its canonical type elsewhere.
    """
    own = [row for row in lesson.learnt if row.agency == lesson.own.policy.agency]
    feature, rows = ("type", own) if own else ("nature", lesson.learnt)
    cells = read_cells(rows, [feature], rows[0].agency)
    overall, rates = shrunk_rates(cells.columns[feature], cells.used, len(cells.values[feature]))
    rate_of = dict(zip(cells.values[feature], rates.tolist(), strict=True))
    if own:
        return overall, rate_of
    types = {FEATURES["type"](row.call): FEATURES["nature"](row.call) for row in lesson.usual}
    return overall, {name: rate_of[types[name]] for name in sorted(types) if name and types[name] in rate_of}
