"""AMSGrad on a box with decay rates beta1_t that change with t, read from its text: its regret for falling rates.

A `Schedule` is any sequence of rates for which the assumptions of its maker hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, le, lift, power, sqrt, total
from adamtheory.proofs.lemmas_amsgrad import Amsgrad, costs, player
from adamtheory.proofs.lemmas_box_game import inverse_product, t
from adamtheory.proofs.lemmas_momentum import Player, once
from adamtheory.proofs.lemmas_scheduled import Scheduled, averages, falling_final, falling_shares, regret_bound

Known = Callable[[Any], Theorem]


@dataclass(frozen=True, eq=False)
class Schedule:
    """Rates rate(t) that fall, from a = rate(1) on, and what is known of them.

    low(p, t)     1 <= t |- 0 <= rate(t)
    falls(p, t)   1 <= t |- rate(t+1) <= rate(t)
    below(p)      a < 1
    """

    rate: Any
    a: Any
    low: Callable[[Prover, Any], Theorem]
    falls: Callable[[Prover, Any], Theorem]
    below: Callable[[Prover], Theorem]
    assumes: tuple[str, ...]


def falling_rates(setting: Setting) -> Schedule:
    """Any rates beta1_t with 0 <= beta1_{t+1} <= beta1_t and beta1_1 < 1."""
    rate = setting.family("beta1", "Z")
    setting.assume("decay_nonnegative", 0 <= rate(t), [1 <= t])
    setting.assume("decay_falls", rate(t + 1) <= rate(t), [1 <= t])
    setting.assume("decay_below_one", rate(1) < 1)
    return Schedule(
        rate,
        rate(1),
        lambda p, t: p.given("decay_nonnegative", t),
        lambda p, t: p.given("decay_falls", t),
        lambda p: p.given("decay_below_one"),
        ("decay_below_one", "decay_falls", "decay_nonnegative"),
    )


def geometric_rates(setting: Setting) -> Schedule:
    """beta1_t = beta1 lam^(t-1) with 0 <= beta1 < 1 and 0 <= lam <= 1."""
    beta1, lam = setting.constants("beta1 lam")
    setting.assume("beta1_nonnegative", 0 <= beta1)
    setting.assume("beta1_below_one", beta1 < 1)
    setting.assume("lam_nonnegative", 0 <= lam)
    setting.assume("lam_at_most_one", lam <= 1)

    def rate(t: Any) -> Any:
        return beta1 * power(lam, t - 1)

    def low(p: Prover, t: Any) -> Theorem:
        power_low = p.using(p.power_nonneg(p.given("lam_nonnegative"), lift(t) - 1), _before(p, t))
        return p.certify(0 <= rate(t), power_low, p.given("beta1_nonnegative"))

    def falls(p: Prover, t: Any) -> Theorem:
        following = p.power_next(lam, _before(p, t))
        return p.certify(rate(t + 1) <= rate(t), following, low(p, t), p.given("lam_at_most_one"))

    names = ("beta1_below_one", "beta1_nonnegative", "lam_at_most_one", "lam_nonnegative")
    return Schedule(rate, beta1, low, falls, lambda p: p.given("beta1_below_one"), names)


def _before(p: Prover, t: Any) -> Theorem:
    """1 <= t |- 0 <= t - 1."""
    return p.certify(0 <= lift(t) - 1, p.assume(1 <= t), degree=1)


@once
def at_most_first(p: Prover, s: Schedule, n: Any) -> Theorem:
    """1 <= n |- rate(n) <= a."""
    k = p.fresh("k", n)
    claim = le(s.rate(k), s.a)
    step = p.chain(s.rate(k + 1) <= s.a, p.assume(claim), s.falls(p, k))
    return p.inst(p.induction(k, 1, claim, p.certify(s.rate(lift(1)) <= s.a), step), {k: n})


def decay(p: Prover, s: Schedule) -> tuple[Theorem, Theorem]:
    """0 <= a, and a < 1."""
    return p.restate(0 <= s.a, p.using(s.low(p, lift(1)), p.certify(1 <= lift(1)))), s.below(p)


def scheduled(p: Prover, s: Schedule, base: Player) -> Scheduled:
    """A player of `lemmas_momentum` whose average is taken with the rates of the schedule."""
    parts = {f.name: getattr(base, f.name) for f in fields(base)}
    return Scheduled(**parts, rate=s.rate, low=lambda t: s.low(p, t), high=lambda t: at_most_first(p, s, t))


def shares_fall(p: Prover, c: Scheduled, s: Schedule) -> Known:
    """1 <= t |- 1/(1 - rate(t+1)) <= 1/(1 - rate(t))."""
    return lambda t: falling_shares(p, c, t, s.falls(p, t))


# --- the regret of AMSGrad --------------------------------------------------------------------------------------------


def falling_bound(p: Prover, method: Amsgrad, s: Schedule, n: Any) -> tuple[Theorem, Scheduled]:
    """1 <= n |- R_n <= D^2 sqrt(n)/(2 alpha (1-a)) sum_i sqrt(V_n) + (1+a)/(2 (1-a)) sum_i sum_t costs; the player."""
    c = scheduled(p, s, player(p, method, decay(p, s)))
    found = regret_bound(p, method.game, c, falling_final(p, c, shares_fall(p, c, s)), n)
    keeps, rate = p.certify(0 < 1 - c.a, c.decay[1]), p.given("step_positive")
    split = inverse_product(p, p.certify(0 < 2 * method.alpha, rate), keeps)
    distance = method.D**2 * sqrt(n) / (2 * method.alpha * (1 - c.a)) * method.roots(n)
    costs = (1 + c.a) / (2 * (1 - c.a)) * method.game.over(total(t, 1, n, c.squared(t)))
    step = p.inverse(p.sqrt_positive(p.certify(0 < lift(n), p.assume(1 <= n), degree=1)))
    return p.certify(method.game.regret(n) <= distance + costs, found, split, step), c


def falling_regret(p: Prover, method: Amsgrad, s: Schedule, n: Any) -> Theorem:
    """1 <= n |- R_n <= D^2 sqrt(n)/(2 alpha (1-a)) sum_i sqrt(V_n) + alpha (1+a)/((1-a) sqrt(1-b)) sum_i |g_{1:n}|."""
    found, c = falling_bound(p, method, s, n)
    paid = costs(p, method, c, n, averages(p, c, n, shares_fall(p, c, s)))
    keeps, root = p.certify(0 < 1 - c.a, c.decay[1]), p.certify(0 < 1 - method.beta2, p.given("beta2_below_one"))
    divisor, two = p.sqrt_positive(root), p.certify(0 < lift(2))
    both = p.certify(0 < 2 * (1 - c.a), keeps)
    share = p.certify(0 <= (1 + c.a) / (2 * (1 - c.a)), c.decay[0], p.inv_positive(both))
    more = p.certify(share.claim.right * paid.claim.left <= share.claim.right * paid.claim.right, share, paid)
    distance = method.D**2 * sqrt(n) / (2 * method.alpha * (1 - c.a)) * method.roots(n)
    steps = method.alpha * (1 + c.a) / ((1 - c.a) * sqrt(1 - method.beta2)) * method.norms(n)
    split = inverse_product(p, two, keeps), inverse_product(p, keeps, divisor)
    return p.certify(method.game.regret(n) <= distance + steps, found, more, *split, degree=1)
