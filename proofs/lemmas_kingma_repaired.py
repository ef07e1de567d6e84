"""Lemma 10.4 of Kingma & Ba 2015 as it can be proved, under their own condition gamma = beta1^2/sqrt(beta2) < 1.

The core is one induction. With q = sqrt(gamma), W_n = sum_{k<=n} q^(n-k) |g_k| and c = sqrt(1-beta2):
(1-q) c m_n^2 <= (1-beta1)^2 W_n sqrt(v_n).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, inv, lift, sqrt, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_box_game import inverse_product
from adamtheory.proofs.lemmas_kingma import any_gradients, g, logarithmic, size_nonneg, t
from adamtheory.proofs.lemmas_weighted import swapped, weighted, weighted_next, weighted_none, weighted_nonneg


@dataclass(frozen=True, eq=False)
class Averages:
    """The moments of Adam for any gradients; beta1, beta2 constant, 0 <= beta1 and 0 < beta2 < 1 assumed."""

    setting: Setting
    reading: Reading
    a: Any
    b: Any
    assumed: tuple[str, ...]

    def m(self, n: Any) -> Any:
        """The first moment after n steps."""
        return self.reading.slot("m", n)

    def v(self, n: Any) -> Any:
        """The second moment after n steps."""
        return self.reading.slot("v", n)

    @property
    def gamma(self) -> Any:
        """beta1^2/sqrt(beta2)."""
        return self.a**2 / sqrt(self.b)

    @property
    def q(self) -> Any:
        """sqrt(gamma)."""
        return sqrt(self.gamma)

    @property
    def c(self) -> Any:
        """sqrt(1 - beta2)."""
        return sqrt(1 - self.b)


def averages(rule: Rule, *slots: str) -> Averages:
    """The setting with these slots of the text of the rule."""
    setting = any_gradients()
    scalars = {"lr": 1, "eps": 0}
    reading = read(rule, setting, inputs={"g": lambda t, x: g(t)}, scalars=scalars, slots=slots)
    a, b = (reading.scalars[name] for name in ("beta1", "beta2"))
    setting.assume("beta1_nonnegative", 0 <= a)
    setting.assume("beta2_positive", 0 < b)
    setting.assume("beta2_below_one", b < 1)
    return Averages(setting, reading, a, b, ("beta1_nonnegative", "beta2_positive", "beta2_below_one"))


def size(t: Any) -> Any:
    """|g_t|."""
    return absolute(g(t))


class Repair:
    """The steps, for one reading; gamma < 1 is a hypothesis."""

    def __init__(self, s: Averages, n: Any) -> None:
        self.s, self.n, self.p = s, n, Prover(s.setting)
        p = self.p
        self.low = p.given("beta1_nonnegative")
        self.positive, self.below = p.given("beta2_positive"), p.given("beta2_below_one")
        self.kept = p.certify(0 < 1 - s.b, self.below)

    # the constants

    @property
    def rate(self) -> Any:
        """The rate q of the weighted sums W."""
        return self.s.q

    @property
    def rate_bounds(self) -> tuple[Theorem, Theorem]:
        """0 <= q and q < 1."""
        return self.q_below

    @cached_property
    def q_below(self) -> tuple[Theorem, Theorem]:
        """0 <= q, and q < 1 from gamma < 1."""
        p, s = self.p, self.s
        root = p.inv_positive(p.sqrt_positive(self.positive))
        gamma = p.certify(0 <= s.gamma, root, squares=[s.a])
        square = p.certify(s.q**2 < lift(1) ** 2, p.sqrt_square(gamma), p.assume(s.gamma < 1))
        return p.sqrt_nonneg(s.gamma), p.squares_strict(square, p.certify(0 <= lift(1)))

    @cached_property
    def fourth_root(self) -> tuple[Theorem, Theorem]:
        """beta1 = q s, and s^4 = beta2, with s = sqrt(sqrt(beta2))."""
        p, s = self.p, self.s
        half = p.sqrt_positive(self.positive)
        fourth = p.sqrt_square(half)  # s^2 = sqrt(b)
        gamma = p.certify(0 <= s.gamma, p.inv_positive(half), squares=[s.a])
        root = sqrt(sqrt(s.b))
        square = p.certify(eq(s.a**2, (s.q * root) ** 2), p.sqrt_square(gamma), fourth, p.inverse(half))
        sign = p.certify(0 <= s.q * root, p.sqrt_nonneg(s.gamma), p.sqrt_nonneg(sqrt(s.b)))
        return p.squares_equal(square, self.low, sign), p.certify(
            eq(root**4, s.b), fourth, p.sqrt_square(self.positive)
        )

    # one step

    def second_nonneg(self, n: Any) -> Theorem:
        """0 <= n |- 0 <= v_n."""
        p, s = self.p, self.s
        j = p.fresh("j", n)
        facts = (p.assume(0 <= s.v(j)), p.next("v", j), self.positive, self.kept)
        step = p.certify(0 <= s.v(j + 1), *facts, squares=[g(j + 1)])
        return p.inst(p.induction(j, 0, 0 <= s.v(j), p.certify(0 <= s.v(lift(0)), p.start("v")), step), {j: n})

    def roots(self, n: Any) -> tuple[Theorem, Theorem]:
        """0 <= n |- s^2 sqrt(v_n) <= sqrt(v_{n+1}), and c |g_{n+1}| <= sqrt(v_{n+1})."""
        p, s = self.p, self.s
        old, new = self.second_nonneg(n), p.using(self.second_nonneg(n + 1), p.certify(0 <= n + 1, p.assume(0 <= n)))
        root, following = sqrt(sqrt(s.b)), p.next("v", n)
        right = p.sqrt_square(new)
        first, second = root**2 * sqrt(s.v(n)), s.c * size(n + 1)
        facts = (right, following, p.sqrt_square(old), self.fourth_root[1], self.kept)
        held = p.certify(first**2 <= sqrt(s.v(n + 1)) ** 2, *facts, squares=[g(n + 1)])
        shrunk = p.certify(0 <= s.b * s.v(n), old, self.positive)
        facts = (right, following, p.max_square(g(n + 1)), p.sqrt_square(self.kept), shrunk)
        fresh = p.certify(second**2 <= sqrt(s.v(n + 1)) ** 2, *facts)
        end = p.sqrt_nonneg(s.v(n + 1))
        return p.squares(held, end), p.squares(fresh, end)

    @cached_property
    def step(self) -> tuple[Theorem, Any]:
        """(1-q) c M^2 <= (1-a)^2 (q W + h) R for M = a m + (1-a) g, about numbers; with its variables."""
        p = self.p
        q, s, a, c, m, x, W, r, R, h, M = variables = apart(p, "q s a c m x W r R h M")
        low, is_a, average = p.assume(0 <= q, eq(a, q * s), eq(M, a * m + (1 - a) * x))
        before, held, fresh = p.assume((1 - q) * c * m**2 <= (1 - a) ** 2 * W * r, s**2 * r <= R, c * h <= R)
        square, weight, whole, length = p.assume(eq(h**2, x**2), 0 <= c, 0 <= W, 0 <= h)
        young = p.certify(
            (1 - q) * M**2 <= (1 - q) * q * s**2 * m**2 + (1 - a) ** 2 * x**2,
            average, is_a, low, squares=[(1 - q) * s * m - (1 - a) * x],
        )  # fmt: skip
        scaled = p.certify(
            (1 - q) * c * M**2 <= q * s**2 * ((1 - q) * c * m**2) + (1 - a) ** 2 * c * x**2, young, weight
        )
        old = p.certify(q * s**2 * ((1 - q) * c * m**2) <= q * s**2 * ((1 - a) ** 2 * W * r), before, low, squares=[s])
        kept = p.certify(q * W * (s**2 * r) <= q * W * R, held, p.certify(0 <= q * W, low, whole))
        new = p.certify(c * h**2 <= h * R, fresh, length)
        both = p.certify(q * W * (s**2 * r) + c * h**2 <= (q * W + h) * R, kept, new)
        spent = p.certify(
            (1 - a) ** 2 * (q * W * (s**2 * r) + c * h**2) <= (1 - a) ** 2 * ((q * W + h) * R), both, squares=[1 - a]
        )
        goal = (1 - q) * c * M**2 <= (1 - a) ** 2 * (q * W + h) * R
        return p.certify(goal, scaled, old, spent, square), variables

    def core(self, n: Any) -> Theorem:
        """0 <= n |- (1-q) c m_n^2 <= (1-beta1)^2 W_n sqrt(v_n)."""
        p, s = self.p, self.s
        j = p.fresh("j", n)

        def claim(n: Any) -> Any:
            return (1 - s.q) * s.c * s.m(n) ** 2 <= (1 - s.a) ** 2 * weighted(size, s.q, n) * sqrt(s.v(n))

        base = p.certify(claim(lift(0)), p.start("m"), weighted_none(p, size, s.q))
        lemma, variables = self.step
        values = (s.q, sqrt(sqrt(s.b)), s.a, s.c, s.m(j), g(j + 1), weighted(size, s.q, j), sqrt(s.v(j)))
        values = (*values, sqrt(s.v(j + 1)), size(j + 1), s.m(j + 1))
        facts = (self.q_below[0], self.fourth_root[0], p.next("m", j), p.assume(claim(j)), *self.roots(j))
        signs = (p.max_square(g(j + 1)), p.sqrt_nonneg(1 - s.b), self.whole(j), size_nonneg(p, g(j + 1)))
        grown = put(p, lemma, variables, values, *facts, *signs)
        step = p.certify(claim(j + 1), grown, weighted_next(p, size, s.q, j), degree=1)
        return p.inst(p.induction(j, 0, claim(j), base, step), {j: n})

    def whole(self, n: Any) -> Theorem:
        """0 <= W_n."""
        return weighted_nonneg(self.p, size, self.rate, n, lambda k: size_nonneg(self.p, g(k)), self.rate_bounds[0])

    # the sum

    def quotient(self, n: Any) -> Theorem:
        """0 <= n |- m_n^2/sqrt(v_n) <= (1-beta1)^2/(c (1-q)) W_n; where v_n = 0 the quotient is 0."""
        p = self.p
        K, A, W, r, m = variables = apart(p, "K A W r m")
        keeps, bound, nonneg, whole, share = p.assume(0 < K, K * m**2 <= A * W * r, 0 <= r, 0 <= W, 0 <= A)
        goal = m**2 / r <= A / K * W
        root, over = p.assume(0 < r), p.inv_positive(keeps)
        some = p.certify(goal, bound, p.inverse(root), p.inverse(keeps), weights=[[keeps, root]], degree=1)
        none = p.antisym(p.assume(r <= 0), nonneg)
        zero = p.certify(eq(inv(r), 0), p.rewrite(none, inv))
        rest = p.certify(0 <= A / K * W, p.certify(0 <= A * W, share, whole), over)
        lemma = p.cases(p.certify(goal, zero, rest), some, r, 0)
        s = self.s
        product = p.certify(0 < (1 - s.q) * s.c, p.certify(0 < 1 - s.q, self.q_below[1]), p.sqrt_positive(self.kept))
        values = (product.claim.right, (1 - s.a) ** 2, weighted(size, s.q, n), sqrt(s.v(n)), s.m(n))
        share = p.certify(0 <= (1 - s.a) ** 2, squares=[1 - s.a])
        return put(p, lemma, variables, values, product, self.core(n), p.sqrt_nonneg(s.v(n)), self.whole(n), share)

    def summed(self, constant: Any, body: Any, each: Theorem, nonneg: Theorem) -> Theorem:
        """1 <= n |- sum_t body <= constant/(1-q) sqrt(1 + log n) |g_{1:n}|, from body <= constant W_t/sqrt(t)."""
        p, n = self.p, self.n
        first = p.sum_of(each, t, 1, n)
        start = p.certify(0 <= n, p.assume(1 <= n))
        low, high = self.rate_bounds
        exchange = swapped(p, size, self.rate, n, lambda k: size_nonneg(p, g(k)), low, high)
        keeps = p.inv_positive(p.certify(0 < 1 - self.rate, high))
        plain = logarithmic(p, n)
        scaled = p.certify(plain.claim.left / (1 - self.rate) <= plain.claim.right / (1 - self.rate), plain, keeps)
        short = p.chain(exchange.claim.left <= scaled.claim.right, p.using(exchange, start), scaled)
        goal = total(t, 1, n, body) <= constant * scaled.claim.right
        more = p.certify(constant * short.claim.left <= constant * short.claim.right, short, nonneg)
        return p.chain(goal, first, more)

    def per_round(self) -> Theorem:
        """1 <= t |- m_t^2/sqrt(t v_t) <= (1-beta1)^2/((1-q) c) W_t/sqrt(t)."""
        p, s = self.p, self.s
        begun = p.assume(1 <= t)
        start, positive = p.certify(0 <= t, begun), p.certify(0 < t, begun)
        split = p.sqrt_product(p.restate(0 <= t, positive), p.using(self.second_nonneg(t), start))
        rate = p.inv_positive(p.sqrt_positive(positive))
        quotient = p.using(self.quotient(t), start)
        scaled = p.certify(quotient.claim.left / sqrt(t) <= quotient.claim.right / sqrt(t), quotient, rate)
        return p.certify(s.m(t) ** 2 / sqrt(t * s.v(t)) <= scaled.claim.right, scaled, p.rewrite(split, inv))

    def uncorrected(self, goal: Rel) -> Theorem:
        """The goal of `kb_lemma_10_4_repaired`."""
        p, s = self.p, self.s
        each = self.per_round()
        constant = (1 - s.a) ** 2 / ((1 - s.q) * s.c)
        keeps, root = p.certify(0 < 1 - s.q, self.q_below[1]), p.sqrt_positive(self.kept)
        share = p.inv_positive(p.certify(0 < (1 - s.q) * s.c, keeps, root))
        nonneg = p.certify(0 <= constant, share, squares=[1 - s.a])
        found = self.summed(constant, each.claim.left, each, nonneg)
        return p.certify(goal, found, *self.splits(keeps, root), degree=1)

    def splits(self, keeps: Theorem, root: Theorem) -> tuple[Theorem, ...]:
        """1/((1-q) c) = 1/(1-q) 1/c, 1/(c (1-q)^2) = 1/c 1/(1-q)^2 and 1/(1-q)^2 = (1/(1-q))^2."""
        p, gap = self.p, 1 - self.s.q
        square = p.certify(0 < gap * gap, keeps)
        return tuple(inverse_product(p, *pair) for pair in ((keeps, root), (root, square), (keeps, keeps)))
