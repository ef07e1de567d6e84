"""AdaDelta's first step is sqrt(eps_n) g_1/sqrt((1 - rho) g_1^2 + eps_d).

Words   Whatever the parameters: the first delta is the root of eps_n times the gradient, over the root of
        (1 - rho) g_1^2 + eps_d. For eps much smaller than (1 - rho) g_1^2 its size is sqrt(eps/(1 - rho)): this is
        the learning rate that the method says it does not have.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The bound and the limit: `adadelta_hidden_rate`, `adadelta_hidden_rate_attained`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, sqrt
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_adadelta import first_roots, plain

setting = Setting()
g, run = plain(setting)
rho, eps_n, eps_d = map(run.scalar, ("rho", "eps_n", "eps_d"))


def statement() -> Statement:
    value = sqrt(eps_n) * g(1) / sqrt((1 - rho) * g(1) ** 2 + eps_d)
    return Statement(setting, eq(run.delta(lift(0)), value))


def prove() -> Theorem:
    p = Prover(setting)
    return p.certify(statement().claim, *first_roots(p, run, g(1)))
