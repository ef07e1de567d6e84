"""The moments of Adam on the periodic sequence: theorems against the plain recursion, reference values, drift."""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest

from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import integers
from adamtheory.logic.statement import Statement

j, k = integers("j k")


@cache
def stated(name: str) -> Statement:
    return importlib.import_module(f"adamtheory.proofs.{name}").statement()


def interpretation(name: str, **constants: Any) -> Interpretation:
    return Interpretation(constants, theory=stated(name).theory)


def recursion(C: Fraction, N: int, decay: Fraction, squared: bool, rounds: int) -> list[Fraction]:
    """m_1, m_2, ... or v_1, v_2, ..., from the definition."""
    values, now = [], Fraction(0)
    for t in range(rounds):
        g = C if t % N == 0 else Fraction(-1)
        now = decay * now + (1 - decay) * (g * g if squared else g)
        values.append(now)
    return values


@pytest.mark.parametrize(
    ("name", "beta", "squared"), [("cycle_transient", "beta1", False), ("cycle_transient_squares", "beta2", True)]
)
def test_the_transient_is_what_the_recursion_gives(name: str, beta: str, squared: bool) -> None:
    random = Random(1)
    for _ in range(12):
        N, C = random.randint(1, 5), Fraction(random.randint(-6, 12), random.randint(1, 4))
        decay = Fraction(random.randint(0, 6), 7)
        at = interpretation(name, C=C, N=N, **{beta: decay})
        expected = recursion(C, N, decay, squared, 3 * N)
        claim = stated(name).claim
        for t, value in enumerate(expected):
            place = {j: t // N, k: t % N}
            assert at.value(claim.left, place) == at.value(claim.right, place) == value


def test_the_limit_cycle_of_the_first_example() -> None:
    """C = 3, N = 3, b = 1/10: what the transient becomes when its power of b is negligible."""
    at = interpretation("cycle_transient_squares", C=3, N=3, beta2=Fraction(1, 10))
    right = stated("cycle_transient_squares").claim.right
    for phase, limit in enumerate((911, 191, 119)):
        assert abs(at.value(right, {j: 12, k: phase}) - Fraction(limit, 111)) < Fraction(1, 10**30)
