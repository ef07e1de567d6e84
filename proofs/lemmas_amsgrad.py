"""AMSGrad on a box, read from its text with alpha_t = alpha/sqrt(t) and eps >= 0, and the lemmas of its regret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, sqrt, total
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_box_game import (
    GAME,
    Arena,
    distance,
    i,
    inverse_product,
    play,
    projected,
    regret_bound,
    t,
    witnessed,
)
from adamtheory.proofs.lemmas_momentum import Player, after, momentum_sum, once
from adamtheory.proofs.lemmas_regret import lemma_a, sum_of_squares_nonneg
from adamtheory.rules.amsgrad import amsgrad

ASSUMED = (*GAME, "beta2_below_one", "beta2_nonnegative", "step_positive", "width")
MOMENTUM = ("beta1_below_one", "beta1_nonnegative")
EPS = "eps_nonnegative"


@dataclass(frozen=True, eq=False)
class Amsgrad:
    """AMSGrad in a game on a box, none of whose sides is longer than D; eps is 0, or what was assumed of it."""

    game: Arena
    alpha: Any
    beta1: Any
    beta2: Any
    D: Any
    eps: Any = field(default=0, kw_only=True)

    def v(self, n: Any) -> Any:
        """Coordinate i of v_n."""
        return self.game.reading.slot("v", n)

    def v_max(self, n: Any) -> Any:
        """Coordinate i of V_n."""
        return self.game.reading.slot("v_max", n)

    def w(self, n: Any) -> Any:
        """Coordinate i of sqrt(V_n) + eps, what the method divides by."""
        return sqrt(self.v_max(n)) + self.eps if lift(self.eps).families else sqrt(self.v_max(n))

    def squares(self, n: Any) -> Any:
        """The sum of the squared gradients of n rounds in coordinate i."""
        return total(t, 1, n, self.game.g(t, i) ** 2)

    def roots(self, n: Any) -> Any:
        """The sum over i of sqrt(V_{n,i}) + eps."""
        return self.game.over(self.w(n))

    def norms(self, n: Any) -> Any:
        """The sum over i of |g_{1:n,i}|."""
        return self.game.over(sqrt(self.squares(n)))

    def rises(self, p: Prover, n: Any) -> Theorem:
        """0 <= n |- V(n) <= V(n+1)."""
        return maximum_rises(p, self, n)

    def above(self, p: Prover, n: Any) -> Theorem:
        """0 <= n |- (1-b) g(n+1)^2 <= V(n+1)."""
        return maximum_is_above(p, self, n)

    def player(self, p: Prover) -> Player:
        """Coordinate i."""
        return player(p, self)

    def bounded(self, p: Prover, c: Player, n: Any) -> Theorem:
        """1 <= n |- (1-a) R_n <= sum_i D^2 w(n)/(2 alpha(n)) + (1+a)/2 sum_i sum_t alpha(t) m(t)^2/w(t)."""
        return regret_bound(p, self.game, c, n)


def any_eps(setting: Setting) -> Any:
    """A constant eps, assumed not to be negative."""
    eps = setting.constant("eps")
    setting.assume(EPS, 0 <= eps)
    return eps


def amsgrad_game(setting: Setting, beta1: Any = None, rate: Any = None, *, with_eps: bool = False) -> Amsgrad:
    """The game of `play` with the text of AMSGrad; assumed of the scalars what the method asks, and 0 < alpha.

    rate      a function t -> beta1_t, in place of the constant beta1
    with_eps  whether eps is any number that is not negative; else it is 0
    """
    d = setting.constant("d", "Z")
    alpha, beta2, D = setting.constants("alpha beta2 D")
    if beta1 is None:
        beta1 = setting.constant("beta1")
        setting.assume("beta1_nonnegative", 0 <= beta1)
        setting.assume("beta1_below_one", beta1 < 1)
    eps = any_eps(setting) if with_eps else 0
    scalars = {"lr": lambda t: alpha / sqrt(t), "beta1": rate or beta1, "beta2": beta2, "eps": eps}
    game = play(amsgrad, setting, d, scalars)
    setting.assume("step_positive", 0 < alpha)
    setting.assume("beta2_nonnegative", 0 <= beta2)
    setting.assume("beta2_below_one", beta2 < 1)
    setting.assume("width", game.high(i) - game.low(i) <= D, [1 <= i, i <= d])
    return Amsgrad(game, alpha, lift(beta1), beta2, D, eps=eps)


# --- the second moment and its maximum --------------------------------------------------------------------------------


@once
def second_moment_nonneg(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- 0 <= v(n)."""
    k = p.fresh("k", n)
    low, high = p.given("beta2_nonnegative"), p.given("beta2_below_one")
    base = p.certify(0 <= s.v(lift(0)), p.start("v", i))
    kept = p.certify(0 <= 1 - s.beta2, high)
    facts = (p.assume(0 <= s.v(k)), p.next("v", i, k), low, kept)
    step = p.certify(0 <= s.v(k + 1), *facts, squares=[s.game.g(k + 1, i)])
    return p.inst(p.induction(k, 0, 0 <= s.v(k), base, step), {k: n})


