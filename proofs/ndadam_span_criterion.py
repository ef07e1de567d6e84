"""ND-Adam's projected gradient leaves the span of the gradients if w_0 is outside of it and g_bar . w is not 0.

Words   Let u be orthogonal to the raw gradients of all rounds 1, ..., T + 1 and to the projected gradients of the
        rounds 1, ..., T, but not to w_0. If the raw gradient of round T + 1 has a product with w_T that is not 0, then
        u is not orthogonal to the projected gradient of that round: it leaves the span of the raw gradients.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1, with m_0 = 0.
Note    For w_T is a positive multiple of w_0 plus a combination of projected gradients. If w_0 lies in the span, or
        g_bar . w = 0, the projected gradient does too: `ndadam_span`.
Witness lr = 0, so that the weights rest: with lr > 0 they have no closed form in the language. The assumptions
        are what a run does; runs with lr > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_outside import LEAVING, leaves, leaving, outside_witness
from adamtheory.proofs.lemmas_sphere import i, sphere

run = sphere("weights", "average")
u, T = leaving(run)
product = run.over(u(i) * run.value("g", T))


def statement() -> Statement:
    hyps = [0 < run.over(u(i) * run.w(i, 0)) ** 2, 0 < run.along(T) ** 2, 0 <= T]
    return Statement(run.setting, 0 < product**2, hyps, LEAVING)


def witness() -> Witness:
    return outside_witness(run)


def prove() -> Theorem:
    return leaves(Prover(run.setting), run, u, T)
