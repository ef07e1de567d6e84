"""False: beta1 keeps the error term zeta of Adam's second moment small (with beta1 = 0 it would be 0).

Words   Claimed, in the case beta1 = 0 where no past gradient keeps a weight: v_t = (1 - beta2^t) g_t^2 for every
        t >= 1, so that zeta = 0. False for g = (1, 0) and beta2 = 1/2 at t = 2: v_2 = 1/4 against 0.
Source  Kingma & Ba 2015, section 3, below equation (4) (wording unverified); from the text of `adam`.
Note    The gradients are not random here, so E v_t is v_t and zeta = v_t - (1 - beta2^t) g_t^2. beta1 does not occur in
        v_t. For an average with the decay beta and means that move at most L a step |zeta| is at most L times the mean
        age, which beta makes small (`ema_drift_bound`, of the first moment and beta1).
Printed zeta of the second moment can be kept small, since the decay rate beta1 can (and should) be chosen such that
        gradients too far in the past get small weights.
Wrong   The weights of the past in v_t are powers of beta2; beta1 is not in them.
Instead beta2 in place of beta1: the error of an average is at most L times the mean age that its own decay rate gives.
Theorem ema_drift_bound
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq, power
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.adam import adam

setting = Setting()
g = setting.family("g", "Z")
reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["m", "v"])
beta1, beta2 = reading.scalars["beta1"], reading.scalars["beta2"]


def statement() -> Statement:
    claim = eq(reading.slot("v", n), (1 - power(beta2, n)) * g(n) ** 2)
    return Statement(setting, claim, [1 <= n, eq(beta1, 0), 0 <= beta2, beta2 < 1])


def counterexample() -> Model:
    return Model({n: 2}, {"g": {(1,): 1}, "beta1": 0, "beta2": Fraction(1, 2)})
