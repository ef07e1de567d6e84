"""With momentum no L2 coefficient gives decoupled weight decay.

Words   `sgd_l2` with any penalty and `sgdw` with decay lambda, both with the step size alpha and momentum beta1, on
        the same gradients from x_0: if their iterates agree after one step and after two and x_0 is not 0, then beta1
        lambda = 0, so that there is no momentum or no decay.
Source  Derived for this project; Loshchilov & Hutter 2019, section 2, say it of adaptive methods (Proposition 2).
        From the texts of `sgd_l2` and `sgdw`.
Note    The exact difference is `decay_is_not_l2_with_momentum`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import sgd_twins
from adamtheory.proofs.lemmas_twins import step, unfolded

twins = sgd_twins(constant=True)
setting, decoupled, penalised = twins.setting, twins.decoupled, twins.penalised
beta1 = penalised.scalars["beta1"]
equal = [eq(penalised.slot("x", k), decoupled.slot("x", k)) for k in (1, 2)]
weight = 0 < twins.first**2


def statement() -> Statement:
    return Statement(setting, eq(beta1 * twins.decay, 0), [*equal, weight])


def witness() -> Witness:
    def shown(p, goal, guards):
        return p.certify(goal, *(fact for r in twins.runs for fact in unfolded(p, r, 2)))

    return Witness({"x0": ([], 1)}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    first, second = p.assume(*equal)
    begun = [fact for r in twins.runs for fact in unfolded(p, r, 1)]
    inverse = p.inverse(p.assume(weight))
    product = p.certify(eq(twins.first * (twins.decay - twins.alpha * twins.penalty), 0), first, *begun)
    coefficient = p.certify(eq(twins.decay, twins.alpha * twins.penalty), product, inverse)
    x, y = penalised, decoupled
    buffers = p.certify(eq(x.slot("m", 1) - y.slot("m", 1), twins.decay * twins.first), *begun, coefficient)
    seconds = [p.using(step(p, r, n=1), p.certify(0 <= lift(1))) for r in twins.runs]
    lost = p.certify(eq(twins.first * beta1 * twins.decay, 0), first, second, buffers, coefficient, *seconds)
    return p.certify(statement().claim, lost, inverse)
