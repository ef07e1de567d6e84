"""AdaDelta's steps under a constant gradient grow no faster than sqrt(n): (1 - rho) F_n <= eps_n n.

Words   For g_t = c > 0 in every round, eps_d = 0, eps_n >= 0, 0 <= rho < 1 and every n >= 0. The scale of step n + 1 is
        sqrt(F_n + eps_n). With `adadelta_constant_gradient_grows` F_n lies between (1 - rho) eps_n n and
        eps_n n/(1 - rho).
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The exact increments: `adadelta_constant_gradient`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import CONSTANT, constant_bound, constant_run, n

setting, run = constant_run()
rho, eps_n = run.scalar("rho"), run.scalar("eps_n")


def statement() -> Statement:
    return Statement(setting, (1 - rho) * run.F(n) <= eps_n * n, [0 <= n], CONSTANT)


def witness() -> Witness:
    return Witness({"c": ([], 2), "eps_n": ([], 1)}, {n: 1})


def prove() -> Theorem:
    return constant_bound(Prover(setting), run)
