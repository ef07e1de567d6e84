"""Adam's first moment on the periodic sequence of any period N, exactly and in every round.

Words   f_t(x) = C x if t = 1 mod N, else -x, with N >= 1. For 0 <= beta1 < 1 and every round t = N j + k + 1, with
        j >= 0 and phase 0 <= k < N, m_t = S_k - beta1^t S_{N-1}, where S_k = -1 + (C+1) p_k is the limit cycle and
        p_k = (1-beta1) beta1^k/(1 - beta1^N).
Source  Derived for this project (for N = 3 the second moments are in the proof of Theorem 1 of Reddi, Kale & Kumar
        2018); from the texts of `adam_uncorrected` and of the loss `reddi`.
Note    Holds for every C. The slopes do not depend on the point, so neither does m: no step size, no projection.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import Cycle, first_moment, j, k, share, transient
from adamtheory.rules.adam import adam_uncorrected

cycle = Cycle(adam_uncorrected, ["m"])
setting, C, N, beta1 = cycle.setting, cycle.C, cycle.N, cycle.method.scalars["beta1"]
t = N * j + k + 1


def limit(k):
    return -1 + (C + 1) * share(beta1, k, N)


def statement() -> Statement:
    claim = eq(cycle.method.slot("m", t), limit(k) - power(beta1, t) * limit(N - 1))
    return Statement(setting, claim, [*cycle.decay_hyps("beta1"), *cycle.block])


def witness() -> Witness:
    return Witness({"C": ([], 3), "N": ([], 3), "beta1": ([], Fraction(1, 2))}, values={j: 0, k: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, transient(p, cycle, first_moment(cycle)))
