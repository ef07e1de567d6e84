"""Compiled bounds against formulas written by hand, along runs that are written out in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamtheory.bounds.certificates import Certificate

from .held import held

D = 2.0  # the width of the box [-1, 1]
Array = np.ndarray[Any, Any]


def played(slopes: Array, step: Callable[[int, Array], Array]) -> Array:
    """R_T for T = 1, 2, ..., of x_{t+1} = clip(x_t - step(t, g_t)) from x_1 = 0 on the losses <g_t, x>."""
    x, paid, found = np.zeros(slopes.shape[1]), 0.0, []
    for t, g in enumerate(slopes, 1):
        paid += g @ x
        x = np.clip(x - step(t, g), -1, 1)
        found.append(paid + np.abs(slopes[:t].sum(axis=0)).sum())
    return np.array(found)


def moments(slopes: Array, beta1: float, beta2: float) -> tuple[Array, Array]:
    """m_t and v_t of every round."""
    m, v = np.zeros(slopes.shape), np.zeros(slopes.shape)
    for t, g in enumerate(slopes):
        m[t] = beta1 * (m[t - 1] if t else 0) + (1 - beta1) * g
        v[t] = beta2 * (v[t - 1] if t else 0) + (1 - beta2) * g * g
    return m, v


@pytest.fixture(scope="module")
def slopes() -> Array:
    return np.random.default_rng(5).normal(0.2, 1.0, (700, 2)) * np.array([1.0, 3.0])


def check(found: Certificate, wanted: Array, regret: Array) -> None:
    np.testing.assert_allclose(found.bound, wanted, rtol=1e-11)
    np.testing.assert_allclose(found.regret, regret, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.ratio[found.valid], (regret / wanted)[found.valid], rtol=1e-8, atol=1e-10)
    assert found.applies and not found.violated.any()


def test_gradient_descent(slopes: Array) -> None:
    alpha, T = 0.4, np.arange(1, len(slopes) + 1)
    regret = played(slopes, lambda t, g: alpha / np.sqrt(t) * g)
    squared = (slopes**2).sum(axis=1)
    G2, root, width = np.maximum.accumulate(squared), np.sqrt(T), 2 * D**2
    found = held("sgd", "inverse_sqrt", slopes, {"lr": alpha})
    check(found["zinkevich_box"], width * root / (2 * alpha) + alpha * G2 * (root - 0.5), regret)
    sums = np.cumsum(alpha / (2 * root) * squared)
    for name in ("sgd_momentum_regret", "master_theorem", "master_theorem_scheduled", "master_theorem_deficit"):
        check(found[name], width * root / (2 * alpha) + sums, regret)
    constant = held("sgd", "constant", slopes, {"lr": alpha})["zinkevich_constant_step"]
    check(constant, width / (2 * alpha) + alpha * G2 * T / 2, played(slopes, lambda t, g: alpha * g))


def test_adagrad(slopes: Array) -> None:
    alpha, S = 0.7, np.cumsum(slopes**2, axis=0)
    regret = played(slopes, lambda t, g: alpha * g / np.sqrt(S[t - 1]))
    found = held("adagrad", "constant", slopes, {"lr": alpha, "eps": 0})
    check(found["adagrad_regret"], (D**2 / (2 * alpha) + alpha) * np.sqrt(S).sum(axis=1), regret)


@pytest.mark.parametrize("eps", [0, 0.05])
def test_amsgrad(slopes: Array, eps: float) -> None:
    alpha, a, b, T = 0.3, 0.8, 0.9, np.arange(1, len(slopes) + 1)
    m, v = moments(slopes, a, b)
    V, norms = np.maximum.accumulate(v, axis=0), np.sqrt(np.cumsum(slopes**2, axis=0)).sum(axis=1)
    w = np.sqrt(V) + eps
    regret = played(slopes, lambda t, g: alpha / np.sqrt(t) * m[t - 1] / w[t - 1])
    found = held("amsgrad", "inverse_sqrt", slopes, {"lr": alpha, "beta1": a, "beta2": b, "eps": eps})
    distance = D**2 * np.sqrt(T) / (2 * alpha * (1 - a)) * w.sum(axis=1)
    steps = alpha * (1 + a) / ((1 - a) * np.sqrt(1 - b))
    check(found["amsgrad_regret"], distance + steps * norms, regret)
    kappa = alpha * (1 + a) / 2 * np.sqrt((1 + np.log(T)) / ((1 - b) * (1 - a * a / b)))
    check(found["amsgrad_regret_kappa"], distance + kappa * norms, regret)
    costs = np.cumsum((alpha / np.sqrt(T))[:, None] * m**2 / w, axis=0).sum(axis=1)
    check(found["master_theorem"], distance + (1 + a) / (2 * (1 - a)) * costs, regret)
    G = np.maximum.accumulate(np.abs(slopes).max(axis=1))
    bounded = 2 * np.sqrt(T) * (D**2 * (G + eps) / (2 * alpha * (1 - a)) + steps * G)
    check(found["amsgrad_regret_bounded"], bounded, regret)
    assert not found["amsgrad_regret_no_momentum"].applies


def test_adamx(slopes: Array) -> None:
    alpha, a, b, lam, T = 0.3, 0.8, 0.9, 0.99, np.arange(1, len(slopes) + 1)
    rates, (_, v) = a * lam ** (T - 1.0), moments(slopes, 0, b)
    V, m = v.copy(), np.zeros(slopes.shape)
    for t in range(len(T)):
        m[t] = rates[t] * (m[t - 1] if t else 0) + (1 - rates[t]) * slopes[t]
        if t:
            V[t] = np.maximum(((1 - rates[t]) / (1 - rates[t - 1])) ** 2 * V[t - 1], v[t])
    regret = played(slopes, lambda t, g: alpha / np.sqrt(t) * m[t - 1] / np.sqrt(V[t - 1]))
    roots, norms = np.sqrt(V).sum(axis=1), np.sqrt(np.cumsum(slopes**2, axis=0)).sum(axis=1)
    later = rates[1:] / (1 - rates[1:]) * np.sqrt(T[:-1]) * roots[:-1]
    bound = D**2 * np.sqrt(T) / (2 * alpha * (1 - rates)) * roots
    bound += D**2 / (2 * alpha) * np.concatenate([[0.0], np.cumsum(later)])
    bound += alpha * (1 + a) / ((1 - a) * np.sqrt(1 - b)) * norms
    found = held("adamx", "inverse_sqrt", slopes, {"lr": alpha, "beta1": a, "beta2": b, "lam": lam, "eps": 0})
    check(found["adamx_regret"], bound, regret)


def test_adam_pays_for_every_fall_of_gamma(slopes: Array) -> None:
    alpha, a, b, eps, T = 0.3, 0.5, 0.3, 1e-3, np.arange(1, len(slopes) + 1)
    m, v = moments(slopes, a, b)
    w, rate = np.sqrt(v) + eps, alpha / np.sqrt(T)
    regret = played(slopes, lambda t, g: rate[t - 1] * m[t - 1] / w[t - 1])
    gamma = np.diff(w / rate[:, None], axis=0)
    fall = np.concatenate([[0.0], np.cumsum(np.maximum(-gamma, 0).sum(axis=1))])
    costs = np.cumsum(rate[:, None] * m**2 / w, axis=0).sum(axis=1)
    bound = D**2 * w.sum(axis=1) / (2 * rate * (1 - a)) + D**2 * fall / 2 + (1 + a) / (2 * (1 - a)) * costs
    found = held("adam_uncorrected", "inverse_sqrt", slopes, {"lr": alpha, "beta1": a, "beta2": b, "eps": eps})
    check(found["master_theorem_deficit"], bound, regret)
    (monotone,) = (h for h in found["master_theorem"].hypotheses if h.name == "monotone")
    first = 2 + int(np.flatnonzero((gamma < 0).any(axis=1))[0])
    assert int(monotone.first) == first
    assert float(monotone.value) == pytest.approx(gamma.min(), rel=1e-12)


NUMBERS = st.floats(-4, 4).filter(lambda value: abs(value) > 1e-3)


@settings(max_examples=6)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30), st.floats(0.01, 5), st.floats(0, 0.95),
    st.floats(0, 0.95),
)  # fmt: skip
@pytest.mark.parametrize("rule", ["sgd", "amsgrad", "adam_uncorrected", "adamx"])
def test_no_regret_is_above_a_bound_that_applies(
    rule: str, slopes: list[tuple[float, float]], lr: float, beta1: float, beta2: float
) -> None:
    found = held(rule, "inverse_sqrt", slopes, {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": 0})
    applied = [c for c in found.values() if c.applies]
    assert applied
    for c in applied:
        assert not c.violated.any(), c.theorem
        assert np.all(c.regret <= c.bound * (1 + 1e-9) + 1e-9), c.theorem


@pytest.mark.parametrize(
    ("name", "dimension", "theorem"), [("adam_uncorrected", 1, "master_theorem_deficit"), ("sgd", 3, "zinkevich_box")]
)
def test_other_dimensions(name: str, dimension: int, theorem: str) -> None:
    for seed in range(5):
        slopes = np.random.default_rng(seed).normal(0, 1, (40, dimension))
        found = held(name, "inverse_sqrt", slopes, {"lr": 0.5, "beta1": 0.5, "beta2": 0.5}, theorems=[theorem])[theorem]
        assert found.applies and not found.violated.any()
        assert np.nanmax(found.ratio) > 0.05


def test_bounds_that_cannot_be_smaller() -> None:
    """One round from one end of the box towards the other, with alpha |g| = D: the regret is the bound."""
    found = held("sgd", "inverse_sqrt", [[1.0, 1.0]], {"lr": 2}, start=1)
    for name in ("zinkevich_box", "master_theorem", "sgd_momentum_regret"):
        assert found[name].applies and found[name].bound == found[name].regret == 4, name
