"""Regret of AdamX with its rates a_t = beta1 lam^(t-1), of order sqrt(T), without log T.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), a_t = beta1 lam^(t-1),
        0 <= beta1 < 1, 0 <= lam <= 1 and 0 <= beta2 < 1: R_T <= D^2 sqrt(T)/(2 alpha (1-a_T)) sum_i sqrt(V_{T,i})
             + D^2/(2 alpha) sum_{t=2}^T a_t/(1-a_t) sqrt(t-1) sum_i sqrt(V_{t-1,i})
             + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|, where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Derived for this project from the text of `adamx` and `box`. Compare Tran & Phong 2019, theorem on AdamX
        (wording unverified), whose last factor alpha sqrt(1 + log T)/((1-beta1)^2 (1-gamma) sqrt(1-beta2)),
        gamma = beta1/sqrt(beta2) < 1, is larger; `adamx_regret_bounded` is in its form.
Note    By `adamx_monotone` and summation by parts; the second sum is written with t - 1 for t.
        eps = 0 as in the paper: where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamx import adamx_game, adamx_regret, adamx_witness, momentum, widest
from adamtheory.proofs.lemmas_amsgrad import ASSUMED
from adamtheory.proofs.lemmas_amsgrad_scheduled import gradient_costs

T = integer("T")

setting = Setting()
method = adamx_game(setting)


def statement() -> Statement:
    bound = widest(method, T) + momentum(method, T) + gradient_costs(method, method.beta1, T)
    assumes = [*ASSUMED, *method.schedule.assumes]
    return Statement(setting, method.game.regret(T) <= bound, hyps=[1 <= T], assumes=assumes)


def witness() -> Witness:
    return adamx_witness(method, T)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, adamx_regret(p, method, T))
