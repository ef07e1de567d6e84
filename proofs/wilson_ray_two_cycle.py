"""On the ray RMSprop with a constant step has a two-cycle between 1/c + alpha/2 and 1/c - alpha/2.

Words   For c > 0, alpha > 0, eps = 0 and any beta2: from tau = 1/c + h alpha/2 with h = 1 or -1 and v = (c alpha/2)^2
        the text's step on the gradient c tau - 1 leads to 1/c - h alpha/2, and leaves v as it is.
Source  Derived for this project; from the text of `rmsprop`.
Note    Here for tau; that v stays is `wilson_ray_two_cycle_square`. So on the data of Wilson et al. 2017 the weights
        need not converge: `wilson_ray_converges_refuted`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_two_cycle import cycle_witness, end, h, moved, setting, side, step_turns


def statement() -> Statement:
    return Statement(setting, eq(moved("x"), end(-h)), [side], ["c_positive", "alpha_positive"])


def witness() -> Witness:
    return cycle_witness()


def prove() -> Theorem:
    return step_turns(Prover(setting))
