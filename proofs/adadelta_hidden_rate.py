"""AdaDelta's first step is at most sqrt(eps_n/(1 - rho)): delta_1^2 <= eps_n/(1 - rho), whatever the gradient.

Words   For 0 <= rho < 1 and eps_n, eps_d >= 0.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    It is approached as the gradient grows: `adadelta_hidden_rate_attained`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import averaging, n, plain, step_bound, t

setting = Setting()
g, run = plain(setting)
ASSUMED = averaging(setting, run)


def statement() -> Statement:
    bound = run.scalar("eps_n") / (1 - run.scalar("rho"))
    return Statement(setting, run.delta(lift(0)) ** 2 <= bound, assumes=ASSUMED)


def witness() -> Witness:
    return Witness({"g": ([t], 1)})


def prove() -> Theorem:
    p = Prover(setting)
    bound = p.cut(p.inst(step_bound(p, run), {n: lift(0)}), p.certify(0 <= lift(0)))
    kept = p.certify(0 < 1 - run.scalar("rho"), p.given("rho_below_one"))
    # (1 - rho) delta^2 <= F_0 + eps_n = eps_n
    return p.certify(statement().claim, bound, p.start("F"), p.inverse(kept), weights=[[kept]], degree=1)
