"""The theorems about the variants of Adam against exact histories, and the numbers that the literature can be held to.

Every sentence is evaluated as it is stated, in exact arithmetic, on random histories; numbers come from the terms of
the sentences or from the texts of the rules, never from a formula that stands here a second time.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction as F
from itertools import product
from random import Random
from typing import Any

import pytest

from adamtheory.language import arithmetic, reading
from adamtheory.language.rule import exact
from adamtheory.logic.evaluate import Interpretation, Undecided
from adamtheory.logic.notation import integer
from adamtheory.logic.statement import Statement
from adamtheory.rules import RULES

n, k = integer("n"), integer("k")
Families = dict[str, Any]


def module(name: str) -> Any:
    return importlib.import_module(f"adamtheory.proofs.{name}")


def worth(name: str, part: Any, values: dict[Any, Any], **families: Any) -> float:
    """A term of a proof file in the theory of its sentence."""
    value = Interpretation(families, theory=module(name).statement().theory).value(part, values)
    return float(value)


# --- random exact histories -------------------------------------------------------------------------------------------

SHARES = {"beta1", "beta2", "mu", "q"}
POSITIVE = {"lr", "alpha", "rate", "c", "penalty", "decay", "weight_decay", "eps", "M", "s", "tol", "C", "counted", "d"}


class History:
    """Random rationals: shares in (0, 1), positive step sizes, gradients of either sign; drawn when first asked for."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def draw(self, name: str, result: str) -> Any:
        if result == "Z":
            return self.random.randint(1, 3)
        if name in SHARES:
            return F(self.random.randint(1, 9), 10)
        if name in POSITIVE:
            return F(self.random.randint(1, 8), 4)
        return F(self.random.randint(-9, 9), self.random.choice((1, 2, 3)))

    def family(self, name: str, sorts: Sequence[str], result: str) -> Any:
        seen: dict[Any, Any] = {}

        def value(*args: Any) -> Any:
            if args not in seen:
                seen[args] = self.draw(name, result)
            return seen[args]

        return value if sorts else value()

    def families(self, of: Statement, derive: Callable[[Families], Families]) -> Families:
        """A meaning for every declared family; what is derived from the drawn ones replaces them."""
        found = {e[1]: self.family(*e[1:]) for e in of.theory.entries if e[0] == "declare"}
        return found | derive(found)


def assumed(of: Statement, meaning: Interpretation) -> bool:
    """Whether the assumptions that the sentence names hold, for the first few integers."""
    for entry in of.theory.entries:
        if entry[0] != "assume" or entry[1] not in of.assumes:
            continue
        variables, guards, claim = entry[3:]
        for numbers in product(range(5), repeat=len(variables)):
            values = dict(zip(variables, numbers, strict=True))
            if all(meaning.holds(g, values) for g in guards) and not meaning.holds(claim, values):
                return False
    return True


def instances(of: Statement, derive: Callable[[Families], Families], reals: Families) -> Iterator[bool]:
    """The truth of the claim wherever assumptions and hypotheses hold."""
    free = sorted(of.claim.free.union(*(h.free for h in of.hyps)), key=lambda v: str(v.args))
    for seed in range(6):
        families = History(seed).families(of, derive)
        meaning = Interpretation(families, theory=of.theory)
        with suppress(Undecided):
            if not assumed(of, meaning):
                continue
        for number in range(4):
            values = {v: number if v.sort == "Z" else reals[v.args[0]](families) for v in free}
            with suppress(Undecided):  # after some steps the roots are too many to compare exactly
                if all(meaning.holds(h, values) for h in of.hyps):
                    yield meaning.holds(of.claim, values)


def nothing(families: Families) -> Families:
    return {}


SAME = {"decay": lambda f: f["penalty"] * f["alpha"]}


def derived(**rules: Callable[[Families], Any]) -> Callable[[Families], Families]:
    return lambda f: {name: rule(f) for name, rule in rules.items()}


