"""No regret on average against a fixed u: max(R_T/T, 0) tends to 0 for AMSGrad with any beta1, beta2 in [0, 1).

Words   In the setting of `amsgrad_regret_bounded` max(R_T/T, 0) -> 0, which says limsup R_T/T <= 0. The limit of R_T/T
        itself need not be 0: a regret may be very negative.
Source  Derived for this project from `amsgrad_regret_bounded`; Reddi, Kale & Kumar 2018, after Corollary 1, for AMSGrad
        (wording unverified). Kingma & Ba 2015, Corollary 4.2, claims the limit for Adam.
Note    max(R_T/T, 0) lies between 0 and C/sqrt(T), C the constant of that theorem.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import positive_part, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs import amsgrad_regret_bounded
from adamtheory.proofs.amsgrad_regret_bounded import G, T, method, setting
from adamtheory.proofs.lemmas_amsgrad_bounded import average_vanishes, bound_nonneg, bounded_regret


def statement() -> Statement:
    claim = tends(positive_part(method.game.regret(T) / T), 0, T)
    return Statement(setting, claim, assumes=amsgrad_regret_bounded.statement().assumes)


def witness() -> Witness:
    return amsgrad_regret_bounded.witness()


def prove() -> Theorem:
    p = Prover(setting)
    return average_vanishes(p, bounded_regret(p, method, G, T), bound_nonneg(p, method, G), T)
