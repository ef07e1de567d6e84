"""AdamW as printed ends within alpha C/lambda of zero, where C bounds the length of Adam's steps.

Words   `adamw` with the step size alpha, eta_t = 1, 0 < lambda <= 1 and 0 <= alpha: if |m_hat/(sqrt(v_hat) + eps)| <=
        C in every step, then |x_n| <= alpha C/lambda + (1 - lambda)^n (|x_0| - alpha C/lambda).
Source  Derived for this project; from the text of `adamw` (Loshchilov & Hutter 2019, Algorithm 2).
Note    The programs multiply lambda by alpha, so that their radius is C/lambda: `adamw_ball`.
Witness g = 0. By exact evaluation the assumptions also hold for g = 1, C = 2, beta1 = 1/2, beta2 = 3/4.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_shrink import Ball
from adamtheory.rules.adamw import adamw

ball = Ball(adamw)


def statement() -> Statement:
    return ball.statement()


def witness() -> Witness:
    return ball.witness()


def prove() -> Theorem:
    return ball.bound(Prover(ball.setting))
