"""On the ray RMSprop with a constant step has a two-cycle: its second moment stays at (c alpha/2)^2.

Words   For c > 0, eps = 0 and any alpha and beta2: from tau = 1/c + h alpha/2 with h = 1 or -1 and v = (c alpha/2)^2
        the text's step on the gradient c tau - 1 leaves v as it is.
Source  Derived for this project; from the text of `rmsprop`.
Note    A part of `wilson_ray_two_cycle`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_two_cycle import cycle_witness, moved, setting, side, square, square_stays


def statement() -> Statement:
    return Statement(setting, eq(moved("v"), square), [side], ["c_positive"])


def witness() -> Witness:
    return cycle_witness()


def prove() -> Theorem:
    return square_stays(Prover(setting))
