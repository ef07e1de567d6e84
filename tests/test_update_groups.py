"""Updates of groups: a whole step of one group in one function, totals included, against plain Python and NumPy."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numba
import numpy as np
import pytest
from test_update import gradients, plain

from adamtheory import rules, simulate
from adamtheory.engine.emit_update import UpdateKernel, build_update, emit_update
from adamtheory.errors import ParameterError
from adamtheory.language import arithmetic, split
from adamtheory.rules import RULES
from adamtheory.schedules import constant, cosine_restarts, inverse_sqrt
from adamtheory.simulation.update import SMALLEST_PART, ArrayOptimizer

EDGES = [0, 1, 4, 5]  # groups of one, three and one coordinates
SIZE = EDGES[-1]
TOTALS = [rule for rule in RULES.values() if split(rule).stages > 1]
SINGLE = [(rule, "float32") for rule in RULES.values() if split(rule).stages == 1]
CASES = [*((rule, "float64") for rule in RULES.values()), *SINGLE]


def start(dtype: str) -> np.ndarray:
    return np.linspace(-1, 1.5, SIZE).astype(dtype)


def groups(optimizer, dtype: str, plan) -> list[tuple[np.ndarray, dict]]:
    """What plain Python finds for each group alone."""
    rows, x = gradients(dtype, SIZE), start(dtype)
    return [plain(optimizer, dtype, plan, rows[:, lo:hi], x[lo:hi]) for lo, hi in zip(EDGES, EDGES[1:], strict=False)]


def functions(kernels: dict[str, UpdateKernel], dtype: str) -> dict:
    """The texts of several kernels in one file, read by Python itself, with IEEE roots and powers."""
    system = arithmetic(dtype)
    names = {"np": np, "F": getattr(np, dtype), "njit": lambda **_: lambda function: function}
    names["math"] = SimpleNamespace(sqrt=system.sqrt, exp=system.exp, log=system.log, pow=system.pow)
    for kernel in kernels.values():
        exec(f"{kernel.literals}\n{kernel.functions}", names)
    return names


@pytest.mark.parametrize(("rule", "dtype"), CASES, ids=lambda c: c if isinstance(c, str) else c.name)
def test_update_has_the_bits_of_plain_python(rule, dtype: str) -> None:
    optimizer, plan = rule(), inverse_sqrt(lr=1)
    kernel = emit_update(build_update(rule, plan.rule), dtype, "_7")
    other = emit_update(build_update(rules.radam, plan.rule), dtype, "_8")  # its literals must not disturb
    update = functions({"_7": kernel, "_8": other}, dtype)["update_7"]
    values = {f"o_{n}": v for n, v in optimizer.exact_values().items()}
    par, out = np.array([float(values[n]) for n in kernel.params], dtype), np.zeros(len(kernel.outputs), dtype)
    x, rows, found = start(dtype), gradients(dtype, SIZE), []
    slots = {s.name: np.full(SIZE, float(s.initial), dtype) for s in kernel.coord_states if s.name != "x"}
    st = np.array([[float(s.initial) for s in kernel.step_states]] * 3, dtype)
    with np.errstate(all="ignore"):
        for t, row in enumerate(rows, 1):
            for k in range(3):
                update(EDGES[k], EDGES[k + 1], t, par, st[k], out, x, row, *slots.values())
            found.append(x.copy())
    for k, (iterates, last) in enumerate(groups(optimizer, dtype, plan)):
        here = slice(EDGES[k], EDGES[k + 1])
        np.testing.assert_array_equal(np.array(found)[:, here], iterates)
        shared = {s.name: st[k, i] for i, s in enumerate(kernel.step_states)}
        for name, value in last.items():
            mine = slots[f"o_{name}"][here] if f"o_{name}" in slots else shared[f"o_{name}"]
            np.testing.assert_array_equal(np.broadcast_to(mine, len(value)), value, err_msg=name)


PLAN, COSINE = constant(lr=1), cosine_restarts(lr=1, T0=3, multiplier=2)
GROUPED = [*((rule, PLAN) for rule in (*TOTALS, rules.adam, rules.nadam)), (rules.ndadam, COSINE)]


@pytest.mark.parametrize(("rule", "plan"), GROUPED, ids=lambda r: r.name if hasattr(r, "name") else r.rule.name)
def test_arrays_in_groups_have_the_bits_of_plain_python(rule, plan) -> None:
    x, rows = start("float64"), gradients("float64", SIZE)
    stepper = ArrayOptimizer(rule, x, schedule=plan, groups=EDGES)
    found = []
    for row in rows:
        stepper.step(row)
        found.append(x.copy())
    for k, (iterates, last) in enumerate(groups(rule(), "float64", plan)):
        here = slice(EDGES[k], EDGES[k + 1])
        np.testing.assert_array_equal(np.array(found)[:, here], iterates)
        for name, value in last.items():
            state = stepper.state[name]
            mine = state[here] if state.shape == x.shape else state[k]
            np.testing.assert_array_equal(np.broadcast_to(mine, len(value)), value, err_msg=name)


def test_two_rules_in_one_compiled_file() -> None:
    """A larger kernel updates the first row by one rule and the second by another: the bits of `ArrayOptimizer`."""
    optimizers = [rules.ndadam(lr=0.1), rules.nadam(lr=0.1)]
    kernels = [emit_update(build_update(o.rule, constant), "float64", f"_{i}") for i, o in enumerate(optimizers)]
    text = "\n".join(f"{k.literals}\n{k.functions}" for k in kernels)
    text += """
