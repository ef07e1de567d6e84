"""AdaDelta does not see a factor c of the loss if eps_d changes by c^2.

Words   For c > 0 and all histories: with the gradients c g_t and c^2 eps_d AdaDelta makes the same iterates as with g_t
        and eps_d.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The change of eps_d is needed: `adadelta_gradient_scale_needed`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import n, scaled, scales, t

setting = Setting()
c = setting.constant("c")
runs = scaled(setting, c, lift(1))
setting.assume("c_positive", 0 < c)
ASSUMED = [name for name in runs.assumed if name != "eps_n_nonnegative"]


def statement() -> Statement:
    claim = eq(runs.second.x(n), runs.first.x(n))
    return Statement(setting, claim, [0 <= n], [*ASSUMED, "c_positive"])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "c": ([], 100)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    found = scales(p, runs, p.given("c_positive"), p.certify(0 < lift(1)))
    return p.restate(statement().claim, found)
