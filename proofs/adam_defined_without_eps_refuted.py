"""Adam with eps = 0 divides by 0 as long as all gradients were 0.

Words   Claimed: with 0 <= beta2 < 1 and eps = 0 the denominator sqrt(v_hat) + eps of Adam's step is not 0. False in the
        first step if the first gradient is 0.
Source  Kingma & Ba 2015, whose analysis drops eps; from the text of `adam`, whose obligation this would be.
Note    What is true instead is `adam_defined_denominator`.
"""

from adamtheory.logic.notation import eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import n
from adamtheory.proofs.lemmas_defined import adam_text, owed

setting, reading = adam_text("beta2")
setting.assume("eps_zero", eq(reading.scalars["eps"], 0))


def statement() -> Statement:
    return Statement(setting, owed(reading, 3), [0 <= n], ["beta2_nonnegative", "beta2_below_one", "eps_zero"])


def counterexample() -> Model:
    return Model({n: 0}, {"g": {(2,): 1}, "lr": 1, "beta1": 0, "beta2": 0, "eps": 0})
