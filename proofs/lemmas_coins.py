"""Lemmas for Adam on the stochastic sequence: slope C with probability p, else -1, with pairwise independent coins.

The coin of round t is 1 where the slope is C, else 0. With K = C^2 - 1 the square of a slope is 1 + K coin; its mean is
M = 1 + K p. What is bounded is E[-g_i/sqrt(v_n)] for each i <= n: where the coin i is 1, v_n >= (1-b) b^(n-i) C^2, and
where it is 0, 1/sqrt(v_n) is above its tangent at M, whose mean needs the means of pairs of coins only.
"""

from functools import cache
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, indicator, integers, inv, lift, mean, outcome, power, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.sums import apart, put
from adamtheory.losses.linear import reddi_stochastic
from adamtheory.proofs.lemmas_average import power_at_most_one, unrolled, weights
from adamtheory.proofs.lemmas_drift import k
from adamtheory.proofs.lemmas_drift_decay import opposite_powers, power_of_root
from adamtheory.proofs.lemmas_reddi_game import inverse_root
from adamtheory.rules.adam import adam_uncorrected

n, i, r, t = integers("n i r t")
w = outcome("w")


class Coins:
    """The losses and Adam without bias correction, eps = 0, no projection, read for each outcome w."""

    def __init__(self) -> None:
        self.setting = setting = Setting()
        self.C, self.p = setting.constants("C p")
        self.u, self.alpha = setting.family("u", "ZW"), setting.family("alpha", "Z")
        scalars = {"C": self.C, "p": self.p, "scale": 1}
        self.losses = read(reddi_stochastic, setting, scalars=scalars, inputs={"u": lambda t, x: self.u(t, w)})
        self.method = read(
            adam_uncorrected,
            setting,
            inputs={"g": lambda t, x: self.slope(t)},
            scalars={"lr": lambda t: self.alpha(t), "eps": 0},
            slots=["m", "v", "x"],
            coordinates=[w],
            start=setting.constant("start"),
            names={"x": "iterate"},
        )
        setting.assume("coin_mean", eq(mean(w, self.coin(t)), self.p), [1 <= t])
        setting.assume("coin_pairs", eq(mean(w, self.coin(r) * self.coin(t)), self.p**2), [1 <= r, r < t])
        setting.means_exist()
        self.a, self.b = (lift(self.method.scalars[name]) for name in ("beta1", "beta2"))
        self.K, self.M = self.C**2 - 1, 1 + self.p * (self.C**2 - 1)

    def slope(self, t: Any) -> Any:
        """The gradient of round t, the same at every point."""
        return self.losses.value("gradient", t - 1)

    def coin(self, t: Any) -> Any:
        """1 where the slope of round t is C, else 0."""
        return indicator(self.p - self.u(t, w))

    def slot(self, name: str, n: Any) -> Any:
        """A slot after n steps."""
        return self.method.slot(name, n)


# --- one coin ---------------------------------------------------------------------------------------------------------


@cache
def coin(p: Prover, c: Coins, t: Any) -> tuple[Theorem, Theorem, Theorem]:
    """coin^2 = coin, 0 <= coin and coin <= 1."""
    room, z = c.p - c.u(t, w), c.coin(t)
    on, off = p.indicator_on(p.assume(0 < room)), p.indicator_off(p.assume(room <= 0))
    found = [p.cases(p.certify(goal, off), p.certify(goal, on), room, 0) for goal in (eq(z**2, z), 0 <= z, z <= 1)]
    return found[0], found[1], found[2]


def square(p: Prover, c: Coins, t: Any) -> Theorem:
    """g^2 = 1 + K coin."""
    return p.certify(eq(c.slope(t) ** 2, 1 + c.K * c.coin(t)), coin(p, c, t)[0])


