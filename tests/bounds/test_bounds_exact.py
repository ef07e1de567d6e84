"""Compiled bounds and hypotheses against the exact value of the theorem's own terms, with its own recursions."""

from __future__ import annotations

import os
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from adamtheory.bounds.theorems import RegretTheorem, regret_theorems
from adamtheory.logic import evaluate
from adamtheory.logic.evaluate import Formula, Interpretation
from adamtheory.logic.notation import Family, integers, lift, power, sqrt, total

from .held import RUNS, held

T, D = 5, 2
LR, BETA1, BETA2, LAM, EPS = Fraction(1, 2), Fraction(1, 4), Fraction(1, 4), Fraction(1, 2), Fraction(1, 8)
PARAMETERS = {"lr": LR, "beta1": BETA1, "beta2": BETA2, "lam": LAM, "eps": 0}
THEOREMS = {theorem.name: theorem for theorem in regret_theorems()}
t, i, s = integers("t i s")
g = Family("g")
AVERAGES = ("master_theorem", "master_theorem_scheduled", "master_theorem_deficit", "adamnc_theorem_5")


def slopes(seed: int) -> list[list[Fraction]]:
    draw = random.Random(seed)
    return [[Fraction(draw.choice([-6, -3, -1, 1, 2, 5]), 2) for _ in range(D)] for _ in range(T)]


def squares(n: Any) -> Any:
    return total(s, 1, n, g(s, i) ** 2)


# What the rule divides by, in the letters of the theory of `momentum_average`, which does not know it.
DENOMINATORS = {
    "sgd": lift(1),
    "momentum_average": lift(1),
    "adagrad": sqrt(squares(t)),
    "adam_uncorrected": sqrt((1 - BETA2) * total(s, 1, t, power(BETA2, t - s) * g(s, i) ** 2)) + EPS,
    "adamnc": sqrt(squares(t) / t),
}


def exactly(theorem: RegretTheorem, rule: str, schedule: str, rows: list[list[Fraction]]) -> Interpretation:
    """The run as an interpretation of the theory: gradients, start, box, constants; the rest is its own recursion."""
    average = theorem.reading.rule.name != rule
    rate = lift(LR) if schedule == "constant" else LR / sqrt(t)
    size = evaluate.root(max(sum(v * v for v in row) for row in rows))
    families: dict[str, Any] = {
        "g": {(r + 1, k + 1): v for r, row in enumerate(rows) for k, v in enumerate(row)},
        "u": 0, "first": 0, "low": -1, "high": 1, "loss": 0, "loss_u": 0, "d": D, "D": 2, "alpha": LR,
        "beta1": BETA1, "beta2": BETA2, "lam": LAM, "a": BETA1, "eps": PARAMETERS["eps"], "G": lambda: size, "zeta": LR,
    }  # fmt: skip
    if "bounded" in theorem.assumed:  # |g_{t,i}| <= G, in place of |g_t| <= G
        families["G"] = max(abs(v) for row in rows for v in row)
    if theorem.name in ("amsgrad_corollary_1", "adamnc_corollary_2"):
        families["lam"] = 1  # the rate does not change
    if average or rule in ("sgd", "momentum_average"):
        families["beta1"] = 0 if rule in ("sgd", "adagrad") else BETA1
    if theorem.name in AVERAGES:
        families["alpha"], families["w"] = Formula((t,), rate), Formula((t, i), DENOMINATORS[rule])
    return Interpretation(families, theory=theorem.statement.theory)


def closed(rule: str, name: str) -> bool:
    """Whether the exact value can be had: the denominators of AMSGrad and AdamX are a running maximum."""
    return THEOREMS[name].reading.rule.name == rule or (name in AVERAGES and rule in DENOMINATORS)


@pytest.mark.parametrize(("rule", "schedule"), RUNS if os.environ.get("ADAMTHEORY_FULL") else RUNS[::3])
def test_bounds_are_the_theorems_own_terms(rule: str, schedule: str) -> None:
    rows = slopes(1)
    found = held(rule, schedule, [[float(v) for v in row] for row in rows], {**PARAMETERS, "eps": _eps(rule)})
    compared = 0
    for name, certificate in found.items():
        theorem = THEOREMS[name]
        assert certificate.proved and not certificate.reason, (name, certificate.reason)
        if not closed(rule, name) or theorem.modulus is not lift(0) or "zeta" in certificate.constants:
            continue
        if name.endswith("_convex_set"):
            continue  # their D depends on the comparator: `test_bounds_any_set.py`
        exact = [exactly(theorem, rule, schedule, rows[:n]) for n in range(1, T + 1)]  # G is that of the rounds so far
        wanted = [float(e.value(theorem.bound, {theorem.T: n})) for n, e in enumerate(exact, 1)]
        np.testing.assert_allclose(certificate.bound, wanted, rtol=1e-13, err_msg=name)
        compared += 1
    assert compared >= {"amsgrad": 10, "adamx": 3, "amsgrad_optax": 1}.get(rule, 2), compared


def _eps(rule: str) -> Fraction:
    return EPS if rule == "adam_uncorrected" else Fraction(0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_failing_round_of_gamma(seed: int) -> None:
    rows = slopes(seed)
    found = held("adam_uncorrected", "inverse_sqrt", [[float(v) for v in r] for r in rows], {**PARAMETERS, "eps": EPS})
    theorem = THEOREMS["master_theorem"]
    exact = exactly(theorem, "adam_uncorrected", "inverse_sqrt", rows)
    _, _, monotone = theorem.assumed["monotone"]
    fails = [n + 1 for n in range(1, T) if not all(exact.holds(monotone, {t: n, i: k}) for k in (1, 2))]
    (hypothesis,) = (h for h in found["master_theorem"].hypotheses if h.name == "monotone")
    assert fails and int(hypothesis.first) == fails[0]
    assert not found["master_theorem"].applies
    assert found["master_theorem"].valid.tolist() == [n < fails[0] for n in range(1, T + 1)]
    assert found["master_theorem_deficit"].applies


def test_zeta_is_the_least_that_the_run_allows() -> None:
    rows = slopes(4)
    found = held("adamnc", "inverse_sqrt", [[float(v) for v in row] for row in rows], PARAMETERS)["adamnc_theorem_5"]
    np.testing.assert_allclose(found.constants["zeta"], float(LR), rtol=1e-14)  # alpha_t |g_{1:t}| = alpha sqrt(v_t)
    exact = exactly(THEOREMS["adamnc_theorem_5"], "adamnc", "inverse_sqrt", rows)
    theorem = THEOREMS["adamnc_theorem_5"]
    wanted = [float(exact.value(theorem.bound, {theorem.T: n})) for n in range(1, T + 1)]
    np.testing.assert_allclose(found.bound, wanted, rtol=1e-13)
