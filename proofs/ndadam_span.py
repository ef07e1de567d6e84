"""ND-Adam's projected gradients stay in the span of w_0 and the raw gradients.

Words   A vector u that is orthogonal to w_0 and to the raw gradients of rounds 1, ..., T is orthogonal to the projected
        gradients of these rounds; in finite dimension: these lie in the span of w_0, g_bar_1, ..., g_bar_T.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1, with m_0 = 0.
Note    Without w_0 it is false: `ndadam_span_refuted`. The weights themselves: `ndadam_span_weights`.
Witness lr = 0, so that the weights rest: with lr > 0 they have no closed form in the language. The assumptions
        are what a run does; runs with lr > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import ORTHOGONAL, across, across_witness, i, n, orthogonal_to, sphere

run = sphere("weights", "average")
u, T = orthogonal_to(run)


def statement() -> Statement:
    return Statement(run.setting, eq(run.over(u(i) * run.value("g", n)), 0), [0 <= n, n + 1 <= T], ORTHOGONAL)


def witness() -> Witness:
    return across_witness(run)


def prove() -> Theorem:
    p = Prover(run.setting)
    weights, _ = across(p, run, u, T)
    begun, within = p.assume(0 <= n, n + 1 <= T)
    gradient = p.using(p.given("across_gradients", n + 1), p.certify(1 <= n + 1, begun), within)
    return p.certify(statement().claim, p.using(weights, p.certify(n <= T, within)), gradient)
