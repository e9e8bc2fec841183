"""The models in `config/`: that they fit their folders, say what they must, and can only hold a CSO back."""

import importlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit  # type: ignore[import-untyped]
from sklearn.preprocessing import TargetEncoder  # type: ignore[import-untyped]

from triage.classifiers import NO_OPINION, Abstains, CallToAssess, Classifier, assessed
from triage.classifiers.features import FEATURES, OUTCOMES, check_features
from triage.classifiers.files import MODEL_FILE, check_fits, fits_rules, read_model
from triage.classifiers.table import TableModel
from triage.domain.call_types import normalised
from triage.domain.desk import Desk
from triage.domain.events import Assessment, Particulars
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.facts import FACTS, FactValue
from triage.domain.judge import CLASSIFIER_ABSTAINED, NO_OFFICER, RISK_TOO_HIGH
from triage.domain.model import Model, Term
from triage.rulebook import load
from triage.training.candidates import SMOOTH
from triage.training.card import Card
from triage.training.history import Row
from triage.training.lessons import lessons

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = ("seattle", "san_diego", "san_francisco", "burlington")
BORROWED: Final = ("seattle", "burlington")
LENDERS: Final = ("San Diego Police Department", "San Francisco Police Department")
EACH = pytest.mark.parametrize("folder", FOLDERS)
NEAR: Final = 1e-9
MONDAY: Final = "2026-01-05T10:00:00+00:00"


@cache
def desk(folder: str) -> Desk:
    return Desk(load(ROOT / "config" / folder))


@cache
def model(folder: str) -> Model:
    return read_model(ROOT / "config" / folder / MODEL_FILE).model


@cache
def card(folder: str) -> Card:
    return Card.model_validate_json(json.dumps(read_model(ROOT / "config" / folder / MODEL_FILE).card), strict=True)


def read_by(model: Model) -> set[str]:
    """The features that the terms read."""
    return {name for term in model.terms for name in term.features}


# What they are


@EACH
def test_a_model_fits_its_agency_its_limit_and_its_rules(folder: str) -> None:
    policy = desk(folder).policy
    check_fits(model(folder), policy)
    assert fits_rules(model(folder), policy), "the rules send other calls to a CSO now: run `make models`"
    assert policy.classifier == "required"


@EACH
def test_a_model_and_its_card_say_the_same(folder: str) -> None:
    found, told = model(folder), card(folder)
    assert found.ceiling == told.certificate.ceiling
    assert found.authority_limit == told.certificate.limit
    (own,) = [source for source in told.sources if source.own]
    assert own.agency == found.agency
    assert own.learnt is not found.borrowed
    taken = next(entry.name for entry in told.compared if entry.chosen)
    assert found.name.endswith(taken.replace("_", "-"))
    assert read_by(found) <= set(told.features)
    learnt = sum(part.decided for part in told.parts if part.name == "train")
    assert sum(found.support.values()) <= learnt


@EACH
def test_no_model_reads_an_outcome(folder: str) -> None:
    names = {*read_by(model(folder)), *model(folder).reference, *card(folder).features}
    assert names.isdisjoint(OUTCOMES)
    assert check_features(sorted(names))


FIRST: Final = {
    "seattle": ("Of Seattle's calls there are samples only", "Borrowed: no outcome of Seattle"),
    "burlington": ("Burlington publishes no dispositions", "Borrowed: no outcome of Burlington"),
    "san_diego": ("The certificate is no blind one", "The file states no final type"),
    "san_francisco": ("Most calls with authority used say so by their final type", "Calls of San Diego", "No ceiling"),
}


@EACH
def test_the_card_says_first_what_the_figures_do_not(folder: str) -> None:
    caveats = card(folder).caveats
    for caveat, begins in zip(caveats, FIRST[folder], strict=False):
        assert caveat.startswith(begins)
    assert any(caveat.startswith("Every outcome followed a sworn response") for caveat in caveats)


def test_the_city_without_a_ceiling_sends_no_cso() -> None:
    found, told = model("san_francisco"), card("san_francisco")
    assert found.ceiling is None
    assert (told.test.sent.number, told.certificate.calls) == (0, 0)
    assert told.test.sent_by_rules.number > 0


