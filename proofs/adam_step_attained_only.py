"""Only one history attains the bound of Adam's step: g_t = c (beta2/beta1)^t.

Words   With 0 <= beta1 < 1, 0 < beta2 < 1 and eps = 0: if |m_hat| = C_t sqrt(v_hat) in step t = n + 1, with the C_t of
        `adam_step_bound`, then beta1 g_{i+1} = beta2 g_i for i = 1, ..., n.
Source  Derived for this project (the case of equality in Cauchy-Schwarz); from the text of `adam`.
Note    The converse is `adam_step_attained`. For beta1 = 0 it says that all gradients but the last are 0.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute, eq, integer, inv, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_step import DECAYS, n, powers, powers_first, powers_next, text
from adamtheory.proofs.lemmas_step_constant import constant
from adamtheory.proofs.lemmas_step_converse import growing_only
from adamtheory.rules.adam import adam

i = integer("i")
s = text(adam, ("m", "v", "p1", "p2"), eps=0)
ASSUMES = s.assume(*DECAYS)
a, b = s.betas
attained = eq(absolute(s.value("moment", n)), constant(a, b, n) * s.value("denominator", n))


def statement() -> Statement:
    return Statement(s.setting, eq(a * s.gradient(i + 1), b * s.gradient(i)), [1 <= i, i <= n, attained], ASSUMES)


def witness() -> Witness:
    half = Fraction(1, 2)
    return Witness({"g": ([n], 1), "beta1": ([], half), "beta2": ([], half)}, values={n: 1, i: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With gradients 1 and both rates 1/2, m_hat = v_hat = C = 1 in step 2, for [2]_q = 3/2."""
    if goal.kind != "eq":
        return p.certify(goal, *guards)
    half, zero = lift(Fraction(1, 2)), p.certify(0 <= lift(0))
    slots = [p.certify(eq(p.start(f).claim.left, p.start(f).claim.right), p.start(f)) for f in ("m", "v", "p1", "p2")]
    values = [p.certify(eq(Family(f)(1), half), p.cut(p.next(f, 0), zero), *slots) for f in ("m", "v", "p1", "p2")]
    rooms = [p.rewrite(value, lambda z: inv(1 - z * half)) for value in values[2:]]
    moment, second = (goal.left.args[0], goal.right.args[1].args[0].args[0])
    same = p.rewrite(p.certify(eq(moment, 1), *values, *rooms), absolute)
    size = p.chain(eq(absolute(moment), 1), same, p.max_is(p.certify(-lift(1) <= lift(1))))
    root = p.chain(eq(sqrt(second), 1), p.rewrite(p.certify(eq(second, 1), *values, *rooms), sqrt), root_of_one(p))
    longer = p.cut(powers_next(p, half, lift(0)), zero)
    sums = p.certify(eq(powers(half, lift(1)), Fraction(3, 2)), longer, powers_first(p, half))
    S = goal.right.args[0].args[0].args[0]
    square = p.certify(
        eq(sqrt(S) ** 2, powers(half, lift(1)) ** 2), p.sqrt_square(p.certify(0 <= S, squares=[longer.claim.left]))
    )
    whole = p.squares_equal(square, p.sqrt_nonneg(S), p.certify(0 <= powers(half, lift(1)), sums))
    constant = p.certify(
        eq(sqrt(S) * inv(powers(half, lift(1))), 1), whole, p.inverse(p.certify(0 < powers(half, lift(1)), sums))
    )
    return p.certify(goal, size, p.certify(eq(sqrt(S) * inv(powers(half, lift(1))) * sqrt(second), 1), constant, root))


def prove() -> Theorem:
    return growing_only(Prover(s.setting), s, i, n)
