"""The sharp constant C of Adam's step grows with every step, where beta1 and beta2 differ.

Write A, B, R for [n+1]_a, [n+1]_b, [n+1]_r, t = a^(n+1), E = R B - A^2, S(d) = b^d + r^d - 2 a^d and
F = R b^(n+1) + B r^(n+1) - 2 A t. Then C^2 - 1 = E/A^2; the next E is E + F, the next A is A + t = 1 + a A, and the
next F is a^2 F + S(n+2). Since S(d+1) > a S(d), a F < A S(n+2); E t (2 A + t) < A^2 F follows by induction.
"""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, power, sqrt
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_powers import power_product, power_strict
from adamtheory.proofs.lemmas_step import (
    Betas,
    j,
    n,
    nonnegative,
    powers,
    powers_first,
    powers_next,
    powers_positive,
    ratio,
    ratio_is,
)
from adamtheory.proofs.lemmas_step_constant import constant


def spread(s: Betas, d: Any) -> Any:
    """S(d) = b^d + r^d - 2 a^d."""
    a, b = s.betas
    return power(b, d) + power(ratio(a, b), d) - 2 * power(a, d)


def excess(s: Betas, n: Any) -> Any:
    """E = [n+1]_r [n+1]_b - [n+1]_a^2."""
    a, b = s.betas
    return powers(ratio(a, b), n) * powers(b, n) - powers(a, n) ** 2


def growth(s: Betas, n: Any) -> Any:
    """F = [n+1]_r b^(n+1) + [n+1]_b r^(n+1) - 2 [n+1]_a a^(n+1), by which E grows."""
    a, b = s.betas
    r = ratio(a, b)
    return powers(r, n) * power(b, n + 1) + powers(b, n) * power(r, n + 1) - 2 * powers(a, n) * power(a, n + 1)


def parts(p: Prover, s: Betas) -> tuple[Theorem, Theorem, Theorem, Theorem]:
    """0 <= a, 0 < b, 0 <= r and r b = a^2."""
    low = p.given("beta2_positive")
    return (nonnegative(p, s, "beta1"), low, *ratio_is(p, s.betas[0], low))


def spread_grows(p: Prover, s: Betas) -> Theorem:
    """0 <= n, 0 < (a - b)^2 |- a S(n+1) < S(n+2), for the variable n; `at` puts other terms for it.

    The difference is b^d (b-a) + r^d (r-a) for d = n + 1, and more than r^d (b - a + r - a) = r^d (b-a)^2/b.
    """
    (a, b), start = s.betas, p.assume(0 <= n)
    low, b_low, r_low, _ = parts(p, s)
    r, later, over = ratio(a, b), p.certify(0 <= n + 1, start), p.inv_positive(b_low)
    steps = [p.power_next(q, later) for q in (a, b, r)]
    share = p.certify(0 <= (b - a) ** 2 / b, over, squares=[b - a])
    rest = p.certify(0 <= power(r, n + 1) * ((b - a) ** 2 / b), p.using(p.power_nonneg(r_low, n + 1), later), share)
    same = p.certify(eq((b - a) ** 2 / b, b + r - 2 * a), p.inverse(b_low))
    goal, whole = a * spread(s, n + 1) < spread(s, n + 2), p.certify(0 < a + b, low, b_low)

    def by_order(order: Theorem, x: Any, z: Any, x_low: Theorem, sign: int) -> Theorem:
        """The goal from x < z, which are r and b or b and r."""
        product = p.certify(0 < sign * (b - a) * (a + b), order, whole)
        below = p.certify(x < z, p.certify(0 < sign * (b - a) * (a + b) / b, product, over), p.inverse(b_low))
        wide = p.using(power_strict(p, x, z, n), start, below, x_low)
        gap = p.certify(0 < sign * (b - a) * (power(z, n + 1) - power(x, n + 1)), order, wide)
        return p.certify(goal, *steps, rest, same, gap)

    first = by_order(p.assume(a < b), r, b, r_low, 1)
    second = by_order(p.assume(b < a), b, r, p.certify(0 <= b, b_low), -1)
    # a = b is excluded
    equal = p.antisym(p.assume(a <= b), p.assume(b <= a))
    never = p.absurd(goal, p.assume(0 < (a - b) ** 2), equal)
    return p.cases(p.cases(never, second, a, b), first, b, a)


