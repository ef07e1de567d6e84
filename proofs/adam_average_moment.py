"""The sum of m_t^2/v_t of Adam is at most (1-beta1) beta2/(beta2-beta1) times the sum of g_t^2/v_t.

Words   With 0 <= beta1 < beta2 < 1 and no bias correction, for sums over t = 1, ..., T and every history; quotients by
        0 are 0 (where v_t = 0, so are g_t and m_t).
Source  Derived for this project (m_t^2 <= beta1 m_{t-1}^2 + (1-beta1) g_t^2 and v_t >= beta2 v_{t-1}); from the text of
        `adam_uncorrected`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import DECAYS, text
from adamtheory.proofs.lemmas_step_average import moments_sum, squares_over
from adamtheory.rules.adam import adam_uncorrected

T = integer("T")
s = text(adam_uncorrected, ("m", "v"))
ASSUMES = (*s.assume(*DECAYS), "ordered")
a, b = s.betas
s.setting.assume("ordered", a < b)


def statement() -> Statement:
    return Statement(
        s.setting, squares_over(s, "m", 1, T) <= (1 - a) * b / (b - a) * squares_over(s, "g", 1, T), [0 <= T], ASSUMES
    )


def witness() -> Witness:
    return Witness(s.witness(beta1=0).families, values={T: 1})


def prove() -> Theorem:
    return moments_sum(Prover(s.setting), s, T)
