"""Regret of AMSGrad with bounded gradients: at most a constant times d sqrt(T), for all beta1, beta2 in [0, 1).

Words   On a box with sides at most D, for convex losses with |g_{t,i}| <= G, alpha_t = alpha/sqrt(t), eps >= 0:
        R_T <= d sqrt(T) (D^2 (G + eps)/(2 alpha (1-beta1)) + alpha G (1+beta1)/((1-beta1) sqrt(1-beta2))).
Source  Derived for this project from `amsgrad_regret`, from the text of `amsgrad` and `box`. Compare Reddi, Kale &
        Kumar 2018, Theorem 4 and Corollary 1, which have sqrt(1 + log T) besides.
Note    The paper has eps = 0; then where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, MOMENTUM, amsgrad_witness
from adamtheory.proofs.lemmas_amsgrad_bounded import bounded_game, bounded_regret

T = integer("T")

setting = Setting()
method, G = bounded_game(setting)
D, alpha, beta1, beta2 = method.D, method.alpha, method.beta1, method.beta2


def statement() -> Statement:
    distance = D**2 * (G + method.eps) / (2 * alpha * (1 - beta1))
    steps = alpha * G * (1 + beta1) / ((1 - beta1) * sqrt(1 - beta2))
    claim = method.game.regret(T) <= method.game.d * sqrt(T) * (distance + steps)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *MOMENTUM, EPS, "bounded", "dimension"])


def witness() -> Witness:
    return amsgrad_witness(method, T, G=([], 1))


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, bounded_regret(p, method, G, T))
