"""Step sizes against the schedules of PyTorch and optax."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adamtheory.language import arithmetic, reading
from adamtheory.schedules import SCHEDULES, restart_index

TOLERANCE = 1e-12  # relative to the first rate
STEPS, LR = 300, 0.3


def ours(name: str, **parameters: float) -> np.ndarray:
    schedule, numbers = SCHEDULES[name], arithmetic("float64")
    step = reading(schedule, numbers)
    values = {n: np.float64(float(v)) for n, v in schedule(lr=LR, **parameters).exact_values().items()}
    slots = {s.name: [numbers.number(s.initial)] for s in schedule.slots}
    found = []
    for t in range(1, STEPS + 1):
        (rate,), slots = step({"t": [np.float64(t)], **slots}, values)
        found.append(rate[0])
    return np.array(found)


OF_OPTAX = [
    ("polynomial_decay", {"end": 0.05, "power": 2.5, "steps": 99}, lambda s: s.polynomial_schedule(LR, 0.05, 2.5, 99)),
    ("polynomial_decay", {"steps": 200}, lambda s: s.linear_schedule(LR, 0, 200)),
    ("step_decay", {"factor": 0.3, "every": 70}, lambda s: s.exponential_decay(LR, 70, 0.3, staircase=True)),
    ("linear_warmup", {"steps": 50}, lambda s: s.linear_schedule(LR / 50, LR, 49)),
    ("cosine", {"lr_min": 0.06, "steps": 200}, lambda s: s.cosine_decay_schedule(LR, 200, 0.06 / LR)),
    ("cosine_restarts", {"lr_min": 0.06, "T0": 20, "multiplier": 3}, lambda s: s.sgdr_schedule([
        {"init_value": LR, "peak_value": LR, "warmup_steps": 0, "decay_steps": n, "end_value": 0.06}
        for n in (20, 60, 180, 540)
    ])),
]  # fmt: skip

OF_TORCH = [
    ("step_decay", {"factor": 0.3, "every": 70}, lambda s, o: s.StepLR(o, 70, 0.3)),
    ("linear_warmup", {"steps": 50}, lambda s, o: s.LinearLR(o, 1 / 50, total_iters=49)),
    ("polynomial_decay", {"power": 1.5, "steps": 200}, lambda s, o: s.PolynomialLR(o, 200, 1.5)),
    ("cosine_restarts", {"lr_min": 0.06, "T0": 20, "multiplier": 3},
     lambda s, o: s.CosineAnnealingWarmRestarts(o, 20, 3, eta_min=0.06)),
    ("inverse_sqrt", {}, lambda s, o: s.LambdaLR(o, lambda n: (n + 1) ** -0.5)),
    ("inverse", {}, lambda s, o: s.LambdaLR(o, lambda n: 1 / (n + 1))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameters", "make"), OF_OPTAX, ids=[row[0] for row in OF_OPTAX])
def test_optax(name: str, parameters: dict[str, float], make: Callable[..., Any]) -> None:
    optax = pytest.importorskip("optax", reason="optax cannot be imported", exc_type=ImportError)
    jax = pytest.importorskip("jax", reason="JAX cannot be imported", exc_type=ImportError)
    theirs = np.asarray(jax.vmap(make(optax))(np.arange(STEPS)))
    assert theirs.dtype == np.float64
    assert np.max(np.abs(ours(name, **parameters) - theirs)) < TOLERANCE * LR


def of_torch(torch: Any, make: Callable[..., Any]) -> tuple[Any, Any]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], LR)
    return optimizer, make(torch.optim.lr_scheduler, optimizer)


@pytest.mark.parametrize(("name", "parameters", "make"), OF_TORCH, ids=[row[0] for row in OF_TORCH])
def test_pytorch(name: str, parameters: dict[str, float], make: Callable[..., Any]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
    optimizer, scheduler = of_torch(torch, make)
    theirs = []
    for _ in range(STEPS):
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert np.max(np.abs(ours(name, **parameters) - theirs)) < TOLERANCE * LR


def test_the_restart_that_pytorch_misses() -> None:
    """Runs of 1, 3, 9, 27, 81 steps: epoch 121 begins the sixth. PyTorch's logarithm, asked for it, says the fifth."""
    torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
    optimizer, scheduler = of_torch(torch, lambda s, o: s.CosineAnnealingWarmRestarts(o, 1, 3))
    optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the call is discouraged, and that is what is shown
        scheduler.step(121)
    assert restart_index(121, 1, 3) == 5
    assert ours("cosine_restarts", T0=1, multiplier=3)[121] == LR
    assert optimizer.param_groups[0]["lr"] < LR / 100
