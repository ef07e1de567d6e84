"""Do adaptive methods generalise worse on real data?

Claim       Not here: with the step size of each tuned by the same budget on held-out examples, no adaptive method's
            test error is above that of SGD by 1.5 percentage points, though Adam and AMSGrad fit the training examples
            closer than SGD does.
Refuted if  the 95 % interval over seeds of the paired difference of an adaptive method's test error lies above 1.5
            points, or that of ln(training loss of Adam or AMSGrad/that of SGD) above 0.
Source      Wilson, Roelofs, Stern, Srebro & Recht 2017, sections 4 and 5: solutions of adaptive methods generalize
            worse than those of SGD, even where they fit the training examples better.
Budget      quick: 1000 digits, six optimizers, 8 step sizes, 10 seeds, 4 s. full: 5000 of Fashion-MNIST, 3 minutes.
Note        In the full run the test errors of all four adaptive methods are lower than that of SGD, by 0.2 to 0.5
            points. The paper's networks are larger, and its step sizes fall during training; these are constant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments._networks import POINTS, absolute, below, curves, task, tuned, tuning_was_wide
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
from adamtheory.laboratory.settings import check_distinct
from adamtheory.nets.network import mlp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# decimal logarithms of the first step size of each grid, half a decade apart from the next one
GRIDS = {
    "sgd": -1.5, "momentum_velocity": -2.5, "adagrad": -2.5, "rmsprop": -3.5, "adam": -3.25, "amsgrad_torch": -3.25,
}  # fmt: skip
REFERENCE, CLOSER = "sgd", ("adam", "amsgrad_torch")
NONADAPTIVE = ("sgd", "momentum_velocity")


@dataclass(frozen=True)
class Settings:
    """data: a set;  grid: step sizes of each optimizer;  tuning, seeds: seeds for choosing and for measuring.

    margin  the most by which a test error may be above that of SGD, as a share of the test examples
    """

    data: str = "digits[train=1000]"
    optimizers: tuple[str, ...] = tuple(GRIDS)
    hidden: int = 32
    epochs: int = 20
    batch: int = 32
    grid: int = 6
    tuning: int = 2
    seeds: int = 10
    margin: float = 0.015

    def __post_init__(self) -> None:
        unknown = set(self.optimizers) - set(GRIDS)
        if unknown or REFERENCE not in self.optimizers or not set(self.optimizers) - set(NONADAPTIVE):
            raise ParameterError(f"optimizers must be {REFERENCE} and some adaptive ones of {', '.join(GRIDS)}")
        check_distinct(self, "optimizers")


QUICK = Settings()
FULL = Settings(data="fashion_mnist[train=5000]", hidden=64, epochs=20, batch=50, seeds=24)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = task(settings.data)
    net = mlp(data.inputs, data.classes, hidden=(settings.hidden,))
    for part, name in enumerate(settings.optimizers):
        tell(part, len(settings.optimizers), name)
        logs = [GRIDS[name] + i / 2 for i in range(settings.grid)]
        found = tuned(
            net, data, name, logs, epochs=settings.epochs, tuning=settings.tuning, seeds=settings.seeds,
            batch=settings.batch,
        )  # fmt: skip
        yield curves(found, optimizer=name)


# --- what follows -----------------------------------------------------------------------------------------------------


def last(table: Table, settings: Settings, name: str, column: str) -> Array:
    """A column after the last epoch, seed by seed."""
    found: Array = table.where(optimizer=name, epoch=settings.epochs)[column]
    return found


def errors(table: Table, settings: Settings, name: str) -> Array:
    """Test errors after training, as shares; NaN where the loss is not finite."""
    import numpy as np

    ok = np.isfinite(last(table, settings, name, "test_loss"))
    return np.where(ok, 1 - last(table, settings, name, "test_accuracy"), np.nan)


def verdict(table: Table, settings: Settings) -> Verdict:
    import numpy as np

    checks: list[Check] = []
    own = errors(table, settings, REFERENCE)
    for name in settings.optimizers:
        if name not in NONADAPTIVE:
            found = absolute(own, errors(table, settings, name))
            checks.append(below(f"test error of {name} less that of {REFERENCE}", found, settings.margin, POINTS))
    for name in settings.optimizers:
        if name in CLOSER:
            logs = [np.log(last(table, settings, one, "train_loss")) for one in (REFERENCE, name)]
            mean, error = absolute(*logs)
            holds = True if mean + error < 0 else False if mean - error >= 0 else None
            what = f"ln of the training loss of {name} over that of {REFERENCE}"
            checks.append(Check(what, f"{mean:+.2f} ± {error:.2f}", "below 0", holds))
    return Verdict(_sentence(table, settings), (*checks, tuning_was_wide(table)))


def _sentence(table: Table, settings: Settings) -> str:
    told = []
    for name in settings.optimizers:
        mean, error = (100 * float(value) for value in interval(errors(table, settings, name), [0]))
        told.append(f"{name} {mean:.2f} ± {error:.2f}")
    return f"Test errors in %: {', '.join(told)}."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, middle, right = sheet.panels(1, 3)
    epochs = range(1, settings.epochs + 1)
    for index, name in enumerate(settings.optimizers):
        own = table.where(optimizer=name)
        by_epoch = {column: own[column].reshape(settings.seeds, -1) for column in ("train_loss", "test_accuracy")}
        lr = own["lr"][0]
        sheet.line(left, epochs, by_epoch["train_loss"].mean(axis=0), f"{name}, alpha={lr:.2g}", index)
        sheet.line(middle, epochs, 100 * (1 - by_epoch["test_accuracy"].mean(axis=0)), "", index)
        mean, error = interval(100 * errors(table, settings, name), [0])
        sheet.dots(right, [last(table, settings, name, "train_loss").mean()], [mean], "", index, error=[error])
    for axes in (left, middle):
        axes.xaxis.get_major_locator().set_params(integer=True)
    sheet.label(left, "Training", "epoch", "mean loss in the epoch, nats", logy=True)
    means = [100 * float(np.nanmean(errors(table, settings, name))) for name in settings.optimizers]
    middle.set_ylim(0.8 * min(means), 2 * max(means))
    sheet.label(middle, "Test", "epoch", "test error, %")
    sheet.label(right, "After training, with 95 % intervals", "training loss, nats", "test error, %")
    sheet.legend_below(left, 3)
