"""AdaMax is the limit of p-norms: v^(1/p) tends to its denominator u as p grows, for every history.

Words   With 0 <= beta2 < 1, v_n = beta2^p v_{n-1} + (1 - beta2^p) |g_n|^p, v_0 = 0, and r = v_n^(1/p), that is r >= 0
        and r^p = v_n: |r - u_n| tends to 0 as the integer p = e grows, for every n >= 1, where u_n is the denominator
        of `adamax`.
Source  Kingma & Ba 2015, section 7.1, equations (8) to (12); from the text of `adamax`.
Note    The language has no roots but square roots, so r(p, n) is declared by its two properties. No correction of u for
        bias is needed: see `adamax_limit_corrected`.
Witness beta2 = 0: the e-th root that is assumed has no closed form in the language for another beta2.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, power, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax_norm import e, norm_below_sum, norm_limit, norm_of_largest, norms, ones
from adamtheory.proofs.lemmas_step import n, t, text
from adamtheory.rules.adam import adamax

s = text(adamax, ("u",))
ASSUMES = s.assume("beta2_nonnegative", "beta2_below_one")
b, u = s.scalar("beta2"), s.reading.families["u"]
v = norms(s.setting, b, s.gradient)
r = s.setting.family("r", "ZZ")
s.setting.assume("root_nonnegative", 0 <= r(e, n), [1 <= e, 1 <= n])
s.setting.assume("root", eq(power(r(e, n), e), v(e, n)), [1 <= e, 1 <= n])


def statement() -> Statement:
    return Statement(s.setting, tends(absolute(r(e, n) - u(n)), 0, e), [1 <= n], [*ASSUMES, "root_nonnegative", "root"])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "r": ([e, n], 1)}, values={n: 1}, prove=ones)


def prove() -> Theorem:
    p = Prover(s.setting)
    zero, root = p.certify(0 <= n, p.assume(1 <= n)), p.given("root", e, n)
    low = p.certify(
        (1 - power(b, e)) * power(u(n), e) <= power(r(e, n), e), root, p.using(norm_below_sum(p, s, v, n), zero)
    )
    high = p.certify(power(r(e, n), e) <= n * power(u(n), e), root, norm_of_largest(p, s, v, n))
    return p.using(norm_limit(p, s, r(e, n), low, high, p.given("root_nonnegative", e, n), n), zero)
