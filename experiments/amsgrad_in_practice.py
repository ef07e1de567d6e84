"""Does AMSGrad help networks in practice?

Claim       No: with alpha of each chosen by the same budget of held-out loss, the maximum lowers Adam's test loss by
            `helps` on no data set and network, and raises its test accuracy by `points` on none.
Refuted if  in some comparison the 95 % interval of the paired difference over seeds lies beyond one of the two.
Source      The question that Reddi, Kale & Kumar 2018, section 5, leave to experience; Adam and PyTorch's switch
            amsgrad=True, which differ in the maximum alone.
Budget      quick: digits, softmax and a multilayer network, 10 seeds, 5 s. full: digits, MNIST, Fashion-MNIST, IMDB, 12
            seeds, 6 minutes.
Note        alpha is constant, beta1 = 0.9. Of IMDB is read which words occur, not how often. The full form finds test
            losses from -2.1 % (mlp on Fashion-MNIST) to +2.9 % (softmax on digits) of Adam's, better in 2 and worse in
            5 of 8 comparisons, and accuracies from -0.1 to +0.4 points; that of mlp on Fashion-MNIST, 0.24 either way,
            it cannot tell from `points`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from adamtheory.experiments import _networks as nets
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
from adamtheory.nets.network import mlp

ALIKE = ("adam", "amsgrad_torch")  # both with bias correction
NETWORKS = ("softmax", "mlp")


@dataclass(frozen=True)
class Settings:
    """updates: least number of them; hidden: units of the mlp; helps: a share of the loss; points: of the accuracy."""

    sets: tuple[str, ...] = ("digits",)
    hidden: int = 32
    updates: int = 450
    batch: int = 32
    beta2: float = 0.999
    log_lr: tuple[float, ...] = tuple(i / 2 for i in range(-7, 0))
    tuning: int = 6
    seeds: int = 10
    helps: float = 0.05
    points: float = 0.005


QUICK = Settings()
FULL = Settings(
    sets=("digits", "mnist", "fashion_mnist", "imdb[words=2000]"), hidden=64, updates=2000, batch=128,
    log_lr=tuple(i / 2 for i in range(-10, 0)), tuning=2, seeds=12,
)  # fmt: skip


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    whole, done = len(settings.sets) * len(NETWORKS) * len(ALIKE), 0
    for spec in settings.sets:
        data = nets.task(spec)
        epochs = ceil(settings.updates * settings.batch / len(data.train.y))
        for kind in NETWORKS:
            hidden = (settings.hidden,) if kind == "mlp" else ()
            network = mlp(data.inputs, data.classes, hidden=hidden, sparse=data.sparse)
            for name in ALIKE:
                tell(done, whole, f"{name}, {kind} on {spec}")
                done += 1
                found = nets.tuned(
                    network, data, name, settings.log_lr, epochs=epochs, batch=settings.batch, tuning=settings.tuning,
                    seeds=settings.seeds, by=nets.HELD_OUT, beta2=settings.beta2,
                )  # fmt: skip
                yield nets.curves(found, set=spec, network=kind, optimizer=name)


def verdict(table: Table, settings: Settings) -> Verdict:
    checks: list[Check] = []
    for where, own in comparisons(table, settings):
        loss, accuracy = differences(own)
        checks += [
            nets.tuning_was_wide(own, f"{where}: "),
            nets.above(f"{where}: test loss of AMSGrad over Adam's, less 1", loss, -settings.helps),
            nets.below(f"{where}: test accuracy of AMSGrad less Adam's", accuracy, settings.points, nets.POINTS),
        ]
    return Verdict(_sentence(table, settings), tuple(checks))


def comparisons(table: Table, settings: Settings) -> Iterator[tuple[str, Table]]:
    """Every data set with every network, and its rows."""
    for spec in settings.sets:
        for kind in NETWORKS:
            yield f"{kind} on {spec}", table.where(set=spec, network=kind)


def differences(own: Table) -> tuple[tuple[float, float], tuple[float, float]]:
    """AMSGrad's test loss over Adam's, less 1, and its test accuracy less Adam's, after training, with intervals."""
    loss = nets.relative(*(nets.at_the_end(own, name, "test_loss") for name in ALIKE))
    return loss, nets.absolute(*(nets.at_the_end(own, name, "test_accuracy") for name in ALIKE))


def _sentence(table: Table, settings: Settings) -> str:
    found = [(where, *differences(own)) for where, own in comparisons(table, settings)]
    told = [
        _told("test loss", "%", -1, {where: loss for where, loss, _ in found}),
        _told("test accuracy", nets.POINTS, 1, {where: accuracy for where, _, accuracy in found}),
    ]
    return f"AMSGrad for Adam makes {'; '.join(told)}."


def _told(what: str, unit: str, better: int, found: dict[str, tuple[float, float]]) -> str:
    """In how many comparisons a measure is better or worse, told by its intervals, and the largest differences."""
    helps = sum(better * mean > error for mean, error in found.values())
    harms = sum(-better * mean > error for mean, error in found.values())
    low, high = min(found, key=lambda where: found[where][0]), max(found, key=lambda where: found[where][0])
    return (
        f"the {what} better in {helps}, worse in {harms} of {len(found)} comparisons, from "
        f"{nets.shown(found[low], unit)} ({low}) to {nets.shown(found[high], unit)} ({high})"
    )


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    panels = sheet.panels(1, 2)
    places = np.arange(len(settings.sets))
    for shift, kind in zip((-0.1, 0.1), NETWORKS, strict=True):
        own = [differences(table.where(set=spec, network=kind)) for spec in settings.sets]
        for i, axes in enumerate(panels):
            both = 100 * np.array([found[i] for found in own])
            sheet.dots(axes, places + shift, both[:, 0], kind if i == 0 else "", NETWORKS.index(kind), error=both[:, 1])
    sheet.label(panels[0], "Test loss: AMSGrad less Adam", "", "% of Adam's, below 0 helps")
    sheet.label(panels[1], "Test accuracy: AMSGrad less Adam", "", "percentage points, above 0 helps")
    for axes, limit in zip(panels, (-settings.helps, settings.points), strict=True):
        axes.set_xticks(places, settings.sets, rotation=15)
        axes.set_xlim(-0.5, len(places) - 0.5)
        axes.axhline(0, color="black", linewidth=0.8)
        sheet.guide(axes, [-0.5, len(places) - 0.5], [100 * limit] * 2, "what would refute the claim")
    sheet.legend_below(panels[0], 3)
