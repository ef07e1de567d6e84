"""The theorems about AdaDelta against runs by hand, and the numbers known for them."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

import pytest

from adamtheory.logic.evaluate import Interpretation, evaluate
from adamtheory.logic.notation import integer, real
from adamtheory.logic.refute import refutes

from .by_hand import gap

n, k, u = integer("n"), integer("k"), real("u")
CLOSE = 1e-9
SCALARS = {"rho": Fraction(9, 10), "eps_n": Fraction(1, 50), "eps_d": Fraction(3, 100), "lr": Fraction(7, 10)}


def adadelta(
    gradient: Callable[[int, float], float], steps: int, rho: float, eps_n: float, eps_d: float, x: float = 0.0
) -> tuple[list[float], list[float], list[float]]:
    """Iterates, steps delta, and the averages F after every round, from the formulas."""
    E = F = 0.0
    places, moves, averages = [x], [], [F]
    for t in range(1, steps + 1):
        g = gradient(t, places[-1])
        E = rho * E + (1 - rho) * g * g
        below = math.sqrt(E + eps_d)
        moves.append(-math.sqrt(F + eps_n) / below * g if below else 0.0)
        F = rho * F + (1 - rho) * moves[-1] ** 2
        averages.append(F)
        places.append(places[-1] + moves[-1])
    return places, moves, averages


def history(seed: int, steps: int = 6) -> dict[tuple[int, ...], Fraction]:
    """Random rational gradients, some of them 0."""
    random = Random(seed)
    return {(t,): Fraction(random.randint(-4, 4), random.randint(1, 3)) for t in range(1, steps + 1)}


# --- theorems ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "constants"),
    [
        ("adadelta_scaling", {"r": Fraction(5, 2), "k": Fraction(1, 3)}),
        ("adadelta_units", {"kappa": Fraction(1000)}),
        ("adadelta_gradient_scale", {"c": Fraction(7, 4)}),
    ],
)
def test_scaled_runs(name, constants):
    for seed in range(3):
        families = {"g": history(seed), "x_start": Fraction(2, 3), **SCALARS, **constants}
        for step in range(5):
            assert gap(name, {n: step}, families) == pytest.approx(0, abs=CLOSE)


def test_the_theorems_run_is_adadelta():
    stated = importlib.import_module("adamtheory.proofs.adadelta_scaling").statement()
    g = history(3)
    families = {"g": g, "x_start": Fraction(2, 3), "r": 1, "k": 1, **SCALARS, "lr": 1}
    places, _, _ = adadelta(lambda t, _: float(g[t,]), 5, 0.9, 0.02, 0.03, 2 / 3)
    meaning = Interpretation(families, theory=stated.theory)
    assert [float(meaning.value(stated.claim.left, {n: step})) for step in range(6)] == pytest.approx(places)


def test_one_number_for_both_eps_does_not_scale():
    proof = importlib.import_module("adamtheory.proofs.adadelta_units_refuted")
    stated = proof.statement()
    assert refutes(stated.theory, stated.hyps, stated.claim, proof.counterexample()) is not None


def test_the_scale_of_the_loss_is_seen_when_eps_d_stays():
    proof = importlib.import_module("adamtheory.proofs.adadelta_gradient_scale_needed")
    stated = proof.statement()
    (unseen,) = (hyp for hyp in stated.hyps if hyp.kind == "eq")

    def apart(changed: Fraction) -> float:
        families = {"g": {}, "c": 3, **SCALARS, "eps_d_new": changed}
        sides = (
            evaluate(side, {u: Fraction(5, 4)}, families, theory=stated.theory) for side in (unseen.left, unseen.right)
        )
        left, right = map(float, sides)
        return left - right

    assert apart(9 * SCALARS["eps_d"]) == pytest.approx(0, abs=CLOSE)
    assert abs(apart(SCALARS["eps_d"])) > 1e-3


def test_the_change_of_unit_that_follows_is_the_only_one():
    theory = importlib.import_module("adamtheory.proofs.adadelta_units_numerator").statement().theory
    follows = theory.entry("assume", "follows")[5]

    def apart(eps_n: Fraction, eps_d: Fraction) -> float:
        families = {"g": {}, "kappa": 2, **SCALARS, "eps_n_new": eps_n, "eps_d_new": eps_d}
        found = [evaluate(side, {u: 3}, families, theory=theory) for side in (follows.left, follows.right)]
        return float(found[0]) - float(found[1])

    right = 4 * SCALARS["eps_n"], SCALARS["eps_d"] / 4
    assert apart(*right) == pytest.approx(0, abs=CLOSE)
    assert abs(apart(SCALARS["eps_n"], right[1])) > 1e-3
    assert abs(apart(right[0], SCALARS["eps_d"])) > 1e-3


@pytest.mark.parametrize("name", ["adadelta_first_step", "adadelta_units_circular", "adadelta_never_moves"])
def test_equations(name):
    for seed in range(3):
        families = {"g": history(seed), "kappa": Fraction(5, 3), "x_start": 4, **SCALARS}
        for step in range(4):
            assert gap(name, {n: step}, families) == pytest.approx(0, abs=CLOSE)


def test_a_scale_that_is_not_0_moves():
    stated = importlib.import_module("adamtheory.proofs.adadelta_scaling").statement()
    families = {"g": {(1,): 1}, "x_start": 4, "r": 1, "k": 1, **SCALARS}
    assert float(evaluate(stated.claim.left, {n: 1}, families, theory=stated.theory)) < 3.9


@pytest.mark.parametrize("name", ["adadelta_growth_cap", "adadelta_hidden_rate"])
def test_bounds(name):
    for seed in range(4):
        families = {"g": history(seed), **SCALARS, "eps_d": 0}
        for step in range(5):
            assert gap(name, {n: step}, families) >= -CLOSE


@pytest.mark.parametrize("name", ["", "_grows", "_bounded"])
def test_constant_gradient(name):
    name = f"adadelta_constant_gradient{name}"
    families = {"c": Fraction(7, 3), **SCALARS}
    gaps = [gap(name, {n: step}, families) for step in range(6)]
    if name == "adadelta_constant_gradient":
        assert gaps == pytest.approx([0] * 6, abs=CLOSE)
    else:
        assert all(value >= 0 for value in gaps) and gaps[-1] > 0


def test_the_increments_under_a_constant_gradient():
    stated = importlib.import_module("adamtheory.proofs.adadelta_constant_gradient_increments").statement()
    families = {"c": Fraction(7, 3), **SCALARS, "rho": Fraction(1, 2)}
    excess = [float(evaluate(stated.claim.left, {n: step}, families, theory=stated.theory)) for step in (1, 4, 8, 12)]
    assert excess[0] > 4 * excess[1] > 20 * excess[2] > 100 * excess[3] > 0


def test_the_hidden_rate_is_approached():
    stated = importlib.import_module("adamtheory.proofs.adadelta_hidden_rate_attained").statement()
    left = [
        float(evaluate(stated.claim.left, {k: size}, {"g": {}, **SCALARS}, theory=stated.theory))
        for size in (1, 10, 100)
    ]
    assert left[0] > 30 * left[1] > 900 * left[2] > 0


# --- reference values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rho", "eps", "printed"),
    [("0.9", "1e-6", 0.00316228), ("0.95", "1e-6", 0.00447214), ("0.95", "1e-7", 0.00141421)],
)
def test_hidden_rates(rho, eps, printed):
    stated = importlib.import_module("adamtheory.proofs.adadelta_hidden_rate").statement()
    families = {"g": {}, "rho": Fraction(rho), "eps_n": Fraction(eps), "eps_d": 0}
    bound = evaluate(stated.claim.right, {}, families, theory=stated.theory)
    assert math.sqrt(bound) == pytest.approx(printed, abs=5e-9)


def displacement(unit: float, eps: Sequence[float]) -> float:
    """f = (x - 3)^2 from 0 for 60 steps, in another unit of x, taken back to the first."""
    places, _, _ = adadelta(lambda t, x: 2 * (x / unit - 3) / unit, 60, 0.9, *eps)
    return places[-1] / unit


def test_units_in_numbers():
    assert displacement(1, (1e-6, 1e-6)) == pytest.approx(0.2218659, abs=5e-8)
    assert displacement(1000, (1, 1e-12)) == pytest.approx(0.2218659, abs=5e-8)
    assert displacement(1000, (1e-6, 1e-6)) == pytest.approx(0.00019845, abs=5e-9)


def test_constant_gradient_in_numbers():
    _, moves, _ = adadelta(lambda t, x: 2.5, 20000, 0.9, 1e-6, 0.0)
    printed = {1: 0.00316228, 10: 0.00351109, 100: 0.00465925, 1000: 0.01056923, 20000: 0.04485208}
    assert {t: round(abs(moves[t - 1]), 8) for t in printed} == printed
    assert moves[-1] ** 2 / (0.1 * 1e-6 * 20000) == pytest.approx(1.00585, abs=5e-6)


def test_growth_cap_in_numbers():
    _, moves, _ = adadelta(lambda t, x: 10.0 ** (3 * t), 30, 0.9, 1e-6, 0.0)
    assert moves[-1] / moves[-2] == pytest.approx(1.378405, abs=5e-7)
    assert math.sqrt(1.9) == pytest.approx(1.378405, abs=5e-7)