@cache
def chance(p: Prover, c: Coins) -> tuple[Theorem, Theorem]:
    """0 <= p and p <= 1."""
    one = lift(1)
    value = p.using(p.given("coin_mean", one), p.certify(1 <= one))
    low, high = (p.mean_of(fact, w) for fact in coin(p, c, one)[1:])
    return p.certify(0 <= c.p, low, value), p.certify(c.p <= 1, high, value)


def at_one_time(p: Prover, c: Coins) -> Theorem:
    """1 <= C, 1 <= i, 1 <= r |- E[(1 - coin_i) (1 + K coin_r)] <= (1-p) M; equal but for r = i."""
    first, second = p.assume(1 <= i, 1 <= r)
    product = mean(w, c.coin(i) * c.coin(r))
    means = [p.using(p.given("coin_mean", t), start) for t, start in ((i, first), (r, second))]
    low, high = chance(p, c)
    gain = p.certify(0 <= c.K, p.assume(1 <= c.C))
    goal = mean(w, (1 - c.coin(i)) * (1 + c.K * c.coin(r))) <= (1 - c.p) * c.M
    # all that is needed: p^2 <= E[coin_i coin_r]
    least = c.p**2 <= product
    before = p.certify(least, p.using(p.given("coin_pairs", t=r, r=i), first))
    after = p.certify(least, p.using(p.given("coin_pairs", t=i, r=r), second))
    same = p.antisym(p.assume(i <= r), p.assume(r <= i))
    twice = p.rewrite(same, lambda t: mean(w, c.coin(i) * c.coin(t)))
    own = p.certify(eq(mean(w, c.coin(i) ** 2), c.p), p.mean_of(coin(p, c, i)[0], w), means[0])
    equal = p.certify(least, twice, own, low, high)
    late = p.cases(equal, before, r, i)
    pairs = p.cases(late, after, i, r)
    return p.certify(goal, pairs, *means, gain)


# --- the second moment ------------------------------------------------------------------------------------------------


@cache
def moment_bounds(p: Prover, c: Coins) -> tuple[Theorem, Theorem]:
    """0 <= b, b < 1, 0 <= n |- 0 <= v(n) and (1-b) g_{n+1}^2 <= v(n+1)."""
    low, high, v = p.assume(0 <= c.b), p.assume(c.b < 1), lambda n: c.slot("v", n)
    g, following = c.slope(n + 1), p.next("v", w, n)
    base = p.certify(0 <= v(lift(0)), p.start("v", w))
    step = p.certify(0 <= v(n + 1), p.assume(0 <= v(n)), following, low, high, squares=[g])
    nonneg = p.induction(n, 0, 0 <= v(n), base, step)
    return nonneg, p.certify((1 - c.b) * g**2 <= v(n + 1), following, nonneg, low)


@cache
def moment_positive(p: Prover, c: Coins) -> Theorem:
    """1 <= C, 0 <= b, b < 1, 1 <= n |- 0 < v(n)."""
    own = p.using(p.inst(moment_bounds(p, c)[1], {n: n - 1}), p.certify(0 <= n - 1, p.assume(1 <= n)))
    gain = p.certify(0 <= c.K, p.assume(1 <= c.C))
    size = p.certify(1 <= c.slope(n) ** 2, square(p, c, n), p.certify(0 <= c.K * c.coin(n), gain, coin(p, c, n)[1]))
    return p.certify(0 < c.slot("v", n), own, size, p.assume(c.b < 1))


