"""Adam with bias correction and beta1 = 0 has regret at least (2C - 4)T/3 on the periodic sequence.

Words   f_t(x) = C x if t = 1 mod 3, else -x, on [-1, 1], with C > 2; Adam as Kingma & Ba print it, without
        momentum, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1. Then
        sum_{t<=T} f_t(x_t) - f_t(-1) >= (2C - 4)T/3 for every T >= 0 and every alpha > 0.
Source  Derived for this project; Reddi, Kale & Kumar 2018, Theorem 1 is about Adam without bias correction.
Note    -1 is the best fixed point for every T (`reddi_comparator`). `iterate(n)` is the paper's x_{n+1}.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_reddi import Corrected
from adamtheory.proofs.lemmas_reddi_game import Game, T
from adamtheory.rules.adam import adam

game = Game(adam)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, (2 * game.C - 4) * T / 3 <= game.regret(T), hyps=[*game.hyps, 0 <= T])


def witness() -> Witness:
    return Witness({"alpha": ([], 1), "C": ([], 3)}, values={T: 1})


def prove() -> Theorem:
    play = Corrected(game)
    return play.regret_bound(play.costs)
