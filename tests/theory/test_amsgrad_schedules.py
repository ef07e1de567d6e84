"""AMSGrad, AdamNC and AdamX with decay rates that change: reference values, and the bounds against random histories."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from fractions import Fraction as F
from functools import cache
from math import isclose
from math import sqrt as float_root
from random import Random
from typing import Any

import pytest

from adamtheory.logic.evaluate import Formula, Interpretation, Undecided
from adamtheory.logic.notation import Family, integers, sqrt, total
from adamtheory.logic.statement import Statement

T, t, i, n = integers("T t i n")
X, g, u, d = Family("X"), Family("g"), Family("u"), Family("d", "Z")()
# Linear losses <g_t, x>: the first-order inequality is an equation.
LOSSES = {
    "loss": Formula((t,), total(i, 1, d, g(t, i) * X(i, t - 1))),
    "loss_u": Formula((t,), total(i, 1, d, g(t, i) * u(i))),
}
HALF, BOX = F(1, 2), {"low": -1, "high": 1, "D": 2}


def module(name: str) -> Any:
    return importlib.import_module(f"adamtheory.proofs.{name}")


@cache
def stated(name: str) -> Statement:
    """The sentence of a proof file."""
    found: Statement = module(name).statement()
    return found


def sides(name: str, values: Mapping[Any, Any], families: Mapping[str, Any]) -> tuple[float, float]:
    """Both sides of the claim, in the theory of the statement."""
    meaning = Interpretation(families, None, stated(name).theory)
    left, right = (meaning.value(side, values) for side in (stated(name).claim.left, stated(name).claim.right))
    return float(left), float(right)


def in_model(name: str, **changed: Any) -> tuple[float, float]:
    """Both sides in the counterexample, with changed families."""
    model = module(name).counterexample()
    return sides(name, model.values, {**model.families, **changed})


# --- reference values -------------------------------------------------------------------------------------------------


def test_theorem_4_without_alpha() -> None:
    left, right = in_model("amsgrad_theorem_4_refuted", beta2=0)
    assert isclose(left, 19.97226, abs_tol=1e-5) and isclose(right, 12.65486, abs_tol=1e-5)
    assert isclose(in_model("amsgrad_theorem_4_refuted")[1], 12.651, abs_tol=1e-3)


def test_with_one_over_alpha_the_same_run_is_within_the_bound() -> None:
    model = module("amsgrad_theorem_4_refuted").counterexample()
    families = {**model.families, "beta1": 0}
    left, right = sides("amsgrad_regret", model.values, {**families, "eps": 0})
    assert left < right and isclose(left, 19.967, abs_tol=1e-3)


def test_the_telescoping_step() -> None:
    left, right = in_model("amsgrad_telescoping")
    assert isclose(left - right, 77 / 160 + 3 * float_root(2) / 2560) and isclose(left - right, 0.4829073, abs_tol=1e-7)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (lambda t: HALF / t, [1]),
        (lambda t: F(9, 10) / t, [1, 2]),
        (lambda t: F(99, 100) / t, [1, 2]),
        (lambda t: F(9, 10) * F(1, 1000) ** (t - 1), [1]),
        (lambda t: F(9, 10) * HALF ** (t - 1), [1, 2]),
        (lambda t: F(9, 10) * F(9, 10) ** (t - 1), list(range(1, 12))),
        (lambda t: F(9, 10) * F(99, 100) ** (t - 1), list(range(12, 100))),
    ],
)
def test_where_the_schedules_break_the_printed_proof(rate: Any, expected: list[int]) -> None:
    """The table of violating t, from the hypothesis of the exact condition; the two theorems about it are converse."""
    enough, little = stated("gamma_momentum").hyps[1], stated("gamma_momentum_converse").hyps[1]
    meaning = Interpretation({"b": lambda t: rate(t)})
    broken = [k for k in range(1, 121) if not meaning.holds(enough, {n: k})]
    assert broken == expected
    assert broken == [k for k in range(1, 121) if meaning.holds(little, {n: k})]


def test_the_slowest_schedule_breaks_it_late() -> None:
    enough = stated("gamma_momentum").hyps[1]
    meaning = Interpretation({"b": lambda t: F(9, 10) * F(999, 1000) ** (t - 1)})
    assert [meaning.holds(enough, {n: k}) for k in (1, 135, 136, 981, 982)] == [True, True, False, False, True]


@pytest.mark.parametrize("lam", [F(0), F(1, 1000), HALF, F(9, 10)])
def test_decayed_root_sum(lam: F) -> None:
    from adamtheory.proofs.decayed_root_sum import lam as variable

    left, right = sides("decayed_root_sum", {n: 60, variable: lam}, {})
    assert left <= right == float(lam / (1 - lam) ** 2)
    direct = sum(float(lam) ** k * float_root(k) for k in range(1, 61))
    assert isclose(left, direct, abs_tol=1e-12)


@pytest.mark.parametrize(("beta2", "expected"), [(F(999, 1000), 7.2702918), (F(99, 100), 2.3452079)])
def test_kappa(beta2: F, expected: float) -> None:
    """(1-beta1)/K, from the term K^2 of the statement, for beta1 = 9/10."""
    spread = importlib.import_module("adamtheory.proofs.lemmas_kappa").spread(module("amsgrad_regret_kappa").method)
    kappa = 0.1 / float_root(Interpretation({"beta1": F(9, 10), "beta2": beta2}).value(spread))
    assert isclose(kappa, expected, abs_tol=1e-7)
    if beta2 == F(999, 1000):  # the log T at which the bound without a logarithm becomes the better one
        assert isclose((2 / float_root(0.001) / kappa) ** 2 - 1, 74.68, abs_tol=0.01)


def test_the_series_from_one_is_less_than_claimed_by_one() -> None:
    x = module("series_from_one_refuted").x
    series = stated("series_from_one_refuted").claim.left
    far = Interpretation({}).value(series, {n: 40, x: HALF})
    assert far == F(1, 2**40)  # the distance to x/(1 - x) = 1; the claimed limit is 2


# --- the bounds against random histories ------------------------------------------------------------------------------


def falling(random: Random, rounds: int) -> dict[tuple[int], F]:
    rates = sorted((F(random.randint(0, 9), 10) for _ in range(rounds + 1)), reverse=True)
    return {(k + 1,): rate for k, rate in enumerate(rates)}


def wild(random: Random, rounds: int, most: F = F(9, 10)) -> dict[tuple[int], F]:
    return {(k + 1,): most * F(random.choice([0, 1, 5, 9]), 9) for k in range(rounds + 1)}


def below(random: Random, rounds: int) -> dict[str, Any]:
    most = F(random.choice([0, 1, 5, 9]), 10)
    return {"beta1": wild(random, rounds, most), "a": most}


def geometric(random: Random, _: int) -> dict[str, F]:
    return {"beta1": F(random.randint(0, 9), 10), "lam": F(random.choice([0, 3, 9, 10]), 10)}


def any_denominators(random: Random, rounds: int) -> dict[str, Any]:
    """Falling step sizes and rising denominators."""
    steps, roots = [F(random.randint(1, 4), 2)], {j: [F(random.randint(1, 4), 2)] for j in (1, 2)}
    for _ in range(rounds):
        steps.append(steps[-1] * F(random.randint(7, 10), 10))
        for row in roots.values():
            row.append(row[-1] + F(random.randint(0, 3), 4))
    table = {(k, j): root for j, row in roots.items() for k, root in enumerate(row, 1)}
    return {"alpha": {(k,): step for k, step in enumerate(steps, 1)}, "w": table}


def wild_denominators(random: Random, rounds: int) -> dict[str, Any]:
    """Positive denominators that rise and fall."""
    places = [(k, j) for k in range(1, rounds + 2) for j in (1, 2)]
    return {"alpha": F(1), "w": {place: F(random.choice([1, 2, 3, 8]), 2) for place in places}}


def remembering(random: Random) -> dict[str, Any]:
    """w_t the root of the sum of the squares, times a number; zeta is what is missing."""
    scale = F(random.randint(1, 4), 2)
    norm = scale * sqrt(total(n, 1, t, g(n, i) ** 2))
    return {"alpha": F(1), "w": Formula((t, i), norm), "zeta": 1 / scale}


SCHEDULES = {
    "amsgrad_repair_non_increasing": lambda r, k: {"beta1": falling(r, k)},
    "amsgrad_regret_scheduled": lambda r, k: {"beta1": falling(r, k)},
    "amsgrad_repair_any_schedule": below,
    "amsgrad_repair_variation": below,
    "amsgrad_corollary_1": geometric,
    "adamnc_corollary_2": geometric,
    "adamx_regret": geometric,
    "adamx_regret_bounded": geometric,
    "sgd_momentum_regret": lambda r, k: {"beta1": falling(r, k)},
    "master_theorem_scheduled": lambda r, k: {"beta1": falling(r, k), **any_denominators(r, k)},
    "adamnc_theorem_5": lambda r, k: {"beta1": falling(r, k), **remembering(r)},
    "master_theorem_deficit": lambda r, k: {"beta1": F(r.randint(0, 9), 10), **wild_denominators(r, k)},
    "amsgrad_optax_regret": lambda r, k: {"beta1": F(r.randint(0, 9), 10)},
    "amsgrad_regret_kappa": lambda r, k: r.choice([{"beta1": 0, "beta2": F(1, 10)}, {"beta1": HALF, "beta2": HALF}]),
}


def history(random: Random, rounds: int, dimension: int) -> dict[str, Any]:
    """Gradients that are spiky, constant, or turn once; x_1 anywhere in the box, u the best point of it."""
    turn = random.randint(1, rounds)
    kinds = [
        lambda k: random.choice([-1, 1, 3, 0]),
        lambda k: 1,
        lambda k: 1 if k <= turn else -1,
        lambda k: 3 if k % 3 == 1 else -1,
    ]
    gradients = {}
    for j in range(1, dimension + 1):
        kind = random.choice(kinds)
        gradients |= {(k, j): kind(k) for k in range(1, rounds + 1)}
    totals = {j: sum(gradients[k, j] for k in range(1, rounds + 1)) for j in range(1, dimension + 1)}
    best = {(j,): -1 if total > 0 else 1 for j, total in totals.items()}
    return {"g": gradients, "u": best, "first": {(j,): random.choice([-1, HALF, 1]) for j in totals}}


@pytest.mark.parametrize("name", SCHEDULES)
def test_measured_regret_is_within_the_bound(name: str) -> None:
    random, ratios = Random(name), []
    for _ in range(40):
        rounds, dimension = random.randint(1, 8), random.choice([1, 1, 2])
        families = {
            **LOSSES,
            **BOX,
            **history(random, rounds, dimension),
            "d": dimension,
            "G": 3,
            "alpha": random.choice([F(1, 10), F(3, 7), F(9, 8), 2]),
            "beta2": random.choice([0, HALF, F(9, 10)]),
            "eps": random.choice([0, 0, F(1, 100), 2]),
            **SCHEDULES[name](random, rounds),
        }
        try:
            left, right = sides(name, {T: rounds}, families)
        except Undecided:  # an irrational iterate that stays exactly on the wall
            continue
        assert left <= right * (1 + 1e-12)
        ratios.append(left / right if right else 0)
    assert len(ratios) > 30 and max(ratios) > 0.15  # the histories do try the bound


@pytest.mark.parametrize("name", ["amsgrad_regret", "amsgrad_regret_no_momentum", "amsgrad_regret_scheduled"])
def test_eps_has_to_be_paid_for(name: str) -> None:
    """A large eps holds x_1 = 1 back, so that R_T is nearly 2 T: the same bound without eps does not hold for it."""
    families = {**LOSSES, **BOX, "g": 1, "first": 1, "u": -1, "d": 1, "alpha": 1, "beta1": 0, "beta2": HALF}
    left, right = sides(name, {T: 16}, {**families, "eps": 1000})
    _, without = sides(name, {T: 16}, {**families, "eps": 0})
    assert 31.9 < left < right and left > 2 * without
    assert isclose(right - without, 4 * 4 / 2 * 1000)  # D^2 sqrt(T)/(2 alpha) eps


@pytest.mark.parametrize("name", ["amsgrad_repair_non_increasing", "amsgrad_repair_any_schedule"])
def test_the_bound_is_attained_in_the_first_round(name: str) -> None:
    """beta1 = beta2 = 0, alpha = D = 2, g = 1: R_1 = 2 = D^2/(2 alpha) + alpha/2, so no constant can be less."""
    numbers = {"g": 1, "first": 1, "u": -1, "d": 1, "alpha": 2, "beta1": 0, "a": 0, "beta2": 0, "eps": 0}
    families = {**LOSSES, **BOX, **numbers}
    assert sides(name, {T: 1}, families) == (2, 2)


def test_denominators_that_fall_have_to_be_paid_for() -> None:
    """One large denominator holds x_1 = 1 back; the bound for monotone denominators does not hold then."""
    families = {**LOSSES, "low": -1, "high": 1, "first": 1, "u": -1, "d": 1, "alpha": 1, "beta1": 0}
    families |= {"g": {(1, 1): 1, (2, 1): F(1, 100)}, "w": {(1, 1): 10, (2, 1): F(1, 100)}}
    left, right = sides("master_theorem", {T: 2}, families)
    assert left > 10 * right
    left, right = sides("master_theorem_deficit", {T: 2}, families)
    assert left < right


def test_a_constant_rate_has_no_variation() -> None:
    """The general bound is then that of the rates that fall."""
    families = {**LOSSES, **BOX, "g": {(k, 1): (-2) ** k for k in range(6)}, "first": 1, "u": -1, "d": 1}
    families |= {"alpha": 1, "beta1": HALF, "a": HALF, "beta2": F(9, 10), "eps": F(1, 8)}
    one, other = (sides(f"amsgrad_repair_{kind}", {T: 5}, families) for kind in ("variation", "non_increasing"))
    assert one[0] == other[0] and isclose(one[1], other[1])


# --- averages, and the maximum of AdamX -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "rates"), [("scheduled", falling), ("any_schedule", wild)])
def test_momentum_lemmas(name: str, rates: Any) -> None:
    random, best = Random(name), F(0)
    for _ in range(40):
        rounds = random.randint(1, 8)
        steps = [F(1)]
        for _ in range(rounds):
            steps.append(steps[-1] * F(random.randint(5, 10), 10))
        families = {
            "g": {(k,): random.choice([-2, -1, 0, 1, 3]) for k in range(1, rounds + 1)},
            "w": 1,
            "alpha": {(k,): step for k, step in enumerate(steps, 1)},
            "beta1": rates(random, rounds),
            "a": F(9, 10),
        }
        meaning = Interpretation(families, None, stated(f"momentum_lemma_{name}").theory)
        claim = stated(f"momentum_lemma_{name}").claim
        left, right = meaning.value(claim.left, {T: rounds}), meaning.value(claim.right, {T: rounds})
        assert left <= right
        best = max(best, left / right if right else F(0))
    assert best > F(1, 20)


def test_rates_that_rise_break_the_lemma_for_falling_rates() -> None:
    """So its hypothesis is needed: with the rates 0 and 9/10, one gradient is averaged twice."""
    rates = {(1,): 0, **{(k,): F(9, 10) for k in range(2, 20)}}
    families = {"g": {(1,): 1}, "w": 1, "alpha": 1, "beta1": rates}
    left, right = sides("momentum_lemma_scheduled", {T: 12}, families)
    assert left > 4 * right


def test_the_maximum_of_adamx() -> None:
    """V_t/(1 - a_t)^2 is the largest v_s/(1 - a_s)^2, with v computed here."""
    name = "adamx_closed_form"
    gradients = [F(k) for k in (3, -1, 2, 0, 5, 1, 1)]
    beta1, lam, beta2 = F(9, 10), HALF, F(7, 10)
    families = {"g": {(k, 1): g for k, g in enumerate(gradients, 1)}, "beta1": beta1, "lam": lam, "beta2": beta2}
    families |= {**BOX, "alpha": 1, "first": 1}
    meaning = Interpretation(families, None, stated(name).theory)
    v, largest = F(0), F(0)
    for k, gradient in enumerate(gradients, 1):
        v = beta2 * v + (1 - beta2) * gradient**2
        share = 1 - beta1 * lam ** (k - 1)
        largest = max(largest, v / share**2)
        assert meaning.value(Family("v_max")(i, n), {i: 1, n: k}) == largest * share**2
        assert meaning.holds(stated(name).claim, {i: 1, n: k - 1})


@pytest.mark.parametrize(
    ("printed", "proved", "rates"),
    [
        ("amsgrad_theorem_4", "amsgrad_regret_scheduled", {"beta1": {(k,): F(4, 5 * k) for k in range(1, 8)}}),
        ("adamx_theorem", "adamx_regret_bounded", {"beta1": F(4, 5), "lam": HALF}),
    ],
)
def test_the_printed_bound_is_the_larger(printed: str, proved: str, rates: Any) -> None:
    numbers = {"d": 1, "G": 3, "alpha": 1, "beta2": F(9, 10), "eps": 0}
    families = {**LOSSES, **BOX, **history(Random(5), 6, 1), **rates, **numbers}
    left, least = sides(proved, {T: 6}, families)
    same, more = sides(printed, {T: 6}, families)
    assert left == same and left < least < more / 2
