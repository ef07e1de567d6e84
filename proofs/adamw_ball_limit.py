"""In the end the iterates of AdamW lie within C/lambda of zero, wherever they begin.

Words   `adamw_torch` with the step size alpha, 0 < alpha lambda <= 1, 0 < lambda, 0 <= alpha: if |m_hat/(sqrt(v_hat)
        + eps)| <= C in every step, then max(|x_n| - C/lambda, 0) tends to 0, that is limsup |x_n| <= C/lambda.
Source  Derived for this project; from the text of `adamw_torch`.
Witness g = 0. By exact evaluation the assumptions also hold for g = 1, C = 2, beta1 = 1/2, beta2 = 3/4.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_shrink import Ball
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.adamw import adamw_torch

ball = Ball(adamw_torch, strict=True)


def statement() -> Statement:
    return Statement(ball.setting, tends(ball.outside(n), 0, n), assumes=ball.assumed)


def witness() -> Witness:
    return ball.witness()


def prove() -> Theorem:
    return ball.limit(Prover(ball.setting))
