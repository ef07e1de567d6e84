"""Numbers that the literature on the variants of Adam can be held to, from the terms of the theorems and the rules."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from fractions import Fraction as F
from itertools import product
from typing import Any

import pytest

from adamtheory.language import arithmetic, reading
from adamtheory.language.rule import exact
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import integer
from adamtheory.proofs.lemmas_swats import Step
from adamtheory.rules import RULES

n, k = integer("n"), integer("k")


def module(name: str) -> Any:
    return importlib.import_module(f"adamtheory.proofs.{name}")


def worth(name: str, part: Any, values: dict[Any, Any], **families: Any) -> float:
    """A term of a proof file in the theory of its sentence."""
    return float(Interpretation(families, theory=module(name).statement().theory).value(part, values))


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


def test_a_start_with_the_first_gradient_in_an_exact_space() -> None:
    of = module("first_gradient_start").statement()
    outcomes = {bits: F(1, 16) for bits in product((1, 4), repeat=4)}
    families = {"g": lambda t, w: w[t - 1], "mu": F(5, 2), "sigma": F(3, 2), "beta1": F(7, 10), "beta2": 0, "lr": 0}
    rate = {"rate": lambda t: 0 if t == 1 else F(7, 10), "eps": 0}
    meaning = Interpretation(families | rate, outcomes, of.theory)
    assert all(meaning.holds(of.claim, {n: number}) for number in range(4))
    for beta1, last in ((F(9, 10), 21), (F(99, 100), 458), (F(999, 1000), 6904), (F(1, 2), 1)):
        worse = [
            worth("first_gradient_start", of.claim.right, {n: t - 1}, beta1=beta1, sigma=1) for t in (2, last, last + 1)
        ]
        assert (worse[0] > 0, worse[1] > 0, worse[2] > 0) == (last > 1, last > 1, False)


@pytest.mark.parametrize(
    ("beta1", "firsts"),
    [(F(9, 10), (23, 44, 66)), (F(99, 100), (239, 460, 688)), (F(999, 1000), (2397, 4613, 6906))],
)
def test_when_the_correction_has_faded(beta1: F, firsts: tuple[int, ...]) -> None:
    file = module("bias_correction_fades")
    meaning = Interpretation({"beta1": beta1}, theory=file.statement().theory)
    for accuracy, t in zip((F(1, 10), F(1, 100), F(1, 1000)), firsts, strict=True):
        assert [meaning.holds(file.small, {n: number - 1, file.e: accuracy}) for number in (t - 1, t)] == [False, True]


def test_how_much_both_corrections_shorten_the_step() -> None:
    file = module("bias_correction_shrinks_step_converse")
    given = {"lr": 1, "beta1": F(9, 10), "beta2": F(999, 1000), "eps": 0}
    ratios = [
        worth("bias_correction_shrinks_step_converse", file.reading.value("alpha", t), {}, **given) for t in range(20)
    ]
    assert ratios[0] == pytest.approx(0.316228, abs=5e-7)
    assert min(ratios) == ratios[11] == pytest.approx(0.152241, abs=5e-7)


def test_the_restarts_of_the_cosine_waves() -> None:
    file = module("cosine_restart_closed")
    lengths = {"T0": 100, "q": 2, "L": lambda j: 100 * 2**j, "S": lambda j: 100 * (2**j - 1)}
    meaning = Interpretation(lengths, theory=file.statement().theory)
    assert [meaning.value(file.S(j)) for j in (1, 2, 3, 4)] == [100, 300, 700, 1500]
    index, counter = (file.schedule.reading.families[name] for name in ("i", "T_cur"))
    for j, steps in ((1, 100), (2, 300), (3, 700)):
        before, after = ([meaning.value(f(k)) for f in (index, counter)] for k in (steps - 1, steps))
        assert (before, after) == ([j - 1, 100 * 2 ** (j - 1) - 1], [j, 0])


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


def gamma(number: int, gradient: Callable[[int, int], Any], d: int, eps: F) -> float:
    """The rate of SWATS after `number` steps, from the text, in d coordinates."""
    step = Step()
    given = {"g": gradient, "d": d, "eps": eps, **DEFAULTS}
    return float(Interpretation(given, theory=step.setting.theory).value(step.gamma, {n: number}))


def test_the_rate_of_swats_for_a_constant_gradient() -> None:
    for number in (0, 1, 2):
        assert gamma(number, lambda t, i: (1, 2, -3)[i - 1], 3, F(0)) == pytest.approx(5e-4, rel=1e-12)


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
    late = gamma(10, lambda t, i: 1 if t <= 10 else F(-1, 10), 1, F(1, 10**9))
    assert late == pytest.approx(-8.8046e-3, rel=1e-4)


def test_a_skipped_step_makes_the_average_too_small() -> None:
    file = module("swats_skipped_steps_refuted")
    found = file.counterexample()
    meaning = found.interpretation(file.statement().theory)
    rates = [float(meaning.value(file.reading.value(name, m))) for name, m in (("gamma", 0), ("gamma", 2), ("rate", 2))]
    assert rates == pytest.approx([1, 1.4**0.5, (0.25 + 1.4**0.5 / 2) / 0.875], rel=1e-12)
    assert rates[2] < min(rates[:2])
