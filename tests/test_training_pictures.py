import subprocess
import sys
from typing import get_args

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tests.card_examples import CARD, NO_CEILING, NOTHING_SENT, PERFORMANCE, periods
from tests.cli_calls import ROOT
from triage.domain.values import Route
from triage.training.card import Performance, Period
from triage.training.figure_words import ROUTES
from triage.training.metrics import exact
from triage.training.pictures import LOOKS, PICTURES, alt_text, as_png, as_svg, draw
from triage.training.sheet import PictureName

LIMIT = 0.01


def axes(name: PictureName, found: Performance = PERFORMANCE, limit: float = LIMIT) -> Axes:
    return draw(name, found, limit).axes[0]


def words(figure: Figure) -> list[str]:
    (only,) = figure.axes
    legend = only.get_legend()
    return [text.get_text() for text in (*only.texts, *(legend.get_texts() if legend else ()))]


def points(drawn: Line2D) -> list[tuple[float, float]]:
    return list(zip(np.asarray(drawn.get_xdata()).tolist(), np.asarray(drawn.get_ydata()).tolist(), strict=True))


def line(drawn: Axes, label: str) -> Line2D:
    (found,) = [one for one in drawn.get_lines() if str(one.get_label()).startswith(label)]
    return found


def test_there_is_a_picture_for_every_name() -> None:
    assert set(PICTURES) == set(get_args(PictureName)) == {"reliability", "risk-coverage", "routes"}


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_figures_give_the_same_bytes_whatever_the_users_settings_say(name: PictureName) -> None:
    first = as_png(draw(name, PERFORMANCE, LIMIT)), as_svg(draw(name, PERFORMANCE, LIMIT))
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "none", "axes.facecolor": "red", "svg.hashsalt": "other"}):
        again = as_png(draw(name, PERFORMANCE, LIMIT)), as_svg(draw(name, PERFORMANCE, LIMIT))
    assert first == again
    assert first[0].startswith(b"\x89PNG")
    assert first[1].startswith(b"<svg")


