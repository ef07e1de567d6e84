"""Nadam as its author's program has it is Nadam as optax has it, apart from where eps stands.

Words   With eps = 0 and decay rates in [0, 1) `nadam_dozat`, which corrects its averages as they go, and
        `nadam_optax` have the same iterates, whatever the gradients.
Source  Dozat's TensorFlow code (2016) and optax nadam; from the texts of `nadam_dozat` and `nadam_optax`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_framework import correction_is, correction_room
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence
from adamtheory.rules.nadam import nadam_dozat, nadam_optax

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
A = run(nadam_dozat, setting, "D", lambda t, x: g(t), start=first, eps=0)
B = run(nadam_optax, setting, "O", lambda t, x: g(t), start=first, eps=0)
ASSUMED = [*decaying(setting, A.scalars["beta1"]), *decaying(setting, A.scalars["beta2"], "beta2")]


def statement() -> Statement:
    return Statement(setting, eq(A.slot("x", n), B.slot("x", n)), [0 <= n], ASSUMED)


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    found = []
    for moment, power, decay in (("m", "p1", "beta1"), ("v", "p2", "beta2")):
        same = go_together(p, [(sequence(A, power), sequence(B, power))], (A, B))[0]
        held, room = correction_is(p, A, power, decay, n), correction_room(p, A, decay, n)
        inverse = p.inverse(p.certify(0 < 1 - A.slot(power, n) * A.scalars[decay], held, room))
        pair = (
            lambda n, moment=moment, power=power: A.slot(moment, n) * (1 - A.slot(power, n)),
            sequence(B, moment),
        )
        corrected = go_together(p, [pair], (A, B), inverse)[0]
        ratio = p.rewrite(same, lambda q, decay=decay: inv(1 - q * A.scalars[decay]))
        hat = eq(A.value(moment, n), B.value(moment, n) * inv(1 - B.slot(power, n) * A.scalars[decay]))
        found.append((p.certify(hat, corrected, ratio, inverse), same, inverse))
    (m_hat, powers, inverse), (v_hat, *_) = found
    beta1 = A.scalars["beta1"]
    ratios = [p.rewrite(powers, lambda q, f=f: inv(1 - q * f)) for f in (beta1, beta1**2)]
    direction = p.certify(eq(A.value("m_bar", n), B.value("m_bar", n)), m_hat, inverse, *ratios)
    root = p.rewrite(v_hat, lambda z: inv(sqrt(z)))
    return go_together(p, [(sequence(A), sequence(B))], (A, B), direction, root)[0]
