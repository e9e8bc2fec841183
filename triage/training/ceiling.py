"""The ceiling of risk, tested and not tuned: what it lets through keeps to the limit, with the stated confidence."""

from collections.abc import Sequence
from itertools import count
from math import ceil, log1p
from typing import Final, NamedTuple

import numpy as np
from scipy.special import betainc  # type: ignore[import-untyped]

from triage.training.card import Certificate, Tested
from triage.training.errors import TrainingError
from triage.training.metrics import Bools, Floats, just_above, known, quantiles, upper

CONFIDENCE: Final = 0.95

CEILINGS_MAX: Final = 100
"""How many ceilings there are to test (assumption): one for each hundredth of the training part's calls."""

METHOD: Final = (
    "Learn-then-Test (Angelopoulos, Bates, Candes, Jordan and Lei 2021, arXiv:2110.01052): exact binomial p-values,"
    " fixed sequence, its order learnt on the training part"
)


class Sent(NamedTuple):
    """Decided calls that the rules send to a CSO and on which the model has an opinion: risks, and if used."""

    risks: Sequence[float] | Floats
    used: Sequence[bool] | Bools


def certify(  # noqa: PLR0913 - two parts, and four figures that say what is to be shown of them
    train: Sent,
    calibrate: Sent,
    limit: float,
    agencies: Sequence[str],
    confidence: float = CONFIDENCE,
    *,
    highest: float = 1.0,
) -> Certificate:
    """The highest ceiling shown to keep authority used to at most `limit` of the calls sent, and how it was found.

    For each ceiling the hypothesis is that authority is used on more than `limit` of the calls with a risk below it.
    Its p-value is the chance of so few among so many calls, were it just `limit`: exact, and computed on `calibrate`
    alone. The ceilings and the order of testing come from `train` alone: first the ceiling that would have the
    smallest p-value if `calibrate` turned out like `train`, then ever higher ones. The first hypothesis that stands
    (p-value above 1 - `confidence`) ends it, and the ceiling is the last before. So the chance that any hypothesis is
    wrongly rejected, and with it the chance that the ceiling breaks the limit, is at most 1 - `confidence`: this is
    fixed sequence testing, split by data, of Learn-then-Test.

    No ceiling above `highest` is tested: where rules send few risky calls and these end well, the test alone would let
    a CSO go to calls that are riskier than most.

    Each ceiling is just above a risk of `train`. So risks may have been calibrated on `calibrate` first: that keeps
    their order, and with it which calls lie below which ceiling. None where the first hypothesis stands already, or
    where `train` has no call. Raises `TrainingError` for risks that are no numbers from 0 to 1, and for a `limit` or a
    `confidence` that is none.
    """
    need = needed(limit, confidence)
    learnt, held = known(*train), known(*calibrate)
    ceilings = just_above(quantiles(learnt.risks, CEILINGS_MAX))
    ceilings = ceilings[ceilings <= highest]
    calls, used = _below(ceilings, held.risks), _below(ceilings, held.risks[held.used])
    p_values = exact_p_values(calls, used, limit)
    first = _first(ceilings, learnt.risks, learnt.used, held.risks.size, limit)
    tested = []
    for place in range(first, ceilings.size):
        tested.append(
            Tested(
                ceiling=float(ceilings[place]),
                calls=int(calls[place]),
                authority_used=int(used[place]),
                p_value=float(p_values[place]),
                satisfied=bool(p_values[place] <= 1 - confidence),
            )
        )
        if not tested[-1].satisfied:
            break
    satisfied = [one for one in tested if one.satisfied]
    last = satisfied[-1] if satisfied else None
    return Certificate(
        limit=limit,
        confidence=confidence,
        method=METHOD if highest >= 1 else f"{METHOD}; none above {highest:.2%}, the rate of all calls learnt from",
        agencies=tuple(agencies),
        tested=tuple(tested),
        ceiling=last.ceiling if last else None,
        calls=last.calls if last else 0,
        authority_used=last.authority_used if last else 0,
        bound=upper(last.authority_used, last.calls, confidence) if last else None,
        needed=need,
    )


def needed(limit: float, confidence: float = CONFIDENCE) -> int:
    """How many calls it takes at least, if authority is used on none of them.

    It is the smallest n with (1 - limit)^n <= 1 - confidence: 299 for 1 % with 95 % confidence. Raises `TrainingError`
    for a `limit` that is not above 0 and at most 1, and for a `confidence` that is not between 0 and 1.
    """
    if not 0 < limit <= 1:
        raise TrainingError(f"`{limit}` is no limit; valid: a number above 0, at most 1")
    if not 0 < confidence < 1:
        raise TrainingError(f"`{confidence}` is no confidence; valid: a number above 0 and below 1")
    if limit == 1:
        return 1
    guess = ceil(log1p(-confidence) / log1p(-limit))
    return next(calls for calls in count(max(guess - 1, 1)) if (1 - limit) ** calls <= 1 - confidence)


def exact_p_values(calls: Floats, used: Floats, limit: float) -> Floats:
    """The chance of at most `used` of `calls` with a share of `limit`: the binomial distribution's lower tail.

    By the incomplete beta function, so that it is defined for expected counts too. 1 where all are used, and of none.
    """
    below = used < calls
    tail = betainc(np.where(below, calls - used, 1.0), used + 1.0, 1 - limit)
    return np.where(below, tail, 1.0)


def _first(ceilings: Floats, risks: Floats, used: Bools, calls: int, limit: float) -> int:
    """Where to start: the smallest p-value that `calls` calls would have if they turned out like these."""
    if not ceilings.size:
        return 0
    scale = calls / risks.size
    return int(np.argmin(exact_p_values(_below(ceilings, risks) * scale, _below(ceilings, risks[used]) * scale, limit)))


def _below(ceilings: Floats, risks: Floats) -> Floats:
    """How many of `risks` lie below each of `ceilings`."""
    return np.searchsorted(np.sort(risks), ceilings, side="left").astype(np.float64)
