"""Regret of AMSGrad with rates beta1_t that do not increase: the same bound as for constant beta1 = beta1_1.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), 0 <= beta1_{t+1} <= beta1_t,
        beta1 = beta1_1 < 1, beta2 in [0, 1) and eps >= 0:
        R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i (sqrt(V_{T,i}) + eps)
             + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|, where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Derived for this project, from the text of `amsgrad` and `box`. It implies Reddi, Kale & Kumar 2018, Theorem 4
        (later version), for rates that do not increase, with smaller constants, without its second term, without
        sqrt(1 + log T) and without the condition beta1 < sqrt(beta2).
Note    From `amsgrad_repair_non_increasing` and `momentum_lemma_scheduled`.
        The paper has eps = 0; then where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, amsgrad_game, amsgrad_witness
from adamtheory.proofs.lemmas_amsgrad_scheduled import distance, falling_regret, gradient_costs
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_schedules import falling_rates

T = integer("T")

setting = Setting()
schedule = falling_rates(setting)
method = amsgrad_game(setting, beta1=schedule.a, rate=schedule.rate, with_eps=True)


def statement() -> Statement:
    claim = method.game.regret(T) <= distance(method, method.beta1, T) + gradient_costs(method, method.beta1, T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *schedule.assumes, EPS])


def witness() -> Witness:
    return amsgrad_witness(method, T, beta1=([t], Fraction(1, 2)))


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, falling_regret(p, method, schedule, T))