def remembered(p: Prover, c: Coins) -> Theorem:
    """0 <= b, b < 1, 1 <= i, i <= n |- (1-b) b^(n-i) C^2 coin_i <= v(n)."""
    low, high, first = p.assume(0 <= c.b), p.assume(c.b < 1), p.assume(1 <= i)
    m = p.fresh("m", i, n)

    def claim(m: Any) -> Any:
        return power(c.b, m) * c.slot("v", i) <= c.slot("v", i + m)

    reached = p.certify(0 <= i + m, first, p.assume(0 <= m))
    following = p.using(p.next("v", w, i + m), reached)
    kept = (p.power_next(c.b, p.assume(0 <= m)), following, p.assume(claim(m)))
    step = p.certify(claim(m + 1), *kept, low, high, squares=[c.slope(i + m + 1)])
    shrinks = p.induction(m, 0, claim(m), p.certify(claim(lift(0))), step)
    later = p.certify(0 <= n - i, p.assume(i <= n))
    shrinks = p.using(p.inst(shrinks, {m: n - i}), later)
    own = p.using(p.inst(moment_bounds(p, c)[1], {n: i - 1}), p.certify(0 <= i - 1, first))
    most = p.certify(c.C**2 * c.coin(i) <= c.slope(i) ** 2, square(p, c, i), coin(p, c, i)[2])
    own = p.certify((1 - c.b) * c.C**2 * c.coin(i) <= c.slot("v", i), own, most, high)
    weight = p.using(p.power_nonneg(low, n - i), later)
    return p.certify((1 - c.b) * power(c.b, n - i) * c.C**2 * c.coin(i) <= c.slot("v", n), shrinks, own, weight)


def mean_without(p: Prover, c: Coins) -> Theorem:
    """1 <= C, 0 <= b, b < 1, 1 <= i, 0 <= n |- E[(1 - coin_i) v(n)] <= (1-p) M."""
    low, high = p.assume(0 <= c.b), p.assume(c.b < 1)
    begin, following = p.start("v", w), p.next("v", w, n)
    following = p.certify(
        eq(c.slot("v", n + 1), c.b * c.slot("v", n) + (1 - c.b) * (1 + c.K * c.coin(n + 1))),
        following,
        square(p, c, n + 1),
    )
    whole = unrolled(p, lambda n: c.slot("v", n), c.b, lambda t: 1 + c.K * c.coin(t), n, begin, following)
    body = (1 - c.coin(i)) * whole.claim.right
    equal = p.mean_of(p.certify(eq((1 - c.coin(i)) * c.slot("v", n), body), whole), w)
    weight = p.using(p.power_nonneg(low, n - r), p.certify(0 <= n - r, p.assume(r <= n)))
    pair = at_one_time(p, c)
    top = (1 - c.p) * c.M
    each = p.certify(power(c.b, n - r) * pair.claim.left <= power(c.b, n - r) * top, weight, pair)
    summed = p.sum_of(each, r, 1, n)
    gain = p.certify(0 <= c.K, p.assume(1 <= c.C))
    size = p.certify(0 <= c.M, p.certify(0 <= c.K * c.p, gain, chance(p, c)[0]))
    nonneg = p.certify(0 <= top, size, chance(p, c)[1])
    kept = p.using(p.power_nonneg(low, n), p.assume(0 <= n))
    most = p.certify(top * (1 - power(c.b, n)) <= top, nonneg, kept)
    scaled = p.certify(
        (1 - c.b) * summed.claim.left <= (1 - c.b) * summed.claim.right, summed, p.certify(0 <= 1 - c.b, high)
    )
    return p.certify(equal.claim.left <= top, equal, scaled, weights(p, c.b, n), most, degree=1, rounds=2)


# --- one slope over the root ------------------------------------------------------------------------------------------


