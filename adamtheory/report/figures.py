"""Figures of a regret run, drawn by matplotlib, which is imported only when a figure is drawn.

Colours are those of Okabe & Ito (2008), which people with any of the common colour deficiencies can tell apart; line
styles repeat the distinction for print without colour. Ticks are set by `axes`: those of matplotlib take four times as
long to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.report import axes as frame
from adamtheory.report.curves import COLOURS, GREY, Curve, columns, regret_curves, thinned
from adamtheory.runs.comparator import MOVING
from adamtheory.runs.plan import Result
from adamtheory.runs.summary import replicate_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MOST_IN_A_ROW = 6
BOUNDS_IN_A_ROW = 3
WIDTH, PANELS, FOOT = 11.5, 2.772, 0.504  # inches: of the figure, and the heights of the panels and below them
TITLE, NAMES, ROW, GAP = 0.063, 0.252, 0.21, 0.462  # inches from the top: title, names; a row of them, and below it
BOUND = (0, (4, 2))  # the line style of a proved bound, which is also thinner
REGRET_SLOPES = ((1.0, "slope of T"), (0.5, "slope of √T"))
AVERAGE_SLOPES = ((0.0, "linear regret"), (-0.5, "slope of 1/√T"))
STYLE: dict[Any, Any] = {
    "font.size": 9, "axes.titlesize": 10, "axes.labelsize": 9, "legend.fontsize": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 0.8, "axes.grid": True, "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6, "lines.linewidth": 1.7, "svg.fonttype": "none", "svg.hashsalt": "adamtheory",
    "axes.axisbelow": True,
}  # fmt: skip


def regret_figure(
    results: Sequence[Result], title: str, folder: Path, stem: str = "regret", bounds: Sequence[Curve] = ()
) -> list[Path]:
    """Draw regret, average regret and iterate against T, and save them as PNG and SVG.

    results  one or more finished optimizers of one plan;  title  a line above the panels
    folder   where `stem.png` and `stem.svg` go. Returns the two paths.
    bounds   proved bounds on the regret, drawn dashed in the colour of the curve with the same index
    Lines are means over the seeds, bands the middle half of them.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    rounds = results[0].regret.checkpoints
    with rc_context(STYLE):
        curves = regret_curves(results, "regret")
        names, bounded = [c.label for c in curves if c.label], [f"bound of {bound.label}" for bound in bounds]
        abreast = columns(names, WIDTH, MOST_IN_A_ROW), columns(bounded, WIDTH, BOUNDS_IN_A_ROW)
        rows = -(-len(names) // abreast[0]), -(-len(bounded) // abreast[1])
        above = NAMES + GAP + ROW * sum(rows)  # inches above the panels; their own size does not depend on the names
        height = above + PANELS + FOOT
        figure = Figure(figsize=(WIDTH, height), layout=None)
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, 3)
        figure.subplots_adjust(left=0.05, right=0.985, top=1 - above / height, bottom=FOOT / height, wspace=0.2)
        _growth_panel(panels[0], rounds, curves, REGRET_SLOPES, bounds)
        frame.title(panels[0], "Regret $R_T$")
        each = [replace(bound, values=bound.values / rounds) for bound in bounds]
        _growth_panel(panels[1], rounds, regret_curves(results, "average"), AVERAGE_SLOPES, each)
        frame.title(panels[1], "Average regret $R_T/T$")
        _iterate_panel(panels[2], rounds, results)
        for panel in panels:
            frame.rounds_axis(panel, rounds)
        figure.suptitle(title, y=1 - TITLE / height, fontsize=10)
        drawn, told = panels[0].get_legend_handles_labels()
        _legend(figure, drawn, told, 1 - NAMES / height, abreast[0])
        if bounds:
            lines = [Line2D([], [], **_bound_style(bound)) for bound in bounds]
            _legend(figure, lines, bounded, 1 - (NAMES + ROW * rows[0]) / height, abreast[1])
        paths = [folder / f"{stem}.png", folder / f"{stem}.svg"]
        figure.savefig(paths[0], dpi=150, metadata={"Software": "adamtheory"})
        figure.savefig(paths[1], metadata={"Date": None, "Creator": "adamtheory"})
    return paths


def _draw(axes: Any, rounds: Array, curves: Sequence[Curve]) -> None:
    for curve in curves:
        colour, style = curve.colour, curve.style
        if curve.low is not None:
            axes.fill_between(rounds, curve.low, curve.high, color=colour, alpha=0.13, linewidth=0)
        dots = "o" if len(rounds) == 1 else None
        label = curve.label or "_"  # matplotlib leaves a name that begins with _ out of the legend
        axes.plot(rounds, curve.values, color=colour, linestyle=style, label=label, marker=dots)


