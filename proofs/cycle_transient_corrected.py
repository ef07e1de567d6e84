"""Adam's corrected first moment on the periodic sequence of any period N, exactly and in every round.

Words   f_t(x) = C x if t = 1 mod N, else -x, with N >= 1. For 0 <= beta1 < 1 and every round t = N j + k + 1, with
        j >= 0 and phase 0 <= k < N, m_hat_t = (S_k - beta1^t S_{N-1})/(1 - beta1^t), where S_k = -1 + (C+1) p_k is
        the limit cycle and p_k = (1-beta1) beta1^k/(1 - beta1^N).
Source  Derived for this project; from the texts of `adam` and of the loss `reddi`.
Note    It has the same limit cycle as without correction (`cycle_limit`).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import Cycle, corrected, first_moment, j, k, share
from adamtheory.rules.adam import adam

cycle = Cycle(adam, ["m", "p1"])
setting, C, N, beta1 = cycle.setting, cycle.C, cycle.N, cycle.method.scalars["beta1"]
t = N * j + k + 1


def limit(k):
    return -1 + (C + 1) * share(beta1, k, N)


exact = limit(k) - power(beta1, t) * limit(N - 1)


def statement() -> Statement:
    claim = eq(cycle.method.value("m_hat", t - 1), exact / (1 - power(beta1, t)))
    return Statement(setting, claim, [*cycle.decay_hyps("beta1"), *cycle.block])


def witness() -> Witness:
    return Witness({"C": ([], 3), "N": ([], 3), "beta1": ([], Fraction(1, 2))}, values={j: 0, k: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, corrected(p, cycle, first_moment(cycle), "p1", "m_hat", exact))
