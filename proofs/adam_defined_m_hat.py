"""Adam never divides its first moment by 0: 1 - beta1^t is not 0.

Words   With 0 <= beta1 < 1 the divisor of m_hat is not 0 in any step.
Source  Kingma & Ba 2015, Algorithm 1, where it is taken for granted; from the text of `adam`, whose obligation this is.
Note    n steps are done, so the sentence is about step t = n + 1. p1(n) holds beta1^n.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n
from adamtheory.proofs.lemmas_defined import adam_text, correction_positive, owed

setting, reading = adam_text("beta1")


def statement() -> Statement:
    return Statement(setting, owed(reading, 0), [0 <= n], ["beta1_nonnegative", "beta1_below_one"])


def witness() -> Witness:
    return Witness({"g": ([n], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return p.nonzero(correction_positive(p, reading, "p1", "beta1"))
