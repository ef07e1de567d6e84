"""The sum of m_t^2/sqrt(t v_t) where beta1^2 < beta2: then |m_t| <= kappa sqrt(v_t), for every gradient history."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift, sqrt
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_kingma import g, size_nonneg
from adamtheory.proofs.lemmas_kingma_repaired import Repair, size
from adamtheory.proofs.lemmas_weighted import weighted, weighted_next, weighted_none


class Sharper(Repair):
    """The steps; beta1^2 < beta2 is a hypothesis, and the rate of the weighted sums is beta1."""

    @property
    def ratio(self) -> Any:
        """beta1^2/beta2."""
        return self.s.a**2 / self.s.b

    @property
    def spread(self) -> Any:
        """(1-beta2) (1 - beta1^2/beta2)."""
        return (1 - self.s.b) * (1 - self.ratio)

    @property
    def kappa(self) -> Any:
        """(1-beta1)/sqrt((1-beta2) (1 - beta1^2/beta2))."""
        return (1 - self.s.a) / sqrt(self.spread)

    @property
    def rate(self) -> Any:
        return self.s.a

    @cached_property
    def rate_bounds(self) -> tuple[Theorem, Theorem]:
        """0 <= beta1, and beta1 < 1 from beta1^2 < beta2 < 1."""
        p, a = self.p, self.s.a
        square = p.certify(a**2 < lift(1) ** 2, p.assume(a**2 < self.s.b), self.below)
        return self.low, p.squares_strict(square, p.certify(0 <= lift(1)))

    @cached_property
    def spread_positive(self) -> Theorem:
        """0 < (1-beta2) (1 - beta1^2/beta2)."""
        p, s = self.p, self.s
        over = p.inv_positive(self.positive)
        small = p.certify(self.ratio < 1, p.assume(s.a**2 < s.b), over, p.inverse(self.positive))
        return p.certify(0 < self.spread, self.kept, p.certify(0 < 1 - self.ratio, small))

    @cached_property
    def step(self) -> tuple[Theorem, Any]:
        """(1-b) (1-r) M^2 <= (1-a)^2 (b v + (1-b) x^2) for M = a m + (1-a) x and a^2 = r b; with its variables."""
        p = self.p
        a, b, r, m, x, v, M = variables = apart(p, "a b r m x v M")
        positive, kept, square = p.assume(0 < b, 0 < 1 - b, eq(a**2, r * b))
        average, before = p.assume(eq(M, a * m + (1 - a) * x), (1 - b) * (1 - r) * m**2 <= (1 - a) ** 2 * v)
        one = p.certify(
            (1 - r) * M**2 <= (1 - r) * b * m**2 + (1 - a) ** 2 * x**2,
            average, square, squares=[(1 - r) * b * m - a * (1 - a) * x], weights=[[positive]],
        )  # fmt: skip
        scaled = p.certify((1 - b) * one.claim.left <= (1 - b) * one.claim.right, one, kept)
        old = p.certify(b * before.claim.left <= b * before.claim.right, before, positive)
        goal = (1 - b) * (1 - r) * M**2 <= (1 - a) ** 2 * (b * v + (1 - b) * x**2)
        return p.certify(goal, scaled, old, degree=1), variables

    def square_bound(self, n: Any) -> Theorem:
        """0 <= n |- (1-beta2) (1 - beta1^2/beta2) m_n^2 <= (1-beta1)^2 v_n."""
        p, s = self.p, self.s
        j = p.fresh("j", n)

        def claim(n: Any) -> Any:
            return (1 - s.b) * (1 - self.ratio) * s.m(n) ** 2 <= (1 - s.a) ** 2 * s.v(n)

        lemma, variables = self.step
        values = (s.a, s.b, self.ratio, s.m(j), g(j + 1), s.v(j), s.m(j + 1))
        square = p.certify(eq(s.a**2, self.ratio * s.b), p.inverse(self.positive))
        facts = (self.positive, self.kept, square, p.next("m", j), p.assume(claim(j)))
        step = p.certify(claim(j + 1), put(p, lemma, variables, values, *facts), p.next("v", j))
        base = p.certify(claim(lift(0)), p.start("m"), p.start("v"))
        return p.inst(p.induction(j, 0, claim(j), base, step), {j: n})

    def size_bound(self, n: Any) -> Theorem:
        """0 <= n |- sqrt((1-beta2) (1 - beta1^2/beta2)) |m_n| <= (1-beta1) sqrt(v_n)."""
        p, s = self.p, self.s
        left, right = sqrt(self.spread) * absolute(s.m(n)), (1 - s.a) * sqrt(s.v(n))
        roots = p.sqrt_square(self.spread_positive), p.sqrt_square(self.second_nonneg(n))
        squared = p.certify(left**2 <= right**2, self.square_bound(n), *roots, p.max_square(s.m(n)))
        keeps = p.certify(0 <= 1 - s.a, self.rate_bounds[1])
        return p.squares(squared, p.certify(0 <= right, keeps, p.sqrt_nonneg(s.v(n))))

    def average_bound(self, n: Any) -> Theorem:
        """0 <= n |- |m_n| <= (1-beta1) W_n."""
        p, s = self.p, self.s
        j = p.fresh("j", n)

        def claim(n: Any) -> Any:
            return absolute(s.m(n)) <= (1 - s.a) * weighted(size, s.a, n)

        old, keeps = p.assume(claim(j)), p.certify(0 <= 1 - s.a, self.rate_bounds[1])
        ends = []
        for sign in (1, -1):
            m, x = sign * s.m(j), sign * g(j + 1)
            sides = [p.max_left(y, -y) if sign == 1 else p.max_right(y, -y) for y in (s.m(j), g(j + 1))]
            one = p.certify(s.a * m <= s.a * absolute(s.m(j)), sides[0], self.low)
            two = p.certify((1 - s.a) * x <= (1 - s.a) * size(j + 1), sides[1], keeps)
            kept = p.certify(s.a * old.claim.left <= s.a * old.claim.right, old, self.low)
            grown = (p.next("m", j), weighted_next(p, size, s.a, j))
            ends.append(p.certify(sign * s.m(j + 1) <= claim(j + 1).right, one, two, kept, *grown))
        ends = [
            p.restate(s.m(j + 1) <= claim(j + 1).right, ends[0]),
            p.restate(-s.m(j + 1) <= claim(j + 1).right, ends[1]),
        ]
        zero = p.max_is(p.certify(s.m(lift(0)) <= -s.m(lift(0)), p.start("m")))
        base = p.certify(claim(lift(0)), zero, p.start("m"), weighted_none(p, size, s.a))
        return p.inst(p.induction(j, 0, claim(j), base, p.max_least(*ends)), {j: n})

    def quotient(self, n: Any) -> Theorem:
        """0 <= n |- m_n^2/sqrt(v_n) <= kappa (1-beta1) W_n; where v_n = 0 the quotient is 0."""
        p, s = self.p, self.s
        K, A, W, r, m, h = variables = apart(p, "K A W r m h")
        keeps, bound, nonneg, small, share, square = p.assume(
            0 < K, K * h <= A * r, 0 <= r, h <= A * W, 0 <= A, eq(h**2, m**2)
        )
        length = p.assume(0 <= h)
        goal = m**2 / r <= A / K * (A * W)
        root, over = p.assume(0 < r), p.inv_positive(keeps)
        cost = p.certify(K * m**2 <= A * r * h, square, bound, length)
        each = p.certify(
            m**2 / r <= A / K * h, cost, p.inverse(root), p.inverse(keeps), weights=[[keeps, root]], degree=1
        )
        more = p.certify(A / K * h <= A / K * (A * W), small, p.certify(0 <= A / K, share, over))
        zero = p.certify(eq(inv(r), 0), p.rewrite(p.antisym(p.assume(r <= 0), nonneg), inv))
        rest = p.certify(0 <= A / K * h, p.certify(0 <= A / K, share, over), length)
        lemma = p.cases(p.certify(goal, zero, rest, more), p.chain(goal, each, more), r, 0)
        values = (sqrt(self.spread), 1 - s.a, weighted(size, s.a, n), sqrt(s.v(n)), s.m(n), absolute(s.m(n)))
        facts = (
            p.sqrt_positive(self.spread_positive),
            self.size_bound(n),
            p.sqrt_nonneg(s.v(n)),
            self.average_bound(n),
        )
        signs = (p.certify(0 <= 1 - s.a, self.rate_bounds[1]), p.max_square(s.m(n)), size_nonneg(p, s.m(n)))
        return put(p, lemma, variables, values, *facts, *signs)

    def sharper(self, goal: Rel) -> Theorem:
        """The goal of `kb_lemma_10_4_sharper`."""
        p, s = self.p, self.s
        each = self.per_round()
        constant = self.kappa * (1 - s.a)
        over = p.inv_positive(p.sqrt_positive(self.spread_positive))
        nonneg = p.certify(0 <= constant, over, squares=[1 - s.a])
        found = self.summed(constant, each.claim.left, each, nonneg)
        return p.certify(goal, found, p.inverse(p.certify(0 < 1 - s.a, self.rate_bounds[1])), degree=1)
