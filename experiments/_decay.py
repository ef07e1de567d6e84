"""What experiments on weight decay share: training on some rows, losses on others, and the best decay of a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.experiments._networks import Task
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Check

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.language.rule import Bound
    from adamtheory.nets.data_arrays import Split
    from adamtheory.nets.network import Network

    Array = NDArray[Any]


@dataclass(frozen=True)
class Parts:
    """Rows for training, rows of the same part of a set for choosing, and its test rows."""

    train: Split
    held: Split
    test: Split


def split(data: Task, rows: int, held: int) -> Parts:
    """The first training rows, those that follow them, and the test rows."""
    import numpy as np

    every = np.arange(min(rows + held, len(data.train.y)))
    return Parts(data.train.take(every[:rows]), data.train.take(every[rows:]), data.test)


def measured(
    net: Network, parts: Parts, optimizer: Bound, schedule: Bound, epochs: int, seeds: Array, batch: int
) -> dict[str, Array]:
    """Losses and errors of all lanes after training, on the rows for choosing and on the test rows."""
    from adamtheory.nets.training import Training

    training = Training(net, parts.train, optimizer, batch=batch, schedule=schedule, seed=seeds)
    for _ in range(epochs):
        training.epoch()
    (held_loss, held_right), (test_loss, test_right) = (training.evaluate(part) for part in (parts.held, parts.test))
    return {"held_loss": held_loss, "held_error": 1 - held_right, "test_loss": test_loss, "test_error": 1 - test_right}


def best_decays(decays: Array, losses: Array, bowl: float, near: float | None = None) -> tuple[Array, Array]:
    """Which curves have a best decay, and where it is for each seed, (curves, seeds).

    decays  logarithms, rising;  losses  (curves, decays, seeds)
    bowl    a curve's parabola uses the cells around its least mean loss with at most 1 + bowl times that loss
    near    a curve counts where its least mean loss is at most 1 + near times the least of all
    The least mean loss of a curve that counts is at no end of the grid.
    """
    import numpy as np

    finite = np.where(np.isfinite(losses), losses, np.inf)
    means = finite.mean(axis=2)
    kept, best = [], []
    for i, mean in enumerate(means):
        at = int(mean.argmin())
        if not 0 < at < len(decays) - 1 or (near is not None and mean[at] > (1 + near) * means.min()):
            continue
        low, high, most = at - 1, at + 1, (1 + bowl) * mean[at]
        while low > 0 and mean[low - 1] <= most:
            low -= 1
        while high < len(decays) - 1 and mean[high + 1] <= most:
            high += 1
        kept.append(i)
        best.append(vertices(decays[low : high + 1], finite[i, low : high + 1]))
    return np.array(kept, int), np.array(best).reshape(-1, losses.shape[2])


def vertices(x: Array, losses: Array) -> Array:
    """Where the parabola through the logarithms of each column is least, within x; else x of the least value."""
    import numpy as np

    if not np.isfinite(losses).all():
        return np.full(losses.shape[1], np.nan)
    y, middle = np.log(losses), x.mean()
    curve, slope, _ = np.polyfit(x - middle, y, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = middle - slope / (2 * curve)
    return np.clip(np.where(curve > 0, found, x[y.argmin(axis=0)]), x[0], x[-1])


def exponent_above(what: str, values: Array, least: float) -> Check:
    """A check that an exponent is above a number; cannot tell where its interval has it inside, or is none."""
    mean, error = (float(value) for value in interval(values, [0]))
    holds = True if mean - error > least else False if mean + error <= least else None
    return Check(what, f"{mean:+.2f} ± {error:.2f}", f"above {least:g}", holds)


def within(off: float, error: float, most: float) -> bool | None:
    """Whether |off| is at most `most` in the whole of its interval, or nowhere in it; None where that differs."""
    return True if abs(off) + error <= most else False if abs(off) - error > most else None
