"""The denominator of AMSGrad as optax has it never falls, for any gradients and decay rates.

Words   The denominator sqrt(V_n) + eps of step n, V_n the maximum of the corrected second moments, is at most that of
        step n + 1, n >= 1.
Source  optax 0.2.8, as the text of `amsgrad_optax` has it. Derived for this project.
Note    In PyTorch and Keras, which correct the maximum, it falls (`amsgrad_torch_denominator_refuted`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import after, maximum_rises
from adamtheory.proofs.lemmas_step import n, text
from adamtheory.rules.amsgrad import amsgrad_optax

s = text(amsgrad_optax, ("v", "v_max", "p2"))


def statement() -> Statement:
    claim = after(s.reading, "denominator", n) <= after(s.reading, "denominator", n + 1)
    return Statement(s.setting, claim, [1 <= n])


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    before = p.certify(0 <= n, p.assume(1 <= n))
    rises, nonneg = (p.using(fact, before) for fact in maximum_rises(p, s))
    return p.certify(statement().claim, p.sqrt_monotone(rises, nonneg))
