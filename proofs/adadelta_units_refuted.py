"""AdaDelta does not take the unit of x along: with its one eps kept, a change of the unit changes the method.

Words   Claimed: with the gradients g_t/kappa, those of the same loss after x was multiplied by kappa, and the same eps,
        every step is kappa times as large. False in the first step for kappa = 1000, g_1 = 1, rho = 19/20 and
        eps = 10^-6.
Source  Zeiler 2012, section 3.2 (*unverified* against the report itself); from the text of `adadelta_two_eps`.
Printed The updates of AdaDelta have the units of x.
Wrong   Only if eps has the unit x^2 above and 1/x^2 below; with one number for both the steps do not scale.
Instead The steps scale with x if and only if eps_n scales with x^2 and eps_d with 1/x^2.
Theorem adadelta_units, adadelta_units_numerator, adadelta_units_denominator, adadelta_units_circular
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_adadelta import averaging, n, plain, run

setting = Setting()
kappa, eps = setting.constants("kappa eps")
g, first = plain(setting, eps_n=eps, eps_d=eps)
second = run(setting, lambda t: g(t) / kappa, None, {"E": "E2", "F": "F2"}, first.reading.scalars)
setting.assume("kappa_positive", 0 < kappa)
ASSUMED = averaging(setting, first)


def statement() -> Statement:
    claim = eq(second.delta(n), kappa * first.delta(n))
    return Statement(setting, claim, [0 <= n], [*ASSUMED, "kappa_positive"])


def counterexample() -> Model:
    scalars = {"lr": 1, "rho": Fraction(19, 20), "eps": Fraction(1, 10**6), "kappa": 1000}
    return Model({n: 0}, {"g": {(1,): 1}, **scalars})
