"""Regret of AdamNC, AdaGrad with momentum: with beta2_t = 1 - 1/t and constant beta1 it is of AdaGrad's order.

Words   On a box with sides at most D, for convex losses, alpha_t = alpha/sqrt(t), v_t the mean of all squared gradients
        and any beta1 in [0, 1): R_T <= (D^2/(2 alpha (1-beta1)) + alpha (1+beta1)/(1-beta1)) sum_i |g_{1:T,i}|.
Source  Derived for this project from the text of `adamnc` and `box`, by the bound of `master_theorem`. Compare Reddi,
        Kale & Kumar 2018, Theorem 5 and Corollary 2, with 1/(1-beta1)^3.
Note    eps = 0 as in the paper: where v_{t,i} = 0 the step is 0 (there m_{t,i} = 0).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import put
from adamtheory.proofs.lemmas_amsgrad import before, divided
from adamtheory.proofs.lemmas_box_game import GAME, distance, i, play, projected, regret_bound, t, witnessed
from adamtheory.proofs.lemmas_momentum import Player, after, momentum_sum, once
from adamtheory.proofs.lemmas_regret import lemma_a, sum_of_squares_nonneg
from adamtheory.rules.amsgrad import adamnc

T = integer("T")

setting = Setting()
d = setting.constant("d", "Z")
alpha, beta1, D = setting.constants("alpha beta1 D")
game = play(adamnc, setting, d, {"lr": lambda t: alpha / sqrt(t), "beta1": beta1, "eps": 0, "t": lambda t: t})
setting.assume("step_positive", 0 < alpha)
setting.assume("beta1_nonnegative", 0 <= beta1)
setting.assume("beta1_below_one", beta1 < 1)
setting.assume("width", game.high(i) - game.low(i) <= D, [1 <= i, i <= d])
METHOD = ("step_positive", "beta1_nonnegative", "beta1_below_one", "width")


def g(t: Any) -> Any:
    return game.g(t, i)


def v(n: Any) -> Any:
    return game.reading.slot("v", n)


def squares(n: Any) -> Any:
    return total(t, 1, n, g(t) ** 2)


def statement() -> Statement:
    norms = game.over(sqrt(squares(T)))
    bound = (D**2 / (2 * alpha * (1 - beta1)) + alpha * (1 + beta1) / (1 - beta1)) * norms
    return Statement(setting, game.regret(T) <= bound, hyps=[1 <= T], assumes=[*GAME, *METHOD])


def witness() -> Witness:
    return witnessed(game, {"alpha": ([], 1), "beta1": ([], 0), "D": ([], 2)}, {T: 1})


def recursion(p: Prover) -> tuple[Theorem, Any]:
    """S(0) = 0, and 0 <= n |- S(n+1) = S(n) + g(n+1)^2."""
    return p.sum_none(t, 1, g(t) ** 2), lambda n: p.sum_step(t, 1, n, g(t) ** 2, p.assume(0 <= n))


@once
def squares_nonneg(p: Prover, _: Any, n: Any) -> Theorem:
    """0 <= n |- 0 <= S(n)."""
    return sum_of_squares_nonneg(p, squares, g, *recursion(p), n)


@once
def mean(p: Prover, _: Any, n: Any) -> Theorem:
    """0 <= n |- n v(n) = S(n)."""
    k, (none, grown) = p.fresh("k", n), recursion(p)
    share = p.inverse(p.certify(0 < k + 1, p.assume(0 <= k)))
    known = (p.assume(eq(k * v(k), squares(k))), p.next("v", i, k), share, grown(k))
    step = p.certify(eq((k + 1) * v(k + 1), squares(k + 1)), *known)
    return p.inst(p.induction(k, 0, eq(k * v(k), squares(k)), p.certify(eq(0 * v(0), squares(0)), none), step), {k: n})


def count(p: Prover, t: Any) -> Theorem:
    """1 <= t |- 0 < t."""
    return p.certify(0 < lift(t), p.assume(1 <= t), degree=1)


@once
def root(p: Prover, _: Any, t: Any) -> Theorem:
    """1 <= t |- sqrt(t) sqrt(v(t)) = sqrt(S(t))."""
    same, sums = (p.using(fact(p, None, t), after(p, t)[1]) for fact in (mean, squares_nonneg))
    nonneg = p.certify(0 <= v(t), same, sums, weights=[[count(p, t)]], degree=1)
    product = p.sqrt_product(p.restate(0 <= lift(t), count(p, t)), nonneg)
    return p.chain(eq(sqrt(t) * sqrt(v(t)), sqrt(squares(t))), product, p.rewrite(same, sqrt))


@once
def rises(p: Prover, _: Any, t: Any) -> Theorem:
    """1 <= t |- sqrt(v(t))/alpha_t <= sqrt(v(t+1))/alpha_{t+1}."""
    _begun, start, later = after(p, t)
    more = p.certify(squares(t) <= squares(t + 1), p.using(recursion(p)[1](t), start), squares=[g(t + 1)])
    roots = p.sqrt_monotone(more, p.using(squares_nonneg(p, None, t), start))
    both = root(p, None, t), p.using(root(p, None, t + 1), later)
    below = p.chain(sqrt(t) * sqrt(v(t)) <= sqrt(t + 1) * sqrt(v(t + 1)), *both, roots)
    goal = sqrt(v(t)) / (alpha / sqrt(t)) <= sqrt(v(t + 1)) / (alpha / sqrt(t + 1))
    return p.certify(goal, below, p.inv_positive(p.given("step_positive")))


@once
def positive(p: Prover, _: Any, t: Any) -> Theorem:
    """1 <= t, 0 < g(t)^2 |- 0 < sqrt(v(t))."""
    start = before(p, t)
    last, old = (p.using(fact, start) for fact in (recursion(p)[1](t - 1), squares_nonneg(p, None, t - 1)))
    known = (p.assume(0 < g(t) ** 2), last, old, p.using(mean(p, None, t), after(p, t)[1]))
    return p.sqrt_positive(p.certify(0 < v(t), *known, weights=[[count(p, t)]], degree=1))


@once
def rate(p: Prover, _: Any, t: Any) -> Theorem:
    """1 <= t |- 0 < alpha/sqrt(t)."""
    above = p.inv_positive(p.sqrt_positive(count(p, t)))
    return p.certify(0 < alpha / sqrt(t), p.given("step_positive"), above)


def nearer(p: Prover, n: Any, z: Any) -> Theorem:
    """The projection of what the text proposes."""
    step = alpha / sqrt(n + 1) * game.m(n + 1) / sqrt(v(n + 1))
    same = p.rewrite(p.next("v", i, n), lambda z: inv(sqrt(z)))
    moved = p.certify(eq(game.reading.value("x", n), game.x(n) - step), same, p.next("m", i, n))
    return projected(p, game, n, z, step, moved)


def player(p: Prover) -> Player:
    """Coordinate i."""
    return Player(
        g=g, m=game.m, w=lambda t: sqrt(v(t)), alpha=lambda t: alpha / sqrt(t), a=beta1,
        begun=p.start("m", i), following=lambda n: p.next("m", i, n),
        decay=(p.given("beta1_nonnegative"), p.given("beta1_below_one")),
        step_positive=lambda t: rate(p, None, t), nonneg=lambda t: p.sqrt_nonneg(v(t)),
        positive=lambda t: positive(p, None, t), rising=lambda t: rises(p, None, t),
        x=game.x, u=game.u(i), width=D, nearer=lambda n, z: nearer(p, n, z),
        close=lambda n: distance(p, game, n, D, p.given("width", i)),
    )  # fmt: skip


def costs(p: Prover, c: Player) -> Theorem:
    """1 <= T |- sum_i sum_t alpha_t m(t)^2/sqrt(v(t)) <= 2 alpha sum_i |g_{1:T,i}|."""
    inverse = p.rewrite(root(p, None, t), inv)
    same = p.certify(eq(c.squared_gradient(t), alpha * g(t) ** 2 / sqrt(squares(t))), inverse)
    adagrad = p.using(lemma_a(p, squares, g, T, *recursion(p)), after(p, T)[1])
    scaled = p.certify(alpha * adagrad.claim.left <= alpha * adagrad.claim.right, adagrad, p.given("step_positive"))
    goal = total(t, 1, T, c.squared(t)) <= 2 * alpha * sqrt(squares(T))
    return p.sum_of(p.chain(goal, momentum_sum(p, c, T), p.sum_of(same, t, 1, T), scaled), i, 1, d)


def prove() -> Theorem:
    p = Prover(setting)
    c, norms = player(p), game.over(sqrt(squares(T)))
    paid, share = costs(p, c), p.certify(0 <= 1 + beta1, c.decay[0])
    more = p.certify((1 + beta1) / 2 * paid.claim.left <= (1 + beta1) / 2 * paid.claim.right, paid, share)
    each = p.certify(eq(D**2 * sqrt(v(T)) * sqrt(T), D**2 * sqrt(squares(T))), root(p, None, T))
    goal = (1 - beta1) * game.regret(T) <= D**2 * norms / (2 * alpha) + alpha * (1 + beta1) / 1 * norms
    whole = p.certify(goal, regret_bound(p, game, c, T), p.sum_of(each, i, 1, d), more)
    lemma, variables = divided(p)
    values = (beta1, game.regret(T), D**2 * norms, alpha, lift(1), norms)
    left, one = p.certify(0 < 1 - beta1, c.decay[1]), p.certify(0 < lift(1))
    return p.restate(statement().claim, put(p, lemma, variables, values, left, p.given("step_positive"), one, whole))
