"""What Adam and a fixed point pay on the losses of `lemmas_kingma_cycle`, and where the iterates stay."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, le, lift, sqrt, total
from adamtheory.logic.sums import apart, constant_sum, put, root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_kingma_cycle import (
    Cycle,
    T,
    balance,
    best,
    block,
    centre,
    n,
    paid,
    regret,
    slope,
    t,
    u,
    x,
)


class Cost(Cycle):
    """The steps of the regret."""

    # where the iterates are

    @cached_property
    def rates(self) -> tuple[Theorem, ...]:
        """For s = sqrt(n+1), r = sqrt(n), i = 1/s: s i = 1, 0 <= i, i <= 1, r <= s and 2 r + i <= 2 s."""
        p = self.p
        positive = p.certify(0 < n + 1, self.start)
        root = p.sqrt_positive(positive)
        r, s, i = sqrt(n), sqrt(n + 1), inv(sqrt(n + 1))
        squares = p.sqrt_square(self.start), p.sqrt_square(positive)
        inverse, over = p.inverse(root), p.inv_positive(root)
        large = p.squares(p.certify(lift(1) ** 2 <= s**2, squares[1], self.start), p.sqrt_nonneg(n + 1))
        small = p.certify(i <= 1, large, inverse, over)
        rises = p.sqrt_monotone(p.certify(n <= n + 1), self.start)
        gap = p.certify(2 * r + i <= 2 * s, *squares, inverse, over, squares=[s - r])
        return inverse, p.restate(0 <= i, over), small, rises, gap

    @cached_property
    def near(self) -> tuple[Theorem, Theorem]:
        """x(n) <= 3, and -x(n) <= 3: every step is at most 2 long and goes towards a centre."""
        p = self.p
        below, above = p.assume(0 < centre(n) - x(n)), p.assume(centre(n) - x(n) <= 0)
        on, off = p.indicator_on(below), p.indicator_off(above)
        nonneg, small = self.rates[1:3]
        found = []
        for k, sign in enumerate((1, -1)):
            old, new = (x(m) if sign == 1 else -x(m) for m in (n, n + 1))
            start = x(lift(0)) if sign == 1 else -x(lift(0))
            facts = (self.moved, self.within[k], p.assume(old <= 3), nonneg, small)
            low, high = p.certify(new <= 3, *facts, off, above), p.certify(new <= 3, *facts, on, below)
            step = p.cases(low, high, centre(n) - x(n), 0)
            found.append(p.induction(n, 0, old <= 3, p.certify(start <= 3, p.start("X")), step))
        return found[0], found[1]

    def gap_square(self, m: Any) -> Theorem:
        """(x(m) - centre(m))^2 <= 16 for m = n or n + 1."""
        p = self.p
        start = p.certify(0 <= m, self.start)
        facts = [p.using(p.inst(f, {n: m}), start) for f in (*self.near, *self.within)]
        gap = x(m) - centre(m)
        return p.certify(gap**2 <= 16, p.certify(gap <= 4, *facts), p.certify(-gap <= 4, *facts))

    # what Adam pays

    @cached_property
    def step_square(self) -> Theorem:
        """(x(n+1) - c)^2 = (x(n) - c)^2 - 4/sqrt(n+1) |x(n) - c| + 4/(n+1), for the centre c of round n + 1."""
        p, gap, rate = self.p, x(n) - centre(n), inv(sqrt(n + 1))
        new = x(n + 1) - centre(n)
        step = p.certify(eq(new, gap - 2 * rate * slope(n + 1, x(n))), self.moved)
        return p.certify(eq(new**2, gap**2 - 4 * rate * absolute(gap) + 4 * rate**2), step, *self.turned)

    def paying(self, m: Any) -> Rel:
        """paid(m) + sqrt(m)/4 (x(m) - centre(m))^2 <= sqrt(m) (4 block(m) + 2)."""
        return le(paid(m) + sqrt(m) / 4 * (x(m) - centre(m)) ** 2, sqrt(m) * (4 * block(m) + 2))

    @cached_property
    def payment(self) -> Theorem:
        """paying(n), by induction; a change of the centre costs at most 4 sqrt(n+1)."""
        p, gap, new, root = self.p, x(n) - centre(n), x(n + 1) - centre(n), sqrt(n + 1)
        still, moved, variables = self.payments
        inverse, _, _, rises, grows = self.rates
        values = (paid(n), absolute(gap), gap**2, sqrt(n), root, inv(root), block(n), new**2)
        signs = p.certify(0 <= new**2, squares=[new]), p.sqrt_nonneg(n + 1)
        facts = (inverse, rises, grows, self.first, self.gap_square(n), self.step_square, p.assume(self.paying(n)))
        on, off = p.indicator_on(p.assume(0 < self.change)), p.indicator_off(p.assume(self.change <= 0))
        last, number = p.sum_step(t, 1, n, absolute(x(t - 1) - centre(t - 1)), self.start), p.next("block", n)
        kept = p.certify(eq((x(n + 1) - centre(n + 1)) ** 2, new**2), p.next("centre", n), off)
        wide = p.certify(root * (x(n + 1) - centre(n + 1)) ** 2 <= 16 * root, self.gap_square(n + 1), signs[1])
        low, high = (
            p.certify(self.paying(n + 1), put(p, lemma, variables, values, *facts, *signs), last, end, number, switch)
            for lemma, end, switch in ((still, kept, off), (moved, wide, on))
        )
        base = p.certify(self.paying(lift(0)), p.sum_none(t, 1, absolute(x(t - 1) - centre(t - 1))), self.no_root)
        return p.induction(n, 0, self.paying(n), base, p.cases(low, high, self.change, 0))

    @cached_property
    def payments(self) -> tuple[Theorem, Theorem, Any]:
        """One round about numbers: A + d + s/4 E <= s (4 j + 2), and A + d + 4 s <= s (4 (j+1) + 2)."""
        p = self.p
        A, d, e, r, s, i, j, E = variables = apart(p, "A d e r s i j E")
        inverse, rises, grows, first = p.assume(eq(s * i, 1), r <= s, 2 * r + i <= 2 * s, 1 <= j)
        wide, square, before = p.assume(e <= 16, eq(E, e - 4 * i * d + 4 * i**2), A + r / 4 * e <= r * (4 * j + 2))
        spent = p.certify(eq(s / 4 * E, s / 4 * e - d + i), square, inverse)
        drift = p.certify((s - r) / 4 * e <= 4 * (s - r), wide, rises)
        blocks = p.certify(4 * (s - r) <= 4 * j * (s - r), first, rises)
        still = p.certify(A + d + s / 4 * E <= s * (4 * j + 2), spent, drift, blocks, before, grows)
        nonneg = p.certify(0 <= s * E, p.assume(0 <= E), p.assume(0 <= s))
        moved = p.certify(A + d + 4 * s <= s * (4 * (j + 1) + 2), still, nonneg)
        return still, moved, variables

    @cached_property
    def spent(self) -> Theorem:
        """paid(n) <= n/2 + 10 sqrt(n)."""
        p, root = self.p, sqrt(n)
        rest = p.certify(0 <= root / 4 * (x(n) - centre(n)) ** 2, p.sqrt_nonneg(n), squares=[x(n) - centre(n)])
        blocks = p.certify(root * (8 * block(n)) <= root * (root + 16), self.few, p.sqrt_nonneg(n))
        return p.certify(paid(n) <= n / 2 + 10 * root, self.payment, rest, blocks, p.sqrt_square(self.start))

    # what a fixed point pays

    @cached_property
    def summed(self) -> Theorem:
        """The centres of n rounds add up to balance(n)."""
        p = self.p
        claim = eq(total(t, 1, n, centre(t - 1)), balance(n))
        last = p.sum_step(t, 1, n, centre(t - 1), self.start)
        longer = eq(total(t, 1, n + 1, centre(t - 1)), balance(n + 1))
        step = p.certify(longer, p.assume(claim), last, p.next("balance", n))
        none = p.sum_none(t, 1, centre(t - 1)), p.start("balance")
        base = p.certify(eq(total(t, 1, lift(0), centre(t - 1)), balance(lift(0))), *none)
        return p.induction(n, 0, claim, base, step)

    def balanced(self) -> tuple[Theorem, Theorem]:
        """balance(n) <= 8 sqrt(n) + 128, and -balance(n) <= 8 sqrt(n) + 128."""
        p, top = self.p, 64 * block(n)
        square = p.certify((centre(n) * balance(n)) ** 2 <= top**2, self.low, self.high)
        sign = p.certify(0 <= top, self.first)
        found = []
        for side in (balance(n), -balance(n)):
            below = p.squares(p.certify(side**2 <= top**2, square, self.unit), sign)
            found.append(p.certify(side <= 8 * sqrt(n) + 128, below, self.few))
        return found[0], found[1]

    def lowest(self, w: Any, each: Theorem) -> Theorem:
        """n - 8 sqrt(n) - 128 <= best(n), from 1 - w c <= |u - c| for the centre c; w is -1, 1, or u between them."""
        p = self.p
        shifted = p.using(p.inst(each, {n: t - 1}), p.certify(0 <= t - 1, p.assume(1 <= t)))
        whole = p.sum_of(shifted, t, 1, n)
        ones = p.using(constant_sum(p, t, n, lift(1)), self.start)
        W, S, top = variables = apart(p, "w S top")
        lemma = p.certify(W * S <= top, *p.assume(S <= top, -S <= top, -1 <= W, W <= 1))
        known = p.assume(-1 <= u, u <= 1) if w is u else ()
        within = [p.certify(goal, *known) for goal in (le(-1, w), le(w, 1))]
        small = put(p, lemma, variables, (w, balance(n), 8 * sqrt(n) + 128), *self.balanced(), *within)
        return p.certify(n - 8 * sqrt(n) - 128 <= best(n), whole, ones, self.summed, small)

    @cached_property
    def fixed(self) -> Theorem:
        """n - 8 sqrt(n) - 128 <= best(n), for every u."""
        p, c = self.p, centre(n)
        size = (p.max_left(u - c, -(u - c)), p.max_right(u - c, -(u - c)))
        cost = absolute(u - c)
        low, high = p.assume(u < -1), p.assume(1 < u)
        left = self.lowest(lift(-1), p.certify(1 - lift(-1) * c <= cost, low, size[1]))
        right = self.lowest(lift(1), p.certify(1 - lift(1) * c <= cost, high, size[0]))
        up, down = (p.certify(0 <= 1 + c, self.within[1]), p.certify(0 <= 1 - c, self.within[0]))
        # c (c - u) is a mean of u - c and c - u, with the weights (1 - c)/2 and (1 + c)/2
        middle = self.lowest(u, p.certify(1 - u * c <= cost, up, down, *size, self.unit))
        return p.cases(p.cases(middle, right, u, 1), left, -1, u)

    # the regret

    def negative(self) -> Theorem:
        """0 <= T |- the regret after T rounds is at most -T/2 + 18 sqrt(T) + 128."""
        p = self.p
        goal = regret(n) <= -n / lift(2) + 18 * sqrt(n) + 128
        return p.inst(p.certify(goal, self.spent, self.fixed), {n: T})

    def within_three(self) -> Theorem:
        """0 <= n |- |x(n)| <= 3."""
        return self.p.max_least(*self.near)

    def average(self) -> Theorem:
        """max(R_T/T + 1/2, 0) -> 0, since R_T/T <= -1/2 + 18 sqrt(1/T) + 128/T."""
        p, q = self.p, sqrt(1 / T)
        rounds = p.certify(0 < T, p.assume(1 <= T))
        share = p.inv_positive(rounds)
        found = p.using(self.negative(), p.certify(0 <= T, rounds))
        divided = p.certify(regret(T) / T <= found.claim.right / T, found, share)
        product = p.sqrt_product(p.restate(0 <= T, rounds), p.restate(0 <= 1 / T, share))
        one = p.chain(eq(sqrt(T) * q, 1), product, p.rewrite(p.inverse(rounds), sqrt), root_of_one(p))
        above = p.certify(eq(sqrt(T) / T, q), one, p.sqrt_square(share))
        high = p.certify(regret(T) / T + Fraction(1, 2) <= 18 * q + 128 / T, divided, above, p.inverse(rounds))
        most = p.max_least(high, p.certify(0 <= 18 * q + 128 / T, share, p.sqrt_nonneg(1 / T)))
        # 18 sqrt(1/T) + 128/T -> 18 sqrt(0) + 128 0, and 18 sqrt(0) = 0
        roots = p.lim_op("mul", p.lim_const(18, T), p.lim_op("sqrt", p.lim_recip(T)))
        rest = p.lim_op("mul", p.lim_const(128, T), p.lim_recip(T))
        shifted = p.lim_op("add", p.lim_op("add", roots, rest), p.lim_const(-18 * sqrt(0), T))
        most = p.certify(most.claim.left <= most.claim.right - 18 * sqrt(0), most, self.no_root)
        least = p.restate(0 <= most.claim.left, p.max_right(regret(T) / T + Fraction(1, 2), 0))
        return p.lim_squeeze(p.lim_const(0, T), shifted, 1, least, most)

    @cached_property
    def no_root(self) -> Theorem:
        """sqrt(0) = 0."""
        p, zero = self.p, self.p.certify(0 <= lift(0))
        square = p.restate(eq(sqrt(0) ** 2, lift(0) ** 2), p.sqrt_square(zero))
        return p.squares_equal(square, p.sqrt_nonneg(0), zero)
