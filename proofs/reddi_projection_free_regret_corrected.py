"""Without any constraint too, bias-corrected Adam with beta1 = 0 has regret at least (2C - 4)T/3.

Words   f_t(x) = C max(x, -1) if t = 1 mod 3, else -min(x, 1), on all of R, with C > 2 (convex, slopes at most C). Adam
        as Kingma & Ba print it, without momentum, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1.
        Then sum_{t<=T} f_t(x_t) - f_t(-1) >= (2C - 4)T/3 for every T >= 0 and every alpha > 0.
Source  Derived for this project, after Reddi, Kale & Kumar 2018, Theorem 1.
Note    The algorithm of Kingma & Ba 2015 does not project: with beta1 = 0 this contradicts their Theorem 4.1, a bound
        of order sqrt(T), as it stands; what that theorem assumes holds (`reddi_projection_free_range_corrected`).
        -1 is the best point of all R for every T (`reddi_projection_free_comparator`). `iterate(n)` is the paper's
        x_{n+1}.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.losses.linear import reddi_unbounded
from adamtheory.proofs.lemmas_reddi import FreeCorrected
from adamtheory.proofs.lemmas_reddi_game import Game, T
from adamtheory.rules.adam import adam

game = Game(adam, reddi_unbounded, constrained=False)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, (2 * game.C - 4) * T / 3 <= game.regret(T), hyps=[*game.hyps, 0 <= T])


def witness() -> Witness:
    return Witness({"alpha": ([], 1), "C": ([], 3)}, values={T: 1})


def prove() -> Theorem:
    play = FreeCorrected(game)
    return play.regret_bound(play.costs)
