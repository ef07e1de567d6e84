"""Whether a loss is what a regret theorem asks: convex, or strongly convex with a modulus."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from adamtheory.language.tree import ZERO, Number

if TYPE_CHECKING:
    from adamtheory.simulation.sequences import LossSequence


def curvature(losses: LossSequence) -> tuple[Fraction, str]:
    """The largest modulus with which the loss is known to be strongly convex (negative: not convex), and why."""
    from adamtheory.engine.prefix_sums import hindsight
    from adamtheory.losses import LOSSES

    rule = losses.rule
    found = hindsight(rule)
    second = found.sums.get("c2", ZERO) if found is not None and found.sums else None
    if second == ZERO:
        return Fraction(0), f"{rule.name} is linear"
    if isinstance(second, Number):
        return second.value, f"{rule.name} is a quadratic with second derivative {second.value}"
    if rule.digest in {known.digest for known in LOSSES.values()}:
        return Fraction(0), f"{rule.name} is convex by its family"
    return Fraction(0), f"{rule.name} passes the first-order check at sample points"
