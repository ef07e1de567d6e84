"""Adam's corrected second moment is at most G^2 where all gradients are at most G in absolute value.

Words   For 0 <= beta2 < 1 and |g_t| <= G for every t >= 1: v_hat <= G^2 in every step.
Source  Replaces sqrt(v_hat) <= G sqrt(1-beta2) in Kingma & Ba 2015, proof of Theorem 10.5, which is false
        (`kb_second_moment_refuted`); from the text of `adam`.
Note    n steps are done, so v_hat is the paper's with t = n + 1. There is equality for constant gradients.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n, t
from adamtheory.proofs.lemmas_kingma_moments import corrected_second_moment, second_moment_bound, unit_bounded

moments = corrected_second_moment()


def statement() -> Statement:
    used = ("bounded", "beta2_nonnegative", "beta2_below_one")
    return Statement(moments.setting, moments.reading.value("v_hat", n) <= moments.G**2, [0 <= n], used)


def witness() -> Witness:
    return Witness({"g": ([t], 1), "G": ([], 1)}, values={n: 1}, prove=unit_bounded)


def prove() -> Theorem:
    return second_moment_bound(Prover(moments.setting), moments)
