"""Whether SWATS switches depends on the scale of the loss: its tolerance is absolute.

Words   Claimed: on the gradients g_t and on c g_t, c > 0, `swats` is in the same phase after every step. False in one
        coordinate after step 2 for the gradients 1, 1/2, c = 10^6, alpha = 1/1000, beta1 = 9/10, beta2 = 999/1000,
        eps = 10^-9: it has switched for c g and not for g.
Source  Keskar & Socher 2017, Algorithm 1; from the text of `swats`.
Printed Switch to SGD when |Lambda_k/(1 - beta2^k) - gamma_k| < 10^-9.
Wrong   With the loss c f the rates and their average are those of f divided by c, so that a large c switches at once,
        whether the rate has settled or not.
Instead Compare with a tolerance relative to |gamma_k|.
Theorem swats_repaired_scale
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_swats import whole
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.swats import swats

setting = Setting()
g, c = setting.family("g", "Z"), setting.constant("c")
A = whole(swats, setting, "A", lambda t, x: g(t))
B = whole(swats, setting, "B", lambda t, x: c * g(t))
setting.assume("scale_positive", 0 < c)


def statement() -> Statement:
    return Statement(setting, eq(A.slot("phase", n), B.slot("phase", n)), [0 <= n], ["scale_positive"])


def counterexample() -> Model:
    rates = {"lr": Fraction(1, 1000), "beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "x0": 0}
    return Model({n: 2}, {"g": {(1,): 1, (2,): Fraction(1, 2)}, "c": 10**6, "eps": Fraction(1, 10**9), **rates})
