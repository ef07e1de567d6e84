"""Adam with beta1 = 0 and alpha < sqrt(1 - beta2) stays positive on the periodic sequence: nothing is clipped at -1.

Words   f_t(x) = C x if t = 1 mod 3, else -x, on [-1, 1], with C > 2; Adam without momentum and without bias
        correction, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1,
        0 < alpha < sqrt(1 - beta2). Then x_t > 0 for all t.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 1 (its bound on alpha).
Note    `iterate(n)` is the paper's x_{n+1}.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import integer, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_reddi import Uncorrected
from adamtheory.proofs.lemmas_reddi_game import Game, k
from adamtheory.rules.adam import adam_uncorrected

n = integer("n")

game = Game(adam_uncorrected)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, 0 < game.x(n), hyps=[*game.hyps, game.alpha < sqrt(1 - game.beta2), 0 <= n])


def witness() -> Witness:
    return Witness({"alpha": ([], Fraction(1, 2)), "C": ([], 3)}, values={n: 1}, prove=holds)


def holds(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """1/2 < sqrt(9/10), and what is certified at once."""
    inside = p.certify(lift(0) < 1 - lift(1) / 10)
    root = p.sqrt_positive(inside)
    return p.certify(goal, root, p.sqrt_square(inside), weights=[[root], []])


def prove() -> Theorem:
    play = Uncorrected(game)
    p, alpha, C = play.p, game.alpha, game.C
    slopes = (play.slope(0), play.slope(1), play.slope(2))
    root = p.sqrt_square(play.keeps)
    facts = (p.assume(alpha < sqrt(1 - game.beta2)), play.alpha_positive)
    square = p.certify(alpha**2 < 1 - game.beta2, *facts, root)
    spike = p.certify(alpha**2 * C**2 < play.second(3 * k + 1), square, play.spike(slopes), play.C_positive, degree=3)
    counted = p.certify(1 <= 3 * k + 1, play.k_nonneg)
    small = p.certify((alpha * C) ** 2 < (3 * k + 1) * play.second(3 * k + 1), spike, counted, play.positive(slopes)[0])
    return play.stays_positive(small)
