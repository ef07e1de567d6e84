"""Regret of AMSGrad with constant beta1, of order sqrt(T), without log T and without a condition on beta1 and beta2.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), any beta1, beta2 in [0, 1), eps >= 0:
        R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i (sqrt(V_{T,i}) + eps)
             + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|, where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Derived for this project, from the text of `amsgrad` and `box`. Compare Reddi, Kale & Kumar 2018, Theorem 4, and
        Alacaoglu, Malitsky, Mertikopoulos & Cevher 2020, whose second terms carry sqrt(1 + log T) and conditions on
        beta1 and beta2.
Note    The paper has eps = 0; then where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, MOMENTUM, amsgrad_game, amsgrad_regret, amsgrad_witness

T = integer("T")

setting = Setting()
method = amsgrad_game(setting, with_eps=True)
D, alpha, beta1, beta2 = method.D, method.alpha, method.beta1, method.beta2


def statement() -> Statement:
    distance = D**2 * sqrt(T) / (2 * alpha * (1 - beta1)) * method.roots(T)
    steps = alpha * (1 + beta1) / ((1 - beta1) * sqrt(1 - beta2)) * method.norms(T)
    claim = method.game.regret(T) <= distance + steps
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *MOMENTUM, EPS])


def witness() -> Witness:
    return amsgrad_witness(method, T)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, amsgrad_regret(p, method, T))
