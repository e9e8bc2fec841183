"""A model's card: all that is said of it beside its numbers, kept in the same file; plain values, no code."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from triage.domain.values import Route, Text, Value
from triage.outcomes import Outcome

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
CAVEAT_MAX: Final = 1_000
"""Characters of a caveat at most."""

PartName = Literal["train", "calibrate", "test"]


class Estimate(Value):
    """`number` of `of`, with the exact (Clopper-Pearson) 95 % interval; of nothing there is no share."""

    number: Count
    of: Count
    share: Share | None
    low: Share | None
    high: Share | None


class FileRead(Value):
    """A file that was learnt from: its name without folders, the SHA-256 of its bytes, its rows."""

    name: Text
    sha256: Text
    rows: Count


class Source(Value):
    """The calls of one agency.

    `learnt` says whether their outcomes were learnt from, or only what they look like. `outcomes` counts all calls.
    """

    agency: Text
    own: bool
    learnt: bool
    files: tuple[FileRead, ...]
    first: AwareDatetime
    last: AwareDatetime
    calls: Count
    outcomes: Mapping[Outcome, Count]


class Part(Value):
    """One part of the split by time of one agency; `sent` are the decided calls that the rules alone give to a CSO."""

    agency: Text
    name: PartName
    first: AwareDatetime
    last: AwareDatetime
    calls: Count
    decided: Count
    authority_used: Count
    sent: Count
    sent_authority_used: Count


class Compared(Value):
    """One candidate on the folds of the training part, each fold tested on the time after it.

    `behind` is its mean log loss less that of the best, call by call, and `noise` the standard error of that.
    """

    name: Text
    words: Text
    log_loss: float
    brier: float
    behind: float
    noise: float
    folds: Count
    calls: Count
    chosen: bool


class Tested(Value):
    """One ceiling that was tested: with it, `calls` decided calls of the calibration part are sent to a CSO."""

    ceiling: Share
    calls: Count
    authority_used: Count
    p_value: Share
    satisfied: bool


class Certificate(Value):
    """How the ceiling was chosen. `ceiling` None: none satisfied the limit. `bound` is the exact upper end at it."""

    limit: Share
    confidence: Share
    method: Annotated[str, Field(min_length=1, max_length=400)]
    agencies: tuple[Text, ...]
    tested: tuple[Tested, ...]
    ceiling: Share | None
    calls: Count
    authority_used: Count
    bound: Share | None
    needed: Count


class Reliability(Value):
    """Calls with a risk from `low` to `high`: their mean risk, and how often authority was used."""

    low: Share
    high: Share
    mean_risk: Share
    used: Estimate


class Coverage(Value):
    """If the ceiling were this: how many calls that the rules send to a CSO still go, and authority among them."""

    ceiling: Share
    sent: Estimate
    used: Estimate


class Loss(Value):
    """How far predictions are off, of the model and of two plain ones: one rate for all, and a rate for each type."""

    model: float | None
    type_rates: float | None
    one_rate: float | None


class Error(Value):
    """Expected calibration error, with a 95 % bootstrap interval; None of nothing."""

    value: float | None
    low: float | None
    high: float | None


class Cut(Value):
    """Calls of one group. Figures of a small group are None: it is suppressed, and so is what would give it away."""

    value: Text
    calls: Count | None
    sent_by_rules: Count | None
    sent: Count | None
    used: Estimate | None


class Period(Value):
    """One stretch of time: how many calls would have taken each route."""

    start: AwareDatetime
    routes: Mapping[Route, Count]


class Performance(Value):
    """What rules and model make of calls that training never saw. Shares of authority used are of decided calls alone.

    `sent_by_rules` and `sent`: calls given to a CSO by the rules alone, and by rules and model together, of all calls.
    `used_by_rules` and `used`: authority used among the decided ones of these. `abstained`: calls that the rules give
    to a CSO on which the model has no opinion, by reason; `withheld` those whose risk reaches the ceiling.
    """

    calls: Count
    decided: Count
    sent_by_rules: Estimate
    sent: Estimate
    used_by_rules: Estimate
    used: Estimate
    abstained: Mapping[Text, Count]
    withheld: Count
    opinions: Count
    calibration_error: Error
    brier: Loss
    log_loss: Loss
    reliability: tuple[Reliability, ...]
    coverage: tuple[Coverage, ...]
    cuts: Mapping[Text, tuple[Cut, ...]]
    periods: tuple[Period, ...]


class Card(Value):
    """What a reader of a model needs to know, caveats first; `one_rate` and `type_rates` are the plain rates."""

    trained_by: Text
    caveats: tuple[Annotated[str, Field(min_length=1, max_length=CAVEAT_MAX)], ...]
    sources: tuple[Source, ...]
    parts: tuple[Part, ...]
    features: tuple[Text, ...]
    compared: tuple[Compared, ...]
    certificate: Certificate
    test: Performance
    one_rate: Share
    type_rates: Mapping[Text, Share]
