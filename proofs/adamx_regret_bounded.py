"""Regret of AdamX with bounded gradients, in the form of its paper, with smaller constants.

Words   On a box with sides at most D, for convex losses with |g_{t,i}| <= G, alpha_t = alpha/sqrt(t),
        a_t = beta1 lam^(t-1), 0 <= beta1 < 1, 0 <= lam <= 1 and 0 <= beta2 < 1:
        R_T <= d D^2 G/(2 alpha (1-beta1)) (sqrt(T) + sum_{t=2}^T a_t sqrt(t-1))
             + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|, where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Derived for this project from the text of `adamx` and `box`. It implies the theorem of Tran & Phong 2019 on
        AdamX (wording unverified), which has 1/(1-beta1)^2 with the second sum and for the last factor
        alpha sqrt(1 + log T)/((1-beta1)^2 (1-gamma) sqrt(1-beta2)), gamma = beta1/sqrt(beta2) < 1.
Note    From `adamx_regret`. For lam < 1 the sum over t is at most beta1 lam/(1-lam)^2 (`decayed_root_sum`). It is
        written with t - 1 for t.
        eps = 0 as in the paper: where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamx import adamx_witness
from adamtheory.proofs.lemmas_adamx_bounded import bounded_bound, bounded_game, bounded_regret
from adamtheory.proofs.lemmas_amsgrad import ASSUMED

T = integer("T")

setting = Setting()
method, G = bounded_game(setting)


def statement() -> Statement:
    claim = method.game.regret(T) <= bounded_bound(method, G, T)
    assumes = [*ASSUMED, *method.schedule.assumes, "bounded", "dimension"]
    return Statement(setting, claim, hyps=[1 <= T], assumes=assumes)


def witness() -> Witness:
    return adamx_witness(method, T, G=([], 1))


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, bounded_regret(p, method, G, T))
