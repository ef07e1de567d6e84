"""The stochastic sequence: the theorem against exact expectations, and where its condition begins to hold."""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod
from typing import Any

import pytest

from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import integer
from adamtheory.logic.statement import Statement

n = integer("n")
ROUNDS = 4


@cache
def stated() -> Statement:
    return importlib.import_module("adamtheory.proofs.reddi_stochastic_drift").statement()


def coins(p: Fraction, draws: dict[Any, Fraction], shows: Any, **constants: Any) -> Interpretation:
    """The statement's own terms, where u is 0, below p, in the rounds in which an outcome shows C, else 1."""
    families = {"u": lambda t, w: 0 if shows(t, w) else 1, "p": p, "start": 0, "alpha": 1, **constants}
    return Interpretation(families, draws, stated().theory)


def independent(p: Fraction, **constants: Any) -> Interpretation:
    draws = {w: prod((p if one else 1 - p for one in w), start=Fraction(1)) for w in product((0, 1), repeat=ROUNDS)}
    return coins(p, draws, lambda t, w: 1 <= t <= ROUNDS and w[t - 1] == 1, **constants)


def probability(C: Fraction, delta: str) -> Fraction:
    """For which the mean slope is delta."""
    return (1 + Fraction(delta)) / (C + 1)


def enough(C: Fraction, delta: str, a: str, b: str) -> bool:
    at = independent(probability(C, delta), C=C, beta1=Fraction(a), beta2=Fraction(b))
    return at.holds(stated().hyps[5])


@pytest.mark.parametrize(
    ("a", "b", "delta", "least"),
    [("0", "0.9", "0.1", "13.42"), ("0", "0.99", "0.02", "106.14"), ("0.9", "0.99", "0.02", "11644")],
)
def test_reference_values_of_the_sufficient_spike(a: str, b: str, delta: str, least: str) -> None:
    C = Fraction(least)
    unit = Fraction(1, 10 ** len(least.partition(".")[2]))
    assert enough(C + unit, delta, a, b) and not enough(C - unit, delta, a, b)


@pytest.mark.parametrize(("C", "a", "b"), [("14", "0", "0.9"), ("60", "0.3", "0.9"), ("9", "0.05", "0.2")])
def test_the_expectation_is_positive_where_the_condition_holds(C: str, a: str, b: str) -> None:
    spike = Fraction(C)
    at = independent(probability(spike, "0.1"), C=spike, beta1=Fraction(a), beta2=Fraction(b))
    assert all(at.holds(h, {n: 0}) for h in stated().hyps)
    moves = [at.value(stated().claim.right, {n: rounds}) for rounds in range(ROUNDS)]
    assert all(float(move) > 0.01 for move in moves)


def test_it_is_negative_for_a_small_spike() -> None:
    """C = 3/2 with half of the slopes: the condition fails, and so does the claim."""
    at = independent(Fraction(1, 2), C=Fraction(3, 2), beta1=Fraction(1, 2), beta2=Fraction(9, 10))
    assert not at.holds(stated().hyps[5])
    assert not at.holds(stated().claim, {n: ROUNDS - 1})


def test_pairwise_independent_coins_are_enough() -> None:
    """Lines modulo 17: round t shows C where x + t y = 0, so any two rounds determine the outcome."""
    q, C = 17, Fraction(177, 10)
    draws = {w: Fraction(1, q * q) for w in product(range(q), repeat=2)}
    at = coins(Fraction(1, q), draws, lambda t, w: (w[0] + t * w[1]) % q == 0, C=C, beta1=0, beta2=Fraction(9, 10))
    for name, guards in (("coin_mean", 1), ("coin_pairs", 2)):
        entry = stated().theory.entry("assume", name)
        values = dict(zip(entry[3], (1, 3)[:guards], strict=True))
        assert at.holds(entry[5], values)
    assert all(at.holds(h, {n: 0}) for h in stated().hyps)
    assert all(at.holds(stated().claim, {n: rounds}) for rounds in range(ROUNDS))
