"""Networks that are trained for an epoch by phases in plain Python, and by their interpreted PTX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import RULES

from .arithmetic import Astray
from .blocks import ORDERS, epochs, examples, on_device
from .compiled import ptx
from .contraction import Left, Pair
from .instructions import Step
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


def training(rule: str, activation: str, dtype: str, lanes: int = 1, rows: int = 15, batch: int = 8) -> Training:
    """A network 8-6-5 with dropout of the hidden units, of the data in float64; the last batch has a row less.

    lanes  each with a rate and a seed of its own
    """
    hidden = {"hidden": ()} if activation == "softmax" else {"hidden": (6,), "activation": activation, "dropout": 0.25}
    network = mlp(8, 5, **hidden, input_dropout=0.1 if dtype == "float64" else 0.0)
    more = {"eps": 0.01} if RULES[rule].scalar("eps") else {}  # large enough to be seen beside a root
    bound, seeds = RULES[rule](lr=[0.1, 0.03][:lanes], **more), np.arange(lanes) + 3
    return Training(network, examples(rows, 8, 5), bound, batch=batch, seed=seeds, dtype=dtype, workers=1)


def epoch(one: Training, evaluated: bool = True) -> list[np.ndarray]:
    """Parameters, slots, step state, losses, and what an evaluation gives."""
    lanes = on_device(one)
    losses = epochs(lanes, 1, one.updates)
    return [*lanes.state.values(), losses, *([lanes.evaluate(one.rows)] if evaluated else [])]


def evaluation(one: Training) -> list[np.ndarray]:
    """What an evaluation gives before the training."""
    return [on_device(one).evaluate(one.rows)]


class Reaching(Program):
    """A program that notes which statements are executed."""

    reached: set[str]

    def decode(self, line: str) -> Step:
        self.reached.add(line)
        return super().decode(line)


class Machine:
    """A GPU whose kernels are compiled, changed by `edit`, and interpreted.

    trace          what every launch left, byte for byte; one that leaves something else than `wanted` goes astray
    texts, reached  what was compiled, and the statements of it that were executed
    order          in which the threads of a block reach a barrier, one of `ORDERS`
    kind           of program, `Reaching` if nothing is said
    pairs, ranges  whether each launch is played with contraction too, and what that can change is found; see `Pair`
    """

    def __init__(
        self,
        edit: Callable[[str], str] = str,
        order: str = "permuted",
        pairs: bool = False,
        ranges: bool = False,
        kind: type[Program] | None = None,
    ) -> None:
        self.kind = kind or Reaching
        self.edit, self.order, self.pairs, self.ranges = edit, ORDERS[order], pairs, ranges
        self.programs: list[Any] = []
        self.reached: set[str] = set()
        self.texts: list[str] = []
        self.trace: list[bytes] = []
        self.wanted: list[bytes] | None = None

    def compile(self, text: str, name: str, types: str, threads: int) -> Callable[..., None]:
        exact = ptx(text, name, types, contracted=False)
        self.texts.append(exact)
        if self.pairs:
            program: Any = Pair(exact, ptx(text, name, types, contracted=True), self.ranges)
        else:
            program = self.kind(self.edit(exact), self.order, most=20_000)
            vars(program)["reached"] = self.reached
        self.programs.append(program)

        def launch(blocks: int, *args: Any) -> None:
            plain = [np.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
            program.launch(blocks, THREADS, plain)
            self.trace.append(b"".join(a.tobytes() for a in plain if isinstance(a, np.ndarray)))
            if self.wanted and self.trace[-1] != self.wanted[len(self.trace) - 1]:
                raise Astray("other numbers")

        return launch

    def left(self) -> list[Left]:
        """What the launches left, of those that were played twice."""
        return [left for program in self.programs for left in program.left]
