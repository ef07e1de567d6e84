"""The sheet on which an experiment draws: panels in one style, saved as SVG and PNG.

    left, right = sheet.panels(1, 2)
    sheet.line(left, t, values, "adam", 0)
    sheet.guide(left, t, predicted, "predicted")
    sheet.label(left, "Regret", "rounds T", "R_T", logx=True)
    sheet.legend(left)

Colours and styles are those of the other figures; matplotlib is imported when a figure is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.report.curves import COLOURS, GREY, STYLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

PANEL = (4.6, 3.5)  # inches of one panel
TOP, BOTTOM = 0.55, 0.1  # inches above and below the panels


class Sheet:
    """A figure with panels; `title` stands above them."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.figure: Any = None

    @contextmanager
    def style(self) -> Iterator[None]:
        """Everything is drawn and saved inside of this."""
        from matplotlib import rc_context

        from adamtheory.report.figures import STYLE

        with rc_context({**STYLE, "lines.linewidth": 1.4}):
            yield

    def panels(self, rows: int = 1, columns: int = 1) -> list[Any]:
        """Axes, row by row."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        size = (PANEL[0] * columns, PANEL[1] * rows + TOP + BOTTOM)
        self.figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(self.figure)
        self.figure.suptitle(self.title, fontsize=10)
        return list(self.figure.subplots(rows, columns, squeeze=False).ravel())

    def line(self, axes: Any, x: Any, y: Any, name: str = "", index: int = 0, **more: Any) -> None:
        """A curve in the index-th colour and line style."""
        style = {"color": self.colour(index), "linestyle": STYLES[index % len(STYLES)], **more}
        axes.plot(x, y, label=name or "_", **style)

    def dots(self, axes: Any, x: Any, y: Any, name: str = "", index: int = 0, error: Any = None, **more: Any) -> None:
        """Measured points in the index-th colour, with error bars where half widths are given."""
        style = {"color": self.colour(index), "markersize": 4.5, "capsize": 2.5, "elinewidth": 1.0, **more}
        axes.errorbar(x, y, yerr=error, fmt="o", label=name or "_", **style)

    def guide(self, axes: Any, x: Any, y: Any, name: str = "") -> None:
        """A predicted curve: grey and dashed."""
        axes.plot(x, y, color=GREY, linestyle=(0, (4, 3)), linewidth=1.1, zorder=1.5, label=name or "_")

    def image(self, axes: Any, x: Any, y: Any, values: Array, name: str, middle: float | None = None) -> None:
        """A heat map of values (len(y), len(x)) with a colour bar; around `middle` where the sign matters.

        x, y  centres of the cells, in increasing order
        """
        import numpy as np

        colours: dict[str, Any] = {"cmap": "viridis"}
        if middle is not None:
            from matplotlib.colors import TwoSlopeNorm

            known = values[np.isfinite(values)]
            far = float(np.max(np.abs(known - middle), initial=1e-12))
            colours = {"cmap": "RdBu_r", "norm": TwoSlopeNorm(middle, middle - far, middle + far)}
        drawn = axes.pcolormesh(x, y, values, shading="nearest", rasterized=True, **colours)
        axes.grid(visible=False)
        self.figure.colorbar(drawn, ax=axes, label=name)

    def label(self, axes: Any, title: str, x: str, y: str, *, logx: bool = False, logy: bool = False) -> None:
        """Title and axes, logarithmic where asked."""
        axes.set_title(title)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        if logx:
            axes.set_xscale("log")
        if logy:
            axes.set_yscale("log")

    def legend(self, axes: Any, **more: Any) -> None:
        """The names of what was drawn in a panel."""
        axes.legend(frameon=False, handlelength=2.6, **more)

    def legend_below(self, axes: Any, columns: int, place: str = "center") -> None:
        """The names of what was drawn in a panel, below all panels; for names that would cover what they name."""
        handles, names = axes.get_legend_handles_labels()
        where = {"loc": f"outside lower {place}", "ncols": columns, "frameon": False, "handlelength": 2.6}
        self.figure.legend(handles, names, fontsize=8, **where)

    def colour(self, index: int) -> str:
        """The index-th colour."""
        return COLOURS[index % len(COLOURS)]

    def save(self, folder: Path, stem: str) -> list[Path]:
        """Write `stem.png` and `stem.svg`; returns the paths. Where nothing can stand, a logarithmic axis is none."""
        for axes in self.figure.axes:
            if axes.get_xscale() == "log" and not axes.dataLim.minposx < inf:
                axes.set_xscale("linear")
            if axes.get_yscale() == "log" and not axes.dataLim.minposy < inf:
                axes.set_yscale("linear")
        paths = [folder / f"{stem}.png", folder / f"{stem}.svg"]
        self.figure.savefig(paths[0], dpi=150, metadata={"Software": "adamtheory"})
        self.figure.savefig(paths[1], metadata={"Date": None, "Creator": "adamtheory"})
        return paths
