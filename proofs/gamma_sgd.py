"""Gamma is positive for SGD with the step size alpha/sqrt(t).

Words   1/alpha_{n+1} - 1/alpha_n > 0 for n >= 1: the step sizes decrease.
Source  Zinkevich 2003, in the proof of Theorem 1; the quantity is that of Reddi, Kale & Kumar 2018, section 3. From the
        texts of `sgd` and `inverse_sqrt`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import begun, method, n, upwards
from adamtheory.rules.descent import sgd

play = method(sgd, ())
setting = play.setting


def statement() -> Statement:
    return Statement(setting, 0 < play.gamma(n), [1 <= n], ["step_positive"])


def witness() -> Witness:
    return play.witness()


def prove() -> Theorem:
    p = Prover(setting)
    roots = (p.sqrt_square(side) for side in begun(p))  # sqrt(n)^2 = n < n + 1 = sqrt(n+1)^2
    longer = p.squares_strict(p.certify(sqrt(n) ** 2 < sqrt(n + 1) ** 2, *roots), p.sqrt_nonneg(n + 1))
    return p.certify(0 < play.gamma(n), longer, upwards(p))
