"""AMSGrad where beta1^2 < beta2: a step is bounded by the average itself, not by the gradients' squares.

With K = sqrt((1-b)(1-a^2/b)): K |m_t| <= (1-a) sqrt(v_t), so that m_t^2/w_t <= (1-a)/K |m_t| for w = sqrt(V) + eps;
the averages |m_t| cost no more than the gradients |g_t|, and those are summed by Cauchy and Schwarz with
1 + 1/2 + ... + 1/T <= 1 + log T.
"""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, lift, log, sqrt, total
from adamtheory.logic.sums import apart, cauchy_schwarz, harmonic, put
from adamtheory.proofs.lemmas_amsgrad import (
    Amsgrad,
    maximum_nonneg,
    rate_positive,
    root_below,
    squares_nonneg,
)
from adamtheory.proofs.lemmas_box_game import i, inverse_product, t
from adamtheory.proofs.lemmas_momentum import after, once


def spread(s: Amsgrad) -> Any:
    """(1-b) (1 - a^2/b)."""
    return (1 - s.beta2) * (1 - s.beta1**2 / s.beta2)


def bound(s: Amsgrad, n: Any) -> Any:
    """D^2 sqrt(n)/(2 alpha (1-a)) sum_i w_n + alpha (1+a)/2 sqrt(1 + log n)/K sum_i |g_{1:n,i}|."""
    distances = s.D**2 * sqrt(n) / (2 * s.alpha * (1 - s.beta1)) * s.roots(n)
    return distances + s.alpha * (1 + s.beta1) / 2 * sqrt(1 + log(n)) / sqrt(spread(s)) * s.norms(n)


def signs(p: Prover, s: Amsgrad) -> tuple[Theorem, Theorem, Theorem]:
    """0 < b, 0 < 1 - a^2/b, and 0 < K^2, from 0 <= a and the assumption a^2 < b."""
    square = p.certify(0 <= s.beta1**2, squares=[s.beta1])
    positive = p.chain(0 < s.beta2, square, p.given("squared_below"))
    goal = 0 < 1 - s.beta1**2 / s.beta2
    share = p.certify(goal, p.given("squared_below"), p.inverse(positive), weights=[[positive]], degree=1)
    kept = p.certify(0 < 1 - s.beta2, p.given("beta2_below_one"))
    return positive, share, p.certify(0 < spread(s), kept, share)


