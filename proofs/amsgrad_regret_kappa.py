"""Regret of AMSGrad where beta1^2 < beta2: a second bound, with sqrt(1 + log T), better for beta1 near 1.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), constant beta1, beta2 in [0, 1),
        gamma = beta1^2/beta2 < 1, eps >= 0: R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i (sqrt(V_{T,i}) + eps)
             + alpha (1+beta1)/2 sqrt((1 + log T)/((1-beta2) (1-gamma))) sum_i |g_{1:T,i}|.
Source  Derived for this project from the text of `amsgrad` and `box`. Alacaoglu, Malitsky, Mertikopoulos & Cevher 2020
        (wording unverified) have the second term without the factor (1+beta1)/2.
Note    |m_t| <= kappa sqrt(v_t) for kappa = (1-beta1)/sqrt((1-beta2) (1-gamma)); in place of 2/sqrt(1-beta2) of
        `amsgrad_regret` stands kappa sqrt(1 + log T), for beta1 = .9 and beta2 = .999 7.27 sqrt(1 + log T) in place of
        63.2. The root of the quotient is written as the quotient of the roots.
        The paper has eps = 0; then where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, MOMENTUM, amsgrad_game, amsgrad_witness
from adamtheory.proofs.lemmas_kappa import bound, regret

T = integer("T")

setting = Setting()
method = amsgrad_game(setting, with_eps=True)
setting.assume("squared_below", method.beta1**2 < method.beta2)


def statement() -> Statement:
    claim = method.game.regret(T) <= bound(method, T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *MOMENTUM, EPS, "squared_below"])


def witness() -> Witness:
    return amsgrad_witness(method, T)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, regret(p, method, T))
