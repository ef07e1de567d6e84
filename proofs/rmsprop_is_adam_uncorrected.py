"""RMSprop is Adam with beta1 = 0 and without bias correction.

Words   `rmsprop` and `adam_uncorrected` with beta1 = 0 have the same iterates for the same step sizes, beta2 and eps,
        whatever the gradients.
Source  Kingma & Ba 2015, section 5, compare the two; from the texts of `rmsprop` and `adam_uncorrected`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence
from adamtheory.rules.adam import adam_uncorrected
from adamtheory.rules.rmsprop import rmsprop

setting = Setting()
g, alpha, first = setting.family("g", "Z"), setting.family("alpha", "Z"), setting.constant("x0")
A = run(rmsprop, setting, "R", lambda t, x: g(t), start=first, lr=alpha)
B = run(adam_uncorrected, setting, "A", lambda t, x: g(t), start=first, lr=alpha, beta1=0)


def statement() -> Statement:
    return Statement(setting, eq(A.slot("x", n), B.slot("x", n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    same = go_together(p, [(sequence(A, "v"), sequence(B, "v"))], (A, B))[0]
    moment = p.certify(eq(A.value("v", n), B.value("v", n)), same)
    root = p.rewrite(moment, lambda z: inv(sqrt(z) + A.scalars["eps"]))
    return go_together(p, [(sequence(A), sequence(B))], (A, B), root)[0]
