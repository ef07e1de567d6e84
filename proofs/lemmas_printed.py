"""The setting of Reddi, Kale & Kumar 2018, section 4 as printed: a decay rate beta1_t of its own for every round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.evaluate import Formula
from adamtheory.logic.notation import Setting, absolute, integer, lift, log, sqrt, total
from adamtheory.logic.refute import Model
from adamtheory.proofs.lemmas_box_game import Game, i, play, t

T = integer("T")


@dataclass(frozen=True, eq=False)
class Printed:
    """A game on a box with sides at most D, gradients at most G, alpha_t = alpha/sqrt(t) and rates rate(t)."""

    setting: Setting
    game: Game
    d: Any
    alpha: Any
    D: Any
    G: Any

    def norms(self) -> Any:
        """The sum over i of |g_{1:T,i}|."""
        return self.game.over(sqrt(total(t, 1, T, self.game.g(t, i) ** 2)))

    @property
    def assumes(self) -> list[str]:
        """The names of all assumptions."""
        return [entry[1] for entry in self.setting.theory.entries if entry[0] == "assume"]


def printed(rule: Rule, rate: Any, setting: Setting, others: Mapping[str, Any]) -> Printed:
    """The game with the text of a rule and the rates rate(t); `others` are its other scalars."""
    d = setting.constant("d", "Z")
    alpha, D, G = setting.constants("alpha D G")
    scalars = {"lr": lambda t: alpha / sqrt(t), "beta1": rate, "eps": 0, **others}
    game = play(rule, setting, d, scalars)
    setting.assume("step_positive", 0 < alpha)
    setting.assume("dimension", 1 <= d)
    here = (1 <= i, i <= d)
    setting.assume("width", game.high(i) - game.low(i) <= D, here)
    setting.assume("bounded", absolute(game.g(t, i)) <= G, [1 <= t, *here])
    return Printed(setting, game, d, alpha, D, G)


def second_decay(setting: Setting) -> Any:
    """beta2 with 0 < beta2 < 1."""
    beta2 = setting.constant("beta2")
    setting.assume("beta2_positive", 0 < beta2)
    setting.assume("beta2_below_one", beta2 < 1)
    return beta2


def logarithmic(play: Printed, beta1: Any, beta2: Any) -> Any:
    """alpha sqrt(1 + log T)/((1-beta1)^2 (1 - beta1/sqrt(beta2)) sqrt(1-beta2)) sum_i |g_{1:T,i}|."""
    divisor = (1 - beta1) ** 2 * (1 - beta1 / sqrt(beta2)) * sqrt(1 - beta2)
    return play.alpha * sqrt(1 + log(T)) / divisor * play.norms()


def slope_one(play: Printed, rounds: int, **families: Any) -> Model:
    """f_t(x) = x on [-1, 1] from x_1 = 1 against u = -1, with steps alpha_t = 1/(1000 sqrt(t))."""
    at = play.game.x(t - 1)
    losses = {"loss": Formula((t,), _first_coordinate(at)), "loss_u": -1, "g": 1}
    numbers = {"low": -1, "high": 1, "u": -1, "first": 1, "d": 1, "D": 2, "G": 1, "alpha": Fraction(1, 1000)}
    return Model({T: rounds}, {**losses, **numbers, **families})


def _first_coordinate(of: Any) -> Any:
    from adamtheory.logic.terms import substitute

    return substitute(of, {i: lift(1)})


def geometric_rates(setting: Setting) -> tuple[Any, Any]:
    """beta1 with 0 <= beta1 < 1 and lam with 0 < lam < 1, for the rates beta1 lam^(t-1)."""
    beta1, lam = setting.constants("beta1 lam")
    setting.assume("beta1_nonnegative", 0 <= beta1)
    setting.assume("beta1_below_one", beta1 < 1)
    setting.assume("lam_positive", 0 < lam)
    setting.assume("lam_below_one", lam < 1)
    return beta1, lam
