"""RMSprop on the one-dimensional gradient c tau - 1 with a constant step, at the ends of its two-cycle."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, real, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.proofs.lemmas_roots import scaled_root
from adamtheory.rules.rmsprop import rmsprop

h = real("h")  # the side, 1 or -1
side = eq(h**2, 1)

setting = Setting()
c, alpha = setting.constants("c alpha")
setting.assume("c_positive", 0 < c)
setting.assume("alpha_positive", 0 < alpha)
square = (c * alpha / 2) ** 2
reading = read(rmsprop, setting, inputs={"g": lambda t, x: c * x - 1}, scalars={"lr": alpha, "eps": 0}, slots=[])


def end(h: Any) -> Any:
    """The end of the cycle on the side h."""
    return 1 / c + h * alpha / 2


def moved(slot: str) -> Any:
    """What a step from the end on the side h makes of a slot."""
    return reading.next_slot(slot, reading.environment(0, state={"x": end(h), "v": square}))


def square_stays(p: Prover) -> Theorem:
    """The new v is (c alpha/2)^2."""
    unit = p.inverse(p.given("c_positive"))
    return p.certify(eq(moved("v"), square), unit, p.assume(side))


def step_turns(p: Prover) -> Theorem:
    """The new tau is the other end: the step is alpha h."""
    positive = p.given("c_positive"), p.given("alpha_positive")
    half = p.certify(0 < c * alpha / 2, *positive)
    root = scaled_root(p, half, p.certify(0 <= lift(1)))
    same = p.rewrite(square_stays(p), lambda z: 1 / sqrt(z))
    one = p.rewrite(root, lambda z: 1 / z)
    facts = same, one, p.rewrite(root_of_one(p), inv), p.inverse(positive[0]), p.inverse(half)
    return p.certify(eq(moved("x"), end(-h)), *facts)


def cycle_witness() -> Witness:
    """c = alpha = 1, on the upper side."""
    return Witness({"c": ([], 1), "alpha": ([], 1)}, {h: 1})
