"""The heavy ball with the step size inside its velocity is the heavy ball while the step size is constant.

Words   With one and the same step size in all steps, `momentum_velocity` and `momentum` have the same iterates,
        whatever the gradients.
Source  Sutskever, Martens, Dahl & Hinton 2013, equations (1) and (2); from the texts of `momentum_velocity` and
        `momentum`.
Note    The velocity is -alpha times the buffer. Where the step size changes: `momentum_velocity_after_a_change`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence
from adamtheory.rules.descent import momentum, momentum_velocity

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
A = run(momentum, setting, "M", lambda t, x: g(t), start=first)
B = run(momentum_velocity, setting, "V", lambda t, x: g(t), start=first)
lr = A.scalars["lr"]


def statement() -> Statement:
    return Statement(setting, eq(B.slot("x", n), A.slot("x", n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    pairs = [(sequence(B), sequence(A)), (sequence(B, "V"), lambda n: -lr * A.slot("h", n))]
    return go_together(Prover(setting), pairs, (A, B))[0]
