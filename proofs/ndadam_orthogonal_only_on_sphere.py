"""ND-Adam's projection needs |w| = 1: g is orthogonal to w only if |w| = 1 or g_bar . w = 0.

Words   In every state: if the raw gradient's product with w_n is not 0 and the projected gradient is orthogonal to w_n,
        then |w_n| = 1.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Note    w . g = (g_bar . w)(1 - |w|^2) for every w. It matters for programs that do not normalise w_0.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import i, n, resting, sphere

run = sphere()
slanted = 0 < run.along(n) ** 2
orthogonal = eq(run.over(run.w(i, n) * run.value("g", n)), 0)


def statement() -> Statement:
    return Statement(run.setting, eq(run.norm(n), 1), [slanted, orthogonal])


def witness() -> Witness:
    return resting(run, {n: 1})


def prove() -> Theorem:
    p = Prover(run.setting)
    return p.certify(statement().claim, p.assume(orthogonal), p.inverse(p.assume(slanted)))
