"""Adam with bias correction and beta1 = 0 on the periodic sequence is back at 1, the worst point, every third round.

Words   f_t(x) = C x if t = 1 mod 3, else -x, on [-1, 1], with C > 2; Adam as Kingma & Ba print it, without
        momentum, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1. Then
        x_{3k+1} = 1 for all k >= 0, for every alpha > 0.
Source  Derived for this project; Reddi, Kale & Kumar 2018, Theorem 1 is about Adam without bias correction
        (`reddi_theorem_1`); that the argument extends is said there in a footnote (wording unverified).
Note    `iterate(n)` is the paper's x_{n+1}; the corrected moments in the first block are C^2, (2-b)/(1+b),
        (1+2b-b^2)/(1+b+b^2), where b is beta2.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_reddi import Corrected
from adamtheory.proofs.lemmas_reddi_game import Game, k
from adamtheory.rules.adam import adam

game = Game(adam)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, eq(game.x(3 * k), 1), hyps=[*game.hyps, 0 <= k])


def witness() -> Witness:
    return Witness({"alpha": ([], 1), "C": ([], 3)}, values={k: 1})


def prove() -> Theorem:
    return Corrected(game).returns()
