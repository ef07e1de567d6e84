"""A short run of Reddi's sequence by a loop of PyTorch: iterates, losses and regret of `simulate` and `regret`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adamtheory.hindsight.regret import regret
from adamtheory.losses import reddi, reddi101
from adamtheory.rules import RULES
from adamtheory.simulation.simulate import simulate

TOLERANCE = 1e-12  # of the iterate, and of sums of losses relative to the sum of their sizes
ROUNDS = 2000
LOSSES = {
    "reddi": (reddi, 1.0, [3.0, -1.0, -1.0]),
    "reddi101": (reddi101, 0.0, [1010.0] + [-10.0] * 100),
}
# (lr, beta1, beta2); the second makes Adam fail on the first sequence
CHOSEN = [(0.1, 0.9, 0.999), (0.5, 0.0, 0.1)]


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)


def library(torch: Any, amsgrad: bool) -> Callable[..., list[float]]:
    """`torch.optim.Adam` with alpha/sqrt(t), clamped to [-1, 1] after every step."""

    def play(slopes: list[float], start: float, lr: float, beta1: float, beta2: float) -> list[float]:
        x = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
        optimizer = torch.optim.Adam([x], lr, (beta1, beta2), amsgrad=amsgrad)
        xs = [start]
        for t, slope in enumerate(slopes, 1):
            x.grad = torch.tensor(slope, dtype=torch.float64)
            optimizer.param_groups[0]["lr"] = lr / t**0.5
            optimizer.step()
            x.data.clamp_(-1, 1)
            xs.append(x.item())
        return xs

    return play


def by_hand(torch: Any, form: str) -> Callable[..., Any]:
    """The three forms that PyTorch does not have, in its tensors; beta1 or beta2 may be lanes."""

    def play(slopes: list[float], start: float, lr: float, beta1: Any, beta2: Any, eps: float = 1e-8) -> Any:
        beta1, beta2 = torch.broadcast_tensors(torch.as_tensor(beta1), torch.as_tensor(beta2))
        x = torch.full_like(beta2, start)
        m, v, v_max = torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
        xs = [x]
        for t, g in enumerate(slopes, 1):
            m = m * beta1 + g * (1 - beta1)
            v = v * beta2 + g**2 * (1 - beta2)
            if form == "amsgrad_optax":
                v_max = torch.maximum(v_max, v / (1 - beta2**t))
                step = m / (1 - beta1**t) / (v_max.sqrt() + eps)
            else:
                v_max = torch.maximum(v_max, v) if form == "amsgrad" else v
                step = m / (v_max.sqrt() + eps)
            x = torch.clamp(x - lr / t**0.5 * step, -1, 1)
            xs.append(x)
        return torch.stack(xs).numpy()

    return play


FORMS = {
    "adam": lambda torch: library(torch, False),
    "amsgrad_torch": lambda torch: library(torch, True),
    "adam_uncorrected": lambda torch: by_hand(torch, "adam_uncorrected"),
    "amsgrad": lambda torch: by_hand(torch, "amsgrad"),
    "amsgrad_optax": lambda torch: by_hand(torch, "amsgrad_optax"),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("chosen", CHOSEN, ids=str)
@pytest.mark.parametrize("form", FORMS)
def test_one_lane(torch: Any, form: str, chosen: tuple[float, float, float], loss: str) -> None:
    sequence, start, period = LOSSES[loss]
    slopes = (period * ROUNDS)[:ROUNDS]
    xs = np.array(FORMS[form](torch)(slopes, start, *chosen))
    checkpoints = np.arange(1, ROUNDS + 1)
    names = dict(zip(("lr", "beta1", "beta2"), chosen, strict=True))
    run = simulate(RULES[form](**names), sequence, ROUNDS, checkpoints=checkpoints)
    assert np.max(np.abs(run.iterates[:, 0] - xs[1:])) < TOLERANCE
    size = np.cumsum(np.abs(slopes))
    paid = np.cumsum(xs[:-1] * slopes)
    assert np.max(np.abs(run.losses - paid) / size) < TOLERANCE
    best = -np.abs(np.cumsum(slopes))  # of a linear loss on [-1, 1]
    assert np.max(np.abs(regret(run).regret - (paid - best)) / size) < TOLERANCE


# the corrected v is largest at the first spike and then does not depend on beta2
@pytest.mark.parametrize(
    ("form", "axis"), [("adam_uncorrected", "beta2"), ("amsgrad", "beta2"), ("amsgrad_optax", "beta1")]
)
def test_many_lanes(torch: Any, form: str, axis: str) -> None:
    chosen = {"lr": 0.5, "beta1": 0.1, "beta2": 0.3, axis: np.linspace(0.05, 0.95, 19)}
    slopes = ([3.0, -1.0, -1.0] * ROUNDS)[:ROUNDS]
    xs = FORMS[form](torch)(slopes, 1.0, **chosen)
    run = simulate(RULES[form](**chosen), reddi, ROUNDS, checkpoints=np.arange(1, ROUNDS + 1))
    assert run.axes == (axis,)
    assert np.max(np.abs(run.iterates[:, :, 0] - xs[1:].T)) < TOLERANCE
    assert np.ptp(xs, axis=1).max() > 0.1  # the lanes are not all the same run
