"""Lemmas for where Adam ends on [-1, 1] on the periodic sequence: near 1 if the drift is positive, for small steps.

With y = 1 - x, and d = alpha m/sqrt(v) the step, y' <= max(y + d, 0); over a block y' <= max(y + sum of d, N s), where
s bounds d; and the sum of d in block j is at most -alpha drift/2 once the powers a^j and b^j are small.
"""

from functools import cache
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, maximum, power, sqrt, total
from adamtheory.logic.projections import by_clip, clip_range
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import Cycle, in_block, j, k
from adamtheory.proofs.lemmas_cycle_drift import moment_bounds, n, near_limit
from adamtheory.proofs.lemmas_drift import count, drift, i, inverse_roots, power_falls


def offset(cycle: Cycle, n: Any) -> Any:
    """1 - x after n rounds: how far the iterate is from the worst point."""
    return 1 - cycle.method.slot("x", n)


def moved(cycle: Cycle, n: Any) -> Any:
    """alpha m/sqrt(v) of round n: what is subtracted from x."""
    return cycle.alpha(n) * cycle.method.slot("m", n) / sqrt(cycle.method.slot("v", n))


def longest(cycle: Cycle) -> Any:
    """alpha C/sqrt(1-b): no step is longer."""
    return cycle.alpha(1) * cycle.C / sqrt(1 - cycle.method.scalars["beta2"])


def one_round(p: Prover, cycle: Cycle) -> Theorem:
    """0 <= n |- 1 - x(n+1) <= max(1 - x(n) + d(n+1), 0)."""
    x, proposed = cycle.method.slot("x", n), cycle.method.slot("x", n) - moved(cycle, n + 1)
    (z,) = apart(p, "z")
    goal = 1 - cycle.project(z) <= maximum(1 - z, 0)
    clipped = by_clip(p, cycle.project, z, lift(-1), lift(1), goal, p.max_left(1 - z, 0), p.max_right(1 - z, 0))
    nexts = [p.next(name, n) for name in ("iterate", "m", "v")]
    root = p.rewrite(nexts[2], lambda v: inv(sqrt(v)))
    same = p.certify(eq(cycle.method.value("x", n), proposed), nexts[1], root)
    lands = p.chain(
        eq(cycle.method.slot("x", n + 1), cycle.project(proposed)), nexts[0], p.rewrite(same, cycle.project)
    )
    return p.certify(
        offset(cycle, n + 1) <= maximum(1 - x + moved(cycle, n + 1), 0), lands, p.inst(clipped, {z: proposed})
    )


def step_bounds(p: Prover, cycle: Cycle) -> tuple[Theorem, Theorem]:
    """d(n) <= s and 0 <= s, under 1 <= C, 0 <= a, a < 1, 0 <= b, b < 1, 0 <= alpha and 1 <= n."""
    b, C, size = cycle.method.scalars["beta2"], cycle.C, p.assume(0 <= cycle.alpha(1))
    _, high, least = moment_bounds(p, cycle)
    positive = p.certify(0 < 1 - b, p.assume(b < 1))
    fraction = inverse_roots(p, least, positive)
    over = p.inv_nonneg(p.sqrt_nonneg(cycle.method.slot("v", n)))
    large = p.certify(0 <= C, p.assume(1 <= C))
    reached = p.certify(0 <= n, p.assume(1 <= n))
    m, w = cycle.method.slot("m", n), fraction.claim.left
    first = p.certify(m * w <= C * w, p.using(high, reached), over)
    share = p.chain(
        m * w <= C * fraction.claim.right, first, p.certify(C * w <= C * fraction.claim.right, fraction, large)
    )
    nonneg = p.certify(0 <= C / sqrt(1 - b), large, p.inv_positive(p.sqrt_positive(positive)))
    return p.certify(moved(cycle, n) <= longest(cycle), share, size), p.certify(0 <= longest(cycle), nonneg, size)


def pushed(p: Prover) -> tuple[Theorem, Any]:
    """Y <= max(P, Q), Z <= max(Y + d, 0), d <= S, 0 <= Q, 0 <= S |- Z <= max(P + d, Q + S); with its variables."""
    d, P, Q, Y, Z, S = variables = apart(p, "d P Q Y Z S")
    before, after, short, some, room = p.assume(Y <= maximum(P, Q), Z <= maximum(Y + d, 0), d <= S, 0 <= Q, 0 <= S)
    top = maximum(P + d, Q + S)
    first = p.restate(P <= top - d, p.max_left(P + d, Q + S))
    second = p.certify(Q <= top - d, p.max_right(P + d, Q + S), short)
    whole = p.chain(Y + d <= top, before, p.max_least(first, second))
    floor = p.certify(0 <= top, p.max_right(P + d, Q + S), some, room)
    return p.chain(Z <= top, after, p.max_least(whole, floor)), variables


