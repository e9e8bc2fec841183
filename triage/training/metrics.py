"""How far risks are off, how well they are calibrated, and shares with their exact intervals."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv  # type: ignore[import-untyped]

from triage.training.card import Coverage, Error, Estimate, Reliability
from triage.training.errors import TrainingError

BINS: Final = 10
"""Bins of calls for calibration figures, as in M. P. Naeini, G. F. Cooper, M. Hauskrecht, AAAI 2015."""

RESAMPLES: Final = 1_000
"""Bootstrap samples behind the interval of a calibration error."""

CLIP: Final = 1e-12
"""How near to 0 and to 1 a risk may come in the log loss, so that one call that was held certain costs 27.6 at most."""

POINTS_MAX: Final = 40
"""Points of a risk-coverage curve, beside the ceiling itself."""

DIGITS: Final = 9
"""How many digits a ceiling has: more than what rounding changes in a risk is left between the two."""

LEAST: Final = 1e-12
"""The smallest risk of which the digits are counted."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Known(NamedTuple):
    """Risks from 0 to 1, and whether authority was used, call by call."""

    risks: Floats
    used: Bools


def known(risks: Sequence[float] | Floats, used: Sequence[bool] | Bools) -> Known:
    """Both as arrays. Raises `TrainingError` for unequal lengths and for a risk that is no number from 0 to 1."""
    found = Known(np.asarray(risks, dtype=np.float64), np.asarray(used, dtype=np.bool_))
    if found.risks.ndim != 1 or found.risks.shape != found.used.shape:
        raise TrainingError(f"`{found.risks.size}` risks and `{found.used.size}` outcomes: one outcome each is needed")
    wrong = found.risks[~((found.risks >= 0) & (found.risks <= 1))]  # so that a NaN is wrong too
    if wrong.size:
        raise TrainingError(f"`{wrong[0]}` is no risk; valid: a number from 0 to 1")
    return found


def exact(number: int, of: int) -> Estimate:
    """`number` of `of`, with the 95 % interval of C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), 404-413.

    Raises `TrainingError` where `number` is not from 0 to `of`.
    """
    if not 0 <= number <= of:
        raise TrainingError(f"`{number}` of `{of}` is no share; valid: from 0 of `{of}` to all")
    if not of:
        return Estimate(number=number, of=of, share=None, low=None, high=None)
    low = float(betaincinv(number, of - number + 1, 0.025)) if number else 0.0
    return Estimate(number=number, of=of, share=number / of, low=low, high=upper(number, of, 0.975))


def upper(number: int, of: int, confidence: float) -> float:
    """The upper end of the one-sided exact interval: `number` of `of` or fewer has chance 1 - `confidence`."""
    return float(betaincinv(number + 1, of - number, confidence)) if number < of else 1.0


def brier(risks: Sequence[float] | Floats, used: Sequence[bool] | Bools) -> float | None:
    """The mean squared distance of risk and outcome (G. W. Brier 1950), from 0 to 1; None of no calls."""
    given = known(risks, used)
    return float(np.mean((given.risks - given.used) ** 2)) if given.risks.size else None


def log_loss(risks: Sequence[float] | Floats, used: Sequence[bool] | Bools) -> float | None:
    """The mean of -ln of the probability given to what happened, risks moved into [`CLIP`, 1 - `CLIP`] first.

    None of no calls.
    """
    given = known(risks, used)
    if not given.risks.size:
        return None
    clipped = np.clip(given.risks, CLIP, 1 - CLIP)
    return float(-np.mean(np.where(given.used, np.log(clipped), np.log1p(-clipped))))


