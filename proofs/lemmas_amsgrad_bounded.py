"""AMSGrad with bounded gradients: sqrt(V_t) <= G, |g_{1:T}| <= sqrt(T) G, the regret, which vanishes on average."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, inv, lift, positive_part, sqrt, total
from adamtheory.logic.sums import constant_sum, root_of_one
from adamtheory.proofs.lemmas_amsgrad import (
    Amsgrad,
    amsgrad_game,
    amsgrad_regret,
    eps_nonneg,
    maximum_nonneg,
    squares_nonneg,
)
from adamtheory.proofs.lemmas_box_game import i, t
from adamtheory.proofs.lemmas_momentum import after
from adamtheory.proofs.lemmas_regret import zero_of_square


def bounded_game(setting: Setting) -> tuple[Amsgrad, Any]:
    """The game with |g_{t,i}| <= G and 1 <= d besides; and G."""
    method, G = amsgrad_game(setting, with_eps=True), setting.constant("G")
    here = (1 <= t, 1 <= i, i <= method.game.d)
    setting.assume("bounded", absolute(method.game.g(t, i)) <= G, here)
    setting.assume("dimension", 1 <= method.game.d)
    return method, G


def square_bound(p: Prover, s: Amsgrad, G: Any, t: Any) -> tuple[Theorem, Theorem]:
    """1 <= t, 1 <= i, i <= d |- g(t)^2 <= G^2, and 0 <= G."""
    g = s.game.g(t, i)
    above, below, bounded = p.max_left(g, -g), p.max_right(g, -g), p.given("bounded", i=i, t=lift(t))
    high, low = p.chain(g <= G, above, bounded), p.chain(-g <= G, below, bounded)
    return p.certify(g**2 <= G**2, high, low), p.chain(0 <= G, high, low)


def moment_bound(p: Prover, s: Amsgrad, G: Any, n: Any) -> Theorem:
    """0 <= n, 1 <= i, i <= d |- v(n) <= G^2: v is a mean of squared gradients."""
    k = p.fresh("k", n)
    start = p.certify(1 <= k + 1, p.assume(0 <= k), degree=1)
    kept, low = p.certify(0 < 1 - s.beta2, p.given("beta2_below_one")), p.given("beta2_nonnegative")
    gradient = p.using(square_bound(p, s, G, k + 1)[0], start)
    nonneg = p.certify(0 <= G**2, squares=[G])
    step = p.certify(s.v(k + 1) <= G**2, p.assume(s.v(k) <= G**2), p.next("v", i, k), low, kept, gradient)
    found = p.induction(k, 0, s.v(k) <= G**2, p.certify(s.v(0) <= G**2, p.start("v", i), nonneg), step)
    return p.inst(found, {k: n})


def maximum_bound(p: Prover, s: Amsgrad, G: Any, n: Any) -> Theorem:
    """0 <= n, 1 <= i, i <= d |- V(n) <= G^2."""
    k = p.fresh("k", n)
    following, later = p.next("v_max", i, k), p.using(moment_bound(p, s, G, k + 1), reached(p, k))
    new = p.certify(following.claim.right.args[1] <= G**2, p.next("v", i, k), later)
    largest = p.max_least(p.assume(s.v_max(k) <= G**2), new)
    step = p.chain(s.v_max(k + 1) <= G**2, following, largest)
    base = p.certify(s.v_max(0) <= G**2, p.start("v_max", i), p.certify(0 <= G**2, squares=[G]))
    return p.inst(p.induction(k, 0, s.v_max(k) <= G**2, base, step), {k: n})


def reached(p: Prover, k: Any) -> Theorem:
    """0 <= k |- 0 <= k + 1."""
    return p.certify(0 <= k + 1, p.assume(0 <= k), degree=1)


def norm_bound(p: Prover, s: Amsgrad, G: Any, T: Any) -> Theorem:
    """1 <= T, 1 <= i, i <= d |- |g_{1:T,i}| <= sqrt(T) G."""
    start, squares = after(p, T)[1], total(t, 1, T, s.game.g(t, i) ** 2)
    gradient, bound = square_bound(p, s, G, t)[0], largest_gradient(p, s, G)
    summed = p.chain(squares <= T * G**2, p.sum_of(gradient, t, 1, T), p.using(constant_sum(p, t, T, G**2), start))
    roots = p.sqrt_square(start), p.sqrt_square(p.using(squares_nonneg(p, s, T), start))
    most = p.certify(sqrt(squares) ** 2 <= (sqrt(T) * G) ** 2, summed, *roots)
    return p.squares(most, p.certify(0 <= sqrt(T) * G, p.sqrt_nonneg(T), bound))


def largest_gradient(p: Prover, s: Amsgrad, G: Any) -> Theorem:
    """1 <= i, i <= d |- 0 <= G: it bounds the first gradient."""
    return p.using(p.inst(square_bound(p, s, G, t)[1], {t: lift(1)}), p.certify(1 <= lift(1)))


def bounded_coordinate(p: Prover, s: Amsgrad, G: Any, T: Any) -> tuple[Theorem, Theorem]:
    """1 <= T, 1 <= i, i <= d |- sqrt(V(T)) + eps <= G + eps, and |g_{1:T,i}| <= sqrt(T) G."""
    start = after(p, T)[1]
    below = p.using(maximum_bound(p, s, G, T), start)
    nonneg = p.using(maximum_nonneg(p, s, T), start)
    root = p.certify(sqrt(s.v_max(T)) ** 2 <= G**2, below, p.sqrt_square(nonneg), degree=1)
    most = p.certify(s.w(T) <= G + s.eps, p.squares(root, largest_gradient(p, s, G)), degree=1)
    return most, norm_bound(p, s, G, T)


def coefficients(p: Prover, s: Amsgrad) -> tuple[Theorem, Theorem]:
    """0 <= D^2/(2 alpha (1-a)), and 0 <= alpha (1+a)/((1-a) sqrt(1-b))."""
    rate, left = p.given("step_positive"), p.certify(0 < 1 - s.beta1, p.given("beta1_below_one"))
    root = p.sqrt_positive(p.certify(0 < 1 - s.beta2, p.given("beta2_below_one")))
    first = p.inv_positive(p.certify(0 < 2 * s.alpha * (1 - s.beta1), rate, left))
    second = p.inv_positive(p.certify(0 < (1 - s.beta1) * sqrt(1 - s.beta2), left, root))
    more = p.certify(0 <= s.alpha * (1 + s.beta1), rate, p.given("beta1_nonnegative"))
    distance = p.certify(0 <= s.D**2 * first.claim.right, first, squares=[s.D])
    return distance, p.certify(0 <= s.alpha * (1 + s.beta1) * second.claim.right, more, second)


def bounded_regret(p: Prover, s: Amsgrad, G: Any, T: Any) -> Theorem:
    """1 <= T |- R_T <= d (D^2 (G + eps)/(2 alpha (1-a)) + alpha G (1+a)/((1-a) sqrt(1-b))) sqrt(T)."""
    distance, steps = coefficients(p, s)
    start = p.certify(0 <= s.game.d, p.given("dimension"), degree=1)
    counts = [p.using(constant_sum(p, i, s.game.d, most), start) for most in (G, G + s.eps)]
    roots, norms = (p.sum_of(each, i, 1, s.game.d) for each in bounded_coordinate(p, s, G, T))
    scaled = p.certify(0 <= distance.claim.right * sqrt(T), distance, p.sqrt_nonneg(T))
    pairs = ((scaled, roots), (steps, norms))
    parts = [p.certify(f.claim.right * x.claim.left <= f.claim.right * x.claim.right, f, x) for f, x in pairs]
    return p.certify(s.game.regret(T) <= bound(s, G) * sqrt(T), amsgrad_regret(p, s, T), *parts, *counts)


def bound(s: Amsgrad, G: Any) -> Any:
    """d (D^2 (G + eps)/(2 alpha (1-a)) + alpha G (1+a)/((1-a) sqrt(1-b)))."""
    distance = s.D**2 * (G + s.eps) / (2 * s.alpha * (1 - s.beta1))
    return s.game.d * (distance + s.alpha * G * (1 + s.beta1) / ((1 - s.beta1) * sqrt(1 - s.beta2)))


def bound_nonneg(p: Prover, s: Amsgrad, G: Any) -> Theorem:
    """0 <= `bound`; G is not negative because the first gradient is bounded by it."""
    one = p.certify(1 <= lift(1))
    first = p.using(p.inst(square_bound(p, s, G, lift(1))[1], {i: 1}), one, p.given("dimension"))
    larger = p.certify(0 <= G + s.eps, first, *eps_nonneg(p, s), degree=1)
    factors = zip((larger, first), coefficients(p, s), strict=True)
    scaled = [p.certify(0 <= f.claim.right * c.claim.right, f, c) for f, c in factors]
    both = p.certify(0 <= scaled[0].claim.right + scaled[1].claim.right, *scaled, degree=1)
    return p.certify(0 <= bound(s, G), both, p.certify(0 <= s.game.d, p.given("dimension"), degree=1))


def average_vanishes(p: Prover, main: Theorem, scale: Theorem, T: Any) -> Theorem:
    """max(R/T, 0) -> 0 from 1 <= T |- R <= C sqrt(T) and 0 <= C, for C without T: R/T <= C sqrt(1/T)."""
    R, C, share, q = main.claim.left, scale.claim.right, inv(T), sqrt(inv(T))
    rounds = p.certify(0 < T, p.assume(1 <= T), degree=1)
    small = p.inv_positive(rounds)
    product = p.sqrt_product(p.restate(0 <= T, rounds), p.restate(0 <= share, small))
    one = p.chain(eq(sqrt(T) * q, 1), product, p.rewrite(p.inverse(rounds), sqrt), root_of_one(p))
    shrunk = p.certify(R * share <= C * sqrt(T) * share, main, small)
    high = p.certify(R * share <= C * q, shrunk, one, p.sqrt_square(small))
    below = p.max_least(high, p.certify(0 <= C * q, scale, p.sqrt_nonneg(share)))
    nothing = zero_of_square(p, p.restate(sqrt(0) ** 2 <= 0, p.sqrt_square(p.certify(0 <= lift(0)))))
    vanishing = p.lim_op("mul", p.lim_const(C, T), p.lim_op("sqrt", p.lim_recip(T)))  # C q -> C sqrt(0) = 0
    shifted = p.lim_op("add", vanishing, p.lim_const(-C * sqrt(0), T))
    below = p.certify(positive_part(R / T) <= C * q - C * sqrt(0), below, nothing)
    above = p.restate(0 <= positive_part(R / T), p.max_right(R / T, 0))
    return p.lim_squeeze(p.lim_const(0, T), shifted, 1, above, below)
