"""What a model's table says, in words: what each feature adds to the risk, and where there is no opinion."""

from collections.abc import Mapping
from math import exp
from typing import Final, NamedTuple

from triage.classifiers.words import called, shown, value_of
from triage.domain.model import APART, Model, Term
from triage.training.sheet import Grid, Section, Words, counted, listed, per_cent


class Names(NamedTuple):
    """What codes mean: canonical types, and the agency's own types by their name as names are compared."""

    natures: Mapping[str, str] = {}
    types: Mapping[str, str] = {}


NO_NAMES: Final = Names()

NAMED: Final = 3
"""How many values of a feature are named on either side."""

SUPPORT_SHOWN: Final = 15
CELL_MAX: Final = 44


def features(model: Model, names: Names) -> Section:
    """What each term looks at, and the values that raise or lower the risk most."""
    rows = tuple(
        (
            _title(term),
            f"{len(term.weights):,}",
            _most(term, model.slope, names, +1),
            _most(term, model.slope, names, -1),
        )
        for term in model.terms
    )
    how = (
        f"Amounts are what a value adds to the log-odds of the risk, calibrated, as `triage explain` shows them: +0.7"
        f" about doubles the odds, -0.7 about halves them. A call of which every amount is nought has a risk of"
        f" {per_cent(_risk(model))}. Nothing is looked at that is known only after somebody went."
    )
    grid = Grid(("Looks at", "Values", "Raise the risk most", "Lower it most"), rows, right=(1,))
    return Section("What it looks at", (Words(how), grid))


def no_opinion(model: Model, names: Names) -> Section:
    """The rules of abstention with their figures, and the support of each canonical type."""
    enough = [nature for nature, calls in model.support.items() if calls >= max(model.support_min, 1)]
    thin = sum(calls < model.combination_min for calls in model.combinations.values())
    together = (
        f" {thin:,} of {len(model.combinations):,} combinations of {listed([called(name) for name in model.combined])}"
        f" have fewer than {model.combination_min:,}, and it has none on these either."
        if model.combined
        else ""
    )
    rules = (
        f"It has an opinion on {len(enough):,} of the {len(model.support):,} canonical types that training saw: those"
        f" with at least {counted(model.support_min, 'decided call')}.{together} It has none on a type that no table"
        " maps, on a value of a feature that training never saw, or on a known danger that training never saw with the"
        " type. Without an opinion the call is sworn."
    )
    watched = listed([called(name) for name in model.reference])
    drift = (
        f"It watches the calls that come in: over each {model.drift_window:,} first reports the population stability"
        f" index of {watched} may not exceed {model.drift_limit:g}. Beyond that it has no opinion on any call."
    )
    ranked = sorted(model.support.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple(
        (
            value_of("nature", nature, names.natures),
            f"{calls:,}",
            "yes" if calls >= max(model.support_min, 1) else "none, too few calls",
            ", ".join(danger.replace("_", " ") for danger in model.dangers.get(nature, ())) or "none",
        )
        for nature, calls in ranked
    )
    grid = Grid(
        ("Canonical type", "Decided calls", "Opinion", "Dangers seen with it"),
        rows,
        right=(1,),
        what="types",
        shown=SUPPORT_SHOWN,
    )
    return Section("Where it has no opinion", (Words(rules), Words(drift), grid))


def every_weight(model: Model, names: Names) -> Section:
    """Each value of each term with what it adds; a page has room for it."""
    grids = tuple(
        Grid(
            ("Value", "Adds to the log-odds"),
            tuple(
                (_value(term, cell, names), f"{model.slope * weight:+.3f}")
                for cell, weight in sorted(term.weights.items())
            ),
            right=(1,),
            caption=_title(term),
        )
        for term in model.terms
    )
    base = model.offset + model.slope * model.intercept
    whole = f"Any call starts from {base:+.3f}. What it adds up to is the log-odds of the risk."
    return Section("Every weight", (Words(whole), *grids), page_only=True)


def _title(term: Term) -> str:
    return " and ".join(called(name) for name in term.features) + (" together" if len(term.features) > 1 else "")


def _most(term: Term, slope: float, names: Names, side: int) -> str:
    """The values with the largest amounts on one side: `NOISE +0.8, PARKING +0.3`."""
    ranked = sorted(term.weights.items(), key=lambda item: (-side * item[1], item[0]))
    chosen = [(cell, slope * weight) for cell, weight in ranked[:NAMED] if side * round(slope * weight, 1) > 0]
    return "; ".join(f"{shown(_value(term, cell, names), CELL_MAX)} {amount:+.1f}" for cell, amount in chosen) or "none"


def _value(term: Term, cell: str, names: Names) -> str:
    values = cell.split(APART) if len(term.features) > 1 else [cell]
    return ", ".join(_said(name, value, names) for name, value in zip(term.features, values, strict=True))


def _said(feature: str, value: str, names: Names) -> str:
    """A value with what it means; the row or the heading names the feature already."""
    if feature in {"nature", "hours", "weekday"}:
        return value_of(feature, value, names.natures)
    meaning = names.types.get(value) if feature == "type" else None
    return value if meaning is None else f"{value} ({meaning})"


def _risk(model: Model) -> float:
    return 1 / (1 + exp(-(model.offset + model.slope * model.intercept)))
