"""Adam with beta1 = beta2 = 0 and eps = 0 is sign descent.

Words   With beta1 = beta2 = eps = 0 the iterates of `adam` are x_{t+1} = x_t - alpha_t g_t/|g_t|, where g_t/|g_t| is
        0 for g_t = 0.
Source  Derived for this project (classical); from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, inv, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_framework import root_of_square
from adamtheory.proofs.lemmas_twins import n, run, step
from adamtheory.rules.adam import adam

setting = Setting()
g, alpha, first = setting.family("g", "Z"), setting.family("alpha", "Z"), setting.constant("x0")
reading = run(adam, setting, "A", lambda t, x: g(t), start=first, lr=alpha, beta1=0, beta2=0, eps=0)


def x(n):
    return reading.slot("x", n)


def statement() -> Statement:
    sign = g(n + 1) / absolute(g(n + 1))
    return Statement(setting, eq(x(n + 1), x(n) - alpha(n + 1) * sign), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    root = p.rewrite(root_of_square(p, g(n + 1)), inv)
    one = p.inverse(p.certify(0 < 1 - reading.slot("p2", n) * 0))
    moment = p.certify(eq(reading.value("v_hat", n), g(n + 1) ** 2), one)
    whole = p.rewrite(moment, lambda z: inv(sqrt(z)))
    return p.certify(statement().claim, step(p, reading), whole, root, one)
