"""AMSGrad on a box with decay rates beta1_t that change with t, read from its text: its regret for falling rates."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift, sqrt, total
from adamtheory.logic.sums import exchanged
from adamtheory.proofs.lemmas_amsgrad import Amsgrad, costs, player
from adamtheory.proofs.lemmas_box_game import i, inverse_product, t
from adamtheory.proofs.lemmas_scheduled import ScheduledPlayer, falling_final, regret_bound
from adamtheory.proofs.lemmas_scheduled_costs import averages
from adamtheory.proofs.lemmas_schedules import Schedule, decay, scheduled, shares_fall


def amsgrad_player(p: Prover, method: Amsgrad, s: Schedule) -> ScheduledPlayer:
    """Coordinate i of AMSGrad with the rates of the schedule."""
    return scheduled(p, s, player(p, method, decay(p, s)))


def known(p: Prover, method: Amsgrad, c: ScheduledPlayer, n: Any) -> tuple[Theorem, ...]:
    """What the constants of a bound need: 1/(2 alpha (1-a)) = 1/(2 alpha) 1/(1-a), and 1 <= n |- 1/sqrt(n) is one."""
    keeps, rate = p.certify(0 < 1 - c.a, c.decay[1]), p.given("step_positive")
    step = p.inverse(p.sqrt_positive(p.certify(0 < lift(n), p.assume(1 <= n), degree=1)))
    return inverse_product(p, p.certify(0 < 2 * method.alpha, rate), keeps), step


def distance(method: Amsgrad, a: Any, n: Any) -> Any:
    """D^2 sqrt(n)/(2 alpha (1-a)) sum_i w_n, where w = sqrt(V) + eps."""
    return method.D**2 * sqrt(n) / (2 * method.alpha * (1 - a)) * method.roots(n)


def average_costs(method: Amsgrad, a: Any, n: Any) -> Any:
    """(1+a)/(2 (1-a)) sum_t alpha_t sum_i m_t^2/w_t."""
    average = method.game.over(method.game.m(t) ** 2 / method.w(t))
    return (1 + a) / (2 * (1 - a)) * total(t, 1, n, method.alpha / sqrt(t) * average)


def falling_bound(p: Prover, method: Amsgrad, s: Schedule, n: Any) -> tuple[Theorem, ScheduledPlayer]:
    """1 <= n |- R_n <= distance + (1+a)/(2 (1-a)) sum_i sum_t alpha_t m_t^2/w_t, for falling rates; player."""
    c = amsgrad_player(p, method, s)
    found = regret_bound(p, method.game, c, falling_final(p, c, shares_fall(p, c, s)), n)
    costs = (1 + c.a) / (2 * (1 - c.a)) * method.game.over(total(t, 1, n, c.squared(t)))
    goal = method.game.regret(n) <= distance(method, c.a, n) + costs
    return p.certify(goal, found, *known(p, method, c, n)), c


def falling_regret(p: Prover, method: Amsgrad, s: Schedule, n: Any) -> Theorem:
    """1 <= n |- R_n <= distance + alpha (1+a)/((1-a) sqrt(1-b)) sum_i |g_{1:n}|, for falling rates."""
    found, c = falling_bound(p, method, s, n)
    return by_gradients(p, method, c, distance(method, c.a, n), found, s, n)


def gradient_costs(method: Amsgrad, a: Any, n: Any) -> Any:
    """alpha (1+a)/((1-a) sqrt(1-b)) sum_i |g_{1:n}|."""
    return method.alpha * (1 + a) / ((1 - a) * sqrt(1 - method.beta2)) * method.norms(n)


def by_gradients(
    p: Prover, method: Amsgrad, c: ScheduledPlayer, far: Any, found: Theorem, s: Schedule, n: Any
) -> Theorem:
    """1 <= n |- R_n <= far + `gradient_costs` from R_n <= far + (1+a)/(2 (1-a)) sum of costs, for falling rates."""
    paid = costs(p, method, c, n, averages(p, c, n, shares_fall(p, c, s)))
    keeps, root = p.certify(0 < 1 - c.a, c.decay[1]), p.certify(0 < 1 - method.beta2, p.given("beta2_below_one"))
    divisor, two = p.sqrt_positive(root), p.certify(0 < lift(2))
    share = p.certify(0 <= (1 + c.a) / (2 * (1 - c.a)), c.decay[0], p.inv_positive(p.certify(0 < 2 * (1 - c.a), keeps)))
    more = p.certify(share.claim.right * paid.claim.left <= share.claim.right * paid.claim.right, share, paid)
    split = inverse_product(p, two, keeps), inverse_product(p, keeps, divisor)
    goal = method.game.regret(n) <= far + gradient_costs(method, c.a, n)
    return p.certify(goal, found, more, *split, degree=1)


def swapped(p: Prover, method: Amsgrad, body: Any, n: Any) -> Theorem:
    """0 <= n |- sum_t sum_i body = sum_i sum_t body, for t = 1, ..., n."""
    k = p.fresh("k", n)
    return p.inst(exchanged(p, t, k, i, method.game.d, body), {k: n})