# proof -> what is not random in it: premises that random numbers would not meet
DERIVED: dict[str, Callable[[Families], Families]] = {
    "decay_is_l2_for_sgd": derived(**SAME),
    "decay_is_l2_for_sgd_converse": derived(**SAME),
    "decay_is_not_l2_with_momentum": derived(**SAME),
    "decay_with_momentum_has_no_penalty": derived(beta1=lambda f: F(0), **SAME),
    "decay_l2_momentum_rate": derived(alpha=lambda f: F(1, 10), beta1=lambda f: F(0)),
    "decay_preconditioned": derived(M=lambda f: lambda t, i: f["decay"] / (f["penalty"] * f["alpha"](t))),
    "decay_preconditioned_converse": derived(M=lambda f: lambda t, i: f["decay"] / (f["penalty"] * f["alpha"](t))),
    "adamw_ball": derived(weight_decay=lambda f: F(1, 10), C=lambda f: F(20)),
    "adamw_ball_paper": derived(weight_decay=lambda f: F(1, 10), C=lambda f: F(20)),
    "budget_decay_at_least": derived(c=lambda f: F(3, 4)),
    "budget_decay_at_most": derived(c=lambda f: F(3, 4)),
    "nesterov_torch_after_a_change": derived(rate=lambda f: lambda t: f["alpha"] / (1 + (t == 3))),
    "momentum_velocity_after_a_change": derived(rate=lambda f: lambda t: f["alpha"] / (1 + (t == 3))),
    "swats_rate_at_least": derived(bound=lambda f: F(0)),
    "swats_rate_at_most": derived(bound=lambda f: F(100)),
    "swats_repaired_average": derived(L=lambda f: F(-9)),
    "nadam_torch_refuted": derived(q=lambda f: F(9999, 10000)),
    "swats_sgd_phase": derived(N=lambda f: 1, settled=lambda f: lambda t: F(1)),
}
REALS = {"decay_l2_momentum_rate": {"z": lambda f: 1 - f["alpha"] * f["penalty"]}}
EXACT = [
    "decay_is_l2_for_sgd", "decay_is_l2_for_sgd_converse", "decay_is_not_l2_with_momentum",
    "decay_with_momentum_has_no_penalty", "decay_l2_momentum_recursion", "decay_l2_momentum_rate",
    "decay_preconditioned", "decay_preconditioned_converse", "decay_preconditioned_refuted",
    "decay_fixed_preconditioner", "adam_l2_scale_invariant", "adam_l2_ignores_lambda", "adamw_shrinks_geometrically",
    "adamw_ball", "adamw_ball_paper", "budget_decay_at_least", "budget_decay_at_most", "nesterov_look_ahead",
    "nesterov_change_of_variables", "nesterov_two_points", "nesterov_torch_is_nesterov",
    "nesterov_torch_after_a_change", "momentum_velocity_is_momentum", "momentum_velocity_after_a_change",
    "momentum_average_is_heavy_ball", "rmsprop_is_adam_uncorrected", "rmsprop_corrected_is_adam", "adam_sign_descent",
    "rmsprop_constant_gradient", "adam_momentum_form", "adam_v_hat_recursion", "nadam_is_look_ahead",
    "nadam_total_weight", "nadam_constant_weight", "nadam_hybrid_weight", "nadam_torch_refuted",
    "nadam_torch_decay_zero", "nadam_factor", "nadam_dozat_is_optax", "nadam_keras_is_torch", "swats_rate_projects",
    "swats_rate_is_long", "swats_other_rate_is_short", "swats_rates_multiply", "swats_rate_at_least",
    "swats_rate_at_most", "swats_first_average", "swats_sgd_phase", "swats_repaired_positive", "swats_repaired_average",
    "swats_repaired_scale", "swats_repaired_scale_rate",
]  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_the_sentence_holds_on_exact_histories(name: str) -> None:
    derive, reals = DERIVED.get(name, nothing), REALS.get(name, {})
    found = list(instances(module(name).statement(), derive, reals))
    assert found and all(found), (name, found)


@pytest.mark.parametrize("name", ["adam_large_eps", "adam_becomes_adagrad", "adam_second_moment_limit"])
def test_a_limit_is_near_where_the_index_is_large(name: str) -> None:
    of = module(name).statement()
    gaps = []
    for large in (10**3, 10**6):
        families = History(1).families(of, nothing)
        gaps.append(
            float(Interpretation(families, theory=of.theory).value(of.claim.left, {n: 1, of.claim.index: large}))
        )
    assert 0 < gaps[1] < gaps[0] / 900 and gaps[1] < 1e-3


