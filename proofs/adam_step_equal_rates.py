"""No step of Adam is longer than its rate if beta1 = beta2, whatever the gradients.

Words   With 0 <= beta1 = beta2 < 1 and beta2 > 0, eps >= 0 and lr >= 0: step t = n + 1 moves any iterate y by at most
        lr.
Source  Derived for this project; from the text of `adam`. Kingma & Ba 2015, section 2.1, claim it for all decay rates
        with 1 - beta1 <= sqrt(1 - beta2).
Note    It fails for all other rates from the second step on (`adam_step_exceeds`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import DECAYS, n, text
from adamtheory.proofs.lemmas_step_constant import constant_nonneg, constant_one
from adamtheory.proofs.lemmas_step_length import adam_bound, denominator_nonneg, length
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative", "rate_nonnegative")


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= s.scalar("lr"), [0 <= n, eq(*s.betas)], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    bound = length(p, s, adam_bound(p, s, n), (constant_nonneg(p, s, n), denominator_nonneg(p, s, n)), n)
    return p.certify(statement().claim, bound, constant_one(p, s, n))
