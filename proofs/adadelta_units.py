"""AdaDelta follows a change of the unit of x by kappa if eps_n changes by kappa^2 and eps_d by 1/kappa^2.

Words   For kappa > 0 and all histories: from kappa x_0, with the gradients g_t/kappa (those of the same loss in the new
        unit), kappa^2 eps_n and eps_d/kappa^2, AdaDelta is at kappa x_n after n steps.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The change of both eps is needed too: `adadelta_units_numerator`, `adadelta_units_denominator`. With one
        eps that is kept the method does not follow: `adadelta_units_refuted`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import n, scaled, scales, t

setting = Setting()
kappa = setting.constant("kappa")
runs = scaled(setting, 1 / kappa, kappa)
setting.assume("kappa_positive", 0 < kappa)


def statement() -> Statement:
    claim = eq(runs.second.x(n), kappa * runs.first.x(n))
    return Statement(setting, claim, [0 <= n], [*runs.assumed, "kappa_positive"])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "kappa": ([], 1000)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    positive = p.given("kappa_positive")
    return scales(p, runs, p.inv_positive(positive), positive)
