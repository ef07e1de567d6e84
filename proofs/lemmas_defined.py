"""What the text of Adam owes: that nothing is divided by 0 and no root of a negative number is taken."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, lift, power
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import average_nonneg, decaying, held_power, n, power_below_one
from adamtheory.rules.adam import adam


def adam_text(decay: str = "", positive: bool = False) -> tuple[Setting, Reading]:
    """Adam with gradients g(t); the named decay rate in [0, 1), eps positive if wanted."""
    setting = Setting()
    g = setting.family("g", "Z")
    reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["m", "v", "p1", "p2"])
    if decay:
        decaying(setting, reading.scalars[decay], decay)
    if positive:
        setting.assume("eps_positive", 0 < reading.scalars["eps"])
    return setting, reading


def owed(reading: Reading, number: int) -> Rel:
    """An obligation of step n + 1, in the order of the text: 1 - p1, 1 - p2, the root of v_hat, the denominator."""
    return reading.obligations(n)[number].goal


def correction_positive(p: Prover, reading: Reading, slot: str, decay: str) -> Theorem:
    """0 <= n |- 0 < 1 - p beta for the new value p beta of p1 or p2, which is beta^(n+1)."""
    beta, start = reading.scalars[decay], p.assume(0 <= n)
    low, high = p.given(f"{decay}_nonnegative"), p.given(f"{decay}_below_one")
    held = Family(slot)(n) * beta
    same = p.certify(eq(held, power(beta, n + 1)), held_power(p, slot, beta, n), p.power_next(beta, start))
    return p.chain(0 < 1 - held, same, power_below_one(p, low, high, n))


def corrected_nonneg(p: Prover, reading: Reading) -> Theorem:
    """0 <= n |- 0 <= v_hat in step n + 1."""
    b, g = reading.scalars["beta2"], Family("g")
    low = p.given("beta2_nonnegative")
    kept = p.certify(0 <= 1 - b, p.given("beta2_below_one"))
    old = average_nonneg(p, reading, low, p.given("beta2_below_one"))
    moment = reading.value("v", n)
    new = p.certify(0 <= moment, old, low, kept, squares=[g(n + 1)])
    room = p.inv_positive(correction_positive(p, reading, "p2", "beta2"))
    return p.certify(0 <= reading.value("v_hat", n), new, room)


# --- the corrections in powers of the decay rates ---------------------------------------------------------------------


def corrections_positive(
    p: Prover, reading: Reading, slot: str, decay: str, n: Any
) -> tuple[tuple[Theorem, Theorem], tuple[Theorem, Theorem]]:
    """1 <= n |- p(n) = beta^n and 0 < 1 - beta^n; and the same for n + 1."""
    beta, low, high = reading.scalars[decay], p.given(f"{decay}_nonnegative"), p.given(f"{decay}_below_one")
    start = p.assume(1 <= n)
    found = []
    for k in (n, n + 1):
        held = p.using(held_power(p, slot, beta, k), p.certify(0 <= k, start))
        below = p.using(power_below_one(p, low, high, k - 1), p.certify(0 <= k - 1, start))
        found.append((held, p.certify(0 < 1 - power(beta, k), below)))
    return found[0], found[1]


def corrections_together(p: Prover, reading: Reading, n: Any) -> tuple[Theorem, tuple[Theorem, Theorem]]:
    """0 <= n |- 0 < 1 - p1, and 0 <= 1 - p2 <= (1 - p1)^2, for the new values p1 and p2 of the slots in step n + 1.

    From beta1 (2 - beta1) <= beta2 < 1. The invariant is p1 (2 - p1) <= p2, since (2 - a) (2 - q) >= 2 - a q.
    """
    a, b = reading.scalars["beta1"], reading.scalars["beta2"]
    p1, p2 = reading.families["p1"], reading.families["p2"]
    low, high, top, large = (
        p.given(name) for name in ("beta1_nonnegative", "beta1_below_one", "beta2_below_one", "beta2_large")
    )
    q, r, next_q, next_r = p1(n), p2(n), p.next("p1", n), p.next("p2", n)

    def invariant(claim: Any, *facts: Theorem) -> Theorem:
        base = p.certify(claim(lift(0)), p.start("p1"), p.start("p2"))
        return p.induction(n, 0, claim(n), base, p.certify(claim(n + 1), p.assume(claim(n)), *facts))

    positive = invariant(lambda n: 0 <= p1(n), next_q, low)
    most = invariant(lambda n: p1(n) <= 1, next_q, p.certify(a * q <= q, positive, high))
    fits = p.certify(0 <= 2 * (1 - a) * (1 - q), high, most)  # (2 - a) (2 - q) - (2 - a q)
    low_b = p.certify(0 <= b, large, p.certify(0 <= a * (2 - a), low, high))
    inner = p.certify(a * q * (2 - a * q) <= a * q * (2 - a) * (2 - q), fits, p.certify(0 <= a * q, low, positive))
    scaled = p.certify(0 <= (b - a * (2 - a)) * (q * (2 - q)), large, p.certify(0 <= q * (2 - q), positive, most))
    held = p.assume(q * (2 - q) <= r)
    base = p.certify(p1(0) * (2 - p1(0)) <= p2(0), p.start("p1"), p.start("p2"))
    goal = p1(n + 1) * (2 - p1(n + 1)) <= p2(n + 1)
    step = p.certify(goal, p.certify(0 <= b * (r - q * (2 - q)), held, low_b), inner, scaled, next_q, next_r)
    ordered = p.induction(n, 0, q * (2 - q) <= r, base, step)
    under = invariant(lambda n: p2(n) <= 1, next_r, p.certify(0 <= (1 - b), top), low_b)
    less = p.certify(q * a < 1, most, high, low)
    third = p.certify(0 <= b * (r - q * (2 - q)), ordered, low_b)
    below = p.certify(1 - r * b <= (1 - q * a) ** 2, third, inner, scaled)
    return p.certify(0 < 1 - q * a, less), (p.certify(0 <= 1 - r * b, under, top, low_b), below)
