"""A multilayer network with dropout: Adam against AdaGrad, RMSprop, Nesterov momentum and AdaDelta.

Claim       With alpha tuned alike, Adam trains a network of two hidden layers with dropout faster than SGD with
            Nesterov momentum, as the paper says; but its lead over AdaGrad, RMSprop and AdaDelta is small or none: they
            are not `alike` above it. All by the training loss over the whole run.
Refuted if  the 95 % interval of a paired difference over seeds lies on the wrong side: Nesterov momentum not above
            Adam, or one of the three more than `alike` above Adam.
Source      Kingma & Ba 2015, section 6.2 and the left panel of Figure 2: MNIST, two hidden layers of 1000 ReLU,
            dropout, batches of 128, "Adam shows better convergence than other methods".
Budget      quick: digits, 64 units a layer, 8 epochs of batches of 32, 6 seeds, 4 s. full: MNIST, 200 units, 4 epochs,
            3 seeds, 5 minutes.
Note        alpha is constant, dropout 50 % of both hidden layers. The paper's 1000 units a layer take ten times as
            long: --set hidden=1000. In the full form Nesterov momentum lies 12 % above Adam, AdaGrad and AdaDelta 5 %,
            RMSprop level with it: Adam is first, as in the paper, by little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adamtheory.experiments import _networks as nets
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict
from adamtheory.nets.network import mlp

RIVALS = ("nesterov", "adagrad", "rmsprop", "adadelta")


@dataclass(frozen=True)
class Settings:
    """data: a data set; hidden: units of a layer; log_lr: log10 of alpha; tuning, seeds: how many; alike: a share."""

    data: str = "digits"
    hidden: int = 64
    dropout: float = 0.5
    epochs: int = 8
    batch: int = 32
    log_lr: tuple[float, ...] = tuple(i / 2 for i in range(-5, 3))
    tuning: int = 2
    seeds: int = 6
    alike: float = 0.2


QUICK = Settings()
FULL = Settings(
    data="mnist", hidden=200, epochs=4, batch=128, log_lr=tuple(i / 2 for i in range(-7, 3)), tuning=1, seeds=3
)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = nets.task(settings.data)
    hidden = (settings.hidden,) * 2
    network = mlp(data.inputs, data.classes, hidden=hidden, dropout=settings.dropout, sparse=data.sparse)
    names = ("adam", *RIVALS)
    for done, name in enumerate(names):
        tell(done, len(names), name)
        found = nets.tuned(
            network, data, name, settings.log_lr, epochs=settings.epochs, batch=settings.batch, tuning=settings.tuning,
            seeds=settings.seeds, by=nets.TRAIN,
        )  # fmt: skip
        yield nets.curves(found, optimizer=name)


def verdict(table: Table, settings: Settings) -> Verdict:
    adam = nets.over_run(table, "adam")
    rivals = {name: nets.relative(adam, nets.over_run(table, name)) for name in RIVALS}
    checks = [nets.above("nesterov over Adam, less 1", rivals.pop("nesterov"), 0)]
    checks += [nets.below(f"{name} over Adam, less 1", found, settings.alike) for name, found in rivals.items()]
    whole, last = (nets.ranked(table, ("adam", *RIVALS), measure) for measure in (nets.over_run, nets.at_the_end))
    sentence = f"Training loss on {settings.data}: over the run {whole}; in the last epoch {last}."
    return Verdict(sentence, (nets.tuning_was_wide(table), *checks))


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    nets.draw_curves(table, ("adam", *RIVALS), f"Training with dropout, {settings.data}", sheet)
