"""The rate of the other projection gives an SGD step that is at most as long as Adam's step.

Words   In d coordinates, with any step p and a gradient g that is not 0: for c = -p.g/g.g, with which -c g is the
        projection of p onto g, c^2 |g|^2 <= |p|^2.
Source  Derived for this project (Cauchy-Schwarz); Keskar & Socher 2017, section 3, weigh the two projections. From
        the text of `swats`.
Note    With the gamma of `swats`, gamma c = |p|^2/|g|^2 (`swats_rates_multiply`). The line of the text that sets p,
        Adam's step, is left open.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats import Step

step = Step(any_step=True)
other = -step.pg / step.gg
moving = 0 < step.gg


def statement() -> Statement:
    return Statement(step.setting, other**2 * step.gg <= step.pp, [moving], ["dimension"])


def witness() -> Witness:
    return step.witness()


def prove() -> Theorem:
    p = Prover(step.setting)
    positive = p.assume(moving)
    return p.certify(statement().claim, step.cauchy_schwarz(p), p.inverse(positive), weights=[[positive]])
