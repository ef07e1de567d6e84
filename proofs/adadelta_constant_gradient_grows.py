"""AdaDelta's steps under a constant gradient grow without end: F_n >= (1 - rho) eps_n n.

Words   For g_t = c > 0 in every round, eps_d = 0, eps_n >= 0, 0 <= rho < 1 and every n >= 0. The step n + 1 has the
        square (F_n + eps_n)/(1 - rho^(n+1)), so it is at least eps_n (1 + (1 - rho) n): steps grow like sqrt(n).
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The exact increments: `adadelta_constant_gradient`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import CONSTANT, constant_run, constant_step, n, nonneg

setting, run = constant_run()
rho, eps_n = run.scalar("rho"), run.scalar("eps_n")


def statement() -> Statement:
    return Statement(setting, (1 - rho) * eps_n * n <= run.F(n), [0 <= n], CONSTANT)


def witness() -> Witness:
    return Witness({"c": ([], 2), "eps_n": ([], 1)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun, old = p.assume(0 <= n), p.assume((1 - rho) * eps_n * n <= run.F(n))
    square, kept = constant_step(p, run)
    low, high, eps = (p.given(name) for name in ("rho_nonnegative", "rho_below_one", "eps_n_nonnegative"))
    power_nonneg = p.using(p.power_nonneg(low, n + 1), p.certify(0 <= n + 1, begun))
    # delta^2 (1 - rho^(n+1)) = F + eps_n, so delta^2 >= F + eps_n
    F = nonneg(p, run, "F")
    delta = run.delta(n)
    more = p.certify(run.F(n) + eps_n <= delta**2, square, F, eps, power_nonneg, weights=[[kept]])
    following = p.using(p.next("F", n), begun)
    step = p.certify((1 - rho) * eps_n * (n + 1) <= run.F(n + 1), following, old, more, high)
    start = p.certify((1 - rho) * eps_n * lift(0) <= run.F(lift(0)), p.start("F"))
    return p.induction(n, 0, (1 - rho) * eps_n * n <= run.F(n), start, step)
