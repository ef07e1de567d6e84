"""SWATS: when it switches to SGD, to which rate, and whether that pays.

Claim       The tolerance decides when, not the state of training. With the printed one, 1e-9 absolute, no run switches;
            with a relative one the share of runs that switch falls with it, from all at 0.1 to fewer at 0.001. The rate
            is that of tuned SGD up to a factor of 5, and the test error is not below that of Adam by 1.5 points.
Refuted if  a run of the printed rule switches, not all do at the largest tolerance or as many at the smallest, the 95 %
            interval of |ln(rate/tuned rate)| lies above ln 5, or that of the paired difference to Adam below -1.5
            points.
Source      Keskar & Socher 2017, Algorithm 1 and section 4, where training itself is to find the point of the switch
            and the rate of SGD after it (wording *unverified*).
Budget      quick: 1000 digits, 12 seeds, 4 s. full: 5000 rows of Fashion-MNIST, 2 minutes.
Note        In the full run the test errors of switched runs are 0.7 points above those of Adam, towards those of SGD,
            which are 1 point above. The projected rate gamma is some 0.1 to 1 and varies from step to step by tens of
            percent. It meets its average within a relative tolerance tol by chance, about once in 1/tol steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, nan
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments._decay import within
from adamtheory.experiments._networks import POINTS, Task, above, absolute, shown, task, tuned, tuning_was_wide
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
from adamtheory.laboratory.settings import check_increasing
from adamtheory.nets.network import Network, mlp
from adamtheory.rules import get

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.language.rule import Bound

    Array = NDArray[Any]

PRINTED, REPAIRED, ADAM, SGD = "swats", "swats_repaired", "adam", "momentum_average"


@dataclass(frozen=True)
class Settings:
    """data: a set;  tolerances: relative ones, falling;  log_lr_*: grids of Adam and of SGD with averaged momentum.

    tuning, seeds  seeds for choosing the step sizes, and further ones
    factor         by which the rate may be off that of tuned SGD
    margin         what a switch would have to gain on Adam's test error, as a share of the test examples
    ruined         test error of a run that has learnt nothing
    """

    data: str = "digits[train=1000]"
    hidden: int = 32
    epochs: int = 20
    batch: int = 32
    tolerances: tuple[float, ...] = (0.1, 0.01, 0.001)
    log_lr_adam: tuple[float, ...] = (-2.75, -2.25, -1.75, -1.25, -0.75)
    log_lr_sgd: tuple[float, ...] = (-1.0, -0.5, 0.0, 0.5)
    tuning: int = 2
    seeds: int = 12
    factor: float = 5.0
    margin: float = 0.015
    ruined: float = 0.5

    def __post_init__(self) -> None:
        if len(self.tolerances) < 2 or list(self.tolerances) != sorted(self.tolerances, reverse=True):
            raise ParameterError("tolerances must be two or more, falling")
        check_increasing(self, "log_lr_adam", "log_lr_sgd")


QUICK = Settings()
FULL = Settings(
    data="fashion_mnist[train=5000]", hidden=64, epochs=20, batch=50, log_lr_adam=(-4.0, -3.5, -3.0, -2.5, -2.0),
    log_lr_sgd=(-1.5, -1.0, -0.5, 0.0),
)  # fmt: skip


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    import numpy as np

    data = task(settings.data)
    net = mlp(data.inputs, data.classes, hidden=(settings.hidden,))
    lr = {}
    for part, (name, logs) in enumerate(((ADAM, settings.log_lr_adam), (SGD, settings.log_lr_sgd))):
        tell(part, 4, name)
        found = tuned(
            net, data, name, logs, epochs=settings.epochs, tuning=settings.tuning, seeds=settings.seeds,
            batch=settings.batch,
        )  # fmt: skip
        lr[name] = found.lr
        columns = {
            "seed": np.arange(settings.seeds), "epoch": 0, "rate": 0.0, "test_loss": found.history.test_loss[:, -1],
            "test_error": 1 - found.history.test_accuracy[:, -1],
        }  # fmt: skip
        yield {"optimizer": name, "tol": 0.0, "lr": lr[name], "inside": found.inside, **columns}
    alike = {"lr": lr[ADAM], "inside": True}
    tell(2, 4, PRINTED)
    yield {"optimizer": PRINTED, "tol": 0.0, **alike, **switched(settings, net, data, get(PRINTED)(lr=lr[ADAM]))}
    tell(3, 4, REPAIRED)
    tolerances = np.array(settings.tolerances)
    lanes = switched(settings, net, data, get(REPAIRED)(lr=lr[ADAM], tol=tolerances[:, None]))
    yield {"optimizer": REPAIRED, "tol": tolerances.repeat(settings.seeds), **alike, **lanes}


def switched(settings: Settings, net: Network, data: Task, optimizer: Bound) -> dict[str, Array]:
    """Every lane of SWATS: the epoch in which it switched, 0 if in none, the rate of its SGD, and how it ended."""
    import numpy as np

    from adamtheory.nets.training import Training

    seeds = np.arange(settings.tuning, settings.tuning + settings.seeds)
    training = Training(net, data.train, optimizer, batch=settings.batch, seed=seeds)
    names = [state.name for state in training.groups.kernels[0].step_states]
    phase, rate = (names.index(f"o_{name}") for name in ("phase", "Lam"))
    epochs = np.zeros(training.lanes.count, int)
    for epoch in range(1, settings.epochs + 1):
        training.epoch()
        epochs[(epochs == 0) & (training.state()["step"][:, 0, phase] > 0)] = epoch
    loss, right = training.evaluate(data.test)
    return {
        "seed": np.arange(len(epochs)) % settings.seeds, "epoch": epochs,
        "rate": training.state()["step"][:, 0, rate].astype(float), "test_loss": loss, "test_error": 1 - right,
    }  # fmt: skip


# --- what follows -----------------------------------------------------------------------------------------------------


def ended(table: Table, form: str, tol: float = 0.0) -> Array:
    """Test errors of a form, seed by seed; NaN where the loss is not finite."""
    import numpy as np

    own = table.where(optimizer=form, tol=tol)
    return np.where(np.isfinite(own["test_loss"]), own["test_error"], np.nan)


def verdict(table: Table, settings: Settings) -> Verdict:
    counts = [int((table.where(optimizer=REPAIRED, tol=tol)["epoch"] > 0).sum()) for tol in settings.tolerances]
    printed = int((table.where(optimizer=PRINTED)["epoch"] > 0).sum())
    told = ", ".join(map(str, counts))
    falls = counts[0] == settings.seeds and counts[-1] < counts[0] and counts == sorted(counts, reverse=True)
    checks = [
        Check(f"runs of {PRINTED} that switch, of {settings.seeds}", printed, 0, printed == 0),
        Check(f"runs of {REPAIRED} that switch, tolerances falling", told, f"{settings.seeds}, then fewer", falls),
        _rate(table, settings),
    ]
    tol = settings.tolerances[0]
    found = absolute(ended(table, ADAM), ended(table, REPAIRED, tol))
    checks.append(above(f"test error with tol = {tol:g} less that of adam", found, -settings.margin, POINTS))
    return Verdict(_sentence(table, settings), (*checks, tuning_was_wide(table)))


def rates(table: Table, settings: Settings) -> Array:
    """ln of the rates of SGD over that of tuned SGD, of all runs that switched at the largest tolerance."""
    import numpy as np

    own = table.where(optimizer=REPAIRED, tol=settings.tolerances[0])
    ok = own["epoch"] > 0
    found: Array = np.log(own["rate"][ok] / table.where(optimizer=SGD)["lr"][0])
    return found


def _rate(table: Table, settings: Settings) -> Check:
    found = rates(table, settings)
    mean, error = (float(value) for value in interval(found, [0])) if len(found) else (nan, nan)
    most = log(settings.factor)
    what = f"ln of the rate at tol = {settings.tolerances[0]:g} over that of tuned SGD"
    return Check(what, f"{mean:+.2f} ± {error:.2f}", f"within {most:.2f}", within(mean, error, most))


def _sentence(table: Table, settings: Settings) -> str:
    import numpy as np

    told = []
    for tol in settings.tolerances:
        own = table.where(optimizer=REPAIRED, tol=tol)
        ok = own["epoch"] > 0
        first, middle, last = np.percentile(own["epoch"][ok], [0, 50, 100]) if ok.any() else (nan, nan, nan)
        when = f"in epochs {first:.0f} to {last:.0f}, the median {middle:.0f}" if ok.any() else "never"
        found = absolute(ended(table, ADAM), ended(table, REPAIRED, tol))
        lost = int((ended(table, REPAIRED, tol)[ok] > settings.ruined).sum())
        told.append(
            f"tol = {tol:g}: {int(ok.sum())} of {settings.seeds} {when}, which ruins {lost}; test error less Adam's "
            f"{shown(found, POINTS)}"
        )
    apart = absolute(ended(table, SGD), ended(table, ADAM))
    lr = table.where(optimizer=SGD)["lr"][0]
    return f"{'; '.join(told)}. Test error of Adam less that of SGD, tuned to {lr:.2g}: {shown(apart, POINTS)}."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, middle, right = sheet.panels(1, 3)
    epochs = np.arange(settings.epochs + 1)
    columns = [(ADAM, 0.0, "adam"), (PRINTED, 0.0, "printed")]
    columns += [(REPAIRED, tol, f"tol = {tol:g}") for tol in settings.tolerances] + [(SGD, 0.0, "sgd, tuned")]
    for index, (form, tol, name) in enumerate(columns):
        own = table.where(optimizer=form, tol=tol)
        mean, error = interval(100 * ended(table, form, tol), [0])
        sheet.dots(right, [index], [mean], "", index, error=[error])
        if form in (PRINTED, REPAIRED):
            ok = own["epoch"] > 0
            share = [100 * (ok & (own["epoch"] <= epoch)).mean() for epoch in epochs]
            sheet.line(left, epochs, share, name, index)
            sheet.dots(middle, own["epoch"][ok], own["rate"][ok], name, index)
    middle.axhline(table.where(optimizer=SGD)["lr"][0], color="black", linewidth=0.8)
    right.set_xticks(range(len(columns)), [name for _, _, name in columns], rotation=30, ha="right")
    for axes in (left, middle):
        axes.xaxis.get_major_locator().set_params(integer=True)
    sheet.label(left, "Runs that have switched", "epoch", "% of seeds")
    sheet.label(middle, "Rate of SGD; line: tuned SGD", "epoch of the switch", "rate", logy=True)
    sheet.label(right, "After training, with 95 % intervals", "", "test error, %")
    sheet.legend(left)
