"""ND-Adam's projected gradient is no longer than the raw one: |g|^2 = |g_bar|^2 - (g_bar . w)^2 in every step.

Words   If |w_0| = 1 and no w_bar is 0, then for every n >= 0 the square of the projected gradient of step n + 1 is that
        of the raw one less the square of its product with w_n.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Note    For any w it is |g_bar|^2 - (g_bar . w)^2 (2 - |w|^2).
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
    shorter = run.over(run.g(n + 1, i) ** 2) - run.along(n) ** 2
    return Statement(run.setting, eq(run.over(run.value("g", n) ** 2), shorter), [0 <= n], ASSUMED)


def witness() -> Witness:
    return resting(run, {n: 1})


def prove() -> Theorem:
    p = Prover(run.setting)
    return p.certify(statement().claim, unit(p, run, n))
