"""One run of 250 steps on fixed random gradients: by a rule of the registry, by PyTorch, by optax.

Every run returns the iterates x_1, ..., x_T as an array (T, d) of float64.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from adamtheory.language import arithmetic, reading
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES

from .programs import OPTAX, TORCH

STEPS, SIZE = 250, 8
START = np.array([0.5, -1.0, 2.0, 0.0, 1.0, -0.25, 10.0, 0.75])
NUMBERS = arithmetic("float64")

# Values far from every default, so that each constant of a rule shows in its iterates.
OTHER = {
    "lr": 0.03, "beta1": 0.8, "beta2": 0.95, "mu": 0.7, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.05,
    "momentum_decay": 0.02, "eps_n": 1e-2, "eps_d": 1e-4, "lam": 0.97, "final_lr": 0.05, "tol": 1e-3,
}  # fmt: skip


def random_gradients() -> np.ndarray:
    """(STEPS, SIZE): sizes from 1e-6 to 1e3, heavy tails, a steady and an alternating sign, and rows of exact zeros.

    The first row has no zero: with eps = 0 a method may divide 0 by 0 there, which is no matter of form.
    """
    random = np.random.default_rng(20180213)
    g = random.normal(size=(STEPS, SIZE))
    g[:, 1] *= 1e-3
    g[:, 2] = 1e3 * g[:, 2]
    g[:, 3] = np.where(random.random(STEPS) < 0.1, g[:, 3], 0)
    g[:, 4] = (-1.0) ** np.arange(STEPS) * (1 + 0.1 * g[:, 4])
    g[:, 5] = random.standard_t(1.5, STEPS)
    g[:, 6] *= 1e-6
    g[:, 7] = 0.3 + 0.05 * g[:, 7]
    g[0, 3] = -0.7
    g[100:110] = 0
    return g


GRADIENTS = random_gradients()


def parameters_of(name: str, chosen: str, fixed: Mapping[str, float]) -> dict[str, float]:
    """The parameters of a rule: its defaults, or `OTHER`, with some of them fixed."""
    defaults = {p.name: float(p.default) for p in RULES[name].parameters}
    return defaults | ({n: OTHER[n] for n in defaults} if chosen == "other" else {}) | dict(fixed)


def rates(plan: str, lr: float) -> list[Any]:
    """The schedule's rates of steps 1, ..., STEPS, in the plain-Python reading."""
    step = reading(SCHEDULES[plan], NUMBERS)
    found = []
    for t in range(1, STEPS + 1):
        (rate,), _ = step({"t": [np.float64(t)]}, {"lr": np.float64(lr)})
        found.append(rate[0])
    return found


def by_rule(name: str, parameters: Mapping[str, float], plan: str) -> np.ndarray:
    """The rule in the plain-Python reading; parameters it does not have are ignored."""
    return _by_rule(name, _key(parameters, [p.name for p in RULES[name].parameters]), plan)


def by_program(framework: str, name: str, parameters: Mapping[str, float], plan: str) -> np.ndarray:
    """The outside program, `framework` being torch or optax; skips where that cannot be imported."""
    make = (TORCH if framework == "torch" else OPTAX)[name]
    return _by_program(framework, make, _key(parameters, [*inspect.signature(make).parameters, "lr"]), plan)


def _key(parameters: Mapping[str, float], names: list[str]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((n, v) for n, v in parameters.items() if n in names))


@functools.cache
def _by_rule(name: str, items: tuple[tuple[str, float], ...], plan: str) -> np.ndarray:
    given = dict(items)
    return follow(name, given, rates(plan, 1 if RULES[name].scalar("eta") else given["lr"]))


def follow(name: str, given: Mapping[str, float], sizes: list[Any]) -> np.ndarray:
    """The rule with the schedule's values given: the rates, or the multipliers where the rule asks for `eta`."""
    rule = RULES[name]
    step = reading(rule, NUMBERS, SIZE)
    values: dict[str, Any] = {n: np.float64(float(v)) for n, v in rule(**given).exact_values().items()}
    slots = {s.name: [NUMBERS.number(s.initial)] * SIZE for s in rule.slots}
    x, xs = list(START), []
    for t, (size, row) in enumerate(zip(sizes, GRADIENTS, strict=True), 1):
        values["eta" if rule.scalar("eta") else "lr"] = size
        scalars = {s.name: np.float64(t) if s.name == "t" else values[s.name] for s in rule.scalars}
        (x,), slots = step({"x": x, "g": list(row), **slots}, scalars)
        xs.append(x)
    return np.array(xs, np.float64)


@functools.cache
def _by_program(
    framework: str, make: Callable[..., Any], items: tuple[tuple[str, float], ...], plan: str
) -> np.ndarray:
    given = dict(items)
    lr = given.pop("lr")
    given |= {"lr0": lr}
    given = {n: v for n, v in given.items() if n in inspect.signature(make).parameters}
    return (by_torch if framework == "torch" else _by_optax)(make, given, lr, plan)


def by_torch(make: Callable[..., Any], given: Mapping[str, float], lr: float, plan: str) -> np.ndarray:
    """An optimizer of PyTorch, its rate set before every step."""
    torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
    x = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    x.grad = torch.zeros_like(x)
    optimizer = make(torch.optim, [x], **given, **({} if "lr0" in given else {"lr": lr}))
    xs = []
    for size, row in zip(rates(plan, lr), GRADIENTS, strict=True):
        x.grad.copy_(torch.from_numpy(row))
        optimizer.param_groups[0]["lr"] = float(size)
        optimizer.step()
        xs.append(x.detach().numpy().copy())
    return np.array(xs)


def _by_optax(make: Callable[..., Any], given: dict[str, Any], lr: float, plan: str) -> np.ndarray:
    jax = pytest.importorskip("jax", reason="JAX cannot be imported", exc_type=ImportError)
    optax = pytest.importorskip("optax", reason="optax cannot be imported", exc_type=ImportError)
    pytest.importorskip("optax.contrib", reason="optax.contrib cannot be imported", exc_type=ImportError)
    names = inspect.signature(make).parameters
    if "eta" in names:
        given["eta"] = _schedule(jax, plan, 1.0)
    if "lr" in names:
        given["lr"] = _schedule(jax, plan, lr)
    optimizer = make(optax, **given)

    def step(carry: Any, g: Any) -> Any:
        x, state = carry
        change, state = optimizer.update(g, state, x)
        x = optax.apply_updates(x, change)
        return (x, state), x

    def run(gradients: Any) -> Any:
        x = jax.numpy.asarray(START)
        return jax.lax.scan(step, (x, optimizer.init(x)), gradients)[1]

    return np.asarray(jax.jit(run)(GRADIENTS))


def _schedule(jax: Any, plan: str, lr: float) -> Callable[[Any], Any]:
    if plan == "constant":
        return lambda n: lr
    return lambda n: lr / jax.numpy.sqrt(n + 1.0)


def difference(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """(T,) the largest |x_t - y_t|/max(1, |y_t|) over the coordinates."""
    assert ours.shape == theirs.shape == (STEPS, SIZE)
    assert np.isfinite(ours).all() and np.isfinite(theirs).all()
    return np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs)), axis=1)
