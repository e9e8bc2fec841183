"""A trained model as a table: what a classifier reads when it assesses a call, small enough to read and to keep."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from triage.domain.values import Nature, Slug, Text, Value

APART: Final = " | "
"""What stands between the values of a term over two features, as in `NOISE | low`."""

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Cell = Annotated[str, Field(min_length=1, max_length=400)]


class Term(Value):
    """What a value of a feature, or the values of two together, adds to the score, in log-odds.

    The key of a weight is the value; of two features both values, in the order of `features`, with ` | ` between.
    """

    features: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=2)]
    weights: Mapping[Cell, float]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(self.features) == 2:  # noqa: PLR2004 - a pair
            for cell in self.weights:
                if cell.count(APART) != 1:
                    raise ValueError("a weight of two features has both values in its key")
        return self


class Model(Value):
    """All that an assessment reads beside the call.

    The score of a call is `intercept` and, for each term, the weight of the call's value; 0 where there is none. Its
    risk is the logistic function of `offset + slope * score`: the calibrated probability that sworn authority is used.
    From `ceiling` on a CSO is withheld; None: no ceiling satisfied the limit, so every CSO is withheld.

    `agency` and `routing` say for whom and for which rules (`Policy.routing_digest`) the ceiling was chosen,
    `authority_limit` for which limit. `borrowed` says that no outcome of this agency is in it. `support` counts the
    decided calls of the training split by canonical type, `combinations` by the values of the features `combined` (none
    where that is empty); below `support_min` and `combination_min` there is no opinion. `dangers` are the dangers
    that training saw with each canonical type. `reference` is each watched feature's share of calls by value, `other`
    for all that are not named; over `drift_window` calls its stability index may not exceed `drift_limit`.
    """

    format: Literal[1] = 1
    name: Slug
    agency: Text
    routing: Text
    borrowed: bool
    authority_limit: Annotated[float, Field(gt=0, le=1)]
    intercept: float
    terms: Annotated[tuple[Term, ...], Field(min_length=1, max_length=20)]
    slope: Annotated[float, Field(gt=0)]
    offset: float
    ceiling: Annotated[float, Field(gt=0, le=1)] | None
    support_min: Count
    combination_min: Count
    support: Mapping[Nature, Count]
    combined: tuple[Slug, ...]
    combinations: Mapping[Cell, Count]
    dangers: Mapping[Nature, tuple[Slug, ...]]
    drift_window: Annotated[int, Field(ge=1)]
    drift_limit: Annotated[float, Field(gt=0)]
    reference: Mapping[Slug, Mapping[Cell, Share]]

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits of the SHA-256 of the model as JSON: every number that an assessment depends on."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]
