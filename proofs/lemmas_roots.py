"""Lemmas of square roots and their reciprocals."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, lift, sqrt
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


def zeros(p: Prover, both: Theorem) -> tuple[Theorem, Theorem]:
    """a = 0 and b = 0 from a^2 + b^2 = 0 (written so)."""
    a, b = (square.args[0] for square in both.claim.left.args)
    first, second = p.certify(a**2 <= 0, both, squares=[b]), p.certify(b**2 <= 0, both, squares=[a])
    return zero_from_square(p, first), zero_from_square(p, second)


def root_of_square(p: Prover, a: Any) -> Theorem:
    """sqrt(a^2) = |a|."""
    (z,) = apart(p, "z")
    main = p.sqrt_square(p.certify(0 <= z**2, squares=[z]))
    size = p.chain(eq(sqrt(z**2) ** 2, absolute(z) ** 2), main, p.max_square(z))
    nonneg = p.certify(0 <= absolute(z), p.max_left(z, -z), p.max_right(z, -z))
    return put(p, p.squares_equal(size, p.sqrt_nonneg(z**2), nonneg), [z], [a])


def over_root(p: Prover, a: Any) -> Theorem:
    """a (a/sqrt(a^2)) = |a|."""
    (z,) = apart(p, "z")
    r, root, square = sqrt(z**2), root_of_square(p, z), p.sqrt_square(p.certify(0 <= z**2, squares=[z]))
    positive, none = p.assume(0 < r, r <= 0)
    goal = eq(z * (z / r), absolute(z))
    high = p.certify(goal, p.inverse(positive), square, root)
    zero = p.antisym(none, p.sqrt_nonneg(z**2))
    low = p.certify(goal, zero, square, root)
    return put(p, p.cases(low, high, r, 0), [z], [a])


def root_of_positive(p: Prover, positive: Theorem) -> Theorem:
    """sqrt(a^2) = a from 0 < a, or 0 <= a."""
    a = positive.claim.right
    square = p.sqrt_square(p.certify(0 <= a**2, squares=[a]))
    return p.squares_equal(square, p.sqrt_nonneg(a**2), p.restate(0 <= a, positive))
