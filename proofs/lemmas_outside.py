"""A vector that sees the start of ND-Adam and not its gradients: what of w_0 is outside of their span stays outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, indicator, lift, power, sqrt
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel, key
from adamtheory.proofs.lemmas_sphere import Sphere, at_two, half, i, n, resting, t

LEAVING = (
    "across_raw", "across_projected", "average_starts", "never_zero", "follows_weights", "follows_average",
)  # fmt: skip


def leaving(s: Sphere) -> tuple[Family, Any]:
    """u is orthogonal to the raw gradients of the rounds 1, ..., T + 1 and to the projected ones of 1, ..., T."""
    u: Family = s.setting.family("u", "Z")
    T = s.setting.constant("T", "Z")
    s.setting.assume("across_raw", eq(s.over(u(i) * s.g(t, i)), 0), [1 <= t, t <= T + 1])
    s.setting.assume("across_projected", eq(s.over(u(i) * s.value("g", n)), 0), [0 <= n, n + 1 <= T])
    s.setting.assume("average_starts", eq(s.m(i, 0), 0))
    s.setting.assume("never_zero", 0 < s.length(n), [0 <= n])
    return u, T


def product(p: Prover, s: Sphere, u: Family, fact: Theorem) -> Theorem:
    """The sum over the coordinates of u times both sides of an equation."""
    return p.sum_of(p.rewrite(fact, lambda z: u(i) * z), i, 1, s.d)


def until(p: Prover, T: Any, claim: Any, start: Theorem, step: Theorem, after: Theorem) -> Theorem:
    """0 <= n |- claim(n), which says something up to T only: the step is under n + 1 <= T, `after` under T < n + 1."""
    return p.induction(n, 0, claim(n), start, p.cases(step, after, n + 1, T))


def average_across(p: Prover, s: Sphere, u: Family, T: Any) -> Theorem:
    """0 <= n, n <= T |- u . m_n = 0."""
    begun, within = p.assume(0 <= n, n + 1 <= T)

    def average(n: Any) -> Any:
        return s.over(u(i) * s.m(i, n))

    def claim(n: Any) -> Rel:
        return eq(indicator(T + 1 - n) * average(n), 0)

    def at(n: Any, within: Theorem) -> Theorem:
        on = p.indicator_on(p.certify(0 < T + 1 - n, within))
        return p.certify(eq(average(n), 0), p.assume(claim(n)), on)

    follows = product(p, s, u, p.using(p.given("follows_average", i, n), begun))
    projected = p.using(p.given("across_projected", n), begun, within)
    new = p.certify(eq(average(n + 1), 0), follows, projected, at(n, within))
    off = p.indicator_off(p.certify(T - n <= 0, p.integers(p.assume(T < n + 1))))
    start = p.certify(claim(lift(0)), product(p, s, u, p.given("average_starts", i)))
    found = until(p, T, claim, start, p.certify(claim(n + 1), new), p.certify(claim(n + 1), off))
    return p.using(at(n, p.assume(n <= T)), found)


def scaled_by(p: Prover, s: Sphere, u: Family, T: Any) -> Theorem:
    """0 <= n, n + 1 <= T |- u . w_{n+1} = u . w_n/|w_bar|."""
    begun, within = p.assume(0 <= n, n + 1 <= T)
    later = p.inst(average_across(p, s, u, T), {n: n + 1})
    later = p.using(later, p.certify(0 <= n + 1, begun), within)
    average = product(p, s, u, p.using(p.given("follows_average", i, n), begun))  # u . m_{n+1}, in the text's words
    none = p.chain(eq(average.claim.right, 0), average, later)
    old = s.over(u(i) * s.w(i, n))
    moved = p.certify(eq(s.over(u(i) * s.value("w", n)), old), none)
    q = 1 / sqrt(s.length(n))
    follows = product(p, s, u, p.using(p.given("follows_weights", i, n), begun))
    return p.chain(eq(s.over(u(i) * s.w(i, n + 1)), old * q), follows, p.rewrite(moved, lambda z: z * q))


def weights_outside(p: Prover, s: Sphere, u: Family, T: Any) -> Theorem:
    """0 <= n, n <= T, 0 < (u . w_0)^2 |- 0 < (u . w_n)^2."""
    begun = p.assume(0 <= n)

    def weights(n: Any) -> Any:
        return s.over(u(i) * s.w(i, n))

    def claim(n: Any) -> Rel:
        return 0 < 1 - indicator(T + 1 - n) + weights(n) ** 2

    def at(n: Any, within: Theorem) -> Theorem:
        on = p.indicator_on(p.certify(0 < T + 1 - n, within))
        return p.certify(0 < weights(n) ** 2, p.assume(claim(n)), on)

    within, length = p.assume(n + 1 <= T), p.using(p.given("never_zero", n), begun)
    x, y, q = names = apart(p, "x1 y1 q1")
    square = p.certify(0 < (y * q) ** 2, *(p.assume(0 < z) for z in (y**2, q**2)))
    larger = p.certify(0 < x**2, square, p.rewrite(p.assume(eq(x, y * q)), lambda z: z**2))
    scale = p.nonzero(p.inv_positive(p.sqrt_positive(length)))
    values = weights(n + 1), weights(n), 1 / sqrt(s.length(n))
    new = put(p, larger, names, values, at(n, within), scale, scaled_by(p, s, u, T))
    on, off = p.indicator_on(p.certify(0 < T - n, within)), p.integers(p.assume(T < n + 1))
    step = p.certify(claim(n + 1), new, on)
    after = p.certify(claim(n + 1), p.indicator_off(p.certify(T - n <= 0, off)), squares=[weights(n + 1)])
    first = p.assume(0 < weights(lift(0)) ** 2)
    reached = p.assume(0 <= T)
    start = p.certify(claim(lift(0)), first, p.indicator_on(p.certify(0 < T + 1, reached)))
    found = until(p, T, claim, start, step, after)
    return p.using(at(n, p.assume(n <= T)), found)


def leaves(p: Prover, s: Sphere, u: Family, T: Any) -> Theorem:
    """0 < (u . w_0)^2, 0 < (g_bar . w_T)^2, 0 <= T |- 0 < (u . g_{T+1})^2."""
    reached, slanted = p.assume(0 <= T, 0 < s.along(T) ** 2)
    outside = p.using(p.inst(weights_outside(p, s, u, T), {n: T}), reached, p.certify(T <= T))
    raw = p.using(p.given("across_raw", T + 1), p.certify(1 <= T + 1, reached), p.certify(T + 1 <= T + 1))
    seen = s.over(u(i) * s.w(i, T))
    projected = p.certify(eq(s.over(u(i) * s.value("g", T)), -s.along(T) * seen), raw)
    square = p.rewrite(projected, lambda z: z**2)
    return p.certify(0 < projected.claim.left**2, square, p.certify(0 < s.along(T) ** 2 * seen**2, slanted, outside))


def outside_witness(s: Sphere) -> Witness:
    """w = (1, 0), alpha = 0, the gradients (t - 1)(1, 1), u = (1, -1) and T = 1."""
    average = ([i, n], (i - 1) * (n - 2 + 2 * power(half, n)))
    found = resting(s, {}, T=([], 1), g=([t, i], t - 1), m=average, u=([i], 3 - 2 * i))
    return replace(found, prove=in_first_round)


def in_first_round(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The first projected gradient is 0: n = 0 follows where 0 <= n and n + 1 <= 1 are among the guards."""
    last = [guard for guard in guards if key(guard.claim) == key(n <= 0)]
    return at_two(p, goal, [*guards, *(p.antisym(p.restate(n <= 0, guard), p.assume(0 <= n)) for guard in last)])