def calibration_error(risks: Sequence[float] | Floats, used: Sequence[bool] | Bools, seed: int = 0) -> Error:
    """The expected calibration error: over `BINS` bins of equally many calls, |mean risk - share used|, by calls.

    The interval is the 2.5th to the 97.5th percentile over `RESAMPLES` bootstrap samples (B. Efron 1979) in the same
    bins, widened to hold the figure itself. Chance makes the error of a perfect model larger than 0, the more so the
    fewer the calls, and more so in the samples: both ends lie high rather than low. The same `seed` gives the same.
    """
    given = known(risks, used)
    if not given.risks.size:
        return Error(value=None, low=None, high=None)
    place, bins = _bins(given.risks)
    gaps = given.risks - given.used
    calls = gaps.size

    def error(places: NDArray[np.intp], of: Floats) -> float:
        return float(np.abs(np.bincount(places, weights=of, minlength=bins)).sum() / calls)

    draw = np.random.default_rng(seed)
    drawn = (draw.integers(calls, size=calls) for _ in range(RESAMPLES))
    low, high = np.quantile([error(place[sample], gaps[sample]) for sample in drawn], [0.025, 0.975]).tolist()
    value = error(place, gaps)
    return Error(value=value, low=min(low, value), high=max(high, value))


def reliability(risks: Sequence[float] | Floats, used: Sequence[bool] | Bools) -> tuple[Reliability, ...]:
    """The bins of `calibration_error`, the lowest risks first; calls of one risk are never in two of them."""
    given = known(risks, used)
    if not given.risks.size:
        return ()
    place, bins = _bins(given.risks)
    found = []
    for number in range(bins):
        inside = place == number
        here, outcomes = given.risks[inside], given.used[inside]
        low, high = float(here.min()), float(here.max())
        found.append(
            Reliability(
                low=low,
                high=high,
                mean_risk=min(high, max(low, float(here.mean()))),  # rounding may leave the range
                used=exact(int(outcomes.sum()), outcomes.size),
            )
        )
    return tuple(found)


def coverage(
    risks: Sequence[float | None], used: Sequence[bool | None], ceiling: float | None = None
) -> tuple[Coverage, ...]:
    """What each of some ceilings would leave of the calls that the rules send to a CSO, the strictest first.

    A call has no risk where the model has no opinion, and then never goes; `used` is None where the outcome is not
    decided. The points are up to `POINTS_MAX` quantiles of the risks, and `ceiling`, the one in force. Of no calls
    there are none.
    """
    if len(risks) != len(used):
        raise TrainingError(f"`{len(risks)}` risks and `{len(used)}` outcomes: one outcome each is needed")
    if not risks:
        return ()
    judged = [(risk, out) for risk, out in zip(risks, used, strict=True) if risk is not None]
    given = known([risk for risk, _ in judged], [bool(out) for _, out in judged])
    decided = np.array([out is not None for _, out in judged], dtype=np.bool_)
    ceilings = just_above(quantiles(given.risks, POINTS_MAX)).tolist()
    found = []
    for point in sorted({*ceilings, *([] if ceiling is None else [ceiling])}):
        sent = given.risks < point
        used_of = exact(int((sent & given.used).sum()), int((sent & decided).sum()))
        found.append(Coverage(ceiling=point, sent=exact(int(sent.sum()), len(risks)), used=used_of))
    return tuple(found)


def quantiles(values: Floats, number: int) -> Floats:
    """Up to `number` values, each one of `values`, from low to high: equal shares of them lie up to each."""
    if not values.size:
        return values
    return np.unique(np.quantile(values, np.arange(1, number + 1) / number, method="inverted_cdf"))


def just_above(risks: Floats) -> Floats:
    """For each risk the next ceiling above it, at most 1: a short number, one or two in its ninth digit higher.

    A call is withheld from its ceiling on, so that a ceiling at a risk itself would withhold it.
    """
    scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.maximum(risks, LEAST))))
    return np.unique(np.minimum((np.floor(risks * scale) + 2) / scale, 1.0))


def _bins(risks: Floats) -> tuple[NDArray[np.intp], int]:
    """The bin of each call, and how many there are: fewer where many calls share a risk, as these stay together."""
    place = np.searchsorted(quantiles(risks, BINS), risks)
    return place, int(place.max()) + 1
