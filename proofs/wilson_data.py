"""On the data of Wilson et al. X sign(X'y) = 4 y, whatever the labels are, if more of them are 1 than -1.

Words   N >= 1 examples with labels 1 and -1 of positive sum. Feature 1 is the label, features 2 and 3 are 1, and each
        example has 3 - 2 y of its own that are 1: one for the label 1, five for the label -1. Then every example k has
        the product 4 y_k with the sign of X'y, where sign 0 = 0.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, the construction of section 3 (read in secondary sources, numbers
        *unverified*); the proof was derived for this project.
Note    So AdaGrad, RMSprop and Adam stay on the ray of sign(X'y): `wilson_ray_adagrad` and its like, with c = 4.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_ray import k
from adamtheory.proofs.lemmas_wilson import LABELS, Wilson, scores_of_signs, shown, two_to_one

setting = Setting()
data = Wilson(setting)


def statement() -> Statement:
    claim = eq(data.scores(data.s), 4 * data.y(k))
    return Statement(setting, claim, [1 <= k, k <= data.N], LABELS)


def witness() -> Witness:
    return Witness(two_to_one(data), {k: 1}, shown)


def prove() -> Theorem:
    return scores_of_signs(Prover(setting), data)
