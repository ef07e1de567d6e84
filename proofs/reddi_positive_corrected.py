"""Adam with bias correction, beta1 = 0 and alpha < 1 stays positive on the periodic sequence.

Words   f_t(x) = C x if t = 1 mod 3, else -x, on [-1, 1], with C > 2; Adam as Kingma & Ba print it, without
        momentum, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1,
        0 < alpha < 1. Then x_t > 0 for all t.
Source  Derived for this project; without bias correction it is part of Reddi, Kale & Kumar 2018, Theorem 1.
Note    `iterate(n)` is the paper's x_{n+1}.
"""

from fractions import Fraction

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_reddi import Corrected
from adamtheory.proofs.lemmas_reddi_game import Game, k
from adamtheory.rules.adam import adam

n = integer("n")

game = Game(adam)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, 0 < game.x(n), hyps=[*game.hyps, game.alpha < 1, 0 <= n])


def witness() -> Witness:
    return Witness({"alpha": ([], Fraction(1, 2)), "C": ([], 3)}, values={n: 1})


def prove() -> Theorem:
    play = Corrected(game)
    p, alpha, C = play.p, game.alpha, game.C
    slopes = (play.slope(0), play.slope(1), play.slope(2))
    square = p.certify(alpha**2 < 1, p.assume(alpha < 1), play.alpha_positive)
    spiked = p.certify((alpha * C) ** 2 < C**2, square, play.C_positive, degree=3)
    small = p.chain((alpha * C) ** 2 < (3 * k + 1) * play.second(3 * k + 1), spiked, play.counted_spike(slopes))
    return play.stays_positive(small)
