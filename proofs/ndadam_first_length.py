"""In ND-Adam's first step |w_bar_1|^2 = 1 + alpha^2, whatever the gradient: it turns w by arctan(alpha).

Words   With eps = 0, |w_0| = 1, m_0 = v_0 = 0 and decay rates below 1: if the projected gradient g_1 is not 0, then
        the vector before it is normalised has the square 1 + alpha^2.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Note    w_0 and g_1/|g_1| are orthogonal unit vectors, and w_bar_1 = w_0 - alpha g_1/|g_1|.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import first_gradient, first_length, resting, sphere, started

run = sphere(eps=0)
ASSUMED = started(run)
start, moving = eq(run.norm(lift(0)), 1), 0 < first_gradient(run)


def statement() -> Statement:
    claim = eq(run.length(lift(0)), 1 + run.scalar("lr") ** 2)
    return Statement(run.setting, claim, [start, moving], ASSUMED)


def witness() -> Witness:
    return resting(run, {})


def prove() -> Theorem:
    p = Prover(run.setting)
    return first_length(p, run, *p.assume(start, moving))
