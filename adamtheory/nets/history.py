"""Train for some epochs and keep what happened.

history = train(mlp(64, 10, hidden=(32,)), digits, adam(lr=[1e-3, 1e-2]), epochs=10, seed=range(5))
history.test_accuracy[..., -1]        # axes as in history.axes, then epochs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.equality import Same
from adamtheory.language.rule import Bound, Rule
from adamtheory.nets.memory import blocks
from adamtheory.nets.network import Network
from adamtheory.nets.training import Training, counted, groups_of, lanes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class History(Same):
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


@dataclass(frozen=True)
class Record:
    """What a training has measured so far, lane by lane; the arrays are those of a `History` with one axis of lanes."""

    train_loss: Array
    test_loss: Array
    test_accuracy: Array
    nonfinite: Array

    @property
    def epochs(self) -> int:
        """Epochs that are done."""
        return int(self.train_loss.shape[1])

    def after(self, training: Training, test: Any, tell: Callable[[int], None] | None = None) -> Record:
        """Train one more epoch; `tell` as in `Training.epoch`."""
        import numpy as np

        losses = training.epoch(tell)
        bad = ~np.isfinite(losses)
        began = self.epochs * training.updates + bad.argmax(axis=1) + 1
        loss, right = training.evaluate(test)
        return Record(
            _joined(self.train_loss, losses.mean(axis=1)),
            _joined(self.test_loss, loss),
            _joined(self.test_accuracy, right),
            np.where((self.nonfinite == 0) & bad.any(axis=1), began, self.nonfinite),
        )


def begin(training: Training, test: Any) -> Record:
    """The record before the first epoch."""
    import numpy as np

    loss, right = training.evaluate(test)
    count = training.lanes.count
    return Record(np.empty((count, 0)), loss[:, None], right[:, None], np.zeros(count, np.int64))


def _joined(columns: Array, column: Array) -> Array:
    import numpy as np

    return np.concatenate([columns, column[:, None]], axis=1)


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
    device: str | None = None,
) -> History:
    """Train lanes of networks on `data.train` and evaluate them on `data.test` after every epoch.

    Lanes whose parameters and slots take more than about 1 GiB are trained in blocks, one after the other, with the
    same numbers.

    data    an object with `train` and `test`, each a pair (x, y) or an object with x and y
    epochs  passes over the training examples, >= 1
    tell    called with the number of epochs that are done, 1, 2, ..., epochs; of blocks, as many as they amount to
    Everything else as in `Training`, which also says what is raised.
    """
    epochs = counted("epochs", epochs)
    if not (hasattr(data, "train") and hasattr(data, "test")):
        raise ParameterError(f"data must have train and test, each a pair (x, y); given is {type(data).__name__}")
    groups = groups_of(network, optimizer, schedule, others, dtype)
    lanes = lanes_of(groups, seed)
    stretches = blocks(groups, lanes.count)
    records = []
    for number, only in enumerate(stretches):
        training = Training(
            network, data.train, optimizer, batch=batch, schedule=schedule, others=others, seed=seed, dtype=dtype,
            workers=workers, only=only, device=device,
        )  # fmt: skip
        record = begin(training, data.test)
        for epoch in range(number * epochs + 1, (number + 1) * epochs + 1):
            record = record.after(training, data.test)
            if tell is not None and epoch % len(stretches) == 0:
                tell(epoch // len(stretches))
        records.append(record)
    whole = _stacked(records)
    loss, test_loss, right = (
        column.reshape(*lanes.shape, -1) for column in (whole.train_loss, whole.test_loss, whole.test_accuracy)
    )
    return History(lanes.axes, lanes.coordinates, loss, test_loss, right, whole.nonfinite.reshape(lanes.shape))


def _stacked(records: Sequence[Record]) -> Record:
    """The records of blocks of lanes as one."""
    import numpy as np

    names = [field.name for field in fields(Record)]
    return Record(**{name: np.concatenate([getattr(record, name) for record in records]) for name in names})
