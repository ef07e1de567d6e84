"""The repaired SWATS switches at the same step whatever the scale of the loss is.

Words   If on one run p_t.g_t is c times what it is on another, c > 0, and p_t.p_t the same, as for the losses c f and
        f with eps = 0, where Adam's steps do not see the scale, the two runs of `swats_repaired` are in the same
        phase after every step.
Source  Derived for this project; from the text of `swats_repaired`, which mends Keskar & Socher 2017, Algorithm 1.
Note    The lines of the text that set p.g and p.p are left open, so that the sentence is about any such sequences, in
        any number of coordinates. For the printed algorithm it is false: `swats_tolerance_refuted`. The learning rate
        that is handed to SGD: `swats_repaired_scale_rate`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats_scale import Scaled
from adamtheory.proofs.lemmas_twins import n

runs = Scaled()


def statement() -> Statement:
    claim = eq(runs.A.slot("phase", n), runs.B.slot("phase", n))
    return Statement(runs.setting, claim, [0 <= n], ["scale_positive"])


def witness() -> Witness:
    return Witness({"c": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    return runs.go(Prover(runs.setting))["phase"]
