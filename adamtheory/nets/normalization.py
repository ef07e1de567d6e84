"""Normalization of a layer's numbers as kernel text.

The loss does not see the length of weights and biases whose sums are normalized: k times them gives the same numbers
and 1/k times the gradient. Weight decay then does not hold them small but sets how far an update turns them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adamtheory.nets.layers import Activation, Layer, Parameter

NORMALIZATIONS = ("none", "layer")
EPS = 1e-5  # as in PyTorch


@dataclass(frozen=True)
class LayerNormalization(Layer):
    """a' = w (a - mean)/sqrt(variance + 1e-5) + c over the numbers of a row, in place.

    The gain w starts at 1, the shift c at 0; both are biases to the rules: neither decays, as is usual. The variance is
    that of the row itself, over n.
    Source: Ba, Kiros & Hinton 2016, equations 3 and 4; eps as in PyTorch (the paper has none, Keras takes 1e-3).
    """

    in_place = True

    def parameters(self) -> tuple[Parameter, ...]:
        return Parameter("w", (self.outputs,), "bias", start=1.0), Parameter("c", (self.outputs,), "bias")

    def scratch(self) -> dict[str, int]:
        """The normalized numbers, and one over the root of a row."""
        return {"z": self.outputs, "q": 1}

    def forward(self, i: int, *, training: bool) -> str:
        keep = f"\n        q{i}[r, 0] = scale" if training else ""
        normal = f"z{i}[r, k] = s\n            " if training else ""
        return f"""
    for r in range(b):
        mean, spread = F(0.0), F(0.0)
        for k in range(n{i}):
            mean += a{i}[r, k]
        mean /= F({self.outputs})
        for k in range(n{i}):
            s = a{i}[r, k] - mean
            spread += s * s
        scale = F(1.0) / F(math.sqrt(spread / F({self.outputs}) + F({EPS})))
        for k in range(n{i}):
            s = (a{i}[r, k] - mean) * scale
            {normal}a{i}[r, k] = w{i}[k] * s + c{i}[k]{keep}
"""

    def backward(self, i: int, *, wanted: bool) -> str:
        sent = f"""
        along /= F({self.outputs})
        mean /= F({self.outputs})
        for k in range(n{i}):
            d{i}[r, k] = (d{i}[r, k] * w{i}[k] - mean - z{i}[r, k] * along) * q{i}[r, 0]
"""
        return f"""
    gw{i}[:] = F(0.0)
    gc{i}[:] = F(0.0)
    for r in range(b):
        mean, along = F(0.0), F(0.0)
        for k in range(n{i}):
            s = d{i}[r, k]
            gc{i}[k] += s
            gw{i}[k] += s * z{i}[r, k]
            mean += s * w{i}[k]
            along += s * w{i}[k] * z{i}[r, k]
""" + (sent[1:] if wanted else "")


def normalized(layers: Sequence[Layer]) -> list[Layer]:
    """The layers, with a `LayerNormalization` before every activation."""
    found: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Activation):
            found.append(LayerNormalization(layer.inputs, layer.inputs))
        found.append(layer)
    return found
