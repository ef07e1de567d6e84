"""Numbers, laws and verdicts as text, and figures of awkward runs."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from adamtheory.report.axes import _power, plain_axis
from adamtheory.report.curves import STYLES, banded, columns, regret_curves, shared_name
from adamtheory.report.figures import BOUNDS_IN_A_ROW, MOST_IN_A_ROW, WIDTH, _legend, regret_figure
from adamtheory.report.growth_text import law_text, sentences, significant, with_error
from adamtheory.report.tables import MOST_ROWS, regret_table
from adamtheory.rules import RULES
from adamtheory.runs.plan import Plan, labels, prepare_all, run_one
from adamtheory.runs.summary import NOT_FINITE, Row, summarise

ROW = Row(
    optimizer="adam", lane={}, rounds=10**6, x=1.0, comparator=-1.0, regret=667116.1, regret_error=None,
    average=0.667, recent=0.667,
    linear=2 / 3, linear_error=None, root=0.444, root_error=None, constant=0.09, slope=0.999, slope_error=None,
    gamma_min=-3106.0, gamma_first=2, ratio_max=1.05, gap=0.0, nonfinite=None, verdict="linear regret", scalar=True,
)  # fmt: skip
SLOW = replace(
    ROW, optimizer="amsgrad", regret=632.0, linear=-1.3e-8, root=0.582, constant=50.2, slope=0.39, gamma_min=0.003,
    gamma_first=None, verdict="sublinear",
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (2 / 3, "0.6667"), (-1.0, "-1.000"), (12.345, "12.35"), (1234.5, "1234"), (667116.1, "667116"),
     (1.23456e-7, "1.23e-07"), (5e12, "5.00e+12"), (float("nan"), "nan")],
)  # fmt: skip
def test_numbers_have_four_digits(value, text):
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(1.23456, 0.0567, "1.235 ± 0.057"), (376.1, 71.08, "376 ± 71"), (2.0, None, "2.000"), (2.0, 1e-16, "2.000"),
     (0.0, 0.52, "0.00 ± 0.52")],
)  # fmt: skip
def test_errors_have_two_digits_and_values_end_with_them(value, error, text):
    assert with_error(value, error) == text


def test_a_law_shows_the_terms_that_matter():
    assert law_text(ROW) == "0.6667 T + 0.444 sqrt(T)"
    assert law_text(SLOW) == "0.582 sqrt(T) + 50.2"
    assert law_text(replace(ROW, linear_error=0.01, root_error=9.0)) == "(0.667 ± 0.010) T"
    assert law_text(replace(SLOW, root=0.0, slope=0.3)) == "about T^0.30"
    assert law_text(replace(SLOW, root=0.0, slope=0.0)) == "about constant, 632"
    assert law_text(replace(ROW, root=-0.444)) == "0.6667 T - 0.444 sqrt(T)"
    assert law_text(replace(ROW, linear=None)) == "too few checkpoints"


def test_the_verdict_in_words():
    first, second, third = sentences([ROW, SLOW], "this sequence")
    assert first == (
        "On this sequence the regret of adam grows linearly: over rounds T/10 to T it lost on average about 0.667 "
        "a round more than the best fixed point, x = -1."
    )
    assert second == "The regret of amsgrad grows like sqrt(T): the average regret R_T/T falls like 1/sqrt(T)."
    assert third.startswith("For adam Gamma is negative, first at t = 2:")
    (only,) = sentences([replace(SLOW, verdict="undecided")], "f")
    assert "too early to say" in only
    (only,) = sentences([replace(SLOW, verdict=NOT_FINITE, nonfinite=7)], "f")
    assert "no longer finite, first in round 7" in only
    (only,) = sentences([replace(SLOW, regret=-1.0)], "f")
    assert only == "On f the regret of amsgrad is not positive: it lost no more than the best fixed point."
    flat, other = replace(SLOW, root=0.1, slope=-1e-4), replace(SLOW, optimizer="sgd", root=0.1, slope=0.3)
    (only,) = sentences([flat, other], "f")
    assert regret_table([flat])[1][0][regret_table([flat])[0].index("log slope")] == "0.000"
    assert "like T to the power 0.00 to 0.30" in only
    below = replace(SLOW, optimizer="adagrad", regret=-1.0)
    (only,) = sentences([replace(SLOW, root=0.1, slope=0.07), below], "f")
    assert "amsgrad grows slower than T (like T to the power 0.07" in only
    assert only.endswith("; the regret of adagrad is not positive: it lost no more than the best fixed point.")


def test_columns_without_content_are_left_out():
    heads, cells = regret_table([ROW, SLOW])
    assert "gap of R_T" not in heads
    assert "not finite" not in heads
    assert cells[0][heads.index("smallest Gamma")] == "-3106, < 0 at t = 2"
    heads, cells = regret_table([replace(ROW, gap=1e-9, nonfinite=3, gamma_min=None)] * (MOST_ROWS + 1))
    assert {"gap of R_T", "not finite"} <= set(heads)
    assert cells[0][heads.index("smallest Gamma")] == "not declared"
    assert len(cells) == MOST_ROWS


def test_labels_are_distinct():
    assert labels(("adam", "sgd[lr=1]")) == ["adam", "sgd"]
    assert labels(("adam[lr=1]", "adam[lr=2]")) == ["adam[lr=1]", "adam[lr=2]"]
    assert labels(("adam", "adam")) == ["adam #1", "adam #2"]


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.01, "0.01"), (1e6, "10⁶"), (-1e-3, "-10⁻³"), (5e7, "5·10⁷"), (0.0, "0")]
)
def test_ticks(value, text):
    assert _power(value) == text


@pytest.mark.parametrize(
    "plan",
    [
        Plan(("adam[lr=0.1]", "sgd[lr=0.1]"), "reddi3", 1),
        Plan(("adam[lr=0.1]",), "reddi3", 300),
        Plan(("sgd[lr=0]",), "reddi3", 300, start="-1"),  # the best fixed point itself: regret zero
        Plan(("sgd[lr=0.1]",), "quadratic_gaussian", 300, seeds=3, start="0"),  # negative regret now and then
        Plan(("sgd[lr=100, schedule=constant]", "adam"), "quadratic_gaussian", 400, seeds=2, feasible="none"),
        Plan(("adam[lr=linspace(0.1, 1, 15)]", "lion"), "reddi3", 90),
        Plan(("sgd[lr=0.1]",), "random_signs[dimension=3]", 200, seeds=2),
    ],
    ids=["one round", "one curve", "zero regret", "negative regret", "not finite", "many curves", "three coordinates"],
)
def test_a_figure_is_drawn_of_any_run(tmp_path, plan):
    results = [run_one(entry, plan) for entry in prepare_all(plan)]
    png, svg = regret_figure(results, "title", tmp_path)
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    assert (width, height) == (1725, 630)
    assert svg.read_text().rstrip().endswith("</svg>")
    rows = [row for result in results for row in summarise(result)]
    assert sentences(rows, "f")
    assert len(regret_table(rows)[1]) == len(rows)


GRID = [f"adam lr={lr} beta2={beta2}" for lr in (0.1, 0.5) for beta2 in (0.9, 0.99, 0.999)]


@pytest.mark.parametrize(
    ("names", "most"),
    [(GRID, MOST_IN_A_ROW), ([f"bound of {name}: master_theorem" for name in GRID], BOUNDS_IN_A_ROW),
     ([f"{name} beta1=0.999 beta2=0.99999" for name in RULES], MOST_IN_A_ROW), (["sgd"] * 7, MOST_IN_A_ROW),
     ([shared_name("rmsprop_momentum", {"lr": 1e-5, "beta2": 0.999}, {"lr": 1e-5, "beta2": 0.999}, 64)] * 2, 6)],
    ids=["a grid", "bounds", "long names", "short names", "shared names"],
)  # fmt: skip
def test_a_legend_stays_on_the_page_and_uses_it(names, most):
    """Measured as matplotlib lays it out; `columns` only reckons."""
    figure = Figure(figsize=(WIDTH, 4))
    FigureCanvasAgg(figure)
    abreast = columns(names, WIDTH, most)

    def width(count):
        lines = [figure.subplots().plot([0])[0]] * len(names)
        _legend(figure, lines, names, 0.9, count)
        return figure.legends[-1].get_window_extent(figure.canvas.get_renderer()).width / figure.dpi

    assert width(abreast) < WIDTH
    # one more would go over the edge, or nearly: letters differ
    assert abreast == min(most, len(names)) or width(abreast + 1) > 0.8 * WIDTH


def test_a_figure_grows_with_its_legend(tmp_path):
    plan = Plan(("sgd[lr=linspace(0.1, 0.9, 9)]",), "reddi3", 30)
    results = [run_one(entry, plan) for entry in prepare_all(plan)]
    bounds = [replace(curve, label=f"{curve.label}: master_theorem") for curve in regret_curves(results, "regret")]
    # 9 names fill 2 rows, 9 names of bounds 3: 4 rows more than one, of 0.21 inches at 150 dots an inch
    png, _ = regret_figure(results, "title", tmp_path, bounds=bounds)
    assert struct.unpack(">II", png.read_bytes()[16:24]) == (1725, 630 + round(4 * 0.21 * 150))


def test_many_curves_of_an_optimizer_go_from_pale_to_dark():
    plan = Plan(("sgd[lr=linspace(0.1, 0.9, 9)]", "sgd[lr=[0.1, 1]]", "sgd[lr=0.3]"), "quadratic_gaussian", 30, seeds=2)
    results = [run_one(entry, plan) for entry in prepare_all(plan)]
    assert banded(results) and all(c.low is not None and c.pale == 0 for c in regret_curves(results, "regret"))
    results.append(results[1])
    assert not banded(results)  # 14 lines
    curves = regret_curves(results, "regret")
    first = curves[:9]
    assert [c.label for c in first] == [""] * 8 + [first[-1].label]
    assert first[-1].label.endswith(": 9 settings, pale lr=0.1 to dark lr=0.9")
    assert curves[11].label.endswith("sgd[lr=0.3]") and curves[11].pale == 0  # alone
    assert all(c.low is None for c in curves)
    brightness = [sum(c.colour) for c in first]
    assert brightness == sorted(brightness, reverse=True) and len(set(brightness)) == 9
    assert first[-1].colour == (0xD5 / 255, 0x5E / 255, 0)
    assert {c.index for c in first} == {0} and first[0].style == STYLES[0]


@pytest.mark.parametrize("values", [[-0.99995, -1.0], [5e6, 5e6 + 1], [0.2, 1.0], [3.0, 3.0], [0.0, 0.0]])
def test_a_plain_axis_needs_no_offset(values):
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    plain_axis(axes, np.array(values))
    figure.canvas.draw()
    low, high = axes.get_ylim()
    assert low < min(values) and max(values) < high
    assert axes.yaxis.get_offset_text().get_text() in ("", "1e6")
    assert max(len(label.get_text()) for label in axes.get_yticklabels()) <= 5


def test_a_grid_keeps_its_lanes_apart():
    plan = Plan(("sgd[lr=[0, 0.5]]",), "reddi[C=[3, 5]]", 300, seeds=2)
    (result,) = [run_one(entry, plan) for entry in prepare_all(plan)]
    rows = summarise(result)
    assert [row.lane for row in rows] == [{"lr": a, "C": b} for a in (0, 0.5) for b in (3, 5)]
    assert [row.verdict for row in rows] == ["linear regret"] * 2 + ["sublinear"] * 2
    # standing still at x = 1: every period costs C - 2 there and -(C - 2) at the best fixed point -1
    np.testing.assert_allclose([row.average for row in rows[:2]], [2 / 3, 2], rtol=1e-12)
    assert [row.regret_error for row in rows] == [0.0] * 4