def test_another_process_draws_the_same_bytes() -> None:
    script = (
        "import sys; from tests.card_examples import PERFORMANCE; from triage.training.pictures import as_svg, draw;"
        "sys.stdout.buffer.write(as_svg(draw('risk-coverage', PERFORMANCE, 0.01)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    assert done.stdout == as_svg(draw("risk-coverage", PERFORMANCE, LIMIT))


@pytest.mark.parametrize("name", PICTURES)
def test_other_figures_give_other_bytes(name: PictureName) -> None:
    other = PERFORMANCE.model_copy(
        update={
            "reliability": PERFORMANCE.reliability[:3],
            "coverage": PERFORMANCE.coverage[:3],
            "periods": periods(3),
        }
    )
    assert as_svg(draw(name, PERFORMANCE, LIMIT)) != as_svg(draw(name, other, LIMIT))


@pytest.mark.parametrize("name", PICTURES)
def test_a_drawing_names_no_address_and_no_moment(name: PictureName) -> None:
    svg = as_svg(draw(name, PERFORMANCE, LIMIT)).decode()
    for namespace in ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"):
        svg = svg.replace(f'"{namespace}"', "")
    assert "http" not in svg
    assert "<script" not in svg
    assert "matplotlib.org" not in svg
    assert "date>" not in svg
    assert b"Software" not in as_png(draw(name, PERFORMANCE, LIMIT))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_nothing_says_so(name: PictureName) -> None:
    assert words(draw(name, NOTHING_SENT, LIMIT)) == ["there are no calls to draw this from"]


def test_the_reliability_curve_has_each_group_with_its_exact_interval_beside_the_diagonal() -> None:
    drawn = axes("reliability")
    (bars,) = drawn.containers
    curve, _, (spans,) = bars
    groups = PERFORMANCE.reliability
    assert points(curve) == [(group.mean_risk, group.used.share) for group in groups]
    ends = [tuple(segment[:, 1]) for segment in spans.get_segments()]
    assert ends == [pytest.approx((group.used.low, group.used.high)) for group in groups]
    diagonal = line(drawn, "risk said = authority used")
    assert all(risk == used for risk, used in points(diagonal))
    assert drawn.get_ylim()[1] >= max(group.used.high or 0 for group in groups)
    assert {text.get_text() for text in drawn.texts} <= {f"{group.used.of}" for group in groups}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("limit", [0.01, 0.012, 1.0])
def test_every_word_stands_inside_the_picture(name: PictureName, limit: float) -> None:
    figure = draw(name, PERFORMANCE, limit)
    as_png(figure)
    (drawn,) = figure.axes
    legend = drawn.get_legend()
    assert legend is not None
    for text in (*legend.get_texts(), *drawn.texts, drawn.title, drawn.xaxis.label):
        if not text.get_text():
            continue
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


def test_a_group_without_a_decided_call_is_no_point() -> None:
    empty = PERFORMANCE.reliability[0].model_copy(update={"used": exact(0, 0)})
    found = PERFORMANCE.model_copy(update={"reliability": (empty, *PERFORMANCE.reliability[1:])})
    ((curve, *_),) = axes("reliability", found).containers
    assert len(points(curve)) == len(PERFORMANCE.reliability) - 1


def test_the_risk_coverage_curve_marks_the_limit_and_the_chosen_point() -> None:
    drawn = axes("risk-coverage")
    curve = line(drawn, "authority used, by ceiling")
    assert points(curve) == [(point.sent.share, point.used.share) for point in PERFORMANCE.coverage]
    assert {used for _, used in points(line(drawn, "the limit: 1.00%"))} == {LIMIT}
    chosen = line(drawn, "chosen: 60.2% still go, authority used 0.90%")
    assert points(chosen) == [(402 / 668, 1 / 111)]


def test_an_interval_that_is_cut_off_is_said_to_be_with_how_far_it_goes() -> None:
    drawn = axes("risk-coverage")
    highest = max(point.used.high or 0 for point in PERFORMANCE.coverage)
    assert drawn.get_ylim()[1] < highest
    (band,) = [one for one in drawn.collections if isinstance(one, PolyCollection)]
    assert band.get_label() == "exact 95% interval, cut off: it goes up to 20.6%"
    whole = axes("risk-coverage", limit=0.2)
    assert whole.get_ylim()[1] >= highest
    (band,) = [one for one in whole.collections if isinstance(one, PolyCollection)]
    assert band.get_label() == "exact 95% interval"


def test_where_no_call_goes_to_a_cso_the_chosen_point_says_so() -> None:
    chosen = line(axes("risk-coverage", NO_CEILING.test), "chosen")
    assert chosen.get_label() == "chosen: no call goes to a CSO"
    assert points(chosen) == [(0, 0)]


def test_where_no_outcome_of_those_sent_is_known_the_chosen_point_says_so() -> None:
    unknown = PERFORMANCE.model_copy(update={"used": exact(0, 0)})
    assert line(axes("risk-coverage", unknown), "chosen").get_label() == "chosen: no outcome is known"


@pytest.mark.parametrize("name", PICTURES)
def test_figures_that_are_all_nought_are_drawn(name: PictureName) -> None:
    nought = exact(0, 50)
    found = PERFORMANCE.model_copy(
        update={
            "sent_by_rules": exact(0, 50),
            "used": nought,
            "reliability": tuple(
                one.model_copy(update={"mean_risk": 0, "used": nought}) for one in PERFORMANCE.reliability
            ),
            "coverage": tuple(one.model_copy(update={"used": nought}) for one in PERFORMANCE.coverage),
        }
    )
    as_png(draw(name, found, 0.0))


@pytest.mark.parametrize("number", [1, 8, 60])
def test_the_routes_of_every_period_make_a_whole(number: int) -> None:
    found = PERFORMANCE.model_copy(update={"periods": periods(number, 1)})
    drawn = axes("routes", found)
    assert len(drawn.containers) == len(ROUTES)
    tops = [bar.get_y() + bar.get_height() for bar in drawn.containers[-1]]
    assert tops == [pytest.approx(1)] * number
    assert len(drawn.get_xticklabels()) <= 12
    as_png(draw("routes", found, LIMIT))


def test_routes_differ_without_colour_and_the_legend_names_each_in_words() -> None:
    hatches = {LOOKS[route][1] for route in ROUTES}
    plain = [to_rgb(LOOKS[route][0]) for route in ROUTES if not LOOKS[route][1]]
    brightness = sorted(sum(colour) / 3 for colour in plain)
    assert len(hatches) == len(ROUTES) - 1
    assert brightness[-1] - brightness[0] > 0.4
    named = " ".join(words(draw("routes", PERFORMANCE, LIMIT)))
    assert all(name in named for name in ROUTES.values())
    assert "CSO alone: 5.27%" in named


def test_months_are_named_as_months_and_days_as_days() -> None:
    routes: dict[Route, int] = {"sworn": 1}
    months = tuple(
        Period(start=periods(1)[0].start.replace(year=2023, month=month, day=1), routes=routes) for month in (1, 2)
    )
    drawn = [axes("routes", PERFORMANCE.model_copy(update={"periods": given})) for given in (months, periods(2, 1))]
    named = [[label.get_text() for label in one.get_xticklabels()] for one in drawn]
    assert named == [["2023-01", "2023-02"], ["2022-11-07", "2022-11-08"]]


def test_a_period_without_a_call_is_left_out() -> None:
    empty = Period(start=periods(1)[0].start, routes={"sworn": 0})
    found = PERFORMANCE.model_copy(update={"periods": (empty, *periods(2))})
    assert len(axes("routes", found).containers[0]) == 2
    assert words(draw("routes", found.model_copy(update={"periods": (empty,)}), LIMIT)) == [
        "there are no calls to draw this from"
    ]


def test_who_cannot_see_a_picture_is_told_what_it_shows() -> None:
    told = [alt_text(name, CARD.test, LIMIT) for name in PICTURES]
    assert "6 groups of calls by the risk said" in told[0]
    assert "402 of 668 still go, authority used in 1 of 111: 0.90% (0.02-4.92); the limit is 1.00%" in told[1]
    assert "8 periods" in told[2]
