"""Absolute errors are convex: |x - a| - |u - a| <= g (x - u), g the slope that the text of the loss gives at x.

Words   In one coordinate the loss |x - a| of any target a lies above its tangent of slope sign(x - a), the sign of 0
        being 0. Loss and slope are those of `absolute_error`; its sums over coordinates have the inequality with it.
Source  The first-order inequality of Zinkevich 2003, proof of Theorem 1, for this loss.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, reals
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.losses.absolute import absolute_error

x, u, a = reals("x u a")
setting = Setting()
losses = read(absolute_error, setting)


slope = losses.value("gradient", 0, x=x, a=a)


def convex() -> Rel:
    """f(x) - f(u) <= f'(x) (x - u)."""
    return losses.value("result", 0, x=x, a=a) - losses.value("result", 0, x=u, a=a) <= slope * (x - u)


def statement() -> Statement:
    return Statement(setting, convex(), [])


def witness() -> Witness:
    return Witness({})


def prove() -> Theorem:
    p = Prover(setting)
    kinks = p.max_left(u - a, -(u - a)), p.max_right(u - a, -(u - a))

    def side(sign: int, below: Theorem, *indicators: Theorem) -> Theorem:
        """From what the indicators are worth, and which of x - a and a - x is the larger."""
        return p.certify(convex(), p.certify(eq(slope, sign), *indicators), p.max_is(below), *kinks)

    def between() -> Theorem:
        """Where x is a: the loss is 0, and that of u is not below 0."""
        flat = p.certify(eq(slope, 0), p.indicator_off(not_left), p.indicator_off(not_right))
        none = p.max_is(p.restate(-(x - a) <= x - a, not_left))
        above = p.certify(
            losses.value("result", 0, x=x, a=a) <= losses.value("result", 0, x=u, a=a), none, not_right, *kinks
        )
        return p.certify(convex(), flat, above)

    right, left = p.assume(0 < x - a), p.assume(0 < a - x)
    not_right, not_left = p.assume(x - a <= 0), p.assume(a - x <= 0)
    on_right = side(
        1, p.restate(-(x - a) <= x - a, right), p.indicator_on(right), p.indicator_off(p.restate(a - x <= 0, right))
    )
    on_left = side(
        -1, p.restate(x - a <= -(x - a), left), p.indicator_on(left), p.indicator_off(p.restate(x - a <= 0, left))
    )
    return p.cases(p.cases(between(), on_left, a - x, 0), on_right, x - a, 0)