@pytest.mark.parametrize("folder", ["seattle", "san_diego", "burlington"])
def test_a_ceiling_keeps_to_its_limit_on_the_calls_that_it_was_chosen_on(folder: str) -> None:
    found = card(folder).certificate
    assert found.bound is not None
    assert found.bound <= found.limit
    assert found.calls >= found.needed
    assert found.tested[0].satisfied
    (last, *_) = [one for one in reversed(found.tested) if one.satisfied]
    assert (last.ceiling, last.calls, last.authority_used) == (found.ceiling, found.calls, found.authority_used)
    assert found.confidence == 0.95


# What is borrowed


def test_what_is_borrowed_is_one_and_the_same_model() -> None:
    own = {"name", "agency", "routing", "drift_window", "reference"}
    one, other = (model(folder).model_dump(exclude=own) for folder in BORROWED)
    assert one == other
    assert card("seattle").certificate == card("burlington").certificate
    assert card("seattle").certificate.agencies == LENDERS


@pytest.mark.parametrize("folder", BORROWED)
def test_what_is_borrowed_reads_nothing_that_is_anothers_own(folder: str) -> None:
    found = model(folder)
    assert found.borrowed
    assert read_by(found).isdisjoint({"type", "beat", "priority"})
    assert found.combined == ("nature", "severity", "likelihood")
    words = {cell for term in found.terms for cell in term.weights}
    assert words <= {str(value) for name in ("severity", "likelihood") for value in FACTS[name].values} | natures()
    assert "".join(words).isprintable(), "another agency's own values are marked"


@pytest.mark.parametrize("folder", ["san_diego", "san_francisco"])
def test_own_types_are_the_agencys_own(folder: str) -> None:
    own = {normalised(call_type.name) for call_type in desk(folder).policy.call_types}
    types = {cell for term in model(folder).terms if term.features == ("type",) for cell in term.weights}
    assert types
    assert types <= own


def natures() -> set[str]:
    """Every canonical type that some call type of some agency has."""
    return {call_type.canonical for folder in FOLDERS for call_type in desk(folder).policy.call_types}


# What they can do: hold a CSO back, and nothing else


class Raises:
    """A classifier that fails on every call."""

    model = None

    def assess(self, calls: Sequence[CallToAssess]) -> Sequence[Assessment]:
        raise RuntimeError(len(calls))


class Space(NamedTuple):
    """Calls by whether the rules alone send an officer; of those with an officer the facts are enough."""

    with_officer: list[Mapping[str, FactValue | None]]
    without: list[CallToAssess]


@cache
def space(folder: str) -> Space:
    """Every call type at every priority and channel, with nothing known beside and with each value of each fact.

    No rule reads the channel (which is asserted), so it is not combined with other facts. What no rule tells apart is
    judged once; but of calls without an officer every own type is here, as a model may read it.
    """
    ready = desk(folder)
    read = {name for rule in ready.policy.rules for name in rule.when}
    assert read >= FACTS.keys() - {"language", "channel"}
    assert "channel" not in read
    priorities = {ready.given(code, None).priority: code for code in (None, *ready.policy.priorities)}.values()
    channels = {ready.given(None, name).channel: name for name in (None, *ready.policy.channels)}.values()
    points = [(name, value) for name in sorted(read - {"nature"}) for value in (*FACTS[name].values, None)]
    found = Space([], [])
    at, judged = datetime.fromisoformat(MONDAY), dict[tuple[FactValue | None, ...], bool]()

    def add(facts: Mapping[str, FactValue | None], said: Particulars) -> None:
        key = tuple(facts.values())
        spared = judged.get(key)
        if spared is None:
            spared = judged[key] = ready.judge.by_rules(facts).route in NO_OFFICER
            if not spared:
                found.with_officer.append(facts)
        if spared:
            found.without.append(CallToAssess(facts, said, at))

    for call_type, priority, channel in product(ready.policy.call_types, priorities, channels):
        said = Particulars(
            call_type=call_type.name, priority=priority, channel=channel, precinct=None, sector=None, beat=None
        )
        base = ready.weigh(said, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN).facts
        add(base, said)
        if channel is None:
            for name, value in points:
                add({**base, name: value}, said)
    return found


