"""Regret of AMSGrad on any closed convex set, with constant beta1, of order sqrt(T), without log T.

Words   In a closed convex set with |x_i - u_i| <= D for its points, for convex losses, alpha_t = alpha/sqrt(t), any
        beta1, beta2 in [0, 1), eps >= 0, projected in the norm |y|^2 = sum_i (sqrt(V_{t,i}) + eps) y_i^2:
        R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i (sqrt(V_{T,i}) + eps)
             + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|, where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Derived for this project, from the text of `amsgrad`; `amsgrad_regret` on a box. Reddi, Kale & Kumar 2018,
        Theorem 4, is about any set, with sqrt(1 + log T) and conditions on beta1 and beta2.
Note    `nearest` says what projecting means: of the points of the triangle x_{t+1}, x_t, u, which all lie in the set,
        x_{t+1} is nearest to the unprojected point. D is the diameter of the set in the maximum norm.
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import amsgrad_regret
from adamtheory.proofs.lemmas_amsgrad_convex import ASSUMED, convex_game, convex_witness

T = integer("T")

setting = Setting()
method = convex_game(setting)
D, alpha, beta1, beta2 = method.D, method.alpha, method.beta1, method.beta2


def statement() -> Statement:
    distance = D**2 * sqrt(T) / (2 * alpha * (1 - beta1)) * method.roots(T)
    steps = alpha * (1 + beta1) / ((1 - beta1) * sqrt(1 - beta2)) * method.norms(T)
    return Statement(setting, method.game.regret(T) <= distance + steps, hyps=[1 <= T], assumes=ASSUMED)


def witness() -> Witness:
    return convex_witness(method, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, amsgrad_regret(p, method, T))
