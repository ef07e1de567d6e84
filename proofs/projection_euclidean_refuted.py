"""The Euclidean projection brings a point nearer to every point of the set also in a weighted norm: false.

Words   The claim, for the unit disc in the plane: if z = y/|y| is the Euclidean projection of a point y outside and
        |u| <= 1, then w1 (z1 - u1)^2 + w2 (z2 - u2)^2 <= w1 (y1 - u1)^2 + w2 (y2 - u2)^2 for all positive weights.
Source  Derived for this project. It is why adaptive methods on a ball need the weighted projection, as in Duchi, Hazan
        & Singer 2011; on a box there is no difference.
Note    With w = (1, 100), y = (4, 9/10), u = (0, 1) the left side exceeds the right one by 75423/1681.
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, reals, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement

w1, w2, y1, y2, u1, u2 = reals("w1 w2 y1 y2 u1 u2")

setting = Setting()


def statement() -> Statement:
    length = sqrt(y1**2 + y2**2)
    projected = w1 * (y1 / length - u1) ** 2 + w2 * (y2 / length - u2) ** 2
    claim = projected <= w1 * (y1 - u1) ** 2 + w2 * (y2 - u2) ** 2
    return Statement(setting, claim, hyps=[0 < w1, 0 < w2, 1 <= y1**2 + y2**2, u1**2 + u2**2 <= 1])


def counterexample() -> Model:
    return Model({w1: 1, w2: 100, y1: 4, y2: Fraction(9, 10), u1: 0, u2: 1})
