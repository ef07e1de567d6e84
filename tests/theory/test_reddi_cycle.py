"""The moments of Adam on the periodic sequence: theorems against the plain recursion, reference values, drift."""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import sqrt
from random import Random
from typing import Any

import pytest

from adamtheory.logic.evaluate import Interpretation, evaluate, holds
from adamtheory.logic.notation import integer, integers, reals
from adamtheory.logic.statement import Statement

j, k = integers("j k")


@cache
def stated(name: str) -> Statement:
    return importlib.import_module(f"adamtheory.proofs.{name}").statement()


def interpretation(name: str, **constants: Any) -> Interpretation:
    return Interpretation(constants, theory=stated(name).theory)


def same(x: Any, y: Any) -> bool:
    """Whether two values, Fractions or balls of 200 bits, agree to 40 digits."""
    return abs(float(x - y)) < 1e-40


def recursion(C: Fraction, N: int, decay: Fraction, squared: bool, rounds: int) -> list[Fraction]:
    """m_1, m_2, ... or v_1, v_2, ..., from the definition."""
    values, now = [], Fraction(0)
    for t in range(rounds):
        g = C if t % N == 0 else Fraction(-1)
        now = decay * now + (1 - decay) * (g * g if squared else g)
        values.append(now)
    return values


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("squared", [False, True])
def test_the_transient_is_what_the_recursion_gives(squared: bool, corrected: bool) -> None:
    name = "cycle_transient" + "_corrected" * corrected + "_squares" * squared
    beta = "beta2" if squared else "beta1"
    random = Random(1)
    for _ in range(12):
        N, C = random.randint(1, 5), Fraction(random.randint(-6, 12), random.randint(1, 4))
        decay = Fraction(random.randint(0, 6), 7)
        at = interpretation(name, C=C, N=N, **{beta: decay})
        expected = recursion(C, N, decay, squared, 3 * N)
        claim = stated(name).claim
        for t, value in enumerate(expected):
            place = {j: t // N, k: t % N}
            value = value / (1 - decay ** (t + 1)) if corrected else value
            assert at.value(claim.left, place) == at.value(claim.right, place) == value


def test_the_limit_cycle_of_the_first_example() -> None:
    """C = 3, N = 3, b = 1/10: what the transient becomes when its power of b is negligible."""
    at = interpretation("cycle_transient_squares", C=3, N=3, beta2=Fraction(1, 10))
    right = stated("cycle_transient_squares").claim.right
    for phase, limit in enumerate((911, 191, 119)):
        assert abs(at.value(right, {j: 12, k: phase}) - Fraction(limit, 111)) < Fraction(1, 10**30)


def test_the_only_periodic_course_returns_to_itself() -> None:
    """u_{k+1} = a u_k + (1-a) o inside a period, u_0 = a u_{N-1} + (1-a) s."""
    a, s, o = Fraction(2, 5), Fraction(7), Fraction(-2)
    right = stated("cycle_unique").claim.right
    for N in range(1, 6):
        at = interpretation("cycle_unique", a=a, s=s, o=o, N=N)
        u = [at.value(right, {k: phase}) for phase in range(N)]
        assert u == [a * u[phase - 1] + (1 - a) * (o if phase else s) for phase in range(N)]


def test_the_displacement_is_what_the_rule_does() -> None:
    name, random = "cycle_displacement", Random(2)
    for _ in range(3):
        N = random.randint(1, 4)
        C, a, b = (Fraction(random.randint(low, 7), 8) for low in (1, 0, 0))
        at = interpretation(name, C=C, N=N, beta1=a, beta2=b, alpha=lambda t: Fraction(1, t), start=Fraction(1, 3))
        claim = stated(name).claim
        for block in range(2):
            left, right = (at.value(side, {j: block}, bits=200) for side in (claim.left, claim.right))
            assert same(left, right) and not same(left, 0)


def test_the_displacement_comes_near_the_drift() -> None:
    """The gap of `cycle_drift` falls by the larger decay rate to the power N in every block."""
    gap = stated("cycle_drift").claim.left
    at = interpretation("cycle_drift", C=4, N=3, beta1=Fraction(1, 2), beta2=Fraction(3, 5), alpha=2, start=7)
    gaps = [float(at.value(gap, {j: block}, bits=200)) for block in range(5)]
    assert gaps[0] > 0.1 and all(0 < y < 0.3 * x for x, y in pairwise(gaps))


def test_the_limit_cycle_adds_up_to_the_slopes() -> None:
    claim = stated("cycle_mean").claim
    for N in range(1, 7):
        values = {C: Fraction(7, 3), a: Fraction(3, 5), n: N}
        assert interpretation("cycle_mean").value(claim.left, values) == Fraction(7, 3) - N + 1


# --- the drift --------------------------------------------------------------------------------------------------------

C, D, a, A, b, B = reals("C D a A b B")
n = integer("N")
THREE = {n: 3}


def drift(C_value: Any, N: int, a_value: Any, b_value: Any, bits: int = 64) -> Any:
    """The right side of `drift_falls_in_slope`: the drift at C."""
    values = {C: Fraction(C_value), n: N, a: Fraction(a_value), b: Fraction(b_value)}
    return evaluate(stated("drift_falls_in_slope").claim.right, values, bits=bits)


@pytest.mark.parametrize(
    ("C", "N", "a", "b", "expected"),
    [
        (3, 3, "0", "0.1", 0.68095),
        (3, 3, "0", "0.9", -0.44311),
        (3, 3, "0.5", "0.1", -0.14378),
        (11, 10, "0", "0.9", 0.13183),
        (101, 101, "0.9", "0.99", 1.90085),
    ],
)
def test_reference_values_of_the_drift(C: int, N: int, a: str, b: str, expected: float) -> None:
    assert float(drift(C, N, a, b)) == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize(
    ("C", "N", "b", "threshold"),
    [(3, 3, ".1", ".4026"), (3, 3, ".2", ".3489"), (3, 3, ".3", ".2629"), (3, 3, ".4", ".1369")],
)
def test_reference_values_of_the_threshold_in_beta1(C: int, N: int, b: str, threshold: str) -> None:
    below, above = (Fraction(threshold) + sign * Fraction(6, 10**5) for sign in (-1, 1))
    assert drift(C, N, below, b) > 0 > drift(C, N, above, b)


@pytest.mark.parametrize(
    ("a", "wrong", "right"),
    [("0", "0.99960276", "0.99960278"), ("0.9", "0.99951588", "0.9995159"), ("0.99", "0.99764003", "0.99764005")],
)
def test_where_adam_fails_in_the_experiment_of_the_paper(a: str, wrong: str, right: str) -> None:
    assert drift(101, 101, a, wrong, 200) > 0 > drift(101, 101, a, right, 200)


SAMPLES = [
    (Fraction(c), Fraction(x), Fraction(y), N)
    for c, x, y, N in [(1, 0, "1/9", 2), ("3/2", "1/3", "1/2", 3), (4, "9/10", "1/100", 4), (9, "1/2", "8/9", 7)]
]


@pytest.mark.parametrize(("c", "x", "y", "N"), SAMPLES)
def test_the_theorems_of_the_drift_hold_where_they_are_tried(c: Fraction, x: Fraction, y: Fraction, N: int) -> None:
    values = {C: c + 1, D: c + 2, a: x, A: (1 + x) / 2, b: y, B: (1 + y) / 2, n: N}
    for name in ("drift_falls_in_slope", "drift_falls_in_momentum", "drift_period_two"):
        assert holds(stated(name).claim, values)
    assert holds(stated("drift_positive_at_balance").claim, {**values, n: N + 1})
    identity = stated("drift_without_momentum").claim
    left, right = (evaluate(side, values, bits=200) for side in (identity.left, identity.right))
    assert same(left, right)


def test_below_the_threshold_in_beta2_adam_fails() -> None:
    """The hypothesis of `drift_threshold_in_beta2` holds at B = .472 and fails at .473, for C = 3, N = 3."""
    hypothesis, claim = stated("drift_threshold_in_beta2").hyps[-1], stated("drift_threshold_in_beta2").claim
    assert holds(hypothesis, {C: 3, n: 3, B: Fraction("0.472")})
    assert not holds(hypothesis, {C: 3, n: 3, B: Fraction("0.473")})
    assert all(holds(claim, {C: 3, n: 3, b: Fraction(part, 100)}) for part in (0, 10, 47))


@pytest.mark.parametrize(("N", "b", "threshold", "enough"), [(3, "0.9", "2.08591", "2.16520")])
def test_the_sufficient_spike_is_above_the_threshold(N: int, b: str, threshold: str, enough: str) -> None:
    sufficient = stated("drift_negative_beyond").hyps[-1]

    def meets(spike: Fraction) -> bool:
        return holds(sufficient, {C: spike, a: 0, n: N, globals()["b"]: Fraction(b)})

    tiny = Fraction(1, 10**5)
    assert drift(Fraction(threshold) - tiny, N, 0, b) > 0 > drift(Fraction(threshold) + tiny, N, 0, b)
    assert meets(Fraction(enough) + tiny) and not meets(Fraction(enough) - tiny)


@pytest.mark.parametrize("name", ["drift_polynomial", "drift_polynomial_converse"])
def test_the_polynomial_and_the_drift_have_opposite_signs(name: str) -> None:
    hypothesis, claim = stated(name).hyps[-1], stated(name).claim
    random, seen = Random(3), set()
    for _ in range(40):
        values = {C: 1 + Fraction(random.randint(1, 40), 10), b: Fraction(random.randint(0, 49), 50)}
        assert holds(hypothesis, values) == holds(claim, values)
        seen.add(holds(claim, values))
    assert seen == {True, False}


# --- the second theorem of Reddi, Kale & Kumar: period N = C ---------------------------------------------------------


def published(C: int, a: float, b: float) -> bool:
    """Their conditions on an even C (wording unverified), for a < sqrt(b)."""
    gamma, power = a / sqrt(b), a ** (C - 1)
    rest = 1 + gamma * (1 - gamma ** (C - 1)) / (1 - gamma)
    return (
        (1 - a) * power * C <= 1 - power
        and b ** ((C - 2) / 2) * C**2 <= 1
        and 3 * (1 - a) / (2 * sqrt(1 - b)) * rest + a ** (C / 2 - 1) / (1 - a) < C / 3
    )


@pytest.mark.parametrize(
    ("a", "b", "exact", "sufficient"),
    [
        ("0", "0.9", 7, 204),
        ("0", "0.99", 21, 3218),
        ("0", "0.999", 64, 42622),
        ("0.9", "0.99", 30, 3218),
        ("0.9", "0.999", 74, 42622),
        ("0.9", "0.9", 14, 204),
        ("0.95", "0.9", 17, None),
        ("0.99", "0.9", 30, None),
        ("0.99", "0.5", 29, None),
    ],
)
def test_where_adam_fails_on_the_diagonal(a: str, b: str, exact: int, sufficient: int | None) -> None:
    """The least N = C that Adam fails on, and the least C that the published conditions admit."""
    assert drift(exact - 1, exact - 1, a, b) < 0 < drift(exact, exact, a, b)
    if sufficient is None:
        assert float(a) > sqrt(float(b))
    else:
        assert next(C for C in range(2, 50_000, 2) if published(C, float(a), float(b))) == sufficient


def test_near_balance_the_drift_is_positive() -> None:
    hypothesis, claim = stated("drift_positive_near_balance").hyps[-1], stated("drift_positive_near_balance").claim
    random, seen = Random(4), set()
    for _ in range(40):
        N = random.randint(3, 6)
        rates = {a: Fraction(random.randint(0, 9), 10), b: Fraction(random.randint(0, 9), 10)}
        values = {n: N, C: N - 1 + Fraction(random.randint(1, 30), 100), **rates}
        seen.add(holds(hypothesis, values))
        assert holds(claim, values) or not holds(hypothesis, values)
    assert seen == {True, False}


def test_adam_ends_near_the_worst_point() -> None:
    """C = 3, N = 3, beta1 = 0, beta2 = 1/10: the bound holds from block 3 on, and the iterate comes up from -1."""
    name, J = "adam_ends_at_the_worst_point", integer("J")
    at = interpretation(name, C=3, N=3, beta1=0, beta2=Fraction(1, 10), alpha=Fraction(1, 10), start=-1)
    small, claim = stated(name).hyps[-2], stated(name).claim
    assert not at.holds(small, {J: 2}) and at.holds(small, {J: 3})
    assert all(at.holds(claim, {J: 3, j: block}) for block in range(3, 12))
    offsets = [float(at.value(claim.left, {j: block})) for block in range(3, 12)]
    assert all(0.06 < x - y < 0.08 for x, y in pairwise(offsets)) and offsets[-1] < 1.3


def test_the_regret_grows_where_adam_is_near_the_worst_point() -> None:
    """C = 3, N = 3, beta1 = 1/100, beta2 = 1/10, started at the worst point: at least 1 in every block."""
    name, J, L = "adam_regret_linear", integer("J"), integer("L")
    constants = {"C": 3, "N": 3, "beta1": Fraction(1, 100), "beta2": Fraction(1, 10), "alpha": Fraction(1, 30)}
    at, statement = interpretation(name, **constants, start=1), stated(name)
    small, far, short = statement.hyps[-4:-1]
    assert at.holds(small, {J: 3}) and at.holds(short) and not at.holds(far, {J: 3, L: 150})
    assert at.holds(far, {J: 3, L: 200})
    # far off the first blocks it takes too long to evaluate; from the worst point the bound holds at once
    assert all(at.holds(statement.claim, {L: 2, j: block}) for block in range(3, 9))
    assert float(at.value(statement.claim.right, {L: 2, j: 8})) > 6


def played(alpha: float, start: float, blocks: int) -> list[float]:
    """R_{3 j} against -1 for j = 0, 1, ...: Adam with alpha/sqrt(t), beta1 = beta2 = 1/10, C = N = 3, in floats."""
    x, m, v, paid, found = start, 0.0, 0.0, 0.0, [0.0]
    for t in range(1, 3 * blocks + 1):
        g = 3.0 if t % 3 == 1 else -1.0
        paid += g * (x + 1)
        m, v = 0.1 * m + 0.9 * g, 0.1 * v + 0.9 * g * g
        x = min(max(x - alpha / sqrt(t) * m / sqrt(v), -1.0), 1.0)
        found += [paid] if t % 3 == 0 else []
    return found


@pytest.mark.parametrize(("alpha", "J", "L", "early"), [(Fraction(1, 4), 56, 1240, 700), (Fraction(1), 400, 950, 600)])
def test_the_regret_grows_with_falling_steps(alpha: Fraction, J: int, L: int, early: int) -> None:
    """C = N = 3, beta1 = beta2 = 1/10: 1 a block from block L on, from the best point; not from the first block on."""
    name, block, later = "adam_regret_linear_falling_steps", integer("J"), integer("L")
    constants = {"C": 3, "N": 3, "beta1": Fraction(1, 10), "beta2": Fraction(1, 10)}
    at, statement = interpretation(name, **constants, alpha=alpha, start=-1), stated(name)
    assert all(at.holds(hypothesis, {block: J, later: L}) for hypothesis in statement.hyps[-4:-1])
    assert not at.holds(statement.hyps[-4], {block: 20, later: L})  # small
    assert not at.holds(statement.hyps[-3], {block: J, later: early})  # far
    regret = played(float(alpha), -1, L + 600)
    assert all(regret[end] - regret[L] >= end - L for end in range(L, L + 601))
    assert regret[1] < 1
    exact = [float(at.value(statement.claim.right, {later: 0, j: end})) for end in range(4)]
    assert exact == pytest.approx(regret[:4], rel=1e-12)


@pytest.mark.parametrize(("c", "x", "N"), [(3, "0", 3), ("5/2", "1/3", 3), (7, "9/10", 6), ("1/2", "1/2", 2)])
def test_without_memory_the_drift_has_a_closed_form(c: Any, x: str, N: int) -> None:
    claim, values = stated("drift_without_memory").claim, {C: Fraction(c), a: Fraction(x), n: N}
    left, right = (evaluate(side, values) for side in (claim.left, claim.right))
    assert left == right
    assert x != "0" or right == N - 2
