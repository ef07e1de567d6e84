"""momentum_decay = 0 does not switch off the schedule of PyTorch's NAdam: it freezes the momentum at beta1/2.

Words   Claimed: with momentum_decay = 0 the momentum mu_t of `nadam_torch` is beta1. False in the first step for
        beta1 = 9/10: it is 9/20, there and ever after.
Source  PyTorch NAdam; from the text of `nadam_torch`.
Printed The parameter is called momentum_decay, so that 0 looks like no decay of the momentum.
Wrong   mu_t = beta1 (1 - .96^(t momentum_decay)/2) is beta1/2 for all t if momentum_decay = 0.
Instead mu_t = beta1/2 and P_t = (beta1/2)^t; a large value, such as 10^9, gives mu_t = beta1.
Theorem nadam_torch_decay_zero
"""

from fractions import Fraction

from adamtheory.logic.notation import eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_nadam import without_decay
from adamtheory.proofs.lemmas_twins import n

setting, reading = without_decay()
beta1 = reading.scalars["beta1"]


def statement() -> Statement:
    return Statement(setting, eq(reading.value("mu", n), beta1), [0 <= n])


def counterexample() -> Model:
    return Model({n: 0}, {"g": 1, "beta1": Fraction(9, 10), "beta2": 0, "lr": 1, "eps": 0})
