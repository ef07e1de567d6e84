"""The theorem on AdamX in the form of its paper, for its rates a_t = beta1 lam^(t-1).

Words   On a box with sides at most D, for convex losses with |g_{t,i}| <= G, alpha_t = alpha/sqrt(t),
        a_t = beta1 lam^(t-1), 0 <= beta1 < 1, 0 <= lam <= 1, 0 <= beta2 < 1 and gamma = beta1/sqrt(beta2) < 1:
        R_T <= d D^2 G sqrt(T)/(2 alpha (1-beta1)) + d D^2 G/(2 alpha (1-beta1)^2) sum_{t=2}^T a_t sqrt(t-1)
             + alpha sqrt(1 + log T)/((1-beta1)^2 (1-gamma) sqrt(1-beta2)) sum_i |g_{1:T,i}|.
Source  Tran & Phong 2019, theorem on AdamX (wording unverified), for their schedule; proved here from the text of
        `adamx` and `box` by `adamx_regret_bounded`, a smaller bound.
Note    The second sum is written with t - 1 for t. Where beta2 = 0, gamma is read with 1/0 = 0.
        eps = 0 as in the paper: where V_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, lift, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_adamx import adamx_witness
from adamtheory.proofs.lemmas_adamx_bounded import bounded_game, bounded_regret
from adamtheory.proofs.lemmas_amsgrad import ASSUMED
from adamtheory.proofs.lemmas_amsgrad_bounded import largest_gradient
from adamtheory.proofs.lemmas_box_game import i, t
from adamtheory.proofs.lemmas_printed_bounds import assume_gamma, larger_costs, logarithmic, with_gamma

T = integer("T")

setting = Setting()
method, G = bounded_game(setting)
GAMMA = assume_gamma(setting, method)
alpha, beta1, scale = method.alpha, method.beta1, method.game.d * method.D**2 * G
rounds = total(t, 1, T - 1, method.schedule.rate(t + 1) * sqrt(t))


def statement() -> Statement:
    first, second = scale * sqrt(T) / (2 * alpha * (1 - beta1)), scale / (2 * alpha * (1 - beta1) ** 2) * rounds
    claim = method.game.regret(T) <= first + second + logarithmic(method, T)
    assumes = [*ASSUMED, *method.schedule.assumes, "bounded", "dimension", GAMMA]
    return Statement(setting, claim, hyps=[1 <= T], assumes=assumes)


def witness() -> Witness:
    quarter = ([], Fraction(1, 4))
    return with_gamma(adamx_witness(method, T, G=([], 1), beta1=quarter, beta2=quarter))


def divided_again(p: Prover) -> tuple[Theorem, Any]:
    """W/(2 alpha (1-a)) <= W/(2 alpha (1-a)^2) from 0 <= W and 0 <= a; with its variables."""
    a, c, W = variables = apart(p, "a c W")
    low, kept, rate, nonneg = p.assume(0 <= a, 0 < 1 - a, 0 < c, 0 <= W)
    smaller = p.certify(0 < 2 * c * (1 - a) ** 2, p.certify(0 < (1 - a) ** 2, kept), rate)
    below = p.certify(2 * c * (1 - a) ** 2 <= 2 * c * (1 - a), p.certify(0 <= c * (1 - a), rate, kept), low)
    ratio = p.reciprocal(below, smaller)
    return p.certify(W / (2 * c * (1 - a)) <= W / (2 * c * (1 - a) ** 2), ratio, nonneg), variables


def prove() -> Theorem:
    p = Prover(setting)
    low, below = p.given("beta1_nonnegative"), method.schedule.below(p)
    later = p.certify(1 <= t + 1, p.assume(1 <= t), degree=1)
    each = p.certify(
        0 <= method.schedule.rate(t + 1) * sqrt(t), p.using(method.schedule.low(p, t + 1), later), p.sqrt_nonneg(t)
    )
    sums = p.restate(0 <= rounds, p.sum_of(each, t, 1, T - 1))
    first = p.using(p.inst(largest_gradient(p, method, G), {i: lift(1)}), p.certify(1 <= lift(1)), p.given("dimension"))
    count = p.certify(0 <= method.game.d * G, first, p.certify(0 <= method.game.d, p.given("dimension"), degree=1))
    weight = p.certify(0 <= scale * rounds, p.certify(0 <= scale, count, squares=[method.D]), sums)
    lemma, variables = divided_again(p)
    keeps = p.certify(0 < 1 - beta1, below)
    more = put(p, lemma, variables, (beta1, alpha, scale * rounds), low, keeps, p.given("step_positive"), weight)
    return p.chain(statement().claim, bounded_regret(p, method, G, T), more, larger_costs(p, method, T, low, below))
