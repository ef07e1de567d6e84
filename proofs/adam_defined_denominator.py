"""Adam never divides its step by 0: sqrt(v_hat) + eps is not 0.

Words   With eps > 0 the denominator of the step is not 0 in any step, whatever the gradients are.
Source  Kingma & Ba 2015, Algorithm 1, where it is taken for granted; from the text of `adam`, whose obligation this is.
Note    n steps are done, so the sentence is about step t = n + 1. For eps = 0 it is false
        (`adam_defined_without_eps_refuted`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n
from adamtheory.proofs.lemmas_defined import adam_text, owed

setting, reading = adam_text(positive=True)


def statement() -> Statement:
    return Statement(setting, owed(reading, 3), assumes=["eps_positive"])


def witness() -> Witness:
    return Witness({"g": ([n], 1), "eps": ([], 1)})


def prove() -> Theorem:
    p = Prover(setting)
    root = p.sqrt_nonneg(reading.value("v_hat", n))
    return p.nonzero(p.certify(0 < reading.value("denominator", n), root, p.given("eps_positive")))
