"""If beta1^2 >= beta2, the sharp constant of Adam's step grows at least like (1-beta1) sqrt(t).

Words   With 0 <= beta1, beta2 > 0, beta2 <= beta1^2 and r = beta1^2/beta2: C_t = sqrt([t]_r [t]_beta2)/[t]_beta1 is
        at least (1-beta1) sqrt(t), t = n + 1, where [t]_q = 1 + q + ... + q^(t-1): no bound of the step holds for all
        t.
Source  Derived for this project. The rates 1/2, 1/5 satisfy the condition beta1^2/sqrt(beta2) < 1 of Kingma & Ba 2015,
        Theorem 4.1, which therefore does not bound the step.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import constant, constant_unbounded

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta2_positive")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, (1 - a) * sqrt(n + 1) <= constant(a, b, n), [0 <= n, b <= a**2], ASSUMES)


def witness() -> Witness:
    return s.witness(beta2=Fraction(1, 4))


def prove() -> Theorem:
    return constant_unbounded(Prover(s.setting), s, n)
