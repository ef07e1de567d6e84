"""Theorem 4.1 and Corollary 4.2 of Kingma & Ba 2015: where they first fail, by floats, intervals and in the kernel."""

from __future__ import annotations

import importlib
from fractions import Fraction as F
from math import sqrt
from random import Random
from typing import Any

import pytest

from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import integer, reals
from adamtheory.logic.refute import Model, violations

from .sentences import T, claim, fails_at, sides, stated, t

# --- the proof of Theorem 4.1 -----------------------------------------------------------------------------------------


def test_the_second_moment_is_not_that_small() -> None:
    families = {"g": 1, "G": 1, "beta1": 0, "beta2": F(3, 4)}
    for step in (1, 2, 5, 20):
        assert sides("kb_second_moment_refuted", {t: step}, families) == (1, F(1, 2))
    n, random = integer("n"), Random(4)
    for _ in range(8):
        gradients = {(k,): F(random.randint(-10, 10), 10) for k in range(1, 7)}
        left, right = sides("v_hat_bounded", {n: 5}, {"g": gradients, "G": 1, "beta2": F(2, 3)})
        assert 0 <= left <= right == 1


@pytest.mark.parametrize(
    ("name", "value"), [("gamma_adam_refuted", -0.9967257), ("gamma_adam_corrected_refuted", -1.1413592)]
)
def test_gamma_is_negative(name: str, value: float) -> None:
    families = {"g": {(1,): 3, (2,): -1}, "alpha": 1, "beta1": 0, "beta2": F(1, 10)}
    assert abs(float(sides(name, {integer("n"): 1}, families)[1]) - value) < 5e-8


def test_the_telescoping_step() -> None:
    module: Any = importlib.import_module("adamtheory.proofs.kb_telescoping_refuted")
    left, right = sides("kb_telescoping_refuted", {T: 2}, module.counterexample().families)
    assert abs(float(right / left) - 2) < 1e-12 and float(left) < 0
    assert sides("kb_telescoping_refuted", {T: 1}, module.counterexample().families) == (0, 0)


# --- Theorem 4.1 ------------------------------------------------------------------------------------------------------


def theorem_4_1(beta1: float, C: float, rounds: int) -> list[tuple[float, float]]:
    """Regret and bound after each round, in floats and from the paper's formulas, with D = 3."""
    b, alpha, decay, D = 1 / (1 + C * C), 0.9, 0.5, 3.0
    x, m, v, paid, squares, p1, p2 = 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0
    gamma, found = beta1**2 / sqrt(b), []
    for n in range(1, rounds + 1):
        if n % 3 == 1:
            loss, best, g = C * max(x, -1), -C, C if x > -1 else 0.0
        else:
            loss, best, g = -min(x, 1), 1.0, -1.0 if x < 1 else 0.0
        paid, squares = paid + loss - best, squares + g * g
        rate = beta1 * decay ** (n - 1)
        m, v, p1, p2 = rate * m + (1 - rate) * g, b * v + (1 - b) * g * g, p1 * beta1, p2 * b
        v_hat = v / (1 - p2)
        bound = D**2 / (2 * alpha * (1 - beta1)) * sqrt(n * v_hat)
        bound += alpha * (1 + beta1) * C / ((1 - beta1) * sqrt(1 - b) * (1 - gamma) ** 2) * sqrt(squares)
        last = D**2 * C * sqrt(1 - b) / (2 * alpha * (1 - decay) ** 2)
        bound += last * max(1 / (1 - beta1), 1 / beta1 if beta1 else 0)
        x -= alpha / sqrt(n) * m / (1 - p1) / sqrt(v_hat)
        found.append((paid, bound))
    return found


@pytest.mark.parametrize(
    ("beta1", "C", "first", "regret", "bound"),
    [(0, 3, 225, 168.224, 167.079), (0.1, 3, 1281, 897.547, 897.473), (0.1, 10, 780, 4245.31, 4229.13)],
)
def test_theorem_4_1_in_floats(beta1: float, C: float, first: int, regret: float, bound: float) -> None:
    found = theorem_4_1(beta1, C, first)
    assert [n for n, (paid, most) in enumerate(found, 1) if paid > most] == [first]
    assert abs(found[-1][0] - regret) < 6e-3 and abs(found[-1][1] - bound) < 6e-3


