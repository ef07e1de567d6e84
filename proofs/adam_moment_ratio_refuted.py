"""beta1 < beta2 does not make |m_hat| <= sqrt(v_hat), as an answer on Mathematics Stack Exchange has it.

Words   Claimed: if beta1 < beta2, then |m_hat| <= sqrt(v_hat) in every step. False at the default decay rates 9/10 and
        999/1000 for the gradients 1, 111/100: m_hat^2/v_hat = 133933/133570 in the second step.
Source  Mathematics Stack Exchange, an answer to question 3325577; from the text of `adam`. The refutation is derived
        for this project.
Printed beta1 < beta2 implies |m_hat_t| <= sqrt(v_hat_t)
Wrong   The two averages weigh the past differently; gradients that grow are enough, and no order of the rates helps.
Instead |m_hat_t| <= C_t sqrt(v_hat_t); and |m_hat_t| <= sqrt(v_hat_t) if beta1 <= beta2 and |g_i| does not grow
Theorem adam_step_bound, adam_step_constant_above, adam_step_shrinking
"""

from fractions import Fraction

from adamtheory.logic.notation import absolute, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_step import DECAYS, n, text
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = s.assume(*DECAYS)
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, absolute(s.value("m_hat", n)) <= sqrt(s.value("v_hat", n)), [0 <= n, a < b], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000)}
    return Model({n: 1}, {"g": {(1,): 1, (2,): Fraction(111, 100)}, **rates})
