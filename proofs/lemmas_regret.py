"""Lemmas of the regret proofs: AdaGrad's lemma, sums of squares, convexity summed.

A lemma about families is a function that proves it for the families at hand. Where a step is about a few numbers only,
it is proved once for real variables and then instantiated, which keeps the certificates short.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, sqrt
from adamtheory.logic.sums import apart, put

Sequence = Callable[[Any], Any]
Result = Callable[[Any], Theorem]


# --- AdaGrad's lemma --------------------------------------------------------------------------------------------------


def root_step(p: Prover, S: Any, grown: Any, g: Any, following: Theorem, nonneg: Theorem) -> Theorem:
    """2 sqrt(S) + g^2/sqrt(S') <= 2 sqrt(S') from S' = S + g^2 and 0 <= S; where S' = 0 the quotient is 0.

    With s = sqrt(S') and r = sqrt(S): 2 (s - r) - (s^2 - r^2)/s = (s - r)^2/s >= 0.
    """
    a, b, c = apart(p, "a b c")
    low, sums = p.assume(0 <= a, eq(b, a + c**2))
    r, s = sqrt(a), sqrt(b)
    goal = 2 * r + c**2 / s <= 2 * s
    square = p.certify(0 <= c**2, squares=[c])
    rises = p.certify(a <= b, sums, square)
    zero, above = p.assume(b <= 0, 0 < b)
    still = p.antisym(p.certify(c**2 <= 0, zero, sums, low, degree=1), square)
    vanishes = p.certify(goal, p.sqrt_monotone(rises, low), still, degree=1)
    root = p.sqrt_positive(above)
    facts = (p.sqrt_square(low), p.sqrt_square(above), sums, p.inverse(root), p.inv_positive(root))
    grows = p.certify(goal, *facts, squares=[s - r])
    return put(p, p.cases(vanishes, grows, b, 0), (a, b, c), (S, grown, g), following, nonneg)


def sum_of_squares_nonneg(p: Prover, S: Sequence, g: Sequence, begin: Theorem, following: Result, n: Any) -> Theorem:
    """0 <= n |- 0 <= S(n) where S(0) = 0 and following(k) is 0 <= k |- S(k+1) = S(k) + g(k+1)^2."""
    k = p.fresh("k", n)
    begun = p.assume(0 <= k)
    base = p.certify(0 <= S(lift(0)), begin)
    step = p.certify(0 <= S(k + 1), p.assume(0 <= S(k)), p.using(following(k), begun), squares=[g(k + 1)])
    return p.inst(p.induction(k, 0, 0 <= S(k), base, step), {k: n})


def lemma_a(p: Prover, S: Sequence, g: Sequence, n: Any, begin: Theorem, following: Result) -> Theorem:
    """0 <= n |- sum_{t=1}^n g(t)^2/sqrt(S(t)) <= 2 sqrt(S(n)), the quotient 0 where S(t) = 0.

    begin         S(0) = 0
    following(k)  0 <= k |- S(k+1) = S(k) + g(k+1)^2
    """
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun = p.assume(0 <= k)
    nonneg = sum_of_squares_nonneg(p, S, g, begin, following, k)
    grown = p.restate(eq(S(k + 1), S(k) + g(k + 1) ** 2), p.using(following(k), begun))
    step = root_step(p, S(k), S(k + 1), g(k + 1), grown, nonneg)
    base = p.certify(0 <= 2 * sqrt(S(lift(0))), p.sqrt_nonneg(S(lift(0))))
    found = p.sum_induction(t, 1, k, g(t) ** 2 / sqrt(S(t)), lambda k: 2 * sqrt(S(k)), "le", step, base=base)
    return p.inst(p.using(found, begun), {k: n})


# --- the projection on a box ------------------------------------------------------------------------------------------


def zero_of_square(p: Prover, vanishing: Theorem) -> Theorem:
    """x = 0 from x^2 <= 0."""
    x, zero = vanishing.claim.left.args[0], p.certify(0 <= lift(0))
    below = p.squares(p.restate(x**2 <= lift(0) ** 2, vanishing), zero)
    above = p.squares(p.restate((-x) ** 2 <= lift(0) ** 2, vanishing), zero)
    return p.antisym(below, p.restate(0 <= x, above))


# --- regret -----------------------------------------------------------------------------------------------------------


def convex_to_linear(p: Prover, name: str, n: Any) -> Theorem:
    """sum_{t=1}^n (f_t(x_t) - f_t(u)) <= sum_{t=1}^n sum_i g(t,i) (x_t(i) - u(i)), from the assumption of that name.

    The assumption is 1 <= t |- f_t(x_t) - f_t(u) <= sum_i ..., its only variable t.
    """
    (t,) = p.theory.entry("assume", name)[3]
    return p.sum_of(p.given(name, t), t, 1, n)
