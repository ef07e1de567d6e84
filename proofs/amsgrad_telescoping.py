"""False: the telescoping step of AMSGrad's printed proof, for decay rates beta1_t <= beta1_1 that change with t.

Words   For AMSGrad on [low, high] with alpha_t = alpha/sqrt(t), 0 <= beta1_t <= beta1_1 < 1 and u in the interval,
        with y_t = x_t - u: the sum over t = 1, ..., T of sqrt(V_t)/(2 alpha_t (1-beta1_t)) (y_t^2 - y_{t+1}^2) is at
        most the same sum with 1-beta1_1 in place of 1-beta1_t.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 4 (appendix; wording unverified); that the step is false was found
        by Tran & Phong 2019.
Note    The counterexample has two rounds, g = (3, -1), beta1_t = (1/2, 1/4), and fails by 77/160 + 3 sqrt(2)/2560; the
        same run is evaluated in the kernel by `amsgrad_telescoping_refuted`. X(n) is x_{n+1}.
"""

from fractions import Fraction
from typing import Any

from adamtheory.logic.notation import Setting, integer, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_box_game import ITERATE
from adamtheory.rules.amsgrad import amsgrad
from adamtheory.sets import box

T, t = integer("T"), integer("t")

setting = Setting()
low, high, u, first, alpha, beta2 = setting.constants("low high u first alpha beta2")
g, beta1 = setting.family("g", "Z"), setting.family("beta1", "Z")
feasible = read(box, setting, scalars={"low": low, "high": high})
reading = read(
    amsgrad,
    setting,
    inputs={"g": lambda t, x: g(t)},
    scalars={"lr": lambda t: alpha / sqrt(t), "beta1": beta1, "beta2": beta2, "eps": 0},
    start=first,
    project=lambda y: feasible.value("result", 0, y=y),
    names={"x": ITERATE},
)
setting.assume("decay_nonnegative", 0 <= beta1(t), [1 <= t])
setting.assume("decay_largest_first", beta1(t) <= beta1(1), [1 <= t])
setting.assume("decay_below_one", beta1(1) < 1)
setting.assume("step_positive", 0 < alpha)
setting.assume("beta2_nonnegative", 0 <= beta2)
setting.assume("beta2_below_one", beta2 < 1)
for name, point in (("first", first), ("u", u)):
    setting.assume(f"{name}_low", low <= point)
    setting.assume(f"{name}_high", point <= high)


def telescoping(decay: Any) -> Any:
    """The sum over t = 1, ..., T of sqrt(V_t)/(2 alpha_t (1 - decay)) (y_t^2 - y_{t+1}^2)."""
    gaps = (reading.slot("x", t - 1) - u) ** 2 - (reading.slot("x", t) - u) ** 2
    return total(t, 1, T, sqrt(reading.slot("v_max", t)) / (2 * (alpha / sqrt(t)) * (1 - decay)) * gaps)


def statement() -> Statement:
    used = [entry[1] for entry in setting.theory.entries if entry[0] == "assume"]
    return Statement(setting, telescoping(beta1(t)) <= telescoping(beta1(1)), hyps=[1 <= T], assumes=used)


def counterexample() -> Model:
    rounds = {"g": {(1,): 3, (2,): -1}, "beta1": {(1,): Fraction(1, 2), (2,): Fraction(1, 4)}}
    numbers = {"low": -1, "high": 1, "u": -1, "first": 1, "alpha": Fraction(1, 10), "beta2": Fraction(5, 9)}
    return Model({T: 2}, {**rounds, **numbers})