# --- numbers: weight decay --------------------------------------------------------------------------------------------


def follow(
    name: str, gradients: Any, length: int, x0: Any = 1, system: str = "float64", **parameters: Any
) -> list[Any]:
    """The iterates x_0, ..., x_length of a rule in one coordinate; gradients(t, x); lr may be a function of t."""
    numbers = arithmetic(system)
    rates = parameters.pop("lr") if callable(parameters.get("lr")) else None
    values = {key: numbers.number(exact(v)) for key, v in RULES[name](**parameters).exact_values().items()}
    step, rule = reading(RULES[name], numbers, 1), RULES[name]
    x, slots = [numbers.number(exact(x0))], {s.name: [numbers.number(s.initial)] for s in rule.slots}
    found = [x[0]]
    for t in range(1, length + 1):
        if rates is not None:
            values["lr"] = numbers.number(exact(rates(t)))
        supplied = {"t": numbers.number(exact(t)), "eta": numbers.number(exact(1))}
        scalars = values | {key: v for key, v in supplied.items() if rule.scalar(key)}
        g = numbers.number(exact(gradients(t, x[0]))) if system == "float64" else gradients(t, x[0])
        (x,), slots = step({"x": x, "g": [g], **slots}, scalars)
        found.append(x[0])
    return found


def test_l2_with_momentum_decays_ten_times_as_fast() -> None:
    lr, beta1, penalty = F(1, 10), F(9, 10), F(1, 100)
    penalised = follow("sgd_l2", lambda t, x: F(0), 100, system="rational", lr=lr, beta1=beta1, weight_decay=penalty)
    decoupled = follow("sgdw", lambda t, x: F(0), 100, system="rational", lr=lr, beta1=beta1, weight_decay=lr * penalty)
    assert float(penalised[100]) == pytest.approx(0.368629, abs=5e-7)
    assert float(decoupled[100]) == pytest.approx(0.904792, abs=5e-7)
    assert penalised[1] == decoupled[1] and penalised[2] - decoupled[2] == -lr * beta1 * penalty
    assert float(penalised[100] / penalised[99]) == pytest.approx(0.98887, abs=5e-5)


@pytest.mark.parametrize("penalty", [1e-6, 10.0])
def test_adam_l2_without_loss_is_one_run(penalty: float) -> None:
    run = follow("adam_l2", lambda t, x: 0, 200, lr=0.01, eps=0, weight_decay=penalty)
    assert [run[t] for t in (10, 50, 100, 200)] == pytest.approx([0.9003, 0.5368, 0.2244, 0.0156], abs=5e-5)
    still = follow("adamw", lambda t, x: 0, 200, weight_decay=0.01)
    assert [still[t] for t in (10, 50, 100, 200)] == pytest.approx([0.9044, 0.6050, 0.3660, 0.1340], abs=5e-5)


def test_the_printed_coefficient_makes_the_decay_ten() -> None:
    file = module("decay_fixed_preconditioner_refuted")
    found = file.counterexample()
    meaning, claim = found.interpretation(file.statement().theory), file.statement().claim
    assert [meaning.value(side, found.values) for side in (claim.left, claim.right)] == [1 - 10, F(99, 100)]


def test_the_worst_history_leaves_the_box_of_one_over_lambda() -> None:
    ratio = 0.999 / 0.9
    worst = follow("adamw_torch", lambda t, x: -(ratio**t), 3000, x0=0, lr=0.1, eps=0, weight_decay=0.1)
    assert max(map(abs, worst)) == pytest.approx(70.6682, abs=5e-5)


def test_normalised_decay_depends_on_the_budget() -> None:
    c = 1 / 40
    for root, share in ((10, 0.778557), (100, 0.082059), (1000, 1.38836e-11)):
        assert (1 - c / root) ** (root**2) == pytest.approx(share, rel=1e-5)
    end = [worth("normalised_decay_vanishes", module("normalised_decay_vanishes").final, {k: r}, c=F(1, 40),
                 lr=0, beta1=0, beta2=0, eps=0) for r in (1, 10)]  # fmt: skip
    assert end == pytest.approx([1 - c, 0.778557], rel=1e-6)


