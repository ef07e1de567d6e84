"""Without bias correction it is a large beta2, not a small one, that makes the first step of Adam large.

Words   Claimed: of two decay rates beta2 the smaller one makes the longer first step. False for 0 and 999/1000 with
        beta1 = 9/10: the first steps are 0.1 lr and 3.16 lr.
Source  Kingma & Ba 2015, section 3; from the text of `adam_uncorrected`, read for two values of beta2. The refutation
        is derived for this project.
Printed sparse gradients need a small value of beta2, and "it is exactly this case of small beta2" where the lack of
        bias correction makes initial steps much larger
Wrong   A value near 1 is meant: the first uncorrected step is alpha (1 - beta1)/sqrt(1 - beta2), which grows with
        beta2.
Instead the first step without bias correction grows with beta2
Theorem adam_first_step_uncorrected, adam_first_step_grows
"""

from fractions import Fraction

from adamtheory.logic.notation import absolute
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_step import two_rates, y

first, second, ASSUMES = two_rates()
small, large = first.betas[1], second.betas[1]


def statement() -> Statement:
    claim = absolute(second.step(0)) <= absolute(first.step(0))
    return Statement(first.setting, claim, [small < large], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": 0, "beta2_large": Fraction(999, 1000)}
    return Model({y: 0}, {"g": {(1,): 1}, "lr": 1, **rates})
