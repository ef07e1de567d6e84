"""Nadam as Keras has it is not corrected for its bias: at the second step a constant gradient 1 gives .7736.

Words   Claimed: for the constant gradient 1 the direction m_bar_t of `nadam_keras` is at least 1, as that of Nadam
        with constant momentum is. False at t = 2 for beta1 = 9/10.
Source  Keras 3 Nadam (read in its source, *unverified* against the running library); from the text of `nadam_keras`.
Printed The update corrects the average m, which decays with beta1, by products of the scheduled mu, as if it decayed
        with mu.
Wrong   mu_t starts near beta1/2, so m is divided by too much: the weights of the gradients sum to less than 1 for
        many steps.
Instead The weights sum to mu_{t+1} (1 - beta1^t)/(1 - P_{t+1}) + (1 - mu_t)/(1 - P_t); with m_t = mu_t m_{t-1} + (1 -
        mu_t) g_t, as printed in Dozat 2016, the excess over 1 is the look-ahead.
Theorem nadam_hybrid_weight, nadam_total_weight
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.nadam import nadam_keras

setting = Setting()
reading = read(nadam_keras, setting, inputs={"g": lambda t, x: 1}, slots=["m", "P"])


def statement() -> Statement:
    return Statement(setting, 1 <= reading.value("m_bar", n), [0 <= n])


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "lr": Fraction(1, 1000), "eps": 0}
    return Model({n: 1}, rates)
