"""AdaDelta's steps grow by a factor of about sqrt(1 + rho) a round at most, for every history.

Words   F_{n+1} + eps_n <= (1 + rho)(F_n + eps_n) + (1 - rho) eps_n, where sqrt(F_n + eps_n) is the scale of step n + 1;
        for 0 <= rho < 1 and eps_n, eps_d >= 0.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import averaging, n, plain, step_bound, t

setting = Setting()
g, run = plain(setting)
ASSUMED = averaging(setting, run)
rho, eps_n = run.scalar("rho"), run.scalar("eps_n")


def statement() -> Statement:
    claim = run.F(n + 1) + eps_n <= (1 + rho) * (run.F(n) + eps_n) + (1 - rho) * eps_n
    return Statement(setting, claim, [0 <= n], ASSUMED)


def witness() -> Witness:
    return Witness({"g": ([t], 1)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    following = p.using(p.next("F", n), p.assume(0 <= n))
    return p.certify(statement().claim, step_bound(p, run), following, degree=1)
