"""Scale invariance with an L2 penalty: |w|^2 becomes (1 - alpha lambda)^2 |w|^2 + alpha^2 G^2/|w|^2.

Words   If the gradient of the loss is orthogonal to w and |g| = G/|w|, w not 0, this is what a step of gradient descent
        with the penalty lambda makes of the square of the norm.
Source  Derived for this project; the setting is that of Zhang, Ma, Li & Wu 2017, section 2.2; from the text of `sgd_l2`
        with beta1 = 0.
Note    G is |g| on the unit sphere. Where the norm rests: `scale_invariant_rate`.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_penalty import (
    alpha,
    balanced_witness,
    gradient,
    invariant,
    moved_norm,
    nonzero,
    norm,
    penalty,
    setting,
)

G = real("G")
sized = eq(gradient * norm, G**2)


def statement() -> Statement:
    claim = eq(moved_norm, (1 - alpha * penalty) ** 2 * norm + alpha**2 * G**2 / norm)
    return Statement(setting, claim, [invariant, sized, nonzero])


def witness() -> Witness:
    found = balanced_witness()
    return Witness(found.families, {G: Fraction(4, 5)}, found.prove)


def prove() -> Theorem:
    p = Prover(setting)
    across, size, positive = p.assume(invariant, sized, nonzero)
    return p.certify(statement().claim, across, size, p.inverse(positive))
