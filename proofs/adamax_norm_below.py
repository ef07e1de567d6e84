"""The p-norm that AdaMax comes from is at least (1 - beta2^p) u^p, for its limit u.

Words   With 0 <= beta2 < 1 and v_n = beta2^p v_{n-1} + (1 - beta2^p) |g_n|^p, v_0 = 0, for an integer p = e >= 1: (1 -
        beta2^p) u_n^p <= v_n, where u_n is the denominator of the text of `adamax`.
Source  Derived for this project; v is that of Kingma & Ba 2015, section 7.1, equation (6).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax_norm import e, norm_below_sum, norms
from adamtheory.proofs.lemmas_step import n, text
from adamtheory.rules.adam import adamax

s = text(adamax, ("u",))
ASSUMES = s.assume("beta2_nonnegative", "beta2_below_one")
b, u = s.scalar("beta2"), s.reading.families["u"]
v = norms(s.setting, b, s.gradient)


def statement() -> Statement:
    return Statement(s.setting, (1 - power(b, e)) * power(u(n), e) <= v(e, n), [0 <= n, 1 <= e], ASSUMES)


def witness() -> Witness:
    return Witness(s.witness().families, values={n: 1, e: 2})


def prove() -> Theorem:
    return norm_below_sum(Prover(s.setting), s, v, n)
