"""Runs that are played twice, on the CPU and as a kernel for a GPU, and how they are compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from adamtheory.engine.cuda import Forgiving
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES
from adamtheory.simulation.sequences import LossSequence, sequence
from adamtheory.simulation.simulate import simulate
from adamtheory.simulation.trajectory import Trajectory

LANES = 5  # more than a block of the simulator holds, and not a multiple of it
RATES = np.array([0.003, 0.03, 0.3, 3.0, 30.0])
HANDFUL = ("reddi", "random_signs", "logistic", "quadratic_gaussian", "zhang_cyclic", "absolute_exponential", "hinge")
NAMES = list(RULES)
# (rule, loss, coordinates, dtype): every rule with two losses of the handful, every loss with two rules
CASES = [
    (rule, HANDFUL[(i + 3 * k) % len(HANDFUL)], 1 + 2 * ((i + k) % 2), ("float64", "float32")[(i // 2 + k) % 2])
    for i, rule in enumerate(NAMES)
    for k in range(2)
]
CASES += [
    (rule, loss, 1 + 2 * ((i + k) % 2), ("float32", "float64")[k])
    for i, loss in enumerate(LOSSES)
    for k, rule in enumerate(("adam", "adagrad"))
]


def losses(name: str, size: int, order: str = "shuffled") -> LossSequence:
    """The loss in that many coordinates; one on data gets seven rows."""
    rule = LOSSES[name]
    kinds = {i.kind for i in rule.inputs}
    if "row" not in kinds:
        return sequence(rule, dimension=size)
    generator = np.random.default_rng(5)
    rows, targets = generator.normal(size=(7, size)), np.sign(generator.normal(size=7))
    return sequence(rule, data=(rows, targets) if "target" in kinds else rows, order=order)


def both(rule: Any, loss: Any, horizon: int, **more: Any) -> tuple[Trajectory, Trajectory]:
    """The same run on the CPU and on the GPU, or in the simulator."""
    optimizer = RULES[rule](lr=RATES) if isinstance(rule, str) and RULES[rule].scalar("lr") else rule
    optimizer = RULES[optimizer] if isinstance(optimizer, str) else optimizer
    more = {"seed": np.arange(LANES), "stream": 3, **more}
    cpu, gpu = (simulate(optimizer, loss, horizon, device=device, **more) for device in ("cpu", "cuda"))
    return cpu, gpu


def arrays(run: Trajectory) -> dict[str, np.ndarray]:
    """Everything numeric that a run returns."""
    found = {"losses": run.losses, "iterates": run.iterates, "nonfinite": run.nonfinite}
    found |= run.state | {f"sum {n}": v for n, v in run.sums.items()} | {f"w {n}": v for n, v in run.watched.items()}
    if run.monitors is not None:
        found |= {"gamma_min": run.monitors.gamma_min, "gamma_first": run.monitors.gamma_first}
        found |= {} if run.monitors.ratio_max is None else {"ratio_max": run.monitors.ratio_max}
    return found


def assert_equal(a: Trajectory, b: Trajectory) -> None:
    """Bit for bit, but for the payload of what is not a number."""
    one, two = arrays(a), arrays(b)
    assert one.keys() == two.keys()
    for name, array in one.items():
        other = two[name]
        assert (array.dtype, array.shape) == (other.dtype, other.shape), name
        nan = np.isnan(array)
        assert np.array_equal(nan, np.isnan(other)), name
        assert np.where(nan, 0, array).tobytes() == np.where(nan, 0, other).tobytes(), name


def plain(kernel: Any, math: Any = None) -> Any:
    """The text of a CPU kernel as plain Python; `math` is what it knows under that name."""
    text = kernel.text.replace("from numba import njit\n", "njit = lambda *a, **k: lambda f: f\n")
    assert "numba" not in text
    names: dict[str, Any] = {"math": math or Forgiving()}
    exec(compile(text.replace("import math\n", ""), "<kernel>", "exec"), names)
    return names["run"]
