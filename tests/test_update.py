"""Updates of whole arrays in place: the same bits as plain Python, for every rule."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.language import Bound, arithmetic, parse, reading, split
from adamtheory.rules import RULES, adam, sgd
from adamtheory.schedules import cosine_restarts, inverse_sqrt
from adamtheory.simulation.update import SMALLEST_PART, ArrayOptimizer

ROUNDS, SIZE = 12, 5
ARRAYS = [rule for rule in RULES.values() if split(rule).stages == 1]


LINE = np.ones(4)


def odd(size: int) -> np.ndarray:
    """An array that begins at an odd address."""
    return np.zeros(8 * size + 1, np.uint8)[1:].view(np.float64)


def gradients(dtype: str, size: int) -> np.ndarray:
    random = np.random.default_rng(3)
    rows = random.standard_normal((ROUNDS, size)) * 10.0 ** random.integers(-6, 6, (ROUNDS, size))
    rows[4] = 0.0
    return rows.astype(dtype)


def plain(optimizer: Bound, dtype: str, plan: Bound, rows: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, dict]:
    """Iterates of plain Python after every round, and the final slots, of one group of coordinates."""
    system, size, iterate = arithmetic(dtype), len(x), list(x)
    numbers = {n: system.number(v) for n, v in optimizer.exact_values().items()}
    planned = {n: system.number(v) for n, v in plan.exact_values().items()}
    size_at, step = reading(plan.rule, system), reading(optimizer.rule, system, size)
    plan_slots = {s.name: [system.number(s.initial)] for s in plan.rule.slots}
    slots = {s.name: [system.number(s.initial)] * size for s in optimizer.rule.slots}
    found = []
    for t, row in enumerate(rows, 1):
        now = system.number(Fraction(t))
        ((eta,),), _ = size_at({"t": [now], **plan_slots}, planned | {"lr": system.number(Fraction(1))})
        ((alpha,),), plan_slots = size_at({"t": [now], **plan_slots}, planned | {"lr": numbers["lr"]})
        supplied = {"t": now, "eta": eta} | ({} if optimizer.rule.scalar("eta") else {"lr": alpha})
        (iterate,), slots = step({"x": iterate, "g": list(row), **slots}, numbers | supplied)
        found.append(list(iterate))
    return np.array(found), slots


def both(optimizer, dtype: str, plan, size: int = SIZE) -> tuple[np.ndarray, np.ndarray, dict, dict]:
    """Iterates of plain Python and of in-place updates after every round, and the final slots of each."""
    optimizer = optimizer if isinstance(optimizer, Bound) else optimizer()
    rows, x = gradients(dtype, size), np.linspace(-1, 1, size).astype(dtype)
    expected, slots = plain(optimizer, dtype, plan, rows, x)
    stepper = ArrayOptimizer(optimizer, x, schedule=plan)
    array = []
    for row in rows:
        stepper.step(row)
        array.append(x.copy())
    return expected, np.array(array), slots, dict(stepper.state)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rule", ARRAYS, ids=lambda r: r.name)
def test_every_rule_has_the_bits_of_plain_python(rule, dtype: str) -> None:
    plain, array, slots, state = both(rule, dtype, inverse_sqrt(lr=1))
    np.testing.assert_array_equal(array, plain)
    assert set(state) == set(slots)
    for name, value in slots.items():
        np.testing.assert_array_equal(np.broadcast_to(state[name], SIZE), np.array(value), err_msg=name)


def test_a_schedule_with_state() -> None:
    plain, array, *_ = both(adam(lr=0.1), "float64", cosine_restarts(lr=1, T0=3, multiplier=2))
    np.testing.assert_array_equal(array, plain)
    assert len({float(v) for v in np.abs(np.diff(array[:, 0]))}) > 3


def test_powers_keep_their_bits() -> None:
    text = """@rule
def f(x, g, a=0, b=0, *, lr):
    e = 8*g/(1 + absolute(g))
    return x - lr*g, 2**e, (1/4)**e
"""
    _, _, slots, state = both(parse(text)["f"](lr=0.01), "float64", inverse_sqrt(lr=1), size=2000)
    for name in ("a", "b"):
        np.testing.assert_array_equal(state[name], np.array(slots[name]))


def test_threads_do_not_change_a_bit() -> None:
    random = np.random.default_rng(0)
    g = random.standard_normal(2 * SMALLEST_PART + 7).astype(np.float32)
    arrays = []
    for workers in (1, 2):
        x = np.ones_like(g)
        stepper = ArrayOptimizer(adam(lr=0.01), x, workers=workers)
        for _ in range(3):
            stepper.step(g)
        arrays.append(x)
    np.testing.assert_array_equal(*arrays)


def test_any_shape_is_updated_in_place() -> None:
    x = np.ones((2, 3))
    stepper = ArrayOptimizer(sgd(lr=0.5), x)
    stepper.step(np.full((2, 3), 2.0))
    np.testing.assert_array_equal(x, np.zeros((2, 3)))
    assert stepper.round == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ArrayOptimizer(adam, np.ones(3, int)), "float32 or float64"),
        (lambda: ArrayOptimizer(adam, np.ones((4, 4))[:, ::2]), "C-contiguous"),
        (lambda: ArrayOptimizer(adam(beta1=[0.1, 0.9]), np.ones(3)), "one number is needed"),
        (lambda: ArrayOptimizer(adam, np.ones(3)).step(np.ones(4)), "gradient is float64"),
        (lambda: ArrayOptimizer(adam, np.ones(3)).step(np.ones(3, np.float32)), "gradient is float32"),
        (lambda: ArrayOptimizer(adam, np.ones(3, ">f8")), "float32 or float64, or one on a GPU, not >f8"),
        (lambda: ArrayOptimizer(adam, odd(3)), "parameters must be C-contiguous, aligned"),
        (lambda: ArrayOptimizer(adam, np.ones(3)).step(odd(3)), "gradient must be C-contiguous, aligned"),
        (lambda: ArrayOptimizer(adam, LINE[1:]).step(LINE[:-1]), "gradient overlaps the parameters"),
        (lambda: ArrayOptimizer(adam, LINE[:-1]).step(LINE[1:]), "gradient overlaps the parameters"),
    ],
)
def test_wrong_arrays(make, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        make()


def test_a_gradient_that_is_read_only_or_the_parameters_themselves() -> None:
    """As what comes from a framework whose arrays never change."""
    x, g = np.ones(3), np.full(3, 2.0)
    g.flags.writeable = False
    stepper = ArrayOptimizer(sgd(lr=0.25), x)
    stepper.step(g)
    stepper.step(x)
    np.testing.assert_array_equal(x, np.full(3, 0.375))
