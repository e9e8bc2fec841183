"""What became of the calls that champion and challenger would send to a CSO, and whether that is evidence enough."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from triage.domain.policy import Policy
from triage.outcomes import Ending, Outcome
from triage.outcomes.classes import DECIDED
from triage.projections.disagreement import Disagreement
from triage.projections.disagreements import Challenger, Disagreements, Ended, Span
from triage.projections.judged_call import Closing, Routes
from triage.training.card import Estimate

CONFIDENCE: Final = 0.95
CALLS_MORE_MAX: Final = 100_000_000
"""More calls than any agency has: whoever needs as many is told so, not how many."""

Sender = Literal["both", "champion", "challenger", "challenger_all"]
SENDERS: Final[dict[Sender, Callable[[Routes], bool]]] = {
    "both": lambda routes: routes.champion == routes.challenger == "cso",
    "champion": lambda routes: routes.champion == "cso" != routes.challenger,
    "challenger": lambda routes: routes.challenger == "cso" != routes.champion,
    "challenger_all": lambda routes: routes.challenger == "cso",
}
"""Who would send a call to a CSO: both, one of them alone, the challenger whatever the champion says."""


class Sent(NamedTuple):
    """Calls that would be sent to a CSO, by what became of them. `calls` is all the rest together.

    `outcomes` are of the calls that ended with an officer. Of a call that a CSO unit closed alone nothing follows:
    nobody was there who could have used authority.
    """

    calls: int
    open: int
    closed_by_cso: int
    outcomes: Counter[Outcome]
    used: Estimate


class Evidence(NamedTuple):
    """Whether authority was used in at most `limit` of the calls that the challenger would send to a CSO.

    `bound` is the upper end of the one-sided exact 95 % interval of that share. `more_needed` is by how many calls
    without authority used it falls short at least; None where it does not, or where no number of calls would do.
    """

    verdict: Literal["for", "against", "not_yet"]
    limit: float
    bound: float
    more_needed: int | None


class Shadowed(NamedTuple):
    """All that is said of a challenger. `span` is None, and the rest without a call, where nothing was judged yet.

    `policies` are the champion's by digest; `newest` the last differences with their outcomes, None for what has none.
    """

    challenger: Challenger
    policies: Mapping[str, Policy]
    span: Span | None
    differing: int
    routes: Counter[Routes]
    sent: Mapping[Sender, Sent]
    evidence: Evidence
    newest: tuple[tuple[Disagreement, Outcome | None], ...]


class ReadBy(NamedTuple):
    """What a register is read by: an agency's limit and outcome codes, and how calls ended by files beside the log."""

    limit: float
    ending: Ending
    filed: Mapping[str, Closing]


def shadowed(view: Disagreements, policies: Sequence[Policy], by: ReadBy, newest: int) -> Shadowed:
    """What a register says; the last `newest` differences one by one."""
    ending = by.ending
    ended = _with_files(view, by.filed)
    routes: Counter[Routes] = Counter()
    for item in ended:
        routes[item.routes] += item.calls
    by_sender = {sender: sent(ended, ending, sender) for sender in SENDERS}
    used = by_sender["challenger_all"].used
    return Shadowed(
        view.challenger,
        {policy.digest: policy for policy in policies},
        view.span(),
        view.differing(),
        routes,
        by_sender,
        evidence(used.number, used.of, by.limit),
        tuple((item, outcome(item.closing, ending)) for item in _newest(view, by.filed, newest)),
    )


def _with_files(view: Disagreements, filed: Mapping[str, Closing]) -> list[Ended]:
    """Every call by routes and ending. A file says how a call ended only where the log does not."""
    if not filed:
        return view.ended()
    closed = [item for item in view.ended() if item.closing is not None]
    return [*closed, *(Ended(routes, filed.get(call_id), 1) for call_id, routes in view.still_open())]


def _newest(view: Disagreements, filed: Mapping[str, Closing], count: int) -> list[Disagreement]:
    return [
        item if item.closing is not None else item._replace(closing=filed.get(item.call_id))
        for item in view.newest(count)
    ]


def sent(ended: Iterable[Ended], ending: Ending, sender: Sender) -> Sent:
    """The calls that `sender` would send to a CSO. The share of *authority used* is of decided outcomes alone."""
    from triage.training.metrics import exact  # noqa: PLC0415 - it loads scipy, which few commands need

    calls = still_open = by_cso = 0
    outcomes: Counter[Outcome] = Counter()
    for item in ended:
        if not SENDERS[sender](item.routes):
            continue
        calls += item.calls
        if (found := outcome(item.closing, ending)) is not None:
            outcomes[found] += item.calls
        elif item.closing is None:
            still_open += item.calls
        else:
            by_cso += item.calls
    decided = sum(outcomes[name] for name in DECIDED)
    return Sent(calls, still_open, by_cso, outcomes, exact(outcomes["authority_used"], decided))


def outcome(closing: Closing | None, ending: Ending) -> Outcome | None:
    """How a call ended; None for one that is open, or that a CSO unit closed alone."""
    if closing is None or closing.by_cso:
        return None
    return ending.outcome(closing.disposition, closing.final_call_type)


def evidence(used: int, decided: int, limit: float) -> Evidence:
    """What `used` of `decided` calls say of the share of authority used among calls like these.

    The exact binomial test at 95 %, to one side each: enough for, where a share above `limit` would leave as few as
    these in at most one of twenty cases; enough against, where a share of `limit` would bring as many. The bound is
    that of C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26 (1934), 404-413.
    """
    from scipy.special import bdtr, bdtrc  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load

    from triage.training.metrics import upper  # noqa: PLC0415 - as above

    def within(calls: int) -> bool:
        return bool(bdtr(used, calls, limit) <= 1 - CONFIDENCE)

    bound = upper(used, decided, CONFIDENCE) if decided else 1.0
    if within(decided):
        return Evidence("for", limit, bound, None)
    if used and bdtrc(used - 1, decided, limit) <= 1 - CONFIDENCE:
        return Evidence("against", limit, bound, None)
    return Evidence("not_yet", limit, bound, _more(within, decided))


def _more(within: Callable[[int], bool], decided: int) -> int | None:
    """How many more calls it takes at least until `within` holds: it never ends to hold once it does."""
    most = 1
    while not within(decided + most):
        most *= 2
        if most > CALLS_MORE_MAX:
            return None
    least = most // 2  # too few, or none at all
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if within(decided + middle) else (middle, most)
    return most
