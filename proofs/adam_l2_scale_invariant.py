"""Adam with an L2 penalty does not see the scale of loss and penalty together.

Words   `adam_l2` with eps = 0 and 0 <= beta2 < 1 on the gradients g_t with the penalty lambda', and on c g_t with the
        penalty c lambda', c > 0, has the same iterates. Only lambda' in proportion to the loss matters.
Source  Kingma & Ba 2015, section 2.1 (invariance to the scale of the gradients), here for the method with a penalty;
        from the text of `adam_l2`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_scale import ASSUMED, same_iterates, scaled
from adamtheory.proofs.lemmas_twins import n, t

runs = scaled()


def statement() -> Statement:
    return Statement(runs.setting, eq(*runs.x(n)), [0 <= n], ASSUMED)


def witness() -> Witness:
    return Witness({"c": ([], 1), "g": ([t], 1)}, values={n: 1})


def prove() -> Theorem:
    return same_iterates(Prover(runs.setting), runs)
