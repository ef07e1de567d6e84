"""Regret of AdamNC with beta2_t = 1 - 1/t and the rates beta1_t = beta1 lam^(t-1): as for constant beta1.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), v_t the mean of all squared gradients
        and beta1_t = beta1 lam^(t-1) with 0 <= beta1 < 1, 0 <= lam <= 1:
        R_T <= (D^2/(2 alpha (1-beta1)) + alpha (1+beta1)/(1-beta1)) sum_i |g_{1:T,i}|.
Source  Derived for this project from the text of `adamnc` and `box`. Compare Reddi, Kale & Kumar 2018, Corollary 2
        (wording unverified; refuted as printed by `adamnc_corollary_2_refuted`), with 2 alpha/(1-beta1)^3 and a term
        with 1/(1-lam)^2 besides, which is not needed.
Note    eps = 0 as in the paper: where v_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamnc import ASSUMED, adamnc_game, player, regret
from adamtheory.proofs.lemmas_box_game import witnessed
from adamtheory.proofs.lemmas_scheduled import falling_final, scaled_bound
from adamtheory.proofs.lemmas_scheduled_costs import averages
from adamtheory.proofs.lemmas_schedules import decay, geometric_rates, scheduled, shares_fall

T = integer("T")

setting = Setting()
schedule = geometric_rates(setting)
method = adamnc_game(setting, schedule.rate, schedule.a)


def statement() -> Statement:
    claim = method.game.regret(T) <= method.bound(T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *schedule.assumes])


def witness() -> Witness:
    half = ([], Fraction(1, 2))
    return witnessed(method.game, {"alpha": ([], 1), "beta1": half, "lam": half, "D": ([], 2)}, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    c = scheduled(p, schedule, player(p, method, decay(p, schedule)))
    falls = shares_fall(p, c, schedule)
    bound = scaled_bound(p, method.game, c, falling_final(p, c, falls), T)
    found = regret(p, method, c, T, bound, averages(p, c, T, falls))
    return p.restate(statement().claim, found)
