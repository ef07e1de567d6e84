"""The SGD step with the rate of SWATS is at least as long as Adam's step.

Words   In d coordinates, with any step p and p.g not 0: |p|^2 <= gamma^2 |g|^2 for the gamma of `swats`.
Source  Derived for this project (Cauchy-Schwarz); Keskar & Socher 2017, section 3, weigh the two projections. From
        the text of `swats`.
Note    The rate of the other projection, -p.g/g.g, gives a step that is at most as long: `swats_other_rate_is_short`.
        The line of the text that sets p, Adam's step, is left open.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_swats import Step

step = Step(any_step=True)


def statement() -> Statement:
    return Statement(step.setting, step.pp <= step.gamma**2 * step.gg, [step.turned], ["dimension"])


def witness() -> Witness:
    return step.witness()


def prove() -> Theorem:
    p = Prover(step.setting)
    pg, pp, gg, gamma = variables = apart(p, "pg pp gg gamma")
    schwarz, rate, nonneg, turned = p.assume(pg**2 <= pp * gg, eq(gamma * pg, -pp), 0 <= pp, 0 < pg**2)
    none = p.antisym(p.assume(pp <= 0), nonneg)
    positive = p.cases(p.absurd(0 < pp, schwarz, none, turned), p.assume(0 < pp), pp, 0)
    squared = p.certify(gamma**2 * pg**2 <= gamma**2 * (pp * gg), schwarz, squares=[gamma])
    lemma = p.certify(pp <= gamma**2 * gg, squared, rate, weights=[[positive]])
    values = (step.pg, step.pp, step.gg, step.gamma)
    squares = p.restate(step.pg**2 <= step.pp * step.gg, step.cauchy_schwarz(p))
    nonneg = p.restate(0 <= step.pp, step.nonneg(p, step.p))
    return put(p, lemma, variables, values, squares, step.rate(p), nonneg)
