"""Theorem 4 on AMSGrad in its later version, with 1/alpha, holds for rates beta1_t that do not increase.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), 0 <= beta1_{t+1} <= beta1_t,
        beta1 = beta1_1 < 1, 0 <= beta2 < 1 and gamma = beta1/sqrt(beta2) < 1:
        R_T <= D^2 sqrt(T)/(alpha (1-beta1)) sum_i sqrt(V_{T,i})
             + D^2/(2 (1-beta1)) sum_t beta1_t sum_i sqrt(V_{t,i})/alpha_t
             + alpha sqrt(1 + log T)/((1-beta1)^2 (1-gamma) sqrt(1-beta2)) sum_i |g_{1:T,i}|.
Source  Reddi, Kale & Kumar 2018, Theorem 4 (later version; wording unverified), which allows any beta1_t <= beta1. Its
        printed proof fails (`amsgrad_telescoping_refuted`); this one is from `amsgrad_regret_scheduled`, a smaller
        bound without the second term, from the text of `amsgrad` and `box`.
Note    For rates that rise as well `amsgrad_repair_any_schedule` is what is proved here. Where beta2 = 0, gamma is read
        with 1/0 = 0.
        eps = 0 as in the paper: where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import ASSUMED, amsgrad_game, amsgrad_witness
from adamtheory.proofs.lemmas_amsgrad_scheduled import falling_regret
from adamtheory.proofs.lemmas_box_game import i, inverse_product, t
from adamtheory.proofs.lemmas_printed_bounds import assume_gamma, larger_costs, logarithmic, with_gamma
from adamtheory.proofs.lemmas_schedules import decay, falling_rates

T = integer("T")

setting = Setting()
schedule = falling_rates(setting)
method = amsgrad_game(setting, beta1=schedule.a, rate=schedule.rate)
GAMMA = assume_gamma(setting, method)
rate, beta1, D, alpha = schedule.rate, schedule.a, method.D, method.alpha
momentum = total(t, 1, T, rate(t) * method.roots(t) / (alpha / sqrt(t)))


def statement() -> Statement:
    first = D**2 * sqrt(T) / (alpha * (1 - beta1)) * method.roots(T)
    second = D**2 / (2 * (1 - beta1)) * momentum
    claim = method.game.regret(T) <= first + second + logarithmic(method, T)
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*ASSUMED, *schedule.assumes, GAMMA])


def witness() -> Witness:
    quarter = Fraction(1, 4)
    return with_gamma(amsgrad_witness(method, T, beta1=([t], quarter), beta2=([], quarter)))


def prove() -> Theorem:
    p = Prover(setting)
    low, below = decay(p, schedule)
    keeps, step = p.certify(0 < 1 - beta1, below), p.given("step_positive")
    roots = p.restate(0 <= method.roots(T), p.sum_of(p.sqrt_nonneg(method.v_max(T)), i, 1, method.game.d))
    up = p.inv_positive(p.certify(0 < alpha * (1 - beta1), step, keeps))
    square = p.certify(0 <= D**2 * up.claim.right, up, squares=[D])
    weight = p.certify(0 <= square.claim.right * sqrt(T), square, p.sqrt_nonneg(T))
    spare = p.certify(0 <= weight.claim.right * method.roots(T), weight, roots)
    share = p.inv_positive(p.certify(0 < 2 * (1 - beta1), keeps))
    scale = p.certify(0 <= D**2 * share.claim.right, share, squares=[D])
    more = p.certify(0 <= scale.claim.right * momentum, scale, momentum_nonneg(p))
    split = inverse_product(p, p.certify(0 < 2 * alpha, step), keeps), inverse_product(p, step, keeps)
    facts = (falling_regret(p, method, schedule, T), larger_costs(p, method, T, low, below), spare, more)
    return p.certify(statement().claim, *facts, *split, degree=1)


def momentum_nonneg(p: Prover) -> Theorem:
    """0 <= the sum of the second term."""
    roots = p.restate(0 <= method.roots(t), p.sum_of(p.sqrt_nonneg(method.v_max(t)), i, 1, method.game.d))
    weighted = p.certify(0 <= rate(t) * method.roots(t), schedule.low(p, t), roots)
    steps = p.certify(0 <= 1 / (alpha / sqrt(t)), p.sqrt_nonneg(t), p.inv_positive(p.given("step_positive")))
    each = p.certify(0 <= rate(t) * method.roots(t) / (alpha / sqrt(t)), weighted, steps)
    return p.restate(0 <= momentum, p.sum_of(each, t, 1, T))
