"""Regret of AMSGrad with any rates beta1_t <= a: the second term twice as large as in the printed theorem.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), 0 <= beta1_t <= a < 1,
        0 <= beta2 < 1, eps >= 0, w = sqrt(V) + eps: R_T <= D^2 sqrt(T)/(2 alpha (1-a)) sum_i w_{T,i}
             + 2 sum_{t=2}^T beta1_t sqrt(t-1) D^2/(2 alpha (1-a)) sum_i w_{t-1,i}
             + (1+a)/(2 (1-a)) sum_t sum_i alpha_t m_{t,i}^2/w_{t,i}.
Source  Derived for this project, from the text of `amsgrad` and `box`: the second repair of Reddi, Kale & Kumar 2018,
        Theorem 4, whose printed proof fails for such rates (`amsgrad_telescoping_refuted`).
Note    The rates may rise and fall at will; the second sum is written with t - 1 for t. For rates that do not increase
        it is not needed (`amsgrad_repair_non_increasing`); for rates that vary little `amsgrad_repair_variation` is
        the better bound. The last sum is bounded by the gradients in `momentum_lemma_any_schedule`.
        The paper has eps = 0; then where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, amsgrad_game, amsgrad_witness
from adamtheory.proofs.lemmas_amsgrad_scheduled import amsgrad_player, average_costs, distance, known, swapped
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_momentum import after
from adamtheory.proofs.lemmas_scheduled import any_final, regret_bound
from adamtheory.proofs.lemmas_schedules import any_rates

T = integer("T")

setting = Setting()
schedule = any_rates(setting)
method = amsgrad_game(setting, beta1=schedule.a, rate=schedule.rate, with_eps=True)
rate, a, D, alpha = schedule.rate, schedule.a, method.D, method.alpha


def statement() -> Statement:
    rounds = total(t, 1, T - 1, rate(t + 1) * sqrt(t) * method.roots(t))
    momentum = 2 * D**2 / (2 * alpha * (1 - a)) * rounds
    claim = method.game.regret(T) <= distance(method, a, T) + momentum + average_costs(method, a, T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *schedule.assumes, EPS])


def witness() -> Witness:
    half = Fraction(1, 2)
    return amsgrad_witness(method, T, beta1=([t], half), a=([], half))


def prove() -> Theorem:
    p = Prover(setting)
    c = amsgrad_player(p, method, schedule)
    found = regret_bound(p, method.game, c, any_final(p, c), T)
    same = p.using(swapped(p, method, c.squared(t), T), after(p, T)[1])
    before = p.certify(0 <= T - 1, p.assume(1 <= T), degree=1)
    moved = p.using(swapped(p, method, rate(t + 1) * c.weight(t), T - 1), before)
    return p.certify(statement().claim, found, same, moved, *known(p, method, c, T), degree=1)
