"""In the case of equality Kingma & Ba print "less than alpha": the step can be longer than its rate.

Words   Claimed: if 1-beta1 = sqrt(1-beta2), every step is shorter than lr. False for beta1 = 9/10, beta2 = 99/100 and
        the gradients 1, 11/10: the second step squared is 3980/3971 lr^2. The first step is always exactly lr.
Source  Kingma & Ba 2015, section 2.1; from the text of `adam`. The refutation is derived for this project.
Printed when 1 - beta1 = sqrt(1 - beta2), then |m_hat/sqrt(v_hat)| < 1 and therefore |Delta_t| < alpha
Wrong   The first step is exactly alpha, and growing gradients make later ones longer: up to 2.35 alpha at (.9, .99).
Instead |Delta_t| <= alpha C_t, with C_1 = 1 and C_t > 1 for t >= 2 where beta1 and beta2 differ
Theorem adam_step_length, adam_step_exceeds, adam_step_first
"""

from fractions import Fraction

from adamtheory.logic.notation import absolute, eq, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_step import DECAYS, n, text, y
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative", "rate_positive")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) < s.scalar("lr"), [0 <= n, eq(1 - a, sqrt(1 - b))], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(99, 100), "lr": 1, "eps": 0}
    return Model({n: 1, y: 0}, {"g": {(1,): 1, (2,): Fraction(11, 10)}, **rates})
