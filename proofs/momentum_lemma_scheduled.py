"""An average with falling rates costs no more than the gradients: sum alpha m^2/w <= sum alpha g^2/w.

Words   For rates with 0 <= beta1_{t+1} <= beta1_t and beta1_1 < 1, step sizes alpha_t > 0 and any w_t >= 0 with
        w_t/alpha_t nondecreasing and w_t > 0 where g_t is not 0: the sum over t = 1, ..., T of alpha_t m_t^2/w_t is at
        most that of alpha_t g_t^2/w_t.
Source  Derived for this project; for a constant rate it is `momentum_lemma`. The moving average is that of
        `momentum_average`.
Note    One coordinate; w_t stands for sqrt(v_t). Where w_t = 0 the quotient is 0 (there m_t = g_t = 0).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_scheduled_costs import DENOMINATORS, averages, lone
from adamtheory.proofs.lemmas_schedules import decay, falling_rates, scheduled, shares_fall

T = integer("T")

setting = Setting()
schedule = falling_rates(setting)
average = lone(setting, schedule.rate)


def statement() -> Statement:
    costs = total(t, 1, T, average.cost(average.m(t), t)), total(t, 1, T, average.cost(average.g(t), t))
    return Statement(setting, costs[0] <= costs[1], hyps=[1 <= T], assumes=[*DENOMINATORS, *schedule.assumes])


def witness() -> Witness:
    return average.witness(T, beta1=([t], Fraction(1, 2)))


def prove() -> Theorem:
    p = Prover(setting)
    c = scheduled(p, schedule, average.coordinate(p, schedule.a, decay(p, schedule)))
    return p.restate(statement().claim, averages(p, c, T, shares_fall(p, c, schedule)))
