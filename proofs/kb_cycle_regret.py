"""Adam can beat every fixed point by T/2: R_T <= -T/2 + 18 sqrt(T) + 128 on losses |x - c_t| with c_t = 1 or -1.

Words   The centre c_t changes its sign when c_t (c_1 + ... + c_t) passes 64 times the number of the block. Adam with
        beta1 = 0, any beta2 in [0, 1), eps = 0, alpha_t = 2/sqrt(t), x_1 = 0: for every u and T >= 0 the sum of
        |x_t - c_t| - |u - c_t| over T rounds is at most -T/2 + 18 sqrt(T) + 128.
Source  Derived for this project; from the text of `adam`.
Note    The losses are convex with slopes 1 and -1, and |x_t| <= 3 (`kb_cycle_distances`). X(n) is x_{n+1}, `centre(n)`
        is c_{n+1}. By (x_{t+1} - c_t)^2 = (x_t - c_t)^2 - 2 alpha_t |x_t - c_t| + alpha_t^2, summed over blocks.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma_cycle import RATES, T, regret, setting
from adamtheory.proofs.lemmas_kingma_cycle_regret import Cost


def statement() -> Statement:
    return Statement(setting, regret(T) <= -T / lift(2) + 18 * sqrt(T) + 128, [0 <= T], RATES)


def witness() -> Witness:
    return Witness({"beta2": ([], 0)}, values={T: 1})


def prove() -> Theorem:
    return Cost().negative()
