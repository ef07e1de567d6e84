"""The compiled kernels, as `ArrayOptimizer` runs them, against PyTorch's own kernels in both precisions."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from adamtheory.rules import RULES
from adamtheory.schedules import inverse_sqrt
from adamtheory.simulation.update import ArrayOptimizer

from .programs import TORCH
from .runs import OTHER

STEPS, SHAPE = 200, (3, 50_000)  # more coordinates than one thread takes

# rule, program of PyTorch, its implementation
METHODS = [
    ("momentum", "SGD momentum", {}),
    ("rmsprop", "RMSprop", {}),
    ("adam", "Adam", {}),
    ("adam", "Adam", {"foreach": True}),
    ("adam", "Adam", {"fused": True}),
    ("amsgrad_torch", "Adam amsgrad", {"fused": True}),
    ("adamw_torch", "AdamW", {"fused": True}),
    ("nadam_torch", "NAdam", {}),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("name", "program", "implementation"), METHODS, ids=str)
def test_array_update_is_that_of_pytorch(name: str, program: str, implementation: dict, dtype: str) -> None:
    """|x - y|/max(1, |y|) below one unit of the dtype a step.

    A step rounds the iterate once, by half a unit at most, and its change, a few hundredths of the iterate, some ten
    times. In float32 this holds for decay rates whose 1 - beta is not small: that of the rounded 0.999 is off by 1e-5.
    """
    torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
    random = np.random.default_rng(5)
    x = random.normal(size=SHAPE).astype(dtype)
    parameters = {p.name: OTHER[p.name] for p in RULES[name].parameters}
    stepper = ArrayOptimizer(RULES[name](**parameters), x, schedule=inverse_sqrt)
    theirs = torch.nn.Parameter(torch.tensor(x.copy()))
    method = program.split()[0]
    chosen = SimpleNamespace(**{method: partial(getattr(torch.optim, method), **implementation)})
    optimizer = TORCH[program](chosen, [theirs], **parameters)
    for t in range(1, STEPS + 1):
        g = random.normal(size=SHAPE).astype(dtype)
        g[0] *= 1e-3
        g[1, t % 3 :: 3] = 0
        stepper.step(g)
        theirs.grad = torch.from_numpy(g)
        optimizer.param_groups[0]["lr"] = parameters["lr"] / t**0.5
        optimizer.step()
    y = theirs.detach().numpy()
    assert x.dtype == y.dtype == dtype
    assert np.max(np.abs(x - y) / np.maximum(1, np.abs(y))) < STEPS * np.finfo(dtype).eps