@njit
def both(t, par0, par1, st0, st1, out, x, g, m, v):
    update_0(0, 3, t, par0, st0, out, x, g, m)
    update_1(3, 6, t, par1, st1, out, x, g, m, v)
"""
    names: dict = {"np": np, "math": math, "njit": numba.njit, "F": np.float64}
    exec(text, names)
    pars = [
        np.array([float(o.exact_values()[n[2:]]) for n in k.params]) for o, k in zip(optimizers, kernels, strict=True)
    ]
    states = [np.array([float(s.initial) for s in k.step_states]) for k in kernels]
    x, rows = np.linspace(-1, 1, 6), gradients("float64", 6)
    apart = [x[:3].copy(), x[3:].copy()]
    steppers = [ArrayOptimizer(o, part, groups="rows") for o, part in zip(optimizers, apart, strict=True)]
    out, m, v = np.zeros(len(kernels[1].outputs)), np.zeros(6), np.zeros(6)
    for t, row in enumerate(rows, 1):
        names["both"](t, *pars, *states, out, x, row, m, v)
        for i, stepper in enumerate(steppers):
            stepper.step(row[3 * i : 3 * i + 3])
        np.testing.assert_array_equal(x, np.concatenate(apart))


def by_hand(x: np.ndarray, rows: np.ndarray, lr: float, beta1: float, beta2: float, eps: float) -> np.ndarray:
    """ND-Adam for the weight vectors that are the rows of x, written from the paper with NumPy's own sums."""
    m, v = np.zeros_like(x), np.zeros(len(x))
    for t, g_bar in enumerate(rows, 1):
        g = g_bar - np.einsum("ij,ij->i", g_bar, x)[:, None] * x
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * np.einsum("ij,ij->i", g, g)
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        x = x - lr * m_hat / (np.sqrt(v_hat) + eps)[:, None]
        x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return x


@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-13), ("float32", 2e-5)])
def test_rows_of_ndadam_stay_on_the_sphere(dtype: str, close: float) -> None:
    random = np.random.default_rng(5)
    x, rows = random.standard_normal((7, 33)), random.standard_normal((40, 7, 33)).astype(dtype)
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(dtype)
    expected = by_hand(x.astype("float64"), rows.astype("float64"), 0.05, 0.9, 0.999, 1e-8)
    stepper = ArrayOptimizer(rules.ndadam, x, groups="rows")
    for row in rows:
        stepper.step(row)
        norms = np.sqrt(np.sum(x.astype("float64") ** 2, axis=1))
        np.testing.assert_allclose(norms, 1, rtol=0, atol=2 * np.finfo(dtype).eps)
    np.testing.assert_allclose(x, expected, rtol=0, atol=close)
    assert stepper.state["v"].shape == (7,)
    assert stepper.state["m"].shape == x.reshape(-1).shape


