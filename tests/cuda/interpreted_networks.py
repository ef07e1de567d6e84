"""Networks that are trained for an epoch by phases in plain Python, and by their interpreted PTX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import RULES

from .blocks import ORDERS, epochs, examples, on_device
from .compiled import ptx
from .contraction import Left, Pair
from .interpreter import Program

THREADS = 8
# rule, activation and dtype; "softmax" is softmax regression, which has none. Rules without step state and with it,
# with totals over all parameters (swats), with totals and groups (ndadam).
CASES = [
    ("adam", "relu", "float32"),
    ("amsgrad", "relu", "float64"),
    ("radam", "tanh", "float32"),
    ("nadam", "tanh", "float64"),
    ("swats", "sigmoid", "float32"),
    ("ndadam", "sigmoid", "float64"),
    ("ndadam", "softplus", "float32"),
    ("swats", "softplus", "float64"),
    ("momentum", "softmax", "float32"),
    ("sgd", "softmax", "float64"),
]
RANGED = [("adam", "relu", "float32"), ("momentum", "softmax", "float32")]  # none of the library's functions is called


def training(rule: str, activation: str, dtype: str, rows: int = 7, lanes: int = 1) -> Training:
    """A network 8-6-5 with dropout of the hidden units, of the data in float64; two batches, of four and three."""
    hidden = {"hidden": ()} if activation == "softmax" else {"hidden": (6,), "activation": activation, "dropout": 0.25}
    network = mlp(8, 5, **hidden, input_dropout=0.1 if dtype == "float64" else 0.0)
    rates = [0.1, 0.03][:lanes]
    return Training(network, examples(rows, 8, 5), RULES[rule](lr=rates), batch=4, dtype=dtype, workers=1)


def epoch(one: Training, evaluated: bool = True) -> list[np.ndarray]:
    """Parameters, slots, step state, losses, and what an evaluation gives."""
    lanes = on_device(one)
    losses = epochs(lanes, 1, one.updates)
    return [*lanes.state.values(), losses, *([lanes.evaluate(one.rows)] if evaluated else [])]


class Machine:
    """A GPU whose kernels are compiled, changed by `edit`, and interpreted.

    order          in which the threads of a block reach a barrier, one of `ORDERS`
    pairs, ranges  whether each launch is played with contraction too, and what that can change is found; see `Pair`
    """

    def __init__(
        self, edit: Callable[[str], str] = str, order: str = "permuted", pairs: bool = False, ranges: bool = False
    ) -> None:
        self.edit, self.order, self.pairs, self.ranges = edit, ORDERS[order], pairs, ranges
        self.programs: list[Any] = []

    def compile(self, text: str, name: str, types: str, threads: int) -> Callable[..., None]:
        exact = ptx(text, name, types, contracted=False)
        if self.pairs:
            program: Any = Pair(exact, ptx(text, name, types, contracted=True), self.ranges)
        else:
            program = Program(self.edit(exact), self.order, most=100_000)
        self.programs.append(program)
        return lambda blocks, *args: program.launch(
            blocks, THREADS, [np.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
        )

    def left(self) -> list[Left]:
        """What the launches left, of those that were played twice."""
        return [left for program in self.programs for left in program.left]