def one_block(p: Prover, cycle: Cycle, steps: tuple[Theorem, Theorem] | None = None) -> Theorem:
    """1 - x(N (j+1)) <= max(1 - x(N j) + sum of d over block j, N s).

    Under 1 <= N, 0 <= j, 1 <= C, 0 <= a, a < 1, 0 <= b, b < 1, 0 <= alpha.
    steps   d(N j + k + 1) <= s for 0 <= k and k < N, and 0 <= s, where s is not `longest`
    """
    N, block, begun = cycle.N, cycle.N * j, p.assume(0 <= k)
    if steps is None:
        reached = p.certify(1 <= block + k + 1, in_block(p, cycle, block + k))
        most, nonneg = step_bounds(p, cycle)
        steps = p.using(p.inst(most, {n: block + k + 1}), reached), nonneg
    most, nonneg = steps
    s = nonneg.claim.right
    body, y = moved(cycle, block + k + 1), offset(cycle, block)

    def claim(i: Any) -> Rel:
        return offset(cycle, block + i) <= maximum(y + total(k, 0, i - 1, body), i * s)

    facts = (
        p.assume(claim(k)),
        p.using(p.inst(one_round(p, cycle), {n: block + k}), in_block(p, cycle, block + k)),
        most,
        p.certify(0 <= k * s, begun, nonneg),
        nonneg,
    )
    lemma, variables = pushed(p)
    before = y + total(k, 0, k - 1, body)
    values = (body, before, k * s, offset(cycle, block + k), offset(cycle, block + k + 1), s)
    last = p.sum_step(k, 0, k - 1, body, begun)
    longer = p.certify(eq(before + body, claim(k + 1).right.args[0]), last)
    same = p.rewrite(longer, lambda z: maximum(z, k * s + s))
    step = p.chain(claim(k + 1), put(p, lemma, variables, values, *facts), same)
    none = p.sum_none(k, 0, body)
    base = p.certify(claim(lift(0)), p.max_left(y + none.claim.left, lift(0) * s), none)
    found = p.inst(p.induction(k, 0, claim(k), base, step), {k: N})
    return p.using(found, p.certify(0 <= N, p.assume(1 <= N)))


def remainder(cycle: Cycle, j: Any) -> Any:
    """N (C a^j + C^3 b^j/sqrt(1-b)): what the displacement of block j, over alpha, differs from the drift at most."""
    a, b = (cycle.method.scalars[name] for name in ("beta1", "beta2"))
    return cycle.N * (cycle.C * power(a, j) + cycle.C**3 * power(b, j) / sqrt(1 - b))


@cache
def block_sum(p: Prover, cycle: Cycle, J: Any, small: Theorem) -> tuple[Theorem, Theorem]:
    """The sum of d over block j is at most -alpha drift/2, and 0 <= alpha drift, from 2 remainder(J) <= drift.

    Under 1 <= C, 1 <= N, 0 <= a, b < 1, 0 <= alpha, 0 <= J and J <= j.
    """
    C, N, alpha = cycle.C, cycle.N, cycle.alpha(1)
    a, b = decays = [cycle.method.scalars[name] for name in ("beta1", "beta2")]
    size, large, one, begun, later = p.assume(0 <= alpha, 1 <= C, 1 <= N, 0 <= J, J <= j)
    near = p.using(near_limit(p, cycle)[1], p.certify(k < N, p.assume(k <= N - 1), degree=1))
    near = p.using(near, p.certify(0 <= j, begun, later))
    summed = p.sum_of(near, k, 0, N - 1)
    # a^j <= a^J and b^j <= b^J
    falls = [p.using(p.inst(power_falls(p, decay), {i: J, k: j}), begun, later) for decay in decays]
    over = p.inv_positive(p.sqrt_positive(p.certify(0 < 1 - b, p.assume(b < 1))))
    weight = p.certify(0 <= C**3 / sqrt(1 - b), p.certify(0 <= C**3, p.certify(0 <= C, large), squares=[C]), over)
    parts = [
        p.certify(c * f.claim.left <= c * f.claim.right, f, known)
        for c, f, known in ((C, falls[0], large), (weight.claim.right, falls[1], weight))
    ]
    shrunk = p.certify(remainder(cycle, j) <= remainder(cycle, J), *parts, one)
    bound = p.certify(summed.claim.left <= drift(C, a, b, N) / 2, summed, count(p, N), shrunk, small)
    nonneg = [p.using(p.power_nonneg(p.assume(0 <= decay), J), begun) for decay in decays]
    rest = p.certify(
        0 <= C * power(a, J) + C**3 * power(b, J) / sqrt(1 - b),
        p.certify(0 <= C * power(a, J), nonneg[0], large),
        p.certify(0 <= weight.claim.right * power(b, J), nonneg[1], weight),
    )
    positive = p.certify(0 <= drift(C, a, b, N), small, p.certify(0 <= remainder(cycle, J), rest, one))
    whole = total(k, 0, N - 1, moved(cycle, N * j + k + 1))
    return p.certify(whole <= -alpha * drift(C, a, b, N) / 2, bound, size), p.certify(
        0 <= alpha * drift(C, a, b, N), positive, size
    )


