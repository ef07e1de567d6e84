"""Words that the tests of the kernel share: variables, a theory with one of everything, certificates of few words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from adamtheory.logic import kernel
from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.notation import Setting, integers, lift, outcome, reals
from adamtheory.logic.terms import Rel

x, y, z, c = reals("x y z c")
i, j, k, m, n = integers("i j k m n")
w, u = outcome("w"), outcome("u")
half = lift(Fraction(1, 2))


def _setting() -> tuple[Any, ...]:
    """a and the integer d; f(i), g(i, j), h(x), an integer r(i); X(w), G(i, w), H(i, j, w); p(n) and q(x, n)."""
    setting = Setting()
    constants = setting.constant("a"), setting.constant("d", "Z")
    plain = setting.family("f", "Z"), setting.family("g", "ZZ"), setting.family("h", "R"), setting.family("r", "Z", "Z")
    random = setting.family("X", "W"), setting.family("G", "ZW"), setting.family("H", "ZZW")
    (p,) = setting.define({"p": (1, lambda n, p: p * constants[0] + n)})
    q = setting.define({"q": (x, lambda n, q, t: q + t), "t": (0, lambda n, q, t: q)}, parameters=(x,))
    setting.assume("a_positive", 0 < constants[0])
    setting.assume("bounded", plain[0](n) <= h_of(plain, n), guards=[0 <= n], axiom=True)
    bare = setting.theory
    return (bare, bare.means_exist(), *constants, *plain, *random, p, *q)


def h_of(plain: Any, index: Any) -> Any:
    """h at an integer: an integer stands for a real argument."""
    return plain[2](index)


BARE, T, a, d, f, g, h, r, X, G, H, p, q, t = _setting()

ONE = ((Fraction(1), ()),)


def suppose(claim: Rel, theory: Theory = T) -> Theorem:
    """R |- R."""
    return kernel.assume(theory, claim)


def certify(
    goal: Rel, *facts: Any, products: Any = (), multipliers: Any = (), weight: Any = ONE, theory: Theory = T
) -> Theorem:
    """A certificate; relations among the facts are assumed."""
    premises = tuple(suppose(fact, theory) if type(fact) is Rel else fact for fact in facts)
    return kernel.certificate(theory, goal, premises, products, multipliers, weight)


def times(coefficient: int | Fraction, *positions: int, square: Any = None) -> tuple[Any, ...]:
    """A product of a certificate."""
    return Fraction(coefficient), positions, square
