"""An L2 penalty does nothing in ND-Adam: adding lambda w to the raw gradient leaves the projected one as it is.

Words   If |w_0| = 1 and no w_bar is 0, then for every n >= 0 and every lambda the text projects g_bar + lambda w_n and
        g_bar on the same vector, in every coordinate.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Witness lr = 0, so that the weights rest: with lr > 0 they have no closed form in the language. The assumptions
        are what a run does; runs with lr > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import i, n, on_sphere, resting, sphere, unit

penalty = real("penalty")
run = sphere("weights")
ASSUMED = on_sphere(run)


def statement() -> Statement:
    penalised = run.value("g", n, g=run.g(n + 1, i) + penalty * run.w(i, n))
    return Statement(run.setting, eq(penalised, run.value("g", n)), [0 <= n], ASSUMED)


def witness() -> Witness:
    return resting(run, {n: 1})


def prove() -> Theorem:
    p = Prover(run.setting)
    return p.certify(statement().claim, unit(p, run, n))