def tangent(p: Prover) -> tuple[Theorem, Any]:
    """0 < v, 0 < M |- (3/2 - v/(2 M))/sqrt(M) <= 1/sqrt(v); with its variables.

    With y = 1/sqrt(v), z = 1/sqrt(M) the difference, times y^2 2, is (y - z)^2 (2 y + z).
    """
    v, M = variables = apart(p, "v M")
    positive = p.assume(0 < v, 0 < M)
    roots = [p.sqrt_positive(f) for f in positive]
    y, z = (inv(root.claim.right) for root in roots)
    signs = [p.inv_positive(root) for root in roots]
    units = [inverse_root(p, f) for f in positive]
    size = p.certify(0 < 2 * y + z, *signs)
    cube = p.certify(0 <= (y - z) ** 2 * (2 * y + z), size, squares=[y - z])
    # y^2 (3/2 - v z^2/2) z = 3/2 y^2 z - z^3/2
    goal = z * (3 - v * z**2) <= 2 * y
    first = p.certify(goal, cube, units[0], weights=[[p.certify(0 < y**2, signs[0])]])
    half = p.certify(eq(inv(M), z**2), p.inverse(positive[1]), units[1])
    return p.certify(z * (3 - v / M) / 2 <= y, first, half), variables


def spiked(p: Prover) -> tuple[Theorem, Any]:
    """0 < v, 0 < s, 0 < e, e f = 1, z^2 = z, 0 <= z, s e^2 C^2 z <= v |- C z/sqrt(v) <= z f/sqrt(s).

    With its variables; s is 1 - b, e is sqrt(b)^(n-i), f its reciprocal, z the coin.
    """
    v, C, s, e, f, z = variables = apart(p, "v C s e f z")
    positive, keeps, kept = p.assume(0 < v, 0 < s, 0 < e)
    unit, idle, nonneg, most = p.assume(eq(e * f, 1), eq(z**2, z), 0 <= z, s * e**2 * C**2 * z <= v)
    root, other = p.sqrt_positive(positive), p.sqrt_positive(keeps)
    left = sqrt(s) * e * C * z
    squares = p.certify(left**2 <= sqrt(v) ** 2, most, idle, p.sqrt_square(positive), p.sqrt_square(keeps))
    below = p.squares(squares, p.sqrt_nonneg(v))
    weight = p.certify(0 < sqrt(v) * sqrt(s), root, other)
    scaled = p.certify(0 < e * weight.claim.right, kept, weight)
    # times sqrt(v) sqrt(s) e: C z sqrt(s) e <= z sqrt(v)
    product = p.certify(left * z <= z * sqrt(v), below, nonneg)
    goal = C * z / sqrt(v) <= z * f / sqrt(s)
    return p.certify(goal, product, idle, unit, p.inverse(root), p.inverse(other), weights=[[scaled]]), variables


def one_slope(p: Prover, c: Coins) -> Theorem:
    """1 <= C, 0 < b, b < 1, 1 <= i, i <= n |- (1-p)/sqrt(M) - p h^(n-i)/sqrt(1-b) <= E[-g_i/sqrt(v_n)].

    h is 1/sqrt(b).
    """
    low, high, first, last = p.assume(0 < c.b, c.b < 1, 1 <= i, i <= n)
    known = (p.certify(0 <= c.b, low), p.certify(1 <= n, first, last))
    z, v, s, h = c.coin(i), c.slot("v", n), sqrt(c.b), 1 / sqrt(c.b)
    root, later = p.sqrt_positive(low), p.certify(0 <= n - i, last)
    e, f = power(s, n - i), power(h, n - i)
    unit = p.using(p.inst(opposite_powers(p, h, s, p.restate(eq(h * s, 1), p.inverse(root))), {k: n - i}), later)
    positive = p.using(moment_positive(p, c), *known)
    keeps = p.certify(0 < 1 - c.b, high)
    squared = p.using(p.inst(power_of_root(p, c.b), {k: n - i}), later)
    least = p.certify((1 - c.b) * e**2 * c.C**2 * z <= v, p.using(remembered(p, c), *known), squared)
    lemma, variables = spiked(p)
    facts = (positive, keeps, p.using(p.power_positive(root, n - i), later), unit, *coin(p, c, i)[:2], least)
    falling = put(p, lemma, variables, (v, c.C, 1 - c.b, e, f, z), *facts)
    gain = p.certify(0 <= c.K * c.p, p.certify(0 <= c.K, p.assume(1 <= c.C)), chance(p, c)[0])
    whole = p.certify(0 < c.M, gain)
    lemma, variables = tangent(p)
    line = put(p, lemma, variables, (v, c.M), positive, whole)
    rising = p.certify((1 - z) * line.claim.left <= (1 - z) * line.claim.right, line, coin(p, c, i)[2])
    y, bound = inv(sqrt(v)), (1 - z) * line.claim.left - falling.claim.right
    each = p.certify(bound <= -c.slope(i) * y, falling, rising, degree=1)
    averaged = p.mean_of(each, w)
    over = p.certify(0 < inv(c.M) * inv(sqrt(c.M)), p.inv_positive(whole), p.inv_positive(p.sqrt_positive(whole)))
    value = p.using(p.given("coin_mean", i), first)
    without = p.using(mean_without(p, c), *known, p.certify(0 <= n, known[1]))
    scaled = p.certify(over.claim.right * without.claim.left <= over.claim.right * without.claim.right, over, without)
    goal = (1 - c.p) / sqrt(c.M) - c.p * f / sqrt(1 - c.b) <= averaged.claim.right
    return p.certify(goal, averaged, scaled, value, p.inverse(whole), degree=1, rounds=2)


