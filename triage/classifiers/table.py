"""The classifier at run time: a model's table read for each call, with reasons. No library for learning is needed."""

from collections.abc import Callable, Mapping, Sequence
from math import exp, isfinite
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from triage.classifiers import words
from triage.classifiers.features import FEATURES, CallToAssess, FeatureError, check_features
from triage.domain.events import Assessment
from triage.domain.facts import DANGERS, FACTS, FactValue
from triage.domain.model import APART, Model, Term

REMEMBERED_MAX: Final = 20_000
"""How many combinations of facts have their part of the score remembered; then it starts anew."""

_FALLS_BACK: Final = "type"
"""The feature whose unseen values are no reason to abstain: the canonical type speaks for them."""

_GRADED: Final = frozenset({"severity", "likelihood", "priority"})
"""Dangers that every call has to some degree. The others are there or not."""

_FACT_TYPES: Final = frozenset({bool, str, type(None)})

_RAW: Final[Mapping[str, Callable[[CallToAssess], object]]] = {
    "type": attrgetter("said.call_type"),
    "beat": attrgetter("said.beat"),
    "hours": attrgetter("reported_at.hour"),
    "weekday": lambda call: call.reported_at.weekday(),
}
"""What alone of a call these features are read from."""

_SAFEST: Final = {name: FACTS[name].values[0] for name in DANGERS if name not in _GRADED}


class Contribution(NamedTuple):
    """What one term adds to the calibrated log-odds of a call, and the call's values in words."""

    words: str
    amount: float


class Explanation(NamedTuple):
    """How an assessment comes about: `base` and all contributions add up to `log_odds`, the logit of the risk.

    `nothing` names, in words, what adds nothing: single values whose weight is 0, and watched features that the model
    leaves out. A call that cannot be read has no contributions, and the log-odds of any call.
    """

    assessment: Assessment
    base: float
    contributions: tuple[Contribution, ...]
    log_odds: float
    nothing: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """One line for what holds of any call, one for each contribution, the largest first, one for the rest."""
        largest = sorted(self.contributions, key=lambda part: -abs(part.amount))
        each = [f"{part.words}: {part.amount:+.2f}" for part in largest]
        rest = [f"nothing added by: {', '.join(self.nothing)}"] if self.nothing else []
        return (f"any call: {self.base:+.2f}", *each, *rest)


