"""The end of a network as kernel text: the loss of the last layer's outputs, and its derivatives."""

from __future__ import annotations

from dataclasses import dataclass

# Replaces flat[k] <= 0 by its exponential. In float32 by plain arithmetic, so that the loop vectorises: s = n log 2 + q
# with log 2 in two parts, and a polynomial of e^q (coefficients of the Cephes library); within 1.2 units in the last
# place. It stands in the loop because a function of its own would keep the loop from vectorising.
EXPONENTIAL = {
    "float64": """\
        flat[k] = math.exp(flat[k])
""",
    "float32": """\
        s = flat[k]
        s = F(-87.0) if s < F(-87.0) else s  # a NaN is carried on
        n = np.floor(s * F(1.4426950408889634) + F(0.5))
        q = (s - n * F(0.693359375)) + n * F(2.12194440e-4)
        p = F(1.9875691500e-4) * q + F(1.3981999507e-3)
        p = p * q + F(8.3334519073e-3)
        p = p * q + F(4.1665795894e-2)
        p = p * q + F(1.6666665459e-1)
        p = p * q + F(5.0000001201e-1)
        p = p * q * q + q + F(1.0)
        flat[k] = p * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
""",
}


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

    def training(self, i: int, dtype: str) -> str:
        """Text that computes `loss`, the rows' part of the mean, its derivatives, and `share`, a row's weight."""
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

    def training(self, i: int, dtype: str) -> str:
        return f"""
    loss = 0.0
    share = F(1.0) / F(total)
    for r in range(b):
        top = a{i}[r, 0]
        for k in range(1, {self.inputs}):
            top = max(top, a{i}[r, k])
        for k in range({self.inputs}):
            d{i}[r, k] = a{i}[r, k] - top
        loss -= np.float64(d{i}[r, y[rows[r]]])
    flat = d{i}.reshape((b * {self.inputs},))
    for k in range(b * {self.inputs}):
{EXPONENTIAL[dtype]}\
    product = 1.0
    for r in range(b):
        whole = F(0.0)
        for k in range({self.inputs}):
            whole += d{i}[r, k]
        product *= np.float64(whole)
        if product > {2.0**500!r}:
            loss += math.log(product)
            product = 1.0
        factor = share / whole
        for k in range({self.inputs}):
            d{i}[r, k] *= factor
        d{i}[r, y[rows[r]]] -= share
    loss = (loss + math.log(product)) / total
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
