"""If beta1 and beta2 differ, one history makes every step of Adam after the first longer than its rate.

Words   With eps = 0, lr > 0, 0 < beta1 < 1, 0 < beta2 < 1, beta1 and beta2 different, and the gradients g_t = c
        (beta2/beta1)^t, c not 0: step t = n + 1 >= 2 moves any iterate y by more than lr.
Source  Derived for this project; from the text of `adam`. Kingma & Ba 2015, section 2.1, has the step "approximately
        bounded" by its rate.
Note    With `adam_step_equal_rates`: no step is longer than lr for every history if and only if beta1 = beta2.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import n
from adamtheory.proofs.lemmas_step_constant import constant_above
from adamtheory.proofs.lemmas_step_length import growing, growing_length
from adamtheory.rules.adam import adam

s = growing(adam, ("m", "v", "p1", "p2"), eps=0)
ASSUMES = s.assume("beta1_positive", "beta1_below_one", "beta2_positive", "beta2_below_one", "rate_positive")
a, b = s.betas
c = Family("c")()


def statement() -> Statement:
    claim = s.scalar("lr") < absolute(s.step(n))
    return Statement(s.setting, claim, [1 <= n, 0 < (a - b) ** 2, 0 < c**2], ASSUMES)


def witness() -> Witness:
    return s.witness(beta2=Fraction(1, 4))


def prove() -> Theorem:
    p = Prover(s.setting)
    before = p.certify(0 <= n, p.assume(1 <= n))
    length = p.using(growing_length(p, s, n), before)
    return p.certify(statement().claim, constant_above(p, s, n), length, p.given("rate_positive"))
