"""ND-Adam's projected gradient is orthogonal to the weights in every step, if the start has norm 1.

Words   If |w_0| = 1 and no w_bar is 0, then w_n . g_{n+1} = 0 for every n >= 0, g being the raw gradient minus its
        product with w_n times w_n; for all histories of raw gradients.
Source  Zhang, Ma, Li & Wu 2017, Algorithm 1; from the text of `ndadam`.
Note    Off the sphere w . g = (g_bar . w)(1 - |w|^2): `ndadam_orthogonal_only_on_sphere`.
Witness lr = 0, so that the weights rest: with lr > 0 they have no closed form in the language. The assumptions
        are what a run does; runs with lr > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import i, n, on_sphere, resting, sphere, unit

run = sphere("weights")
ASSUMED = on_sphere(run)


def statement() -> Statement:
    claim = eq(run.over(run.w(i, n) * run.value("g", n)), 0)
    return Statement(run.setting, claim, [0 <= n], ASSUMED)


def witness() -> Witness:
    return resting(run, {n: 1})


def prove() -> Theorem:
    p = Prover(run.setting)
    return p.certify(statement().claim, unit(p, run, n))
