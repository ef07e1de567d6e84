"""The sharp constant of AdaMax's step exceeds 1 from the second step on.

Words   With 0 < beta1 and 0 < beta2 < 1: D_t = [t]_(beta1/beta2)/[t]_beta1 > 1 at every t = n + 1 >= 2, where [t]_q = 1
        + q + ... + q^(t-1).
Source  Derived for this project. At t = 2 it reads D_2 = 1 + beta1 (1-beta2)/(beta2 (1+beta1)).
Note    So |Delta_t| <= alpha (Kingma & Ba 2015, section 7.1) fails for all such rates: see `adamax_step_exceeds`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax import maximal_above, maximal_constant
from adamtheory.proofs.lemmas_step import betas, n

s = betas()
ASSUMES = s.assume("beta1_positive", "beta2_positive", "beta2_below_one")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, 1 < maximal_constant(a, b, n), [1 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return maximal_above(Prover(s.setting), s, n)
