"""On the stochastic sequence Adam moves to the wrong end in expectation, in every round, for C large enough.

Words   g_t is C with probability p, else -1, C >= 1, the coins pairwise independent. Adam without bias correction,
        eps = 0, no projection, any start, alpha_t >= 0, 0 <= beta1 < sqrt(beta2), 0 < beta2 < 1. If with
        M = 1 + p (C^2-1) it holds that p sqrt(M) <= (1-p) sqrt(1-beta2) (1 - beta1/sqrt(beta2)), then
        E[x_{t+1} - x_t] >= 0 for every t >= 1.
Source  Reddi, Kale & Kumar 2018, Theorem 3, where p = (1+delta)/(C+1), so that the mean slope is delta > 0 and -1 the
        best point of [-1, 1], and where C is large enough (wording *unverified*). This bound on C and its proof were
        derived for this project; from the texts of `adam_uncorrected` and of the loss `reddi_stochastic`.
Note    Of independence only E[coin_r coin_t] = p^2 for r < t is used. With p = (1+delta)/(C+1) the condition holds for
        C of about (1+delta)^3/((1-beta2) (1 - beta1/sqrt(beta2))^2) or more. The loss's coin is 1 where u < p;
        `iterate(w, n)` is the paper's x_{n+1}.
Witness beta1 = 0. By exact evaluation the hypotheses also hold for beta1 = 1/2.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, mean, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_coins import Coins, mean_step, n, w

coins = Coins()
setting, x, p_, M = coins.setting, coins.method.families["x"], coins.p, coins.M
beta1, beta2 = coins.a, coins.b
enough = p_ * sqrt(M) <= (1 - p_) * sqrt(1 - beta2) * (1 - beta1 / sqrt(beta2))


def statement() -> Statement:
    decays = [0 <= beta1, beta1 < sqrt(beta2), 0 < beta2, beta2 < 1]
    hyps = [1 <= coins.C, *decays, enough, 0 <= n, 0 <= coins.alpha(n + 1)]
    return Statement(setting, 0 <= mean(w, x(w, n + 1) - x(w, n)), hyps, ["coin_mean", "coin_pairs", "means_exist"])


def witness() -> Witness:
    """A coin that never shows C; proper coins are not terms of the language, the tests have them."""
    half = Fraction(1, 2)
    return Witness({"C": ([], 3), "beta2": ([], half), "alpha": ([n], 1)}, values={n: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The indicator of 0 is 0, and roots are not negative."""
    half = lift(Fraction(1, 2))
    never = p.indicator_off(p.certify(lift(0) - lift(0) <= 0))
    positive = p.sqrt_positive(p.certify(0 < half))
    other = p.sqrt_positive(p.certify(0 < 1 - half))
    return p.certify(goal, *guards, never, positive, other)


def prove() -> Theorem:
    p = Prover(setting)
    begun, size = p.assume(0 <= n, 0 <= coins.alpha(n + 1))
    later = p.certify(1 <= n + 1, begun)
    found = p.using(p.inst(mean_step(p, coins, p.assume(enough)), {n: n + 1}), later)
    # x(n+1) - x(n) = -alpha m(n+1)/sqrt(v(n+1))
    m, v = (coins.slot(name, n + 1) for name in ("m", "v"))
    moves, average, square = (p.next(name, w, n) for name in ("iterate", "m", "v"))
    root = p.rewrite(square, lambda z: inv(sqrt(z)))
    step = p.certify(eq(x(w, n + 1) - x(w, n), coins.alpha(n + 1) * (-m / sqrt(v))), moves, average, root)
    return p.certify(statement().claim, p.mean_of(step, w), found, size)
