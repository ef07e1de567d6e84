"""Without bias correction the sharp constant of Adam's step has the same limit as with it.

Words   With 0 < beta2 < 1, beta1^2 < beta2 and r = beta1^2/beta2: K_t = (1-beta1) sqrt([t]_r/(1-beta2)), t = n + 1,
        tends to (1-beta1) sqrt(beta2/((1-beta2)(beta2-beta1^2))), where [t]_r = 1 + r + ... + r^(t-1).
Source  Derived for this project. K_t is the constant of `adam_step_bound_uncorrected`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import limit_value, raw_constant, raw_constant_limit

s = betas()
ASSUMES = s.assume("beta2_positive", "beta2_below_one")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, tends(absolute(raw_constant(a, b, n) - limit_value(a, b)), 0, n), [a**2 < b], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return raw_constant_limit(Prover(s.setting), s, n)
