"""Adam with beta1 = 0 on the periodic sequence is back at 1, the worst point, after every third round.

Words   f_t(x) = C x if t = 1 mod 3, else -x, on [-1, 1], with C > 2; Adam without momentum and without bias
        correction, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), x_1 = 1. Then
        x_{3k+1} = 1 for all k >= 0, for every alpha > 0.
Source  Reddi, Kale & Kumar 2018, Theorem 1 and its proof.
Note    The paper bounds alpha; no bound is needed. Its step 1/sqrt(3k+3) >= 1/sqrt(2(3k+1)) is false at k = 0
        (`reddi_first_block_refuted`); the first block has its own argument here, derived for this project, from the
        exact v_1, v_2, v_3. `iterate(n)` is the paper's x_{n+1}.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_reddi import Uncorrected
from adamtheory.proofs.lemmas_reddi_game import Game, k
from adamtheory.rules.adam import adam_uncorrected

game = Game(adam_uncorrected)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, eq(game.x(3 * k), 1), hyps=[*game.hyps, 0 <= k])


def witness() -> Witness:
    return Witness({"alpha": ([], 1), "C": ([], 3)}, values={k: 1})


def prove() -> Theorem:
    return Uncorrected(game).returns()
