"""The reordered Adam of Kingma & Ba is Adam with the eps of step t multiplied by 1/sqrt(1-beta2^t).

Words   For every g(t, x) and 0 <= beta2 < 1: the run of the text of `adam_eps_hat` from x0 with eps has the same
        iterates as the run of the text of `adam` whose eps is eps/sqrt(1-beta2^t) in step t: Y(n) = X(n) for all n.
Source  Kingma & Ba 2015, end of section 2, the more efficient order, with eps-hat; from the texts of `adam` and
        `adam_eps_hat`.
Note    At the first step eps-hat is 31.6 times as strong for the default beta2; with eps = 0 the two orders agree.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, power, real, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step_same import moved_step, pair, same_iterates
from adamtheory.rules.adam import adam, adam_eps_hat

n, t, x = integer("n"), integer("t"), real("x")
setting = Setting()
eps, beta2 = setting.constants("eps beta2")
s = pair(adam_eps_hat, adam, 1, setting, lambda t: eps / sqrt(1 - power(beta2, t)))
ASSUMES = ["beta2_nonnegative", "beta2_below_one"]


def statement() -> Statement:
    return Statement(
        setting, eq(s.two.slot("x", n), s.one.slot("x", n)), [0 <= n], ["beta2_nonnegative", "beta2_below_one"]
    )


def witness() -> Witness:
    return Witness({"g": ([t, x], x), "x0": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return same_iterates(p, s, n, moved_step(p, s))
