"""Theorem 4.1 of Kingma & Ba 2015 against the projection-free game: a bound of order sqrt(T), a regret of order T."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, sqrt, total
from adamtheory.logic.sums import apart, constant_sum, put
from adamtheory.logic.terms import Rel
from adamtheory.losses.linear import reddi_unbounded
from adamtheory.proofs.lemmas_gamma import after
from adamtheory.proofs.lemmas_reddi import FreeCorrected
from adamtheory.proofs.lemmas_reddi_game import Game, T, t
from adamtheory.rules.adam import adam

game = Game(adam, reddi_unbounded, constrained=False)
setting, alpha, C = game.setting, game.alpha, game.C
D, decay = setting.constants("D decay")
KEPT = 1 - game.beta2


def three_terms(distance: Any, norm: Any) -> Any:
    """The bound for beta1 = 0 and G = C, from sqrt(T v_hat_T) and |g_{1:T}|."""
    last = D**2 * C * sqrt(KEPT) / (2 * alpha * (1 - decay) ** 2)
    return D**2 / (2 * alpha) * distance + alpha * C / sqrt(KEPT) * norm + last


def printed(n: Any) -> Any:
    """The bound of Theorem 4.1."""
    squares = total(t, 1, n, game.slope(t - 1, game.x(t - 1)) ** 2)
    return three_terms(sqrt(n * after(game.method, "v_hat", n)), sqrt(squares))


def late(n: Any) -> Rel:
    """The bound with its largest values C sqrt(n) is less than what the regret is at least."""
    return three_terms(C * sqrt(n), C * sqrt(n)) < (2 * C - 4) * n / 3


class Linear(FreeCorrected):
    """The steps, under 1 <= T."""

    def __init__(self) -> None:
        super().__init__(game)
        self.begun = self.p.assume(1 <= T)
        self.start = self.p.certify(0 <= T, self.begun)

    @cached_property
    def distance(self) -> Theorem:
        """sqrt(T v_hat_T) <= C sqrt(T), since v_hat_T <= C^2."""
        p, n, before = self.p, T, self.p.certify(0 <= T - 1, self.begun)
        v, held = game.method.slot("v", n), game.method.slot("p2", n)
        index = next(iter(self.power_at_most.claim.free))
        most = p.using(p.inst(self.power_at_most, {index: n - 1}), before)
        room = p.certify(0 < 1 - held, p.using(p.next("p2", n - 1), before), most, *self.decay)
        low, high = (
            p.using(p.inst(bound, {index: n}), self.start) for bound in (self.moment_bounds[0], self.power_bounds[1])
        )
        over = p.inv_positive(room)
        v_hat = v * inv(1 - held)
        nonneg = p.certify(0 <= v_hat, low, over)
        below = p.certify(v_hat <= C**2, high, p.inverse(room), weights=[[room]], degree=1)
        whole = p.certify(0 <= n * v_hat, self.start, nonneg)
        more = p.certify(n * v_hat <= n * C**2, below, self.start)
        left, right = sqrt(n * v_hat), C * sqrt(n)
        squared = p.certify(left**2 <= right**2, more, p.sqrt_square(whole), p.sqrt_square(self.start))
        return p.squares(squared, p.certify(0 <= right, self.C_positive, p.sqrt_nonneg(n)))

    @cached_property
    def norm(self) -> Theorem:
        """|g_{1:T}| <= C sqrt(T)."""
        p, slope = self.p, game.slope(t - 1, game.x(t - 1))
        summed = p.sum_of(self.slope_square(t - 1), t, 1, T)
        squares = total(t, 1, T, slope**2)
        counted = p.using(constant_sum(p, t, T, C**2), self.start)
        nonneg = p.restate(0 <= squares, p.sum_of(p.certify(0 <= slope**2, squares=[slope]), t, 1, T))
        left, right = sqrt(squares), C * sqrt(T)
        roots = p.sqrt_square(nonneg), p.sqrt_square(self.start)
        squared = p.certify(left**2 <= right**2, summed, counted, *roots, degree=1)
        return p.squares(squared, p.certify(0 <= right, self.C_positive, p.sqrt_nonneg(T)))

    def exceeded(self) -> Theorem:
        """printed(T) < the regret, from late(T)."""
        p = self.p
        A, B, L, d, g, top, low, R = variables = apart(p, "A B L d g top low R")
        first, second, near, small = p.assume(0 <= A, 0 <= B, d <= top, g <= top)
        one, two = p.certify(A * d <= A * top, first, near), p.certify(B * g <= B * top, second, small)
        enough, paid = p.assume(A * top + B * top + L < low, low <= R)
        lemma = p.chain(A * d + B * g + L < R, one, two, enough, paid)
        rate = p.inv_positive(p.certify(0 < 2 * alpha, self.alpha_positive))
        keeps = p.inv_positive(p.sqrt_positive(p.certify(0 < KEPT, *self.decay)))
        weights = (
            p.certify(0 <= D**2 / (2 * alpha), rate, squares=[D]),
            p.certify(0 <= alpha * C / sqrt(KEPT), keeps, self.alpha_positive, self.C_positive, degree=3),
        )
        last = D**2 * C * sqrt(KEPT) / (2 * alpha * (1 - decay) ** 2)
        lasting = (2 * C - 4) * T / 3, game.regret(T)
        values = (weights[0].claim.right, weights[1].claim.right, last)
        values = (*values, self.distance.claim.left, self.norm.claim.left, self.norm.claim.right, *lasting)
        regret = p.using(self.regret_bound(self.costs), self.start)
        return put(p, lemma, variables, values, *weights, self.distance, self.norm, p.assume(late(T)), regret)


def ten_thousand_rounds(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Under the witness late(10000) holds: sqrt(10000) = 100, and 9/10 <= sqrt(9/10) <= 1."""
    share = lift(9) / 10
    positive = p.certify(0 < share)
    root, square = p.sqrt_positive(positive), p.sqrt_square(positive)
    below = p.squares(p.certify(sqrt(share) ** 2 <= lift(1) ** 2, square), p.certify(0 <= lift(1)))
    above = p.squares(p.certify(share**2 <= sqrt(share) ** 2, square), p.sqrt_nonneg(share))
    long = p.certify(0 <= lift(10000))
    hundred = p.certify(eq(sqrt(10000) ** 2, lift(100) ** 2), p.sqrt_square(long))
    rounds = p.squares_equal(hundred, p.sqrt_nonneg(10000), p.certify(0 <= lift(100)))
    ratio = p.reciprocal(above, positive)
    return p.certify(goal, *guards, below, rounds, ratio, root)