class TableModel:
    """A `Classifier` that reads a model's table. Raises `FeatureError` for a model with a feature that there is not.

    `names` are descriptions of canonical types by code, for explanations. What the facts of a call come to, and each
    of its other values, is worked out once and remembered, as most calls share them with others.
    """

    def __init__(self, model: Model, names: Mapping[str, str] | None = None) -> None:
        used = dict.fromkeys(check_features(name for term in model.terms for name in term.features))
        for name in model.combined:  # what is counted together is worked out once for each set of facts
            if name not in FACTS:
                raise FeatureError(f"`{name}` is no fact, so it cannot be combined", name)
        read = dict.fromkeys(["nature", *model.combined, *used])
        facts = [name for name in read if name in FACTS]
        own = [name for name in used if name not in FACTS]
        self.model: Final = model
        self._names: Final = dict(names or {})
        self._digest: Final = model.digest
        self._no_ceiling: Final = None if model.ceiling is not None else words.no_ceiling(model.authority_limit)
        self._key: Final = tuple(dict.fromkeys([*facts, *_SAFEST]))
        self._all_facts: Final = itemgetter(*self._key)
        self._facts: Final = [_Feature(name, model.terms) for name in facts]
        self._own: Final = [_Feature(name, model.terms) for name in own]
        self._pairs_of_facts: Final = _pairs(model.terms, facts, [])
        self._pairs: Final = _pairs(model.terms, facts, own)
        self._remembered: Final[dict[tuple[FactValue | None, ...], _Known]] = {}

    def assess(self, calls: Sequence[CallToAssess]) -> list[Assessment]:
        """An assessment for each call, in order. Never raises: what is wrong with a call is that call's abstention."""
        return [self._assess(call) for call in calls]

    def scores(self, calls: Sequence[CallToAssess]) -> list[float]:
        """The score of each call before calibration, in log-odds, also where it abstains; an unseen value adds 0."""
        return [self._score(call)[0] for call in calls]

    def explain(self, call: CallToAssess) -> Explanation:
        """What `assess` says of the call, and why; of a call without an opinion what its risk would rest on."""
        model = self.model
        assessment = self._assess(call)
        base = model.offset + model.slope * model.intercept
        try:
            log_odds = model.offset + model.slope * self._score(call)[0]
            parts = [Contribution(self._said(term, call), model.slope * _weight(term, call)) for term in model.terms]
        except Exception:  # noqa: BLE001 - the assessment says what is wrong with the call
            return Explanation(assessment, base, (), base, ())
        used = {name for term in model.terms for name in term.features}
        nothing = [
            part.words
            for term, part in zip(model.terms, parts, strict=True)
            if len(term.features) == 1 and not part.amount
        ]
        unused = [words.called(name) for name in model.reference if name not in used]
        return Explanation(
            assessment, base, tuple(part for part in parts if part.amount), log_odds, (*nothing, *unused)
        )

    def _assess(self, call: CallToAssess) -> Assessment:
        reason = self._no_ceiling
        if reason is None:
            try:
                score, reason = self._score(call)
                if reason is None:
                    model = self.model
                    risk = _logistic(model.offset + model.slope * score)
                    return Assessment(risk=risk, model=self._digest, abstained=None, ceiling=model.ceiling)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with a call: no opinion on this one alone
                reason = words.broken(error)
        return Assessment(risk=None, model=self._digest, abstained=reason)

    def _score(self, call: CallToAssess) -> tuple[float, str | None]:
        """The score, and why there is no opinion, or None."""
        score, reason, facts = self._known(call)
        values = [*facts]
        for feature in self._own:
            raw = feature.raw(call)
            cell = feature.cells.get(raw) or feature.add(raw, call)
            values.append(cell.value)
            score += cell.weight
            reason = reason or cell.unseen
        for first, second, weights in self._pairs:
            score += weights.get((values[first], values[second]), 0.0)
        return score, reason

    def _known(self, call: CallToAssess) -> "_Known":
        """What the facts of the call come to."""
        try:
            key = self._all_facts(call.facts)
        except KeyError:  # what is not there is unknown
            key = tuple(map(call.facts.get, self._key))
        known = self._remembered.get(key)
        if known is None:
            if len(self._remembered) >= REMEMBERED_MAX:
                self._remembered.clear()
            known = self._remembered[key] = self._worked_out(_as_found_again(call, self._key, key))
        return known

    def _worked_out(self, call: CallToAssess) -> "_Known":
        facts = call.facts
        cells = [
            feature.cells.get(facts.get(feature.name)) or feature.add(facts.get(feature.name), call)
            for feature in self._facts
        ]
        values = tuple([cell.value for cell in cells])
        score = self.model.intercept
        for cell in cells:  # not `sum`, which rounds otherwise from one version of Python to the next
            score += cell.weight
        for first, second, weights in self._pairs_of_facts:
            score += weights.get((values[first], values[second]), 0.0)
        unseen = next((cell.unseen for cell in cells if cell.unseen is not None), None)
        return _Known(score, self._reason(call) or unseen, values)

    def _reason(self, call: CallToAssess) -> str | None:
        """Why there is too little to go by for a call with these facts, or None."""
        model = self.model
        if call.facts.get("nature") is None:
            return words.type_unknown()
        nature = FEATURES["nature"](call)
        calls = model.support.get(nature, 0)
        if calls < max(model.support_min, 1):
            return words.few_of_type(nature, calls, model.support_min)
        if model.combined:
            values = {name: FEATURES[name](call) for name in model.combined}
            calls = model.combinations.get(APART.join(values.values()), 0)
            if calls < max(model.combination_min, 1):
                return words.few_of_combination(values, calls, model.combination_min)
        seen = model.dangers.get(nature, ())
        for name, safest in _SAFEST.items():
            value = call.facts.get(name)
            if value is not None and value != safest and name not in seen:
                return words.danger_unseen(name, value, nature)
        return None

    def _said(self, term: Term, call: CallToAssess) -> str:
        return words.together(words.value_of(name, FEATURES[name](call), self._names) for name in term.features)


