"""How long the steps of Adam are on average: sums of g^2/v and of m^2/v, without bias correction."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, log, total
from adamtheory.logic.sums import apart, log_of_one, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_step import DECAYS, Text, moments_bound, powers, ratio, second_nonneg, t


def squares_over(s: Text, name: str, low: Any, T: Any) -> Any:
    """sum_{t=low}^T g_t^2/v_t, or m_t^2/v_t."""
    top = s.gradient(t) if name == "g" else s.reading.slot(name, t)
    return total(t, low, T, top**2 / s.reading.slot("v", t))


# --- gradients --------------------------------------------------------------------------------------------------------


def log_growth(s: Text, T: Any) -> Any:
    """log(v_T/v_1) + (T-1) log(1/b)."""
    v = s.reading.families["v"]
    return log(v(T) / v(1)) + (T - 1) * log(1 / s.scalar("beta2"))


def moment_positive(p: Prover, s: Text, n: Any) -> Theorem:
    """1 <= n, 0 < g_1^2 |- 0 < v(n), from 0 < b < 1."""
    b, v, k, g = s.scalar("beta2"), s.reading.families["v"], p.fresh("k", n), s.gradient
    zero, low, reached = p.certify(0 <= lift(0)), p.given("beta2_positive"), p.certify(0 <= k, p.assume(1 <= k))
    kept = p.certify(0 < 1 - b, p.given("beta2_below_one"))
    base = p.certify(0 < v(1), p.cut(p.next("v", 0), zero), p.start("v"), p.assume(0 < g(1) ** 2), kept)
    old = p.certify(0 < b * v(k), low, p.assume(0 < v(k)))
    rest = p.certify(0 <= (1 - b) * g(k + 1) ** 2, kept, squares=[g(k + 1)])
    step = p.certify(0 < v(k + 1), p.using(p.next("v", k), reached), old, rest)
    return p.inst(p.induction(k, 1, 0 < v(k), base, step), {k: n})


def gradients_sum(p: Prover, s: Text, low: int, T: Any) -> Theorem:
    """1 <= T, 0 < g_1^2 |- sum_{t=low}^T g_t^2/v_t <= (c + log(v_T/v_1) + (T-1) log(1/b))/(1-b), c = 1 for low = 1.

    low is 1 or 2 (then c = 0); (1-b) g_t^2/v_t = 1 - b v_{t-1}/v_t <= -log(b v_{t-1}/v_t).
    """
    b, v, k = s.scalar("beta2"), s.reading.families["v"], p.fresh("k", T)
    first, low_b = 1 if low == 1 else 0, p.given("beta2_positive")
    kept, reached = p.certify(0 < 1 - b, p.given("beta2_below_one")), p.certify(0 <= k, p.assume(1 <= k))
    over = p.inv_positive(kept)

    def closed(k: Any) -> Any:
        return (first + log(v(k)) - log(v(1)) - (k - 1) * log(b)) / (1 - b)

    old, new = moment_positive(p, s, k), p.using(moment_positive(p, s, k + 1), p.certify(1 <= k + 1, p.assume(1 <= k)))
    scaled = p.certify(0 < b * v(k), low_b, old)
    ratio = p.certify(0 < b * v(k) / v(k + 1), scaled, p.inv_positive(new))
    product = p.using(p.fact("log_product", x=b, y=v(k)), low_b, old)
    logs = p.certify(
        log(b) + log(v(k)) - log(v(k + 1)) <= b * v(k) / v(k + 1) - 1,
        p.log_bound(ratio),
        p.log_quotient(new, scaled),
        product,
    )
    share = p.certify(
        eq((1 - b) * (s.gradient(k + 1) ** 2 / v(k + 1)), 1 - b * v(k) / v(k + 1)),
        p.using(p.next("v", k), reached),
        p.inverse(new),
    )
    rest = p.certify(
        0 <= (log(v(k + 1)) - log(b) - log(v(k)) - (1 - b) * (s.gradient(k + 1) ** 2 / v(k + 1))) * inv(1 - b),
        logs,
        share,
        over,
    )
    body = s.gradient(t) ** 2 / v(t)
    step = p.certify(closed(k) + s.gradient(k + 1) ** 2 / v(k + 1) <= closed(k + 1), rest, p.inverse(kept))
    one, base = lift(1), None
    if low == 1:
        moment = p.cut(p.next("v", 0), p.certify(0 <= lift(0)))
        start = p.using(moment_positive(p, s, one), p.certify(1 <= one))
        value = p.certify(eq(v(1), (1 - b) * s.gradient(1) ** 2), moment, p.start("v"))
        base = p.certify(s.gradient(1) ** 2 / v(1) <= closed(one), value, p.inverse(start), p.inverse(kept))
    found = p.sum_induction(t, low, k, body, closed, "le", step, base=base, start=1)
    return sums_of_logs(p, s, p.inst(found, {k: T}), first, T)


def sums_of_logs(p: Prover, s: Text, found: Theorem, first: int, T: Any) -> Theorem:
    """The bound of `gradients_sum` with log(v_T/v_1) and log(1/b)."""
    b, one = s.scalar("beta2"), p.certify(0 < lift(1))
    begin = p.using(moment_positive(p, s, lift(1)), p.certify(1 <= lift(1)))
    ratio = p.log_quotient(begin, moment_positive(p, s, T))
    share = p.log_quotient(p.given("beta2_positive"), one)
    goal = found.claim.left <= (first + log_growth(s, T)) / (1 - b)
    return p.certify(goal, found, ratio, share, log_of_one(p))


# --- moments ----------------------------------------------------------------------------------------------------------


def moment_step(p: Prover) -> tuple[Theorem, Any]:
    """M^2/V <= (a/b) m^2/v + (1-a) g^2/V for M = a m + (1-a) g and V = b v + (1-b) g^2; and its variables.

    From 0 <= a < 1, 0 < b < 1, 0 <= v and (1-b) m^2 <= K v, so that m = 0 where v = 0. Quotients by 0 are 0.
    """
    a, b, m, v, g, M, V, K = variables = apart(p, "a b m v g M V K")
    low, high, b_low, b_high, v_low, bound = p.assume(0 <= a, a < 1, 0 < b, b < 1, 0 <= v, (1 - b) * m**2 <= K * v)
    moved, grown = p.assume(eq(M, a * m + (1 - a) * g), eq(V, b * v + (1 - b) * g**2))
    goal = M**2 / V <= a / b * (m**2 / v) + (1 - a) * (g**2 / V)
    kept, over_b = p.certify(0 < 1 - b, b_high), p.inv_positive(b_low)
    rest = p.certify(0 <= (1 - b) * g**2, kept, squares=[g])
    past = p.certify(0 <= inv(b) * inv(v) * m**2, over_b, p.inv_nonneg(v_low), squares=[m])
    square = p.certify(0 <= a * (inv(b) * inv(v) * m**2), past, low)
    V_low = p.certify(0 <= V, grown, rest, v_low, b_low)
    none, some = p.assume(V <= 0, 0 < V)
    first = p.certify(goal, p.rewrite(p.antisym(none, V_low), inv), square)

    over = p.inv_positive(some)
    convex = p.certify(M**2 <= a * m**2 + (1 - a) * g**2, moved, p.jensen_two(m, g, low, high), degree=1)
    divided = p.certify(0 <= (a * m**2 + (1 - a) * g**2 - M**2) * inv(V), convex, over)
    still, alive = p.assume(v <= 0, 0 < v)
    zero = p.antisym(still, v_low)
    m_none = p.certify(m**2 <= 0, bound, zero, weights=[[kept]], degree=1)
    m_zero = p.antisym(m_none, p.certify(0 <= m**2, squares=[m]))
    second = p.certify(goal, divided, m_zero, square)
    scaled = p.certify(0 < b * v, b_low, alive)
    less = p.reciprocal(p.certify(b * v <= V, grown, rest), scaled)
    weight = p.certify(0 <= a * m**2, low, squares=[m])
    third = p.certify(goal, divided, p.certify(a * m**2 * inv(V) <= a * m**2 * inv(b * v), less, weight))
    return p.cases(first, p.cases(second, third, v, 0), V, 0), variables


def moments_sum(p: Prover, s: Text, T: Any) -> Theorem:
    """0 <= T |- sum_{t=1}^T m_t^2/v_t <= (1-a) b/(b-a) sum_{t=1}^T g_t^2/v_t from a < b (the assumption `ordered`).

    The invariant is (1 - a/b) sum m^2/v + (a/b) m_T^2/v_T <= (1-a) sum g^2/v.
    """
    (a, b), k, start = s.betas, p.fresh("k", T), p.assume(0 <= T)
    m, v, rho = s.reading.families["m"], s.reading.families["v"], a / b
    low, high, b_low, b_high = (p.given(name) for name in DECAYS)
    room = p.certify(0 <= k, p.assume(0 <= k))

    def claim(k: Any) -> Rel:
        left = (1 - rho) * squares_over(s, "m", 1, k) + rho * (m(k) ** 2 / v(k))
        return left <= (1 - a) * squares_over(s, "g", 1, k)

    empty = [p.sum_none(t, 1, top**2 / v(t)) for top in (m(t), s.gradient(t))]
    base = p.certify(claim(lift(0)), p.start("m"), *empty)
    lemma, variables = moment_step(p)
    size, nonneg = moments_at(p, s, k)
    K = (1 - a) ** 2 * powers(ratio(a, b), k - 1)
    values = (a, b, m(k), v(k), s.gradient(k + 1), m(k + 1), v(k + 1), K)
    known = low, high, b_low, b_high, nonneg, size, p.next("m", k), p.next("v", k)
    one = p.using(put(p, lemma, variables, values, *known), room)
    lasts = [p.sum_step(t, 1, k, top**2 / v(t), room) for top in (m(t), s.gradient(t))]
    step = p.certify(claim(k + 1), p.assume(claim(k)), one, *lasts, degree=1)
    found = p.inst(p.induction(k, 0, claim(k), base, step), {k: T})
    over, less = p.inv_positive(b_low), p.given("ordered")
    last = p.certify(0 <= inv(v(T)) * m(T) ** 2, p.inv_nonneg(moments_at(p, s, T)[1]), squares=[m(T)])
    rest = p.certify(0 <= rho * (m(T) ** 2 / v(T)), p.certify(0 <= rho, low, over), last)
    gap, M, G = p.certify(0 < b - a, less), squares_over(s, "m", 1, T), squares_over(s, "g", 1, T)
    first = p.certify((1 - rho) * M <= (1 - a) * G, found, rest)
    short = p.certify((b - a) * M <= (1 - a) * b * G, first, p.inverse(b_low), weights=[[over]])
    scaled = p.certify(0 <= ((1 - a) * b * G - (b - a) * M) * inv(b - a), short, p.inv_positive(gap))
    return p.using(p.certify(M <= (1 - a) * b / (b - a) * G, scaled, p.inverse(gap)), start)


def moments_at(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- (1-b) m(n)^2 <= K v(n) and 0 <= v(n), K = (1-a)^2 [n]_r."""
    a, b = s.betas
    m, v = (s.reading.families[f] for f in "mv")
    goal = (1 - b) * m(n) ** 2 <= (1 - a) ** 2 * powers(ratio(a, b), n - 1) * v(n)
    later = p.using(moments_bound(p, s, n - 1), p.certify(0 <= n - 1, p.assume(1 <= n)))
    few = p.integers(p.assume(n < 1))
    none = p.antisym(p.certify(n <= 0, few), p.assume(0 <= n))
    zeros = [p.rewrite(none, f) for f in (m, v)]
    first = p.certify(goal, *zeros, p.start("m"), p.start("v"))
    return p.cases(p.restate(goal, later), first, 1, n), second_nonneg(p, s, n)
