"""Train for some epochs and keep what happened.

history = train(mlp(64, 10, hidden=(32,)), digits, adam(lr=[1e-3, 1e-2]), epochs=10, seed=range(5))
history.test_accuracy[..., -1]        # axes as in history.axes, then epochs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.nets.network import Network
from adamtheory.nets.training import Training

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class History:
    """What `train` measured; the axes of lanes come first, named as in a `Trajectory`, the epochs last.

    train_loss     (..., epochs): mean over the epoch of the loss of each batch before its update, dropout included
    test_loss      (..., epochs + 1): mean loss on the test examples, from before the first epoch on; in nats
    test_accuracy  (..., epochs + 1): share of test examples whose class is found
    nonfinite      (...): the first update, from 1, whose loss was not finite; 0 if none
    """

    axes: tuple[str, ...]
    coordinates: Mapping[str, Array]
    train_loss: Array
    test_loss: Array
    test_accuracy: Array
    nonfinite: Array


def train(
    network: Network,
    data: Any,
    optimizer: Rule | Bound,
    *,
    epochs: int,
    batch: int = 128,
    schedule: Rule | Bound | None = None,
    others: Rule | Bound | None = None,
    seed: Any = 0,
    dtype: str = "float32",
    workers: int | None = None,
    tell: Callable[[int], None] | None = None,
) -> History:
    """Train lanes of networks on `data.train` and evaluate them on `data.test` after every epoch.

    data    an object with `train` and `test`, each a pair (x, y) or an object with x and y
    epochs  passes over the training examples, >= 1
    tell    called after every epoch with the number of epochs that are done
    Everything else as in `Training`, which also says what is raised.
    """
    import numpy as np

    if epochs < 1 or int(epochs) != epochs:
        raise ParameterError(f"epochs must be a whole number of at least 1, not {epochs}")
    training = Training(
        network, data.train, optimizer, batch=batch, schedule=schedule, others=others, seed=seed, dtype=dtype,
        workers=workers,
    )  # fmt: skip
    means, tests = [], [training.evaluate(data.test)]
    nonfinite = np.zeros(training.lanes.count, np.int64)
    for epoch in range(epochs):
        losses = training.epoch()
        means.append(losses.mean(axis=1))
        bad = ~np.isfinite(losses)
        began = epoch * training.updates + bad.argmax(axis=1) + 1
        nonfinite = np.where((nonfinite == 0) & bad.any(axis=1), began, nonfinite)
        tests.append(training.evaluate(data.test))
        if tell is not None:
            tell(epoch + 1)
    lanes = training.lanes

    def shaped(columns: list[Array]) -> Array:
        return np.stack(columns, axis=-1).reshape(*lanes.shape, len(columns))

    return History(
        lanes.axes, lanes.coordinates, shaped(means), shaped([t[0] for t in tests]), shaped([t[1] for t in tests]),
        nonfinite.reshape(lanes.shape),
    )  # fmt: skip
