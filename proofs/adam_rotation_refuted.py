"""Adam does not commute with rotations: its first step is not turned with the gradient.

Words   Claimed: for c^2 + s^2 = 1 the first step from 0 with the turned gradient (c a - s b, s a + c b) is the turned
        step. False in the first coordinate for the rotation with cosine 3/5 and sine 4/5, the gradient (1, 2), the
        usual decay rates and eps = 0: the step is 1 where the turned step is 1/5.
Source  Derived for this project; from the text of `adam`, Kingma & Ba 2015, Algorithm 1.
Note    With eps = 0 the first step is -alpha sign(g) in each coordinate. ND-Adam does: `ndadam_rotation`.
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq, lift, reals
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.rules.adam import adam

a, b, c, s = reals("a b c s")

setting = Setting()
reading = read(adam, setting, inputs={"g": lambda t, x: 0}, start=lift(0), names={"x": "X"})


def first(g):
    """Where the first step from 0 leads under this gradient, in one coordinate."""
    return reading.value("x", lift(0), g=g)


def statement() -> Statement:
    claim = eq(first(c * a - s * b), c * first(a) - s * first(b))
    return Statement(setting, claim, [eq(c**2 + s**2, 1)])


def counterexample() -> Model:
    scalars = {"lr": 1, "beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "eps": 0}
    return Model({a: 1, b: 2, c: Fraction(3, 5), s: Fraction(4, 5)}, scalars)
