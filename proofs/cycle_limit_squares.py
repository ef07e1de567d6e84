"""Adam's second moment on the periodic sequence approaches a limit cycle: 1 + (C^2-1) q_k at phase k.

Words   f_t(x) = C x if t = 1 mod N, else -x, with N >= 1. For 0 <= beta2 < 1 and every phase 0 <= k < N,
        v_{N j + k + 1} tends to 1 + (C^2-1) q_k as j grows, where q_k = (1-beta2) beta2^k/(1 - beta2^N).
Source  Derived for this project; from the texts of `adam_uncorrected` and of the loss `reddi`.
Note    Stated as |difference| -> 0. How far it still is in every round: `cycle_transient_squares`.
        That no other cycle is possible: `cycle_unique`.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import Cycle, j, k, limited, second_moment, share
from adamtheory.rules.adam import adam_uncorrected

cycle = Cycle(adam_uncorrected, ["v"])
setting, C, N, beta2 = cycle.setting, cycle.C, cycle.N, cycle.method.scalars["beta2"]
gap = cycle.method.slot("v", N * j + k + 1) - (1 + (C**2 - 1) * share(beta2, k, N))


def statement() -> Statement:
    return Statement(setting, tends(absolute(gap), 0, j), [*cycle.decay_hyps("beta2"), 1 <= N, 0 <= k, k < N])


def witness() -> Witness:
    return Witness({"C": ([], 3), "N": ([], 3), "beta2": ([], Fraction(1, 2))}, values={k: 1})


def prove() -> Theorem:
    return limited(Prover(setting), cycle, second_moment(cycle), gap)
