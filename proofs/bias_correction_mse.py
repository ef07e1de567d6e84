"""What bias correction does to the mean squared error of Adam's first moment, exactly.

Words   Gradients uncorrelated, of mean mu and variance sigma^2; errors measured against mu. With q = beta1^t the error
        of m_hat exceeds that of m by q ((1-beta1)(1+q)(2-q) sigma^2 - (1+beta1) q (1-q) mu^2)/((1+beta1)(1-q)). So the
        correction helps exactly where mu^2/sigma^2 > (1-beta1)(1+q)(2-q)/((1+beta1) q (1-q)), which grows without
        bound as t does.
Source  Derived for this project; from the text of `adam`.
Note    n steps are done, so t = n + 1; q is written beta1^(n+1).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n
from adamtheory.proofs.lemmas_variance import CORRECTED, excess, uncorrelated

noise = uncorrelated("m", "p1")
setting = noise.setting
setting.assume("beta1_below_one", noise.beta1 < 1)


def statement() -> Statement:
    claim = eq(noise.corrected_error(n) - noise.error(n + 1), noise.excess(n + 1))
    return Statement(setting, claim, [0 <= n], CORRECTED)


def witness() -> Witness:
    return noise.witness()


def prove() -> Theorem:
    return excess(Prover(setting), noise)
