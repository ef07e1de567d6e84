"""With an L2 penalty and a scale-invariant loss |w|^2 falls to its equilibrium: |z_n - q| <= a^n (z_0 - q), a >= 1/2.

Words   z_{n+1} = a z_n + b/z_n with a = (1 - alpha lambda)^2 and b = alpha^2 G^2, which is what a step makes of |w|^2
        where |g| = G/|w| (`scale_invariant_step`). For 1/2 <= a < 1, b > 0, q > 0 with (1 - a) q^2 = b and z_0 >= q
        the distance of z_n from q is at most a^n (z_0 - q).
Source  Derived for this project; the setting is that of Zhang, Ma, Li & Wu 2017, section 2.2.
Note    q is where the effective rate is that of `scale_invariant_rate`. This is the approach from above.
"""

from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, integer, inv, lift, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put

n = integer("n")
half = Fraction(1, 2)

setting = Setting()
alpha, penalty, G, q, start = setting.constants("alpha penalty G q z_start")
a, b = (1 - alpha * penalty) ** 2, alpha**2 * G**2
(z,) = setting.define({"z": (start, lambda n, z: a * z + b / z)}, index=n)
setting.assume("slow", half <= a)
setting.assume("shrinking", a < 1)
setting.assume("q_positive", 0 < q)
setting.assume("equilibrium", eq((1 - a) * q**2, b))
setting.assume("starts_above", q <= start)
ASSUMED = ("slow", "shrinking", "q_positive", "equilibrium", "starts_above")


def statement() -> Statement:
    return Statement(setting, absolute(z(n) - q) <= power(a, n) * (start - q), [0 <= n], ASSUMED)


def witness() -> Witness:
    # a = 16/25 and b = 9/25: q = 1
    scalars = {"alpha": 1, "penalty": Fraction(1, 5), "G": Fraction(3, 5), "q": 1, "z_start": 2}
    return Witness({name: ([], value) for name, value in scalars.items()}, {n: 1})


def letters(p: Prover) -> tuple[tuple[Theorem, Theorem], Any]:
    """One step from x >= q: q <= a x + b/x, and a x + b/x - q <= a (x - q)."""
    x, r, c, d = names = apart(p, "x1 q1 a1 b1")
    above, positive, slow, small, rest = p.assume(r <= x, 0 < r, half <= c, c < 1, eq((1 - c) * r**2, d))
    unit = p.inverse(p.certify(0 < x, above, positive))
    share = p.inv_positive(p.certify(0 < x, above, positive))
    # a x + b/x - q = (x - q) (a - (1-a) q/x)
    new = c * x + d * inv(x)
    split = p.certify(eq(new - r, (x - r) * (c - (1 - c) * r * inv(x))), rest, unit)
    less = p.certify(r * inv(x) <= 1, p.certify(0 <= (x - r) * inv(x), above, share), unit)
    factor = p.certify(0 <= c - (1 - c) * r * inv(x), p.certify((1 - c) * (r * inv(x)) <= 1 - c, less, small), slow)
    low = p.certify(r <= new, split, p.certify(0 <= (x - r) * factor.claim.right, above, factor))
    gone = p.certify(0 <= (1 - c) * (r * inv(x)), small, p.certify(0 <= r * inv(x), positive, share))
    high = p.certify(new - r <= c * (x - r), split, p.certify(0 <= (x - r) * gone.claim.right, above, gone))
    return (low, high), names


def prove() -> Theorem:
    p = Prover(setting)
    begun, (lower, upper), names = p.assume(0 <= n), *letters(p)
    known = [p.given(name) for name in ("q_positive", "slow", "shrinking", "equilibrium")]
    following = p.using(p.next("z", n), begun)
    low = put(p, lower, names, (z(n), q, a, b), p.assume(q <= z(n)), *known)
    first = p.certify(q <= z(lift(0)), p.start("z"), p.given("starts_above"))
    above = p.induction(n, 0, q <= z(n), first, p.chain(q <= z(n + 1), low, following))
    old = p.assume(z(n) - q <= power(a, n) * (start - q))
    high = put(p, upper, names, (z(n), q, a, b), above, *known)
    (x, y, c) = places = apart(p, "x1 y1 a1")
    scaled = p.certify(c * x <= c * y, *p.assume(x <= y, half <= c))
    scaled = put(p, scaled, places, (z(n) - q, power(a, n) * (start - q), a), old, known[1])
    powers = p.rewrite(p.power_next(a, begun), lambda w: w * (start - q))
    step = p.chain(z(n + 1) - q <= power(a, n + 1) * (start - q), following, high, scaled, powers)
    base = p.certify(z(lift(0)) - q <= power(a, lift(0)) * (start - q), p.start("z"))
    near = p.induction(n, 0, old.claim, base, step)
    return p.max_least(near, p.certify(-(z(n) - q) <= near.claim.right, above, near))
