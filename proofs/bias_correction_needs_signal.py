"""Bias correction can lower the mean squared error of Adam's first moment only where the mean is large enough.

Words   Gradients uncorrelated, of mean mu and variance sigma^2; 0 < beta1 < 1. With q = beta1^t: if
        E (m_hat - mu)^2 <= E (m_t - mu)^2, then (1-beta1)(1+q)(2-q) sigma^2 <= (1+beta1) q (1-q) mu^2. The right side
        goes to 0 as t grows, the left side does not where sigma > 0: in the end the uncorrected average is better.
Source  Derived for this project; from the text of `adam`.
Note    n steps are done, so t = n + 1. The converse is `bias_correction_helps`.
"""

from collections.abc import Sequence

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import n, t, w
from adamtheory.proofs.lemmas_variance import CORRECTED, excess, factor_positive, settled, uncorrelated

noise = uncorrelated("m", "p1")
setting = noise.setting
setting.assume("beta1_below_one", noise.beta1 < 1)
better = noise.corrected_error(n) <= noise.error(n + 1)


def statement() -> Statement:
    claim = noise.noise_side(n + 1) <= noise.signal_side(n + 1)
    return Statement(setting, claim, [0 <= n, 0 < noise.beta1, better], CORRECTED)


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "mu": ([], 1), "beta1": ([], 1 / lift(2))}, values={n: 0}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With constant gradients 1 and beta1 = 1/2 the first m_hat is 1 and m_1 is 1/2."""
    return p.certify(goal, *guards, *(settled(p, goal) if goal.right.op == "mean" else ()))


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.certify(0 <= n + 1, p.assume(0 <= n))
    q = p.using(p.power_positive(p.assume(0 < noise.beta1), n + 1), begun)
    factor = factor_positive(p, noise)
    weight = p.certify(0 < power(noise.beta1, n + 1) * factor.claim.right, q, factor)
    return p.certify(statement().claim, excess(p, noise), p.assume(better), weights=[[weight]])
