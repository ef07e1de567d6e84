"""AdamX with bounded gradients: sqrt(V_t)/(1 - a_t) stays below G/(1 - beta1), and so does its regret."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, inv, lift, sqrt, total
from adamtheory.logic.sums import apart, constant_sum, put
from adamtheory.proofs.lemmas_adamx import (
    Adamx,
    adamx_game,
    adamx_regret,
    closed_form,
    last_below_one,
    momentum,
    rate_is,
    share,
    widest,
)
from adamtheory.proofs.lemmas_amsgrad import second_moment_nonneg
from adamtheory.proofs.lemmas_amsgrad_bounded import coefficients, largest_gradient, moment_bound, norm_bound
from adamtheory.proofs.lemmas_amsgrad_scheduled import gradient_costs
from adamtheory.proofs.lemmas_box_game import i, inverse_product, t
from adamtheory.proofs.lemmas_momentum import once
from adamtheory.proofs.lemmas_regret import zero_of_square
from adamtheory.proofs.lemmas_schedules import at_most, root_sum


def bounded_game(setting: Setting, strict: bool = False) -> tuple[Adamx, Any]:
    """The game with |g_{t,i}| <= G and 1 <= d besides; and G."""
    method, G = adamx_game(setting, strict), setting.constant("G")
    here = (1 <= t, 1 <= i, i <= method.game.d)
    setting.assume("bounded", absolute(method.game.g(t, i)) <= G, here)
    setting.assume("dimension", 1 <= method.game.d)
    return method, G


@once
def root_bound(p: Prover, subject: tuple[Adamx, Any], n: Any) -> Theorem:
    """0 <= n, 1 <= i, i <= d |- sqrt(V(n))/(1 - a(n)) <= G/(1-beta1), by the closed form."""
    s, G = subject
    k = p.fresh("k", n)
    most = G * share(s.beta1)
    begun = p.assume(0 <= k)
    later, reached = p.certify(0 <= k + 1, begun, degree=1), p.certify(1 <= k + 1, begun, degree=1)
    bound = largest_gradient(p, s, G)
    keeps = p.certify(0 < 1 - s.beta1, s.schedule.below(p))
    moment = p.using(moment_bound(p, s, G, k + 1), later)
    nonneg = p.using(second_moment_nonneg(p, s, k + 1), later)
    root = p.squares(p.chain(sqrt(s.v(k + 1)) ** 2 <= G**2, moment, p.sqrt_square(nonneg)), bound)
    high = p.certify(
        1 - s.beta1 <= 1 - s.last(k + 1), rate_is(p, s, k), p.using(at_most(p, s.schedule, k + 1), reached)
    )
    shares = p.reciprocal(high, keeps)
    below = p.using(last_below_one(p, s, k + 1), later)
    new = p.chain(
        sqrt(s.v(k + 1)) * share(s.last(k + 1)) <= most,
        p.certify(sqrt(s.v(k + 1)) * share(s.last(k + 1)) <= G * share(s.last(k + 1)), root, p.inv_positive(below)),
        p.certify(G * share(s.last(k + 1)) <= most, shares, bound),
    )
    claim = sqrt(s.v_max(k)) * share(s.last(k)) <= most
    step = p.chain(
        sqrt(s.v_max(k + 1)) * share(s.last(k + 1)) <= most,
        closed_form(p, s, k),
        p.max_least(p.assume(claim), new),
    )
    none = zero_of_square(
        p,
        p.certify(
            sqrt(s.v_max(0)) ** 2 <= 0,
            p.sqrt_square(p.certify(0 <= s.v_max(0), p.start("v_max", i))),
            p.start("v_max", i),
        ),
    )
    base = p.certify(sqrt(s.v_max(0)) * share(s.last(0)) <= most, none, bound, p.inv_positive(keeps))
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


def by_rate(p: Prover, s: Adamx, G: Any, n: Any) -> Theorem:
    """1 <= n, 1 <= i, i <= d |- sqrt(V(n))/(1 - a_n) <= G/(1-beta1), for the rate a_n = beta1 lam^(n-1)."""
    before, start = (p.certify(0 <= lift(n) - k, p.assume(1 <= n), degree=1) for k in (1, 0))
    same = p.rewrite(p.using(rate_is(p, s, n - 1), before), share)
    found = p.using(root_bound(p, (s, G), n), p.restate(0 <= n, start))
    return p.certify(sqrt(s.v_max(n)) * share(s.schedule.rate(n)) <= found.claim.right, found, same)


def by_next_rate(p: Prover, s: Adamx, G: Any, n: Any) -> Theorem:
    """1 <= n, 1 <= i, i <= d |- sqrt(V(n))/(1 - a_{n+1}) <= G/(1-beta1): the rates fall."""
    rate, start = s.schedule.rate, p.assume(1 <= n)
    old = p.chain(rate(n) < 1, at_most(p, s.schedule, n), s.schedule.below(p))
    keeps = p.certify(0 < 1 - rate(n), old)
    shares = p.reciprocal(p.certify(1 - rate(n) <= 1 - rate(n + 1), s.schedule.falls(p, n)), keeps)
    root, found = sqrt(s.v_max(n)), p.using(by_rate(p, s, G, n), start)
    scaled = p.certify(root * share(rate(n + 1)) <= root * share(rate(n)), shares, p.sqrt_nonneg(s.v_max(n)))
    return p.chain(root * share(rate(n + 1)) <= found.claim.right, scaled, found)


def counted(p: Prover, s: Adamx, G: Any, each: Theorem) -> Theorem:
    """sum_i x <= d G/(1-beta1) from x <= G/(1-beta1) in every coordinate."""
    count = constant_sum(p, i, s.game.d, G * share(s.beta1))
    count = p.using(count, p.certify(0 <= s.game.d, p.given("dimension"), degree=1))
    return p.chain(s.game.over(each.claim.left) <= s.game.d * G * share(s.beta1), p.sum_of(each, i, 1, s.game.d), count)


def bounded_bound(s: Adamx, G: Any, n: Any) -> Any:
    """d D^2 G/(2 alpha (1-beta1)) (sqrt(n) + sum_{t=1}^{n-1} a_{t+1} sqrt(t)) + gradient_costs."""
    rounds = sqrt(n) + total(t, 1, n - 1, s.schedule.rate(t + 1) * sqrt(t))
    return s.game.d * s.D**2 * G / (2 * s.alpha * (1 - s.beta1)) * rounds + gradient_costs(s, s.beta1, n)


def bounded_regret(p: Prover, s: Adamx, G: Any, n: Any) -> Theorem:
    """1 <= n |- R_n <= bounded_bound; n is a variable."""
    rate, two = s.schedule.rate, p.certify(0 < 2 * s.alpha, p.given("step_positive"))
    scale = p.certify(0 <= s.D**2 * inv(2 * s.alpha), p.inv_positive(two), squares=[s.D])
    last = counted(p, s, G, by_rate(p, s, G, n))
    scaled = p.certify(0 <= scale.claim.right * sqrt(n), scale, p.sqrt_nonneg(n))
    first = p.certify(scaled.claim.right * last.claim.left <= scaled.claim.right * last.claim.right, scaled, last)
    below = p.chain(rate(n) < 1, at_most(p, s.schedule, n), s.schedule.below(p))
    keeps = [p.certify(0 < 1 - rate(n), below), p.certify(0 < 1 - s.beta1, s.schedule.below(p))]
    splits = [inverse_product(p, two, keep) for keep in keeps]
    later = p.certify(1 <= t + 1, p.assume(1 <= t), degree=1)
    weight = p.certify(0 <= rate(t + 1) * sqrt(t), p.using(s.schedule.low(p, t + 1), later), p.sqrt_nonneg(t))
    inner = counted(p, s, G, by_next_rate(p, s, G, t))
    each = p.certify(weight.claim.right * inner.claim.left <= weight.claim.right * inner.claim.right, weight, inner)
    summed = p.sum_of(each, t, 1, n - 1)
    second = p.certify(scale.claim.right * summed.claim.left <= scale.claim.right * summed.claim.right, scale, summed)
    far = p.certify(widest(s, n) + momentum(s, n) <= bounded_bound(s, G, n) - gradient_costs(s, s.beta1, n),
                    first, second, *splits, degree=1)  # fmt: skip
    return p.chain(s.game.regret(n) <= bounded_bound(s, G, n), adamx_regret(p, s, n), far)


def scale(s: Adamx, G: Any) -> Any:
    """d (D^2 G/(2 alpha (1-beta1)) (1 + beta1 lam/(1-lam)^2) + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) G)."""
    lam, a = Family("lam")(), s.beta1
    distances = s.D**2 / (2 * s.alpha * (1 - a)) * (1 + a * (lam / (1 - lam) ** 2))
    return s.game.d * G * (distances + s.alpha * (1 + a) / ((1 - a) * sqrt(1 - s.beta2)))


def decaying_rounds(p: Prover, n: Any) -> tuple[Theorem, Theorem]:
    """1 <= n |- sum_{t=1}^{n-1} lam^t sqrt(t) <= lam/(1-lam)^2 sqrt(n), and 0 <= lam/(1-lam)^2; from lam < 1."""
    lam, k = Family("lam")(), p.fresh("k", n)
    limits, begun = (p.given("lam_nonnegative"), p.given("lam_below_one")), p.assume(1 <= n)
    start, before = p.certify(0 <= n, begun, degree=1), p.certify(0 <= n - 1, begun, degree=1)
    rounds = p.using(p.inst(root_sum(p, lam, k), {k: n - 1}), before, *limits)
    one = p.squares(p.certify(lift(1) ** 2 <= sqrt(n) ** 2, begun, p.sqrt_square(start)), p.sqrt_nonneg(n))
    (x,) = apart(p, "x")
    share = p.certify(0 < (1 - lam) ** 2, p.certify(0 < 1 - lam, limits[1]))
    inverse = put(p, p.inv_positive(p.assume(0 < x)), (x,), ((1 - lam) ** 2,), share)
    nonneg = p.certify(0 <= lam / (1 - lam) ** 2, limits[0], inverse)
    most = p.certify(lam / (1 - lam) ** 2 <= lam / (1 - lam) ** 2 * sqrt(n), one, nonneg)
    return p.chain(rounds.claim.left <= most.claim.right, rounds, most), nonneg


def scaled(p: Prover, bound: Theorem, *nonneg: Theorem) -> Theorem:
    """w x <= w y from x <= y and 0 <= w, where w is the product of what is not negative."""
    weight = nonneg[0]
    for factor in nonneg[1:]:
        weight = p.certify(0 <= weight.claim.right * factor.claim.right, weight, factor)
    w = weight.claim.right
    return p.certify(w * bound.claim.left <= w * bound.claim.right, bound, weight)


def root_regret(p: Prover, s: Adamx, G: Any, n: Any) -> tuple[Theorem, Theorem]:
    """1 <= n |- R_n <= scale sqrt(n), and 0 <= scale; from lam < 1, an assumption of that name."""
    rounds, rest = decaying_rounds(p, n)
    far, near = coefficients(p, s)
    low, zero = p.given("beta1_nonnegative"), p.certify(0 <= s.game.d, p.given("dimension"), degree=1)
    first = p.using(p.inst(largest_gradient(p, s, G), {i: lift(1)}), p.certify(1 <= lift(1)), p.given("dimension"))
    weight = p.certify(0 <= s.game.d * G, zero, first)
    momentum = scaled(p, rounds, weight, far, low)
    norms = scaled(p, p.sum_of(norm_bound(p, s, G, n), i, 1, s.game.d), near)
    count = p.using(constant_sum(p, i, s.game.d, G), zero)
    found = p.certify(s.game.regret(n) <= scale(s, G) * sqrt(n), bounded_regret(p, s, G, n), momentum, norms, count)
    more = p.certify(0 <= 1 + s.beta1 * rest.claim.right, rest, low)
    distances = p.certify(0 <= far.claim.right * more.claim.right, far, more)
    both = p.certify(0 <= distances.claim.right + near.claim.right, distances, near, degree=1)
    return found, p.certify(0 <= scale(s, G), weight, both)
