"""If AdaDelta's first step does not see the factor c of one gradient u, then eps_d was multiplied by c^2.

Words   Let the first step on c u with eps_d' be that on u with eps_d, for one gradient u that is not 0; c > 0, rho < 1,
        eps_n > 0, eps_d and eps_d' >= 0. Then eps_d' = c^2 eps_d. So AdaDelta with a fixed eps_d > 0 sees the scale of
        the loss.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    That it suffices, for all histories: `adadelta_gradient_scale`.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, real, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_adadelta import first_square, plain, run, same_scale, t
from adamtheory.proofs.lemmas_roots import scaled_root

u = real("u")

setting = Setting()
c, changed = setting.constants("c eps_d_new")
g, first = plain(setting)
second = run(setting, g, None, {"E": "E2", "F": "F2"}, {**first.reading.scalars, "eps_d": changed})
rho, eps_n, eps_d = map(first.scalar, ("rho", "eps_n", "eps_d"))
setting.assume("c_positive", 0 < c)
setting.assume("rho_below_one", rho < 1)
setting.assume("eps_n_positive", 0 < eps_n)
setting.assume("eps_d_nonnegative", 0 <= eps_d)
setting.assume("eps_d_new_nonnegative", 0 <= changed)
ASSUMED = ("c_positive", "rho_below_one", "eps_n_positive", "eps_d_nonnegative", "eps_d_new_nonnegative")
unseen, moving = eq(second.delta(lift(0), g=c * u), first.delta(lift(0), g=u)), 0 < u**2


def statement() -> Statement:
    return Statement(setting, eq(changed, c**2 * eps_d), [moving, unseen], ASSUMED)


def witness() -> Witness:
    ones = {"eps_n": ([], 1), "eps_d": ([], 1), "rho": ([], Fraction(1, 2))}
    return Witness({"g": ([t], 1), "c": ([], 2), "eps_d_new": ([], 4), **ones}, {u: 1}, prove=doubled)


def doubled(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With u = 1, c = 2, eps_d = 1 and rho = 1/2 the root below is sqrt(6) = 2 sqrt(3/2)."""
    start = p.certify(eq(second.F(lift(0)) + 1, first.F(lift(0)) + 1), p.start("F"), p.start("F2"))
    root = scaled_root(p, p.certify(0 < lift(2)), p.certify(0 <= lift(Fraction(3, 2))))
    rest = lift(Fraction(3, 2))
    roots = [
        p.rewrite(p.certify(eq(E / 2 + size, under), p.start(E.args[0])), lambda z: inv(sqrt(z)))
        for E, size, under in ((first.E(lift(0)), rest, rest), (second.E(lift(0)), lift(6), lift(2) ** 2 * rest))
    ]
    return p.certify(goal, *guards, p.rewrite(start, sqrt), p.rewrite(root, inv), *roots)


def prove() -> Theorem:
    p = Prover(setting)
    positive, kept = p.given("c_positive"), p.certify(0 < 1 - rho, p.given("rho_below_one"))
    size, top = p.assume(moving), p.restate(0 <= eps_n, p.given("eps_n_positive"))
    larger = p.certify(0 < (c * u) ** 2, size, p.nonzero(positive))
    old = p.certify(0 < (1 - rho) * u**2 + eps_d, kept, size, p.given("eps_d_nonnegative"))
    new = p.certify(0 < (1 - rho) * (c * u) ** 2 + changed, kept, larger, p.given("eps_d_new_nonnegative"))
    squares = first_square(p, first, u, top, old), first_square(p, second, c * u, top, new)
    compared = same_scale(p, *squares, p.restate(eq(unseen.left, 1 * unseen.right), p.assume(unseen)), lift(1))
    gap = eps_n * (c**2 * eps_d - changed)  # divided by u twice, then by eps_n
    once = p.certify(eq(gap * u, 0), p.restate(eq(gap * u**2, 0), compared), p.inverse(size))
    twice = p.certify(eq(gap, 0), once, p.inverse(size))
    return p.certify(statement().claim, twice, p.inverse(p.given("eps_n_positive")))
