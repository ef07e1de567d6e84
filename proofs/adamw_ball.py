"""AdamW as the programs have it ends within C/lambda of zero, where C bounds the length of Adam's steps.

Words   `adamw_torch` with the step size alpha and 0 <= alpha lambda <= 1, 0 < lambda, 0 <= alpha: if
        |m_hat/(sqrt(v_hat) + eps)| <= C in every step, then |x_n| <= C/lambda + (1 - alpha lambda)^n (|x_0| -
        C/lambda).
Source  Derived for this project; from the text of `adamw_torch`. Xie & Li 2024 have the box 1/lambda for the limits
        of converging runs (read in the abstract only, *unverified*).
Note    So |x_n| <= max(|x_0|, C/lambda), and in the end C/lambda: `adamw_ball_limit`. The paper's own form is
        `adamw_ball_paper`.
Witness g = 0. By exact evaluation the assumptions also hold for g = 1, C = 2, beta1 = 1/2, beta2 = 3/4.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_shrink import Ball
from adamtheory.rules.adamw import adamw_torch

ball = Ball(adamw_torch)


def statement() -> Statement:
    return ball.statement()


def witness() -> Witness:
    return ball.witness()


def prove() -> Theorem:
    return ball.bound(Prover(ball.setting))
