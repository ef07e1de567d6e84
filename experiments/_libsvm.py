"""What experiments on LIBSVM sets share: the rows, the best fixed point of whole epochs, step sizes tuned alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adamtheory import regret, sequence, simulate
from adamtheory.data import find, load
from adamtheory.errors import NoDataError
from adamtheory.losses import logistic
from adamtheory.rules import get, sgd

if TYPE_CHECKING:
    from adamtheory.simulation.sequences import LossSequence


def rows(name: str, most: int, seed: int = 0) -> LossSequence:
    """Logistic losses of a set, reshuffled every epoch: `most` rows drawn without replacement, or all.

    Every column is divided by its largest absolute value. Raises `NoDataError` where the file is absent.
    """
    import numpy as np

    try:
        found = load(find(name), task="classification")
    except NoDataError:
        found = load(find(f"{name}.gz"), task="classification")
    size = np.abs(found.features).max(axis=0)
    taken = np.sort(np.random.default_rng(seed).permutation(len(found.targets))[:most])
    scaled = found.features[taken] / np.where(size > 0, size, 1)
    return sequence(logistic, data=(scaled, found.targets[taken]), order="shuffled")


def best_loss(losses: LossSequence, epochs: int) -> tuple[float, float]:
    """Loss of the best fixed point of whole epochs, which no order of the rows changes, and its certified error."""
    horizon = epochs * len(losses.targets) if losses.targets is not None else 0
    played = simulate(sgd(lr=0), losses, horizon, checkpoints=[horizon])
    found = regret(played)
    return float(played.losses[-1] - found.regret[-1]), float(found.gap[-1])


def tuned(
    name: str, losses: LossSequence, epochs: int, lrs: Sequence[float], tuning: int, seeds: int, **parameters: float
) -> tuple[float, Any, Any]:
    """The best step size on the first `tuning` orders, and the summed losses with it on `seeds` further ones.

    Returns alpha, the mean losses of every alpha on the tuning orders, and the losses on the others.
    """
    import numpy as np

    horizon = epochs * len(losses.targets) if losses.targets is not None else 0
    lr, rule = np.array(lrs)[:, None], get(name)
    tried = simulate(rule(lr=lr, **parameters), losses, horizon, seed=np.arange(tuning), checkpoints=[horizon])
    means = np.where(np.isfinite(tried.losses[..., -1]), tried.losses[..., -1], np.inf).mean(axis=1)
    best = float(lrs[int(means.argmin())])
    further = np.arange(tuning, tuning + seeds)
    final = simulate(rule(lr=best, **parameters), losses, horizon, seed=further, checkpoints=[horizon])
    return best, means, final.losses[:, -1]
