"""The learning rate that the repaired SWATS hands to SGD is divided by c where the loss is multiplied by c.

Words   If on one run p_t.g_t is c times what it is on another, c > 0, and p_t.p_t the same, as for the losses c f and
        f with eps = 0, the rate Lam of the other run of `swats_repaired` is c times that of the one, after every
        step.
Source  Derived for this project; from the text of `swats_repaired`, which mends Keskar & Socher 2017, Algorithm 1.
Note    The lines of the text that set p.g and p.p are left open. With `swats_repaired_scale`: SGD moves alike on both
        losses.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats_scale import Scaled
from adamtheory.proofs.lemmas_twins import n

runs = Scaled(rate=True)


def statement() -> Statement:
    return Statement(
        runs.setting, eq(runs.A.slot("Lam", n), runs.c * runs.B.slot("Lam", n)), [0 <= n], ["scale_positive"]
    )


def witness() -> Witness:
    return Witness({"c": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    return runs.go(Prover(runs.setting))["Lam"]
