"""No other coefficient will do: where SGD with L2 and SGD with decoupled decay agree, lambda' = lambda/alpha.

Words   `sgdw` and `sgd_l2` with beta1 = 0, the same gradients, step sizes eta_t alpha and decay eta_t lambda: if
        their iterates agree after n steps and after n + 1, x_n is not 0 and eta_{n+1} is not 0, then lambda' alpha =
        lambda.
Source  Derived for this project; it completes Loshchilov & Hutter 2019, Proposition 1. From the texts of `sgdw` and
        `sgd_l2`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import sgd_twins
from adamtheory.proofs.lemmas_twins import n, step, t, unfolded

twins = sgd_twins(beta1=0)
setting, decoupled, penalised = twins.setting, twins.decoupled, twins.penalised
equal = [eq(penalised.slot("x", k), decoupled.slot("x", k)) for k in (n, n + 1)]
weight, rate = 0 < decoupled.slot("x", n) ** 2, 0 < twins.factor(n + 1) ** 2


def statement() -> Statement:
    return Statement(setting, eq(twins.penalty * twins.alpha, twins.decay), [0 <= n, *equal, weight, rate])


def witness() -> Witness:
    values = {"alpha": ([], 1), "x0": ([], 1), "eta": ([t], 1)}

    def shown(p, goal, guards):
        return p.certify(goal, *guards, *(fact for r in twins.runs for fact in unfolded(p, r, 1)))

    return Witness(values, values={n: 0}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    facts = [*p.assume(*equal), *(step(p, r) for r in twins.runs)]
    x, eta = decoupled.slot("x", n), twins.factor(n + 1)
    moved = p.certify(eq(eta * x * (twins.penalty * twins.alpha - twins.decay), 0), *facts)
    inverses = [p.inverse(p.assume(weight)), p.inverse(p.assume(rate))]
    return p.certify(statement().claim, moved, *inverses)