@cache
def inside(p: Prover, cycle: Cycle) -> Theorem:
    """-1 <= start, 0 <= n |- 1 - x(n) <= 2."""
    low, high = lift(-1), lift(1)
    above = clip_range(p, cycle.project, cycle.method.value("x", n), low, high)[0]
    step = p.chain(offset(cycle, n + 1) <= 2, p.next("iterate", n), p.using(above, p.certify(low <= high)))
    base = p.certify(offset(cycle, lift(0)) <= 2, p.start("iterate"), p.assume(-1 <= cycle.start))
    return p.induction(n, 0, offset(cycle, n) <= 2, base, step)


def falling(p: Prover) -> tuple[Theorem, Any]:
    """Y <= max(P, Q), Z <= max(Y + D, Q), D <= -H, 0 <= H |- Z <= max(P - H, Q); with its variables."""
    Y, Z, P, Q, D, H = variables = apart(p, "Y Z P Q D H")
    before, after, drop, some = p.assume(Y <= maximum(P, Q), Z <= maximum(Y + D, Q), D <= -H, 0 <= H)
    top = maximum(P - H, Q)
    first = p.restate(P <= top + H, p.max_left(P - H, Q))
    second = p.certify(Q <= top + H, p.max_right(P - H, Q), some)
    whole = p.chain(Y + D <= top, before, p.max_least(first, second), drop)
    return p.chain(Z <= top, after, p.max_least(whole, p.max_right(P - H, Q))), variables


def ends(p: Prover, cycle: Cycle, J: Any, small: Theorem) -> Theorem:
    """1 - x(N j) <= max(2 - alpha drift/2 (j - J), N s) from 2 remainder(J) <= drift, 0 <= J, J <= j and -1 <= start.

    Under 1 <= C, 1 <= N, 0 <= a, a < 1, 0 <= b, b < 1, 0 <= alpha.
    """
    N, s = cycle.N, longest(cycle)
    a, b = (cycle.method.scalars[name] for name in ("beta1", "beta2"))
    h = cycle.alpha(1) * drift(cycle.C, a, b, N) / 2
    begun, later, one = p.assume(0 <= J, J <= j, 1 <= N)
    falls, positive = block_sum(p, cycle, J, small)
    reached = p.certify(0 <= j, begun, later)
    block = p.using(one_block(p, cycle), reached)

    def claim(j: Any) -> Rel:
        return offset(cycle, N * j) <= maximum(2 - h * (j - J), N * s)

    lemma, variables = falling(p)
    values = (offset(cycle, N * j), offset(cycle, N * (j + 1)), 2 - h * (j - J), N * s, falls.claim.left, h)
    block = p.restate(values[1] <= maximum(values[0] + values[4], N * s), block)
    facts = (p.assume(claim(j)), block, p.restate(values[4] <= -h, falls), p.certify(0 <= h, positive))
    step = p.restate(claim(j + 1), put(p, lemma, variables, values, *facts))
    at_start = p.using(p.inst(inside(p, cycle), {n: N * J}), p.certify(0 <= N * J, one, begun))
    base = p.certify(claim(J), at_start, p.max_left(2 - h * (J - J), N * s))
    return p.induction(j, J, claim(j), base, step)
