"""Momentum on the rescaled gradients is not Adam: the old gradients keep the denominators of their own steps.

Words   Claimed: `rmsprop_momentum` with mu = beta1 and the step size (1 - beta1) alpha has the iterates of
        `adam_uncorrected`. False at n = 2 for eps = 0, beta1 = 9/10, beta2 = 99/100, alpha = 1 and the gradients 1,
        3: the second step is 1.849158 against 1.233905.
Source  Kingma & Ba 2015, section 5, who set the two apart; from the texts of `rmsprop_momentum` and
        `adam_uncorrected`. The numbers are of this project.
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_twins import n, run
from adamtheory.rules.adam import adam_uncorrected
from adamtheory.rules.rmsprop import rmsprop_momentum

setting = Setting()
g, first, alpha = setting.family("g", "Z"), *setting.constants("x0 alpha")
A = run(adam_uncorrected, setting, "A", lambda t, x: g(t), start=first, lr=alpha, eps=0)
beta1 = A.scalars["beta1"]
B = run(rmsprop_momentum, setting, "R", lambda t, x: g(t), start=first, lr=(1 - beta1) * alpha, mu=beta1, eps=0)


def statement() -> Statement:
    return Statement(setting, eq(B.slot("x", n), A.slot("x", n)), [0 <= n])


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(99, 100), "alpha": 1, "x0": 0}
    return Model({n: 2}, {"g": {(1,): 1, (2,): 3}, **rates})
