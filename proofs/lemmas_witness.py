"""What witnesses owe: roots of squares, so that decay rates need not be 0."""

from __future__ import annotations

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, sqrt


def root_is(p: Prover, square: Fraction | int, root: Fraction | int) -> Theorem:
    """sqrt(square) = root, for the square of a number that is not negative."""
    nonneg = p.certify(0 <= lift(square)), p.certify(0 <= lift(root))
    same = p.restate(eq(sqrt(square) ** 2, lift(root) ** 2), p.sqrt_square(nonneg[0]))
    return p.squares_equal(same, p.sqrt_nonneg(square), nonneg[1])
