"""The average of SWATS is none of its rates when steps are skipped: they count in its correction.

Words   Claimed: if g_2 = 0, so that step 2 has no rate, and the rates of steps 1 and 3 of `swats` are at least L, so
        is the corrected average of step 3. False in one coordinate for beta1 = eps = 0, beta2 = 1/2 and the gradients
        1, 0, 1: the rates are 1 and 1.183, the average .962.
Source  Keskar & Socher 2017, Algorithm 1; from the text of `swats`.
Printed The average of the rates is left alone where p.g = 0 and divided by 1 - beta2^k with the count k of all steps.
Wrong   If n of k steps enter, the weights sum to (1 - beta2^n)/(1 - beta2^k) instead of 1: the average is too small.
Instead Divide by 1 - beta2^n, n the number of the steps that entered.
Theorem swats_repaired_average
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq, real
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_swats import whole
from adamtheory.rules.swats import swats

L = real("L")
setting = Setting()
g = setting.family("g", "Z")
reading = whole(swats, setting, "S", lambda t, x: g(t))


def statement() -> Statement:
    hyps = [eq(g(2), 0), L <= reading.value("gamma", 0), L <= reading.value("gamma", 2)]
    return Statement(setting, L <= reading.value("rate", 2), hyps)


def counterexample() -> Model:
    rates = {"lr": 1, "beta1": 0, "beta2": Fraction(1, 2), "eps": 0, "x0": 0}
    return Model({L: 1}, {"g": {(1,): 1, (3,): 1}, **rates})
