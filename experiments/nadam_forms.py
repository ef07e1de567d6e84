"""Nadam in its six forms against Adam and momentum.

Claim       With alpha tuned alike, Nadam as printed trains faster than Adam and than momentum, by the training loss over
            the whole run, and its loss on other examples after training is not higher than theirs by `alike`.
Refuted if  the 95 % interval of a paired difference over seeds lies on the wrong side.
Source      Dozat 2016 ("Incorporating Nesterov Momentum into Adam": "improves speed of convergence and quality of the
            learned models"); the forms are those of its program, PyTorch, Keras and optax, beta2 alike in all.
Budget      quick: digits, 32 hidden units, 10 epochs, 8 seeds, 6 s. full: MNIST, 100 units, 3 epochs, 5 seeds.
Note        nadam_constant, nadam_dozat and nadam_optax are one method up to eps and a factor 1.0005 in alpha; nadam has
            a schedule of the momentum, nadam_torch and nadam_keras correct with the schedule what decays without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adamtheory.experiments import _networks as nets
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict
from adamtheory.nets.network import mlp
from adamtheory.rules import get

FORMS = ("nadam", "nadam_constant", "nadam_dozat", "nadam_torch", "nadam_keras", "nadam_optax")
RIVALS = ("adam", "momentum")


@dataclass(frozen=True)
class Settings:
    """data: a data set; hidden: units; log_lr: log10 of alpha; tuning, seeds: numbers of seeds; alike: a share."""

    data: str = "digits"
    hidden: int = 32
    epochs: int = 10
    batch: int = 128
    beta2: float = 0.999
    log_lr: tuple[float, ...] = tuple(i / 2 for i in range(-7, 2))
    tuning: int = 3
    seeds: int = 10
    alike: float = 0.1


QUICK = Settings()
FULL = Settings(data="mnist", hidden=100, epochs=3, tuning=1, seeds=5)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = nets.task(settings.data)
    network = mlp(data.inputs, data.classes, hidden=(settings.hidden,))
    names = (*RIVALS, *FORMS)
    for done, name in enumerate(names):
        tell(done, len(names), name)
        given = {"beta2": settings.beta2} if get(name).scalar("beta2") else {}
        found = nets.tuned(
            network, data, name, settings.log_lr, epochs=settings.epochs, batch=settings.batch, tuning=settings.tuning,
            seeds=settings.seeds, by=nets.TRAIN, **given,
        )  # fmt: skip
        yield nets.curves(found, optimizer=name)


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = [nets.tuning_was_wide(table)]
    for rival in RIVALS:
        training, test = against(table, rival, "nadam")
        checks += [
            nets.below(f"training loss over the run: Nadam over {rival}, less 1", training, 0),
            nets.below(f"test loss after it: Nadam over {rival}, less 1", test, settings.alike),
        ]
    told = ", ".join(f"{form} {nets.shown(against(table, 'adam', form)[0])}" for form in FORMS)
    better = ", ".join(f"{form} {nets.shown(against(table, 'adam', form)[1])}" for form in FORMS)
    return Verdict(f"Over Adam, less 1: training loss {told}; test loss {better}.", tuple(checks))


def against(table: Table, rival: str, form: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Training loss over the run and test loss after it, each over that of a rival, less 1, with intervals."""
    after = [nets.at_the_end(table, name, "test_loss") for name in (rival, form)]
    return nets.relative(*(nets.over_run(table, name) for name in (rival, form))), nets.relative(*after)


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, right = sheet.panels(1, 2)
    for index, name in enumerate((*RIVALS, *FORMS)):
        training = nets.by_epoch(table, name)
        sheet.line(left, range(1, len(training) + 1), training, name, index)
    names = [name for name in (*RIVALS, *FORMS) if name != "adam"]
    places = np.arange(len(names))
    for i, what in enumerate(("training loss over the run", "test loss after it")):
        both = 100 * np.array([against(table, "adam", name)[i] for name in names])
        sheet.dots(right, both[:, 0], places + 0.1 - 0.2 * i, what, i, error=None, xerr=both[:, 1])
    right.set_yticks(places, names)
    right.invert_yaxis()
    right.axvline(0, color="black", linewidth=0.8)
    left.xaxis.get_major_locator().set_params(integer=True)
    sheet.label(left, f"Training, {settings.data}", "epoch", "mean loss in the epoch, nats", logy=True)
    sheet.label(right, "Against Adam", "% over Adam's (below 0 is better)", "")
    sheet.legend(left)
    sheet.legend(right)
