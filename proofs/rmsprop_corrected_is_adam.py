"""RMSprop with the bias of its average corrected is Adam with beta1 = 0.

Words   `rmsprop_corrected` and `adam` with beta1 = 0 have the same iterates for the same step sizes, beta2 and eps,
        whatever the gradients.
Source  Kingma & Ba 2015, Algorithm 1 and section 5; from the texts of `rmsprop_corrected` and `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence
from adamtheory.rules.adam import adam
from adamtheory.rules.rmsprop import rmsprop_corrected

setting = Setting()
g, alpha, first = setting.family("g", "Z"), setting.family("alpha", "Z"), setting.constant("x0")
A = run(rmsprop_corrected, setting, "R", lambda t, x: g(t), start=first, lr=alpha)
B = run(adam, setting, "A", lambda t, x: g(t), start=first, lr=alpha, beta1=0)


def statement() -> Statement:
    return Statement(setting, eq(A.slot("x", n), B.slot("x", n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    moments = [(sequence(A, slot), sequence(B, slot)) for slot in ("v", "p2")]
    same, powers = (go_together(p, [pair], (A, B))[0] for pair in moments)
    ratio = p.rewrite(powers, lambda q: inv(1 - q * A.scalars["beta2"]))
    moment = p.certify(eq(A.value("v_hat", n), B.value("v_hat", n)), same, ratio)
    root = p.rewrite(moment, lambda z: inv(sqrt(z) + A.scalars["eps"]))
    return go_together(p, [(sequence(A), sequence(B))], (A, B), root)[0]
