"""No step size makes D^2/(2 alpha) + alpha G^2 smaller than sqrt(2) D G, which D/(sqrt(2) G) attains.

Words   For all D, G and 0 < alpha: sqrt(2) D G <= D^2/(2 alpha) + alpha G^2. At alpha = D/(sqrt(2) G) both sides
        agree (`optimal_step_value`), so no step size gives a smaller constant in the regret bound
        (D^2/(2 alpha) + alpha G^2) sqrt(T) of `zinkevich_convex_set`.
Source  Derived for this project.
Note    The difference is (D - sqrt(2) alpha G)^2/(2 alpha).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, lift, reals, sqrt
from adamtheory.logic.statement import Statement, Witness

alpha, D, G = reals("alpha D G")

setting = Setting()


def statement() -> Statement:
    return Statement(setting, sqrt(2) * D * G <= D**2 / (2 * alpha) + alpha * G**2, hyps=[0 < alpha])


def witness() -> Witness:
    return Witness(values={alpha: 1})


def prove() -> Theorem:
    p = Prover(setting)
    positive = p.assume(0 < alpha)
    root = p.sqrt_square(p.certify(0 <= lift(2)))
    facts = (p.inv_positive(positive), p.inverse(positive), root)
    return p.certify(statement().claim, *facts, squares=[D - sqrt(2) * alpha * G])
