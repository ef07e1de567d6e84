"""AdaDelta scales: gradients times r, eps_d times r^2 and eps_n times k^2 make all iterates k times as large.

Words   For r > 0, k > 0, 0 <= rho < 1 and eps_n, eps_d >= 0, and for all histories of gradients g_t: started at k x_0
        with r g_t, k^2 eps_n and r^2 eps_d AdaDelta is at k x_n after n steps. So r may be anything, and the size of
        the steps comes from eps_n alone.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    A change of the unit of x is r = 1/k: `adadelta_units`; a change of the unit of the loss is k = 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import n, scaled, scales, t

setting = Setting()
r, k = setting.constants("r k")
runs = scaled(setting, r, k)
setting.assume("r_positive", 0 < r)
setting.assume("k_positive", 0 < k)


def statement() -> Statement:
    claim = eq(runs.second.x(n), k * runs.first.x(n))
    return Statement(setting, claim, [0 <= n], [*runs.assumed, "r_positive", "k_positive"])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "r": ([], 2), "k": ([], 3)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return scales(p, runs, p.given("r_positive"), p.given("k_positive"))
