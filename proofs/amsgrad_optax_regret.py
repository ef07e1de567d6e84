"""Regret of AMSGrad as optax has it, with both corrections and constant beta1, of order sqrt(T), without log T.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), beta1, beta2 in [0, 1) and eps >= 0,
        with V_t the maximum of the corrected second moments and the corrected first moment in the update:
        R_T <= D^2 sqrt(T) (1-beta1^T)/(2 alpha (1-beta1)) sum_i (sqrt(V_{T,i}) + eps)
             + alpha (1+beta1)/((1-beta1)^2 sqrt(1-beta2)) sum_i |g_{1:T,i}|, where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Derived for this project, from the text of `amsgrad_optax` and `box`. The theorem of Reddi, Kale & Kumar 2018
        is about the form without corrections (`amsgrad_regret`).
Note    The corrected first moment is the plain one with the step sizes alpha_t/(1-beta1^t), and sqrt(V_t) over them
        still does not fall; they are at most 1/(1-beta1) times as large as alpha_t.
        For eps = 0: where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, MOMENTUM, amsgrad_witness
from adamtheory.proofs.lemmas_amsgrad_optax import corrected_game, regret

T = integer("T")

setting = Setting()
method = corrected_game(setting)


def statement() -> Statement:
    claim = method.game.regret(T) <= method.bound(T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *MOMENTUM, EPS])


def witness() -> Witness:
    return amsgrad_witness(method, T)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, regret(p, method, T))
