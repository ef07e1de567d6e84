"""Adam's first moment on the periodic sequence approaches a limit cycle: -1 + (C+1) p_k at phase k.

Words   f_t(x) = C x if t = 1 mod N, else -x, with N >= 1. For 0 <= beta1 < 1 and every phase 0 <= k < N,
        m_{N j + k + 1} tends to -1 + (C+1) p_k as j grows, where p_k = (1-beta1) beta1^k/(1 - beta1^N).
Source  Derived for this project; from the texts of `adam_uncorrected` and of the loss `reddi`.
Note    Stated as |difference| -> 0. How far it still is in every round: `cycle_transient`.
        That no other cycle is possible: `cycle_unique`.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import Cycle, first_moment, j, k, limited, share
from adamtheory.rules.adam import adam_uncorrected

cycle = Cycle(adam_uncorrected, ["m"])
setting, C, N, beta1 = cycle.setting, cycle.C, cycle.N, cycle.method.scalars["beta1"]
gap = cycle.method.slot("m", N * j + k + 1) - (-1 + (C + 1) * share(beta1, k, N))


def statement() -> Statement:
    return Statement(setting, tends(absolute(gap), 0, j), [*cycle.decay_hyps("beta1"), 1 <= N, 0 <= k, k < N])


def witness() -> Witness:
    return Witness({"C": ([], 3), "N": ([], 3), "beta1": ([], Fraction(1, 2))}, values={k: 1})


def prove() -> Theorem:
    return limited(Prover(setting), cycle, first_moment(cycle), gap)
