"""What rules and model make of calls that the model never learnt from, and how right its risks are."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from triage.classifiers import Classifier
from triage.classifiers.features import FEATURES
from triage.classifiers.table import TableModel
from triage.domain.events import Assessment
from triage.domain.judge import NO_OFFICER
from triage.domain.values import Route
from triage.training.card import Estimate, Loss, Performance, Period
from triage.training.cuts import CUTS, Judged, cut
from triage.training.history import Row
from triage.training.metrics import brier, calibration_error, coverage, exact, log_loss, reliability

DAYS_BY_DAY: Final = 60
"""Days below which periods are days; from there on they are months."""

BATCH: Final = 10_000
"""Calls that are assessed at once."""

NO_REASON: Final = "no reason stated"
"""Why there is no opinion, where the classifier does not say."""

ROUTES: Final[tuple[Route, ...]] = ("sworn", "co_response", "cso", "other_agency")


class _Opinions(NamedTuple):
    """The decided calls on which the model has an opinion: risks, and what two plain rates say, beside the outcomes."""

    risks: list[float]
    by_type: list[float]
    by_one: list[float]
    used: list[bool]


def evaluate(
    rows: Sequence[Row], classifier: Classifier, one_rate: float, type_rates: Mapping[str, float]
) -> Performance:
    """What rules and `classifier` make of `rows`, judged as they were first reported, with nothing asked.

    `one_rate` is the plain rate of authority used, `type_rates` that of each own call type, as they are compared
    (`one_rate` for any other). Losses, calibration and `opinions` are of the decided calls, of any route, on which the
    model has an opinion, and so are those of the two plain rates. A model without a ceiling abstains on all calls; its
    risks are still measured, as they would be with the ceiling 1. A call of which a classifier says neither risk nor
    reason counts as an abstention, and `periods` are by month, or by day where the rows span under `DAYS_BY_DAY` days.

    Raises `TrainingError` for a risk or a rate that is no number from 0 to 1.
    """
    judged = [_judged(row, found) for row, found in zip(rows, _assessed(rows, classifier), strict=True)]
    risks = _risks(judged, classifier)
    opinions = _opinions(judged, risks, one_rate, type_rates)
    by_rules = [place for place, one in enumerate(judged) if one.row.route == "cso"]
    sent = [one for one in judged if one.route == "cso"]
    held_back = [judged[place] for place in by_rules if judged[place].route != "cso"]
    reasons = Counter(one.abstained for one in held_back if one.abstained is not None)
    return Performance(
        calls=len(judged),
        decided=sum(row.decided for row in rows),
        sent_by_rules=exact(len(by_rules), len(judged)),
        sent=exact(len(sent), len(judged)),
        used_by_rules=_used([judged[place].row for place in by_rules]),
        used=_used([one.row for one in sent]),
        abstained=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        withheld=sum(one.abstained is None for one in held_back),
        opinions=len(opinions.used),
        calibration_error=calibration_error(opinions.risks, opinions.used),
        brier=_loss(brier, opinions),
        log_loss=_loss(log_loss, opinions),
        reliability=reliability(opinions.risks, opinions.used),
        coverage=coverage(
            [risks[place] for place in by_rules],
            [rows[place].used if rows[place].decided else None for place in by_rules],
            None if classifier.model is None else classifier.model.ceiling,
        ),
        cuts={by: cut(judged, by) for by in CUTS},
        periods=_periods(judged),
    )


def _assessed(rows: Sequence[Row], classifier: Classifier) -> list[tuple[float | None, str | None, float]]:
    """Risk, reason of an abstention, and ceiling, call by call: what is kept of an assessment."""
    found = []
    for start in range(0, len(rows), BATCH):
        batch = [row.call for row in rows[start : start + BATCH]]
        found += [_kept(one) for one in classifier.assess(batch)]
    return found


def _kept(found: Assessment) -> tuple[float | None, str | None, float]:
    """As the judge reads it: an abstention counts before a risk, and a risk without a ceiling reaches it."""
    if found.abstained is not None or found.risk is None:
        return None, found.abstained or NO_REASON, 0.0
    return found.risk, None, found.ceiling or 0.0


def _judged(row: Row, found: tuple[float | None, str | None, float]) -> Judged:
    risk, abstained, ceiling = found
    goes = risk is not None and risk < ceiling
    return Judged(row, risk, abstained, "sworn" if row.route in NO_OFFICER and not goes else row.route)


def _risks(judged: Sequence[Judged], classifier: Classifier) -> list[float | None]:
    """The risk of each call; of a model without a ceiling those that it would state if it had one."""
    model = classifier.model
    if model is None or model.ceiling is not None:
        return [one.risk for one in judged]
    stating = TableModel(model.model_copy(update={"ceiling": 1.0}))
    return [risk for risk, _, _ in _assessed([one.row for one in judged], stating)]


def _opinions(
    judged: Sequence[Judged], risks: Sequence[float | None], one_rate: float, type_rates: Mapping[str, float]
) -> _Opinions:
    found = _Opinions([], [], [], [])
    read = FEATURES["type"]
    for one, risk in zip(judged, risks, strict=True):
        if one.row.decided and risk is not None:
            found.risks.append(risk)
            found.by_type.append(type_rates.get(read(one.row.call), one_rate))
            found.by_one.append(one_rate)
            found.used.append(one.row.used)
    return found


def _used(rows: Sequence[Row]) -> Estimate:
    """Authority used among those of `rows` that are decided."""
    return exact(sum(row.used for row in rows), sum(row.decided for row in rows))


def _loss(of: Callable[[Sequence[float], Sequence[bool]], float | None], opinions: _Opinions) -> Loss:
    return Loss(
        model=of(opinions.risks, opinions.used),
        type_rates=of(opinions.by_type, opinions.used),
        one_rate=of(opinions.by_one, opinions.used),
    )


def _periods(judged: Sequence[Judged]) -> tuple[Period, ...]:
    """The routes by months or days of the calls' own clock, the earliest first; those without a call are left out."""
    if not judged:
        return ()
    days = [one.row.call.reported_at.date() for one in judged]
    by_day = (max(days) - min(days)).days < DAYS_BY_DAY
    found: dict[date, Counter[Route]] = defaultdict(Counter)
    for day, one in zip(days, judged, strict=True):
        found[day if by_day else day.replace(day=1)][one.route] += 1
    zone = judged[0].row.call.reported_at.tzinfo
    return tuple(
        Period(
            start=datetime(first.year, first.month, first.day, tzinfo=zone),
            routes={route: routes[route] for route in ROUTES},
        )
        for first, routes in sorted(found.items())
    )
