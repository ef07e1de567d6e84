"""Period 3 without momentum: the sign of the drift is that of a polynomial in beta2 and K = C^2 - 1, turned around.

With s = 1 + b + b^2, X = s + K b, Y = s + K b^2, Z = s + K the drift has the sign of r1 + r2 - C for r1 = sqrt(Z/X),
r2 = sqrt(Z/Y), and

    P = ((K+1) X Y - Z (X+Y))^2 - 4 Z^2 X Y = (X Y)^2 (C - r1 - r2) (C + r1 + r2) (C - r1 + r2) (C + r1 - r2),

in which all factors but (C - r1 - r2) are positive.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, power, sqrt
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_drift import drift, k, square, square_positive
from adamtheory.proofs.lemmas_drift_decay import geometric, normalised, ratio

THREE = lift(3)


def polynomial(C: Any, X: Any, Y: Any, Z: Any) -> Any:
    """P, with C^2 for K+1."""
    return (C**2 * X * Y - Z * (X + Y)) ** 2 - 4 * Z**2 * X * Y


def sides(C: Any, b: Any) -> tuple[Any, Any, Any]:
    """X, Y, Z."""
    K, s = C**2 - 1, 1 + b + b**2
    return s + K * b, s + K * b**2, s + K


def about_numbers(p: Prover, positive: bool) -> tuple[Theorem, Any]:
    """P < 0 from 0 < d, or with not `positive` 0 <= P from d <= 0, for a number d with d u = r + q - C and 0 < u.

    C, X, Y, Z, r, q   0 < C, 0 < X, 0 < Y, 0 < r, 0 < q, r^2 X = Z, q^2 Y = Z, Y <= X and Z <= C^2 Y
    """
    C, X, Y, Z, r, q, d, u = variables = apart(p, "C X Y Z r q d u")
    first, second, moved = p.assume(eq(r**2 * X, Z), eq(q**2 * Y, Z), eq(d * u, r + q - C))
    spike, x, y, root, other, unit = p.assume(0 < C, 0 < X, 0 < Y, 0 < r, 0 < q, 0 < u)
    ordered, most = p.assume(Y <= X, Z <= C**2 * Y)
    # r <= q <= C
    below = p.certify(r**2 <= q**2, first, second, ordered, squares=[q], weights=[[x]])
    rising = p.squares(below, p.restate(0 <= q, other))
    bounded = p.squares(p.certify(q**2 <= C**2, second, most, weights=[[y]]), p.certify(0 <= C, spike))
    three = [
        p.certify(0 < C + r + q, spike, root, other),
        p.certify(0 < C - r + q, spike, rising),
        p.certify(0 < C + r - q, bounded, root),
    ]
    whole = p.certify(0 < three[0].claim.right * three[1].claim.right, *three[:2])
    whole = p.certify(0 < whole.claim.right * three[2].claim.right, whole, three[2])
    room = p.certify(0 < (X * Y) ** 2, p.certify(0 < X * Y, x, y))
    whole = p.certify(0 < whole.claim.right * room.claim.right, whole, room)
    inner = p.certify(eq(C**2 * X * Y - Z * (X + Y), X * Y * (C**2 - r**2 - q**2)), first, second)
    square = p.certify(eq(Z**2, r**2 * q**2 * X * Y), first, second)
    P, last = polynomial(C, X, Y, Z), C - r - q
    factored = p.certify(eq(P, whole.claim.right * last), inner, square)
    if positive:
        falls = p.certify(last < 0, moved, p.assume(0 < d), unit)
        product = p.certify(whole.claim.right * last < 0, whole, falls)
        return p.chain(P < 0, factored, product), variables
    rises = p.certify(0 <= last, moved, p.assume(d <= 0), unit)
    product = p.certify(0 <= whole.claim.right * last, whole, rises)
    return p.chain(0 <= P, factored, product), variables


def sign(p: Prover, C: Any, b: Any, positive: bool) -> Theorem:
    """1 < C, 0 <= b, b < 1, 0 < drift |- P < 0, or with not `positive` 1 < C, 0 <= b, b < 1, drift <= 0 |- 0 <= P."""
    spike, low, high = p.assume(1 < C, 0 <= b, b < 1)
    one, three = p.certify(1 <= C, spike), p.certify(1 <= THREE)
    (X, Y, Z), K, s = sides(C, b), C**2 - 1, 1 + b + b**2
    gain, whole, base = p.certify(0 < K, spike), p.certify(0 < s, low), geometric(b, THREE)
    inside = [p.certify(0 < s + K * z, whole, p.certify(0 <= K * z, gain, low, squares=[b])) for z in (b, b**2)]
    expanded = p.certify(eq(base, s), *terms(p, 0, 2, base.args[3], base.args[0]))
    values, roots = [], []
    for n, inner in zip((1, 2), inside, strict=True):
        quotient = ratio(C, b, lift(n), THREE)
        bottom = p.certify(0 < base + K * power(b, lift(n)), expanded, inner, degree=1)
        above = p.certify(0 < base + K, expanded, gain, low)
        share = p.certify(0 < quotient, above, p.inv_positive(bottom))
        found = p.certify(eq(quotient * inner.claim.right, Z), p.inverse(bottom), expanded)
        values.append(p.certify(eq(sqrt(quotient) ** 2 * inner.claim.right, Z), p.sqrt_square(share), found))
        roots.append(p.sqrt_positive(share))
    r, q = (root.claim.right for root in roots)
    ordered = p.certify(Y <= X, gain, p.certify(b**2 <= b, low, high))
    # C^2 Y - Z = K (b + b^2) + K (K+1) b^2
    most = p.certify(Z <= C**2 * Y, p.certify(0 <= K * (b + b**2 + (K + 1) * b**2), gain, low, squares=[b], degree=3))
    drifts = p.using(normalised(p, C, b, THREE), one, three)
    body = sqrt(ratio(C, b, k, THREE))
    d, u = drift(C, lift(0), b, THREE), sqrt(square(C, b, lift(0), THREE))
    moved = p.certify(eq(d * u, r + q - C), drifts, *terms(p, 1, 2, body, k))
    start = p.using(p.inst(square_positive(p, C, b, THREE), {k: 0}), p.certify(0 <= lift(0)), one, three)
    lemma, variables = about_numbers(p, positive)
    facts = (p.certify(0 < C, spike), *values, *inside, *roots, ordered, most, moved, p.sqrt_positive(start))
    return put(p, lemma, variables, (C, X, Y, Z, r, q, d, u), *facts)


def terms(p: Prover, first: int, last: int, body: Any, index: Any) -> list[Theorem]:
    """What expands sum_{index=first}^{last} body into its terms."""
    steps = [
        p.sum_step(index, first, lift(n - 1), body, p.certify(first <= lift(n))) for n in range(first + 1, last + 1)
    ]
    return [*steps, p.sum_one(index, first, body)]
