"""X'a with the coefficients (4 n_minus + 5)/det and -(4 n_plus + 1)/det fits the data of Wilson et al.

Words   The features of `wilson_data` with any labels 1 and -1, n_plus and n_minus of them, and
        det = 8 n_plus n_minus + 15 n_plus + 3 n_minus + 5. With a_k the first number for y_k = 1 and the second for
        y_k = -1, X X'a = y. So X'a is the solution of the least norm.
Source  Derived for this project, on the construction of Wilson, Roelofs, Stern, Srebro & Recht 2017, section 3 (read in
        secondary sources, numbers *unverified*).
Note    Why it is the shortest: `least_norm`. What it says of new points: `wilson_minimum_norm`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_norm import ASSUMED, data, interpolates, setting, three_examples, weight
from adamtheory.proofs.lemmas_ray import k


def statement() -> Statement:
    return Statement(setting, eq(data.scores(weight), data.y(k)), [1 <= k, k <= data.N], ASSUMED)


def witness() -> Witness:
    return three_examples({k: 1})


def prove() -> Theorem:
    return interpolates(Prover(setting))
