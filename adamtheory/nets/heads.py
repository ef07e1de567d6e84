"""The end of a network as kernel text: the loss of the last layer's outputs, and its derivatives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Head:
    """A loss.

    inputs   outputs of the last layer
    classes  number of classes that labels name; 0 where the targets are the inputs of the network, numbers in [0, 1]
    """

    inputs: int

    @property
    def classes(self) -> int:
        return 0

    def training(self, i: int) -> str:
        """Text that computes `loss`, the mean over the batch, its derivatives, and `share`, the weight of a row."""
        raise NotImplementedError

    def evaluation(self, i: int) -> str:
        """Text that adds the loss of all rows to `result[0]`, and the number of right ones to `result[1]`."""
        raise NotImplementedError


@dataclass(frozen=True)
class SoftmaxLoss(Head):
    """Cross entropy of softmax: log sum_k exp(a_k) - a_y, the mean over the batch; in nats.

    Training leaves its derivatives in `d<i>`; evaluation adds the loss of every row and counts the rows whose largest
    output is that of their class (the first one among equals).
    """

    @property
    def classes(self) -> int:
        return self.inputs

    def training(self, i: int) -> str:
        return f"""
    loss = 0.0
    share = F(1.0) / F(b)
    for r in range(b):
        top = a{i}[r, 0]
        for k in range(1, {self.inputs}):
            top = max(top, a{i}[r, k])
        total = F(0.0)
        for k in range({self.inputs}):
            e = F(math.exp(np.float64(a{i}[r, k] - top)))
            d{i}[r, k] = e
            total += e
        right = y[rows[r]]
        loss += math.log(np.float64(total)) - np.float64(a{i}[r, right] - top)
        factor = share / total
        for k in range({self.inputs}):
            d{i}[r, k] *= factor
        d{i}[r, right] -= share
    loss /= b
"""

    def evaluation(self, i: int) -> str:
        return f"""
    for r in range(b):
        top, best = a{i}[r, 0], 0
        for k in range(1, {self.inputs}):
            if a{i}[r, k] > top:
                top, best = a{i}[r, k], k
        total = 0.0
        for k in range({self.inputs}):
            total += math.exp(np.float64(a{i}[r, k] - top))
        right = y[rows[r]]
        result[0] += math.log(total) - np.float64(a{i}[r, right] - top)
        if best == right:
            result[1] += 1.0
"""
