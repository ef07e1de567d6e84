"""The bound sum_t |g_t|/sqrt(t) <= sqrt(H_T) |g_{1:T}| is attained by the gradients c/sqrt(t).

Words   For every c and T, with the harmonic number H_T. So the factor cannot be replaced by a constant.
Source  Derived for this project.
Note    `gradient_sum_harmonic` is the bound; log(T + 1) <= H_T grows without bound (`harmonic_sum_below`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, real, sqrt, total
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, attained, t

c = real("c")

setting = Setting()


def statement() -> Statement:
    spread = total(t, 1, T, absolute(c / sqrt(t)) / sqrt(t))
    length = sqrt(total(t, 1, T, (c / sqrt(t)) ** 2))
    return Statement(setting, eq(spread, sqrt(total(t, 1, T, 1 / t)) * length))


def prove() -> Theorem:
    return attained(Prover(setting), c, T)
