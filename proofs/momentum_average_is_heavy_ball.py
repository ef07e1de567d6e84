"""Momentum as a moving average is the heavy ball with the step size times 1 - beta1.

Words   `momentum_average` with the step sizes alpha_t and `momentum` with mu = beta1 and the step sizes (1 - beta1)
        alpha_t have the same iterates, whatever the gradients.
Source  Derived for this project (classical); from the texts of `momentum_average` and `momentum`.
Note    The average is (1 - beta1) times the buffer.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence
from adamtheory.rules.descent import momentum, momentum_average

setting = Setting()
g, alpha, first = setting.family("g", "Z"), setting.family("alpha", "Z"), setting.constant("x0")
A = run(momentum_average, setting, "A", lambda t, x: g(t), start=first, lr=alpha)
beta1 = A.scalars["beta1"]
B = run(momentum, setting, "B", lambda t, x: g(t), start=first, lr=lambda t: (1 - beta1) * alpha(t), mu=beta1)


def statement() -> Statement:
    return Statement(setting, eq(A.slot("x", n), B.slot("x", n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    pairs = [(sequence(A), sequence(B)), (sequence(A, "m"), lambda n: (1 - beta1) * B.slot("h", n))]
    return go_together(Prover(setting), pairs, (A, B))[0]
