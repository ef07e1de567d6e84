"""Lemma 10.4 of Kingma & Ba 2015 repaired, with bias correction: it costs at most the factor 1/(1-beta1)^2."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import inv, lift, sqrt
from adamtheory.logic.sums import apart, put, root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import held_power, power_at_most_one, power_below_one
from adamtheory.proofs.lemmas_gamma import after
from adamtheory.proofs.lemmas_kingma import t
from adamtheory.proofs.lemmas_kingma_repaired import Repair


class Corrected(Repair):
    """The steps for the corrected moments, in terms of the slots after step t."""

    def body(self, t: Any) -> Any:
        """m_hat^2/sqrt(t v_hat) in step t."""
        return after(self.s.reading, "m_hat", t) ** 2 / sqrt(t * after(self.s.reading, "v_hat", t))

    @cached_property
    def decay_below(self) -> Theorem:
        """beta1 < 1, which gamma < 1 and beta2 < 1 imply: beta1 = q s with q < 1 and s^4 = beta2."""
        p, s = self.p, self.s
        half, fourth, one = sqrt(s.b), sqrt(sqrt(s.b)), p.certify(0 <= lift(1))
        root = p.squares_strict(p.certify(half**2 < lift(1) ** 2, p.sqrt_square(self.positive), self.below), one)
        square = p.certify(fourth**2 < lift(1) ** 2, p.sqrt_square(p.sqrt_nonneg(s.b)), root)
        product = p.certify(s.q * fourth < 1, *self.q_below, p.squares_strict(square, one), p.sqrt_nonneg(half))
        return p.certify(s.a < 1, self.fourth_root[0], product)

    @cached_property
    def first_correction(self) -> tuple[Theorem, Theorem]:
        """1 <= t |- 1/(1-p1(t)) <= 1/(1-beta1), and 0 <= 1/(1-p1(t)): p1(t) is beta1^t <= beta1."""
        p, a = self.p, self.s.a
        start, before = p.certify(0 <= t, p.assume(1 <= t)), p.certify(0 <= t - 1, p.assume(1 <= t))
        held = p.using(held_power(p, "p1", a, t), start)
        old = p.using(power_at_most_one(p, self.low, self.decay_below, t - 1), before)
        following = p.using(p.power_next(a, p.assume(0 <= t - 1)), before)
        room = 1 - held.claim.left
        small = p.certify(1 - a <= room, held, following, old, self.low)
        keeps = p.certify(0 < 1 - a, self.decay_below)
        above = p.certify(0 < room, small, keeps)
        return p.reciprocal(small, keeps), p.restate(0 <= inv(room), p.inv_positive(above))

    @cached_property
    def second_room(self) -> tuple[Theorem, Theorem]:
        """1 <= t |- 0 < 1 - p2(t), and 1 - p2(t) <= 1: p2(t) is beta2^t."""
        p, b = self.p, self.s.b
        start, before = p.certify(0 <= t, p.assume(1 <= t)), p.certify(0 <= t - 1, p.assume(1 <= t))
        held, low = p.using(held_power(p, "p2", b, t), start), p.restate(0 <= b, self.positive)
        less = p.using(power_below_one(p, low, self.below, t - 1), before)
        nonneg = p.using(p.power_nonneg(low, t), start)
        room = 1 - held.claim.left
        return p.certify(0 < room, held, less), p.certify(room <= 1, held, nonneg)

    @cached_property
    def second_correction(self) -> Theorem:
        """1 <= t |- 1/sqrt(1/(1-p2(t))) <= 1."""
        p, (room, small) = self.p, self.second_room
        one, unit = root_of_one(p), p.certify(0 < lift(1))
        large = p.certify(1 <= inv(room.claim.right), p.reciprocal(small, room))
        root = p.chain(1 <= sqrt(inv(room.claim.right)), p.sqrt_monotone(large, p.restate(0 <= lift(1), unit)), one)
        return p.certify(inv(sqrt(inv(room.claim.right))) <= 1, p.reciprocal(root, unit))

    def corrected_round(self) -> Theorem:
        """1 <= t |- m_hat^2/sqrt(t v_hat) <= m_t^2/sqrt(t v_t) / (1-beta1)^2."""
        p, m, product = self.p, self.s.m(t), t * self.s.v(t)
        X, Y, i, j, k = variables = apart(p, "X Y i j k")
        ratio, sign, share, square, rate = p.assume(i <= k, 0 <= i, j <= 1, 0 <= X, 0 <= Y)
        weight = p.certify(0 <= X * Y, square, rate)
        shrunk = p.certify(X * Y * i**2 * j <= X * Y * i**2, share, weight, squares=[i])
        lemma = p.certify(X * Y * i**2 * j <= X * Y * k**2, shrunk, p.certify(i**2 <= k**2, ratio, sign), weight)
        start = p.certify(0 <= t, p.assume(1 <= t))
        whole = p.certify(0 <= product, start, p.using(self.second_nonneg(t), start))
        ratio, sign, share = *self.first_correction, self.second_correction
        values = (m**2, inv(sqrt(product)), ratio.claim.left, share.claim.left, ratio.claim.right)
        signs = p.certify(0 <= m**2, squares=[m]), p.inv_nonneg(p.sqrt_nonneg(product))
        found = put(p, lemma, variables, values, ratio, sign, share, *signs)
        over = p.inv_positive(self.second_room[0])
        split = p.sqrt_product(whole, p.restate(0 <= over.claim.right, over))
        return p.certify(self.body(t) <= found.claim.right, found, p.rewrite(split, inv))

    def corrected(self, goal: Rel) -> Theorem:
        """The goal of `kb_lemma_10_4_repaired_corrected`."""
        p, s = self.p, self.s
        old, new = self.per_round(), self.corrected_round()
        gap = p.certify(0 < 1 - s.a, self.decay_below)
        share = inv(1 - s.a)
        scaled = p.certify(new.claim.right <= old.claim.right * share**2, old, squares=[share], degree=1)
        constant = 1 / ((1 - s.q) * s.c)
        weight = old.claim.right.args[0].args[1]  # W_t
        each = p.certify(self.body(t) <= constant * (weight / sqrt(t)), new, scaled, p.inverse(gap))
        keeps, root = p.certify(0 < 1 - s.q, self.q_below[1]), p.sqrt_positive(self.kept)
        share = p.inv_positive(p.certify(0 < (1 - s.q) * s.c, keeps, root))
        found = self.summed(constant, self.body(t), each, p.restate(0 <= constant, share))
        return p.certify(goal, found, *self.splits(keeps, root), degree=1)
