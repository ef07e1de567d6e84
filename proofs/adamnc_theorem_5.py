"""Regret of methods whose v_t does not forget, alpha_t |g_{1:t}| <= zeta sqrt(v_t), for falling rates beta1_t.

Words   On a box in d coordinates with widths D_i, for convex losses, x_{t+1} = Pi(x_t - alpha_t m_t/w_t), rates
        0 <= beta1_{t+1} <= beta1_t, beta1 = beta1_1 < 1, alpha_t > 0, w_t >= 0 and zeta > 0 with, in every coordinate
        and round, alpha_t |g_{1:t,i}| <= zeta w_{t,i} and w_t/alpha_t nondecreasing:
        R_T <= 1/(2 alpha_T (1-beta1)) sum_i D_i^2 w_{T,i} + zeta (1+beta1)/(1-beta1) sum_i |g_{1:T,i}|.
Source  Derived for this project. Compare Reddi, Kale & Kumar 2018, Theorem 5 (AdamNC; wording unverified), with the
        last factor 2 zeta/(1-beta1)^3, a term with beta1_t besides, and alpha_T in the place of alpha_t in the first
        of its two conditions, which does not give what the proof needs. The update is that of `momentum_average`.
Note    w_t stands for sqrt(v_t), whatever rule makes it. With beta2_t = 1 - 1/t and alpha_t = alpha/sqrt(t) zeta is
        alpha (`adamnc_corollary_2`, from the text of `adamnc`). The case alpha_T has not been refuted.
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, lift, sqrt, total
from adamtheory.logic.printing import text
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, constant_sum, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_amsgrad import before
from adamtheory.proofs.lemmas_box_game import GAME, i, inverse_product, t, witnessed
from adamtheory.proofs.lemmas_master import assume_monotone, assume_steps, here, monotone_game, player
from adamtheory.proofs.lemmas_momentum import after, once
from adamtheory.proofs.lemmas_regret import lemma_a, sum_of_squares_nonneg
from adamtheory.proofs.lemmas_scheduled import falling_final, regret_bound
from adamtheory.proofs.lemmas_scheduled_costs import averages
from adamtheory.proofs.lemmas_schedules import decay, falling_rates, scheduled, shares_fall

T, s = integers("T s")

setting = Setting()
schedule, zeta = falling_rates(setting), setting.constant("zeta")
method = monotone_game(setting, schedule.rate)
game, alpha, w, beta1 = method.game, method.alpha, method.w, schedule.a


def g(t: Any) -> Any:
    return game.g(t, i)


def squares(n: Any) -> Any:
    return total(s, 1, n, g(s) ** 2)


setting.assume("zeta_positive", 0 < zeta)
setting.assume("remembers", alpha(t) * sqrt(squares(t)) <= zeta * w(t, i), here(method))
METHOD = (*assume_steps(setting, method), *assume_monotone(setting, method), "remembers", "zeta_positive")


def statement() -> Statement:
    distances = method.widths(T) / (2 * alpha(T) * (1 - beta1))
    gradients = zeta * (1 + beta1) / (1 - beta1) * game.over(sqrt(squares(T)))
    assumes = [*GAME, *METHOD, *schedule.assumes]
    return Statement(setting, game.regret(T) <= distances + gradients, hyps=[1 <= T], assumes=assumes)


def witness() -> Witness:
    """Gradients 1, alpha_t = zeta = 1 and w_t = t."""
    given = {"w": ([t, i], t), "alpha": ([t], 1), "beta1": ([t], Fraction(1, 2)), "zeta": ([], 1)}
    rest = witnessed(game, given, {T: 1})

    def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
        if "sqrt" not in text(goal):
            return rest.prove(p, goal, guards)
        start = p.certify(0 <= t, *guards)  # sqrt(1 + ... + 1) = sqrt(t) <= t
        counted = p.using(constant_sum(p, s, t, lift(1) ** 2), start)
        squares = p.certify(sqrt(t) ** 2 <= t**2, p.sqrt_square(start), *guards)
        return p.certify(goal, p.rewrite(counted, sqrt), p.squares(squares, start))

    return Witness(rest.families, rest.values, shown)


def recursion(p: Prover) -> tuple[Theorem, Any]:
    """S(0) = 0, and 0 <= n |- S(n+1) = S(n) + g(n+1)^2."""
    return p.sum_none(s, 1, g(s) ** 2), lambda n: p.sum_step(s, 1, n, g(s) ** 2, p.assume(0 <= n))


@once
def last_square(p: Prover, _: Any, n: Any) -> Theorem:
    """1 <= n |- g(n)^2 <= S(n)."""
    start = before(p, n)
    old = sum_of_squares_nonneg(p, squares, g, *recursion(p), n - 1)
    return p.chain(g(n) ** 2 <= squares(n), p.using(recursion(p)[1](n - 1), start), p.using(old, start))


@once
def positive(p: Prover, _: Any, t: Any) -> Theorem:
    """1 <= t, 0 < g(t)^2 |- 0 < w(t)."""
    root = p.sqrt_positive(p.chain(0 < squares(t), p.assume(0 < g(t) ** 2), last_square(p, None, t)))
    paid = p.certify(0 < alpha(t) * sqrt(squares(t)), p.given("steps_positive", t), root)
    zeta_positive = p.given("zeta_positive")
    facts = (paid, p.given("remembers", i, t))
    return p.certify(0 < w(t, i), *facts, p.inverse(zeta_positive), weights=[[zeta_positive]], degree=1)


def gradient_cost(p: Prover, t: Any) -> Theorem:
    """1 <= t |- alpha(t) g(t)^2/w(t) <= zeta g(t)^2/sqrt(S(t)); both are 0 where S(t) = 0."""
    a, q, W, S, z = variables = apart(p, "a q W S z")
    rate, square, within, known, large = p.assume(0 < a, 0 <= q, q <= S, a * sqrt(S) <= z * W, 0 < z)
    goal = a * q / W <= z * q / sqrt(S)
    none = p.antisym(p.certify(q <= 0, within, p.assume(S <= 0), degree=1), square)
    root = p.sqrt_positive(p.assume(0 < S))
    paid = p.certify(0 < a * sqrt(S), rate, root)
    weight = p.certify(0 < W, paid, known, p.inverse(large), weights=[[large]], degree=1)
    inverses = p.inverse(weight), p.inverse(root)
    ratio = p.certify(a / W <= z / sqrt(S), known, *inverses, weights=[[weight, root]], degree=1)
    lemma = p.cases(p.certify(goal, none), p.certify(goal, ratio, square), S, 0)
    facts = (
        p.given("steps_positive", t),
        p.certify(0 <= g(t) ** 2, squares=[g(t)]),
        last_square(p, None, t),
        p.given("remembers", i, t),
        p.given("zeta_positive"),
    )
    return put(p, lemma, variables, (alpha(t), g(t) ** 2, w(t, i), squares(t), zeta), *facts)


def prove() -> Theorem:
    p = Prover(setting)
    c = scheduled(p, schedule, player(p, method, beta1, decay(p, schedule), lambda t: positive(p, None, t)))
    falls = shares_fall(p, c, schedule)
    found = regret_bound(p, game, c, falling_final(p, c, falls), T)
    adagrad = p.using(lemma_a(p, squares, g, T, *recursion(p)), after(p, T)[1])
    scaled = p.certify(zeta * adagrad.claim.left <= zeta * adagrad.claim.right, adagrad, p.given("zeta_positive"))
    each = p.chain(
        total(t, 1, T, c.squared(t)) <= 2 * zeta * sqrt(squares(T)),
        averages(p, c, T, falls),
        p.sum_of(gradient_cost(p, t), t, 1, T),
        scaled,
    )
    paid = p.sum_of(each, i, 1, game.d)
    keeps, two = p.certify(0 < 1 - c.a, c.decay[1]), p.certify(0 < lift(2))
    share = p.certify(0 <= (1 + c.a) / (2 * (1 - c.a)), c.decay[0], p.inv_positive(p.certify(0 < 2 * (1 - c.a), keeps)))
    more = p.certify(share.claim.right * paid.claim.left <= share.claim.right * paid.claim.right, share, paid)
    step = p.certify(0 < 2 * alpha(T), p.given("steps_positive", T))
    splits = inverse_product(p, two, keeps), inverse_product(p, step, keeps)
    return p.certify(statement().claim, found, more, *splits, degree=1)