def _growth_panel(
    axes: Any, rounds: Array, curves: Sequence[Curve], slopes: Sequence[tuple[float, str]], bounds: Sequence[Curve]
) -> None:
    """Values on logarithmic axes, with lines of known slopes beside them and proved bounds above them."""
    logarithmic = frame.value_axis(axes, [*curves, *bounds])
    _draw(axes, rounds, curves)
    for bound in bounds:
        axes.plot(rounds, bound.values, **_bound_style(bound))
    if logarithmic and len(rounds) > 1 and not bounds:  # bounds are lines of known slopes themselves
        _guides(axes, rounds, curves, slopes)


def _bound_style(bound: Curve) -> dict[str, Any]:
    return {"color": COLOURS[bound.index % len(COLOURS)], "linestyle": BOUND, "linewidth": 1.1}


def _guides(axes: Any, rounds: Array, curves: Sequence[Curve], slopes: Sequence[tuple[float, str]]) -> None:
    """Dashed lines through one point above the first values; each is named along its visible part."""
    import numpy as np

    bottom, top = axes.get_ylim()
    first = max((float(c.values[0]) for c in curves if np.isfinite(c.values[0])), default=bottom)
    anchor = 1.7 * max(first, bottom)
    for slope, name in slopes:
        line = anchor * (rounds / rounds[0]) ** slope
        axes.plot(rounds, line, color=GREY, linestyle=(0, (4, 3)), linewidth=0.9, zorder=1.5)
        seen = np.flatnonzero((line < top / 1.3) & (line > bottom))
        if len(seen) < 2:
            continue
        k = seen[int(0.72 * (len(seen) - 1))]
        axes.annotate(
            name, (rounds[k], line[k]), xytext=(-2, 3) if slope > 0 else (2, 3), textcoords="offset points", fontsize=8,
            color=GREY, ha="center", rotation=frame.angle(axes, rounds, slope), rotation_mode="anchor",
        )  # fmt: skip


def _iterate_panel(axes: Any, rounds: Array, results: Sequence[Result]) -> None:
    """The iterate in one dimension, else its distance to the best fixed point."""
    import numpy as np

    moves, name = results[0].against in MOVING, _name(results[0].against)
    if results[0].trajectory.iterates.shape[-1] > 1:
        curves = regret_curves(results, "size" if moves else "distance")
        frame.value_axis(axes, curves)
        frame.title(axes, "Norm of $x_{T+1}$" if moves else f"Distance of $x_{{T+1}}$ to {name}")
        _draw(axes, rounds, curves)
        return
    curves = regret_curves(results, "iterate")
    _draw(axes, rounds, curves)
    shown = [v for c in frame.tame(curves) for v in (c.values, c.low, c.high) if v is not None]
    if moves:
        frame.plain_axis(axes, np.concatenate(shown))
        frame.title(axes, "Iterate $x_{T+1}$")
        return
    best = best_points(results[0])
    axes.plot(rounds, best.T, color=GREY, linestyle=(0, (4, 3)), linewidth=1.1, zorder=3)
    frame.plain_axis(axes, np.concatenate([*shown, *best]))
    frame.title(axes, f"Iterate $x_{{T+1}}$ (dashed grey: {name.removeprefix('the ')})")


def best_points(result: Result) -> Array:
    """The comparators of all lanes, each once: (lines, K), of several seeds the median.

    A mean of points at both ends of the set would be a point that is best for none.
    """
    import numpy as np

    points, seeds = result.regret.comparator[..., 0], replicate_axes(result.trajectory.axes)
    if seeds:
        points = np.quantile(points, 0.5, axis=tuple(seeds), method="lower")
    lines = np.unique(points.reshape(-1, points.shape[-1]), axis=0)
    return np.asarray(lines[thinned(len(lines))])


def _name(against: str) -> str:
    """The comparator that rests, short enough for a title."""
    return "the best fixed point" if against == "best" else "the comparator"


def _legend(figure: Any, handles: Sequence[Any], names: Sequence[str], top: float, abreast: int) -> None:
    """The names of lines, so many in a row, from `top` down."""
    figure.legend(handles, names, loc="upper center", bbox_to_anchor=(0.5, top), ncols=abreast, frameon=False,
                  handlelength=3.2, columnspacing=2.0)  # fmt: skip
