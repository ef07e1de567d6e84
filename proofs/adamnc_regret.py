"""Regret of AdamNC, AdaGrad with momentum: with beta2_t = 1 - 1/t and constant beta1 it is of AdaGrad's order.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), v_t the mean of all squared gradients
        and any beta1 in [0, 1): R_T <= (D^2/(2 alpha (1-beta1)) + alpha (1+beta1)/(1-beta1)) sum_i |g_{1:T,i}|.
Source  Derived for this project from the text of `adamnc` and `box`, by the bound of `master_theorem`. Compare Reddi,
        Kale & Kumar 2018, Theorem 5 and Corollary 2, with 1/(1-beta1)^3.
Note    eps = 0 as in the paper: where v_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
Witness beta1 = 0. By exact evaluation the assumptions also hold for beta1 = 1/2.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamnc import ASSUMED, adamnc_game, player, regret
from adamtheory.proofs.lemmas_box_game import regret_bound, witnessed
from adamtheory.proofs.lemmas_momentum import momentum_sum

T = integer("T")
DECAY = ("beta1_nonnegative", "beta1_below_one")

setting = Setting()
method = adamnc_game(setting)


def statement() -> Statement:
    claim = method.game.regret(T) <= method.bound(T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *DECAY])


def witness() -> Witness:
    return witnessed(method.game, {"alpha": ([], 1), "beta1": ([], 0), "D": ([], 2)}, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    c = player(p, method, tuple(p.given(name) for name in DECAY))
    found = regret(p, method, c, T, regret_bound(p, method.game, c, T), momentum_sum(p, c, T))
    return p.restate(statement().claim, found)
