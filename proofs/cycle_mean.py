"""The limit cycle of Adam's first moment adds up to the sum of the slopes of a period: C - (N - 1).

Words   For every C, N >= 1 and 0 <= beta1 < 1 the sum over k = 0, ..., N-1 of -1 + (C+1) p_k is C - N + 1, where
        p_k = (1-beta1) beta1^k/(1 - beta1^N).
Source  Derived for this project.
Note    So a method whose denominator tends to a constant sqrt(V), such as SGD, AdaGrad or AMSGrad, moves
        -(C-N+1)/sqrt(V) in a period of the limit cycle: to the right end for every C > N-1, whatever beta1 is.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, reals, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import k, share
from adamtheory.proofs.lemmas_drift import count, shares_sum

C, a = reals("C a")
N = integer("N")
setting = Setting()


def statement() -> Statement:
    claim = eq(total(k, 0, N - 1, -1 + (C + 1) * share(a, k, N)), C - N + 1)
    return Statement(setting, claim, [0 <= a, a < 1, 1 <= N])


def witness() -> Witness:
    return Witness(values={a: Fraction(1, 2), N: 3})


def prove() -> Theorem:
    p = Prover(setting)
    return p.certify(statement().claim, count(p, N), shares_sum(p, a, N))
