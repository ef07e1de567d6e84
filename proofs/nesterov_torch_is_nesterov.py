"""Nesterov's method with PyTorch's buffer is Nesterov's method while the step size is constant.

Words   With one and the same step size in all steps, `nesterov_torch` and `nesterov` have the same iterates, whatever
        the gradients.
Source  PyTorch SGD(nesterov=True) and optax sgd(nesterov=True); from the texts of `nesterov_torch` and `nesterov`.
Note    The velocity is -alpha times the buffer. Where the step size changes: `nesterov_torch_after_a_change`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence
from adamtheory.rules.descent import nesterov, nesterov_torch

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
A = run(nesterov, setting, "N", lambda t, x: g(t), start=first)
B = run(nesterov_torch, setting, "T", lambda t, x: g(t), start=first)
lr = A.scalars["lr"]


def statement() -> Statement:
    return Statement(setting, eq(B.slot("x", n), A.slot("x", n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    pairs = [(sequence(B), sequence(A)), (lambda n: -lr * B.slot("h", n), sequence(A, "V"))]
    return go_together(p, pairs, (A, B))[0]