PERMISSIVE: Final = Assessment(risk=0.0, model="m", abstained=None, ceiling=1.0)


@EACH
def test_no_opinion_takes_the_officer_from_any_call(folder: str) -> None:
    judge = desk(folder).judge
    for facts in space(folder).with_officer:
        verdict = judge(facts, PERMISSIVE)
        assert verdict.route == verdict.by_rules, facts


@EACH
def test_breaking_or_replacing_the_model_never_moves_a_call_towards_a_cso(folder: str) -> None:
    calls, judge = space(folder).without, desk(folder).judge
    assert len(calls) > 1000
    others = [TableModel(model(name).model_copy(update={"ceiling": 1.0})) for name in FOLDERS]
    classifiers: list[Classifier] = [TableModel(model(folder)), *others, Abstains("gone"), Raises()]
    sent = []
    for classifier in classifiers:
        routes = [judge(call.facts, found) for call, found in zip(calls, assessed(classifier, calls), strict=True)]
        for verdict in routes:
            assert verdict.route in {verdict.by_rules, "sworn"}
            assert verdict.route == verdict.by_rules or verdict.because[0] in {CLASSIFIER_ABSTAINED, RISK_TOO_HIGH}
        sent.append(sum(verdict.route in NO_OFFICER for verdict in routes))
    assert (sent[0] > 0) == (model(folder).ceiling is not None)
    assert sent[0] < len(calls), "the model holds back some"
    assert all(sent[1:-2]), "another model does have opinions, and they count"
    assert sent[-2:] == [0, 0]


@EACH
def test_without_any_opinion_every_cso_is_held_back(folder: str) -> None:
    judge = desk(folder).judge
    for call in space(folder).without:
        verdict = judge(call.facts, NO_OPINION)
        assert (verdict.route, verdict.because[0]) == ("sworn", CLASSIFIER_ABSTAINED), "the policy wants a classifier"


@EACH
def test_below_the_ceiling_and_nowhere_else_a_cso_goes(folder: str) -> None:
    calls, judge, found = space(folder).without, desk(folder).judge, model(folder)
    for call, assessment in zip(calls, TableModel(found).assess(calls), strict=True):
        known = assessment.abstained is None and assessment.risk is not None and found.ceiling is not None
        goes = known and (assessment.risk or 0.0) < (found.ceiling or 0.0)
        assert (judge(call.facts, assessment).route in NO_OFFICER) == goes


FLOATS = st.floats(-30, 30)


@st.composite
def tables(draw: st.DrawFn) -> Model:
    """A shipped model with any weights, features, calibration, ceiling and support."""
    found = model(draw(st.sampled_from(FOLDERS)))
    names = draw(st.lists(st.sampled_from(tuple(FEATURES)), min_size=1, max_size=4, unique=True))
    cells = [*natures(), "yes", "no", "routine", "urgent", "emergency", "low", "not stated", "phone", "911", "08-11"]
    extra = tuple(
        Term(features=(name,), weights=dict.fromkeys(draw(st.lists(st.sampled_from(cells))), draw(FLOATS)))
        for name in names
    )
    return found.model_copy(
        update={
            "terms": extra if draw(st.booleans()) else (*found.terms, *extra),
            "intercept": draw(FLOATS),
            "slope": draw(st.floats(0.001, 1000)),
            "offset": draw(FLOATS),
            "ceiling": draw(st.none() | st.floats(0.001, 1)),
            "support_min": draw(st.integers(0, 50)),
            "combined": () if draw(st.booleans()) else found.combined,
            "combinations": {} if draw(st.booleans()) else found.combinations,
            "dangers": {} if draw(st.booleans()) else found.dangers,
        }
    )


