"""What rules and model make of calls, in words and tables: every share with what it is of and its exact interval."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from triage.classifiers.words import kind
from triage.domain.values import Route
from triage.training.card import Cut, Estimate, Performance
from triage.training.sheet import (
    HIDDEN,
    NOTHING,
    Block,
    Grid,
    Section,
    Words,
    ceiling,
    counted,
    day,
    estimate,
    figure,
    interval,
    per_cent,
)

ROUTES: Final[Mapping[Route, str]] = {
    "sworn": "sworn officer",
    "co_response": "officer and CSO",
    "cso": "CSO alone",
    "other_agency": "other agency",
}
"""The routes in words, in the order in which they are drawn."""

CUTS: Final[Mapping[str, str]] = {"beat": "Beat", "hours": "Hours", "channel": "Channel"}
CUTS_SHOWN: Final = 12
REASONS_SHOWN: Final = 8
PERIODS_SHOWN: Final = 12
COVERAGE_SHOWN: Final = 10
COMPARED_MIN: Final = 100
"""Calls that a group needs for its share to be named as the highest or lowest (assumption)."""

SMALL: Final = 10
"""Calls below which a group is suppressed, as in `triage.training.cuts`, which loads numpy."""

SUPPRESSED: Final = (
    f"hidden: a group of fewer than {SMALL} calls, and the next larger ones until no hidden figure follows from what is"
    " shown."
)
NOT_MEANT: Final = (
    "Every outcome followed a sworn response. So no figure here says that an officer was needed, or what a CSO would"
    " have achieved."
)


def performance(found: Performance, title: str) -> tuple[Section, ...]:
    """The figures of some calls: what was sent and held back, how far risks can be trusted, routes over time."""
    return (
        Section(title, (_sent(found), *_held_back(found), Words(NOT_MEANT))),
        _predictions(found),
        _coverage(found),
        _periods(found),
    )


def cuts(found: Performance) -> Section:
    """The same figures by beat, hours and channel, small groups hidden."""
    blocks: list[Block] = [
        Words(
            "Whom rules and model treat differently: look for groups that are sent a CSO far less or more often than"
            " others. Authority used is of all decided calls of a group, whoever went: it says how calls of the group"
            " end, not how good the model is there. Each interval is of one group alone; about one in twenty misses the"
            " truth by chance."
        )
    ]
    for name, groups in found.cuts.items():
        blocks += _cut(CUTS.get(name, name), groups)
    return Section("By beat, hours and channel", (*blocks, Words(SUPPRESSED)))


def _sent(found: Performance) -> Grid:
    rows = (
        ("sent to a CSO by the rules alone", "all calls", found.sent_by_rules),
        ("sent to a CSO by rules and model", "all calls", found.sent),
        ("authority used, by the rules alone", "decided calls sent", found.used_by_rules),
        ("authority used, by rules and model", "decided calls sent", found.used),
    )
    return Grid(
        ("Figure", "Number", "Of", "", "Share", "95% interval"),
        tuple((name, f"{one.number:,}", f"{one.of:,}", of, *_apart(one)) for name, of, one in rows),
        right=(1, 2, 4, 5),
        caption=f"{counted(found.calls, 'call')}, {found.decided:,} of them decided (authority used or not)",
    )


def _held_back(found: Performance) -> tuple[Block, ...]:
    """What became of the calls that the rules send to a CSO and the model does not."""
    of = found.sent_by_rules.number
    if not of:
        return (Words("The rules send no call to a CSO with nothing asked, so the model can hold none back."),)
    kinds: Counter[str] = Counter()
    for reason, calls in found.abstained.items():
        kinds[kind(reason)] += calls
    has_more = len(found.abstained) > len(kinds)
    counts = [
        (found.sent.number, "still sent to a CSO"),
        (found.withheld, "withheld: the risk reaches the ceiling"),
        *((calls, f"no opinion: {reason}") for reason, calls in _most(kinds if has_more else found.abstained)),
    ]
    rows = tuple((f"{calls:,}", per_cent(calls / of), what) for calls, what in counts)
    caption = f"What the model does with the {counted(of, 'call')} that the rules alone send to a CSO"
    blocks: list[Block] = [Grid(("Calls", "Share", "What"), rows, right=(0, 1), caption=caption)]
    if has_more:
        each = tuple((f"{calls:,}", reason) for reason, calls in _most(found.abstained))
        columns = ("Calls", "Why there is no opinion")
        blocks.append(Grid(columns, each, right=(0,), what="reasons", shown=REASONS_SHOWN))
    return tuple(blocks)


def _predictions(found: Performance) -> Section:
    error = found.calibration_error
    spread = f" ({interval(error.low, error.high)})" if error.low is not None and error.high is not None else ""
    off = NOTHING if error.value is None else f"{per_cent(error.value)}{spread}"
    words = (
        f"Over {counted(found.opinions, 'decided call')} on which the model has an opinion. On average a risk is off by"
        f" {off} (expected calibration error, with its 95% bootstrap interval)."
    )
    losses = Grid(
        ("Prediction", "Log loss", "Brier"),
        tuple(
            (name, figure(log_loss), figure(brier))
            for name, log_loss, brier in (
                ("the model", found.log_loss.model, found.brier.model),
                ("a plain rate for each type", found.log_loss.type_rates, found.brier.type_rates),
                ("one rate for all calls", found.log_loss.one_rate, found.brier.one_rate),
            )
        ),
        right=(1, 2),
        caption="How far predictions are off (less is better)",
    )
    rows = tuple(
        (f"{per_cent(one.low)} to {per_cent(one.high)}", per_cent(one.mean_risk), estimate(one.used))
        for one in found.reliability
    )
    bins = Grid(
        ("Risk", "Mean risk", "Authority used"), rows, right=(1,), caption="Risk said, and how often authority was used"
    )
    return Section("Whether its risks can be trusted", (Words(words), losses, bins), picture="reliability")


def _coverage(found: Performance) -> Section:
    words = (
        "If the ceiling were another one: how many of the calls that the rules send to a CSO would still go, and how"
        " often authority was used among them. These figures choose nothing: a ceiling chosen by looking at them would"
        " have no guarantee."
    )
    rows = tuple((ceiling(one.ceiling), estimate(one.sent), estimate(one.used)) for one in found.coverage)
    grid = Grid(("Ceiling", "Still sent", "Authority used"), rows, right=(0,), what="ceilings", shown=COVERAGE_SHOWN)
    blocks = (Words(words), grid) if rows else (Words("There is no call to show this for."),)
    return Section("What more or less caution would do", blocks, picture="risk-coverage")


def _periods(found: Performance) -> Section:
    rows = tuple(
        (
            day(period.start),
            f"{sum(period.routes.values()):,}",
            *(_part(period.routes.get(route, 0), sum(period.routes.values())) for route in ROUTES),
        )
        for period in found.periods
    )
    grid = Grid(
        ("From", "Calls", *ROUTES.values()),
        rows,
        right=tuple(range(1, 2 + len(ROUTES))),
        whole=(0,),
        what="periods",
        shown=PERIODS_SHOWN,
        from_end=True,
        caption="Routes of all calls, by rules and model together",
    )
    return Section("Routes over time", (grid,) if rows else (Words("There is no call."),), picture="routes")


def _cut(name: str, groups: Sequence[Cut]) -> list[Block]:
    by_size = name != CUTS["hours"]
    ranked = sorted(groups, key=lambda cut: (cut.calls is None, -(cut.calls or 0) if by_size else 0, cut.value))
    grid = Grid(
        (name, "Calls", "CSO by rules", "CSO with model", "Authority used, of all decided"),
        tuple(
            (
                cut.value,
                _or_hidden(cut.calls),
                _or_hidden(cut.sent_by_rules),
                _or_hidden(cut.sent),
                HIDDEN if cut.used is None else estimate(cut.used),
            )
            for cut in ranked
        ),
        right=(1, 2, 3),
        what=f"rows by {name.lower()}",
        shown=CUTS_SHOWN,
    )
    hidden = sum(cut.calls is None for cut in groups)
    said = f" {hidden:,} of {len(groups):,} groups are hidden." if hidden else ""
    return [grid, Words(f"{_extremes(groups)}{said}")] if groups else []


def _extremes(groups: Sequence[Cut]) -> str:
    """Between which groups the share sent to a CSO lies, of those that are large enough to compare."""
    large = sorted(
        (cut.sent / cut.calls, cut.value)
        for cut in groups
        if cut.calls is not None and cut.sent is not None and cut.calls >= COMPARED_MIN
    )
    if len(large) < 2:  # noqa: PLR2004 - a comparison takes two
        return f"Fewer than two groups have {COMPARED_MIN} calls, so none are compared."
    (low, lowest), (high, highest) = large[0], large[-1]
    if low == high:
        return f"Of every group with at least {COMPARED_MIN} calls {per_cent(low)} are sent to a CSO with the model."
    return (
        f"Of groups with at least {COMPARED_MIN} calls the share sent to a CSO with the model goes from"
        f" {per_cent(low)} ({lowest}) to {per_cent(high)} ({highest})."
    )


def _apart(found: Estimate) -> tuple[str, str]:
    if found.share is None or found.low is None or found.high is None:
        return NOTHING, NOTHING
    return per_cent(found.share), interval(found.low, found.high)


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _part(number: int, of: int) -> str:
    return f"{number:,} ({per_cent(number / of)})" if of else NOTHING


def _or_hidden(number: int | None) -> str:
    return HIDDEN if number is None else f"{number:,}"