@pytest.mark.parametrize("beta1", [0, F(1, 10)])
def test_the_sentence_is_that_of_the_formulas(beta1: Any) -> None:
    """The two sides that are refuted by intervals, against the floats."""
    module: Any = importlib.import_module("adamtheory.proofs.kb_theorem_4_1_refuted")
    families = module.play.model(40, beta1).families
    left, right = sides("kb_theorem_4_1_refuted", {T: 40}, families)
    regret, bound = theorem_4_1(float(beta1), 3, 40)[-1]
    assert abs(float(left) - regret) < 1e-9 and abs(float(right) - bound) < 1e-9


def test_theorem_4_1_first_fails_at_225() -> None:
    module: Any = importlib.import_module("adamtheory.proofs.kb_theorem_4_1_refuted")
    assert fails_at("kb_theorem_4_1_refuted", range(1, 228), module.play.model(1, 0).families) == [225]


def test_the_losses_of_the_counterexample() -> None:
    """Convex with slopes of at most C, in rounds of both kinds and on all sides of the kinks."""
    x, y = reals("x y")
    n, places = integer("n"), [F(k, 2) for k in range(-5, 6)]
    for name in ("reddi_projection_free_convex", "reddi_projection_free_slopes"):
        meaning = Interpretation({"C": 3}, theory=stated(name).theory)
        for values in ({n: k, x: a, y: b} for k in range(3) for a in places for b in places):
            assert meaning.holds(claim(name), values)
    left, right = sides("reddi_projection_free_convex", {n: 0, x: 2, y: -2}, {"C": 3})
    assert (left, right) == (9, 12)


def test_theorem_4_1_fails_in_the_end() -> None:
    """The sides of the theorem in the kernel at small T, where the bound still holds, against the floats."""
    name = "kb_theorem_4_1_linear_refuted"
    families = {"alpha": F(9, 10), "C": 3, "D": 3, "decay": F(1, 2)}
    bound, regret = (float(side) for side in sides(name, {T: 30}, families))
    paid, most = theorem_4_1(0, 3, 30)[-1]
    assert abs(regret - paid) < 1e-9 and abs(bound - most) < 1e-9 and bound > regret
    late = stated(name).hyps[-1]
    assert violations(late, T, range(1400, 1700, 50), Model(families=families), stated(name).theory) == [1400]


# --- Corollary 4.2 ----------------------------------------------------------------------------------------------------


def cycle(rounds: int) -> tuple[list[float], list[int]]:
    """What Adam pays in each round on the losses |x - c_t|, and the centres, from the words of the theorem."""
    x, center, balance, block = 0.0, 1, 0, 1
    paid, centers = [], []
    for n in range(1, rounds + 1):
        paid.append(abs(x - center))
        centers.append(center)
        x -= 2 / sqrt(n) * (-1 if x < center else 1)
        assert abs(x) <= 3
        balance += center
        if center * balance > 64 * block:
            center, block = -center, block + 1
    return paid, centers


def test_a_regret_can_be_very_negative() -> None:
    paid, centers = cycle(200_000)
    for n in (100, 1000, 10_000, 200_000):
        up = centers[:n].count(1)
        least = min(up * abs(u - 1) + (n - up) * abs(u + 1) for u in (-1, 0, 1))
        assert sum(paid[:n]) - least <= -n / 2 + 18 * sqrt(n) + 128
    assert sum(paid) - least < -0.9 * 200_000


def test_the_sentence_of_the_cycle() -> None:
    u = next(iter(claim("kb_cycle_regret").free - {T}))
    paid, centers = cycle(150)
    for point, rounds in ((0, 1), (F(1, 2), 70), (-2, 150)):
        left, right = sides("kb_cycle_regret", {T: rounds, u: point}, {"beta2": F(1, 2)})
        fixed = sum(abs(float(point) - c) for c in centers[:rounds])
        assert abs(float(left) - (sum(paid[:rounds]) - fixed)) < 1e-9
        assert abs(float(right) - (-rounds / 2 + 18 * sqrt(rounds) + 128)) < 1e-9 and left <= right


def test_gradient_descent_against_blocks_of_signs() -> None:
    """Slopes 1 and -1 in blocks that double, on [-1, 1]: R_T/T = -0.6600 at T = 2^19 - 1, with limsup -2/3."""
    x, paid, balance = 1.0, 0.0, 0
    for n in range(1, 2**19):
        g = 1 if n.bit_length() % 2 else -1
        paid, balance = paid + g * x, balance + g
        x = min(1.0, max(-1.0, x - g / sqrt(n)))
    assert balance == (1 - (-2) ** 19) // 3
    assert abs((paid + abs(balance)) / (2**19 - 1) + 0.6600) < 5e-5
