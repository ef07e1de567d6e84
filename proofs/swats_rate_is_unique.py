"""No other rate than that of SWATS makes the projected SGD step Adam's step.

Words   In d coordinates, with any step p and p.g not 0: if the projection of -c g onto p is p, that is sum_i (-c g_i
        - p_i) p_i = 0, then c is the gamma of `swats`.
Source  Keskar & Socher 2017, section 3; from the text of `swats`.
Note    The line of the text that sets p, Adam's step, is left open.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats import Step

c = real("c")
step = Step(any_step=True)
projects = eq(step.over((-c * step.g - step.p) * step.p), 0)


def statement() -> Statement:
    return Statement(step.setting, eq(c, step.gamma), [step.turned, projects])


def witness() -> Witness:
    return step.witness({c: 1})


def prove() -> Theorem:
    p = Prover(step.setting)
    return p.certify(statement().claim, step.rate(p), p.assume(projects), p.inverse(p.assume(step.turned)))
