"""Adam's corrected second moment tends to the plain mean of the squared gradients as beta2 goes to 1.

Words   For beta2 = 1 - 1/k, v_hat_t tends to (g_1^2 + ... + g_t^2)/t as k grows, in every history: the square of the
        difference tends to 0.
Source  Kingma & Ba 2015, section 5, on AdaGrad; from the texts of `adam` and `adagrad`.
Note    n steps are done, so t = n + 1; the sum is AdaGrad's S. Without the correction v_t goes to 0 like 1 - beta2.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adagrad_limit import Approach, k
from adamtheory.proofs.lemmas_twins import n, t

both = Approach()


def statement() -> Statement:
    gap = both.v_hat(n) - both.squares(n + 1) / (n + 1)
    return Statement(both.setting, tends(gap**2, 0, k), [0 <= n])


def witness() -> Witness:
    return Witness({"g": ([t], 1)}, values={n: 0})


def prove() -> Theorem:
    return both.moments_meet(Prover(both.setting))
