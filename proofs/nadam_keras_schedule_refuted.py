"""The schedule of Nadam in Keras is not Dozat's: the exponent t stands where t/250 is printed.

Words   Claimed: at t = 250 k, where Dozat's exponent t/250 is the whole number k, the mu_t of `nadam_keras` is beta1
        (1 - .96^k/2). False at k = 1 for beta1 = 9/10: it is .9 - .000017, against .468.
Source  Keras 3 Nadam (read in its source, *unverified* against the running library); from the text of `nadam_keras`.
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq, integer, power
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.rules.nadam import nadam_keras

k = integer("k")
setting = Setting()
reading = read(nadam_keras, setting, inputs={"g": lambda t, x: 1}, slots=["P"])


def statement() -> Statement:
    dozat = reading.scalars["beta1"] * (1 - power(Fraction(24, 25), k) / 2)
    return Statement(setting, eq(reading.value("mu", 250 * k - 1), dozat), [1 <= k])


def counterexample() -> Model:
    return Model({k: 1}, {"beta1": Fraction(9, 10), "beta2": 0, "lr": 1, "eps": 0})
