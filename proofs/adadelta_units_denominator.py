"""If AdaDelta's first step follows every change of the unit of x, eps_d has changed by 1/kappa^2.

Words   Let the first step on the gradient u/kappa with the parameters eps_n', eps_d' be kappa times that on u with
        eps_n, eps_d, for every u; kappa > 0, rho < 1, eps_n > 0, the others >= 0. Then eps_d = kappa^2 eps_d'.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The other half: `adadelta_units_numerator`. With eps_n = 0 nothing moves, and eps_d may be anything.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_units import (
    ASSUMED,
    change_witness,
    denominator,
    eps_d,
    eps_d_new,
    eps_n,
    kappa,
    setting,
)


def statement() -> Statement:
    return Statement(setting, eq(eps_d, kappa**2 * eps_d_new), [0 < eps_n], ASSUMED)


def witness() -> Witness:
    return change_witness()


def prove() -> Theorem:
    p = Prover(setting)
    return denominator(p, p.assume(0 < eps_n))
