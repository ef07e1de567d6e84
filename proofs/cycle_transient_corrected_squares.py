"""Adam's corrected second moment on the periodic sequence of any period N, exactly and in every round.

Words   f_t(x) = C x if t = 1 mod N, else -x, with N >= 1. For 0 <= beta2 < 1 and every round t = N j + k + 1, with
        j >= 0 and phase 0 <= k < N, v_hat_t = (S_k - beta2^t S_{N-1})/(1 - beta2^t), where S_k = 1 + (C^2-1) q_k is
        the limit cycle and q_k = (1-beta2) beta2^k/(1 - beta2^N).
Source  Derived for this project; from the texts of `adam` and of the loss `reddi`.
Note    It has the same limit cycle as without correction (`cycle_limit_squares`).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import Cycle, corrected, j, k, second_moment, share
from adamtheory.rules.adam import adam

cycle = Cycle(adam, ["v", "p2"])
setting, C, N, beta2 = cycle.setting, cycle.C, cycle.N, cycle.method.scalars["beta2"]
t = N * j + k + 1


def limit(k):
    return 1 + (C**2 - 1) * share(beta2, k, N)


exact = limit(k) - power(beta2, t) * limit(N - 1)


def statement() -> Statement:
    claim = eq(cycle.method.value("v_hat", t - 1), exact / (1 - power(beta2, t)))
    return Statement(setting, claim, [*cycle.decay_hyps("beta2"), *cycle.block])


def witness() -> Witness:
    return Witness({"C": ([], 3), "N": ([], 3), "beta2": ([], Fraction(1, 2))}, values={j: 0, k: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, corrected(p, cycle, second_moment(cycle), "p2", "v_hat", exact))
