"""Whether a loss is what a regret theorem asks: convex, or strongly convex with a modulus.

Sample points cannot tell that of a text that does not ship, nor of one whose parameters decide. There the run itself is
asked for what the proofs use, the sum over the rounds of what is assumed of each of them.
"""

from __future__ import annotations

from fractions import Fraction
from operator import add, mul, neg, sub, truediv
from typing import TYPE_CHECKING, Any

from adamtheory.bounds.expressions import Rounds, raised, times
from adamtheory.language.tree import ZERO, Apply, Expr, Name, Number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.bounds.checkpoints import Data
    from adamtheory.simulation.sequences import LossSequence

    Array = NDArray[Any]

PARTLY = ("zhang_cyclic", "reddi_unbounded")  # not convex everywhere, or not for all parameters


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
    if surely_convex(losses):
        return Fraction(0), f"{rule.name} is convex by its family"
    if rule.digest in {LOSSES[name].digest for name in PARTLY}:
        return Fraction(0), f"{rule.name} is not convex everywhere"
    return Fraction(0), f"{rule.name} passes the first-order check at sample points"


def surely_convex(losses: LossSequence) -> bool:
    """Whether a loss ships and is convex with a right gradient, whatever its parameters."""
    from adamtheory.losses import LOSSES

    return losses.rule.digest in {rule.digest for name, rule in LOSSES.items() if name not in PARTLY}


class Linearised:
    """sum f_t(x_t) - f_t(u) <= sum <g_t, x_t - u> - lambda/2 |x_t - u|^2 along a run, u what regret is against."""

    def __init__(self, rounds: Rounds) -> None:
        g, x = Name("g"), Name("x")
        paid = times(g, x)
        self.slopes, self.sizes = rounds.watch("sum", g), rounds.watch("sum", Apply("absolute", (g,)))
        self.paid, self.effort = (rounds.watch("sum", Apply("total", (e,))) for e in (paid, Apply("absolute", (paid,))))
        self.points, self.squares = rounds.watch("sum", x), rounds.watch("sum", Apply("total", (raised(x, 2),)))

    def holds(self, data: Data, regret: Array, losses: Array, modulus: Any, rounding: float) -> Array:
        """(*lanes,) whether it holds up to every checkpoint, up to rounding; regret, losses, modulus: (*lanes, K)."""
        import numpy as np

        u = data.point
        slopes, sizes, points = (data.gathered(n, True) for n in (self.slopes, self.sizes, self.points))
        paid, effort, squares = (data.gathered(n, False) for n in (self.paid, self.effort, self.squares))
        apart = squares - 2 * (points * u).sum(axis=-1) + data.rounds * (u * u).sum(axis=-1)
        line = paid - (slopes * u).sum(axis=-1) - modulus / 2 * apart
        scale = effort + (sizes * np.abs(u)).sum(axis=-1) + np.abs(losses)
        scale = scale + modulus * (squares + data.rounds * (u * u).sum(axis=-1))
        return np.asarray((regret <= line + rounding * scale).all(axis=-1))


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
