"""An average with any decay rates beta1_t <= a costs at most 1/(1-a) times as much as the gradients.

Words   For rates with 0 <= beta1_t <= a < 1, step sizes alpha_t > 0 and any w_t >= 0 with w_t/alpha_t nondecreasing and
        w_t > 0 where g_t is not 0: the sum over t = 1, ..., T of alpha_t m_t^2/w_t is at most 1/(1-a) times that of
        alpha_t g_t^2/w_t.
Source  Derived for this project; `momentum_lemma_scheduled` for rates that fall has 1 in the place of 1/(1-a). The
        moving average is that of `momentum_average`.
Note    One coordinate; w_t stands for sqrt(v_t). Where w_t = 0 the quotient is 0 (there m_t = g_t = 0).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_scheduled_costs import DENOMINATORS, averages_any, lone
from adamtheory.proofs.lemmas_schedules import any_rates, decay, scheduled

T = integer("T")

setting = Setting()
schedule = any_rates(setting)
average = lone(setting, schedule.rate)


def statement() -> Statement:
    costs = total(t, 1, T, average.cost(average.m(t), t)), total(t, 1, T, average.cost(average.g(t), t))
    claim = costs[0] <= 1 / (1 - schedule.a) * costs[1]
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*DENOMINATORS, *schedule.assumes])


def witness() -> Witness:
    half = Fraction(1, 2)
    return average.witness(T, beta1=([t], half), a=([], half))


def prove() -> Theorem:
    p = Prover(setting)
    c = scheduled(p, schedule, average.coordinate(p, schedule.a, decay(p, schedule)))
    keeps = p.certify(0 < 1 - c.a, c.decay[1])
    return p.certify(statement().claim, averages_any(p, c, T), p.inverse(keeps), weights=[[keeps]], degree=1)
