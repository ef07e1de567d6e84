"""AdaGrad's regret on any closed convex set is at most (D^2/(2 alpha) + alpha) times the sum of all |g_{1:T,i}|.

Words   In a closed convex set with |x_i - u_i| <= D for its points, with convex losses and gradients of any size,
        eps >= 0, projected in the norm |y|^2 = sum_i (sqrt(S_{t,i}) + eps) y_i^2, diagonal AdaGrad has the regret
        R_T <= D^2/(2 alpha) sum_i (|g_{1:T,i}| + eps) + alpha sum_i |g_{1:T,i}|, where |g_{1:T,i}|^2 = sum_t g_{t,i}^2.
Source  Duchi, Hazan & Singer 2011, Theorem 5 (numbering unverified), diagonal matrices with delta = eps; there the
        first term has the largest distance from u in place of D. The updates are those of `adagrad`.
Note    `nearest` says what projecting means: of the points of the triangle x_{t+1}, x_t, u, which all lie in the set,
        x_{t+1} is nearest to the unprojected point. D is the diameter of the set in the maximum norm.
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality. For eps = 0 a coordinate that has seen no gradient yet does not move (0/0 counts as 0).
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_box_game import i, t
from adamtheory.proofs.lemmas_convex_set import (
    SET,
    Coupled,
    assume_set,
    at_the_wall,
    close,
    convex_play,
    n,
    regret_bound,
)
from adamtheory.proofs.lemmas_momentum import Player, after
from adamtheory.proofs.lemmas_regret import lemma_a, sum_of_squares_nonneg
from adamtheory.rules.adagrad import adagrad

T = integer("T")

setting = Setting()
d = setting.constant("d", "Z")
alpha, eps, D = setting.constants("alpha eps D")
game = convex_play(adagrad, setting, d, {"lr": alpha, "eps": eps}, slots=["S"])


def S(n: Any) -> Any:
    """Coordinate i of S_n."""
    return game.reading.slot("S", n)


def w(n: Any) -> Any:
    """What the step is divided by."""
    return sqrt(S(n)) + eps


assume_set(setting, game, w, D)
setting.assume("step_positive", 0 < alpha)
setting.assume("eps_nonnegative", 0 <= eps)


def norm(n: Any) -> Any:
    """|g_{1:n,i}|."""
    return sqrt(total(t, 1, n, game.g(t, i) ** 2))


def statement() -> Statement:
    bound = D**2 / (2 * alpha) * game.over(norm(T) + eps) + alpha * game.over(norm(T))
    return Statement(setting, game.regret(T) <= bound, [1 <= T], [*SET, "step_positive", "eps_nonnegative"])


def witness() -> Witness:
    return at_the_wall(game, w, {"alpha": ([], 1), "eps": ([], Fraction(1, 8))}, {T: 1}, above)


def above(p: Prover, read: Callable[[Any], Any]) -> tuple[Theorem, Theorem]:
    """In the witness: 0 <= w(n+1), and 1 <= what is proposed."""
    grown = p.next("S", i, n).claim.right
    root = p.inv_nonneg(p.certify(0 <= sqrt(grown) + read(eps), p.sqrt_nonneg(grown)))
    weight = p.certify(0 <= read(w(n + 1)), p.sqrt_nonneg(read(S(n + 1))))
    return weight, p.certify(1 <= read(game.reading.value("x", n)), root)


# --- the sum of squares -----------------------------------------------------------------------------------------------


def squares_nonneg(p: Prover, n: Any) -> Theorem:
    """0 <= n |- 0 <= S(n)."""
    return sum_of_squares_nonneg(p, S, lambda t: game.g(t, i), p.start("S", i), lambda k: p.next("S", i, k), n)


def grown(p: Prover, t: Any) -> tuple[Theorem, Theorem]:
    """1 <= t |- S(t) = S(t-1) + g(t)^2, and 0 <= S(t-1)."""
    before = p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)
    following = p.using(p.next("S", i, t - 1), before)
    return p.restate(eq(S(t), S(t - 1) + game.g(t, i) ** 2), following), p.using(squares_nonneg(p, t - 1), before)


def positive(p: Prover, t: Any) -> Theorem:
    """1 <= t, 0 < g(t)^2 |- 0 < w(t)."""
    root = p.sqrt_positive(p.certify(0 < S(t), *grown(p, t), p.assume(0 < game.g(t, i) ** 2), degree=1))
    return p.certify(0 < w(t), root, p.given("eps_nonnegative"), degree=1)


def rising(p: Prover, t: Any) -> Theorem:
    """1 <= t |- w(t)/alpha <= w(t+1)/alpha."""
    start = p.certify(0 <= t, p.assume(1 <= t), degree=1)
    following = p.using(p.next("S", i, t), start)
    more = p.certify(S(t) <= S(t + 1), following, squares=[game.g(t + 1, i)])
    root = p.sqrt_monotone(more, p.using(squares_nonneg(p, t), start))
    return p.certify(w(t) / alpha <= w(t + 1) / alpha, root, p.inv_positive(p.given("step_positive")))


def cost(p: Prover) -> Theorem:
    """1 <= t |- alpha g(t)^2/w(t) <= alpha g(t)^2/sqrt(S(t)); where S(t) = 0, so is g(t)."""
    q, V, e, r = variables = apart(p, "q V e r")
    square, within, more, rate = p.assume(0 <= q, q <= V, 0 <= e, 0 < r)
    goal = r * q / (sqrt(V) + e) <= r * q / sqrt(V)
    none = p.antisym(p.certify(q <= 0, within, p.assume(V <= 0), degree=1), square)
    root = p.sqrt_positive(p.assume(0 < V))
    falls = p.reciprocal(p.certify(sqrt(V) <= sqrt(V) + e, more), root)
    some = p.certify(goal, falls, p.certify(0 <= r * q, square, rate))
    lemma = p.cases(p.certify(goal, none), some, V, 0)
    g = game.g(t, i)
    last = p.certify(g**2 <= S(t), *grown(p, t), degree=1)
    facts = (p.certify(0 <= g**2, squares=[g]), last, p.given("eps_nonnegative"), p.given("step_positive"))
    return put(p, lemma, variables, (g**2, S(t), eps, alpha), *facts)


def is_norm(p: Prover, n: Any) -> Theorem:
    """0 <= n |- sqrt(S(n)) = |g_{1:n,i}|."""
    k, square = p.fresh("k", n), game.g(t, i) ** 2
    claim = eq(S(k), total(t, 1, k, square))
    base = p.certify(eq(S(lift(0)), total(t, 1, 0, square)), p.start("S", i), p.sum_none(t, 1, square), degree=1)
    last = p.sum_step(t, 1, k, square, p.assume(0 <= k))
    step = p.certify(eq(S(k + 1), total(t, 1, k + 1, square)), p.assume(claim), p.next("S", i, k), last, degree=1)
    return p.rewrite(p.inst(p.induction(k, 0, claim, base, step), {k: n}), sqrt)


# --- the regret -------------------------------------------------------------------------------------------------------


def coupled(p: Prover) -> Coupled:
    """Coordinate i: without momentum the average is the gradient, and its start does not matter."""

    def moved(n: Any) -> Theorem:
        divided = p.rewrite(p.next("S", i, n), lambda z: inv(sqrt(z) + eps))
        step = alpha * game.g(n + 1, i) / w(n + 1)
        return p.certify(eq(game.reading.value("x", n), game.x(n) - step), divided)

    def gradient(t: Any) -> Any:
        return game.g(t, i)

    def nonneg(t: Any) -> Theorem:
        return p.certify(0 <= w(t), p.sqrt_nonneg(S(t)), p.given("eps_nonnegative"), degree=1)

    c = Player(
        g=gradient, m=gradient, w=w, alpha=lambda t: alpha, a=lift(0), begun=p.certify(lift(0) <= 1),
        following=lambda n: p.certify(eq(gradient(n + 1), 0 * gradient(n) + (1 - 0) * gradient(n + 1))),
        decay=(p.certify(0 <= lift(0)), p.certify(lift(0) < 1)),
        step_positive=lambda t: p.given("step_positive"), nonneg=nonneg, positive=lambda t: positive(p, t),
        rising=lambda t: rising(p, t), x=game.x, u=game.u(i), width=D, nearer=lambda n, z: None,
        close=lambda n: close(p, n),
    )  # fmt: skip
    return Coupled(game, c, moved)


def prove() -> Theorem:
    p = Prover(setting)
    start = after(p, T)[1]
    adagrad_lemma = lemma_a(p, S, lambda t: game.g(t, i), T, p.start("S", i), lambda k: p.next("S", i, k))
    rate, same = p.given("step_positive"), p.using(is_norm(p, T), start)
    sums = p.using(adagrad_lemma, start)
    spent = p.certify(alpha * sums.claim.left <= alpha * sums.claim.right, sums, rate)
    paid = total(t, 1, T, alpha * game.g(t, i) ** 2 / w(t)) <= 2 * alpha * norm(T)
    costs = p.sum_of(p.chain(paid, p.sum_of(cost(p), t, 1, T), spent, same), i, 1, d)
    weights = p.sum_of(p.certify(eq(w(T), norm(T) + eps), same, degree=1), i, 1, d)
    return p.certify(statement().claim, regret_bound(p, coupled(p), T), costs, weights)
