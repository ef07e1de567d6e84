"""The bias left in Adam's first moment by gradients whose mean moves at most L a step: at most L times the mean age.

Words   If |E g_i - E g_j| <= L (j - i) for 1 <= i <= j, and 0 <= beta1 < 1, then for n >= 1 the distance of E m_n from
        (1 - beta1^n) E g_n is at most L beta1 (1 - n beta1^(n-1) + (n-1) beta1^n)/(1 - beta1). The bound is attained
        (`ema_drift_attained`).
Source  Kingma & Ba 2015, section 3, say that zeta can be kept small; the bound is derived for this project. From the
        text of `adam`.
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
    j,
    mean_age,
    mean_age_is,
    n,
    noisy,
    power_nonneg_at,
    t,
    w,
)

noise = noisy("m")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")
L = setting.constant("L")


def xi(t: Any) -> Any:
    return mean(w, g(t, w))


setting.assume("slow", absolute(xi(i) - xi(j)) <= L * (j - i), [1 <= i, i <= j])
DECAY = decaying(setting, beta1)
gap = mean(w, m(n)) - (1 - power(beta1, n)) * xi(n)


def statement() -> Statement:
    return Statement(setting, absolute(gap) <= L * mean_age(beta1, n), [1 <= n], ["slow", *DECAY])


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "L": ([], 1)}, values={n: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """|1 - 1| <= j - i from i <= j; the rest at once."""
    if goal.left.op != "max":
        return p.certify(goal, *guards)
    return p.max_least(*(p.certify(side <= goal.right, *guards) for side in goal.left.args))


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.assume(1 <= n)
    low, high = (p.given(name) for name in DECAY)
    slow = p.given("slow", i, n)
    part = slow.claim.left.args
    weight = power_nonneg_at(p, low, n - i, p.assume(i <= n))

    def summed(moved: Any, below: Theorem) -> Theorem:
        """b^(n-i) times moved <= L (n-i), summed over i, times 1 - b."""
        each = p.certify(power(beta1, n - i) * moved <= power(beta1, n - i) * L * (n - i), slow, below, weight)
        return p.sum_of(each, i, 1, n)

    above, under = summed(part[0], p.max_left(*part)), summed(part[1], p.max_right(*part))
    kept = p.certify(0 < 1 - beta1, high)
    zeta = p.using(drift(p, noise, beta1, n), p.certify(0 <= n, begun))
    facts = (kept, zeta, mean_age_is(p, beta1, n, high))
    bound = L * mean_age(beta1, n)
    return p.max_least(p.certify(gap <= bound, above, *facts), p.certify(-gap <= bound, under, *facts))
