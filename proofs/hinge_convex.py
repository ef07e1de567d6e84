"""Hinge losses are convex: max(1 - y a x, 0) - max(1 - y a u, 0) <= g (x - u), g the slope of the loss's text at x.

Words   In one coordinate the hinge loss of any row a and label y lies above its tangent at x, with slope -y a where the
        margin y a x is below 1, else 0. Loss and slope are those of `hinge`.
Source  The first-order inequality of Zinkevich 2003, proof of Theorem 1, for this loss.
Note    The label need not be -1 or +1. In several coordinates the margin is y <a, x>, and the same proof holds of it.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, reals
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.losses.regression import hinge

x, u, a, y = reals("x u a y")
setting = Setting()
losses = read(hinge, setting)


def convex() -> Rel:
    """f(x) - f(u) <= f'(x) (x - u)."""
    slope = losses.value("gradient", 0, x=x, a=a, y=y)
    return losses.value("result", 0, x=x, a=a, y=y) - losses.value("result", 0, x=u, a=a, y=y) <= slope * (x - u)


def statement() -> Statement:
    return Statement(setting, convex(), [])


def witness() -> Witness:
    return Witness({})


def prove() -> Theorem:
    p = Prover(setting)
    room, there = 1 - y * (a * x), 1 - y * (a * u)
    kinks = p.max_left(there, 0), p.max_right(there, 0)
    short, enough = p.assume(0 < room), p.assume(room <= 0)
    inside = p.certify(convex(), p.indicator_on(short), p.max_is(p.restate(0 <= room, short)), *kinks)
    beyond = p.certify(convex(), p.indicator_off(enough), p.max_is(enough), *kinks)
    return p.cases(beyond, inside, room, 0)
