"""AdaDelta under a constant gradient: F_{n+1} - F_n = (1 - rho)(eps_n + rho^(n+1) F_n)/(1 - rho^(n+1)).

Words   For g_t = c > 0 in every round, eps_d = 0, eps_n >= 0, 0 <= rho < 1 and every n >= 0.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    E_n = (1 - rho^n) c^2, so the steps do not depend on c. F grows without end: `adadelta_constant_gradient_grows`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import CONSTANT, constant_run, constant_step, n

setting, run = constant_run()
rho, eps_n = run.scalar("rho"), run.scalar("eps_n")


def statement() -> Statement:
    grown = (1 - rho) * (eps_n + power(rho, n + 1) * run.F(n)) / (1 - power(rho, n + 1))
    return Statement(setting, eq(run.F(n + 1) - run.F(n), grown), [0 <= n], CONSTANT)


def witness() -> Witness:
    return Witness({"c": ([], 2)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    square, kept = constant_step(p, run)
    following = p.using(p.next("F", n), p.assume(0 <= n))
    return p.certify(statement().claim, following, square, p.inverse(kept))
