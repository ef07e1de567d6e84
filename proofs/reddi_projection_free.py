"""Without any constraint too, Adam with beta1 = 0 is back at 1 or beyond after every third round.

Words   f_t(x) = C max(x, -1) if t = 1 mod 3, else -min(x, 1), on all of R, with C > 2 (convex, slopes at most C). Adam
        without momentum and without bias correction, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1.
        Then x_{3k+1} >= 1 for all k >= 0, for every alpha > 0.
Source  Derived for this project, after Reddi, Kale & Kumar 2018, Theorem 1.
Note    `iterate(n)` is the paper's x_{n+1}.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.losses.linear import reddi_unbounded
from adamtheory.proofs.lemmas_reddi import FreeUncorrected
from adamtheory.proofs.lemmas_reddi_game import Game, k
from adamtheory.rules.adam import adam_uncorrected

game = Game(adam_uncorrected, reddi_unbounded, constrained=False)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, 1 <= game.x(3 * k), hyps=[*game.hyps, 0 <= k])


def witness() -> Witness:
    return Witness({"alpha": ([], 1), "C": ([], 3)}, values={k: 1})


def prove() -> Theorem:
    return FreeUncorrected(game).returns()
