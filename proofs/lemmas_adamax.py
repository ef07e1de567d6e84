"""How long one step of AdaMax can be; its denominator is the maximum of the discounted sizes of all gradients.

With a = beta1, b = beta2 and [n+1]_q = 1 + q + ... + q^n the sharp constant of step n + 1 is D = [n+1]_(a/b)/[n+1]_a.
"""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, integer, inv, lift
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_step import (
    Betas,
    Text,
    corrections,
    nonnegative,
    powers,
    powers_first,
    powers_next,
    powers_positive,
)
from adamtheory.proofs.lemmas_step_length import by_size

i = integer("i")
SLOTS = ("m", "u", "p1")


def maximal_constant(a: Any, b: Any, n: Any) -> Any:
    """D in step n + 1: [n+1]_(a/b)/[n+1]_a."""
    return powers(lift(a) / b, n) / powers(a, n)


def quotient(p: Prover, s: Betas) -> tuple[Theorem, Theorem]:
    """0 <= a/b and (a/b) b = a, from 0 <= a and 0 < b."""
    (a, b), low = s.betas, p.given("beta2_positive")
    return p.certify(0 <= a / b, nonnegative(p, s, "beta1"), p.inv_positive(low)), p.certify(
        eq(a / b * b, a), p.inverse(low)
    )


def absolute_nonneg(p: Prover, x: Any) -> Theorem:
    """0 <= |x|."""
    return p.certify(0 <= absolute(x), p.max_left(x, -lift(x)), p.max_right(x, -lift(x)))


def below_absolute(p: Prover, x: Any, sign: int) -> Theorem:
    """x <= |x| or -x <= |x|."""
    return p.max_left(x, -lift(x)) if sign == 1 else p.max_right(x, -lift(x))


# --- the denominator --------------------------------------------------------------------------------------------------


