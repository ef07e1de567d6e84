"""AdaDelta before and after a change of the unit of x, where the first step is known to follow it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, real, sqrt
from adamtheory.logic.statement import Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_adadelta import first_square, plain, run, same_scale, t
from adamtheory.proofs.lemmas_roots import scaled_root

u = real("u")

setting = Setting()
kappa, eps_n_new, eps_d_new = setting.constants("kappa eps_n_new eps_d_new")
g, first = plain(setting)
_changed = {**first.reading.scalars, "eps_n": eps_n_new, "eps_d": eps_d_new}
second = run(setting, g, None, {"E": "E2", "F": "F2"}, _changed)
rho, eps_n, eps_d = map(first.scalar, ("rho", "eps_n", "eps_d"))
setting.assume("kappa_positive", 0 < kappa)
setting.assume("rho_below_one", rho < 1)
setting.assume("eps_n_nonnegative", 0 <= eps_n)
setting.assume("eps_n_new_nonnegative", 0 <= eps_n_new)
setting.assume("eps_d_nonnegative", 0 <= eps_d)
setting.assume("eps_d_new_nonnegative", 0 <= eps_d_new)
setting.assume("follows", eq(second.delta(lift(0), g=u / kappa), kappa * first.delta(lift(0), g=u)))
ASSUMED = (
    "kappa_positive",
    "rho_below_one",
    "eps_n_nonnegative",
    "eps_n_new_nonnegative",
    "eps_d_nonnegative",
    "eps_d_new_nonnegative",
    "follows",
)


def compared(p: Prover, u: int) -> Theorem:
    """eps_n' v^2 ((1-rho) u^2 + eps_d) = kappa^2 eps_n u^2 ((1-rho) v^2 + eps_d') for gradients u and v = u/kappa."""
    positive, kept = p.given("kappa_positive"), p.certify(0 < 1 - rho, p.given("rho_below_one"))
    old, new = lift(u), lift(u) / kappa
    sizes = p.certify(0 < old**2), p.nonzero(p.certify(0 < new, p.inv_positive(positive)))
    insides = [
        p.certify(0 < (1 - rho) * size.claim.right + s.scalar("eps_d"), kept, size, p.given(name))
        for s, size, name in zip((first, second), sizes, ("eps_d_nonnegative", "eps_d_new_nonnegative"), strict=True)
    ]
    one = first_square(p, first, old, p.given("eps_n_nonnegative"), insides[0])
    two = first_square(p, second, new, p.given("eps_n_new_nonnegative"), insides[1])
    return same_scale(p, one, two, p.given("follows", old), kappa)


def numerator(p: Prover) -> Theorem:
    """eps_n' = kappa^2 eps_n, from the gradients 1 and 2."""
    kept = p.certify(0 < 1 - rho, p.given("rho_below_one"))
    q = 1 / kappa
    one, two = compared(p, 1), compared(p, 2)
    unit = p.inverse(p.given("kappa_positive"))
    apart_by = p.certify(eq((1 - rho) * (eps_n_new * q**2 - kappa**2 * eps_n * q**2), 0), one, two, degree=1)
    same = p.certify(eq(eps_n_new * q**2, eps_n), apart_by, p.inverse(kept), unit)
    return p.certify(eq(eps_n_new, kappa**2 * eps_n), same, unit)


def denominator(p: Prover, positive: Theorem) -> Theorem:
    """eps_d = kappa^2 eps_d' from 0 < eps_n."""
    unit = p.inverse(p.given("kappa_positive"))
    first_one = p.certify(eq(eps_n * (eps_d - kappa**2 * eps_d_new), 0), compared(p, 1), numerator(p), unit)
    return p.certify(eq(eps_d, kappa**2 * eps_d_new), first_one, p.inverse(positive))


def change_witness() -> Witness:
    """kappa = 2, eps_n = eps_d = 1 and rho = 1/2: eps_n' = 4 and eps_d' = 1/4 follow."""
    new = {"kappa": ([], 2), "eps_n_new": ([], 4), "eps_d_new": ([], Fraction(1, 4))}
    ones = {"eps_n": ([], 1), "eps_d": ([], 1), "rho": ([], Fraction(1, 2))}
    return Witness({"g": ([t], 1), **ones, **new}, prove=doubled)


def doubled(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """sqrt(4) = 2 sqrt(1), and sqrt(u^2/8 + 1/4) = sqrt(u^2/2 + 1)/2; E starts at 0."""
    tops = [
        p.rewrite(p.certify(eq(F + c, c), p.start(F.args[0])), sqrt)
        for F, c in ((first.F(lift(0)), 1), (second.F(lift(0)), 4))
    ]
    half, square = lift(Fraction(1, 2)), p.certify(0 <= u**2 / 2 + 1, squares=[u])
    four = scaled_root(p, p.certify(0 < lift(2)), p.certify(0 <= lift(1)))
    quarter = p.rewrite(scaled_root(p, p.certify(0 < half), square), inv)
    roots = [
        p.rewrite(p.certify(eq(E / 2 + size, under), p.start(E.args[0])), lambda z: inv(sqrt(z)))
        for E, size, under in (
            (first.E(lift(0)), u**2 / 2 + 1, u**2 / 2 + 1),
            (second.E(lift(0)), (u / 2) ** 2 / 2 + Fraction(1, 4), half**2 * (u**2 / 2 + 1)),
        )
    ]
    return p.certify(goal, *guards, *tops, *roots, four, quarter)
