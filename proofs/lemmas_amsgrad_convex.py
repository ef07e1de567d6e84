"""AMSGrad on any closed convex set, read from its text with alpha_t = alpha/sqrt(t) and eps >= 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, inv, sqrt
from adamtheory.logic.statement import Witness
from adamtheory.proofs.lemmas_amsgrad import EPS, MOMENTUM, Amsgrad, any_eps, moved, player
from adamtheory.proofs.lemmas_box_game import i
from adamtheory.proofs.lemmas_convex_set import (
    SET,
    Coupled,
    assume_set,
    at_the_wall,
    average_falls,
    close,
    convex_play,
    n,
    regret_bound,
)
from adamtheory.proofs.lemmas_momentum import Player
from adamtheory.rules.amsgrad import amsgrad

ASSUMED = (*SET, "beta2_below_one", "beta2_nonnegative", "step_positive", *MOMENTUM, EPS)


@dataclass(frozen=True, eq=False)
class Convex(Amsgrad):
    """AMSGrad on a set of diameter D in the maximum norm, projected in the norm of sqrt(V_t) + eps."""

    def player(self, p: Prover) -> Player:
        """Coordinate i; it is not brought nearer to u alone."""
        return replace(player(p, self), close=lambda n: close(p, n))

    def bounded(self, p: Prover, c: Player, n: Any) -> Theorem:
        """1 <= n |- (1-a) R_n <= sum_i D^2 w(n)/(2 alpha(n)) + (1+a)/2 sum_i sum_t alpha(t) m(t)^2/w(t)."""
        return regret_bound(p, Coupled(self.game, c, lambda n: moved(p, self, n)), n)


def convex_game(setting: Setting) -> Convex:
    """The game of `convex_play` with the text of AMSGrad; of the scalars what the method asks is assumed."""
    d = setting.constant("d", "Z")
    alpha, beta1, beta2, D = setting.constants("alpha beta1 beta2 D")
    eps = any_eps(setting)
    scalars = {"lr": lambda t: alpha / sqrt(t), "beta1": beta1, "beta2": beta2, "eps": eps}
    method = Convex(convex_play(amsgrad, setting, d, scalars), alpha, beta1, beta2, D, eps=eps)
    assume_set(setting, method.game, method.w, D)
    setting.assume("step_positive", 0 < alpha)
    for name, decay in (("beta1", beta1), ("beta2", beta2)):
        setting.assume(f"{name}_nonnegative", 0 <= decay)
        setting.assume(f"{name}_below_one", decay < 1)
    return method


def convex_witness(s: Convex, values: Any, **families: Any) -> Witness:
    """The witness of `at_the_wall` with alpha = 1, beta1 = beta2 = 1/2, eps = 1/8."""
    half = Fraction(1, 2)
    numbers = {"alpha": 1, "beta1": half, "beta2": half, "eps": Fraction(1, 8)}
    chosen = {name: ([], value) for name, value in numbers.items()}

    def above(p: Prover, read: Callable[[Any], Any]) -> tuple[Theorem, Theorem]:
        largest, eps = p.next("v_max", i, n).claim.right, read(s.eps)
        weight = p.certify(0 <= read(s.w(n + 1)), p.sqrt_nonneg(read(s.v_max(n + 1))))
        root = p.inv_nonneg(p.certify(0 <= sqrt(largest) + eps, p.sqrt_nonneg(largest)))
        rate = p.certify(0 <= inv(sqrt(n + 1)) * root.claim.right, root, p.inv_nonneg(p.sqrt_nonneg(n + 1)))
        return weight, p.certify(1 <= read(s.game.reading.value("x", n)), average_falls(p, s.game, read), rate)

    return at_the_wall(s.game, s.w, {**chosen, **families}, values, above)