def norm_rises(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- b u(n) <= u(n+1), and |g(n+1)| <= u(n+1)."""
    u, b, following = s.reading.families["u"], s.betas[1], p.next("u", n)
    old, new = following.claim.right.args
    left, right = p.max_left(old, new), p.max_right(old, new)
    return p.chain(b * u(n) <= u(n + 1), left, following), p.chain(new <= u(n + 1), right, following)


def value_of_norm(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= the new u in the text of step n + 1."""
    new = s.value("u", n)
    size = absolute_nonneg(p, s.gradient(n + 1))
    return p.chain(0 <= new, size, p.max_right(*new.args))


# --- the bound --------------------------------------------------------------------------------------------------------


def maximal_step(p: Prover) -> tuple[Theorem, Any]:
    """x <= (1-a) Q u |- a x + (1-a) h <= (1-a) (1 + r Q) w where b u <= w, h <= w and r b = a; and its variables."""
    a, b, r, Q, u, w, x, h = variables = apart(p, "a b r Q u w x h")
    low, kept, r_low, Q_low = p.assume(0 <= a, 0 <= 1 - a, 0 <= r, 0 <= Q)
    same, bound, old, new = p.assume(eq(r * b, a), x <= (1 - a) * Q * u, b * u <= w, h <= w)
    first = p.certify(a * x <= a * ((1 - a) * Q * u), low, bound)
    weight = p.certify(0 <= (1 - a) * Q * r, kept, r_low, Q_low, degree=3)
    second = p.certify((1 - a) * Q * r * (b * u) <= (1 - a) * Q * r * w, weight, old)
    third = p.certify((1 - a) * h <= (1 - a) * w, kept, new)
    return p.certify(a * x + (1 - a) * h <= (1 - a) * (1 + r * Q) * w, first, second, third, same), variables


def maximal_moment(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |m(n+1)| <= (1-a) [n+1]_(a/b) u(n+1)."""
    (a, b), k = s.betas, p.fresh("k", n)
    m, u, rho, start = s.reading.families["m"], s.reading.families["u"], a / b, p.assume(0 <= k)
    zero, reached = p.certify(0 <= lift(0)), p.certify(0 <= k + 1, start)
    rho_low, product = quotient(p, s)
    low, kept = nonnegative(p, s, "beta1"), p.certify(0 <= 1 - a, p.given("beta1_below_one"))

    def claim(k: Any) -> Rel:
        return absolute(m(k + 1)) <= (1 - a) * powers(rho, k) * u(k + 1)

    def begin(sign: int) -> Theorem:
        size = p.chain(
            sign * s.gradient(1) <= u(1),
            below_absolute(p, s.gradient(1), sign),
            p.cut(norm_rises(p, s, lift(0))[1], zero),
        )
        scaled = p.certify((1 - a) * (sign * s.gradient(1)) <= (1 - a) * u(1), size, kept)
        moment = p.cut(p.next("m", 0), zero)
        return p.certify(sign * m(1) <= claim(lift(0)).right, scaled, moment, p.start("m"), powers_first(p, rho))

    lemma, variables = maximal_step(p)

    def grow(sign: int) -> Theorem:
        g = s.gradient(k + 2)
        values = (a, b, rho, powers(rho, k), u(k + 1), u(k + 2), sign * m(k + 1), sign * g)
        rises, large = (p.cut(fact, reached) for fact in norm_rises(p, s, k + 1))
        new = p.chain(sign * g <= u(k + 2), below_absolute(p, g, sign), large)
        old = p.chain(sign * m(k + 1) <= claim(k).right, below_absolute(p, m(k + 1), sign), p.assume(claim(k)))
        known = (low, kept, rho_low, powers_positive(p, rho_low, k), product, old, rises, new)
        known = (*known[:3], p.certify(0 <= powers(rho, k), known[3]), *known[4:])
        grown = put(p, lemma, variables, values, *known)
        facts = p.cut(p.next("m", k + 1), reached), powers_next(p, rho, k)
        return p.certify(sign * m(k + 2) <= claim(k + 1).right, grown, *facts)

    base, step = by_size(p, claim(lift(0)), begin), by_size(p, claim(k + 1), grow)
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


def maximal_bound(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |moment| <= D denominator in step n + 1 of `adamax`, from 0 <= eps."""
    (a, b), start = s.betas, p.assume(0 <= n)
    m, w, x = s.value("m", n), s.value("u", n), s.value("moment", n)
    whole, room = corrections(p, s, "p1", "beta1", n)
    A, Q = powers_positive(p, nonnegative(p, s, "beta1"), n), powers_positive(p, quotient(p, s)[0], n)
    P, D = whole.claim.right, maximal_constant(a, b, n)
    over, inverse = p.inv_positive(room), p.inverse(room)
    moment, moved = maximal_moment(p, s, n), [p.using(p.next(f, n), start) for f in "mu"]
    share = p.certify(eq((1 - a) * inv(P), inv(powers(a, n))), whole, inverse, p.inverse(A))
    D_low = p.certify(0 <= D, Q, p.inv_positive(A))
    eps = p.certify(0 <= D * s.scalar("eps"), D_low, p.given("eps_nonnegative"))

    def side(sign: int) -> Theorem:
        y = s.reading.slot("m", n + 1)
        size = p.chain(sign * y <= moment.claim.right, below_absolute(p, y, sign), moment)
        first = p.certify(sign * m <= (1 - a) * powers(a / b, n) * w, size, *moved)
        scaled = p.certify(0 <= ((1 - a) * powers(a / b, n) * w - sign * m) * inv(P), first, over)
        return p.certify(sign * x <= D * s.value("denominator", n), scaled, share, eps)

    return by_size(p, absolute(x) <= D * s.value("denominator", n), side)


def maximal_nonneg(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- 0 <= D, and 0 <= the denominator of step n + 1."""
    A, Q = powers_positive(p, nonnegative(p, s, "beta1"), n), powers_positive(p, quotient(p, s)[0], n)
    D = p.certify(0 <= maximal_constant(*s.betas, n), Q, p.inv_positive(A))
    denominator = s.value("denominator", n)
    return D, p.chain(0 <= denominator, value_of_norm(p, s, n), p.given("eps_nonnegative"))
