"""Powers with a variable exponent: products, order, Bernoulli's inequality."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, le, lift, lt, power
from adamtheory.logic.sums import apart, put


def power_product(p: Prover, x: Any, y: Any, n: Any) -> Theorem:
    """0 <= n |- (x y)^n = x^n y^n."""
    k, (a, b) = p.fresh("k", x, y, n), apart(p, "a b")
    start = p.assume(0 <= k)

    def claim(k: Any) -> Any:
        return eq(power(a * b, k), power(a, k) * power(b, k))

    steps = [p.power_next(base, start) for base in (a * b, a, b)]
    found = p.induction(k, 0, claim(k), p.certify(claim(lift(0))), p.certify(claim(k + 1), p.assume(claim(k)), *steps))
    return p.inst(found, {k: n, a: x, b: y})


def power_monotone(p: Prover, below: Theorem, nonneg: Theorem, n: Any) -> Theorem:
    """0 <= n |- x^n <= y^n from x <= y and 0 <= x."""
    k, (a, b) = p.fresh("k", n), apart(p, "a b")
    start, less, low = p.assume(0 <= k), *p.assume(a <= b, 0 <= a)
    high = p.certify(0 <= b, less, low)
    old, positive = p.assume(power(a, k) <= power(b, k)), p.using(p.power_nonneg(low, k), start)
    first = p.certify(a * power(a, k) <= b * power(a, k), less, positive)
    second = p.certify(b * power(a, k) <= b * power(b, k), old, high)
    step = p.certify(power(a, k + 1) <= power(b, k + 1), first, second, *(p.power_next(c, start) for c in (a, b)))
    base = p.certify(power(a, lift(0)) <= power(b, lift(0)))
    found = p.inst(p.induction(k, 0, power(a, k) <= power(b, k), base, step), {k: n})
    return put(p, found, (a, b), (below.claim.left, below.claim.right), below, nonneg)


def power_strict(p: Prover, x: Any, y: Any, n: Any) -> Theorem:
    """0 <= n, x < y, 0 <= x |- x^(n+1) < y^(n+1)."""
    k, (a, b) = p.fresh("k", n, x, y), apart(p, "a b")
    start, less, low = p.assume(0 <= k), *p.assume(a < b, 0 <= a)
    later = p.certify(0 <= k + 1, start)
    old, positive = p.assume(power(a, k + 1) < power(b, k + 1)), p.certify(0 < b, less, low)
    high = p.using(p.power_positive(positive, k + 1), later)
    first = p.certify(a * power(a, k + 1) <= a * power(b, k + 1), old, low)
    second = p.certify(a * power(b, k + 1) < b * power(b, k + 1), less, high)
    step = p.certify(power(a, k + 2) < power(b, k + 2), first, second, *(p.power_next(c, later) for c in (a, b)))
    base = p.certify(power(a, lift(0) + 1) < power(b, lift(0) + 1), less)
    return p.inst(p.induction(k, 0, power(a, k + 1) < power(b, k + 1), base, step), {k: n, a: x, b: y})


def power_root(p: Prover, main: Theorem, x_nonneg: Theorem, y_nonneg: Theorem, positive: Theorem) -> Theorem:
    """x <= y from x^n <= y^n, 0 <= x, 0 <= y and 1 <= n."""
    (x, n), y = main.claim.left.args, main.claim.right.args[0]
    above = p.assume(lt(y, x))
    larger = p.using(power_strict(p, y, x, n - 1), above, y_nonneg, p.certify(0 <= n - 1, positive))
    return p.cases(p.assume(le(x, y)), p.absurd(le(x, y), main, larger), x, y)


def bernoulli(p: Prover, nonneg: Theorem, n: Any) -> Theorem:
    """0 <= n |- 1 + n x <= (1 + x)^n from 0 <= x."""
    k, (a,) = p.fresh("k", n), apart(p, "a")
    start, low = p.assume(0 <= k), p.assume(0 <= a)
    old = p.assume(1 + k * a <= power(1 + a, k))
    grown = p.certify((1 + a) * (1 + k * a) <= (1 + a) * power(1 + a, k), old, low)
    rest = p.certify(0 <= k * a**2, start, squares=[a])
    step = p.certify(1 + (k + 1) * a <= power(1 + a, k + 1), grown, rest, p.power_next(1 + a, start))
    base = p.certify(1 + lift(0) * a <= power(1 + a, lift(0)))
    found = p.inst(p.induction(k, 0, old.claim, base, step), {k: n})
    return put(p, found, (a,), (nonneg.claim.right,), nonneg)


def power_shrinks(p: Prover, nonneg: Theorem, below: Theorem, n: Any) -> Theorem:
    """0 <= n |- x^(n+1) <= x from 0 <= x and x <= 1."""
    x, k = nonneg.claim.right, p.fresh("k", nonneg.claim.right, n)
    start, least = p.assume(0 <= k), p.power_nonneg(nonneg, k)
    most = p.power_claim(x, lambda q: q <= 1, nonneg, below, n=k)
    return p.inst(p.certify(power(x, k + 1) <= x, p.power_next(x, start), most, nonneg, least), {k: n})


def power_falls(p: Prover, nonneg: Theorem, below: Theorem, m: Any, k: Any) -> Theorem:
    """0 <= m, 0 <= k |- x^(m+k) <= x^m from 0 <= x and x <= 1 or x < 1."""
    x, i, j = nonneg.claim.right, p.fresh("i", nonneg.claim.right, m, k), p.fresh("j", nonneg.claim.right, m, k)
    first, start = p.assume(0 <= j), p.assume(0 <= i)
    room = p.certify(0 <= j + i, first, start)
    least = p.using(p.power_nonneg(nonneg, j + i), room)
    old = p.assume(power(x, j + i) <= power(x, j))
    step = p.certify(power(x, j + i + 1) <= power(x, j), old, p.power_next(x, room), least, below)
    base = p.certify(power(x, j + lift(0)) <= power(x, j))
    return p.inst(p.induction(i, 0, old.claim, base, step), {i: k, j: m})
