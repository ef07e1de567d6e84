"""The repaired SWATS never hands a negative learning rate to SGD.

Words   The rate Lam of `swats_repaired` is never negative, in any number of coordinates and whatever the gradients
        and parameters are.
Source  Derived for this project; from the text of `swats_repaired`, which mends Keskar & Socher 2017, Algorithm 1.
Note    The lines of the text that set the average (rate), the comparison with it (near) and whether a step counts
        (counted) are left open, so that the sentence is about any such sequences. For the printed algorithm it is
        false: `swats_negative_rate_refuted`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats_repaired import partly, rate_never_negative
from adamtheory.proofs.lemmas_twins import n

setting = Setting()
left_open = {name: setting.family(name, "Z") for name in ("rate", "near", "counted")}
reading = partly(setting, ["Lam"], **left_open)


def statement() -> Statement:
    return Statement(setting, 0 <= reading.slot("Lam", n), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    return rate_never_negative(Prover(setting), reading)
