"""Adam divides squared gradients by an average that keeps up with them: a bound of the sum of g_t^2/v_t.

Words   With 0 < beta2 < 1, no bias correction and g_1 not 0: the sum of g_t^2/v_t over t = 2, ..., T is at most
        (log(v_T/v_1) + (T-1) log(1/beta2))/(1-beta2).
Source  Derived for this project (1 - x <= -log x for x = beta2 v_{t-1}/v_t, telescoped); from the text of
        `adam_uncorrected`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import text
from adamtheory.proofs.lemmas_step_average import gradients_sum, log_growth, squares_over
from adamtheory.rules.adam import adam_uncorrected

T = integer("T")
s = text(adam_uncorrected, ("m", "v"))
ASSUMES = s.assume("beta2_positive", "beta2_below_one")
bound = log_growth(s, T) / (1 - s.scalar("beta2"))


def statement() -> Statement:
    return Statement(s.setting, squares_over(s, "g", 2, T) <= bound, [1 <= T, 0 < s.gradient(1) ** 2], ASSUMES)


def witness() -> Witness:
    return Witness(s.witness().families, values={T: 1})


def prove() -> Theorem:
    p = Prover(s.setting)
    return p.restate(statement().claim, gradients_sum(p, s, 2, T))
