"""One assessment, from a call to its calibrated risk or abstention, one call at a time and in batches of 128.

    python benchmarks/classifier.py [--json] [--calls N] [--rounds N] [--profile]

ours: `TableModel.assess`, which reads the features from the call, checks support, dangers and unseen values, and makes
an `Assessment`; each round with an empty memory. ours, explained: the same with every contribution in words.
floor: the weights of the same features in one dict, added up, and the logistic function; the features were read before
and nothing is checked.
peer, scikit-learn: `predict_proba` of the one-hot and logistic pipeline that the table was taken from, given the values
that were read before. peer, onnxruntime: the same pipeline as skl2onnx converts it (32-bit floats), on one thread.

The peers answer for the first calls alone, as they are slow. Before anything is measured all give the same risks: ours
and scikit-learn's within 1e-12, onnxruntime's within 1e-4.

Calls: reports of the published mix, one in ten with a narrative whose cues count. The
outcomes that the pipeline is fitted to are drawn at random (an assumption), more of them used the graver the type: they
give weights to add up, and say nothing of any city.
"""

import cProfile
import pstats
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import exp
from typing import Any, Final, NamedTuple

import calls
import measure
import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from skl2onnx import to_onnx  # type: ignore[import-untyped]
from skl2onnx.common.data_types import StringTensorType  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import OneHotEncoder  # type: ignore[import-untyped]

from triage.classifiers.features import FEATURES, CallToAssess
from triage.classifiers.table import TableModel
from triage.domain.call import NotReported
from triage.domain.desk import Desk
from triage.domain.facts import DANGERS
from triage.domain.hear import hear
from triage.domain.model import APART, Model, Term

OVER: Final = (
    *((name,) for name in ("severity", "likelihood", "nature", "type", "priority", "channel", "hours", "weekday")),
    *((name,) for name in ("beat", "weapon", "violence", "medical_emergency", "suicide", "child_in_danger")),
    ("domestic",),
    ("suspect_on_scene",),
    ("nature", "priority"),
    ("nature", "hours"),
)
"""What the terms are over: as many as the largest model that is trained has, nearly."""

SLOW_CALLS_MAX: Final = 512
USED: Final = {"minor": 0.02, "moderate": 0.1, "serious": 0.3, "grave": 0.5}
ONE_CALL_US: Final = 15.0
BATCH_US: Final = 1000.0
TARGETS: Final = tuple(
    measure.Target(f"ours, {how}", f"{other}, {how}", None)
    for how in ("one by one", "in batches")
    for other in ("floor", "peer, scikit-learn", "peer, onnxruntime")
)

Values = Sequence[Sequence[str]]
"""The value of each term, of each call."""


class Made(NamedTuple):
    """The same model in every form."""

    table: Model
    pipeline: Pipeline
    onnx: Any
    weights: Mapping[tuple[int, str], float]


def calls_to_assess(count: int) -> list[CallToAssess]:
    """`count` calls as the engine hands them over."""
    desk = Desk(calls.policy())
    found = []
    for request in calls.requests(calls.lines(count)):
        heard = hear(NotReported(), request, desk)
        assert heard is not None
        found.append(CallToAssess(heard.facts, heard.news.particulars, request.now.astimezone(desk.zone)))
    return found


def values_of(asked: Sequence[CallToAssess]) -> Values:
    """What each term reads of each call."""
    return [[APART.join(FEATURES[name](call) for name in over) for over in OVER] for call in asked]


