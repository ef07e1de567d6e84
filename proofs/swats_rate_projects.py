"""The rate of SWATS is the one with which the projected SGD step is Adam's step.

Words   In d coordinates, with any step p and p.g not 0, the gamma of `swats` makes the projection of -gamma g onto p
        equal to p: sum_i (-gamma g_i - p_i) p_i = 0.
Source  Keskar & Socher 2017, section 3; from the text of `swats`.
Note    It is the only one: `swats_rate_is_unique`. The line of the text that sets p, Adam's step, is left open.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats import Step

step = Step(any_step=True)


def statement() -> Statement:
    return Statement(step.setting, eq(step.over((-step.gamma * step.g - step.p) * step.p), 0), [step.turned])


def witness() -> Witness:
    return step.witness()


def prove() -> Theorem:
    p = Prover(step.setting)
    return p.certify(statement().claim, step.rate(p))
