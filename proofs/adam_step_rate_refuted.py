"""A step of Adam can be longer than its rate where Kingma & Ba say it cannot: after the gradients 2, 1.

Words   Claimed: if 1-beta1 <= sqrt(1-beta2), every step is at most lr. False for beta1 = 1/2, beta2 = 1/4 and the
        gradients 2, 1: the second step squared is 10/9 lr^2.
Source  Kingma & Ba 2015, section 2.1; from the text of `adam`. The refutation is derived for this project.
Printed if not 1 - beta1 > sqrt(1 - beta2), then |Delta_t| <= alpha
Wrong   It holds for every history only if beta1 = beta2; it can be exceeded by any factor if beta1^2 >= beta2.
Instead |Delta_t| <= alpha C_t, with C_t >= 1 and C_t = 1 for t >= 2 only where beta1 = beta2
Theorem adam_step_length, adam_step_exceeds, adam_step_equal_rates, adam_step_constant_unbounded
"""

from fractions import Fraction

from adamtheory.logic.notation import absolute, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_step import DECAYS, n, text, y
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative", "rate_nonnegative")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= s.scalar("lr"), [0 <= n, 1 - a <= sqrt(1 - b)], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(1, 2), "beta2": Fraction(1, 4), "lr": 1, "eps": 0}
    return Model({n: 1, y: 0}, {"g": {(1,): 2, (2,): 1}, **rates})
