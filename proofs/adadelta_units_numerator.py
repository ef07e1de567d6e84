"""If AdaDelta's first step follows every change of the unit of x, eps_n has changed by kappa^2.

Words   Let the first step on the gradient u/kappa with the parameters eps_n', eps_d' be kappa times that on u with
        eps_n, eps_d, for every u; kappa > 0, rho < 1, all eps >= 0. Then
        eps_n' = kappa^2 eps_n.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The other half: `adadelta_units_denominator`. That it suffices: `adadelta_units`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_units import ASSUMED, change_witness, eps_n, eps_n_new, kappa, numerator, setting


def statement() -> Statement:
    return Statement(setting, eq(eps_n_new, kappa**2 * eps_n), assumes=ASSUMED)


def witness() -> Witness:
    return change_witness()


def prove() -> Theorem:
    return numerator(Prover(setting))
