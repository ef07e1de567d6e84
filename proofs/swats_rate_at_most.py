"""Without momentum the rate of SWATS is at most the largest rate of a coordinate.

Words   In d coordinates, with beta1 = 0, 0 <= alpha and 0 <= eps, Adam's step is p_i = -h_i g_i with h_i >= 0: where
        p.g is not 0 and h_i <= U for all i, then gamma <= U for the gamma of `swats`.
Source  Derived for this project; from the text of `swats` (Keskar & Socher 2017, Algorithm 1).
Note    gamma is the mean of the h_i with the weights h_i g_i^2. The other bound is `swats_rate_at_least`.
Witness beta2 = 0. By exact evaluation the hypotheses also hold for beta2 = 3/4 and the bound 4.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_swats import Plain, i
from adamtheory.proofs.lemmas_twins import n

step = Plain()
bound = step.setting.constant("bound")
step.setting.assume("rates_bounded", step.h <= bound, [1 <= i, i <= step.d])


def statement() -> Statement:
    assumes = ["rates_bounded", "lr_nonnegative", "eps_nonnegative"]
    return Statement(step.setting, step.gamma <= bound, [step.turned], assumes)


def witness() -> Witness:
    return step.witness(bound=([], 1))


def prove() -> Theorem:
    p = Prover(step.setting)
    return step.between(p, p.given("rates_bounded", i=i, n=n), upper=True)
