"""Regret of AMSGrad with beta1 = 0, of order sqrt(T), without log T.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), beta1 = 0, beta2 in [0, 1), eps >= 0:
        R_T <= D^2 sqrt(T)/(2 alpha) sum_i (sqrt(V_{T,i}) + eps) + alpha/sqrt(1-beta2) sum_i |g_{1:T,i}|,
        where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Derived for this project, from the text of `amsgrad` and `box`; the first term is that of Reddi, Kale & Kumar
        2018, Theorem 4, the second is free of their sqrt(1 + log T).
Note    The paper has eps = 0; then where V_{t,i} = 0 the step is 0 (there g_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, amsgrad_game, amsgrad_regret, amsgrad_witness

T = integer("T")

setting = Setting()
method = amsgrad_game(setting, beta1=0, with_eps=True)
D, alpha, beta2 = method.D, method.alpha, method.beta2


def statement() -> Statement:
    distance = D**2 * sqrt(T) / (2 * alpha) * method.roots(T)
    steps = alpha / sqrt(1 - beta2) * method.norms(T)
    return Statement(setting, method.game.regret(T) <= distance + steps, hyps=[1 <= T], assumes=[*ASSUMED, EPS])


def witness() -> Witness:
    return amsgrad_witness(method, T)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, amsgrad_regret(p, method, T))
