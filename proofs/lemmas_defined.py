"""What the text of Adam owes: that nothing is divided by 0 and no root of a negative number is taken."""

from __future__ import annotations

from typing import Any

from adamtheory.proofs.lemmas_average import decaying, held_power, n, power_below_one

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, power
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.terms import Rel
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


def second_moment_nonneg(p: Prover, reading: Reading, n: Any) -> Theorem:
    """0 <= n |- 0 <= v(n) from beta2 in [0, 1); n is a variable."""
    v, g = reading.families["v"], Family("g")
    low, high = p.given("beta2_nonnegative"), p.given("beta2_below_one")
    base = p.certify(0 <= v(0), p.start("v"))
    kept = p.certify(0 <= 1 - reading.scalars["beta2"], high)
    step = p.certify(0 <= v(n + 1), p.assume(0 <= v(n)), p.next("v", n), low, kept, squares=[g(n + 1)])
    return p.induction(n, 0, 0 <= v(n), base, step)


def corrected_nonneg(p: Prover, reading: Reading) -> Theorem:
    """0 <= n |- 0 <= v_hat in step n + 1."""
    b, g = reading.scalars["beta2"], Family("g")
    low = p.given("beta2_nonnegative")
    kept = p.certify(0 <= 1 - b, p.given("beta2_below_one"))
    old = second_moment_nonneg(p, reading, n)
    moment = reading.value("v", n)
    new = p.certify(0 <= moment, old, low, kept, squares=[g(n + 1)])
    room = p.inv_positive(correction_positive(p, reading, "p2", "beta2"))
    return p.certify(0 <= reading.value("v_hat", n), new, room)
