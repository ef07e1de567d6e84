"""Whether a loss is what a regret theorem asks: convex, or strongly convex with a modulus."""

from __future__ import annotations

from fractions import Fraction
from operator import add, mul, neg, sub, truediv
from typing import TYPE_CHECKING, Any

from adamtheory.language.tree import ZERO, Apply, Expr, Number

if TYPE_CHECKING:
    from adamtheory.simulation.sequences import LossSequence


def curvature(losses: LossSequence) -> tuple[Fraction, str]:
    """The largest modulus with which the loss is known to be strongly convex (negative: not convex), and why."""
    from adamtheory.engine.prefix_sums import hindsight
    from adamtheory.losses import LOSSES

    rule = losses.rule
    found = hindsight(rule)
    second = _number(found.sums.get("c2", ZERO)) if found is not None and found.sums else None
    if second is not None:
        return (
            second,
            f"{rule.name} is a quadratic with second derivative {second}" if second else f"{rule.name} is linear",
        )
    if rule.digest in {known.digest for known in LOSSES.values()}:
        return Fraction(0), f"{rule.name} is convex by its family"
    return Fraction(0), f"{rule.name} passes the first-order check at sample points"


def _number(expr: Expr) -> Fraction | None:
    """The value of an expression without names."""
    if isinstance(expr, Number):
        return expr.value
    known: dict[str, Any] = {"add": add, "sub": sub, "mul": mul, "div": truediv, "neg": neg}
    if not isinstance(expr, Apply) or expr.op not in known:
        return None
    parts = [_number(a) for a in expr.args]
    if None in parts:
        return None
    found: Fraction = known[expr.op](*parts)
    return found
