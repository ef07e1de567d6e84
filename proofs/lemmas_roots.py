"""Lemmas of square roots and their reciprocals."""

from __future__ import annotations

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, sqrt
from adamtheory.logic.sums import apart, put


def square_share(p: Prover, positive: Theorem) -> Theorem:
    """a (1/sqrt(a))^2 = 1 from 0 < a; proved for a variable, so that no certificate has to write out what a is."""
    (a,) = apart(p, "a")
    above = p.assume(0 < a)
    share = p.certify(eq(a * (1 / sqrt(a)) ** 2, 1), p.inverse(p.sqrt_positive(above)), p.sqrt_square(above))
    return put(p, share, [a], [positive.claim.right], positive)


def root_of_zero(p: Prover) -> Theorem:
    """sqrt(0) = 0."""
    zero = p.certify(0 <= lift(0))
    return p.squares_equal(p.restate(eq(sqrt(0) ** 2, lift(0) ** 2), p.sqrt_square(zero)), p.sqrt_nonneg(0), zero)


def scaled_root(p: Prover, scale: Theorem, inside: Theorem) -> Theorem:
    """sqrt(k^2 a) = k sqrt(a) from 0 < k, or 0 <= k, and 0 <= a."""
    k, a = scale.claim.right, inside.claim.right
    whole = p.certify(0 <= k**2 * a, inside, squares=[k])
    main = p.certify(eq(sqrt(k**2 * a) ** 2, (k * sqrt(a)) ** 2), p.sqrt_square(whole), p.sqrt_square(inside))
    right = p.certify(0 <= k * sqrt(a), scale, p.sqrt_nonneg(a))
    return p.squares_equal(main, p.sqrt_nonneg(k**2 * a), right)


def zero_from_square(p: Prover, square: Theorem) -> Theorem:
    """a = 0 from a^2 <= 0 or a^2 = 0 (written so)."""
    a, none = square.claim.left.args[0], lift(0)
    nothing = p.certify(0 <= none)
    below = p.squares(p.restate(a**2 <= none**2, square), nothing)
    above = p.squares(p.restate((-a) ** 2 <= none**2, square), nothing)
    return p.antisym(below, p.restate(0 <= a, above))
