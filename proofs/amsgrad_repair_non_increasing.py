"""Regret of AMSGrad with rates beta1_t that do not increase: the unchanged algorithm needs no second term.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), 0 <= beta1_{t+1} <= beta1_t,
        beta1 = beta1_1 < 1, beta2 in [0, 1), w = sqrt(V) + eps, eps >= 0:
        R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i w_{T,i}
             + (1+beta1)/(2 (1-beta1)) sum_t sum_i alpha_t m_{t,i}^2/w_{t,i}.
Source  Derived for this project, from the text of `amsgrad` and `box`. Reddi, Kale & Kumar 2018, Theorem 4 (wording
        unverified), have D^2/(2 (1-beta1)) sum_t sum_i beta1_t sqrt(V_{t,i})/alpha_t besides, and twice the first term.
Note    With r_t = 1/(1-beta1_t) and L_t = <m_t, x_t - u>, sum_t <g_t, x_t - u> is sum_t L_t
        + sum_{t<T} (r_t - r_{t+1}) L_t + (r_T - 1) L_T + sum_{t>1} (r_t - 1) <m_{t-1}, x_{t-1} - x_t>: all weights are
        >= 0 and those of L_t beyond 1 sum to r_1 - 1, so that no cross term is left over. The step of the printed proof
        that fails for such rates (`amsgrad_telescoping_refuted`) is not taken.
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
from adamtheory.proofs.lemmas_amsgrad_scheduled import average_costs, distance, falling_bound, swapped
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_momentum import after
from adamtheory.proofs.lemmas_schedules import falling_rates

T = integer("T")

setting = Setting()
schedule = falling_rates(setting)
method = amsgrad_game(setting, beta1=schedule.a, rate=schedule.rate, with_eps=True)


def statement() -> Statement:
    bound = distance(method, schedule.a, T) + average_costs(method, schedule.a, T)
    return Statement(setting, method.game.regret(T) <= bound, hyps=[1 <= T], assumes=[*ASSUMED, *schedule.assumes, EPS])


def witness() -> Witness:
    return amsgrad_witness(method, T, beta1=([t], Fraction(1, 2)))


def prove() -> Theorem:
    p = Prover(setting)
    found, c = falling_bound(p, method, schedule, T)
    same = p.using(swapped(p, method, c.squared(t), T), after(p, T)[1])
    return p.certify(statement().claim, found, same, degree=1)
