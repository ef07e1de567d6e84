"""The bias left in Adam's first moment by bounded gradients whose mean moves in any way: at most 2 G (beta1 - beta1^n).

Words   If |E g_i| <= G for every i >= 1 and 0 <= beta1 < 1, then for n >= 1 the distance of E m_n from
        (1 - beta1^n) E g_n is at most 2 G (beta1 - beta1^n).
Source  Kingma & Ba 2015, section 3, say that zeta can be kept small; the bound is derived for this project. From the
        text of `adam`.
Note    It is attained by means -G, ..., -G, G (`ema_drift_bounded_attained`).
"""

from collections.abc import Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, mean, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import (
    decaying,
    drift,
    i,
    n,
    noisy,
    power_nonneg_at,
    shifted,
    t,
    w,
    weights,
)

noise = noisy("m")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")
G = setting.constant("G")


def xi(t: Any) -> Any:
    return mean(w, g(t, w))


setting.assume("bounded", absolute(xi(t)) <= G, [1 <= t])
DECAY = decaying(setting, beta1)
gap = mean(w, m(n)) - (1 - power(beta1, n)) * xi(n)
bound = 2 * G * (beta1 - power(beta1, n))


def statement() -> Statement:
    return Statement(setting, absolute(gap) <= bound, [1 <= n], ["bounded", *DECAY])


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "G": ([], 1)}, values={n: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """|1| <= 1; the rest at once."""
    if goal.left.op != "max":
        return p.certify(goal, *guards)
    return p.max_least(*(p.certify(side <= goal.right, *guards) for side in goal.left.args))


def prove() -> Theorem:
    p = Prover(setting)
    begun, low, high = p.assume(1 <= n), *(p.given(name) for name in DECAY)
    before = p.certify(0 <= n - 1, begun)
    early, late = p.given("bounded", i), p.given("bounded", n)
    sizes = [half(*f.claim.left.args) for f in (early, late) for half in (p.max_left, p.max_right)]
    # the last difference is 0, the others are at most 2 G
    split = p.using(shifted(p, beta1, n - 1, lambda i: xi(i) - xi(n)), before)
    weight = power_nonneg_at(p, low, n - 1 - i, p.assume(i <= n - 1))
    share = p.using(weights(p, beta1, n - 1), before)
    zeta = p.using(drift(p, noise, beta1, n), p.certify(0 <= n, begun))
    facts = (p.certify(0 <= beta1 * (1 - beta1), low, high), zeta, p.using(p.power_next(beta1, before), before))

    def side(sign: int, goal: Rel) -> Theorem:
        apart, factor = p.chain(sign * (xi(i) - xi(n)) <= 2 * G, early, late, *sizes), power(beta1, n - 1 - i)
        each = p.certify(factor * sign * (xi(i) - xi(n)) <= factor * 2 * G, apart, weight)
        return p.certify(goal, p.sum_of(each, i, 1, n - 1), split, share, *facts)

    return p.max_least(side(1, gap <= bound), side(-1, -gap <= bound))
