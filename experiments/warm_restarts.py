"""Warm restarts: what they give before the end, and what they cost at it.

Claim       The budget need not be known: with runs of doubling length the test losses of AdamWR and SGDWR at the ends
            of all runs but the last are not a tenth above those that one annealing over the whole budget has by then,
            in the mean of the logarithms, and at the end of the budget not a fourth above. The step size of each is
            tuned for the mean held-out loss at those ends.
Refuted if  for AdamW or SGDW the 95 % interval over seeds of the paired mean of ln(loss ratio) lies above 0.1, or that
            of the paired difference at the end of the budget above a fourth of the loss of one annealing.
Source      Loshchilov & Hutter 2019, section 4.4 (AdamWR, its anytime performance), and 2017 (SGDR).
Budget      quick: 1000 digits, runs of 3, 6, 12, 24 epochs, 12 seeds, 5 s. full: 5000 of Fashion-MNIST, 4 minutes.
Note        The full run finds them 4 and 6 % below before the end, with intervals off 0, and equal at it. Between the
            ends the loss with restarts is higher: right after a restart the step size is the largest one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments._networks import Task, absolute, below, held_out, relative, shown, task, tuning_was_wide
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
from adamtheory.laboratory.settings import check_increasing
from adamtheory.nets.history import History, train
from adamtheory.nets.network import Network, mlp
from adamtheory.rules import get
from adamtheory.schedules import cosine, cosine_restarts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.language.rule import Bound

    Array = NDArray[Any]

FORMS = ("adamw", "sgdw")
RESTARTS, ONCE = "restarts", "once"
PLANS = (ONCE, RESTARTS)


@dataclass(frozen=True)
class Settings:
    """first: epochs of the first run;  runs: their number, each twice as long as the one before.

    log_lr_*  decimal logarithms of the step sizes that are tried, for both plans;  tuning, seeds: seeds for choosing
    tie       the most by which the mean logarithm of the loss may be above before the end
    cost      the most by which the loss with restarts may be above at the end, as a share
    """

    data: str = "digits[train=1000]"
    hidden: int = 32
    batch: int = 32
    first: int = 3
    runs: int = 4
    log_lr_adamw: tuple[float, ...] = (-2.5, -2.0, -1.5, -1.0)
    log_lr_sgdw: tuple[float, ...] = (-2.0, -1.5, -1.0, -0.5)
    weight_decay: float = 0.0001
    tuning: int = 3
    seeds: int = 12
    tie: float = 0.1
    cost: float = 0.25

    def __post_init__(self) -> None:
        if self.runs < 2:
            raise ParameterError(f"runs={self.runs} must be at least 2, of which the last ends the budget")
        check_increasing(self, "log_lr_adamw", "log_lr_sgdw")


QUICK = Settings()
FULL = Settings(
    data="fashion_mnist[train=5000]", hidden=64, batch=50, first=2, log_lr_adamw=(-3.5, -3.0, -2.5, -2.0, -1.5),
    log_lr_sgdw=(-3.0, -2.5, -2.0, -1.5, -1.0),
)  # fmt: skip


def ends(settings: Settings) -> list[int]:
    """Epochs at whose end a run of the restarts is over."""
    return [settings.first * (2 ** (i + 1) - 1) for i in range(settings.runs)]


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    import numpy as np

    data = task(settings.data)
    net, parts, at = mlp(data.inputs, data.classes, hidden=(settings.hidden,)), held_out(data), ends(settings)
    further = np.arange(settings.tuning, settings.tuning + settings.seeds)
    for part, form in enumerate(FORMS):
        lrs = 10 ** np.array(getattr(settings, f"log_lr_{form}"))
        for number, plan in enumerate(PLANS):
            tell(part * len(PLANS) + number, len(FORMS) * len(PLANS), f"{form}, {plan}")
            tried = played(settings, net, parts, form, plan, lrs[:, None], np.arange(settings.tuning))
            losses = np.where(np.isfinite(tried.test_loss), tried.test_loss, np.inf)[..., at].mean(axis=(1, 2))
            best = int(losses.argmin())
            found = played(settings, net, data, form, plan, float(lrs[best]), further)
            yield {
                "optimizer": form, "plan": plan, "lr": float(lrs[best]), "inside": 0 < best < len(lrs) - 1,
                "seed": np.repeat(np.arange(settings.seeds), at[-1]),
                "epoch": np.tile(np.arange(1, at[-1] + 1), settings.seeds),
                "test_loss": found.test_loss[:, 1:].ravel(), "test_error": 1 - found.test_accuracy[:, 1:].ravel(),
            }  # fmt: skip


def played(
    settings: Settings, net: Network, data: Task, form: str, plan: str, lr: float | Array, seeds: Array
) -> History:
    """Train through the whole budget with a plan of the step size."""
    updates = -(-len(data.train.y) // settings.batch)
    return train(
        net, data, get(form)(lr=lr, weight_decay=settings.weight_decay), epochs=ends(settings)[-1],
        batch=settings.batch, schedule=schedule(settings, plan, updates), seed=seeds,
    )  # fmt: skip


def schedule(settings: Settings, plan: str, updates: int) -> Bound:
    """The multiplier of the step size for that many updates an epoch."""
    if plan == ONCE:
        return cosine(lr=1, steps=updates * ends(settings)[-1])
    return cosine_restarts(lr=1, T0=updates * settings.first, multiplier=2)


# --- what follows -----------------------------------------------------------------------------------------------------


def apart(table: Table, form: str, epoch: int) -> tuple[float, float]:
    """Test loss with restarts less that of one annealing, in units of the latter, with its interval."""
    one, two = (table.where(optimizer=form, plan=plan, epoch=epoch)["test_loss"] for plan in PLANS)
    return relative(one, two)


def before(table: Table, settings: Settings, form: str) -> tuple[float, float]:
    """Mean over the ends of all runs but the last of ln(loss with restarts/loss of one annealing), and its interval."""
    import numpy as np

    logs = []
    for plan in PLANS:
        own = table.where(optimizer=form, plan=plan)
        logs.append(np.mean([np.log(own.where(epoch=epoch)["test_loss"]) for epoch in ends(settings)[:-1]], axis=0))
    return absolute(*logs)


def verdict(table: Table, settings: Settings) -> Verdict:
    last = ends(settings)[-1]
    checks = []
    for form in FORMS:
        mean, error = before(table, settings, form)
        holds = True if mean + error < settings.tie else False if mean - error >= settings.tie else None
        what = f"{form}: mean ln of restarts over one annealing before"
        checks.append(Check(what, f"{mean:+.3f} ± {error:.3f}", f"below {settings.tie:g}", holds))
        found = apart(table, form, last)
        checks.append(below(f"{form}: restarts less one annealing after {last} epochs", found, settings.cost))
    return Verdict(_sentence(table, settings), (*checks, tuning_was_wide(table)))


def _sentence(table: Table, settings: Settings) -> str:
    told = []
    for form in FORMS:
        parts = [f"{shown(apart(table, form, epoch))} after {epoch}" for epoch in ends(settings)]
        errors = [
            100 * table.where(optimizer=form, plan=plan, epoch=ends(settings)[-1])["test_error"].mean()
            for plan in PLANS
        ]  # fmt: skip
        told.append(f"{form} {', '.join(parts)} epochs, test error {errors[1]:.2f} % for {errors[0]:.2f} % at the end")
    return f"Test loss with restarts less that of one annealing: {'; '.join(told)}."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    panels = sheet.panels(1, 3)
    at = ends(settings)
    for axes, form in zip(panels, FORMS, strict=False):
        for index, plan in enumerate(PLANS):
            own = table.where(optimizer=form, plan=plan)
            mean, error = interval(own["test_loss"].reshape(settings.seeds, -1), [0])
            epochs = np.arange(1, len(mean) + 1)
            sheet.line(axes, epochs, mean, f"{plan}, lr={own['lr'][0]:.2g}", index)
            axes.fill_between(epochs, mean - error, mean + error, color=sheet.colour(index), alpha=0.15, linewidth=0)
            if plan == RESTARTS:
                sheet.dots(axes, at, mean[np.array(at) - 1], "", index)
        sheet.label(axes, f"{form}; dots: ends of runs", "epoch", "test loss, nats", logx=True, logy=True)
        axes.set_xticks(at, [str(epoch) for epoch in at])
        axes.set_xticks([], minor=True)
        sheet.legend(axes)
    right = panels[2]
    for index, form in enumerate(FORMS):
        found = 100 * np.array([apart(table, form, epoch) for epoch in at])
        places = np.arange(len(at)) + 0.15 * (index - 0.5)
        sheet.dots(right, places, found[:, 0], form, index, error=found[:, 1])
    right.axhline(0, color="black", linewidth=0.8)
    right.set_xticks(range(len(at)), [str(epoch) for epoch in at])
    sheet.label(right, "Restarts less one annealing", "epochs", "% of the test loss, below 0 helps")
    sheet.legend(right)
