"""In the first step the corrected average of SWATS is the rate itself, so that only later steps may switch.

Words   In d coordinates, with p.g not 0 and beta2 not 1: the average of the first step of `swats`, divided by 1 -
        beta2, is the gamma of that step. Hence the condition k > 1 of the switch.
Source  Keskar & Socher 2017, Algorithm 1; from the text of `swats`, with the initial values of its slots.
Note    The line of the text that sets p, Adam's step, is left open.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats import Step, first_average

step = Step(any_step=True)
beta2 = lift(step.reading.scalars["beta2"])
begun = step.first()


def statement() -> Statement:
    return Statement(step.setting, eq(begun["rate"], begun["gamma"]), [0 < begun["pg"] ** 2, 0 < (1 - beta2) ** 2])


def witness() -> Witness:
    return step.witness()


def prove() -> Theorem:
    return first_average(Prover(step.setting), beta2, begun)
