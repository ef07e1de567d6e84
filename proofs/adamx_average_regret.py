"""No regret on average against a fixed u: max(R_T/T, 0) tends to 0 for AdamX with beta1 lam^(t-1), lam < 1.

Words   In the setting of `adamx_regret_bounded` with lam < 1, max(R_T/T, 0) -> 0, which says limsup R_T/T <= 0. The
        limit of R_T/T itself need not be 0: a regret may be very negative.
Source  Derived for this project from `adamx_regret_bounded` and `decayed_root_sum`. Tran & Phong 2019, corollary of the
        theorem on AdamX (wording unverified), claims the limit.
Note    max(R_T/T, 0) lies between 0 and C/sqrt(T), where C = d D^2 G/(2 alpha (1-beta1)) (1 + beta1 lam/(1-lam)^2)
        + d alpha G (1+beta1)/((1-beta1) sqrt(1-beta2)).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, positive_part, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamx import adamx_witness
from adamtheory.proofs.lemmas_adamx_bounded import bounded_game, root_regret
from adamtheory.proofs.lemmas_amsgrad import ASSUMED
from adamtheory.proofs.lemmas_amsgrad_bounded import average_vanishes

T = integer("T")

setting = Setting()
method, G = bounded_game(setting, strict=True)


def statement() -> Statement:
    assumes = [*ASSUMED, *method.schedule.assumes, "bounded", "dimension"]
    return Statement(setting, tends(positive_part(method.game.regret(T) / T), 0, T), assumes=assumes)


def witness() -> Witness:
    return adamx_witness(method, T, G=([], 1))


def prove() -> Theorem:
    p = Prover(setting)
    return average_vanishes(p, *root_regret(p, method, G, T), T)
