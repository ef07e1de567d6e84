"""Logistic regression on words: AdaGrad and Adam against Nesterov momentum, with and without dropout.

Claim       On bags of words, whose features are sparse, AdaGrad and Adam train logistic regression faster than SGD with
            Nesterov momentum by a large margin, with and without dropout of the inputs, and Adam is nearer to AdaGrad
            than to Nesterov momentum: by the training loss over the whole run, alpha_t = alpha/sqrt(t), alpha tuned
            alike.
Refuted if  the 95 % interval of a paired difference over seeds lies on the wrong side: Nesterov momentum not `margin`
            above AdaGrad or Adam, or Adam above the mean of AdaGrad and Nesterov momentum.
Source      Kingma & Ba 2015, section 6.1 and the right panel of Figure 1: IMDB reviews, 10000 words, dropout of 50 %.
Budget      quick: 2000 texts made by a law, 5000 words, 6 seeds, 4 s. full: IMDB, 10 epochs, 3 seeds, 3 minutes.
Note        A word occurs in a text or does not; counts are not used. The texts of the quick form are drawn: word j of a
            text of class +-1 occurs with probability 1 - exp(-length f_j exp(+-s_j)), f_j proportional to
            (j + 1)**-power and s_j normal, `lean` its deviation: Zipf's law for power 1, with words that lean to a
            class. With power 0, words of equal frequency, nothing of the margin is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adamtheory.experiments import _networks as nets
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
from adamtheory.nets.data_arrays import Sparse, Split
from adamtheory.nets.network import mlp
from adamtheory.rules import get
from adamtheory.schedules import get_schedule

JUDGED = ("adam", "adagrad", "nesterov")
DRAWN = "drawn"  # in the place of a data set: the texts of the law


@dataclass(frozen=True)
class Settings:
    """data: a data set, or drawn: `texts` of a law by `words`, `length`, `power`, `lean`; margin: a share of loss."""

    data: str = DRAWN
    words: int = 5000
    texts: int = 2000
    length: float = 100.0
    power: float = 1.0
    lean: float = 0.2
    optimizers: tuple[str, ...] = ("adam", "adagrad", "nesterov", "rmsprop")
    dropouts: tuple[float, ...] = (0.0, 0.5)
    epochs: int = 6
    batch: int = 32
    log_lr: tuple[float, ...] = tuple(i / 2 for i in range(-5, 3))
    schedule: str = "inverse_sqrt"
    tuning: int = 2
    seeds: int = 6
    margin: float = 0.1

    def __post_init__(self) -> None:
        nets.need(self.optimizers, JUDGED)


QUICK = Settings()
FULL = Settings(data="imdb", epochs=10, batch=128, log_lr=tuple(i / 2 for i in range(-6, 2)), tuning=1, seeds=3)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = drawn(settings) if settings.data == DRAWN else nets.task(settings.data)
    whole, done = len(settings.dropouts) * len(settings.optimizers), 0
    for dropout in settings.dropouts:
        network = mlp(data.inputs, data.classes, hidden=(), input_dropout=dropout, sparse=data.sparse)
        for name in settings.optimizers:
            tell(done, whole, f"{name}, dropout {dropout:g}")
            done += 1
            falling = None if get(name).facts.get("schedule") == "constant" else get_schedule(settings.schedule)
            found = nets.tuned(
                network, data, name, settings.log_lr, epochs=settings.epochs, batch=settings.batch,
                tuning=settings.tuning, seeds=settings.seeds, by=nets.TRAIN, schedule=falling,
            )  # fmt: skip
            yield nets.curves(found, dropout=dropout, optimizer=name)


def drawn(settings: Settings, seed: int = 0) -> nets.Task:
    """Texts of the law, as many for training as for test, in classes of equal size up to chance."""
    import numpy as np

    random = np.random.Generator(np.random.Philox(seed))
    frequency = (np.arange(settings.words) + 1.0) ** -settings.power
    rate = settings.length * frequency / frequency.sum()
    leaning = settings.lean * random.standard_normal(settings.words)
    parts = []
    for _ in range(2):
        y = random.integers(0, 2, settings.texts)
        chance = -np.expm1(-rate * np.exp(np.where(y == 1, 1, -1)[:, None] * leaning))
        row, word = np.nonzero(random.random(chance.shape) < chance)
        starts = np.searchsorted(row, np.arange(settings.texts + 1)).astype(np.int64)
        ones = np.ones(len(word), np.float32)
        parts.append(Split(Sparse(starts, word.astype(np.int32), ones, settings.words), y.astype(np.int64)))
    return nets.Task(parts[0], parts[1], settings.words, 2)


def verdict(table: Table, settings: Settings) -> Verdict:
    checks: list[Check] = []
    told = []
    for dropout in settings.dropouts:
        own = table.where(dropout=dropout)
        adam, adagrad, nesterov = (nets.over_run(own, name) for name in JUDGED)
        at = f"dropout {dropout:g}: "
        checks += [
            nets.tuning_was_wide(own, at),
            nets.above(
                f"{at}Nesterov momentum over AdaGrad, less 1", nets.relative(adagrad, nesterov), settings.margin
            ),
            nets.above(f"{at}Nesterov momentum over Adam, less 1", nets.relative(adam, nesterov), settings.margin),
            nets.below(f"{at}Adam over the mean of both, less 1", nets.relative((adagrad + nesterov) / 2, adam), 0),
        ]
        told.append(f"with dropout {dropout:g} {nets.ranked(own, settings.optimizers, nets.over_run)}")
    return Verdict(f"Training loss on {settings.data} over the run: {'; '.join(told)}.", tuple(checks))


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    panels = sheet.panels(1, len(settings.dropouts) + 1)
    epochs = range(1, settings.epochs + 1)
    for dropout, axes in zip(settings.dropouts, panels, strict=False):
        own = table.where(dropout=dropout)
        for index, name in enumerate(settings.optimizers):
            sheet.line(axes, epochs, nets.by_epoch(own, name), name, index)
            sheet.line(panels[-1], epochs, nets.by_epoch(own, name, "test_loss"), "", index, alpha=1 - dropout)
        sheet.label(axes, f"Training, dropout {dropout:g}", "epoch", "mean loss in the epoch, nats", logy=True)
    sheet.label(panels[-1], "Test; paler with dropout", "epoch", "loss after the epoch, nats", logy=True)
    sheet.legend_below(panels[0], len(settings.optimizers))
