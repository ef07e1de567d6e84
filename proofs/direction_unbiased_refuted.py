"""False: since Adam's corrected moments are unbiased, its step has the mean E g/sqrt(E g^2).

Words   Claimed: for 0 <= beta1, beta2 < 1 and E g_1 = mu, E g_1^2 = s the first step has E m_hat/sqrt(v_hat) =
        mu/sqrt(s). False for g_1 = 10 with probability 1/5 and -1 with probability 4/5: -3/5 against
        (6/5)/sqrt(104/5) = 0.263. Even the signs differ: on average the first step goes up the slope.
Source  A reading of bias correction in Kingma & Ba 2015, sections 2 and 3, that they do not state; the refutation is
        derived for this project, from the text of `adam`.
Note    What is true of the first step is `direction_first_step`.
"""

from fractions import Fraction

from adamtheory.logic.notation import eq, mean, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import w
from adamtheory.proofs.lemmas_direction import BELOW, direction, g, random_step

setting, reading = random_step()
mu, s = setting.constants("mu s")
for name in ("beta1", "beta2"):
    setting.assume(f"{name}_nonnegative", 0 <= reading.scalars[name])
setting.assume("common_mean", eq(mean(w, g(1, w)), mu))
setting.assume("common_square", eq(mean(w, g(1, w) ** 2), s))
ASSUMED = (*BELOW, "beta1_nonnegative", "beta2_nonnegative", "common_mean", "common_square")


def statement() -> Statement:
    return Statement(setting, eq(mean(w, direction()), mu / sqrt(s)), assumes=ASSUMED)


def counterexample() -> Model:
    gradients = {(1, "rare"): 10, (1, "often"): -1}
    outcomes = {"rare": Fraction(1, 5), "often": Fraction(4, 5)}
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000)}
    return Model({}, {"g": gradients, "mu": Fraction(6, 5), "s": Fraction(104, 5), **rates}, outcomes)
