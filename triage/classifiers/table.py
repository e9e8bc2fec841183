"""The classifier at run time: a model's table read for each call, with reasons. No library for learning is needed."""

from collections.abc import Mapping, Sequence
from itertools import chain, compress
from math import exp, isfinite
from operator import not_
from typing import Final, NamedTuple

from triage.classifiers import words
from triage.classifiers.features import FEATURES, CallToAssess, check_features
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

    `names` are descriptions of canonical types by code, for explanations. What the facts of a call come to is worked
    out once and remembered, as most calls share theirs with others.
    """

    def __init__(self, model: Model, names: Mapping[str, str] | None = None) -> None:
        check_features(name for term in model.terms for name in term.features)
        self.model: Final = model
        self._names: Final = dict(names or {})
        self._digest: Final = model.digest
        self._no_ceiling: Final = None if model.ceiling is not None else words.no_ceiling(model.authority_limit)
        by_facts = [all(name in FACTS for name in term.features) for term in model.terms]
        self._on_facts: Final = _Table(list(compress(model.terms, by_facts)), model.terms)
        self._on_more: Final = _Table(list(compress(model.terms, map(not_, by_facts))), model.terms)
        read = dict.fromkeys([*self._on_facts.names, *self._on_more.names, "nature", "priority", *_SAFEST])
        self._key: Final = tuple(name for name in read if name in FACTS)
        self._remembered: Final[dict[tuple[FactValue | None, ...], _Known]] = {}

    def assess(self, calls: Sequence[CallToAssess]) -> list[Assessment]:
        """An assessment for each call, in order. Never raises: what is wrong with a call is that call's abstention."""
        return [self._assess(call) for call in calls]

    def scores(self, calls: Sequence[CallToAssess]) -> list[float]:
        """The score of each call before calibration, in log-odds, also where it abstains; an unseen value adds 0."""
        return [self._known(call).score + self._on_more.score(self._on_more.values(call)) for call in calls]

    def explain(self, call: CallToAssess) -> Explanation:
        """What `assess` says of the call, and why; of a call without an opinion what its risk would rest on."""
        model = self.model
        assessment = self._assess(call)
        base = model.offset + model.slope * model.intercept
        try:
            log_odds = model.offset + model.slope * self.scores([call])[0]
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
        if self._no_ceiling is not None:
            return self._abstention(self._no_ceiling)
        try:
            known = self._known(call)
            if known.reason is not None:
                return self._abstention(known.reason)
            values = self._on_more.values(call)
            if (reason := self._on_more.unseen(values)) is not None:
                return self._abstention(reason)
            risk = _logistic(self.model.offset + self.model.slope * (known.score + self._on_more.score(values)))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a call: no opinion on this one alone
            return self._abstention(words.broken(error))
        return Assessment(risk=risk, model=self._digest, abstained=None, ceiling=self.model.ceiling)

    def _abstention(self, reason: str) -> Assessment:
        return Assessment(risk=None, model=self._digest, abstained=reason)

    def _known(self, call: CallToAssess) -> "_Known":
        """What the facts of the call come to."""
        key = tuple(map(call.facts.get, self._key))
        if not _FACT_TYPES.issuperset(map(type, key)):
            raise TypeError("a fact is a yes or no or a word")  # 0 would be found where no was remembered
        known = self._remembered.get(key)
        if known is None:
            if len(self._remembered) >= REMEMBERED_MAX:
                self._remembered.clear()
            values = self._on_facts.values(call)
            score = self.model.intercept + self._on_facts.score(values)
            known = self._remembered[key] = _Known(score, self._reason(call) or self._on_facts.unseen(values))
        return known

    def _reason(self, call: CallToAssess) -> str | None:
        """Why there is too little to go by for a call with these facts, or None."""
        model = self.model
        if call.facts.get("nature") is None:
            return words.type_unknown()
        nature = FEATURES["nature"](call)
        calls = model.support.get(nature, 0)
        if calls < max(model.support_min, 1):
            return words.few_of_type(nature, calls, model.support_min)
        priority = FEATURES["priority"](call)
        calls = model.combinations.get(f"{nature}{APART}{priority}", 0)
        if calls < max(model.combination_min, 1):
            return words.few_of_combination(nature, priority, calls, model.combination_min)
        seen = model.dangers.get(nature, ())
        for name, safest in _SAFEST.items():
            value = call.facts.get(name)
            if value is not None and value != safest and name not in seen:
                return words.danger_unseen(name, value, nature)
        return None

    def _said(self, term: Term, call: CallToAssess) -> str:
        return words.together(words.value_of(name, FEATURES[name](call), self._names) for name in term.features)


class _Known(NamedTuple):
    """What facts come to: the intercept and their terms, and why there is no opinion on any call with these facts."""

    score: float
    reason: str | None


class _Table:
    """Some of all terms made ready: the features that they read, once each, and the weights by the places of these."""

    def __init__(self, terms: Sequence[Term], everything: Sequence[Term]) -> None:
        self.names: Final = tuple(dict.fromkeys(chain.from_iterable(term.features for term in terms)))
        self._read: Final = [FEATURES[name] for name in self.names]
        place = {name: number for number, name in enumerate(self.names)}
        self._ones: Final = [(place[term.features[0]], dict(term.weights)) for term in terms if len(term.features) == 1]
        self._pairs: Final = [
            (place[term.features[0]], place[term.features[-1]], _by_pair(term))
            for term in terms
            if len(term.features) > 1
        ]
        self._seen: Final = [
            (place[name], name, _seen(name, everything)) for name in self.names if name not in {"nature", _FALLS_BACK}
        ]

    def values(self, call: CallToAssess) -> list[str]:
        """The call's value of each of `names`."""
        return [read(call) for read in self._read]

    def score(self, values: Sequence[str]) -> float:
        """What these values add."""
        score = 0.0
        for place, weights in self._ones:
            score += weights.get(values[place], 0.0)
        for first, second, pairs in self._pairs:
            score += pairs.get((values[first], values[second]), 0.0)
        return score

    def unseen(self, values: Sequence[str]) -> str | None:
        """The reason where training never saw one of these values, or None."""
        for place, name, seen in self._seen:
            if values[place] not in seen:
                return words.value_unseen(name, values[place])
        return None


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
