"""The two projections between Adam's step and the gradient have rates whose product is |p|^2/|g|^2.

Words   In d coordinates, with any step p and p.g not 0: the gamma of `swats` times -p.g/g.g is p.p/g.g.
Source  Derived for this project; Keskar & Socher 2017, section 3, weigh the two. From the text of `swats`.
Note    The line of the text that sets p, Adam's step, is left open.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats import Step

step = Step(any_step=True)


def statement() -> Statement:
    return Statement(step.setting, eq(step.gamma * (-step.pg / step.gg), step.pp / step.gg), [step.turned])


def witness() -> Witness:
    return step.witness()


def prove() -> Theorem:
    p = Prover(step.setting)
    return p.certify(statement().claim, step.rate(p))
