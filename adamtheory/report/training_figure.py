"""The figure of a training: test loss, test accuracy and training loss against epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.report.curves import GREY, Curve, columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# panel -> (title, unit, whether its axis is logarithmic)
PANELS = {
    "test_loss": ("Test loss", "nats", True),
    "test_accuracy": ("Test accuracy", "%", False),
    "train_loss": ("Training loss, mean over each epoch", "nats", True),
}
STEM = "train"
MOST_RISE = 10  # of a loss over its first value, as far as it is shown
MOST_IN_A_ROW = 4
FEW_POINTS = 15  # up to which every epoch gets a dot


def training_figure(curves: Mapping[str, Sequence[Curve]], title: str, folder: Path) -> list[Path]:
    """Draw and save `train.png` and `train.svg`; returns the paths.

    curves  for each of `PANELS` one curve for each optimizer and lane; values at epochs 0, 1, ..., of training loss
            from 1 on; a panel without any number, as accuracy where there are no classes, is left out
    """
    from adamtheory.report.sheet import PANEL, Sheet

    sheet = Sheet(title)
    with sheet.style():
        shown = {
            name: panel for name, panel in PANELS.items() if any((c.values == c.values).any() for c in curves[name])
        }
        panels = sheet.panels(1, len(shown))
        for axes, (name, (head, unit, logarithmic)) in zip(panels, shown.items(), strict=True):
            for curve in curves[name]:
                _draw(axes, curve, first=1 if name == "train_loss" else 0)
            sheet.label(axes, head, "epoch", unit, logy=logarithmic)
            if logarithmic:
                _cap(axes, curves["test_loss"], curves[name])
            else:
                _zoom(axes, curves[name])
            _ticks(axes, logarithmic)
        names = [curve.label for curve in curves["test_loss"] if curve.label]
        sheet.legend_below(panels[0], columns=columns(names, PANEL[0] * len(shown), MOST_IN_A_ROW))
        return sheet.save(folder, STEM)


def _draw(axes: Any, curve: Curve, first: int) -> None:
    import numpy as np

    epochs = np.arange(first, first + len(curve.values))
    colour, style = curve.colour, curve.style
    if curve.low is not None:
        axes.fill_between(epochs, curve.low, curve.high, color=colour, alpha=0.15, linewidth=0)
    dots = {"marker": "o", "markersize": 3} if len(epochs) <= FEW_POINTS else {}
    axes.plot(epochs, curve.values, color=colour, linestyle=style, label=curve.label or "_", **dots)


def _cap(axes: Any, losses: Sequence[Curve], drawn: Sequence[Curve]) -> None:
    """A loss that explodes must not flatten the others: the axis ends not far above the losses at the start."""
    import numpy as np

    most = MOST_RISE * max((float(c.values[0]) for c in losses if np.isfinite(c.values[0])), default=np.inf)
    if axes.get_ylim()[1] > most > axes.get_ylim()[0]:
        axes.set_ylim(top=most)
        gone = [_first_word(c, drawn) for c in drawn if not (c.values <= most).all()]
        gone = list(dict.fromkeys(gone))  # many curves may share a name
        told = f"above: {', '.join(gone)}" if gone else ""
        axes.annotate(told, (0.985, 0.96), xycoords="axes fraction", ha="right", fontsize=8, color=GREY)


def _first_word(curve: Curve, drawn: Sequence[Curve]) -> str:
    """The name of a curve, or of the one that names those of its optimizer, as far as it is short."""
    return next(c.label for c in drawn if c.index == curve.index and c.label).partition(": ")[0]


def _zoom(axes: Any, curves: Sequence[Curve]) -> None:
    """The accuracy from the first epoch on; that of a guess before it lies far below."""
    import numpy as np

    later = np.concatenate([c.values[1:] for c in curves])
    margin = 0.06 * (later.max() - later.min()) + 0.5
    axes.set_ylim(later.min() - margin, later.max() + margin)


def _ticks(axes: Any, logarithmic: bool) -> None:
    """Whole epochs; on a logarithmic axis 1, 2 and 5 times powers of ten as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if logarithmic:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
