"""An eps inside the root, and decay rates of 1: the theorems against the plain recursion, and the reference value."""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import cache
from random import Random
from types import ModuleType

from adamtheory.logic.evaluate import Formula, Interpretation, evaluate, holds
from adamtheory.logic.notation import integer, real, reals

C, a, b, e = reals("C a b e")
n, N, t, z = integer("n"), integer("N"), integer("t"), real("z")


@cache
def proof(name: str) -> ModuleType:
    return importlib.import_module(f"adamtheory.proofs.{name}")


def test_losses_times_c_are_eps_over_c_squared() -> None:
    """Iterates of the two readings, and of the recursion written out, on gradients that depend on the point."""
    setting, claim = proof("eps_scaling").statement().theory, proof("eps_scaling").statement().claim
    factor, inside, rate = Fraction(3), Fraction(1, 2), Fraction(1, 4)
    constants = {"c": factor, "beta1": Fraction(1, 2), "beta2": Fraction(3, 4), "eps": inside, "start": Fraction(1, 3)}
    given = {**constants, "low": -1, "high": 1, "alpha": rate, "g": Formula((t, z), (5 - 2 * t) * (z + 2))}
    at = Interpretation(given, theory=setting)
    x, m, v = float(constants["start"]), 0.0, 0.0
    moved = set()
    for rounds in range(1, 5):
        g = float(factor) * (5 - 2 * rounds) * (x + 2)
        m, v = m / 2 + g / 2, v * 3 / 4 + g * g / 4
        step = m / (1 - 0.5**rounds) / (v / (1 - 0.75**rounds) + float(inside)) ** 0.5
        x = min(max(x - float(rate) * step, -1), 1)
        left, right = (float(at.value(side, {n: rounds}, bits=128)) for side in (claim.left, claim.right))
        assert abs(left - x) < 1e-12 and abs(right - x) < 1e-12
        moved.add(round(x, 6))
    assert len(moved) == 4


def test_a_small_eps_leaves_the_drift_positive() -> None:
    hypothesis, claim = proof("drift_with_eps").statement().hyps[-1], proof("drift_with_eps").statement().claim
    random, seen = Random(5), set()
    for _ in range(40):
        period = random.randint(3, 5)
        values = {N: period, C: period - 1 + Fraction(random.randint(0, 9), 10), e: Fraction(random.randint(0, 9), 40)}
        values |= {rate: Fraction(random.randint(0, 8), 10) for rate in (a, b)}
        seen.add(holds(hypothesis, values))
        assert holds(claim, values) or not holds(hypothesis, values)
    assert seen == {True, False}


def test_reference_value_of_the_factor() -> None:
    """C = 3, N = 3, a = 0, b = 1/10, eps = 1: the drift changes its sign where the losses are multiplied by 0.49518."""
    drift = proof("drift_with_eps").statement().claim.right

    def at(factor: str) -> float:
        values = {C: 3, N: 3, a: 0, b: Fraction(1, 10), e: 1 / Fraction(factor) ** 2}
        return float(evaluate(drift, values))

    assert at("0.49517") < 0 < at("0.49519")
    assert all(at(str(k / 100)) < 0 for k in range(5, 50, 5)) and all(at(str(k / 2)) > 0 for k in range(1, 9))


def test_with_a_decay_of_one_the_second_moment_stays_0() -> None:
    statement = proof("decay_of_one_refuted").statement()
    at = Interpretation({"g": lambda t: t}, theory=statement.theory)
    assert [at.value(statement.claim.left, {n: rounds}) for rounds in range(4)] == [0, 0, 0, 0]