@settings(max_examples=100)
@given(table=tables(), folder=st.sampled_from(FOLDERS))
def test_whatever_a_table_says_a_call_goes_as_the_rules_say_or_with_an_officer(table: Model, folder: str) -> None:
    calls, judge = space(folder).without[::7], desk(folder).judge
    for call, found in zip(calls, assessed(TableModel(table), calls), strict=True):
        verdict = judge(call.facts, found)
        assert verdict.route in {verdict.by_rules, "sworn"}
        assert verdict.route == "sworn" or (found.risk is not None and found.risk < (found.ceiling or 0.0))


# Where they come from


@pytest.fixture
def models() -> Iterator[Any]:
    """The script that writes them, with its plans."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        yield importlib.import_module("models")
    finally:
        sys.path.remove(str(ROOT / "docs"))


@pytest.mark.published_data
def test_san_diegos_risks_are_those_that_scikit_learn_has_for_each_type(models: Any) -> None:
    """Read back from the file; the rate of a type is that of `TargetEncoder`, which knows nothing of our code."""
    found = model("san_diego")
    assert [term.features for term in found.terms] == [("type",)]
    lesson = lessons(models.history_of("san_diego"), (), borrowed=False)
    encoder = TargetEncoder(smooth=SMOOTH, target_type="binary")
    encoder.fit(types_of(lesson.learnt), [int(row.used) for row in lesson.learnt])
    rates = encoder.transform(types_of(lesson.test))[:, 0]
    theirs = expit(found.offset + found.slope * logit(rates))
    stating = TableModel(found.model_copy(update={"support_min": 0, "ceiling": 1.0}))
    calls = [row.call for row in lesson.test]
    log_odds = found.offset + found.slope * np.array(stating.scores(calls))
    assert expit(log_odds) == pytest.approx(theirs, abs=1e-12, rel=0)
    risks = {place: one.risk for place, one in enumerate(stating.assess(calls)) if one.risk is not None}
    assert len(risks) > 2000
    assert list(risks.values()) == pytest.approx(theirs[list(risks)], abs=1e-12, rel=0)


def types_of(rows: Sequence[Row]) -> Any:
    """One column with the own type of each call."""
    return np.array([[FEATURES["type"](row.call)] for row in rows], object)


@pytest.mark.published_data
@pytest.mark.slow
def test_training_again_gives_the_models_and_the_page_that_ship(models: Any) -> None:
    everything = models.trained_all()
    assert {plan.folder for plan, _ in everything.shipped} == set(FOLDERS)
    for plan, found in everything.shipped:
        file = read_model(ROOT / "config" / plan.folder / MODEL_FILE)
        told = {"model": found.model.model_dump(mode="json"), "card": found.card.model_dump(mode="json")}
        there = {"model": file.model.model_dump(mode="json"), "card": dict(file.card)}
        assert list(differences(json.loads(json.dumps(told)), there, plan.folder)) == []
    assert models.text_of(everything) == (ROOT / "docs" / models.PAGE).read_text(encoding="utf-8")


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two trees differ, by more than 1e-9 in a number; what made them may be of another version."""
    if where.endswith("card/trained_by"):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            yield f"{where}: {sorted(set(one) ^ set(other)) or 'the order'}"
        for name in one.keys() & other.keys():
            yield from differences(one[name], other[name], f"{where}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{where}/{place}")
    elif isinstance(one, float) and isinstance(other, float):
        if abs(one - other) > NEAR * max(1.0, abs(one)):
            yield f"{where}: {one} {other}"
    elif one != other:
        yield f"{where}: {one} {other}"


def test_a_difference_is_found_wherever_it_is() -> None:
    tree = {"a": [{"b": 0.5, "n": 3, "t": "x"}], "c": None}
    assert list(differences(tree, {"a": [{"b": 0.5 + 1e-10, "n": 3, "t": "x"}], "c": None})) == []
    for changed in ({"b": 0.5 + 1e-8}, {"n": 4}, {"t": "y"}, {"b": None}):
        assert len(list(differences(tree, {"a": [{**tree["a"][0], **changed}], "c": None}))) == 1  # type: ignore[index]
    assert list(differences(tree, {"c": None})) == [": ['a']"]
    assert list(differences(tree, {"a": [], "c": None}))
