"""What a training found, one row for each optimizer and each lane that is no replicate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.hindsight.fit import interval
from adamtheory.nets.history import Record
from adamtheory.nets.plan import Entry
from adamtheory.nets.training import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Row:
    """Means over the seeds after the last epoch; `*_error` is the half width of the 95 % interval of Student's t.

    optimizer   label;  lane  the values of its lists, by name;  seeds  how many
    train_loss  mean over the last epoch, before each update;  test_loss  in nats
    accuracy    share of test examples whose class is found
    nonfinite   first update with a loss that is not finite, over the seeds;  diverged  of how many seeds
    """

    optimizer: str
    lane: dict[str, float]
    seeds: int
    train_loss: float
    train_loss_error: float
    test_loss: float
    test_loss_error: float
    accuracy: float
    accuracy_error: float
    nonfinite: int | None
    diverged: int

    @property
    def name(self) -> str:
        """Label with the values of the lane."""
        return " ".join([self.optimizer, *(f"{k}={v:g}" for k, v in self.lane.items())])

    def as_json(self) -> dict[str, Any]:
        """The fields by name; numbers that are not finite become None."""
        fields = {"name": self.name, **asdict(self)}
        return {k: None if isinstance(v, float) and v - v != 0 else v for k, v in fields.items()}


def lanes(entry: Entry) -> Iterator[tuple[dict[str, float], Array]]:
    """For each choice of parameters its values by name and the numbers of its lanes, one a seed."""
    import numpy as np

    found = entry.lanes
    numbers = np.arange(found.count).reshape(found.shape)
    kept = [i for i, name in enumerate(found.axes) if name != SEED]
    for place in np.ndindex(*(found.shape[i] for i in kept)):
        picks: list[Any] = [slice(None)] * len(found.shape)
        for axis, index in zip(kept, place, strict=True):
            picks[axis] = index
        values = {found.axes[a]: float(found.coordinates[found.axes[a]][i]) for a, i in zip(kept, place, strict=True)}
        yield values, numbers[tuple(picks)].reshape(-1)


def summarise(entries: Sequence[Entry], records: Sequence[Record]) -> list[Row]:
    """The rows of all optimizers, in the order of their lanes."""
    return [
        _row(entry, record, values, numbers)
        for entry, record in zip(entries, records, strict=True)
        for values, numbers in lanes(entry)
    ]


def _row(entry: Entry, record: Record, values: dict[str, float], numbers: Array) -> Row:
    bad = record.nonfinite[numbers]
    first = int(bad[bad > 0].min()) if (bad > 0).any() else None
    return Row(
        entry.label, values, len(numbers), *_last(record.train_loss[numbers]), *_last(record.test_loss[numbers]),
        *_last(record.test_accuracy[numbers]), first, int((bad > 0).sum()),
    )  # fmt: skip


def _last(array: Array) -> tuple[float, float]:
    """Mean over the rows of the last column, and half its interval."""
    mean, error = interval(array[:, -1], [0])
    return float(mean), float(error)
