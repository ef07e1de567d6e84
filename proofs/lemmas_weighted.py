"""Sums of geometrically weighted numbers, W_t = sum_{k<=t} q^(t-k) h_k, in which h_k >= 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integer, inv, lift, power, sqrt, total
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_average import shifted
from adamtheory.proofs.lemmas_kingma import t

k = integer("k")
Sequence = Callable[[Any], Any]


def weighted(h: Sequence, q: Any, n: Any) -> Any:
    """W_n = sum_{k=1}^n q^(n-k) h_k."""
    return total(k, 1, n, power(q, n - k) * h(k))


def weighted_next(p: Prover, h: Sequence, q: Any, n: Any) -> Theorem:
    """0 <= n |- W_{n+1} = q W_n + h_{n+1}."""
    return p.restate(eq(weighted(h, q, n + 1), q * weighted(h, q, n) + h(n + 1)), shifted(p, q, n, h))


def weighted_none(p: Prover, h: Sequence, q: Any) -> Theorem:
    """W_0 = 0."""
    return p.restate(eq(weighted(h, q, lift(0)), 0), p.sum_none(k, 1, power(q, -k) * h(k)))


def weighted_nonneg(p: Prover, h: Sequence, q: Any, n: Any, nonneg: Callable[[Any], Theorem], low: Theorem) -> Theorem:
    """0 <= W_n, from 1 <= k |- 0 <= h_k and 0 <= q."""
    age = p.using(p.power_nonneg(low, n - k), p.certify(0 <= n - k, p.assume(k <= n)))
    return p.restate(0 <= weighted(h, q, n), p.sum_of(p.certify(0 <= power(q, n - k) * h(k), age, nonneg(k)), k, 1, n))


def rate_falls(p: Prover, n: Any) -> Theorem:
    """0 <= n |- 1/sqrt(n+2) <= 1/sqrt(n+1)."""
    positive = p.certify(0 < n + 1, p.assume(0 <= n))
    rises = p.sqrt_monotone(p.certify(n + 1 <= n + 2), p.restate(0 <= n + 1, positive))
    return p.reciprocal(rises, p.sqrt_positive(positive))


def swapped(
    p: Prover, h: Sequence, q: Any, n: Any, nonneg: Callable[[Any], Theorem], low: Theorem, high: Theorem
) -> Theorem:
    """0 <= n |- sum_{t=1}^n W_t/sqrt(t) <= sum_{t=1}^n h_t/sqrt(t) / (1-q), from 0 <= q and q < 1.

    Invariant: (1-q) (left side) + q W_n/sqrt(n+1) <= sum of h_t/sqrt(t); the step is 1/sqrt(n+2) <= 1/sqrt(n+1).
    """
    j = p.fresh("j", n, q)
    begun = p.assume(0 <= j)
    left, right = weighted(h, q, t) / sqrt(t), h(t) / sqrt(t)

    def claim(n: Any) -> Any:
        return (1 - q) * total(t, 1, n, left) + q * weighted(h, q, n) / sqrt(n + 1) <= total(t, 1, n, right)

    base = p.certify(claim(lift(0)), p.sum_none(t, 1, left), p.sum_none(t, 1, right), weighted_none(p, h, q))
    later = p.certify(0 <= j + 1, begun)
    Q, L, R, W, V, H, r, s = variables = apart(p, "q L R W V H r s")
    grown, falls, positive = p.assume(eq(V, Q * W + H), s <= r, 0 <= V)
    ratio, before = p.assume(0 <= Q), p.assume((1 - Q) * L + Q * W * r <= R)
    less = p.certify(Q * V * s <= Q * V * r, falls, p.certify(0 <= Q * V, positive, ratio))
    lemma = p.certify((1 - Q) * (L + V * r) + Q * V * s <= R + H * r, before, grown, less)
    values = (q, total(t, 1, j, left), total(t, 1, j, right), weighted(h, q, j), weighted(h, q, j + 1), h(j + 1))
    values = (*values, inv(sqrt(j + 1)), inv(sqrt(j + 2)))
    whole = p.using(weighted_nonneg(p, h, q, j + 1, nonneg, low), later)
    facts = (weighted_next(p, h, q, j), rate_falls(p, j), whole, low, p.assume(claim(j)))
    lasts = (p.sum_step(t, 1, j, left, begun), p.sum_step(t, 1, j, right, begun))
    step = p.certify(claim(j + 1), put(p, lemma, variables, values, *facts), *lasts, degree=1)
    found = p.inst(p.induction(j, 0, claim(j), base, step), {j: n})
    end = p.certify(
        0 <= q * weighted(h, q, n) / sqrt(n + 1),
        low,
        weighted_nonneg(p, h, q, n, nonneg, low),
        p.inv_nonneg(p.sqrt_nonneg(n + 1)),
        degree=3,
    )
    keeps = p.certify(0 < 1 - q, high)
    goal = total(t, 1, n, left) <= total(t, 1, n, right) / (1 - q)
    short = p.chain((1 - q) * total(t, 1, n, left) <= total(t, 1, n, right), found, end)
    return p.certify(goal, short, p.inverse(keeps), weights=[[keeps]], degree=1)
