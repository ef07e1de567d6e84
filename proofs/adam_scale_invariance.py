"""Adam does not see the scale of the loss: gradients times c > 0 with eps times c give the same iterates.

Words   For every g(t, x), c > 0 and 0 <= beta2 < 1: the run of the text of `adam` from x0 on the gradients c g(t, x)
        with c eps in place of eps has the iterates Y(n) = X(n) of the run on g(t, x), for all n. With eps = 0 the two
        differ in nothing but c.
Source  Kingma & Ba 2015, section 2.1 (invariance to the scale of the gradients, there for eps = 0 and one step); from
        the text of `adam`.
Note    One coordinate, so c may be another number in each: a positive diagonal scaling. A fixed eps breaks it.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step_same import pair, same_iterates, scaled_step
from adamtheory.rules.adam import adam

n, t, x = integer("n"), integer("t"), real("x")
setting = Setting()
c, eps = setting.constants("c eps")
s = pair(adam, adam, c, setting, c * eps)
setting.assume("scale_positive", 0 < c)
ASSUMES = ["scale_positive", "beta2_nonnegative", "beta2_below_one"]


def statement() -> Statement:
    return Statement(
        setting,
        eq(s.two.slot("x", n), s.one.slot("x", n)),
        [0 <= n],
        ["scale_positive", "beta2_nonnegative", "beta2_below_one"],
    )


def witness() -> Witness:
    return Witness({"g": ([t, x], x), "c": ([], 2), "x0": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return same_iterates(p, s, n, scaled_step(p, s, p.given("scale_positive")))
