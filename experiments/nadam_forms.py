"""Nadam in its six forms against Adam and momentum.

Claim       Nadam with constant momentum trains faster than Adam and than momentum, as its author says of Nadam: by the
            training loss over the whole run, with alpha tuned alike for it. Its loss on test examples after training,
            with alpha tuned alike for held-out loss, is not above theirs by `alike`. The author's program and optax
            are the same method.
Refuted if  the 95 % interval of a paired difference over seeds lies on the wrong side, or the three forms with constant
            momentum train apart by `same`.
Source      Dozat 2016, "Incorporating Nesterov Momentum into Adam"; the forms are those of the report, with and without
            its schedule of the momentum, of its author's program, of PyTorch, Keras and optax; beta2 alike in all.
Budget      quick: digits, 32 hidden units, 5 epochs of batches of 16, 10 seeds, 4 s. full: 20000 images of MNIST, 64
            hidden units, 5 epochs, 16 seeds, 4 minutes.
Note        The schedule starts near half of beta1 and takes 24000 updates to reach 0.99 beta1: in runs as short as
            these, Nadam as printed is Adam with less momentum. nadam_torch and nadam_keras correct with the schedule a
            mean that decays without it. In the full form the training loss with constant momentum is Adam's less 6 %
            (1 either way), as printed Adam's plus 7 % (1); the test losses are Adam's less 0 % (4) and plus 22 % (13).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adamtheory.experiments import _networks as nets
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict
from adamtheory.nets.network import mlp
from adamtheory.rules import get

FORMS = ("nadam_constant", "nadam_dozat", "nadam_optax", "nadam", "nadam_torch", "nadam_keras")
ONE = FORMS[:3]  # one method, up to eps and a factor 1.0005 in alpha
RIVALS = ("adam", "momentum")


@dataclass(frozen=True)
class Settings:
    """data: a data set; hidden: units; log_lr: log10 of alpha; tuning, seeds: numbers of seeds; alike, same: shares."""

    data: str = "digits"
    hidden: int = 32
    epochs: int = 5
    batch: int = 16
    beta2: float = 0.999
    log_lr: tuple[float, ...] = tuple(i / 2 for i in range(-7, 1))
    tuning: int = 4
    seeds: int = 10
    alike: float = 0.1
    same: float = 0.05


QUICK = Settings()
FULL = Settings(data="mnist[train=20000,test=10000]", hidden=64, batch=128, tuning=2, seeds=16)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = nets.task(settings.data)
    network = mlp(data.inputs, data.classes, hidden=(settings.hidden,), sparse=data.sparse)
    names = (*RIVALS, *FORMS)
    for done, name in enumerate(names):
        given = {"beta2": settings.beta2} if get(name).scalar("beta2") else {}
        for by in (nets.TRAIN, nets.HELD_OUT):
            tell(2 * done + (by == nets.HELD_OUT), 2 * len(names), f"{name}, tuned by {by} loss")
            found = nets.tuned(
                network, data, name, settings.log_lr, epochs=settings.epochs, batch=settings.batch,
                tuning=settings.tuning, seeds=settings.seeds, by=by, **given,
            )  # fmt: skip
            yield nets.curves(found, tuned=by, optimizer=name)


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = [nets.tuning_was_wide(table)]
    for rival in RIVALS:
        checks += [
            nets.below(f"training loss over the run: {ONE[0]} over {rival}, less 1", training(table, rival, ONE[0]), 0),
            nets.below(f"test loss: {ONE[0]} over {rival}, less 1", test(table, rival, ONE[0]), settings.alike),
        ]
    for form in ONE[1:]:
        found = training(table, ONE[0], form)
        what = f"training loss over the run: {form} over {ONE[0]}, less 1"
        checks += [nets.below(what, found, settings.same), nets.above(what, found, -settings.same)]
    told = [", ".join(f"{f} {nets.shown(measure(table, 'adam', f))}" for f in FORMS) for measure in (training, test)]
    return Verdict(f"Over Adam, less 1: training loss {told[0]}; test loss {told[1]}.", tuple(checks))


def training(table: Table, rival: str, form: str) -> tuple[float, float]:
    """Training loss over the run, over that of a rival, less 1, with its interval; alpha of each is tuned for it."""
    own = table.where(tuned=nets.TRAIN)
    return nets.relative(nets.over_run(own, rival), nets.over_run(own, form))


def test(table: Table, rival: str, form: str) -> tuple[float, float]:
    """Test loss after the run, over that of a rival, less 1, with its interval; alpha is tuned for held-out loss."""
    own = table.where(tuned=nets.HELD_OUT)
    return nets.relative(*(nets.at_the_end(own, name, "test_loss") for name in (rival, form)))


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, right = sheet.panels(1, 2)
    for index, name in enumerate((*RIVALS, *FORMS)):
        loss = nets.by_epoch(table.where(tuned=nets.TRAIN), name)
        sheet.line(left, range(1, len(loss) + 1), loss, name, index)
    names = ("momentum", *FORMS)
    places = np.arange(len(names))
    for i, (measure, what) in enumerate(((training, "training loss over the run"), (test, "test loss after it"))):
        both = 100 * np.array([measure(table, "adam", name) for name in names])
        sheet.dots(right, both[:, 0], places + 0.1 - 0.2 * i, what, i, xerr=both[:, 1])
    right.set_yticks(places, names)
    right.invert_yaxis()
    right.axvline(0, color="black", linewidth=0.8)
    left.xaxis.get_major_locator().set_params(integer=True)
    sheet.label(left, f"Training, {settings.data}", "epoch", "mean loss in the epoch, nats", logy=True)
    sheet.label(right, "Each with its own alpha", "% over Adam's, below 0 is better", "")
    sheet.legend(left)
    sheet.legend_below(right, 2, "right")