@once
def maximum_rises(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- V(n) <= V(n+1)."""
    following = p.next("v_max", i, n)
    return p.chain(s.v_max(n) <= s.v_max(n + 1), p.max_left(*following.claim.right.args), following)


@once
def maximum_is_above(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- (1-b) g(n+1)^2 <= V(n+1)."""
    following, g = p.next("v_max", i, n), s.game.g(n + 1, i)
    old = p.certify(0 <= s.beta2 * s.v(n), second_moment_nonneg(p, s, n), p.given("beta2_nonnegative"))
    above = p.max_right(*following.claim.right.args)
    return p.chain((1 - s.beta2) * g**2 <= s.v_max(n + 1), above, following, old)


@once
def maximum_nonneg(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- 0 <= V(n)."""
    k = p.fresh("k", n)
    base = p.certify(0 <= s.v_max(lift(0)), p.start("v_max", i))
    step = p.chain(0 <= s.v_max(k + 1), p.assume(0 <= s.v_max(k)), s.rises(p, k))
    return p.inst(p.induction(k, 0, 0 <= s.v_max(k), base, step), {k: n})


@once
def maximum_and_squares(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- (1-b) sum_{t=1}^n g(t)^2 <= n V(n): n V grows by V(n+1) >= (1-b) g(n+1)^2 at least."""
    k = p.fresh("k", n)
    begun = p.assume(0 <= k)

    def claim(k: Any) -> Any:
        return (1 - s.beta2) * s.squares(k) <= k * s.v_max(k)

    base = p.certify(claim(lift(0)), p.sum_none(t, 1, s.game.g(t, i) ** 2))
    grown = p.certify(k * s.v_max(k) <= k * s.v_max(k + 1), begun, s.rises(p, k))
    last = p.sum_step(t, 1, k, s.game.g(t, i) ** 2, begun)
    step = p.certify(claim(k + 1), p.assume(claim(k)), grown, last, s.above(p, k))
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


# --- one coordinate as a player of `lemmas_momentum` ------------------------------------------------------------------


def before(p: Prover, t: Any) -> Theorem:
    """1 <= t |- 0 <= t - 1."""
    return p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)


@once
def rate_positive(p: Prover, s: Amsgrad, t: Any) -> Theorem:
    """1 <= t |- 0 < alpha/sqrt(t)."""
    root = p.sqrt_positive(p.certify(0 < lift(t), p.assume(1 <= t), degree=1))
    return p.certify(0 < s.alpha / sqrt(t), p.given("step_positive"), p.inv_positive(root))


@once
def denominator_positive(p: Prover, s: Amsgrad, t: Any) -> Theorem:
    """1 <= t, 0 < g(t)^2 |- 0 < sqrt(V(t)) + eps."""
    kept = p.certify(0 < 1 - s.beta2, p.given("beta2_below_one"))
    above = p.using(s.above(p, t - 1), before(p, t))
    root = p.sqrt_positive(p.certify(0 < s.v_max(t), p.assume(0 < s.game.g(t, i) ** 2), kept, above))
    return p.certify(0 < s.w(t), root, *eps_nonneg(p, s), degree=1)


def eps_nonneg(p: Prover, s: Amsgrad) -> tuple[Theorem, ...]:
    """0 <= eps, where it is not 0 by the text."""
    return (p.given(EPS),) if lift(s.eps).families else ()


def root_below(p: Prover, s: Amsgrad, t: Any) -> Theorem:
    """sqrt(V(t)) <= sqrt(V(t)) + eps."""
    return p.certify(sqrt(s.v_max(t)) <= s.w(t), *eps_nonneg(p, s), degree=1)


@once
def denominator_nonneg(p: Prover, s: Amsgrad, t: Any) -> Theorem:
    """0 <= sqrt(V(t)) + eps."""
    return p.certify(0 <= s.w(t), p.sqrt_nonneg(s.v_max(t)), *eps_nonneg(p, s), degree=1)


@once
def ratio_rises(p: Prover, s: Amsgrad, t: Any) -> Theorem:
    """1 <= t |- w(t)/alpha_t <= w(t+1)/alpha_{t+1} for w = sqrt(V) + eps: Gamma_{t+1} >= 0."""
    start = p.certify(0 <= lift(t), p.assume(1 <= t), degree=1)
    rises = p.sqrt_monotone(p.using(s.rises(p, t), start), p.using(maximum_nonneg(p, s, t), start))
    rises = p.certify(s.w(t) <= s.w(t + 1), rises, degree=1)
    later = p.sqrt_monotone(p.certify(lift(t) <= t + 1), start)
    a, b, x, y, c = variables = apart(p, "a b x y c")
    facts = p.assume(a <= b, x <= y, 0 <= a, 0 <= x)
    lemma = p.certify(a * x * c <= b * y * c, p.certify(a * x <= b * y, *facts), p.assume(0 <= c))
    values = (s.w(t), s.w(t + 1), sqrt(t), sqrt(t + 1), inv(s.alpha))
    signs = (
        denominator_nonneg(p, s, t),
        p.sqrt_nonneg(t),
        p.inv_nonneg(p.restate(0 <= s.alpha, p.given("step_positive"))),
    )
    found = put(p, lemma, variables, values, rises, later, *signs)
    return p.restate(s.w(t) / (s.alpha / sqrt(t)) <= s.w(t + 1) / (s.alpha / sqrt(t + 1)), found)


@once
def moved(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- before the projection the text proposes x(n) - alpha_{n+1} m(n+1)/(sqrt(V(n+1)) + eps)."""
    divided = p.rewrite(p.next("v_max", i, n), lambda z: inv(sqrt(z) + s.eps))
    step = s.alpha / sqrt(n + 1) * s.game.m(n + 1) / s.w(n + 1)
    return p.certify(eq(s.game.reading.value("x", n), s.game.x(n) - step), divided, p.next("m", i, n))


def player(p: Prover, s: Amsgrad, decay: tuple[Theorem, ...] = ()) -> Player:
    """Coordinate i of AMSGrad; decay: 0 <= beta1 and beta1 < 1, where they are no assumptions of these names."""
    game = s.game

    def alpha(t: Any) -> Any:
        return s.alpha / sqrt(t)

    def nearer(n: Any, z: Any) -> Theorem:
        step = alpha(n + 1) * game.m(n + 1) / s.w(n + 1)
        return projected(p, game, n, z, step, moved(p, s, n))

    if s.beta1.families and not decay:
        decay = p.given("beta1_nonnegative"), p.given("beta1_below_one")
    return Player(
        g=lambda t: game.g(t, i), m=game.m, w=s.w, alpha=alpha, a=s.beta1,
        begun=p.start("m", i), following=lambda n: p.next("m", i, n),
        decay=decay or (p.certify(0 <= s.beta1), p.certify(s.beta1 < 1)),
        step_positive=lambda t: rate_positive(p, s, t), nonneg=lambda t: denominator_nonneg(p, s, t),
        positive=lambda t: denominator_positive(p, s, t), rising=lambda t: ratio_rises(p, s, t),
        x=game.x, u=game.u(i), width=s.D, nearer=nearer,
        close=lambda n: distance(p, game, n, s.D, p.given("width", i)),
    )  # fmt: skip


# --- the regret -------------------------------------------------------------------------------------------------------


def cost_without_maximum(p: Prover, s: Amsgrad, t: Any) -> Theorem:
    """1 <= t |- alpha_t g(t)^2/w(t) <= alpha g(t)^2/(sqrt(1-b) sqrt(S(t))), S the sum of squares; 0/0 = 0.

    Where S(t) > 0: sqrt(1-b) sqrt(S) <= sqrt(t) sqrt(V) <= sqrt(t) w, since (1-b) S <= t V.
    """
    c, S, T, V, q, alpha, w = variables = apart(p, "c S T V q alpha w")
    kept, root, sums, square, within, rate, nonneg, larger = p.assume(
        0 < c, 0 < T, c * S <= T * V, 0 <= q, q <= S, 0 < alpha, 0 <= V, sqrt(V) <= w
    )
    goal = alpha * q / sqrt(T) / w <= alpha * q / (sqrt(c) * sqrt(S))
    none = p.antisym(p.certify(q <= 0, within, p.assume(S <= 0), degree=1), square)
    some = p.assume(0 < S)
    below = p.sqrt_monotone(sums, p.certify(0 <= c * S, kept, some))
    products = (
        p.sqrt_product(p.restate(0 <= c, kept), p.restate(0 <= S, some)),
        p.sqrt_product(p.restate(0 <= T, root), nonneg),
    )
    small = p.certify(0 < sqrt(c) * sqrt(S), p.sqrt_positive(kept), p.sqrt_positive(some))
    more = p.certify(sqrt(T) * sqrt(V) <= sqrt(T) * w, larger, p.sqrt_nonneg(T))
    rates = p.reciprocal(p.chain(sqrt(c) * sqrt(S) <= sqrt(T) * w, below, *products, more), small)
    paid = p.certify(0 <= alpha * q, rate, square)
    lemma = p.cases(p.certify(goal, none), p.certify(goal, rates, paid), S, 0)
    start = p.certify(0 <= lift(t), p.assume(1 <= t), degree=1)
    g = s.game.g(t, i)
    facts = (
        p.certify(0 < 1 - s.beta2, p.given("beta2_below_one")),
        p.certify(0 < lift(t), p.assume(1 <= t), degree=1),
        p.using(maximum_and_squares(p, s, t), start),
        p.certify(0 <= g**2, squares=[g]),
        last_square(p, s, t),
        p.given("step_positive"),
        p.using(maximum_nonneg(p, s, t), start),
        root_below(p, s, t),
    )
    return put(p, lemma, variables, (1 - s.beta2, s.squares(t), t, s.v_max(t), g**2, s.alpha, s.w(t)), *facts)


def last_square(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """1 <= n |- g(n)^2 <= sum_{t=1}^n g(t)^2."""
    start = before(p, n)
    last = p.using(recursion(p, s)[1](n - 1), start)
    return p.chain(s.game.g(n, i) ** 2 <= s.squares(n), last, p.using(squares_nonneg(p, s, n - 1), start))


@once
def squares_nonneg(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """0 <= n |- 0 <= sum_{t=1}^n g(t)^2."""
    return sum_of_squares_nonneg(p, s.squares, lambda t: s.game.g(t, i), *recursion(p, s), n)


def recursion(p: Prover, s: Amsgrad) -> tuple[Theorem, Callable[[Any], Theorem]]:
    """S(0) = 0, and 0 <= k |- S(k+1) = S(k) + g(k+1)^2."""
    square = s.game.g(t, i) ** 2
    return p.sum_none(t, 1, square), lambda k: p.sum_step(t, 1, k, square, p.assume(0 <= k))


def costs(p: Prover, s: Amsgrad, c: Player, n: Any, cheaper: Theorem | None = None) -> Theorem:
    """1 <= n |- sum_i sum_t alpha_t m(t)^2/w(t) <= 2 alpha/sqrt(1-b) sum_i |g_{1:n,i}|.

    The momentum lemma (or `cheaper` in its place), `cost_without_maximum`, and AdaGrad's lemma, in every coordinate.
    """
    start = after(p, n)[1]
    single = p.sum_of(cost_without_maximum(p, s, t), t, 1, n)
    root = p.certify(0 < 1 - s.beta2, p.given("beta2_below_one"))
    rate = p.certify(0 <= s.alpha / sqrt(1 - s.beta2), p.given("step_positive"), p.inv_positive(p.sqrt_positive(root)))
    adagrad = p.using(lemma_a(p, s.squares, lambda t: s.game.g(t, i), n, *recursion(p, s)), start)
    scale = s.alpha / sqrt(1 - s.beta2)
    scaled = p.certify(scale * adagrad.claim.left <= scale * adagrad.claim.right, adagrad, rate)
    cheaper = cheaper or momentum_sum(p, c, n)
    goal = cheaper.claim.left <= 2 * scale * sqrt(s.squares(n))
    return p.sum_of(p.chain(goal, cheaper, single, scaled), i, 1, s.game.d)


def divided(p: Prover) -> tuple[Theorem, Any]:
    """(1-a) R <= X/(2 alpha) + alpha (1+a)/root Q, divided by 1-a; with its variables."""
    a, R, X, alpha, root, Q = variables = apart(p, "a R X alpha root Q")
    keeps, rate, divisor = p.assume(0 < 1 - a, 0 < alpha, 0 < root)
    scaled = p.assume((1 - a) * R <= X / (2 * alpha) + alpha * (1 + a) / root * Q)
    splits = inverse_product(p, p.certify(0 < 2 * alpha, rate), keeps), inverse_product(p, keeps, divisor)
    goal = R <= X / (2 * alpha * (1 - a)) + alpha * (1 + a) / ((1 - a) * root) * Q
    return p.certify(goal, scaled, *splits, p.inverse(keeps), weights=[[keeps]], degree=1), variables


def amsgrad_regret(p: Prover, s: Amsgrad, n: Any) -> Theorem:
    """1 <= n |- R_n <= D^2 sqrt(n)/(2 alpha (1-a)) sum_i w_n + alpha (1+a)/((1-a) sqrt(1-b)) sum_i |g_{1:n}|.

    The bound of `regret_bound` with the averages replaced by `costs`.
    """
    c = s.player(p)
    left, root = p.certify(0 < 1 - c.a, c.decay[1]), p.certify(0 < 1 - s.beta2, p.given("beta2_below_one"))
    paid, share = costs(p, s, c, n), p.certify(0 <= 1 + c.a, c.decay[0])
    more = p.certify((1 + c.a) / 2 * paid.claim.left <= (1 + c.a) / 2 * paid.claim.right, paid, share)
    distances, spent = s.D**2 * sqrt(n) * s.roots(n), s.alpha * (1 + c.a) / sqrt(1 - s.beta2) * s.norms(n)
    goal = (1 - c.a) * s.game.regret(n) <= distances / (2 * s.alpha) + spent
    whole = p.chain(goal, s.bounded(p, c, n), more)
    lemma, variables = divided(p)
    values = (c.a, s.game.regret(n), distances, s.alpha, sqrt(1 - s.beta2), s.norms(n))
    return put(p, lemma, variables, values, left, p.given("step_positive"), p.sqrt_positive(root), whole)


def amsgrad_witness(s: Amsgrad, n: Any, **families: Any) -> Witness:
    """The witness of `witnessed` with alpha = 1, beta2 = 1/2, D = 2, eps = 1/8."""
    half = Fraction(1, 2)
    given = {"alpha": ([], 1), "beta2": ([], half), "D": ([], 2), **({"beta1": ([], half)} if s.beta1.families else {})}
    given |= {"eps": ([], Fraction(1, 8))} if lift(s.eps).families else {}
    return witnessed(s.game, {**given, **families}, {n: 1})
