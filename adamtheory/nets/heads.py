"""The end of a network as kernel text: the loss of the last layer's outputs, and its derivatives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SoftmaxLoss:
    """Cross entropy of softmax: log sum_k exp(a_k) - a_y, the mean over the batch; in nats.

    Training leaves its derivatives in `d<i>`; evaluation adds the loss of every row and counts the rows whose largest
    output is that of their class (the first one among equals).
    """

    inputs: int

    def training(self, i: int) -> str:
        return f"""
    loss = 0.0
    share = F(1.0) / F(total)
    for r in range(b):
        top = a{i}[r, 0]
        for k in range(1, {self.inputs}):
            top = max(top, a{i}[r, k])
        whole = F(0.0)
        for k in range({self.inputs}):
            e = F(math.exp(np.float64(a{i}[r, k] - top)))
            d{i}[r, k] = e
            whole += e
        right = y[rows[r]]
        loss += math.log(np.float64(whole)) - np.float64(a{i}[r, right] - top)
        factor = share / whole
        for k in range({self.inputs}):
            d{i}[r, k] *= factor
        d{i}[r, right] -= share
    loss /= total
"""

    def evaluation(self, i: int) -> str:
        return f"""
    for r in range(b):
        top, best = a{i}[r, 0], 0
        for k in range(1, {self.inputs}):
            if a{i}[r, k] > top:
                top, best = a{i}[r, k], k
        whole = 0.0
        for k in range({self.inputs}):
            whole += math.exp(np.float64(a{i}[r, k] - top))
        right = y[rows[r]]
        result[0] += math.log(whole) - np.float64(a{i}[r, right] - top)
        if best == right:
            result[1] += 1.0
"""
