"""What experiments on networks share: examples, step sizes tuned by one budget for all, paired intervals over seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table
from adamtheory.nets.data import load
from adamtheory.nets.data_arrays import Sparse, Split
from adamtheory.nets.history import History, train
from adamtheory.nets.network import Network
from adamtheory.rules import get

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

    from adamtheory.language.rule import Rule

EVERY = 6  # training example that is held out in tuning: 10000 of MNIST's 60000
POINTS = "points"  # of percent
TRAIN, HELD_OUT = "training", "held-out"  # losses by which a step size can be chosen: whole run, last epoch


# --- examples ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """Rows and their classes as `train` takes them; `inputs` numbers a row."""

    train: Split
    test: Split
    inputs: int
    classes: int

    @property
    def sparse(self) -> bool:
        return isinstance(self.train.x, Sparse)


def task(spec: str) -> Task:
    """A data set of `adamtheory.nets.data`, a network multiplies pixels of one byte by 1/255; `NoDataError` if absent.

    Counts of words become 1: a word occurs in a text or it does not.
    """
    found = load(spec)
    parts = [occurring(part) for part in (found.train, found.test)]
    width = found.train.x.width if isinstance(found.train.x, Sparse) else found.train.x.shape[1]
    return Task(parts[0], parts[1], width, found.classes)


def occurring(part: Split) -> Split:
    """Counts of words become 1, other numbers stay as they are."""
    import numpy as np

    x = part.x
    if not isinstance(x, Sparse):
        return part
    return Split(Sparse(x.indptr, x.indices, np.ones_like(x.values), x.width), part.y)


def held_out(data: Task) -> Task:
    """The training examples alone: every sixth one is tested on, the others are trained on. No test example is read."""
    import numpy as np

    rows = np.arange(len(data.train.y))
    out = rows % EVERY == 0
    return Task(data.train.take(rows[~out]), data.train.take(rows[out]), data.inputs, data.classes)


# --- tuning -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tuned:
    """The step size that was chosen, whether both its neighbours were tried too, and runs with it on other seeds."""

    lr: float
    inside: bool
    history: History


def tuned(
    network: Network,
    data: Task,
    name: str,
    log_lr: Sequence[float],
    *,
    epochs: int,
    tuning: int,
    seeds: int,
    by: str = HELD_OUT,
    batch: int = 128,
    schedule: Rule | None = None,
    **parameters: Any,
) -> Tuned:
    """Train with the step size that is best on `held_out(data)`; the budget is the same for every optimizer.

    log_lr      decimal logarithms of the step sizes that are tried, rising; then the two halfway to the best one's
                neighbours are tried too
    tuning      seeds 0, 1, ... of tuning; the runs that are returned have the next `seeds` ones
    by          what chooses: `TRAIN`, the training loss over the whole run, or `HELD_OUT`, the held-out loss after it
    schedule    as in `train`; parameters: further ones of the optimizer
    """
    import numpy as np

    rule, parts = get(name), held_out(data)
    given = {"epochs": epochs, "batch": batch, "schedule": schedule}

    def losses(logs: Sequence[float]) -> Array:
        lr = 10.0 ** np.array(logs)[:, None]
        tried = train(network, parts, rule(lr=lr, **parameters), seed=np.arange(tuning), **given)
        loss = tried.train_loss.mean(axis=-1) if by == TRAIN else tried.test_loss[..., -1]
        return np.where(np.isfinite(loss), loss, np.inf).mean(axis=1)

    found = dict(zip(log_lr, losses(log_lr), strict=True))
    best = min(found, key=lambda log: found[log])
    at = list(log_lr).index(best)
    inside = 0 < at < len(log_lr) - 1
    near = [(best + log_lr[i]) / 2 for i in (at - 1, at + 1) if 0 <= i < len(log_lr)]
    found |= dict(zip(near, losses(near), strict=True)) if near else {}
    lr = float(10 ** min(found, key=lambda log: found[log]))
    further = np.arange(tuning, tuning + seeds)
    return Tuned(lr, inside, train(network, data, rule(lr=lr, **parameters), seed=further, **given))


def curves(found: Tuned, **names: Any) -> Block:
    """The runs as rows of a table, one for each seed and epoch, below the columns of `names`."""
    import numpy as np

    history = found.history
    seeds, epochs = history.train_loss.shape
    return {
        **names, "lr": found.lr, "inside": found.inside,
        "seed": np.repeat(np.arange(seeds), epochs), "epoch": np.tile(np.arange(1, epochs + 1), seeds),
        "train_loss": history.train_loss.ravel(), "test_loss": history.test_loss[:, 1:].ravel(),
        "test_accuracy": history.test_accuracy[:, 1:].ravel(),
    }  # fmt: skip


def need(optimizers: Sequence[str], judged: Sequence[str]) -> None:
    """Raises `ParameterError` where one of the optimizers that a verdict judges is left out."""
    missing = [name for name in judged if name not in optimizers]
    if missing:
        raise ParameterError(f"optimizers must have {', '.join(judged)}; {', '.join(missing)} missing")


# --- what follows -----------------------------------------------------------------------------------------------------


def relative(one: Array, two: Array) -> tuple[float, float]:
    """Paired difference two - one in units of the mean of `one`, and the half width of its 95 % interval."""
    return absolute(one / one.mean(), two / one.mean())


def absolute(one: Array, two: Array) -> tuple[float, float]:
    """Paired difference two - one, and the half width of its 95 % interval."""
    mean, error = interval(two - one, [0])
    return float(mean), float(error)


def below(what: str, found: tuple[float, float], limit: float, unit: str = "%") -> Check:
    """A check that a difference is below a limit; cannot tell where its interval reaches to both sides."""
    mean, error = found
    holds = True if mean + error < limit else False if mean - error >= limit else None
    return Check(what, shown(found, unit), f"below {100 * limit:+.2f} {unit}", holds)


def above(what: str, found: tuple[float, float], limit: float, unit: str = "%") -> Check:
    """A check that a difference is above a limit; cannot tell where its interval reaches to both sides."""
    mean, error = found
    holds = True if mean - error > limit else False if mean + error <= limit else None
    return Check(what, shown(found, unit), f"above {100 * limit:+.2f} {unit}", holds)


def shown(found: tuple[float, float], unit: str = "%") -> str:
    """A difference and its interval in percent; of two shares, such as errors, in `POINTS`."""
    return f"{100 * found[0]:+.2f} ± {100 * found[1]:.2f} {unit}"


def tuning_was_wide(table: Table, what: str = "") -> Check:
    """A check that no step size was chosen at an end of the grid; cannot tell, where one was, what lies beyond."""
    ends = sorted({row["optimizer"] for row in table.rows() if not row["inside"]})
    return Check(f"{what}step sizes at an end of the grid", ", ".join(ends) or "none", "none", None if ends else True)


def over_run(table: Table, optimizer: str) -> Array:
    """Training loss over the whole run, seed by seed: the mean of all epochs."""
    return _by_seed(table, optimizer, "train_loss").mean(axis=1)


def at_the_end(table: Table, optimizer: str, column: str = "train_loss") -> Array:
    """A column in the last epoch, seed by seed."""
    last: Array = _by_seed(table, optimizer, column)[:, -1]
    return last


def by_epoch(table: Table, optimizer: str, column: str = "train_loss") -> Array:
    """A column epoch by epoch, the mean of the seeds."""
    mean: Array = _by_seed(table, optimizer, column).mean(axis=0)
    return mean


def ranked(table: Table, optimizers: Sequence[str], measure: Callable[[Table, str], Array]) -> str:
    """The optimizers by the mean of a measure, the smallest first."""
    means = {name: float(measure(table, name).mean()) for name in optimizers}
    return ", ".join(f"{name} {means[name]:.3g}" for name in sorted(means, key=lambda name: means[name]))


def _by_seed(table: Table, optimizer: str, column: str) -> Array:
    own = table.where(optimizer=optimizer)
    seeds: Array = own[column].reshape(int(own["seed"].max()) + 1, -1)
    return seeds


def draw_curves(table: Table, optimizers: Sequence[str], title: str, sheet: Any) -> None:
    """Training loss and test loss by epoch, with the step sizes that were chosen."""
    left, right = sheet.panels(1, 2)
    for index, name in enumerate(optimizers):
        training = by_epoch(table, name)
        lr = table.where(optimizer=name)["lr"][0]
        epochs = range(1, len(training) + 1)
        sheet.line(left, epochs, training, f"{name}, alpha={lr:.3g}", index)
        sheet.line(right, epochs, by_epoch(table, name, "test_loss"), "", index)
    sheet.label(left, title, "epoch", "mean loss in the epoch, nats", logy=True)
    sheet.label(right, "Test", "epoch", "loss after the epoch, nats", logy=True)
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
    sheet.legend_below(left, 4 if len(optimizers) > 6 else 3)
