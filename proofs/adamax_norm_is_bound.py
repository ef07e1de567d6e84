"""The denominator of AdaMax is at least every discounted gradient: beta2^(n-i) |g_i| <= u_n.

Words   With beta2 >= 0: for i = 1, ..., n, beta2^(n-i) |g_i| is at most u after n steps.
Source  Kingma & Ba 2015, section 7.1, equation (12); from the text of `adamax`.
Note    It is the least such bound (`adamax_norm_is_least`), so u_n is the maximum of these numbers.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, integer, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax_norm import norm_above
from adamtheory.proofs.lemmas_step import n, text
from adamtheory.rules.adam import adamax

i = integer("i")
s = text(adamax, ("u",))
ASSUMES = s.assume("beta2_nonnegative")
b, u = s.scalar("beta2"), s.reading.families["u"]


def statement() -> Statement:
    return Statement(s.setting, power(b, n - i) * absolute(s.gradient(i)) <= u(n), [1 <= i, i <= n], ASSUMES)


def witness() -> Witness:
    return Witness(s.witness().families, values={n: 2, i: 1})


def prove() -> Theorem:
    return norm_above(Prover(s.setting), s, i, n)
