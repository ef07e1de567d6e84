"""AdamNC on a box, read from its text with alpha_t = alpha/sqrt(t) and eps = 0: v_t is the mean of all squares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, sqrt, total
from adamtheory.logic.sums import put
from adamtheory.proofs.lemmas_amsgrad import before, divided
from adamtheory.proofs.lemmas_box_game import GAME, Game, distance, i, play, projected, t
from adamtheory.proofs.lemmas_momentum import Player, after, once
from adamtheory.proofs.lemmas_regret import lemma_a, sum_of_squares_nonneg
from adamtheory.rules.amsgrad import adamnc

ASSUMED = (*GAME, "step_positive", "width")


@dataclass(frozen=True, eq=False)
class Adamnc:
    """AdamNC in a game on a box, none of whose sides is longer than D; a is beta1, or what the rates are at most."""

    game: Game
    alpha: Any
    a: Any
    D: Any

    def g(self, t: Any) -> Any:
        """Coordinate i of g_t."""
        return self.game.g(t, i)

    def v(self, n: Any) -> Any:
        """Coordinate i of v_n."""
        return self.game.reading.slot("v", n)

    def squares(self, n: Any) -> Any:
        """The sum of the squared gradients of n rounds in coordinate i."""
        return total(t, 1, n, self.g(t) ** 2)

    def norms(self, n: Any) -> Any:
        """The sum over i of |g_{1:n,i}|."""
        return self.game.over(sqrt(self.squares(n)))

    def bound(self, n: Any) -> Any:
        """(D^2/(2 alpha (1-a)) + alpha (1+a)/(1-a)) sum_i |g_{1:n,i}|."""
        return (self.D**2 / (2 * self.alpha * (1 - self.a)) + self.alpha * (1 + self.a) / (1 - self.a)) * self.norms(n)


def adamnc_game(setting: Setting, rate: Any = None, a: Any = None) -> Adamnc:
    """The game of `play` with the text of AdamNC and 0 < alpha; with the rates rate(t) <= a, or a constant beta1."""
    d = setting.constant("d", "Z")
    alpha = setting.constant("alpha")
    constant = setting.constant("beta1") if a is None else None
    a, D = (a if constant is None else constant), setting.constant("D")
    scalars = {"lr": lambda t: alpha / sqrt(t), "beta1": rate or a, "eps": 0, "t": lambda t: t}
    game = play(adamnc, setting, d, scalars)
    setting.assume("step_positive", 0 < alpha)
    if constant is not None:
        setting.assume("beta1_nonnegative", 0 <= constant)
        setting.assume("beta1_below_one", constant < 1)
    setting.assume("width", game.high(i) - game.low(i) <= D, [1 <= i, i <= d])
    return Adamnc(game, alpha, a, D)


def recursion(p: Prover, s: Adamnc) -> tuple[Theorem, Callable[[Any], Theorem]]:
    """S(0) = 0, and 0 <= n |- S(n+1) = S(n) + g(n+1)^2."""
    return p.sum_none(t, 1, s.g(t) ** 2), lambda n: p.sum_step(t, 1, n, s.g(t) ** 2, p.assume(0 <= n))


@once
def squares_nonneg(p: Prover, s: Adamnc, n: Any) -> Theorem:
    """0 <= n |- 0 <= S(n)."""
    return sum_of_squares_nonneg(p, s.squares, s.g, *recursion(p, s), n)


@once
def mean(p: Prover, s: Adamnc, n: Any) -> Theorem:
    """0 <= n |- n v(n) = S(n)."""
    k, (none, grown) = p.fresh("k", n), recursion(p, s)
    share = p.inverse(p.certify(0 < k + 1, p.assume(0 <= k)))
    known = (p.assume(eq(k * s.v(k), s.squares(k))), p.next("v", i, k), share, grown(k))
    step = p.certify(eq((k + 1) * s.v(k + 1), s.squares(k + 1)), *known)
    return p.inst(
        p.induction(k, 0, eq(k * s.v(k), s.squares(k)), p.certify(eq(0 * s.v(0), s.squares(0)), none), step), {k: n}
    )


def count(p: Prover, t: Any) -> Theorem:
    """1 <= t |- 0 < t."""
    return p.certify(0 < lift(t), p.assume(1 <= t), degree=1)


@once
def root(p: Prover, s: Adamnc, t: Any) -> Theorem:
    """1 <= t |- sqrt(t) sqrt(v(t)) = sqrt(S(t))."""
    same, sums = (p.using(fact(p, s, t), after(p, t)[1]) for fact in (mean, squares_nonneg))
    nonneg = p.certify(0 <= s.v(t), same, sums, weights=[[count(p, t)]], degree=1)
    product = p.sqrt_product(p.restate(0 <= lift(t), count(p, t)), nonneg)
    return p.chain(eq(sqrt(t) * sqrt(s.v(t)), sqrt(s.squares(t))), product, p.rewrite(same, sqrt))


@once
def rises(p: Prover, s: Adamnc, t: Any) -> Theorem:
    """1 <= t |- sqrt(v(t))/alpha_t <= sqrt(v(t+1))/alpha_{t+1}."""
    _begun, start, later = after(p, t)
    more = p.certify(s.squares(t) <= s.squares(t + 1), p.using(recursion(p, s)[1](t), start), squares=[s.g(t + 1)])
    roots = p.sqrt_monotone(more, p.using(squares_nonneg(p, s, t), start))
    both = root(p, s, t), p.using(root(p, s, t + 1), later)
    below = p.chain(sqrt(t) * sqrt(s.v(t)) <= sqrt(t + 1) * sqrt(s.v(t + 1)), *both, roots)
    goal = sqrt(s.v(t)) / (s.alpha / sqrt(t)) <= sqrt(s.v(t + 1)) / (s.alpha / sqrt(t + 1))
    return p.certify(goal, below, p.inv_positive(p.given("step_positive")))


@once
def positive(p: Prover, s: Adamnc, t: Any) -> Theorem:
    """1 <= t, 0 < g(t)^2 |- 0 < sqrt(v(t))."""
    start = before(p, t)
    last, old = (p.using(fact, start) for fact in (recursion(p, s)[1](t - 1), squares_nonneg(p, s, t - 1)))
    known = (p.assume(0 < s.g(t) ** 2), last, old, p.using(mean(p, s, t), after(p, t)[1]))
    return p.sqrt_positive(p.certify(0 < s.v(t), *known, weights=[[count(p, t)]], degree=1))


@once
def rate(p: Prover, s: Adamnc, t: Any) -> Theorem:
    """1 <= t |- 0 < alpha/sqrt(t)."""
    above = p.inv_positive(p.sqrt_positive(count(p, t)))
    return p.certify(0 < s.alpha / sqrt(t), p.given("step_positive"), above)


def nearer(p: Prover, s: Adamnc, n: Any, z: Any) -> Theorem:
    """The projection of what the text proposes."""
    step = s.alpha / sqrt(n + 1) * s.game.m(n + 1) / sqrt(s.v(n + 1))
    same = p.rewrite(p.next("v", i, n), lambda z: inv(sqrt(z)))
    moved = p.certify(eq(s.game.reading.value("x", n), s.game.x(n) - step), same, p.next("m", i, n))
    return projected(p, s.game, n, z, step, moved)


def player(p: Prover, s: Adamnc, decay: tuple[Theorem, Theorem]) -> Player:
    """Coordinate i of AdamNC; decay: 0 <= a and a < 1."""
    return Player(
        g=s.g, m=s.game.m, w=lambda t: sqrt(s.v(t)), alpha=lambda t: s.alpha / sqrt(t), a=s.a,
        begun=p.start("m", i), following=lambda n: p.next("m", i, n), decay=decay,
        step_positive=lambda t: rate(p, s, t), nonneg=lambda t: p.sqrt_nonneg(s.v(t)),
        positive=lambda t: positive(p, s, t), rising=lambda t: rises(p, s, t),
        x=s.game.x, u=s.game.u(i), width=s.D, nearer=lambda n, z: nearer(p, s, n, z),
        close=lambda n: distance(p, s.game, n, s.D, p.given("width", i)),
    )  # fmt: skip


def costs(p: Prover, s: Adamnc, c: Player, n: Any, cheaper: Theorem) -> Theorem:
    """1 <= n |- sum_i sum_t alpha_t m(t)^2/sqrt(v(t)) <= 2 alpha sum_i |g_{1:n,i}|.

    cheaper   1 <= n |- the averages of coordinate i cost no more than its gradients
    """
    inverse = p.rewrite(root(p, s, t), inv)
    same = p.certify(eq(c.squared_gradient(t), s.alpha * s.g(t) ** 2 / sqrt(s.squares(t))), inverse)
    adagrad = p.using(lemma_a(p, s.squares, s.g, n, *recursion(p, s)), after(p, n)[1])
    scaled = p.certify(s.alpha * adagrad.claim.left <= s.alpha * adagrad.claim.right, adagrad, p.given("step_positive"))
    goal = total(t, 1, n, c.squared(t)) <= 2 * s.alpha * sqrt(s.squares(n))
    return p.sum_of(p.chain(goal, cheaper, p.sum_of(same, t, 1, n), scaled), i, 1, s.game.d)


def regret(p: Prover, s: Adamnc, c: Player, n: Any, scaled: Theorem, cheaper: Theorem) -> Theorem:
    """1 <= n |- R_n <= the bound of `Adamnc`.

    scaled   1 <= n |- (1-a) R_n <= sum_i D^2 sqrt(v(n))/(2 alpha_n) + (1+a)/2 sum_i sum_t alpha_t m(t)^2/sqrt(v(t))
    """
    norms = s.norms(n)
    paid, share = costs(p, s, c, n, cheaper), p.certify(0 <= 1 + s.a, c.decay[0])
    more = p.certify((1 + s.a) / 2 * paid.claim.left <= (1 + s.a) / 2 * paid.claim.right, paid, share)
    each = p.certify(eq(s.D**2 * sqrt(s.v(n)) * sqrt(n), s.D**2 * sqrt(s.squares(n))), root(p, s, n))
    goal = (1 - s.a) * s.game.regret(n) <= s.D**2 * norms / (2 * s.alpha) + s.alpha * (1 + s.a) / 1 * norms
    whole = p.certify(goal, scaled, p.sum_of(each, i, 1, s.game.d), more)
    lemma, variables = divided(p)
    values = (s.a, s.game.regret(n), s.D**2 * norms, s.alpha, lift(1), norms)
    left, one = p.certify(0 < 1 - s.a, c.decay[1]), p.certify(0 < lift(1))
    found = put(p, lemma, variables, values, left, p.given("step_positive"), one, whole)
    return p.restate(s.game.regret(n) <= s.bound(n), found)
