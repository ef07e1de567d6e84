"""ND-Adam's projected gradient does not stay in the span of the gradients: w_0 is missing.

Words   Claimed: the projected gradient lies in the span of the historical gradients; so every u that is orthogonal to
        g_bar_1 is orthogonal to g_1, for |w_0| = 1. False for w_0 = (1, 0), g_bar_1 = (1, 1), u = (1, -1), where
        g_1 = (0, 1).
Source  Zhang, Ma, Li & Wu 2017, the discussion of the projection (section number *unverified*); from the text of
        `ndadam`.
Printed The projected gradient lies in the span of the historical gradients.
Wrong   Already g_1 = (0, 1) is no multiple of the only gradient (1, 1), for w_0 = (1, 0).
Instead It lies in the span of w_0 and the historical gradients.
Theorem ndadam_span
"""

from adamtheory.logic.notation import Family, eq, lift
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_sphere import i, sphere

run = sphere()
u: Family = run.setting.family("u", "Z")


def statement() -> Statement:
    start = eq(run.norm(lift(0)), 1)
    orthogonal = eq(run.over(u(i) * run.g(1, i)), 0)
    return Statement(run.setting, eq(run.over(u(i) * run.value("g", lift(0))), 0), [start, orthogonal])


def counterexample() -> Model:
    return Model({}, {"d": 2, "w": {(1, 0): 1}, "g": {(1, 1): 1, (1, 2): 1}, "u": {(1,): 1, (2,): -1}})
