"""Theorem 4.1 of Kingma & Ba 2015 as a sentence: one coordinate, any convex losses with bounded slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.logic.notation import (
    Family,
    Setting,
    absolute,
    integers,
    inv,
    maximum,
    positive_part,
    power,
    reals,
    sqrt,
    total,
)
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.refute import Formula, Model
from adamtheory.losses.linear import reddi_unbounded
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_box_game import ITERATE
from adamtheory.rules.adam import adam_uncorrected

T, t = integers("T t")
x, y = reals("x y")
f, slope = Family("f"), Family("slope")


@dataclass(frozen=True, eq=False)
class Theorem41:
    """The setting and the two sides of the theorem.

    The losses f(t, x) with slopes slope(t, x) are convex, the slopes at most G. Adam runs from the point `first` with
    the steps alpha/sqrt(t), beta1_t = beta1 decay^(t-1), both moments corrected by 1 - beta^t, eps = 0, no projection.
    """

    setting: Setting
    reading: Reading
    losses: Reading
    alpha: Any
    beta1: Any
    beta2: Any
    decay: Any
    G: Any
    D: Any
    low: Any
    u: Any
    assumed: tuple[str, ...]

    def x(self, t: Any) -> Any:
        """The iterate on which round t is played."""
        return self.reading.slot("x", t - 1)

    def v_hat(self, t: Any) -> Any:
        """The corrected second moment of step t."""
        return self.reading.slot("v", t) / (1 - power(self.beta2, t))

    @property
    def gamma(self) -> Any:
        """beta1^2/sqrt(beta2)."""
        return self.beta1**2 / sqrt(self.beta2)

    def regret(self, T: Any) -> Any:
        """The sum over the rounds of f_t(x_t) - f_t(u)."""
        return total(t, 1, T, f(t, self.x(t)) - f(t, self.u))

    def bound(self, T: Any) -> Any:
        """The three terms; the last in the larger of its two printed forms, which divide by beta1 or by 1-beta1."""
        a, b, rate, G, D = self.beta1, self.beta2, self.alpha, self.G, self.D
        norm = sqrt(total(t, 1, T, slope(t, self.x(t)) ** 2))
        distances = D**2 / (2 * rate * (1 - a)) * sqrt(T * self.v_hat(T))
        gradients = rate * (1 + a) * G / ((1 - a) * sqrt(1 - b) * (1 - self.gamma) ** 2) * norm
        schedule = D**2 * G * sqrt(1 - b) / (2 * rate * (1 - self.decay) ** 2)
        return distances + gradients + schedule * maximum(inv(1 - a), inv(a))

    def near(self, T: Any) -> Any:
        """x_1, ..., x_T lie between low and low + D: how far they stand out is 0 in the sum."""
        out = positive_part(self.low - self.x(t)) + positive_part(self.x(t) - (self.low + self.D))
        return total(t, 1, T, out) <= 0

    @property
    def hyps(self) -> list[Any]:
        """T >= 1, the condition of the theorem, and all distances at most D."""
        return [1 <= T, self.gamma < 1, self.near(T), self.low <= self.u, self.u <= self.low + self.D]

    def model(self, rounds: int, beta1: Fraction | int) -> Model:
        """The projection-free periodic losses with C = 3 against -1, alpha = 9/10, beta2 = 1/10, decay = 1/2."""
        losses = {
            "f": Formula((t, x), self.losses.value("result", t - 1, x=x)),
            "slope": Formula((t, x), self.losses.value("gradient", t - 1, x=x)),
        }
        numbers = {"first": 1, "u": -1, "low": Fraction(-3, 2), "D": 3, "G": 3}
        method = {"alpha": Fraction(9, 10), "beta1": beta1, "beta2": Fraction(1, 10), "decay": Fraction(1, 2)}
        return Model({T: rounds}, {**losses, **numbers, **method})


def scheduled_adam(
    setting: Setting, gradient: Callable[[Any, Any], Any], alpha: Any, beta1: Any, beta2: Any, decay: Any, first: Any
) -> Reading:
    """Adam with steps alpha/sqrt(t), beta1_t = beta1 decay^(t-1) and corrections 1 - beta^t, eps = 0, no projection.

    The corrections stand in the step size: m_hat/sqrt(v_hat) is m/sqrt(v) times sqrt(1-beta2^t)/(1-beta1^t).
    """
    scalars = {
        "lr": lambda t: alpha / sqrt(t) * sqrt(1 - power(beta2, t)) / (1 - power(beta1, t)),
        "beta1": lambda t: beta1 * power(decay, t - 1),
        "beta2": beta2,
        "eps": 0,
    }
    names = {"x": ITERATE}
    return read(adam_uncorrected, setting, inputs={"g": gradient}, scalars=scalars, start=first, names=names)


def theorem_4_1() -> Theorem41:
    """The setting of the theorem."""
    setting = Setting()
    setting.family("f", "ZR")
    setting.family("slope", "ZR")
    alpha, beta1, beta2, decay, G, D, low, u, first = setting.constants("alpha beta1 beta2 decay G D low u first")
    reading = scheduled_adam(setting, slope, alpha, beta1, beta2, decay, first)
    losses = read(reddi_unbounded, setting, scalars={"C": 3, "N": 3})
    setting.assume("convex", f(t, x) - f(t, y) <= slope(t, x) * (x - y), [1 <= t])
    setting.assume("bounded", absolute(slope(t, x)) <= G, [1 <= t])
    setting.assume("step_positive", 0 < alpha)
    rates = [name for scalar, of in ((beta1, "beta1"), (beta2, "beta2")) for name in decaying(setting, scalar, of)]
    setting.assume("decay_positive", 0 < decay)
    setting.assume("decay_below_one", decay < 1)
    assumed = ("convex", "bounded", "step_positive", *rates, "decay_positive", "decay_below_one")
    return Theorem41(setting, reading, losses, alpha, beta1, beta2, decay, G, D, low, u, assumed)
