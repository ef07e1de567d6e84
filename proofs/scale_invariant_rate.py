"""Scale invariance with an L2 penalty: in equilibrium (alpha |g|/|w|)^2 = 2 alpha lambda - (alpha lambda)^2.

Words   If the gradient of the loss is orthogonal to w and the step of gradient descent with the penalty lambda leaves
        |w| as it is, then the square of the effective rate alpha |g|/|w| is this, whatever the loss.
Source  Derived for this project; the setting is that of Zhang, Ma, Li & Wu 2017, section 2.2; from the text of `sgd_l2`
        with beta1 = 0.
Note    About sqrt(2 alpha lambda), not proportional to alpha lambda. The gradient is orthogonal to w where the loss is
        scale invariant: `scale_invariant_gradient`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_penalty import (
    alpha,
    balanced,
    balanced_witness,
    effective,
    invariant,
    nonzero,
    penalty,
    setting,
)


def statement() -> Statement:
    rate = 2 * alpha * penalty - (alpha * penalty) ** 2
    return Statement(setting, eq(effective, rate), [invariant, balanced, nonzero])


def witness() -> Witness:
    return balanced_witness()


def prove() -> Theorem:
    p = Prover(setting)
    across, kept, positive = p.assume(invariant, balanced, nonzero)
    return p.certify(statement().claim, across, kept, p.inverse(positive))
