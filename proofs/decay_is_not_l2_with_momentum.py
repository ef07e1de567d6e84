"""With momentum, L2 and decoupled decay part at the second step, by exactly -alpha beta1 lambda' x_0.

Words   `sgd_l2` with the step size alpha, momentum beta1 and penalty lambda', `sgdw` with decay lambda = alpha
        lambda': after two steps the first iterate minus the second is -alpha beta1 lambda' x_0, whatever the
        gradients.
Source  Derived for this project; from the texts of `sgd_l2` and `sgdw` (Loshchilov & Hutter 2019, Algorithm 1).
Note    After one step they agree. Example: alpha = 1/10, beta1 = 9/10, lambda' = 1/100, no loss: after 100 steps
        .3686 of x_0 is left against .9048.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import sgd_twins
from adamtheory.proofs.lemmas_twins import step, unfolded

twins = sgd_twins(constant=True)
setting, decoupled, penalised = twins.setting, twins.decoupled, twins.penalised
same = eq(twins.decay, twins.alpha * twins.penalty)
beta1 = penalised.scalars["beta1"]


def statement() -> Statement:
    gap = penalised.slot("x", 2) - decoupled.slot("x", 2)
    return Statement(setting, eq(gap, -twins.alpha * beta1 * twins.penalty * twins.first), [same])


def witness() -> Witness:
    return Witness()


def prove() -> Theorem:
    p = Prover(setting)
    coefficient = p.assume(same)
    x, y, a, penalty, first = penalised, decoupled, twins.alpha, twins.penalty, twins.first
    begun = [fact for r in twins.runs for fact in unfolded(p, r, 1)]
    buffers = p.certify(eq(x.slot("m", 1) - y.slot("m", 1), a * penalty * first), *begun)
    iterates = p.certify(eq(x.slot("x", 1), y.slot("x", 1)), *begun, coefficient)
    seconds = [step(p, r, n=1) for r in twins.runs]
    seconds = [p.using(s, p.certify(0 <= lift(1))) for s in seconds]
    return p.certify(statement().claim, coefficient, buffers, iterates, *seconds)