def made(asked: Sequence[CallToAssess], values: Values) -> Made:
    """A pipeline fitted to outcomes that are drawn, and what it comes to in the other forms."""
    chance = random.Random(4)
    used = [chance.random() < USED.get(str(call.facts["severity"]), 0.2) for call in asked]
    used[0], used[-1] = True, False  # there are both, however few calls are asked for
    pipeline = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=1000))
    pipeline.fit(np.array(values, dtype=object), used)
    encoder, logistic = pipeline[0], pipeline[-1]
    places = [(place, str(cell)) for place, cells in enumerate(encoder.categories_) for cell in cells]
    weights = dict(zip(places, map(float, logistic.coef_[0]), strict=True))
    terms = tuple(
        Term(features=over, weights={cell: weight for (at, cell), weight in weights.items() if at == place})
        for place, over in enumerate(OVER)
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    converted = to_onnx(
        pipeline,
        initial_types=[("values", StringTensorType([None, len(OVER)]))],
        options={id(logistic): {"zipmap": False}},
    )
    onnx = onnxruntime.InferenceSession(converted.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return Made(table_of(asked, terms, float(logistic.intercept_[0])), pipeline, onnx, weights)


def table_of(asked: Sequence[CallToAssess], terms: tuple[Term, ...], intercept: float) -> Model:
    """The table, with enough support for every call that has a canonical type."""
    natures = {str(nature) for call in asked if (nature := call.facts["nature"]) is not None}
    pairs = {APART.join((FEATURES["nature"](call), FEATURES["priority"](call))) for call in asked}
    return Model(
        name="benchmark",
        agency=calls.policy().agency,
        routing=calls.policy().routing_digest,
        borrowed=False,
        authority_limit=0.01,
        intercept=intercept,
        terms=terms,
        slope=1.0,
        offset=0.0,
        ceiling=0.05,
        support_min=1,
        combination_min=1,
        support=dict.fromkeys(natures, 100),
        combined=("nature", "priority"),
        combinations=dict.fromkeys(pairs, 100),
        dangers=dict.fromkeys(natures, DANGERS),
        drift_window=1000,
        drift_limit=0.25,
        reference={},
    )


def ours(watch: measure.Watch, *, table: Model, asked: Sequence[CallToAssess], size: int) -> int:
    """Assessments, `size` calls at a time, from an empty memory on."""
    model = TableModel(table)
    batches = [asked[start : start + size] for start in range(0, len(asked), size)]
    with watch:
        for batch in batches:
            model.assess(batch)
    return len(asked)


def explained(watch: measure.Watch, *, model: TableModel, asked: Sequence[CallToAssess]) -> int:
    """Assessments with their contributions."""
    with watch:
        for call in asked:
            model.explain(call)
    return len(asked)


def added_up(weights: Mapping[tuple[int, str], float], intercept: float, batch: Values) -> list[float]:
    """Risks by a plain dict."""
    risks = []
    for values in batch:
        score = intercept
        for at in enumerate(values):
            score += weights[at]
        risks.append(1 / (1 + exp(-score)))
    return risks


def answered(watch: measure.Watch, *, answer: Callable[[Any], object], values: Any, size: int) -> int:
    """Calls that somebody else answered for, `size` at a time."""
    batches = [values[start : start + size] for start in range(0, len(values), size)]
    with watch:
        for batch in batches:
            answer(batch)
    return len(values)


def contenders(asked: Sequence[CallToAssess], values: Values, model: Made) -> dict[str, measure.Contender]:
    """All contenders over the same calls; the slow ones over the first of them."""
    table, pipeline, onnx, weights = model
    few = np.array(values[:SLOW_CALLS_MAX], dtype=object)
    known = TableModel(table)

    def floor(batch: Values) -> object:
        return added_up(weights, table.intercept, batch)

    def onnx_risks(batch: Any) -> object:
        return onnx.run(["probabilities"], {"values": batch})

    found: dict[str, measure.Contender] = {}
    for how, size in (("one by one", 1), ("in batches", calls.BATCH)):
        found |= {
            f"ours, {how}": partial(ours, table=table, asked=asked, size=size),
            f"floor, {how}": partial(answered, answer=floor, values=values, size=size),
            f"peer, scikit-learn, {how}": partial(answered, answer=pipeline.predict_proba, values=few, size=size),
            f"peer, onnxruntime, {how}": partial(answered, answer=onnx_risks, values=few, size=size),
        }
    found["ours, explained"] = partial(explained, model=known, asked=asked[:SLOW_CALLS_MAX])
    check_same(known, asked[: len(few)], few, model)
    return found


def check_same(known: TableModel, asked: Sequence[CallToAssess], few: Any, model: Made) -> None:
    """That all give the same risks of the calls that have one."""
    theirs = model.pipeline.predict_proba(few)[:, 1]
    converted = model.onnx.run(["probabilities"], {"values": few})[0][:, 1]
    plain = added_up(model.weights, model.table.intercept, few.tolist())
    opinions = 0
    for place, found in enumerate(known.assess(asked)):
        assert (found.risk is None) == (asked[place].facts["nature"] is None), found.abstained
        if found.risk is not None:
            opinions += 1
            assert abs(found.risk - theirs[place]) < 1e-12, "scikit-learn says otherwise"
            assert abs(found.risk - plain[place]) < 1e-12, "the plain dict says otherwise"
            assert abs(found.risk - converted[place]) < 1e-4, "onnxruntime says otherwise"
    assert opinions, "no call has an opinion to compare"


def main() -> None:
    asked = measure.arguments(__doc__, calls=20_000)
    assessed = calls_to_assess(asked.calls)
    values = values_of(assessed)
    model = made(assessed, values)
    speeds = measure.interleaved(contenders(assessed, values, model), asked.rounds)
    one, batch = 1e6 / speeds["ours, one by one"].per_second, calls.BATCH * 1e6 / speeds["ours, in batches"].per_second
    more = {
        "terms": len(OVER),
        "weights": len(model.weights),
        "distinct facts": len({tuple(call.facts.values()) for call in assessed}),
        "abstained": sum(found.risk is None for found in TableModel(model.table).assess(assessed)),
        "mix": calls.mix().source,
        "one call": f"{one:.1f} us; target {ONE_CALL_US:g} us: {'met' if one <= ONE_CALL_US else 'MISSED'}",
        "batch of 128": f"{batch:.0f} us; target {BATCH_US:g} us: {'met' if batch <= BATCH_US else 'MISSED'}",
    }
    measure.report(asked, "assessments", speeds, TARGETS, more)
    if asked.profile:
        profile = cProfile.Profile()
        profile.runcall(ours, measure.Watch(), table=model.table, asked=assessed, size=calls.BATCH)
        pstats.Stats(profile).sort_stats("tottime").print_stats(12)


if __name__ == "__main__":
    main()
