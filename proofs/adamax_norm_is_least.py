"""The denominator of AdaMax is no larger than it must be: what bounds all discounted gradients bounds it.

Words   If beta2^(N-i) |g_i| <= G for i = 1, ..., N and N >= 1, then u after N steps is at most G.
Source  Kingma & Ba 2015, section 7.1, equation (12); from the text of `adamax`.
Note    With `adamax_norm_is_bound`: u_N is the maximum of beta2^(N-i) |g_i| over i = 1, ..., N. beta2 may be any
        number.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, integer, lift, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_adamax_norm import norm_least
from adamtheory.proofs.lemmas_step import t, text
from adamtheory.rules.adam import adamax

i = integer("i")
s = text(adamax, ("u",))
b, N, G = s.scalar("beta2"), s.setting.constant("N", "Z"), s.setting.constant("G")
s.setting.assume("bounded", power(b, N - i) * absolute(s.gradient(i)) <= G, [1 <= i, i <= N])
ASSUMES = ["bounded"]


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With N = G = g = 1 and beta2 = 1/2: powers of 1/2 are at most 1, and |1| = 1."""
    if not guards:
        return p.certify(goal)
    size = p.max_is(p.certify(-lift(1) <= lift(1)))
    half = lift(Fraction(1, 2))
    most = p.power_claim(half, lambda q: q <= 1, n=1 - i)
    return p.certify(goal, p.using(most, p.certify(0 <= 1 - i, *guards)), size)


def statement() -> Statement:
    return Statement(s.setting, s.reading.slot("u", N) <= G, [1 <= N], ASSUMES)


def witness() -> Witness:
    return Witness({"g": ([t], 1), "N": ([], 1), "G": ([], 1), "beta2": ([], Fraction(1, 2))}, prove=shown)


def prove() -> Theorem:
    return norm_least(Prover(s.setting), s, N, G)