def test_float32_sums_round_once() -> None:
    """2**24 and 1024 ones: exact here; added one by one in float32 the ones are lost."""
    x = np.ones(1025, np.float32)
    x[0] = 2**12
    expected = x / np.sqrt(np.float32(2**24 + 1024))
    ArrayOptimizer(rules.ndadam(lr=0, eps=1), x, groups="rows").step(np.zeros_like(x))
    np.testing.assert_array_equal(x, expected)


def test_swats_switches_where_simulate_does() -> None:
    """Two groups switch in different rounds; each has the phases and iterates of a run of the group alone."""
    random = np.random.default_rng(2)
    rows = np.concatenate([random.standard_normal((60, 3)), 1 + 0.1 * random.standard_normal((60, 3))], axis=1)
    optimizer, edges, x = rules.swats_repaired(lr=0.01, tol=0.05), [0, 3, 6], np.zeros(6)
    stepper = ArrayOptimizer(optimizer, x, groups=edges)
    phases, found = [], []
    for row in rows:
        stepper.step(row)
        phases.append(stepper.state["phase"].copy())
        found.append(x.copy())
    for k in range(2):
        part = slice(edges[k], edges[k + 1])
        run = simulate(optimizer, rows[:, part], 60, schedule=constant, start=0, checkpoints=np.arange(1, 61))
        np.testing.assert_array_equal(np.array(phases)[:, k], run.state["phase"])
        np.testing.assert_array_equal(np.array(found)[:, part], run.iterates)
    first, second = (np.flatnonzero(column)[0] for column in np.array(phases).T)
    assert 0 < first != second > 0


def test_threads_take_whole_groups() -> None:
    """Groups of very different sizes on one, two and three threads: the same bits."""
    edges = np.cumsum([0, 5, SMALLEST_PART, 3, 2 * SMALLEST_PART, 1])
    random = np.random.default_rng(0)
    g = random.standard_normal(edges[-1])
    arrays = []
    for workers in (1, 2, 3):
        x = np.ones_like(g)
        stepper = ArrayOptimizer(rules.ndadam, x, groups=edges, workers=workers)
        for _ in range(2):
            stepper.step(g)
        arrays.append((x, stepper.state["v"]))
    for other in arrays[1:]:
        np.testing.assert_array_equal(arrays[0][0], other[0])
        np.testing.assert_array_equal(arrays[0][1], other[1])


def test_rows_of_one_dimension_are_one_group_and_empty_arrays_step() -> None:
    whole, rows = (np.full(4, 0.5) for _ in range(2))
    for x, groups in ((whole, None), (rows, "rows")):
        ArrayOptimizer(rules.ndadam, x, groups=groups).step(np.arange(4.0))
    np.testing.assert_array_equal(whole, rows)
    for shape in ((0,), (3, 0)):
        for optimizer, groups in ((rules.adam, None), (rules.adam, "rows"), (rules.ndadam, "rows")):
            ArrayOptimizer(optimizer, np.ones(shape), groups=groups).step(np.ones(shape))


@pytest.mark.parametrize(
    "edges",
    ["columns", [0], [0, 3], [1, 6], [0, 7], [0, 3, 3, 6], [0, 4, 2, 6], [0.0, 6.0], 6, [[0, 6]], [[0], [1, 6]]],
)
def test_wrong_edges(edges) -> None:
    with pytest.raises(ParameterError, match="rise from 0 to the size 6, not "):
        ArrayOptimizer(rules.ndadam, np.ones((2, 3)), groups=edges)
