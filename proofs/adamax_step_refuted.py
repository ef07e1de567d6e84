"""AdaMax: the printed bound |Delta_t| <= alpha fails at the default decay rates, for the gradients 1, 999/1000.

Words   Claimed: no step of AdaMax is longer than lr. False for beta1 = 9/10, beta2 = 999/1000 and the gradients 1,
        999/1000: the second step is 2110/2109 lr.
Source  Kingma & Ba 2015, section 7.1; from the text of `adamax`. The refutation is derived for this project.
Printed the magnitude of parameter updates has a simpler bound with AdaMax: |Delta_t| <= alpha
Wrong   u_t forgets old gradients faster than m_hat does, relative to their weights: gradients c beta2^i exceed it
        always.
Instead |Delta_t| <= alpha D_t with D_t = [t]_(beta1/beta2)/[t]_beta1; and <= alpha where |g_i| never falls
Theorem adamax_step_length, adamax_step_attained, adamax_step_exceeds, adamax_step_rising
"""

from fractions import Fraction

from adamtheory.logic.notation import absolute
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_step import DECAYS, n, text, y
from adamtheory.rules.adam import adamax

s = text(adamax, ("m", "u", "p1"))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative", "rate_nonnegative")


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= s.scalar("lr"), [0 <= n], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "lr": 1, "eps": 0}
    return Model({n: 1, y: 0}, {"g": {(1,): 1, (2,): Fraction(999, 1000)}, **rates})