@once
def average_and_moment(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- K^2 m(n)^2 <= (1-a)^2 v(n): the step is a square, (b (1-c) m - a (1-a) g)^2 (1-b)/b, for c = a^2/b."""
    a, b, c, m, g, v = variables = apart(p, "a b c m g v")
    low, kept, ratio, before = p.assume(0 < b, 0 < 1 - b, eq(b * c, a**2), (1 - b) * (1 - c) * m**2 <= (1 - a) ** 2 * v)
    scaled = p.certify(b * before.claim.left <= b * before.claim.right, before, low)
    root = b * (1 - c) * m - a * (1 - a) * g
    over = p.certify(0 < (1 - b) / b, kept, p.inv_positive(low))
    square = p.certify(0 <= (1 - b) / b * root**2, over, squares=[root])
    goal = (1 - b) * (1 - c) * (a * m + (1 - a) * g) ** 2 <= (1 - a) ** 2 * (b * v + (1 - b) * g * g)
    lemma = p.certify(goal, scaled, square, ratio, p.inverse(low))
    k, (positive, _, _) = p.fresh("k", n), signs(p, s)

    def claim(k: Any) -> Any:
        return spread(s) * s.game.m(k) ** 2 <= (1 - s.beta1) ** 2 * s.v(k)

    share = p.certify(eq(s.beta2 * (s.beta1**2 / s.beta2), s.beta1**2), p.inverse(positive))
    values = (s.beta1, s.beta2, s.beta1**2 / s.beta2, s.game.m(k), s.game.g(k + 1, i), s.v(k))
    facts = (positive, p.certify(0 < 1 - s.beta2, p.given("beta2_below_one")), share, p.assume(claim(k)))
    step = p.certify(claim(k + 1), put(p, lemma, variables, values, *facts), p.next("m", i, k), p.next("v", i, k))
    base = p.certify(claim(lift(0)), p.start("m", i), p.start("v", i))
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


@once
def cost_by_average(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """1 <= n |- alpha_n m(n)^2/w(n) <= alpha (1-a)/K |m(n)|/sqrt(n)."""
    a, q, m, v, V, r, w = variables = apart(p, "a q m v V r w")
    size, spread_, kept, under, rate, moment, larger = p.assume(
        q * m**2 <= (1 - a) ** 2 * v, 0 < q, 0 < 1 - a, v <= V, 0 <= r, 0 <= V, sqrt(V) <= w
    )
    K, x = sqrt(q), absolute(m)
    nonneg = p.certify(0 <= x, p.max_left(m, -m), p.max_right(m, -m), degree=1)
    square, root = p.max_square(m), p.sqrt_square(spread_)
    squares = p.certify((K * x) ** 2 <= ((1 - a) * sqrt(V)) ** 2, *_larger(p, size, under, a, v, V), square, root,
                        p.sqrt_square(moment))  # fmt: skip
    below = p.squares(squares, p.certify(0 <= (1 - a) * sqrt(V), kept, p.sqrt_nonneg(V)))  # K |m| <= (1-a) sqrt(V)
    below = p.certify(K * x <= (1 - a) * w, below, larger, kept)
    goal = r * m**2 / w <= r * ((1 - a) / K) * x
    positive, up = p.sqrt_positive(spread_), p.inv_positive(p.sqrt_positive(spread_))
    none = p.antisym(p.assume(w <= 0), p.chain(0 <= w, p.sqrt_nonneg(V), larger))
    right = p.certify(
        0 <= r * ((1 - a) / K) * x, p.certify(0 <= r * x, rate, nonneg), p.certify(0 < (1 - a) / K, kept, up)
    )
    first = p.certify(goal, right, p.rewrite(none, lambda z: r * m**2 / z))
    some = p.assume(0 < w)
    ratio = p.certify(
        x / w <= (1 - a) / K, below, p.inverse(some), p.inverse(positive), weights=[[some, positive]], degree=1
    )
    second = p.certify(
        goal,
        p.certify(r * x * (x / w) <= r * x * ((1 - a) / K), ratio, p.certify(0 <= r * x, rate, nonneg)),
        square,
    )
    lemma = p.cases(first, second, w, 0)
    before = p.certify(0 <= lift(n) - 1, p.assume(1 <= n), degree=1)
    start = p.certify(0 <= lift(n), p.assume(1 <= n), degree=1)
    following = p.next("v_max", i, n - 1)
    reached = p.chain(s.v(n) <= s.v_max(n), p.next("v", i, n - 1), p.max_right(*following.claim.right.args), following)
    facts = [p.using(f(p, s, n), start) for f in (average_and_moment, maximum_nonneg)]
    facts += [signs(p, s)[2], p.certify(0 < 1 - s.beta1, p.given("beta1_below_one")), p.using(reached, before)]
    facts += [p.restate(0 <= s.alpha / sqrt(n), rate_positive(p, s, n)), root_below(p, s, n)]
    values = (s.beta1, spread(s), s.game.m(n), s.v(n), s.v_max(n), s.alpha / sqrt(n), s.w(n))
    return put(p, lemma, variables, values, *facts)


def _larger(p: Prover, size: Theorem, under: Theorem, a: Any, v: Any, V: Any) -> tuple[Theorem, Theorem]:
    """The bound by v, and (1-a)^2 v <= (1-a)^2 V."""
    return size, p.certify((1 - a) ** 2 * v <= (1 - a) ** 2 * V, under, squares=[1 - a])


# --- the averages cost no more than the gradients ---------------------------------------------------------------------


def absolute_nonneg(p: Prover, x: Any) -> Theorem:
    """0 <= |x|."""
    return p.certify(0 <= absolute(x), p.max_left(x, -x), p.max_right(x, -x), degree=1)


@once
def triangle(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- |m(n+1)| <= a |m(n)| + (1-a) |g(n+1)|."""
    m, g, new = s.game.m(n), s.game.g(n + 1, i), s.game.m(n + 1)
    following, low = p.next("m", i, n), p.given("beta1_nonnegative")
    kept = p.certify(0 < 1 - s.beta1, p.given("beta1_below_one"))
    goal = s.beta1 * absolute(m) + (1 - s.beta1) * absolute(g)
    up = p.certify(new <= goal, following, low, kept, p.max_left(m, -m), p.max_left(g, -g))
    down = p.certify(-new <= goal, following, low, kept, p.max_right(m, -m), p.max_right(g, -g))
    return p.max_least(up, down)


def averages(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """1 <= n |- sum_t |m(t)|/sqrt(t) <= sum_t |g(t)|/sqrt(t).

    Invariant: (1-a) (left side) + a |m(n)|/sqrt(n) <= (1-a) (right side).
    """
    k = p.fresh("k", n)
    begun, start, _ = after(p, k)
    kept, low = p.certify(0 < 1 - s.beta1, p.given("beta1_below_one")), p.given("beta1_nonnegative")

    def average(t: Any) -> Any:
        return absolute(s.game.m(t)) / sqrt(t)

    def gradient(t: Any) -> Any:
        return absolute(s.game.g(t, i)) / sqrt(t)

    def claim(k: Any) -> Any:
        left, right = total(t, 1, k, average(t)), total(t, 1, k, gradient(t))
        return (1 - s.beta1) * left + s.beta1 * average(k) <= (1 - s.beta1) * right

    def mean(k: Any, start: Theorem) -> Theorem:
        """|m(k+1)|/sqrt(k+1) <= a |m(k)|/sqrt(k+1) + (1-a) |g(k+1)|/sqrt(k+1)."""
        bound = p.using(triangle(p, s, k), start)
        root = p.inv_positive(p.sqrt_positive(p.certify(0 < lift(k) + 1, start, degree=1)))
        return p.certify(bound.claim.left * root.claim.right <= bound.claim.right * root.claim.right, bound, root)

    longer = p.sqrt_monotone(p.certify(lift(k) <= k + 1), start)
    shrinks = p.reciprocal(longer, p.sqrt_positive(p.certify(0 < lift(k), begun, degree=1)))
    less = p.certify(absolute(s.game.m(k)) / sqrt(k + 1) <= average(k), shrinks, absolute_nonneg(p, s.game.m(k)))
    lasts = [p.sum_step(t, 1, k, body, begun) for body in (average(t), gradient(t))]
    scaled = p.certify(s.beta1 * less.claim.left <= s.beta1 * less.claim.right, less, low)
    step = p.certify(claim(k + 1), p.assume(claim(k)), *lasts, mean(k, start), scaled)
    ones = [p.sum_one(t, 1, body) for body in (average(t), gradient(t))]
    nothing = p.certify(
        eq(absolute(s.game.m(lift(0))), 0), p.rewrite(p.start("m", i), absolute), p.max_is(p.certify(lift(0) <= 0))
    )
    base = p.certify(claim(lift(1)), *ones, mean(lift(0), p.certify(0 <= lift(0))), nothing)
    found = p.induction(k, 1, claim(k), base, step)
    up = p.inv_positive(p.sqrt_positive(p.certify(0 < lift(k), begun, degree=1)))
    spare = p.certify(0 <= s.beta1 * average(k), p.certify(0 <= average(k), absolute_nonneg(p, s.game.m(k)), up), low)
    goal = total(t, 1, k, average(t)) <= total(t, 1, k, gradient(t))
    return p.inst(p.certify(goal, found, spare, weights=[[kept]], degree=1), {k: n})


def gradients(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """1 <= n |- sum_t |g(t)|/sqrt(t) <= sqrt(1 + log n) |g_{1:n}|, by Cauchy and Schwarz."""
    x, y = absolute(s.game.g(t, i)), 1 / sqrt(t)
    begun = p.assume(1 <= n)
    start = p.certify(0 <= lift(n), begun, degree=1)
    schwarz = p.using(cauchy_schwarz(p, t, 1, n, x, y), p.restate(1 - 1 <= lift(n), start))
    squares = p.sum_of(p.max_square(s.game.g(t, i)), t, 1, n)
    positive = p.certify(0 < lift(t), p.assume(1 <= t), degree=1)
    root = p.sqrt_positive(positive)
    square = p.rewrite(p.sqrt_square(positive), lambda z: 1 / z)
    same = p.certify(eq(y**2, 1 / t), square, p.inverse(root), p.inverse(positive))
    steps = p.sum_of(same, t, 1, n)
    sums = p.chain(total(t, 1, n, y**2) <= 1 + log(n), steps, p.using(harmonic(p, n), begun))
    nonneg = p.using(squares_nonneg(p, s, n), start)
    S = s.squares(n)
    most = p.certify(S * total(t, 1, n, y**2) <= S * (1 + log(n)), sums, nonneg)
    logs = p.chain(0 <= 1 + log(n), _sum_nonneg(p, y, n), sums)
    roots = p.sqrt_square(logs), p.sqrt_square(nonneg)
    left = total(t, 1, n, x * y)
    whole = p.certify(left**2 <= (sqrt(1 + log(n)) * sqrt(S)) ** 2, schwarz, squares, most, *roots)
    right = p.certify(0 <= sqrt(1 + log(n)) * sqrt(S), p.sqrt_nonneg(1 + log(n)), p.sqrt_nonneg(S))
    return p.squares(whole, right)


def _sum_nonneg(p: Prover, y: Any, n: Any) -> Theorem:
    """0 <= sum_t y^2."""
    (a,) = apart(p, "a")
    each = p.inst(p.certify(0 <= a**2, squares=[a]), {a: y})
    return p.restate(0 <= total(t, 1, n, y**2), p.sum_of(each, t, 1, n))


# --- the regret -------------------------------------------------------------------------------------------------------


def costs(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """1 <= n |- sum_i sum_t alpha_t m(t)^2/w(t) <= alpha (1-a)/K sqrt(1 + log n) sum_i |g_{1:n,i}|."""
    kept, K = p.certify(0 < 1 - s.beta1, p.given("beta1_below_one")), p.sqrt_positive(signs(p, s)[2])
    single = p.sum_of(cost_by_average(p, s, t), t, 1, n)
    chained = p.chain(averages(p, s, n).claim.left <= sqrt(1 + log(n)) * sqrt(s.squares(n)), averages(p, s, n),
                      gradients(p, s, n))  # fmt: skip
    ratio = p.certify(0 < (1 - s.beta1) / sqrt(spread(s)), kept, p.inv_positive(K))
    scale = p.certify(0 <= s.alpha * ratio.claim.right, ratio, p.given("step_positive"))
    scaled = p.certify(
        scale.claim.right * chained.claim.left <= scale.claim.right * chained.claim.right, chained, scale
    )
    goal = single.claim.left <= scale.claim.right * sqrt(1 + log(n)) * sqrt(s.squares(n))
    return p.sum_of(p.chain(goal, single, scaled), i, 1, s.game.d)


def regret(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """1 <= n |- R_n <= `bound`; n is a variable."""
    c = s.player(p)
    keeps, paid = p.certify(0 < 1 - c.a, c.decay[1]), costs(p, s, n)
    share = p.certify(0 <= (1 + c.a) / 2, c.decay[0])
    more = p.certify(share.claim.right * paid.claim.left <= share.claim.right * paid.claim.right, paid, share)
    split = inverse_product(p, p.certify(0 < 2 * s.alpha, p.given("step_positive")), keeps)
    facts = (s.bounded(p, c, n), more, split, p.inverse(keeps))
    steps = p.inverse(p.sqrt_positive(p.certify(0 < lift(n), p.assume(1 <= n), degree=1)))
    return p.certify(s.game.regret(n) <= bound(s, n), *facts, steps, weights=[[keeps]], degree=1)
