"""At the step size alpha = D/(sqrt(2) G) the constant D^2/(2 alpha) + alpha G^2 is sqrt(2) D G.

Words   For all positive D and G; that no other step size gives less is `optimal_step`.
Source  Derived for this project.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, reals, sqrt
from adamtheory.logic.statement import Statement, Witness

D, G = reals("D G")
alpha = D / (sqrt(2) * G)

setting = Setting()


def statement() -> Statement:
    return Statement(setting, eq(D**2 / (2 * alpha) + alpha * G**2, sqrt(2) * D * G), hyps=[0 < D, 0 < G])


def witness() -> Witness:
    return Witness(values={D: 1, G: 1})


def prove() -> Theorem:
    p = Prover(setting)
    two = p.certify(0 < lift(2))
    root = p.sqrt_positive(two)
    facts = (p.sqrt_square(two), p.inverse(root), p.inverse(p.assume(0 < D)), p.inverse(p.assume(0 < G)))
    return p.certify(statement().claim, *facts)