# --- numbers: Nesterov and RMSprop ------------------------------------------------------------------------------------


def test_a_change_of_the_step_size_parts_the_two_forms_of_nesterov() -> None:
    rates: dict[str, Any] = {"mu": 0.9, "lr": lambda t: 0.01 if t <= 20 else 0.001}
    buffer, velocity = (follow(name, lambda t, x: x, 40, **rates) for name in ("nesterov_torch", "nesterov"))
    assert buffer[20] == pytest.approx(velocity[20], rel=1e-12)
    assert [buffer[20], buffer[21], velocity[21]] == pytest.approx([0.115278, 0.111909, 0.083564], abs=5e-7)
    assert [buffer[40], velocity[40]] == pytest.approx([0.075236, -0.156370], abs=5e-7)


def test_momentum_on_rescaled_gradients_is_not_adam() -> None:
    file = module("rmsprop_momentum_is_adam_refuted")
    found = file.counterexample()
    meaning = found.interpretation(file.statement().theory)
    moved = [float(meaning.value(r.slot("x", 1) - r.slot("x", 2))) for r in (file.B, file.A)]
    assert moved == pytest.approx([1.849158, 1.233905], abs=5e-7)


@pytest.mark.parametrize(("beta2", "length"), [(F(9, 10), 3.1623), (F(99, 100), 10), (F(999, 1000), 31.6228)])
def test_the_first_step_of_rmsprop(beta2: F, length: float) -> None:
    file = module("rmsprop_constant_gradient")
    found = worth("rmsprop_constant_gradient", file.x(0) - file.x(1), {}, c=-3, x0=0, lr=1, beta2=beta2)
    assert found == pytest.approx(-length, abs=5e-5)


# --- numbers: Nadam ---------------------------------------------------------------------------------------------------


def share(psi: float) -> Callable[[int], F]:
    """mu_t = 9/10 (1 - .96^(t psi)/2), to ten digits."""
    return lambda t: F(9, 10) * (1 - F(0.96 ** (t * psi)).limit_denominator(10**10) / 2)


def test_the_directions_of_nadam_for_a_constant_gradient() -> None:
    optax = module("nadam_constant_weight")
    weights = [worth("nadam_constant_weight", optax.statement().claim.right, {n: t - 1}, beta1=F(9, 10), beta2=0,
                     lr=1, eps=0) for t in (1, 2, 3, 5, 10, 20)]  # fmt: skip
    assert weights == pytest.approx([1.4737, 1.1573, 1.0782, 1.0308, 1.0078, 1.0016], abs=5e-5)
    hybrid = module("nadam_hybrid_weight")
    torch = {"c": 1, "beta1": F(9, 10), "beta2": 0, "lr": 1, "eps": 0, "momentum_decay": 0}
    for psi, expected in (
        (0.004, {1: 1.0565, 2: 0.7837, 3: 0.7322, 4: 0.7311, 5: 0.7460, 10: 0.8431, 20: 0.9452}),
        (1, {1: 1.0628, 2: 0.7736, 3: 0.7113, 4: 0.7017, 5: 0.7103, 10: 0.7996, 20: 0.9218}),
    ):
        right = hybrid.statement().claim.right
        found = [worth("nadam_hybrid_weight", right, {n: t - 1}, mu=share(psi), **torch) for t in expected]
        assert found == pytest.approx(list(expected.values()), abs=5e-5)


def test_the_printed_nadam_with_its_schedule_and_factor() -> None:
    file = module("nadam_total_weight")
    given = {"c": 1, "beta1": F(9, 10), "beta2": F(999, 1000), "lr": 1, "eps": 0, "mu": share(1 / 250)}
    expected = {1: 1.3111, 2: 1.0851, 3: 1.0322, 5: 1.0063, 10: 1.0007, 20: 1.0006}
    found = [
        worth("nadam_total_weight", file.reading.value("m_bar", t - 1), {}, **given) / 0.999**0.5 for t in expected
    ]
    assert found == pytest.approx(list(expected.values()), abs=5e-5)


