"""Kingma & Ba's bound of Adam's step for sparse gradients is false at their own default decay rates.

Words   Claimed: if 1-beta1 > sqrt(1-beta2), every step is at most lr (1-beta1)/sqrt(1-beta2). False for beta1 = 9/10,
        beta2 = 999/1000 and 1000 zero gradients followed by 1, 1: the last step squared is 11.432 lr^2, not <= 10 lr^2.
Source  Kingma & Ba 2015, section 2.1; from the text of `adam`. The refutation is derived for this project.
Printed if 1 - beta1 > sqrt(1 - beta2), then |Delta_t| <= alpha (1 - beta1)/sqrt(1 - beta2)
Wrong   One nonzero gradient after many zeros is not the worst history: the second of two in a row moves further.
Instead |Delta_t| <= alpha C_t with C_t^2 = [t]_r [t]_beta2/[t]_beta1^2, r = beta1^2/beta2, [t]_q = 1 + q + ... +
        q^(t-1)
Theorem adam_step_length, adam_step_attained
"""

from fractions import Fraction

from adamtheory.logic.notation import absolute, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_step import DECAYS, n, text, y
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative", "rate_nonnegative")
a, b = s.betas


def statement() -> Statement:
    claim = absolute(s.step(n)) <= s.scalar("lr") * (1 - a) / sqrt(1 - b)
    return Statement(s.setting, claim, [0 <= n, sqrt(1 - b) < 1 - a], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "lr": 1, "eps": 0}
    return Model({n: 1001, y: 0}, {"g": {(1001,): 1, (1002,): 1}, **rates})