# --- all slopes together ----------------------------------------------------------------------------------------------


def crossed_powers(p: Prover, a: Any, h: Any) -> Theorem:
    """0 <= k |- a^k h^k = (a h)^k."""
    m = p.fresh("m")
    begun = p.assume(0 <= m)

    def claim(m: Any) -> Any:
        return eq(power(a, m) * power(h, m), power(a * h, m))

    facts = (p.assume(claim(m)), *(p.power_next(base, begun) for base in (a, h, a * h)))
    return p.inst(p.induction(m, 0, claim(m), p.certify(claim(lift(0))), p.certify(claim(m + 1), *facts)), {m: k})


def rates(p: Prover, c: Coins) -> tuple[Theorem, Theorem, Theorem]:
    """a < 1, 0 <= gamma and gamma < 1 for gamma = a/sqrt(b), under 0 <= a, a < sqrt(b), 0 < b, b < 1."""
    low, high, momentum, ratio = p.assume(0 < c.b, c.b < 1, 0 <= c.a, c.a < sqrt(c.b))
    root, gamma = p.sqrt_positive(low), c.a / sqrt(c.b)
    square = p.certify(sqrt(c.b) ** 2 < lift(1) ** 2, p.sqrt_square(low), high)
    small = p.squares_strict(square, p.certify(0 <= lift(1)))
    less = p.certify(c.a < 1, ratio, small)
    return (
        less,
        p.certify(0 <= gamma, momentum, p.inv_positive(root)),
        p.certify(gamma < 1, ratio, p.inverse(root), weights=[[root]]),
    )


def by_slopes(p: Prover, c: Coins, less: Theorem) -> tuple[Theorem, Theorem]:
    """E[-m_n/sqrt(v_n)] as the sum of (1-a) a^(n-i) E[-g_i/sqrt(v_n)], and the sum of the bounds of `one_slope`."""
    a, y = c.a, inv(sqrt(c.slot("v", n)))
    reached = p.certify(0 <= n, p.assume(1 <= n))
    whole = unrolled(p, lambda n: c.slot("m", n), a, c.slope, n, p.start("m", w), p.next("m", w, n))
    body = (1 - a) * total(i, 1, n, power(a, n - i) * (-c.slope(i))) * y
    split = p.mean_of(p.certify(eq(-c.slot("m", n) * y, body), p.using(whole, reached)), w)
    later = p.certify(0 <= n - i, p.assume(i <= n))
    weight, one = p.using(p.power_nonneg(p.assume(0 <= a), n - i), later), one_slope(p, c)
    each = p.certify(power(a, n - i) * one.claim.left <= power(a, n - i) * one.claim.right, weight, one)
    summed, room = p.sum_of(each, i, 1, n), p.certify(0 < 1 - a, less)
    return split, p.certify((1 - a) * summed.claim.left <= (1 - a) * summed.claim.right, summed, room)


