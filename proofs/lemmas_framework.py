"""Adam among the adaptive methods: its momentum form, and what it becomes where its parameters go to their ends."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, power, sqrt
from adamtheory.logic.reading import Reading
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_average import held_power, power_below_one
from adamtheory.proofs.lemmas_regret import zero_of_square
from adamtheory.proofs.lemmas_twins import n


def correction_is(p: Prover, reading: Reading, slot: str, decay: str, n: Any) -> Theorem:
    """0 <= n |- the p of the text in step n+1, p(n) beta, is beta^(n+1)."""
    beta, family = reading.scalars[decay], reading.families[slot]
    held, following = held_power(p, family.name, beta, n, *reading.coordinates), p.power_next(beta, p.assume(0 <= n))
    return p.certify(eq(reading.slot(slot, n) * beta, power(beta, n + 1)), held, following)


def correction_room(p: Prover, reading: Reading, decay: str, n: Any) -> Theorem:
    """0 <= n |- 0 < 1 - beta^(n+1)."""
    low, high = p.given(f"{decay}_nonnegative"), p.given(f"{decay}_below_one")
    below = power_below_one(p, low, high, n)
    return p.certify(0 < 1 - power(reading.scalars[decay], n + 1), below)


def same_limit(p: Prover, limit: Theorem, equal: Theorem, start: int) -> Theorem:
    """b -> L from a -> L and start <= k |- a = b."""
    a, b = equal.claim.left, equal.claim.right
    return p.lim_squeeze(limit, limit, start, p.certify(a <= b, equal), p.certify(b <= a, equal))


def moment_of_step(p: Prover, reading: Reading, slot: str, n: Any = n) -> Theorem:
    """0 <= n |- the slot after n+1 steps is what the text calls so in step n+1."""
    following = p.next(reading.families[slot], *reading.coordinates, n)
    return p.restate(eq(reading.slot(slot, n + 1), reading.value(slot, n)), following)


def root_of_square(p: Prover, x: Any) -> Theorem:
    """sqrt(x^2) = |x|."""
    (y,) = variables = apart(p, "y")
    nonneg = p.certify(0 <= y**2, squares=[y])
    size = absolute(y)
    square = p.chain(eq(sqrt(y**2) ** 2, size**2), p.sqrt_square(nonneg), p.max_square(y))
    positive = p.certify(0 <= size, p.max_left(y, -y), p.max_right(y, -y))
    return put(p, p.squares_equal(square, p.sqrt_nonneg(y**2), positive), variables, (x,))


def inverse_of_product(p: Prover, positive: Theorem, y: Any) -> Theorem:
    """inv(x y) = inv(x) inv(y) from 0 < x, for 0 <= y or not: where y = 0 both are 0."""
    a, b = variables = apart(p, "a b")
    above = p.assume(0 < a)
    goal = eq(inv(a * b), inv(a) * inv(b))
    none, some = p.assume(b**2 <= 0, 0 < b**2)
    zero = zero_of_square(p, none)
    still = p.chain(goal, p.rewrite(zero, lambda z: inv(a * z)), p.rewrite(zero, lambda z: inv(a) * inv(z)))
    whole = p.inverse(p.certify(0 < (a * b) ** 2, p.certify(0 < a**2, above), some))
    moving = p.certify(goal, whole, p.inverse(above), p.inverse(some))
    return put(p, p.cases(still, moving, b**2, 0), variables, (positive.claim.right, y), positive)


def second_moment_nonneg(p: Prover, reading: Reading, gradient: Any, low: Theorem, high: Theorem) -> Theorem:
    """0 <= n |- 0 <= v_hat of the text in step n+1, from 0 <= beta2 and beta2 < 1; `gradient` is that of step n+1."""
    v, p2, b = reading.families["v"], reading.families["p2"], low.claim.right
    kept, following, powers = p.certify(0 <= 1 - b, high), p.next(v, n), p.next(p2, n)
    grown = p.certify(0 <= following.claim.right, p.assume(0 <= v(n)), low, kept, squares=[gradient])
    nonneg = p.induction(n, 0, 0 <= v(n), p.certify(0 <= v(0), p.start(v)), p.chain(0 <= v(n + 1), following, grown))
    base, rises = p.certify(0 <= p2(0), p.start(p2)), p.certify(0 <= p2(n + 1), p.assume(0 <= p2(n)), powers, low)
    positive = p.induction(n, 0, 0 <= p2(n), base, rises)
    shrunk = p.certify(p2(n) * b <= p2(n), positive, high)
    below = p.certify(p2(n + 1) <= 1, p.assume(p2(n) <= 1), powers, shrunk)
    most = p.induction(n, 0, p2(n) <= 1, p.certify(p2(0) <= 1, p.start(p2)), below)
    room = p.inv_nonneg(p.certify(0 <= 1 - p2(n) * b, most, shrunk))
    return p.certify(0 <= reading.value("v_hat", n), p.using(grown, nonneg), room)
