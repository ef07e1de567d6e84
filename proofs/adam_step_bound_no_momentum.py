"""Without momentum the sharp bound of Adam's step is sqrt([t]_beta2): RMSProp with bias correction.

Words   With beta1 = 0, 0 < beta2 < 1 and eps >= 0: in step t = n + 1 of the text, |m_hat| is at most sqrt([t]_beta2)
        times the denominator, where [t]_beta2 = 1 + beta2 + ... + beta2^(t-1).
Source  Derived for this project; from the text of `adam`.
Note    It is attained by a single gradient after zeros (`adam_step_attained_by_spike`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import n, powers
from adamtheory.proofs.lemmas_step_special import no_momentum, spike_bound

s = no_momentum()
ASSUMES = s.assume("beta2_positive", "beta2_below_one", "eps_nonnegative")
constant = sqrt(powers(s.scalar("beta2"), n))


def statement() -> Statement:
    return Statement(
        s.setting, absolute(s.value("moment", n)) <= constant * s.value("denominator", n), [0 <= n], ASSUMES
    )


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return spike_bound(Prover(s.setting), s, n)
