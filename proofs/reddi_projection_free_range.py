"""Without any constraint Adam stays within alpha/sqrt(1 - beta2) of 1 on the projection-free sequence.

Words   f_t(x) = C max(x, -1) if t = 1 mod 3, else -min(x, 1), on all of R, with C > 2 (convex, slopes at most C). Adam
        without momentum and without bias correction, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1.
        Then |x_t - 1| <= alpha/sqrt(1 - beta2) for all t: the iterates stay bounded, though nothing is projected.
Source  Derived for this project.
Note    `iterate(n)` is the paper's x_{n+1}.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, integer, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.losses.linear import reddi_unbounded
from adamtheory.proofs.lemmas_reddi import FreeUncorrected
from adamtheory.proofs.lemmas_reddi_game import Game
from adamtheory.rules.adam import adam_uncorrected

n = integer("n")

game = Game(adam_uncorrected, reddi_unbounded, constrained=False)
setting = game.setting


def statement() -> Statement:
    bound = absolute(game.x(n) - 1) <= game.alpha / sqrt(1 - game.beta2)
    return Statement(setting, bound, hyps=[*game.hyps, 0 <= n])


def witness() -> Witness:
    return Witness({"alpha": ([], 1), "C": ([], 3)}, values={n: 1})


def prove() -> Theorem:
    return FreeUncorrected(game).stays_near()
