"""Without bias correction the first step of Adam has the length lr (1-beta1)/sqrt(1-beta2).

Words   With eps = 0, lr > 0, beta1 < 1 and beta2 < 1: if g_1 is not 0, the first step moves any iterate y by lr
        (1-beta1)/sqrt(1-beta2), which is 3.16 lr for the default decay rates.
Source  Derived for this project; from the text of `adam_uncorrected`.
Note    It grows with beta2 (`adam_first_step_grows`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import text
from adamtheory.proofs.lemmas_step_length import first_raw_step
from adamtheory.rules.adam import adam_uncorrected

s = text(adam_uncorrected, ("m", "v"), eps=0)
ASSUMES = s.assume("beta1_below_one", "beta2_below_one", "rate_positive")
a, b = s.betas


def statement() -> Statement:
    claim = eq(absolute(s.step(0)), s.scalar("lr") * ((1 - a) / sqrt(1 - b)))
    return Statement(s.setting, claim, [0 < s.gradient(1) ** 2], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    return first_raw_step(p, s, p.given("beta2_below_one"))
