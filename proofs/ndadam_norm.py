"""Every step of ND-Adam ends on the unit sphere: |w_{n+1}| = 1 whenever w_bar is not 0, from whatever state.

Words   If w_bar, the vector before it is normalised, is not 0 in step n + 1, then |w_{n+1}|^2 = 1; |w_n|, the moments
        and the scalars may be anything.
Source  Zhang, Ma, Li & Wu 2017, Algorithm 1; from the text of `ndadam`.
Witness lr = 0, so that the weights rest: with lr > 0 they have no closed form in the language. The assumptions
        are what a run does; runs with lr > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import n, normalised, resting, sphere

run = sphere("weights")


def statement() -> Statement:
    return Statement(run.setting, eq(run.norm(n + 1), 1), [0 <= n, 0 < run.length(n)], ["follows_weights"])


def witness() -> Witness:
    return resting(run, {n: 1})


def prove() -> Theorem:
    p = Prover(run.setting)
    return normalised(p, run, n, p.assume(0 < run.length(n)))