def at(p: Prover, found: Theorem, k: Any) -> Theorem:
    """The theorem about n for k."""
    return p.inst(found, {n: lift(k)})


def spread_positive(p: Prover, s: Betas, grows: Theorem) -> Theorem:
    """0 <= n, 0 < (a - b)^2 |- 0 < S(n+1), from `spread_grows`."""
    (a, b), k = s.betas, p.fresh("k", n)
    low, b_low, _, _ = parts(p, s)
    distance = p.certify(0 < (a - b) ** 2 / b, p.assume(0 < (a - b) ** 2), p.inv_positive(b_low))
    base = p.certify(0 < spread(s, lift(1)), distance, p.inverse(b_low))
    old = p.assume(0 < spread(s, k + 1))
    step = p.certify(0 < spread(s, k + 2), at(p, grows, k), p.certify(0 <= a * spread(s, k + 1), old, low))
    return p.inst(p.induction(k, 0, old.claim, base, step), {k: n})


def growth_next(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n |- F of n + 1 = a^2 F + S(n+2)."""
    (a, b), start = s.betas, p.assume(0 <= n)
    _, _, _, product = parts(p, s)
    r, later = ratio(a, b), p.certify(0 <= n + 1, start)
    R, B, A = powers(r, n), powers(b, n), powers(a, n)
    sums = [powers_next(p, q, n) for q in (r, b, a)]
    # each product, the sum and the power a step further: (1 + r R) b^(n+2) = b^(n+2) + a^2 R b^(n+1)
    found = []
    for (q, Q), x, scale in (((r, R), b, product), ((b, B), r, product), ((a, A), a, None)):
        following = p.power_next(x, later)
        goal = eq(powers(q, n + 1) * power(x, n + 2), power(x, n + 2) + a**2 * Q * power(x, n + 1))
        grown = sums[(r, b, a).index(q)]
        first = p.certify(
            eq(q * Q * power(x, n + 2), a**2 * Q * power(x, n + 1)), following, *([scale] if scale else [])
        )
        found.append(p.certify(goal, grown, first))
    return p.certify(eq(growth(s, n + 1), a**2 * growth(s, n) + spread(s, n + 2)), *found)


def growth_below(p: Prover, s: Betas, grows: Theorem) -> Theorem:
    """0 <= n, 0 < (a - b)^2 |- a F < A S(n+2), from `spread_grows`."""
    (a, b), k = s.betas, p.fresh("k", n)
    low, start, zero = parts(p, s)[0], p.assume(0 <= k), p.certify(0 <= lift(0))
    ones = [powers_first(p, q) for q in (a, b, ratio(a, b))]

    def claim(k: Any) -> Rel:
        return a * growth(s, k) < powers(a, k) * spread(s, k + 2)

    base = p.certify(claim(lift(0)), p.using(at(p, grows, 0), zero), *ones)
    gap = powers(a, k) * spread(s, k + 2) - a * growth(s, k)
    square = p.certify(0 <= a**2 * gap, p.assume(claim(k)), squares=[a])
    more = p.using(at(p, grows, k + 1), p.certify(0 <= k + 1, start))
    A = p.using(powers_positive(p, low, k + 1), p.certify(0 <= k + 1, start))
    last = p.certify(0 < powers(a, k + 1) * (spread(s, k + 3) - a * spread(s, k + 2)), more, A)
    middle = a * (1 + a * powers(a, k)) * spread(s, k + 2)
    inner = p.certify(a * growth(s, k + 1) <= middle, square, growth_next(p, s, k))
    outer = p.certify(eq(a * powers(a, k + 1) * spread(s, k + 2), middle), powers_next(p, a, k))
    step = p.chain(claim(k + 1), inner, outer, last)
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


def rising_step(p: Prover) -> tuple[Theorem, Any]:
    """X u (2 B + u) < B^2 G from E t (2 A + t) < A^2 F and a F < A S; and its variables.

    Where X = E + F, u = a t, B = A + t = 1 + a A and G = a^2 F + S: times 2 A + t the difference is at least
    B^2 ((2 A + t) S - 2 a F).
    """
    a, A, t, E, F, S, X, u, B, G = variables = apart(p, "a A t E F S X u B G")
    low, positive, t_low, S_low = p.assume(0 <= a, 0 < A, 0 <= t, 0 <= S)
    bound, less, same = p.assume(E * t * (2 * A + t) < A**2 * F, a * F < A * S, eq(B, 1 + a * A))
    new = p.assume(eq(X, E + F), eq(u, a * t), eq(B, A + t), eq(G, a**2 * F + S))
    weight, whole = p.certify(0 < 2 * A + t, positive, t_low), p.certify(0 < A + t, positive, t_low)
    scale = p.certify(0 <= a * (2 * (A + t) + a * t), low, p.certify(0 <= 2 * (A + t) + a * t, whole, low, t_low))
    first = p.certify(0 <= scale.claim.right * (A**2 * F - E * t * (2 * A + t)), bound, scale)
    gap = p.certify(0 < (2 * A + t) * S - 2 * a * F, less, p.certify(0 <= t * S, t_low, S_low))
    second = p.certify(0 < (A + t) ** 2 * gap.claim.right, p.certify(0 < (A + t) ** 2, whole), gap)
    middle = p.certify(eq(a * (2 * (A + t) + a * t) - a**2 * (2 * A + t), 2 * a), same, new[2])
    moved = p.certify(eq((A + t) ** 2 * F * (middle.claim.left - 2 * a), 0), middle)
    inner = (E + F) * (a * t) * (2 * (A + t) + a * t) < (A + t) ** 2 * (a**2 * F + S)
    found = p.certify(inner, first, second, moved, weights=[[weight]], degree=1)
    left = p.certify(eq(X * u * (2 * B + u), inner.left), *new[:3])
    return p.chain(
        X * u * (2 * B + u) < B**2 * G, left, found, p.certify(eq(B**2 * G, inner.right), *new[2:])
    ), variables


def excess_next(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n |- E of n + 1 = E + F, since r^(n+1) b^(n+1) = (a^(n+1))^2."""
    (a, b), start = s.betas, p.assume(0 <= n)
    r, later = ratio(a, b), p.certify(0 <= n + 1, start)
    lasts = [p.sum_step(j, 0, n, power(q, j), start) for q in (a, b, r)]
    same = p.rewrite(parts(p, s)[3], lambda z: power(z, n + 1))
    first, second = (p.using(power_product(p, x, z, n + 1), later) for x, z in ((r, b), (a, a)))
    product = p.certify(eq(power(r, n + 1) * power(b, n + 1), power(a, n + 1) ** 2), same, first, second)
    A, B, R = (p.certify(eq(x.claim.left, x.claim.right), x) for x in lasts)
    whole = p.certify(eq(R.claim.left * B.claim.left, R.claim.right * B.claim.right), R, B)
    square = p.certify(eq(A.claim.left**2, A.claim.right**2), A)
    return p.certify(eq(excess(s, n + 1), excess(s, n) + growth(s, n)), whole, square, product, degree=1)


def excess_below(p: Prover, s: Betas) -> Theorem:
    """0 <= n, 0 < (a - b)^2 |- E t (2 A + t) < A^2 F for t = a^(n+1)."""
    grows = spread_grows(p, s)
    wide, small = spread_positive(p, s, grows), growth_below(p, s, grows)
    (a, b), k = s.betas, p.fresh("k", n)
    low, start, zero = parts(p, s)[0], p.assume(0 <= k), p.certify(0 <= lift(0))
    later = p.certify(0 <= k + 1, start)

    def claim(k: Any) -> Rel:
        A, t = powers(a, k), power(a, k + 1)
        return excess(s, k) * t * (2 * A + t) < A**2 * growth(s, k)

    ones = [powers_first(p, q) for q in (a, b, ratio(a, b))]
    none = p.certify(eq(excess(s, lift(0)), 0), *ones)
    scaled = p.certify(eq(excess(s, lift(0)) * a * (2 * powers(a, lift(0)) + a), 0), none)
    nothing = p.certify(eq(claim(lift(0)).left, 0), scaled)
    some = p.certify(eq(growth(s, lift(0)), spread(s, lift(1))), *ones)
    positive = p.certify(0 < growth(s, lift(0)), some, p.using(at(p, wide, 0), zero))
    square = p.certify(0 < powers(a, lift(0)) ** 2, p.certify(0 < powers(a, lift(0)), ones[0]))
    base = p.certify(claim(lift(0)), nothing, p.certify(0 < claim(lift(0)).right, positive, square))

    A, t = powers(a, k), power(a, k + 1)
    last, following = p.sum_step(j, 0, k, power(a, j), start), powers_next(p, a, k)
    lemma, variables = rising_step(p)
    values = (
        a, A, t, excess(s, k), growth(s, k), spread(s, k + 2),
        excess(s, k + 1), power(a, k + 2), powers(a, k + 1), growth(s, k + 1),
    )  # fmt: skip
    t_low = p.using(p.power_nonneg(low, k + 1), later)
    S = p.certify(0 <= spread(s, k + 2), p.using(at(p, wide, k + 1), later))
    known = low, powers_positive(p, low, k), t_low, S, p.assume(claim(k)), at(p, small, k), following
    new = excess_next(p, s, k), p.power_next(a, later), last, growth_next(p, s, k)
    step = p.restate(claim(k + 1), put(p, lemma, variables, values, *known, *new))
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


def constant_rises(p: Prover, s: Betas) -> Theorem:
    """0 <= n, 0 < (a - b)^2 |- C in step n + 1 is less than C in step n + 2."""
    (a, b), start = s.betas, p.assume(0 <= n)
    later = p.certify(0 <= n + 1, start)
    low, b_low, r_low, _ = parts(p, s)
    signs = low, p.certify(0 <= b, b_low), r_low
    A, B, R = (powers_positive(p, sign, n) for sign in signs)
    A2, B2, R2 = (p.using(powers_positive(p, sign, n + 1), later) for sign in signs)
    old = p.certify(0 <= R.claim.right * B.claim.right, R, B)
    new = p.certify(0 <= R2.claim.right * B2.claim.right, R2, B2)
    lemma, variables = crossed(p)
    values = (*(x.claim.right for x in (A, A2, old, new)), excess(s, n), growth(s, n), power(a, n + 1))
    grown = p.certify(eq(new.claim.right - A2.claim.right**2, excess(s, n) + growth(s, n)), excess_next(p, s, n))
    here = p.certify(eq(old.claim.right - A.claim.right**2, excess(s, n)), p.certify(0 <= lift(0)))
    last = p.sum_step(j, 0, n, power(a, j), start)
    facts = A, A2, old, new, here, grown, last, excess_below(p, s)
    return p.restate(constant(a, b, n) < constant(a, b, n + 1), put(p, lemma, variables, values, *facts))


def crossed(p: Prover) -> tuple[Theorem, Any]:
    """sqrt(S)/A < sqrt(T)/B from E t (2 A + t) < A^2 F, S = A^2 + E, T = B^2 + E + F and B = A + t; its variables."""
    A, B, S, T, E, F, t = variables = apart(p, "A B S T E F t")
    first, second, low, high = p.assume(0 < A, 0 < B, 0 <= S, 0 <= T)
    here, grown, last = p.assume(eq(S - A**2, E), eq(T - B**2, E + F), eq(B, A + t))
    bound = p.assume(E * t * (2 * A + t) < A**2 * F)
    wider = p.certify(eq(B**2 - A**2, t * (2 * A + t)), last)
    gap = p.certify(eq(T * A**2 - S * B**2, A**2 * F - E * (B**2 - A**2)), here, grown)
    more = p.certify(0 < A**2 * F - E * (B**2 - A**2), bound, wider)
    roots = p.sqrt_square(low), p.sqrt_square(high)
    square = p.certify((sqrt(S) * B) ** 2 < (sqrt(T) * A) ** 2, gap, more, *roots)
    sides = p.squares_strict(square, p.certify(0 <= sqrt(T) * A, p.sqrt_nonneg(T), first))
    inverses = p.inverse(first), p.inverse(second)
    return p.certify(sqrt(S) / A < sqrt(T) / B, sides, *inverses, weights=[[first, second]], degree=1), variables
