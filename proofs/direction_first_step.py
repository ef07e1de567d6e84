"""The first step of Adam is the sign of the gradient: E m_hat/sqrt(v_hat) = P(g_1 > 0) - P(g_1 < 0).

Words   For beta1, beta2 < 1 and eps = 0, whatever the law of g_1: large gradients count no more than small ones.
Source  Derived for this project; from the text of `adam`.
Note    P(g > 0) is written as the mean of an indicator. `direction_unbiased_refuted` has the sign of the mean wrong.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, indicator, mean
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import t, w
from adamtheory.proofs.lemmas_direction import BELOW, direction, first_step, g, setting


def statement() -> Statement:
    sign = mean(w, indicator(g(1, w))) - mean(w, indicator(-g(1, w)))
    return Statement(setting, eq(mean(w, direction()), sign), assumes=BELOW)


def witness() -> Witness:
    return Witness({"g": ([t, w], 1)})


def prove() -> Theorem:
    return first_step()
