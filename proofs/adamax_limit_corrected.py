"""AdaMax needs no bias correction: the corrected p-norms have the same limit u.

Words   With 0 <= beta2 < 1, v_n = beta2^p v_{n-1} + (1 - beta2^p) |g_n|^p, v_0 = 0, and r >= 0, r^p = v_n/(1 - beta2^(p
        n)): |r - u_n| tends to 0 as the integer p = e grows, for every n >= 1, where u_n is the denominator of
        `adamax`.
Source  Kingma & Ba 2015, section 7.1, where u is not corrected; from the text of `adamax`.
Note    r(p, n) is declared by its two properties; without the correction it is `adamax_limit`.
Witness beta2 = 0. By exact evaluation the assumptions also hold for beta2 = 1/2.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, power, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax_norm import corrected_norms, e, norm_limit, norms, ones
from adamtheory.proofs.lemmas_step import n, t, text
from adamtheory.rules.adam import adamax

s = text(adamax, ("u",))
ASSUMES = s.assume("beta2_nonnegative", "beta2_below_one")
b, u = s.scalar("beta2"), s.reading.families["u"]
v = norms(s.setting, b, s.gradient)
r = s.setting.family("r", "ZZ")
s.setting.assume("root_nonnegative", 0 <= r(e, n), [1 <= e, 1 <= n])
s.setting.assume("root", eq(power(r(e, n), e), v(e, n) / (1 - power(b, e * n))), [1 <= e, 1 <= n])


def statement() -> Statement:
    return Statement(s.setting, tends(absolute(r(e, n) - u(n)), 0, e), [1 <= n], [*ASSUMES, "root_nonnegative", "root"])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "r": ([e, n], 1)}, values={n: 1}, prove=ones)


def prove() -> Theorem:
    p = Prover(s.setting)
    zero, root = p.certify(0 <= n, p.assume(1 <= n)), p.given("root", e, n)
    lower, upper = corrected_norms(p, s, v, n)
    low = p.certify(lower.claim.left <= power(r(e, n), e), root, lower)
    high = p.certify(power(r(e, n), e) <= upper.claim.right, root, upper)
    return p.using(norm_limit(p, s, r(e, n), low, high, p.given("root_nonnegative", e, n), n), zero)