def test_keras_from_its_text() -> None:
    file = module("nadam_keras_refuted")
    given = {"beta1": F(9, 10), "beta2": F(999, 1000), "lr": 1, "eps": 0}
    found = [worth("nadam_keras_refuted", file.reading.value("m_bar", t - 1), {}, **given) for t in (1, 2, 3, 5)]
    assert found == pytest.approx([1.0628, 0.7736, 0.7113, 0.7103], abs=5e-5)


def test_when_the_schedules_are_over() -> None:
    """mu_t >= 99/100 beta1, from the texts."""
    late = {name: next(t for t in range(start, 10**6) if near(name, t)) for name, start in
            (("nadam_keras", 1), ("nadam", 23950))}  # fmt: skip
    assert late == {"nadam_keras": 96, "nadam": 23958}
    assert not near("nadam", 23957)


def near(name: str, t: int) -> bool:
    line = next(part.value for part in RULES[name].body if part.target.id == "mu")
    return bool(value_of(line, {"beta1": 1.0, "t": float(t)}) >= 0.99)


def value_of(expr: Any, values: dict[str, float]) -> float:
    """An expression of a rule's text in floating point."""
    if hasattr(expr, "value"):
        return float(expr.value)
    if hasattr(expr, "id"):
        return values[expr.id]
    parts = [value_of(part, values) for part in expr.args]
    operations: dict[str, Callable[..., float]] = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
        "pow": lambda a, b: a**b,
    }  # fmt: skip
    return operations[expr.op](*parts)


# --- numbers: SWATS ---------------------------------------------------------------------------------------------------

DEFAULTS = {"lr": F(1, 1000), "beta1": F(9, 10), "beta2": F(999, 1000)}


def test_the_rate_of_swats_for_a_constant_gradient() -> None:
    step = module("swats_rate_projects").step
    given = {"g": lambda t, i: (1, 2, -3)[i - 1], "d": 3, "eps": 0, **DEFAULTS}
    for number in (0, 1, 2):
        assert worth("swats_rate_projects", step.gamma, {n: number}, **given) == pytest.approx(5e-4, rel=1e-12)


def test_the_absolute_tolerance_of_swats() -> None:
    file = module("swats_tolerance_refuted")
    for scale in (1, 10**4):
        given = {"g": {(1,): 1, (2,): F(1, 2)}, "c": scale, "x0": 0, "eps": 0, **DEFAULTS}
        found = [worth("swats_tolerance_refuted", file.B.value(name, 1), {}, **given) for name in ("gamma", "rate")]
        assert found == pytest.approx([1.864359e-3 / scale, 1.432396e-3 / scale], rel=1e-6)
    phases = {}
    for scale in (1, 10**4, 10**6, 10**8):
        given = {"g": {(1,): 1, (2,): F(1, 2)}, "c": scale, "x0": 0, "eps": F(1, 10**9), **DEFAULTS}
        phases[scale] = worth("swats_tolerance_refuted", file.B.slot("phase", 2), {}, **given)
    assert phases == {1: 0, 10**4: 0, 10**6: 1, 10**8: 1}


def test_the_negative_rate_of_swats() -> None:
    file = module("swats_negative_rate_refuted")
    found = file.counterexample()
    meaning = found.interpretation(file.statement().theory)
    assert float(meaning.value(file.reading.value("gamma", 1))) == pytest.approx(-1.42616e-10, rel=1e-5)
    assert float(meaning.value(file.reading.slot("Lam", 2))) == pytest.approx(-2.13688e-11, rel=1e-5)
    step = module("swats_rate_projects").step
    late = {"g": lambda t, i: 1 if t <= 10 else F(-1, 10), "d": 1, "eps": F(1, 10**9), **DEFAULTS}
    assert worth("swats_rate_projects", step.gamma, {n: 10}, **late) == pytest.approx(-8.8046e-3, rel=1e-4)


def test_a_skipped_step_makes_the_average_too_small() -> None:
    file = module("swats_skipped_steps_refuted")
    found = file.counterexample()
    meaning = found.interpretation(file.statement().theory)
    rates = [float(meaning.value(file.reading.value(name, m))) for name, m in (("gamma", 0), ("gamma", 2), ("rate", 2))]
    assert rates == pytest.approx([1, 1.4**0.5, (0.25 + 1.4**0.5 / 2) / 0.875], rel=1e-12)
    assert rates[2] < min(rates[:2])
