"""Pictures of a model's figures, drawn from a card alone: the same figures give the same bytes.

    drawn = draw("reliability", performance, limit=0.01)
    Path("reliability.png").write_bytes(as_png(drawn))

No text of an agency's files stands in a picture: only words of ours and numbers.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from triage.domain.values import Route
from triage.training.card import Performance, Reliability
from triage.training.figure_words import ROUTES
from triage.training.sheet import PictureName, estimate, per_cent

INCHES: Final = (8.0, 5.6)
DOTS_PER_INCH: Final = 120
INK: Final = "#1b1f24"
MAIN: Final = "#0b4f8a"
WARNING: Final = "#9c2f16"
QUIET: Final = "#5b6470"

APART: Final = 0.06
"""How far apart, in widths of the picture, points have to be for both to show their number of calls."""

CUT: Final = 6
"""Intervals that go beyond this many times the limit are cut off in the risk-coverage curve, and the legend says so."""

HEIGHT_MIN: Final = 0.001
"""A curve of noughts has some height all the same."""

NAMED_PERIODS_MAX: Final = 12
"""Bars that have room for their date."""

LOOKS: Final[Mapping[Route, tuple[str, str]]] = {
    "sworn": ("#c9d1dc", ""),
    "co_response": ("#8fb3d9", "..."),
    "cso": ("#0b6e4f", ""),
    "other_agency": ("#f2d388", "\\\\\\"),
}
"""Fill and hatch of a route: light, dotted, dark, striped, so that they differ without colour too."""

_SETTINGS: Final[Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11.0,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "triage",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def draw(name: PictureName, found: Performance, limit: float) -> Figure:
    """The picture called `name`. `limit` is the share of authority used that the policy allows among CSO calls.

    A picture of nothing says so in words.
    """
    with _settings():
        figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        if _DRAWN[name](axes, found, limit):
            axes.set_axis_on()
        else:
            axes.set_axis_off()
            axes.text(0.5, 0.5, "there are no calls to draw this from", ha="center", va="center")
    return figure


def as_png(figure: Figure) -> bytes:
    """The picture as PNG, without the moment or the program that made it."""
    return _saved(figure, "png", {"Software": None})


def as_svg(figure: Figure) -> bytes:
    """The picture as SVG, letters as outlines, so that it looks the same everywhere."""
    whole = _saved(figure, "svg", dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return whole[whole.index(b"<svg") :]  # what stands before names addresses on the web


def alt_text(name: PictureName, found: Performance, limit: float) -> str:
    """What the picture shows, for those who cannot see it; every number also stands in the table beside it."""
    if name == "reliability":
        return (
            f"Reliability curve: {len(found.reliability)} groups of calls by the risk said, each with how often"
            " authority was used and its exact 95% interval, beside the diagonal on which both are equal."
        )
    if name == "risk-coverage":
        return (
            "Risk-coverage curve: the more of the calls that the rules send to a CSO still go, the more authority is"
            f" used among them. The chosen point: {found.sent.number:,} of {found.sent_by_rules.number:,} still go,"
            f" authority used in {estimate(found.used)}; the limit is {per_cent(limit)}."
        )
    return (
        f"Stacked bars over {len(found.periods)} periods: the share of all calls that goes to each of"
        f" {', '.join(ROUTES.values())}."
    )


def _reliability(axes: Axes, found: Performance, _limit: float) -> bool:
    points = [(group, *_ends(group)) for group in found.reliability if group.used.of]
    if not points:
        return False
    x = [group.mean_risk for group, *_ in points]
    y = [share for _, share, _, _ in points]
    below = [share - low for _, share, low, _ in points]
    above = [high - share for _, share, _, high in points]
    end = min(1.0, 1.08 * max(*x, *(high for *_, high in points)))
    axes.plot([0, end], [0, end], color=QUIET, linestyle="--", linewidth=1.2, label="risk said = authority used")
    axes.errorbar(
        x, y, yerr=[below, above], color=MAIN, marker="o", markersize=6, linewidth=1.4, capsize=4, elinewidth=1.2,
        label="groups of calls, with exact 95% intervals",
    )  # fmt: skip
    labelled = -end
    for (group, _, _, high), right in zip(points, x, strict=True):
        if right - labelled >= APART * end:
            labelled = right
            axes.annotate(
                f"{group.used.of:,}", (right, high), textcoords="offset points", xytext=(0, 5), ha="center",
                fontsize=9, color=QUIET,
            )  # fmt: skip
    axes.set(xlim=(-0.02 * end, end), ylim=(-0.02 * end, end), xlabel="risk that the model said (mean of the group)")
    axes.set_ylabel("share with authority used")
    axes.set_title("Do calls end as the risk says? Numbers: decided calls of the group", loc="left", fontsize=11)
    _in_per_cent(axes, both=True)
    axes.legend(loc="upper left", frameon=False)
    return True


def _risk_coverage(axes: Axes, found: Performance, limit: float) -> bool:
    points = sorted(
        (point.sent.share, point.used.share, point.used.low, point.used.high)
        for point in found.coverage
        if point.sent.share is not None
        and point.used.share is not None
        and point.used.low is not None
        and point.used.high is not None
    )
    if not points:
        return False
    x, y, low, high = zip(*points, strict=True)
    top = min(1.0, 1.04 * max(limit, *y, min(max(high), max(CUT * limit, 1.5 * max(y))), HEIGHT_MIN))
    cut = f", cut off: it goes up to {per_cent(max(high))}" if max(high) > top else ""
    axes.fill_between(x, low, high, color=MAIN, alpha=0.16, linewidth=0, label=f"exact 95% interval{cut}")
    axes.plot(x, y, color=MAIN, marker="o", markersize=4, linewidth=1.6, label="authority used, by ceiling")
    axes.axhline(limit, color=WARNING, linestyle="--", linewidth=1.4, label=f"the limit: {per_cent(limit)}")
    _chosen(axes, found)
    axes.set(xlim=(0, 1.02), ylim=(-0.02 * top, top))
    axes.set_xlabel("share of the calls that the rules send to a CSO and that still go")
    axes.set_ylabel("authority used among them")
    axes.set_title("What more or less caution would do, ceiling by ceiling", loc="left", fontsize=11)
    _in_per_cent(axes, both=True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False)
    return True


def _chosen(axes: Axes, found: Performance) -> None:
    """The point that the ceiling chooses; where no call goes to a CSO it says so at the left."""
    if found.used.share is None or not found.sent.number or not found.sent_by_rules.number:
        words = "chosen: no call goes to a CSO" if not found.sent.number else "chosen: no outcome is known"
        axes.plot([0.0], [0.0], color=WARNING, marker="D", markersize=9, linestyle="none", clip_on=False, label=words)
        return
    right = found.sent.number / found.sent_by_rules.number
    words = f"chosen: {per_cent(right)} still go, authority used {per_cent(found.used.share)}"
    axes.plot([right], [found.used.share], color=WARNING, marker="D", markersize=9, linestyle="none", label=words)


def _routes(axes: Axes, found: Performance, _limit: float) -> bool:
    periods = [period for period in found.periods if sum(period.routes.values())]
    if not periods:
        return False
    places, floor = range(len(periods)), [0.0] * len(periods)
    for route, words in ROUTES.items():
        shares = [period.routes.get(route, 0) / sum(period.routes.values()) for period in periods]
        fill, hatch = LOOKS[route]
        axes.bar(
            places, shares, bottom=floor, width=0.88, color=fill, hatch=hatch, edgecolor=INK, linewidth=0.5,
            label=f"{words}: {per_cent(_of_all(found, route))}",
        )  # fmt: skip
        floor = [below + share for below, share in zip(floor, shares, strict=True)]
    step = -(-len(periods) // NAMED_PERIODS_MAX)
    starts = [period.start.date() for period in periods]
    axes.set_xticks(list(places)[::step], _dates(starts)[::step], rotation=45, ha="right")
    axes.set(ylim=(0, 1), xlim=(-0.7, len(periods) - 0.3), ylabel="share of all calls")
    axes.set_title("Who goes, by rules and model together", loc="left", fontsize=11)
    _in_per_cent(axes, both=False)
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, reverse=True, title="share of all calls shown"
    )
    return True


def _ends(group: Reliability) -> tuple[float, float, float]:
    used = group.used
    assert used.share is not None
    assert used.low is not None
    assert used.high is not None
    return used.share, used.low, used.high


def _of_all(found: Performance, route: Route) -> float:
    return sum(period.routes.get(route, 0) for period in found.periods) / sum(
        sum(period.routes.values()) for period in found.periods
    )


def _dates(starts: Sequence[date]) -> list[str]:
    """`2023-07` where every period begins a month, else `2023-07-14`."""
    monthly = len(starts) > 1 and all(start.day == 1 for start in starts)
    return [start.strftime("%Y-%m") if monthly else start.isoformat() for start in starts]


def _in_per_cent(axes: Axes, *, both: bool) -> None:
    shown = FuncFormatter(lambda value, _place: f"{100 * value:.3g}%")
    for axis in (axes.xaxis, axes.yaxis) if both else (axes.yaxis,):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(shown)
    axes.grid(visible=True, axis="y", color="#e3e6ea", linewidth=0.8)
    axes.set_axisbelow(True)


def _saved(figure: Figure, kind: str, metadata: Mapping[str, str | None]) -> bytes:
    out = io.BytesIO()
    with _settings():
        figure.savefig(out, format=kind, metadata=dict(metadata))
    return out.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    """Our settings alone, whatever the user's own say."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


_DRAWN: Final[Mapping[PictureName, Callable[[Axes, Performance, float], bool]]] = {
    "reliability": _reliability,
    "risk-coverage": _risk_coverage,
    "routes": _routes,
}
PICTURES: Final[tuple[PictureName, ...]] = tuple(_DRAWN)
"""The names of all pictures."""
