"""Logistic regression on images: Adam, Nesterov momentum and AdaGrad.

Claim       With alpha_t = alpha/sqrt(t) and alpha tuned alike, Adam trains logistic regression on images as fast as SGD
            with Nesterov momentum, as the paper says; and AdaGrad as fast as Adam, where the paper says slower. Fast:
            by the training loss over the whole run.
Refuted if  the 95 % interval of a paired difference over seeds lies more than `alike` above 0: Adam over Nesterov
            momentum, or AdaGrad over Adam.
Source      Kingma & Ba 2015, section 6.1 and the left panel of Figure 1: MNIST, batches of 128, "Adam yields similar
            convergence as SGD with momentum and both converge faster than AdaGrad".
Budget      quick: digits, 10 epochs of batches of 32, 20 seeds, 4 s. full: MNIST, 15 epochs, 5 seeds, 6 minutes.
Note        `alike` is what a quarter of a decade in alpha, the step of the tuning, changes. AdaGrad divides by the root
            of a sum and keeps a constant alpha, which is the same rate. Step sizes are chosen by the training loss over
            the whole run, on five sixths of the training examples. The loss of the last epoch is told and not judged:
            on data that can be separated it falls with larger steps without end. The paper's order is found on digits
            where alpha does not fall (--set schedule=constant): AdaGrad 42 % above Adam.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adamtheory.experiments import _networks as nets
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict
from adamtheory.nets.network import mlp
from adamtheory.rules import get
from adamtheory.schedules import get_schedule

JUDGED = ("adam", "nesterov", "adagrad")


@dataclass(frozen=True)
class Settings:
    """data: a data set; log_lr: log10 of alpha; schedule: but of AdaGrad; tuning, seeds: how many; alike: a share."""

    data: str = "digits"
    optimizers: tuple[str, ...] = ("adam", "nesterov", "adagrad", "rmsprop", "adamax", "nadam", "amsgrad")
    epochs: int = 10
    batch: int = 32
    log_lr: tuple[float, ...] = tuple(i / 2 for i in range(-6, 3))
    schedule: str = "inverse_sqrt"
    tuning: int = 4
    seeds: int = 20
    alike: float = 0.2

    def __post_init__(self) -> None:
        nets.need(self.optimizers, JUDGED)


QUICK = Settings()
FULL = Settings(data="mnist", epochs=15, batch=128, tuning=1, seeds=5)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = nets.task(settings.data)
    network = mlp(data.inputs, data.classes, hidden=(), sparse=data.sparse)
    for done, name in enumerate(settings.optimizers):
        tell(done, len(settings.optimizers), name)
        falling = None if get(name).facts.get("schedule") == "constant" else get_schedule(settings.schedule)
        found = nets.tuned(
            network, data, name, settings.log_lr, epochs=settings.epochs, batch=settings.batch, tuning=settings.tuning,
            seeds=settings.seeds, by=nets.TRAIN, schedule=falling,
        )  # fmt: skip
        yield nets.curves(found, optimizer=name)


def verdict(table: Table, settings: Settings) -> Verdict:
    adam, nesterov, adagrad = (nets.over_run(table, name) for name in JUDGED)
    checks = (
        nets.tuning_was_wide(table),
        nets.below("Adam over Nesterov momentum, less 1", nets.relative(nesterov, adam), settings.alike),
        nets.below("AdaGrad over Adam, less 1", nets.relative(adam, adagrad), settings.alike),
    )
    whole, last = (nets.ranked(table, settings.optimizers, measure) for measure in (nets.over_run, nets.at_the_end))
    return Verdict(f"Training loss on {settings.data}: over the run {whole}; in the last epoch {last}.", checks)


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    nets.draw_curves(table, settings.optimizers, f"Training, {settings.data}", sheet)
