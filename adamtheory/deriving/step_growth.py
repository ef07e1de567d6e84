"""The constant of a step bound over all t: in closed form, and whether it grows without end or stays below a limit."""

from __future__ import annotations

from typing import Any

from adamtheory.deriving.frame import n, t
from adamtheory.deriving.step_floor import square_of, times
from adamtheory.deriving.step_ground import put_in
from adamtheory.deriving.step_proof import Proof, constant_rates
from adamtheory.deriving.step_sharp import from_zero
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift, power
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Rel


def closed(proof: Proof) -> Theorem | None:
    """0 <= n |- (1 - r) R(n) = (c^2/k) (1 - r^n) with r = a^2/b, or (c/k) (1 - r^n) with r = a/b; as for step t."""
    if proof.R is None or not constant_rates(proof) or not from_zero(proof):
        return None
    p, R, a, b, c, k = proof.p, proof.R, *(proof.numbers[name] for name in "abck")
    if proof.below.kind == "square":
        r, first = square_of(a) * inv(b), c**2 * inv(k)
    else:
        r, first = a * inv(b), c * inv(k)

    def claim(j: Any) -> Any:
        return eq((1 - r) * R(j), first * (1 - power(r, j)))

    begun = p.assume(0 <= n)
    base = p.certify(claim(lift(0)), p.start(R))
    step = p.certify(claim(n + 1), p.assume(claim(n)), p.next(R, n), p.power_next(r, begun))
    found = p.induction(n, 0, claim(n), base, step)
    return p.restate(claim(t), p.using(p.inst(found, {n: t}), p.certify(0 <= t, p.assume(0 <= t))))


def _slower(proof: Proof) -> Theorem | None:
    """b <= a^2 (b <= a for a maximum) where the ranges of the parameters give it."""
    a, b = proof.numbers["a"], proof.numbers["b"]
    rate = square_of(a) if proof.below.kind == "square" else a
    try:
        return proof.p.certify(b <= rate, *proof.ground.sign().about((b, rate)))
    except NotFound:
        return None


def steady(proof: Proof, limit: Theorem) -> Theorem | None:
    """1 <= t |- numerator^2 <= K denominator^2 with one K for every t, where C moves with R alone; from R(t) <= U."""
    p, R, U = proof.p, limit.claim.left, limit.claim.right
    C = proof.constant(t - 1, t)
    K, factor = put_in(C, R, U), put_in(C, R, lift(1))
    if K.free:
        return None
    M, D, square = proof.moment(t - 1, t), proof.denominator(t - 1, t), proof.below.kind == "square"
    above = p.certify(C <= K, limit, proof.ground.sign().nonneg(factor))
    begun = p.certify(0 <= t, p.assume(1 <= t))
    if square:
        more = p.certify(C * D**2 <= K * D**2, above, squares=[D])
        return p.using(p.certify(M**2 <= K * D**2, proof.theorem, more, degree=1), begun)
    nonneg = proof.at_t(0 <= D, p.restate(0 <= proof.denominator(), proof.floor.nonneg))
    more = p.certify(C * D <= K * D, above, nonneg)
    return p.using(p.certify(absolute(M) <= K * D, proof.theorem, more, degree=1), begun)


def _smaller(proof: Proof, claim: Rel) -> Theorem | None:
    """a^2 < b where the ranges give it, else as a hypothesis; None where it is false."""
    p = proof.p
    if _slower(proof) is not None:
        return None
    try:
        return p.certify(claim, *proof.ground.sign().about((claim.left, claim.right)))
    except NotFound:
        return p.assume(claim) if claim.families else None


def growing(proof: Proof) -> Theorem | None:
    """0 <= t |- (c^2/k) t <= R(t), from b <= a^2: then no number bounds the steps of all t ((c/k) t for a maximum)."""
    if proof.R is None or not constant_rates(proof) or not from_zero(proof):
        return None
    p, R, a, b, c, k = proof.p, proof.R, *(proof.numbers[name] for name in "abck")
    square, above = proof.below.kind == "square", _slower(proof)
    if above is None:
        return None
    rate, first = (square_of(a), c**2 * inv(k)) if square else (a, c * inv(k))
    b_positive = proof.ground.sign().positive(b)
    room = p.certify(0 <= rate - b, above)
    share = p.certify(0 <= R(n) * inv(b), proof.R_nonneg, p.inv_positive(b_positive))
    kept = p.certify(R(n) <= times(rate, R(n)) * inv(b), p.certify(0 <= R(n) * inv(b) * (rate - b), share, room),
                     p.inverse(b_positive))  # fmt: skip
    old = p.assume(first * n <= R(n))
    step = p.certify(first * (n + 1) <= R(n + 1), old, kept, p.next(R, n), degree=1)
    found = p.induction(n, 0, first * n <= R(n), p.certify(first * lift(0) <= R(0), p.start(R)), step)
    return p.inst(found, {n: t})


def uniform(proof: Proof) -> Theorem | None:
    """R(t) <= (c^2/k)/(1 - r) for every t, from r < 1, written a^2 < b (a < b for a maximum)."""
    if proof.R is None or not constant_rates(proof) or not from_zero(proof):
        return None
    p, R, a, b, c, k = proof.p, proof.R, *(proof.numbers[name] for name in "abck")
    signs = proof.ground.sign()
    square = proof.below.kind == "square"
    r, first = (square_of(a) * inv(b), c**2 * inv(k)) if square else (a * inv(b), c * inv(k))
    b_positive = signs.positive(b)
    smaller = _smaller(proof, (square_of(a) if square else a) < b)
    if smaller is None:
        return None
    below_one = p.certify(r < 1, smaller, p.inverse(b_positive), p.inv_positive(b_positive))
    room = p.certify(0 < 1 - r, below_one)
    r_nonneg = p.certify(
        0 <= r, p.inv_positive(b_positive), *([] if square else [signs.nonneg(a)]), squares=[a] if square else []
    )
    limit = first * inv(1 - r)
    old = p.assume(R(n) <= limit)
    nonneg = p.certify(
        0 <= limit,
        p.inv_positive(room),
        p.inv_positive(signs.positive(k)),
        *([] if square else [signs.nonneg(c)]),
        squares=[c] if square else [],
        degree=3,
    )
    more = p.certify(r * R(n) <= r * limit, old, r_nonneg)
    fixed = p.certify(eq(r * limit + first, limit), p.inverse(room))
    step = p.certify(R(n + 1) <= limit, more, fixed, p.next(R, n), degree=1)
    found = p.induction(n, 0, R(n) <= limit, p.certify(R(0) <= limit, p.start(R), nonneg), step)
    return p.inst(found, {n: t})
