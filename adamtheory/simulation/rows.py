"""What comes to a run from outside: the row of the data in every round, and the draws of random losses once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adamtheory.simulation.sequences import LossSequence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


class Rows:
    """Which row of the data each lane meets in each round."""

    def __init__(self, losses: LossSequence, keys: Array) -> None:
        self.size = 0 if losses.features is None else len(losses.features)
        self.shuffled = losses.order == "shuffled"
        self.keys = keys
        self.known: dict[int, Array] = {}  # the last epoch's orders: calls often end inside an epoch

    def take(self, t0: int, steps: int) -> Array:
        import numpy as np

        count = self.keys.shape[1]
        if not self.size:
            return np.zeros((count, 1), np.int64)
        if not self.shuffled:
            return np.tile(np.arange(t0 - 1, t0 - 1 + steps) % self.size, (count, 1))
        epochs = range((t0 - 1) // self.size, (t0 - 2 + steps) // self.size + 1)
        orders = [self.known[epoch] if epoch in self.known else self._orders(epoch) for epoch in epochs]
        self.known = {epochs[-1]: orders[-1]}
        first = (t0 - 1) % self.size
        return np.ascontiguousarray(np.concatenate(orders, axis=1)[:, first : first + steps])

    def _orders(self, epoch: int) -> Array:
        """The rows of one epoch, for every lane; lanes of equal seed and stream share them."""
        import numpy as np

        keys, lanes = np.unique(self.keys, axis=1, return_inverse=True)
        orders = np.stack([epoch_order(self.size, epoch, int(s), int(r)) for s, r in keys.T])
        return orders[lanes.reshape(-1)]


def epoch_order(size: int, epoch: int, seed: int, stream: int) -> Array:
    """The permutation of 0..size-1 that a shuffled sequence follows in one epoch: rows sorted by their Philox words.

    Sorting by 64 independent random bits (ties, of probability below size^2/2^65, in file order) is uniform.
    """
    import numpy as np

    from adamtheory.engine.philox import M32, ORDER, S32, U, philox4x32

    draws = np.arange(size, dtype=np.uint64)
    block: Any = philox4x32
    words = block(U(epoch) & M32, U(stream), draws, U(epoch) >> S32, U(seed), U(ORDER))
    return np.argsort((words[0] << S32) | words[1], kind="stable")


def draws(dtype: str, last: int, place: int, seed: int, stream: int) -> Array:
    """Draw number `place` of rounds 1..last as the kernels of that dtype see it."""
    import numpy as np

    from adamtheory.engine import philox

    uniform: Any = philox.uniform64 if dtype == "float64" else philox.uniform32
    rounds = np.arange(1, last + 1, dtype=np.uint64)
    drawn: Array = uniform(rounds, *(philox.U(word) for word in (stream, place, seed, philox.LOSS)))
    return drawn
