"""On the losses of `kb_cycle_regret` Adam stays within [-3, 3], as Corollary 4.2 of Kingma & Ba asks.

Words   The losses |x - c_t| with c_t = 1 or -1; Adam with beta1 = 0, any beta2 in [0, 1), eps = 0, alpha_t = 2/sqrt(t),
        x_1 = 0: |x_t| <= 3 for every t >= 1.
Source  Derived for this project; from the text of `adam`.
Note    X(n) is x_{n+1}. Every step is at most 2 long and goes towards a centre.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma_cycle import RATES, n, setting, x
from adamtheory.proofs.lemmas_kingma_cycle_regret import Cost


def statement() -> Statement:
    return Statement(setting, absolute(x(n)) <= 3, [0 <= n], RATES)


def witness() -> Witness:
    return Witness({"beta2": ([], 0)}, values={n: 1})


def prove() -> Theorem:
    return Cost().within_three()
