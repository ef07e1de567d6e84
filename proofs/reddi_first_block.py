"""1/sqrt(2(2 - b)) + 1/sqrt(3(1 + 2b - b^2)) is at least 1 for 0 < b < 1: the first block makes good its down-step.

Words   With b = beta2 = 1/(1 + C^2) and v_0 = 0 the second moments of the first three rounds are (1-b) C^2, (1-b)(2-b)
        and (1-b)(1+2b-b^2); the two up-steps are at least the down-step exactly if this inequality holds.
Source  Derived for this project: it takes the place of a step of Reddi, Kale & Kumar 2018, proof of Theorem 1, that is
        false in the first block (`reddi_first_block_refuted`). The minimum is 1.00978, near b = 0.384.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, lift, real, sqrt
from adamtheory.logic.statement import Statement, Witness

b = real("b")

setting = Setting()


def statement() -> Statement:
    both = 1 / sqrt(2 * (2 - b)) + 1 / sqrt(3 * (1 + 2 * b - b**2))
    return Statement(setting, 1 <= both, hyps=[0 < b, b < 1])


def witness() -> Witness:
    return Witness(values={b: Fraction(1, 10)})


def prove() -> Theorem:
    p = Prover(setting)
    between = p.assume(0 < b, b < 1)

    def above(line, radicand, touching):
        """line <= 1/sqrt(radicand), from line^2 radicand <= 1."""
        positive = p.certify(0 < radicand, *between)
        root = p.sqrt_positive(positive)
        room = p.certify(line**2 * radicand <= 1, *between, squares=[b - touching], degree=3)
        # (line sqrt)^2 <= 1, so line sqrt <= 1
        square = p.certify((line * sqrt(radicand)) ** 2 <= lift(1) ** 2, room, p.sqrt_square(positive))
        below = p.squares(square, p.certify(0 <= lift(1)))
        return p.certify(line <= 1 / sqrt(radicand), below, p.inverse(root), weights=[[root]])

    # two lines that add up to 1, one below each root
    first = above(Fraction(49, 100) + b / 6, 2 * (2 - b), Fraction(7, 20))
    second = above(Fraction(51, 100) - b / 6, 3 * (1 + 2 * b - b**2), Fraction(2, 5))
    return p.chain(statement().claim, first, second)
