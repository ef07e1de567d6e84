"""Bias correction lowers the mean squared error of Adam's first moment where the mean is large against the noise.

Words   Gradients uncorrelated, of mean mu and variance sigma^2. With q = beta1^t: if
        (1-beta1)(1+q)(2-q) sigma^2 < (1+beta1) q (1-q) mu^2, then E (m_hat - mu)^2 < E (m_t - mu)^2.
Source  Derived for this project; from the text of `adam`.
Note    n steps are done, so t = n + 1. The converse is `bias_correction_needs_signal`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n, t, w
from adamtheory.proofs.lemmas_variance import CORRECTED, excess, factor_positive, power_of_rate, uncorrelated

noise = uncorrelated("m", "p1")
setting = noise.setting
setting.assume("beta1_below_one", noise.beta1 < 1)
strong = noise.noise_side(n + 1) < noise.signal_side(n + 1)


def statement() -> Statement:
    claim = noise.corrected_error(n) < noise.error(n + 1)
    return Statement(setting, claim, [0 <= n, strong], CORRECTED)


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "mu": ([], 1), "beta1": ([], 1 / lift(2))}, values={n: 0})


def prove() -> Theorem:
    p = Prover(setting)
    assumed = p.assume(strong)
    q, factor = power_of_rate(p, noise, assumed), factor_positive(p, noise)
    weight = p.certify(0 < q.claim.right * factor.claim.right, q, factor)
    goal = noise.corrected_error(n) < noise.error(n + 1)
    return p.certify(goal, excess(p, noise), assumed, weight)
