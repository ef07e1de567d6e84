"""For all decay rates one history makes every step of AdaMax after the first longer than its rate.

Words   With eps = 0, lr > 0, 0 < beta1 < 1, 0 < beta2 < 1 and the gradients g_t = c beta2^t, c not 0: step t = n + 1 >=
        2 moves any iterate y by more than lr.
Source  Derived for this project; from the text of `adamax`. Kingma & Ba 2015, section 7.1, print the opposite
        (`adamax_step_refuted`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax import falling, falling_length, maximal_above
from adamtheory.proofs.lemmas_step import n

s = falling()
ASSUMES = s.assume("beta1_positive", "beta1_below_one", "beta2_positive", "beta2_below_one", "rate_positive")
c = Family("c")()


def statement() -> Statement:
    return Statement(s.setting, s.scalar("lr") < absolute(s.step(n)), [1 <= n, 0 < c**2], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    length = p.using(falling_length(p, s, n), p.certify(0 <= n, p.assume(1 <= n)))
    return p.certify(statement().claim, maximal_above(p, s, n), length, p.given("rate_positive"))
