"""Gamma is not always nonnegative for AMSGrad as PyTorch has it, with a constant step size.

Words   Claimed: with a constant step size and 0 <= beta2 < 1, the denominator sqrt(V_n)/sqrt(1 - beta2^n) + eps never
        falls. False at n = 1 for the gradients 1, 0 and beta2 = 999/1000: the correction of an old maximum fades.
Source  PyTorch 2.13 Adam(amsgrad=True), and Keras 3 alike for eps = 0 (read in its source, *unverified* against the
        running library); Reddi, Kale & Kumar 2018, section 4, build AMSGrad so that it holds. From the text of
        `amsgrad_torch`; the refutation is derived for this project.
Note    With alpha/sqrt(t) it is true (`gamma_amsgrad_torch`).
"""

from fractions import Fraction

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_gamma import method, n
from adamtheory.rules.amsgrad import amsgrad_torch

play = method(amsgrad_torch, ("v_max", "p2"), constant_rate=True)
setting, EPS, DECAY = play.setting, play.assume_eps(), play.assume_beta2()


def statement() -> Statement:
    return Statement(setting, 0 <= play.gamma(n), [1 <= n], ["step_positive", EPS, *DECAY])


def counterexample() -> Model:
    return Model({n: 1}, {"g": {(1,): 1}, "alpha": 1, "beta1": 0, "beta2": Fraction(999, 1000), "eps": 0})
