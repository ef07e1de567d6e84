"""The ND-Adam paper's effective rate under an L2 penalty divides by 0 where the loss is scale invariant.

Words   Claimed, without the division: where a step leaves |w| as it is, (effective rate)^2 |l_par|^2 is
        (alpha lambda)^2 |l_perp|^2, with l_par and l_perp the parts of the loss gradient along and across w. False for
        w = (1, 0), the gradient (0, 4/5), alpha = 1 and lambda = 2/5: there l_par = 0 and l_perp is not.
Source  Zhang, Ma, Li & Wu 2017, equation (7); from the text of `sgd_l2` with beta1 = 0.
Note    The effective rate is alpha |g|/|w|; the loss is scale invariant, so its gradient is orthogonal to w.
Printed The effective rate is about |l_perp|/|l_par| alpha lambda.
Wrong   For a scale-invariant loss l_par = 0 exactly, and the quotient is not defined.
Instead In equilibrium the effective rate is sqrt(2 alpha lambda - (alpha lambda)^2).
Theorem scale_invariant_rate, scale_invariant_gradient
"""

from fractions import Fraction

from adamtheory.logic.notation import eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_penalty import (
    along,
    alpha,
    balanced,
    effective,
    gradient,
    invariant,
    nonzero,
    norm,
    penalty,
    setting,
)

parallel = along**2 / norm
perpendicular = gradient - parallel


def statement() -> Statement:
    claim = eq(effective * parallel, (alpha * penalty) ** 2 * perpendicular)
    return Statement(setting, claim, [invariant, balanced, nonzero])


def counterexample() -> Model:
    families = {"d": 2, "w": {(1,): 1}, "g": {(2,): Fraction(4, 5)}, "alpha": 1, "penalty": Fraction(2, 5)}
    return Model({}, families)
