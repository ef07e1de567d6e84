"""SWATS can switch to a negative learning rate, with which SGD ascends.

Words   Claimed: the rate Lam that `swats` hands to SGD is never negative. False in one coordinate after step 2 for
        the gradients 10^7, -3 10^6, alpha = 1/1000, beta1 = 9/10, beta2 = 999/1000, eps = 10^-9, where it is -2.1
        10^-11.
Source  Keskar & Socher 2017, Algorithm 1; from the text of `swats`.
Printed Lambda = lambda_k/(1 - beta2^k) is taken for the learning rate of SGD; p.g < 0 is assumed for simplicity.
Wrong   With momentum p.g > 0 happens, gamma_k is negative then, and so may be the average that is accepted.
Instead Switch only if the average is positive.
Theorem swats_repaired_positive
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_swats import whole
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.swats import swats

setting = Setting()
g = setting.family("g", "Z")
reading = whole(swats, setting, "S", lambda t, x: g(t))


def statement() -> Statement:
    return Statement(setting, 0 <= reading.slot("Lam", n), [0 <= n])


def counterexample() -> Model:
    rates = {"lr": Fraction(1, 1000), "beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "x0": 0}
    return Model({n: 2}, {"g": {(1,): 10**7, (2,): -3 * 10**6}, "eps": Fraction(1, 10**9), **rates})
