"""The sum of lam^t sqrt(t) over all rounds is at most lam/(1 - lam)^2.

Words   For 0 <= lam < 1 and every n: sum_{t=1}^n lam^t sqrt(t) <= lam/(1-lam)^2.
Source  Reddi, Kale & Kumar 2018, Corollary 1, and Tran & Phong 2019, where the momentum terms of the rates
        beta1_t = beta1 lam^(t-1), the sum of beta1_t sqrt(t-1), are bounded by such a sum; derived for this project.
Note    sqrt(t) <= t, and (1-lam)^2 sum_{t=1}^n t lam^t = lam - lam^(n+1) (n + 1 - n lam).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, power, real, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_schedules import root_sum

n, t = integers("n t")
lam = real("lam")

setting = Setting()


def statement() -> Statement:
    claim = total(t, 1, n, power(lam, t) * sqrt(t)) <= lam / (1 - lam) ** 2
    return Statement(setting, claim, hyps=[0 <= n, 0 <= lam, lam < 1])


def witness() -> Witness:
    return Witness(values={n: 1, lam: Fraction(1, 2)})


def prove() -> Theorem:
    return root_sum(Prover(setting), lam, n)
