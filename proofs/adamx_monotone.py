"""What AMSGrad's printed proof needs holds for AdamX: sqrt(V_t)/(alpha_t (1 - a_t)) does not fall.

Words   With alpha_t = alpha/sqrt(t) and the rates a_t = beta1 lam^(t-1), in every coordinate and every round t >= 1,
        sqrt(V_t)/(alpha_t (1-a_t)) <= sqrt(V_{t+1})/(alpha_{t+1} (1-a_{t+1})).
Source  Tran & Phong 2019, the purpose of the algorithm AdamX; derived here from the text of `adamx`. For AMSGrad it is
        false (`gamma_momentum_geometric_refuted`).
Note    From `adamx_closed_form`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamx import adamx_game, adamx_witness, weights_rise

T = integer("T")

setting = Setting()
method = adamx_game(setting)
rate = method.schedule.rate


def statement() -> Statement:
    old, new = (sqrt(method.v_max(t)) / (method.alpha / sqrt(t)) / (1 - rate(t)) for t in (T, T + 1))
    assumes = ["beta2_below_one", "beta2_nonnegative", "step_positive", *method.schedule.assumes]
    return Statement(setting, old <= new, hyps=[1 <= T], assumes=assumes)


def witness() -> Witness:
    return adamx_witness(method, T)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, weights_rise(p, method, T))
