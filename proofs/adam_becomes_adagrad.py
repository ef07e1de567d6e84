"""Adam without momentum becomes AdaGrad as beta2 goes to 1, with the step sizes alpha/sqrt(t).

Words   For beta1 = eps = 0, beta2 = 1 - 1/k and the step sizes alpha/sqrt(t), step t of `adam` tends to that of
        `adagrad` with the step size alpha as k grows, in every history whose squared gradients do not all vanish: the
        square of the difference tends to 0.
Source  Kingma & Ba 2015, section 5, on AdaGrad; from the texts of `adam`, `adagrad` and `inverse_sqrt`.
Note    n steps are done, so t = n + 1. With a constant step size the two would be apart by the factor sqrt(t).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adagrad_limit import Approach, k
from adamtheory.proofs.lemmas_twins import n, t

both = Approach()


def statement() -> Statement:
    gap = both.adam_step(n) - both.adagrad_step(n)
    return Statement(both.setting, tends(gap**2, 0, k), [0 <= n, 0 < both.squares(n + 1)])


def witness() -> Witness:
    def shown(p, goal, guards):
        if not goal.families:
            return p.certify(goal, *guards)
        return p.certify(goal, p.start("S"), p.using(p.next("S", 0), p.certify(0 <= n - n)))

    return Witness({"g": ([t], 1)}, values={n: 0}, prove=shown)


def prove() -> Theorem:
    return both.steps_meet(Prover(both.setting))
