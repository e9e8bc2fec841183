"""What was fitted, written as a model: a table that says the same of every call, without the library that made it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from triage.classifiers import CallToAssess
from triage.classifiers.features import FEATURES, NOT_STATED
from triage.domain.facts import DANGERS, FACTS
from triage.domain.model import APART, Model, Term
from triage.domain.policy import Policy
from triage.training.candidates import Table
from triage.training.cells import AGENCY, LOCAL, UNSEEN, Cells, TermOver, foreign, grid_of
from triage.training.history import Row
from triage.training.reference import LIMIT, Usual

SUPPORT_MIN: Final = 20
"""Decided training calls of a canonical type below which there is no opinion on it (assumption)."""

COMBINATION_MIN: Final = 5
"""The same of a canonical type at one worst case and priority, as far as the model reads these (assumption)."""

NAME_MAX: Final = 64
GRADED: Final = ("severity", "likelihood", "priority")
"""Dangers that every call has to some degree."""

_SAFEST: Final = {name: FACTS[name].values[0] for name in DANGERS if name not in GRADED}


class Origin(NamedTuple):
    """What a model is made of and for: its policy, the decided calls learnt from, and what calls usually look like."""

    policy: Policy
    candidate: str
    borrowed: bool
    learnt: Sequence[Row]
    usual: Usual


def to_model(table: Table, cells: Cells, origin: Origin) -> Model:
    """The model of `table`, as it was fitted to `cells`: not calibrated yet, and with 1 for its ceiling.

    What own types and beats of other agencies weigh is left out, and the weight of the agency itself is part of the
    intercept; of an agency that is not in the table it is 0, the mean that the penalty draws to. Counted together with
    the canonical type are the degrees of danger that the table reads: what it adds for one is learnt from all types.
    """
    policy = origin.policy
    names = cells.values[AGENCY]
    intercept, terms = table.intercept, []
    for at, over in enumerate(table.terms):
        if over == (AGENCY,):
            intercept += float(table.weights[at][names.index(policy.agency)]) if policy.agency in names else 0.0
            continue
        weights = _weights(over, table.weights[at], cells)
        if weights:
            terms.append(Term(features=over, weights=weights))
    support = Counter(_read("nature", row) for row in origin.learnt)
    combined = _combined(table)
    pairs = Counter(tuple(_read(name, row) for name in combined) for row in origin.learnt if combined)
    return Model(
        name=_slug(f"{policy.agency} {origin.candidate}"),
        agency=policy.agency,
        routing=policy.routing_digest,
        borrowed=origin.borrowed,
        authority_limit=policy.authority_limit,
        intercept=intercept,
        terms=tuple(terms),
        slope=1.0,
        offset=0.0,
        ceiling=1.0,
        support_min=SUPPORT_MIN,
        combination_min=COMBINATION_MIN,
        support={nature: support[nature] for nature in sorted(support) if nature != NOT_STATED},
        combined=combined,
        combinations={APART.join(pair): pairs[pair] for pair in sorted(pairs) if pair[0] != NOT_STATED},
        dangers=_dangers(row.call for row in origin.learnt),
        drift_window=origin.usual.window,
        drift_limit=LIMIT,
        reference=origin.usual.shares,
    )


def _combined(table: Table) -> tuple[str, ...]:
    read = {name for over in table.terms for name in over}
    graded = tuple(name for name in GRADED if name in read)
    return ("nature", *graded) if graded else ()


def _weights(over: TermOver, weights: Iterable[float], cells: Cells) -> dict[str, float]:
    """The weights of the values, or pairs of values, that were seen, in the order of the values."""
    lists = [cells.values[name] for name in over]
    seen = np.unique(grid_of([over], cells)[:, 0])
    by_place = list(weights)
    found = {}
    for place in seen[seen != UNSEEN].tolist():
        parts = np.unravel_index(place, [len(values) for values in lists])
        named = [values[int(part)] for values, part in zip(lists, parts, strict=True)]
        if not any(name in LOCAL and foreign(value) for name, value in zip(over, named, strict=True)):
            found[APART.join(named)] = float(by_place[place])
    return found


def _read(name: str, row: Row) -> str:
    return FEATURES[name](row.call)


def _dangers(calls: Iterable[CallToAssess]) -> dict[str, tuple[str, ...]]:
    """The dangers that were known of some call of each canonical type, in the order of the facts."""
    seen: dict[str, set[str]] = {}
    looked: dict[int, object] = {}
    for call in calls:
        if id(call.facts) in looked:
            continue
        looked[id(call.facts)] = call.facts
        nature = call.facts.get("nature")
        if nature is not None:
            known = ((name, call.facts.get(name)) for name in _SAFEST)
            seen.setdefault(str(nature), set()).update(
                name for name, value in known if value is not None and value != _SAFEST[name]
            )
    return {nature: tuple(name for name in _SAFEST if name in seen[nature]) for nature in sorted(seen) if seen[nature]}


def _slug(text: str) -> str:
    """`text` as a name: lower-case letters and digits with hyphens between."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text.lower())
    return "-".join(plain.split())[:NAME_MAX].strip("-") or "model"
