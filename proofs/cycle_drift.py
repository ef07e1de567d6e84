"""In a block of the periodic sequence Adam's displacement tends to alpha times the drift.

Words   f_t(x) = C x if t = 1 mod N, else -x, with C >= 1 and N >= 1. For 0 <= beta1, beta2 < 1, any start, a constant
        step size alpha >= 0, eps = 0 and no projection, x_{N(j+1)} - x_{N j} tends to alpha drift as j grows, where the
        drift is the sum over k = 0, ..., N-1 of (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k), p_k = (1-beta1) beta1^k/(1 -
        beta1^N) and q_k = (1-beta2) beta2^k/(1 - beta2^N).
Source  Derived for this project; from the texts of `adam_uncorrected` and of the loss `reddi`.
Note    Stated as |difference| -> 0. So without projection x goes to +infinity where the drift is positive and to
        -infinity where it is negative. `iterate(n)` is the point after n rounds.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import Cycle, j
from adamtheory.proofs.lemmas_cycle_drift import displacement_limit
from adamtheory.proofs.lemmas_drift import drift
from adamtheory.rules.adam import adam_uncorrected

cycle = Cycle(adam_uncorrected, ["m", "v", "x"], steps="constant")
setting, C, N, x = cycle.setting, cycle.C, cycle.N, cycle.method.families["x"]
alpha, beta1, beta2 = cycle.alpha(1), *(cycle.method.scalars[name] for name in ("beta1", "beta2"))
gap = x(N * (j + 1)) - x(N * j) - alpha * drift(C, beta1, beta2, N)


def statement() -> Statement:
    decays = [*cycle.decay_hyps("beta1"), *cycle.decay_hyps("beta2")]
    return Statement(setting, tends(absolute(gap), 0, j), [1 <= C, 1 <= N, *decays, 0 <= alpha])


def witness() -> Witness:
    half = Fraction(1, 2)
    return Witness({"C": ([], 3), "N": ([], 3), "beta1": ([], half), "beta2": ([], half), "alpha": ([], 1)})


def prove() -> Theorem:
    return displacement_limit(Prover(setting), cycle, gap)