def ages(p: Prover, c: Coins, less: Theorem, nonneg: Theorem, left: Theorem) -> tuple[Theorem, Theorem]:
    """sum_{i=1}^n a^(n-i) h^(n-i) <= 1/(1-gamma), and a^n <= a, for h = 1/sqrt(b), gamma = a h and 1 <= n."""
    a, h, gamma, start = c.a, 1 / sqrt(c.b), nonneg.claim.right, p.assume(1 <= n)
    reached, before = p.certify(0 <= n, start), p.certify(0 <= n - 1, start)
    products = p.using(p.inst(crossed_powers(p, a, h), {k: n - i}), p.certify(0 <= n - i, p.assume(i <= n)))
    series, geometric = p.sum_of(products, i, 1, n), p.using(weights(p, gamma, n), reached)
    kept, over = p.using(p.power_nonneg(nonneg, n), reached), p.certify(0 < 1 - gamma, left)
    heavy = p.certify(series.claim.left <= inv(1 - gamma), series, geometric, kept, p.inverse(over), weights=[[over]])
    most = p.using(power_at_most_one(p, p.assume(0 <= a), less, n - 1), before)
    following = p.using(p.power_next(a, p.assume(0 <= n - 1)), before)
    return heavy, p.certify(power(a, n) <= a, following, most, p.assume(0 <= a))


def mean_step(p: Prover, c: Coins, enough: Theorem) -> Theorem:
    """0 <= E[-m_n/sqrt(v_n)] under 1 <= C, 0 <= a, a < sqrt(b), 0 < b, b < 1, 1 <= n.

    enough   p sqrt(M) <= (1-p) sqrt(1-b) (1 - a/sqrt(b))
    With z = 1/sqrt(M), f = 1/sqrt(1-b), q = 1/(1-gamma) the mean is at least
    (1-p) z (1 - a^n) - p f (1-a) sum a^(n-i) h^(n-i) >= (1-a) ((1-p) z - p f q) >= 0.
    """
    a, (less, nonneg, left) = c.a, rates(p, c)
    split, scaled = by_slopes(p, c, less)
    heavy, falls = ages(p, c, less, nonneg, left)
    counted = p.using(weights(p, a, n), p.certify(0 <= n, p.assume(1 <= n)))
    probability, rest = chance(p, c)
    gain = p.certify(0 <= c.K * c.p, p.certify(0 <= c.K, p.assume(1 <= c.C)), probability)
    positive = [
        p.sqrt_positive(p.certify(0 < c.M, gain)),
        p.sqrt_positive(p.certify(0 < 1 - c.b, p.assume(c.b < 1))),
        p.certify(0 < 1 - left.claim.left, left),
    ]
    inverses, room = [p.inv_positive(fact) for fact in positive], p.certify(0 < 1 - a, less)
    z, f, q = (fact.claim.right for fact in inverses)
    box = p.certify(c.p * f * q <= (1 - c.p) * z, enough, *map(p.inverse, positive), weights=[positive])
    gained = p.certify(0 <= (1 - c.p) * z, rest, inverses[0])
    first = p.certify((1 - c.p) * z * (1 - a) <= (1 - c.p) * z * (1 - power(a, n)), gained, falls)
    cost = p.certify(0 <= c.p * f * (1 - a), p.certify(0 <= c.p * f, probability, inverses[1]), room)
    second = p.certify(cost.claim.right * heavy.claim.left <= cost.claim.right * q, cost, heavy)
    third = p.certify((1 - a) * box.claim.left <= (1 - a) * box.claim.right, box, room)
    return p.certify(0 <= split.claim.left, split, scaled, counted, first, second, third, degree=1, rounds=2)
