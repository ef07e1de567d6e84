"""Without a loss Adam's L2 penalty decays the weights alike for every coefficient.

Words   `adam_l2` with eps = 0, 0 <= beta2 < 1 and no loss has the same iterates for the penalty lambda' as for c
        lambda', for every c > 0: the coefficient is divided out.
Source  Derived for this project; from the text of `adam_l2` (Loshchilov & Hutter 2019, Algorithm 2, with L2).
Note    So no penalty gives a wanted rate of decay; `adamw` without loss has x_n = (1 - lambda)^n x_0
        (`adamw_shrinks_geometrically`). Example: alpha = 1/100, the defaults, x_0 = 1: x_200 = .0156.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_scale import ASSUMED, same_iterates, scaled
from adamtheory.proofs.lemmas_twins import n

runs = scaled(gradients=False)


def statement() -> Statement:
    return Statement(runs.setting, eq(*runs.x(n)), [0 <= n], ASSUMED)


def witness() -> Witness:
    return Witness({"c": ([], 1), "x0": ([], 1), "penalty": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    return same_iterates(Prover(runs.setting), runs)
