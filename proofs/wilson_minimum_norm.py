"""The least-norm solution on the data of Wilson et al. is right on new points of both classes.

Words   The features of `wilson_data` with any labels 1 and -1, both of which occur, n_plus and n_minus times. With
        det = 8 n_plus n_minus + 15 n_plus + 3 n_minus + 5, a_plus = (4 n_minus + 5)/det for the label 1 and
        a_minus = -(4 n_plus + 1)/det for -1, the prediction of w = X'a for a new point with the label h = 1 or -1,
        whose own features did not occur, has the sign of h.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, section 3 (read in secondary sources; their numbers are
        *unverified*, these coefficients were derived for this project).
Note    w fits the data: `wilson_minimum_norm_fits`; so it is the shortest solution: `least_norm`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_norm import ASSUMED, fresh_sign, n_minus, n_plus, setting, three_examples, weight
from adamtheory.proofs.lemmas_wilson import fresh

h = real("h")


def statement() -> Statement:
    hyps = [eq(h**2, 1), 1 <= n_plus, 1 <= n_minus]
    return Statement(setting, 0 < h * fresh(weight, h), hyps, ASSUMED)


def witness() -> Witness:
    return three_examples({h: -1})


def prove() -> Theorem:
    return fresh_sign(Prover(setting), h)
