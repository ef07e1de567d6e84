"""The quantity of AMSGrad's printed proof with a rate b_t of its own in every round: sqrt(V_t)/(alpha_t (1 - b_t))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, sqrt
from adamtheory.logic.reading import read
from adamtheory.proofs.lemmas_gamma import Method, begun, n, t
from adamtheory.rules.amsgrad import amsgrad
from adamtheory.schedules import inverse_sqrt


@dataclass(frozen=True)
class Weights:
    """AMSGrad without projection, alpha_t = alpha/sqrt(t) and eps = 0, with the rates rate(t)."""

    play: Method
    rate: Any

    def v_max(self, n: Any) -> Any:
        """V_n."""
        return self.play.slot("v_max", n)

    def weight(self, t: Any) -> Any:
        """sqrt(V_t)/(alpha_t (1 - b_t))."""
        return sqrt(self.v_max(t)) / self.play.rate(t) / (1 - self.rate(t))


def weights(rate: Any, constants: str = "") -> Weights:
    """The rates speak of constants, or of a family b(t), which is declared for them."""
    setting = Setting()
    if constants:
        setting.constants(constants)
    else:
        setting.family("b", "Z")
    g, alpha = setting.family("g", "Z"), setting.constant("alpha")
    schedule = read(inverse_sqrt, setting, scalars={"lr": alpha})
    scalars = {"lr": lambda t: schedule.value("result", 0, t=t), "beta1": rate, "eps": 0}
    reading = read(amsgrad, setting, inputs={"g": lambda t, x: g(t)}, slots=["m", "v_max"], scalars=scalars)
    setting.assume("step_positive", 0 < alpha)
    return Weights(Method(setting, g, reading, schedule), rate)


def assume_below_one(w: Weights) -> str:
    """Assume b_t < 1; the name of the assumption."""
    w.play.setting.assume("rate_below_one", w.rate(t) < 1, [1 <= t])
    return "rate_below_one"


def shares(p: Prover, w: Weights) -> tuple[Theorem, Theorem]:
    """1 <= n |- 0 < 1 - b_n, and 0 < 1 - b_{n+1}."""
    later = p.certify(1 <= n + 1, p.assume(1 <= n), degree=1)
    below = p.given("rate_below_one", n), p.using(p.given("rate_below_one", n + 1), later)
    return p.certify(0 < 1 - w.rate(n), below[0]), p.certify(0 < 1 - w.rate(n + 1), below[1])


def root_squares(p: Prover) -> tuple[Theorem, Theorem]:
    """1 <= n |- sqrt(n)^2 = n, and sqrt(n+1)^2 = n+1."""
    before, later = begun(p)
    return p.sqrt_square(before), p.sqrt_square(later)