class _Known(NamedTuple):
    """What facts come to: intercept and terms added up, why there is no opinion on a call with them, their values."""

    score: float
    reason: str | None
    values: tuple[str, ...]


_Pair = tuple[int, int, Mapping[tuple[str, str], float]]
"""The places of two values, and the weights of both together."""


class _Cell(NamedTuple):
    """A value of a feature what the terms over it alone add, and the reason where training never saw it."""

    value: str
    weight: float
    unseen: str | None


class _Feature:
    """A feature that the terms read. Its cells are remembered by what alone of a call they are read from."""

    def __init__(self, name: str, terms: Sequence[Term]) -> None:
        self.name: Final = name
        self.raw: Final = _RAW.get(name, FEATURES[name])
        self.cells: Final[dict[object, _Cell]] = {}
        self._read: Final = FEATURES[name]
        self._terms: Final = [term for term in terms if term.features == (name,)]
        read = any(name in term.features for term in terms)
        self._seen: Final = _seen(name, terms) if read and name not in {"nature", _FALLS_BACK} else None

    def add(self, raw: object, call: CallToAssess) -> _Cell:
        """The cell of a call, which from here on is found by `raw`."""
        value = self._read(call)
        unseen = self._seen is not None and value not in self._seen
        weight = 0.0
        for term in self._terms:
            weight += term.weights.get(value, 0.0)
        if len(self.cells) >= REMEMBERED_MAX:
            self.cells.clear()
        cell = _Cell(value, weight, words.value_unseen(self.name, value) if unseen else None)
        self.cells[raw] = cell
        return cell


def _as_found_again(call: CallToAssess, names: Sequence[str], values: Sequence[FactValue | None]) -> CallToAssess:
    """The call with its facts as they will be found: 0 is looked up as no is, so that it has to mean no from the start.

    Raises `TypeError` for what is neither a yes or no nor a word.
    """
    if _FACT_TYPES.issuperset(map(type, values)):
        return call
    facts = {name: bool(value) if value in {0, 1} else value for name, value in zip(names, values, strict=True)}
    if not all(isinstance(value, bool | str | None) for value in facts.values()):
        raise TypeError("a fact is a yes or no or a word")
    return call._replace(facts=facts)


def _pairs(terms: Sequence[Term], facts: Sequence[str], own: Sequence[str]) -> list[_Pair]:
    """The terms over two of `facts`, or, where there are others, over one of these at least, by their places."""
    place = {name: at for at, name in enumerate([*facts, *own])}
    return [
        (place[term.features[0]], place[term.features[1]], _by_pair(term))
        for term in terms
        if len(term.features) > 1
        and place.keys() >= set(term.features)
        and (not own or not set(own).isdisjoint(term.features))
    ]


def _by_pair(term: Term) -> dict[tuple[str, str], float]:
    pairs = {}
    for cell, weight in term.weights.items():
        first, _, second = cell.partition(APART)
        pairs[first, second] = weight
    return pairs


def _seen(name: str, terms: Sequence[Term]) -> frozenset[str]:
    """Every value of a feature that some weight is for."""
    return frozenset(
        cell.split(APART)[term.features.index(name)] if len(term.features) > 1 else cell
        for term in terms
        if name in term.features
        for cell in term.weights
    )


def _weight(term: Term, call: CallToAssess) -> float:
    return term.weights.get(APART.join(FEATURES[name](call) for name in term.features), 0.0)


def _logistic(log_odds: float) -> float:
    """The probability of these log-odds. Raises `ValueError` where they are not finite."""
    if not isfinite(log_odds):
        raise ValueError("the score is not finite")
    if log_odds < 0:  # so that `exp` never overflows
        odds = exp(log_odds)
        return odds / (1 + odds)
    return 1 / (1 + exp(-log_odds))
