"""The printed coefficient of the penalty that stands for decoupled decay divides by the learning rate twice.

Words   Claimed: SGD with the step size alpha/s_i on the loss with the penalty lambda'/(2 alpha) sum_i s_i x_i^2,
        lambda' = lambda/alpha, has the iterates of SGD with decay lambda. False at the first step without loss for
        alpha = 1/1000, lambda = 1/100, s = 1: the decay is lambda/alpha = 10, and x_0 = 1 goes to -9 instead of
        99/100.
Source  Loshchilov & Hutter 2019, Proposition 3, equation (2); from the texts of `sgd` and `sgdw` with beta1 = 0.
Printed Equation (2): f_sreg = f + lambda'/(2 alpha) |x * sqrt(s)|^2 with lambda' = lambda/alpha; weights with large
        s_i are penalised in proportion to sqrt(s_i).
Wrong   alpha is divided by twice, which makes the decay lambda/alpha; and the penalty's gradient goes with s_i.
Instead f + lambda'/2 |x * sqrt(s)|^2 with lambda' = lambda/alpha, as in the proof of their appendix; in proportion to
        s_i.
Theorem decay_fixed_preconditioner
"""

from fractions import Fraction

from adamtheory.logic.notation import eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_decay import fixed_preconditioner, i
from adamtheory.proofs.lemmas_twins import n

game = fixed_preconditioner(lambda decay, alpha: decay / alpha / alpha)


def statement() -> Statement:
    claim = eq(game.penalised.slot("x", n), game.decoupled.slot("x", n))
    return Statement(game.setting, claim, [0 <= n, 0 < game.alpha**2, 0 < game.factor(i) ** 2])


def counterexample() -> Model:
    families = {"alpha": Fraction(1, 1000), "decay": Fraction(1, 100), "s": 1, "x0": 1, "g": 0}
    return Model({n: 1, i: 1}, families)
