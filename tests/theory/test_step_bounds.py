"""How long a step of Adam and AdaMax can be: numbers known beforehand, and every theorem on random exact histories.

Everything is evaluated from the terms of the stated theorems themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F
from importlib import import_module
from itertools import product
from math import log
from random import Random
from typing import Any

import pytest

from adamtheory.logic.evaluate import Formula, Interpretation, Undecided
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import Term

DEFAULTS = {"beta1": F(9, 10), "beta2": F(999, 1000)}


def stated(name: str) -> Statement:
    found: Statement = import_module(f"adamtheory.proofs.{name}").statement()
    return found


def meaning(statement: Statement, families: dict[str, Any]) -> Interpretation:
    rest = {entry[1]: 0 for entry in statement.theory.entries if entry[0] == "declare"}
    return Interpretation({**rest, **families}, theory=statement.theory)


def named(statement: Statement, values: dict[str, Any]) -> dict[Term, Any]:
    free = statement.claim.free.union(*(h.free for h in statement.hyps))
    index = statement.claim.index
    return {v: values[v.args[0]] for v in (free if index is None else free | {index})}


def left(name: str, families: dict[str, Any], **values: Any) -> float:
    """The left side of the claim, where the families and variables have these values."""
    statement = stated(name)
    at = named(statement, {"y": 0, **values})
    return float(meaning(statement, families).value(statement.claim.left, at))


def right(name: str, families: dict[str, Any], **values: Any) -> float:
    """The right side of it."""
    statement = stated(name)
    at = named(statement, {"y": 0, **values})
    return float(meaning(statement, families).value(statement.claim.right, at))


def betas(beta1: str, beta2: str) -> dict[str, F]:
    return {"beta1": F(beta1), "beta2": F(beta2)}


# --- known numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rates", "t", "value"),
    [
        (("0.9", "0.999"), 1, "1"), (("0.9", "0.999"), 2, "1.0014"), (("0.9", "0.999"), 20, "1.1561"),
        (("0.9", "0.999"), 100, "2.2434"), (("0.9", "0.999"), 200, "3.0961"), (("0.9", "0.999"), 500, "4.5613"),
        (("0.9", "0.99"), 10, "1.03587"), (("0.9", "0.99"), 100, "1.86735"), (("0.9", "0.8"), 200, "6.63179"),
        (("0.5", "0.2"), 200, "5.4885e9"),
    ],
)  # fmt: skip
def test_constant_of_adam(rates: tuple[str, str], t: int, value: str) -> None:
    found = right("adam_step_constant", betas(*rates), n=t - 1)
    assert found == pytest.approx(float(value), rel=10.0 ** -len(value.replace(".", "").split("e")[0]) * 6)


def test_constant_of_adam_passes_the_printed_bound_at_step_210() -> None:
    first, second = (right("adam_step_constant", DEFAULTS, n=t - 1) for t in (209, 210))
    assert first < 10**0.5 < second


@pytest.mark.parametrize(
    ("rates", "limit"),
    [
        (("0.9", "0.999"), 7.270292),
        (("0.9", "0.99"), 2.345208),
        (("0.9", "0.95"), 1.164965),
        (("0.9", "0.85"), 1.190238),
    ],
)
def test_limit_of_the_constants(rates: tuple[str, str], limit: float) -> None:
    # the claims say that a distance tends to 0; without it the first summand is the constant itself
    for name in ("adam_step_constant_limit", "adam_step_constant_limit_uncorrected"):
        module = import_module(f"adamtheory.proofs.{name}")
        found = meaning(stated(name), betas(*rates))
        value = found.value(import_module("adamtheory.proofs.lemmas_step_constant").limit_value(module.a, module.b))
        assert float(value) == pytest.approx(limit, abs=6e-7)
        distance, nearer = (left(name, betas(*rates), n=n) for n in (20, 60))
        assert 0 < nearer < distance


def test_constant_without_correction() -> None:
    module = import_module("adamtheory.proofs.adam_step_constant_rises_uncorrected")
    found = meaning(stated(module.__name__.rsplit(".", 1)[1]), DEFAULTS)
    values = [float(found.value(module.statement().claim.left, {module.n: n})) for n in (0, 1, 50)]
    assert values[0] == pytest.approx(3.162278, abs=6e-7)
    assert values == sorted(values)
    assert left("adam_first_step_uncorrected", {**DEFAULTS, "lr": 1, "g": 5}) == pytest.approx(3.162278, abs=6e-7)


def steps_of_ones(beta2: str, zeros: int, places: list[int]) -> list[float]:
    """The lengths of the steps at some of the ones after zeros."""
    statement = stated("adam_step_length")
    gradients = {(zeros + i,): 1 for i in range(1, places[-1] + 1)}
    found = meaning(statement, {**betas("0.9", beta2), "lr": 1, "g": gradients})
    ends = [named(statement, {"y": 0, "n": zeros + k - 1}) for k in places]
    return [float(found.value(statement.claim.left, at)) for at in ends]


def test_zeros_then_ones() -> None:
    found = steps_of_ones("0.999", 3000, [1, 2, 3, 5, 12])
    assert found == pytest.approx([3.0828, 4.1428, 4.8260, 5.6519, 6.4052], abs=6e-5)
    found = steps_of_ones("0.99", 1500, [1, 2, 4, 8, 12])
    assert found == pytest.approx([1.0, 1.3469, 1.7325, 2.0491, 2.1289], abs=6e-5)
    assert steps_of_ones("0.95", 1000, [12, 20]) == pytest.approx([1.0584, 1.0967], abs=6e-5)


def refuted(name: str) -> tuple[Statement, Interpretation, dict[Term, Any]]:
    module = import_module(f"adamtheory.proofs.{name}")
    statement, model = module.statement(), module.counterexample()
    return statement, model.interpretation(statement.theory), dict(model.values)


@pytest.mark.parametrize(
    ("name", "square"),
    [
        ("adam_step_rate_refuted", F(10, 9)),
        ("adam_step_equality_refuted", F(3980, 3971)),
        ("adamax_step_refuted", F(2110, 2109) ** 2),
    ],
)
def test_exact_values_of_refutations(name: str, square: F) -> None:
    statement, found, at = refuted(name)
    assert found.value(statement.claim.left**2, at) == square


def test_exact_values_of_ratios() -> None:
    statement, found, at = refuted("adam_moment_ratio_refuted")
    left, right = (F(found.value(side**2, at)) for side in (statement.claim.left, statement.claim.right))
    assert left / right == F(133933, 133570)
    statement, found, at = refuted("adam_step_sparse_refuted")
    square = F(found.value(statement.claim.left**2, at))
    a, b = F(9, 10), F(999, 1000)
    assert square == ((1 - a**2) / (1 - a**1002)) ** 2 * (1 - b**1002) / (1 - b**2)
    assert float(square) == pytest.approx(11.43208, abs=6e-6)


def test_scheduled_beta1() -> None:
    statement, found, at = refuted("adam_step_scheduled_refuted")
    bound = float(found.value(statement.claim.right, at)) / 0.001**0.5
    assert bound == pytest.approx(7.2703, abs=6e-5)
    rates = {"beta2": F(999, 1000), "top": F(9, 10)}
    module = import_module("adamtheory.proofs.adam_step_bound_scheduled_uniform")
    assert float(meaning(module.statement(), rates).value(module.bound)) == pytest.approx(72.7029, abs=6e-5)
    late = {**rates, "rate": lambda t: F(9, 10) * F(99, 100) ** (t - 1), "g": {(300,): 1}}
    moment = left("adam_step_bound_scheduled_uniform", late, n=299)
    assert moment == pytest.approx(1 - 0.9 * 0.99**299)


def test_average_step() -> None:
    module = import_module("adamtheory.proofs.adam_average_step")
    slope = meaning(module.statement(), DEFAULTS).value(module.factor)

    assert (float(slope) * log(1000 / 999)) ** 0.5 == pytest.approx(1.004786, abs=6e-7)


@pytest.mark.parametrize(
    ("rates", "values"),
    [
        (("0.9", "0.999"), [1, 1.00047, 1.00366, 1.00882, 1.00909]),
        (("0.9", "0.99"), [1, 1.00478, 1.03774, 1.09628, 1.1]),
        (("0.9", "0.95"), [1, 1.02493, 1.21833, 1.78192, 1.9]),
        (("0.9", "0.9"), [1, 1.05263, 1.53534, 5.02590, 30.0]),
        (("0.9", "0.8"), [1, 1.11842, 2.76032, 289.571, 1.77356e15]),
    ],
)  # fmt: skip
def test_constant_of_adamax(rates: tuple[str, str], values: list[float]) -> None:
    found = [right("adamax_step_constant_above", betas(*rates), n=t - 1) for t in (1, 2, 10, 50, 300)]
    assert found == pytest.approx(values, rel=6e-6)


def test_limit_of_adamax_constants() -> None:
    for beta2, limit in (("0.999", 1.009091), ("0.99", 1.1), ("0.95", 1.9)):
        module = import_module("adamtheory.proofs.adamax_step_constant_limit")
        assert float(meaning(module.statement(), betas("0.9", beta2)).value(module.limit)) == pytest.approx(
            limit, abs=6e-7
        )
        near = [left("adamax_step_constant_limit", betas("0.9", beta2), n=n) for n in (10, 60)]
        assert near[1] < near[0]


def test_norms_of_adamax() -> None:
    history = {"beta2": F(1, 2), "g": {(1,): 3, (2,): 1, (3,): 2}}
    for e, value in ((1, 1.625), (2, 1.899836), (4, 1.979539), (16, 1.999998)):
        sum_of_powers = right("adamax_norm_below", history, n=3, e=e)
        assert sum_of_powers ** (1 / e) == pytest.approx(value, abs=6e-7)
    assert left("adamax_norm_is_least", {**history, "N": 3, "G": 2}) == 2


def test_denominators_of_amsgrad() -> None:
    single = {"beta2": F(999, 1000), "g": {(1,): 1}}
    falling = [right("amsgrad_torch_denominator_refuted", single, n=n) for n in range(1, 7)]
    assert falling == pytest.approx([1, 0.7073, 0.5776, 0.5004, 0.4477, 0.4088], abs=6e-5)
    constant = [right("amsgrad_optax_denominator_rises", single, n=n) for n in range(1, 7)]
    assert constant == pytest.approx([1] * 6)


def test_eps_of_the_first_step() -> None:
    module = import_module("adamtheory.proofs.adam_eps_hat_is_adam")
    found = meaning(module.statement(), {"beta2": F(999, 1000), "eps": 1})
    assert float(found.value(module.s.two.scalars["eps"](1))) == pytest.approx(31.6228, abs=6e-5)


# --- every theorem on random histories --------------------------------------------------------------------------------

LAST = 7
SIZES = [F(0), F(1), F(-1), F(2), F(-3), F(1, 2), F(5, 4), F(-7, 3), F(10)]
Drawn = dict[str, Any]


def history(random: Random, values: list[F] | None = None) -> Callable[[int], F]:
    """Gradients at 1, ..., 7, the last one again and again after that."""
    values = values or [random.choice(SIZES) for _ in range(LAST)]
    return lambda t: values[min(max(t, 1), LAST) - 1]


def draw(random: Random) -> Drawn:
    """Constants, gradients and indices; what a theory does not mention is left out later."""
    rates = [F(0), F(1, 4), F(1, 2), F(3, 4), F(9, 10), F(99, 100)]
    return {
        "beta1": random.choice(rates), "beta2": random.choice(rates), "beta2_large": random.choice(rates),
        "eps": random.choice([F(0), F(1, 3)]), "lr": random.choice([F(0), F(1), F(2)]),
        "c": random.choice([F(1), F(-2), F(1, 3)]), "x0": F(1), "top": random.choice(rates),
        "g": history(random), "n": random.randint(0, 5), "T": random.randint(0, 5), "e": random.randint(1, 4),
        "i": random.randint(1, 4), "y": random.choice(SIZES),
    }  # fmt: skip


def monotone(random: Random, falls: bool) -> Drawn:
    values = sorted((random.choice(SIZES) for _ in range(LAST)), key=abs, reverse=falls)
    return {**draw(random), "g": history(random, values)}


def spike(random: Random) -> Drawn:
    found = draw(random)
    return {**found, "g": {(found["n"] + 1,): random.choice(SIZES)}}


def growing(random: Random) -> Drawn:
    """Half of the time the one history that attains the bound."""
    found = draw(random)
    if found["beta1"] and random.random() < 0.5:
        quotient, c = found["beta2"] / found["beta1"], found["c"]
        found["g"] = lambda t: c * quotient**t
    return found


def stopped(random: Random) -> Drawn:
    found = draw(random)
    found["g"] = history(random, [random.choice(SIZES) if t <= found["n"] else F(0) for t in range(1, LAST + 1)])
    return found


def scheduled(random: Random) -> Drawn:
    found = draw(random)
    shares = [random.choice([F(0), F(1, 3), F(1)]) for _ in range(LAST)]
    return {**found, "rate": lambda t: found["top"] * shares[min(max(t, 1), LAST) - 1]}


def largest(random: Random) -> Drawn:
    """G is the maximum itself, so the bound is attained."""
    found, N = draw(random), random.randint(1, 5)
    sizes = [found["beta2"] ** (N - i) * abs(found["g"](i)) for i in range(1, N + 1)]
    return {**found, "N": N, "G": max(sizes)}


def depends(random: Random) -> Drawn:
    """Gradients that depend on the iterate."""
    module = import_module("adamtheory.proofs.adam_scale_invariance")
    slope, shift = random.choice([1, -2]), random.choice([0, 3])
    return {**draw(random), "g": Formula((module.t, module.x), slope * module.x + shift - module.t)}


ANY = """
adam_step_bound adam_step_length adam_step_attained adam_step_bound_uncorrected amsgrad_step_bound
adam_step_constant adam_step_constant_equal adam_step_constant_above adam_step_exceeds adam_step_equal_rates
adam_step_constant_unbounded adam_step_constant_rises adam_step_constant_rises_uncorrected adam_step_first
adam_first_step_uncorrected adam_first_step_grows adamax_step_bound adamax_step_exceeds adamax_step_length
adamax_step_attained adamax_step_constant_above adamax_step_constant_unbounded adamax_step_of_largest
adamax_norm_is_bound adamax_norm_below adamax_norm_above adam_average_gradient adam_average_moment adam_average_step
adam_step_bound_no_momentum amsgrad_optax_denominator_rises
"""
RANDOM: dict[str, Callable[[Random], Drawn]] = {
    **dict.fromkeys(ANY.split(), draw),
    "adam_step_shrinking": lambda random: monotone(random, True),
    "adam_step_growing": lambda random: monotone(random, False),
    "adamax_step_rising": lambda random: monotone(random, False),
    "adam_step_attained_by_spike": spike,
    "adam_step_attained_only": growing,
    "amsgrad_torch_denominator_refuted": stopped,
    "adam_step_bound_scheduled": scheduled,
    "adam_step_bound_scheduled_uniform": scheduled,
    "adamax_norm_is_least": largest,
    "adam_scale_invariance": depends,
    "adam_eps_hat_is_adam": depends,
}


def assumed(statement: Statement, found: Interpretation) -> bool:
    """Whether the assumptions hold, as far as the history reaches."""
    for _, _, _, variables, guards, claim in (e for e in statement.theory.entries if e[0] == "assume"):
        for place in product(range(1, LAST + 2), repeat=len(variables)):
            at = dict(zip(variables, place, strict=True))
            if all(found.holds(guard, at) for guard in guards) and not found.holds(claim, at):
                return False
    return True


def true(found: Interpretation, claim: Any, at: dict[Term, Any]) -> bool:
    """Whether the claim holds; sides that no number of digits tells apart count as equal."""
    try:
        if claim.kind != "eq":
            return found.holds(claim, at)
    except Undecided:
        pass
    first, second = float(found.value(claim.left, at)), float(found.value(claim.right, at))
    return bool(first == pytest.approx(second, rel=1e-12, abs=1e-12)) and claim.kind != "lt"


@pytest.mark.parametrize("name", RANDOM)
def test_on_random_histories(name: str) -> None:
    random, statement, seen = Random(name), stated(name), 0
    declared = {entry[1] for entry in statement.theory.entries if entry[0] == "declare"}
    for _ in range(400):
        values = RANDOM[name](random)
        found = meaning(statement, {k: v for k, v in values.items() if k in declared})
        at = named(statement, values)
        if assumed(statement, found) and all(true(found, h, at) for h in statement.hyps):
            assert true(found, statement.claim, at), (values, at)
            seen += 1
        if seen == 12:
            return
    raise AssertionError(f"only {seen} histories fulfil the hypotheses of {name}")


@pytest.mark.parametrize("name", ["adam_step_bound", "adam_step_bound_uncorrected", "amsgrad_step_bound"])
def test_the_bounds_are_sharp(name: str) -> None:
    """The history that attains the bound of Adam attains it here: a smaller constant would be wrong."""
    a, b = F(1, 2), F(3, 4)
    growing = {"beta1": a, "beta2": b, "g": lambda t: (b / a) ** t}
    for n in range(4):
        assert left(name, growing, n=n) == pytest.approx(right(name, growing, n=n), rel=1e-12)


@pytest.mark.parametrize("name", ["adamax_limit", "adamax_limit_corrected"])
def test_limit_of_norms(name: str) -> None:
    module = import_module(f"adamtheory.proofs.{name}")
    history = {"beta2": F(1, 2), "g": {(1,): 3, (2,): 1, (3,): 2}}
    norms = meaning(module.statement(), history)

    def root(e: int, n: int) -> F:
        return F(float(norms.value(module.v(e, n))) ** (1 / e))

    distances = [left(name, {**history, "r": root}, n=3, e=e) for e in (2, 4, 16, 32)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 1e-9
