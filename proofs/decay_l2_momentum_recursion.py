"""SGD with momentum and an L2 penalty shrinks the weights by a recursion of second order, not by a factor.

Words   Without loss, `sgd_l2` with the step size alpha, momentum beta1 and penalty lambda' has x_{n+2} = (1 + beta1 -
        alpha lambda') x_{n+1} - beta1 x_n.
Source  Derived for this project (classical); from the text of `sgd_l2`. Loshchilov & Hutter 2019 compare the method
        with decoupled decay, where x_{n+1} = (1 - lambda) x_n.
Note    For beta1 = 9/10, alpha lambda' = 1/1000 its slow root is .98887 against .999; the weights
        settle to it (`decay_l2_momentum_rate`) for small s, and oscillate for larger (`decay_l2_momentum_oscillates`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import penalised_run, recursion
from adamtheory.proofs.lemmas_twins import n

setting, run, alpha, penalty = penalised_run()
beta1 = run.scalars["beta1"]


def x(n):
    return run.slot("x", n)


def statement() -> Statement:
    claim = eq(x(n + 2), (1 + beta1 - alpha * penalty) * x(n + 1) - beta1 * x(n))
    return Statement(setting, claim, [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    return recursion(Prover(setting), run, alpha, penalty)
