"""Nadam as Keras has it is Nadam as PyTorch has it with momentum_decay = 1.

Words   `nadam_keras` and `nadam_torch` with momentum_decay = 1 and the other parameters equal have the same iterates,
        whatever the gradients: the schedule .96^t is over after a hundred steps where Dozat's .96^(t/250) takes
        24000.
Source  Keras 3 Nadam (read in its source, *unverified* against the running library), PyTorch NAdam; from the texts of
        `nadam_keras` and `nadam_torch`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence
from adamtheory.rules.nadam import nadam_keras, nadam_torch

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
A = run(nadam_keras, setting, "K", lambda t, x: g(t), start=first)
B = run(nadam_torch, setting, "T", lambda t, x: g(t), start=first, momentum_decay=1)


def statement() -> Statement:
    return Statement(setting, eq(A.slot("x", n), B.slot("x", n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    m, v, P, p2 = (go_together(p, [(sequence(A, s), sequence(B, s))], (A, B))[0] for s in ("m", "v", "P", "p2"))
    mu, mu_next = A.value("mu", n), A.value("mu_next", n)
    ratios = [p.rewrite(P, lambda q, f=f: inv(1 - q * f)) for f in (mu, mu * mu_next)]
    direction = p.certify(eq(A.value("m_bar", n), B.value("m_bar", n)), m, *ratios)
    moment = p.certify(
        eq(A.value("v_hat", n), B.value("v_hat", n)), v, p.rewrite(p2, lambda q: inv(1 - q * A.scalars["beta2"]))
    )
    root = p.rewrite(moment, lambda z: inv(sqrt(z) + A.scalars["eps"]))
    return go_together(p, [(sequence(A), sequence(B))], (A, B), direction, root)[0]
