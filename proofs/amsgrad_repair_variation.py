"""Regret of AMSGrad with any rates beta1_t: what they cost beyond a constant rate is their variation.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), 0 <= beta1_t <= a < 1,
        r_t = 1/(1-beta1_t), beta2 in [0, 1), w = sqrt(V) + eps, eps >= 0:
        R_T <= D^2 sqrt(T) r_T/(2 alpha) sum_i w_{T,i}
             + D^2/(2 alpha) sum_{t=1}^{T-1} |r_{t+1} - r_t| sqrt(t) sum_i w_{t,i}
             + (1+a)/(2 (1-a)) sum_t sum_i alpha_t m_{t,i}^2/w_{t,i}.
Source  Derived for this project, from the text of `amsgrad` and `box`. Compare `amsgrad_repair_any_schedule`, whose
        second term does not vanish for a constant rate, and Reddi, Kale & Kumar 2018, Theorem 4.
Note    For a constant rate the second sum is 0. The last sum is bounded by the gradients in
        `momentum_lemma_any_schedule`.
        The paper has eps = 0; then where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, integer, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, EPS, amsgrad_game, amsgrad_witness
from adamtheory.proofs.lemmas_amsgrad_scheduled import amsgrad_player, average_costs, known, swapped
from adamtheory.proofs.lemmas_box_game import inverse_product, t
from adamtheory.proofs.lemmas_momentum import after
from adamtheory.proofs.lemmas_scheduled import regret_bound, variation_final
from adamtheory.proofs.lemmas_schedules import any_rates

T = integer("T")

setting = Setting()
schedule = any_rates(setting)
method = amsgrad_game(setting, beta1=schedule.a, rate=schedule.rate, with_eps=True)
rate, a, D, alpha = schedule.rate, schedule.a, method.D, method.alpha


def change(t):
    return absolute(1 / (1 - rate(t + 1)) - 1 / (1 - rate(t)))


def statement() -> Statement:
    distance = D**2 * sqrt(T) / (2 * alpha * (1 - rate(T))) * method.roots(T)
    variation = D**2 / (2 * alpha) * total(t, 1, T - 1, change(t) * sqrt(t) * method.roots(t))
    claim = method.game.regret(T) <= distance + variation + average_costs(method, a, T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *schedule.assumes, EPS])


def witness() -> Witness:
    half = Fraction(1, 2)
    return amsgrad_witness(method, T, beta1=([t], half), a=([], half))


def prove() -> Theorem:
    p = Prover(setting)
    c = amsgrad_player(p, method, schedule)
    found = regret_bound(p, method.game, c, variation_final(p, c), T)
    same = p.using(swapped(p, method, c.squared(t), T), after(p, T)[1])
    before = p.certify(0 <= T - 1, p.assume(1 <= T), degree=1)
    moved = p.using(swapped(p, method, change(t) * c.weight(t), T - 1), before)
    keeps = p.certify(0 < 1 - rate(T), p.chain(rate(T) < 1, c.high(T), c.decay[1]))
    split = inverse_product(p, p.certify(0 < 2 * alpha, p.given("step_positive")), keeps)
    return p.certify(statement().claim, found, same, moved, split, known(p, method, c, T)[1], degree=1)
