"""The printed second moment of Nadam is not corrected for its bias: it is too small by the factor beta2.

Words   Claimed: for the constant gradient 1 the n_hat_t of `nadam_constant` is 1. False in the first step for beta2 =
        1/2, where it is 1/2; with any beta2 it is beta2.
Source  Dozat 2016, Algorithm 2 (*unverified* against the report itself); from the text of `nadam_constant`.
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.nadam import nadam_constant

setting = Setting()
reading = read(nadam_constant, setting, inputs={"g": lambda t, x: 1}, slots=["n", "p2"], names={"n": "N"})


def statement() -> Statement:
    return Statement(setting, eq(reading.value("n_hat", n), 1), [0 <= n])


def counterexample() -> Model:
    return Model({n: 0}, {"beta1": 0, "beta2": Fraction(1, 2), "lr": 1, "eps": 0})
