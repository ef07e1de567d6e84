"""Adam on [-1, 1] on the periodic sequence with the step sizes alpha/sqrt(t): where it ends, and what that costs.

As in `lemmas_cycle_end` with y = 1 - x and the steps d = alpha m/(sqrt(t) sqrt(v)); in block j, whose first round is
N j + 1, the step size falls by a factor 1 - 1/j at most, so that the sum of d is at most -alpha drift/(2 sqrt(N j + 1))
once a^j, b^j and 1/j are small; and 1/sqrt(N j + 1) is at least 2/N (sqrt(N (j+1) + 1) - sqrt(N j + 1)).
"""

from functools import cache
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, maximum, sqrt, total
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import Cycle, in_block, j, k
from adamtheory.proofs.lemmas_cycle_drift import moment_bounds, n, near_limit
from adamtheory.proofs.lemmas_cycle_end import falling, inside, moved, offset, one_block, remainder
from adamtheory.proofs.lemmas_cycle_regret import block_cost, regret
from adamtheory.proofs.lemmas_drift import count, drift, i, inverse_roots, power_falls


def root(cycle: Cycle, j: Any) -> Any:
    """sqrt(N j + 1): block j begins in round N j + 1."""
    return sqrt(cycle.N * j + 1)


def largest(cycle: Cycle) -> Any:
    """C/sqrt(1-b), which |m|/sqrt(v) does not exceed."""
    return cycle.C / sqrt(1 - cycle.method.scalars["beta2"])


def longest(cycle: Cycle, j: Any) -> Any:
    """alpha/sqrt(N j + 1) C/sqrt(1-b): no step is longer from block j on."""
    return cycle.size / root(cycle, j) * largest(cycle)


def moves(cycle: Cycle) -> Any:
    """The drift."""
    return drift(cycle.C, cycle.method.scalars["beta1"], cycle.method.scalars["beta2"], cycle.N)


def excess(cycle: Cycle, j: Any) -> Any:
    """What the sum of d over block j, in units of its first step size, differs from -drift at most."""
    return remainder(cycle, j) + cycle.N * largest(cycle) / j


def climbed(cycle: Cycle, J: Any, j: Any) -> Any:
    """alpha drift/N (sqrt(N j + 1) - sqrt(N J + 1)): how far x has come from block J to block j, at least."""
    return cycle.size * moves(cycle) / cycle.N * (root(cycle, j) - root(cycle, J))


# --- one step ---------------------------------------------------------------------------------------------------------


@cache
def ratio_bounds(p: Prover, cycle: Cycle) -> tuple[Theorem, Theorem, Theorem]:
    """-s <= m/sqrt(v), m/sqrt(v) <= s and 0 <= s for s = C/sqrt(1-b), after n steps; under 1 <= n and the usual."""
    b, C = cycle.method.scalars["beta2"], cycle.C
    low, high, least = moment_bounds(p, cycle)
    positive = p.certify(0 < 1 - b, p.assume(b < 1))
    fraction = inverse_roots(p, least, positive)
    over = p.inv_nonneg(p.sqrt_nonneg(cycle.method.slot("v", n)))
    large, reached = p.certify(0 <= C, p.assume(1 <= C)), p.certify(0 <= n, p.assume(1 <= n))
    w, ratio = fraction.claim.left, cycle.method.slot("m", n) / sqrt(cycle.method.slot("v", n))
    most = p.certify(C * w <= largest(cycle), fraction, large)
    upper = p.chain(ratio <= largest(cycle), p.certify(ratio <= C * w, p.using(high, reached), over), most)
    lower = p.chain(-ratio <= largest(cycle), p.certify(-ratio <= C * w, p.using(low, reached), over), most)
    nonneg = p.certify(0 <= largest(cycle), large, p.inv_positive(p.sqrt_positive(positive)))
    return p.restate(-largest(cycle) <= ratio, lower), upper, nonneg


def begun(p: Prover, cycle: Cycle) -> Theorem:
    """1 <= N, 0 <= j |- 0 < N j + 1."""
    return p.certify(0 < cycle.N * j + 1, *p.assume(*cycle.block[:2]))


@cache
def rates(p: Prover, cycle: Cycle) -> tuple[Theorem, Theorem]:
    """1/sqrt(t) <= 1/sqrt(T) for T = N j + 1 and t = T + k; and 1/sqrt(T) - 1/sqrt(t) <= 1/sqrt(T) 1/j.

    The first under 1 <= N, 0 <= j, 0 <= k, the second besides under 1 <= j and k < N.
    """
    T, t = cycle.N * j + 1, cycle.N * j + k + 1
    first = begun(p, cycle)
    later = p.certify(T <= t, p.assume(0 <= k), degree=1)
    falls = inverse_roots(p, later, first)
    x, y, c, q = variables = apart(p, "x y c q")
    low, high, count, grows, fits = p.assume(0 < x, 0 < y, 0 < c, eq(y**2, x**2 + q), c * q <= x**2 + q)
    both = p.certify(0 < x + y, low, high)
    gap = p.certify(c * (y - x) <= y, grows, fits, low, high, weights=[[both]])
    shrunk = p.certify(y - x <= y * inv(c), gap, p.inverse(count), p.inv_positive(count))
    scale = p.certify(0 < inv(x) * inv(y), p.inv_positive(low), p.inv_positive(high))
    scaled = p.certify((y - x) * (inv(x) * inv(y)) <= y * inv(c) * (inv(x) * inv(y)), shrunk, scale)
    lemma = p.certify(inv(x) - inv(y) <= inv(x) * inv(c), scaled, p.inverse(low), p.inverse(high), degree=1, rounds=2)
    positive = p.certify(0 < t, first, later)
    squares = [p.sqrt_square(f) for f in (first, positive)]
    sums = p.certify(eq(sqrt(t) ** 2, sqrt(T) ** 2 + k), *squares, degree=1)
    room = p.certify(j * k <= j * cycle.N, *p.assume(0 <= j, k < cycle.N))
    fit = p.certify(j * k <= sqrt(T) ** 2 + k, room, squares[0], p.assume(0 <= k))
    facts = (p.sqrt_positive(first), p.sqrt_positive(positive), p.certify(0 < lift(j), p.assume(1 <= j)), sums, fit)
    return falls, put(p, lemma, variables, (sqrt(T), sqrt(t), lift(j), lift(k)), *facts)


def alpha_nonneg(p: Prover, cycle: Cycle) -> Theorem:
    """0 <= alpha |- 0 <= alpha/sqrt(N j + 1); under 1 <= N, 0 <= j."""
    over = p.inv_positive(p.sqrt_positive(begun(p, cycle)))
    return p.certify(0 <= cycle.size / root(cycle, j), p.assume(0 <= cycle.size), over)


def step_bounds(p: Prover, cycle: Cycle) -> tuple[Theorem, Theorem]:
    """d(N j + k + 1) <= s and 0 <= s for s = `longest` in block j; under the usual, 0 <= k, 0 <= alpha."""
    t = cycle.N * j + k + 1
    reached = p.certify(1 <= t, in_block(p, cycle, cycle.N * j + k))
    _, high, nonneg = ratio_bounds(p, cycle)
    high = p.using(p.inst(high, {n: t}), reached)
    over = p.certify(0 <= cycle.size / sqrt(t), p.assume(0 <= cycle.size), p.inv_nonneg(p.sqrt_nonneg(t)))
    first = p.certify(moved(cycle, t) <= cycle.size / sqrt(t) * largest(cycle), high, over)
    scaled = p.certify(0 <= cycle.size * largest(cycle), nonneg, p.assume(0 <= cycle.size))
    most = p.certify(
        moved(cycle, t) <= longest(cycle, j),
        first,
        p.certify(cycle.size * largest(cycle) * inv(sqrt(t)) <= longest(cycle, j), rates(p, cycle)[0], scaled),
    )
    return most, p.certify(0 <= longest(cycle, j), alpha_nonneg(p, cycle), nonneg)


# --- one block --------------------------------------------------------------------------------------------------------


def smaller(p: Prover, cycle: Cycle, J: Any) -> tuple[Theorem, Theorem]:
    """excess(j) <= excess(J), and 0 <= excess(J); under 1 <= C, 1 <= N, 0 <= a, b < 1, 1 <= J, J <= j."""
    C, N = cycle.C, cycle.N
    _, b = decays = [cycle.method.scalars[name] for name in ("beta1", "beta2")]
    large, one, first, later = p.assume(1 <= C, 1 <= N, 1 <= J, J <= j)
    reached = p.certify(0 <= J, first, degree=1)
    falls = [p.using(p.inst(power_falls(p, decay), {i: J, k: j}), reached, later) for decay in decays]
    over = p.inv_positive(p.sqrt_positive(p.certify(0 < 1 - b, p.assume(b < 1))))
    weight = p.certify(0 <= C**3 / sqrt(1 - b), p.certify(0 <= C**3, p.certify(0 <= C, large), squares=[C]), over)
    start = p.certify(0 < lift(J), first)
    shares = p.reciprocal(later, start)
    wide = p.certify(0 <= N * largest(cycle), ratio_bounds(p, cycle)[2], one)
    pairs = ((C, falls[0], large), (weight.claim.right, falls[1], weight), (wide.claim.right, shares, wide))
    parts = [p.certify(c * f.claim.left <= c * f.claim.right, f, known) for c, f, known in pairs]
    powers = [p.using(p.power_nonneg(p.assume(0 <= decay), J), reached) for decay in decays]
    rest = [
        p.certify(0 <= c * f.claim.right, f, known)
        for c, f, known in ((C, powers[0], large), (weight.claim.right, powers[1], weight))
    ]
    rest = p.certify(0 <= rest[0].claim.right + rest[1].claim.right, *rest, degree=1)
    last = p.certify(0 <= wide.claim.right / J, wide, p.inv_positive(start))
    shrunk = p.certify(remainder(cycle, j) <= remainder(cycle, J), *parts[:2], one)
    less = p.certify(excess(cycle, j) <= excess(cycle, J), shrunk, parts[2], degree=1)
    return less, p.certify(0 <= excess(cycle, J), p.certify(0 <= remainder(cycle, J), rest, one), last, degree=1)


@cache
def block_sum(p: Prover, cycle: Cycle, J: Any, small: Theorem) -> tuple[Theorem, Theorem]:
    """The sum of d over block j is at most -alpha drift/(2 sqrt(N j + 1)), and 0 <= drift, from 2 excess(J) <= drift.

    Under 1 <= C, 1 <= N, 0 <= a, b < 1, 0 <= alpha, 1 <= J and J <= j.
    """
    N, t = cycle.N, cycle.N * j + k + 1
    first, later = p.assume(1 <= J, J <= j)
    reached, start = p.certify(0 <= j, first, later), p.certify(1 <= j, first, later)
    inside_block = p.certify(k < N, p.assume(k <= N - 1), degree=1)
    e, r, q, c, s = variables = apart(p, "e r q c s")
    less, gap, low, nonneg = p.assume(q <= r, r - q <= r * c, -s <= e, 0 <= s)
    spread = p.certify(0 <= (r - q) * (e + s), less, low)
    lemma = p.certify(q * e <= r * (e + s * c), spread, p.certify((r - q) * s <= r * c * s, gap, nonneg))
    low, _, nonneg = ratio_bounds(p, cycle)
    place = p.certify(1 <= t, in_block(p, cycle, N * j + k))
    ratio = cycle.method.slot("m", t) / sqrt(cycle.method.slot("v", t))
    facts = (*rates(p, cycle), p.using(p.inst(low, {n: t}), place), nonneg)
    values = (ratio, 1 / root(cycle, j), 1 / sqrt(t), 1 / lift(j), largest(cycle))
    each = p.using(put(p, lemma, variables, values, *facts), inside_block, start, reached)
    summed = p.sum_of(each, k, 0, N - 1)
    near = p.sum_of(p.using(near_limit(p, cycle)[1], inside_block, reached), k, 0, N - 1)
    shrunk, positive = smaller(p, cycle, J)
    counted = count(p, N)
    ratios = total(k, 0, N - 1, ratio)
    close = p.certify(ratios + moves(cycle) <= remainder(cycle, j), near, counted)
    bound = p.certify(ratios + N * largest(cycle) / j <= -moves(cycle) / 2, close, shrunk, small)
    over = alpha_nonneg(p, cycle)
    over = p.using(over, reached)
    scaled = p.certify(over.claim.right * bound.claim.left <= over.claim.right * bound.claim.right, bound, over)
    alpha = p.assume(0 <= cycle.size)
    whole = total(k, 0, N - 1, moved(cycle, t))
    paid = p.certify(cycle.size * summed.claim.left <= cycle.size * summed.claim.right, summed, alpha)
    goal = whole <= -over.claim.right * moves(cycle) / 2
    return p.certify(goal, paid, counted, scaled), p.certify(0 <= moves(cycle), small, positive)


def root_grows(p: Prover, cycle: Cycle) -> Theorem:
    """1 <= N, 0 <= j |- (sqrt(N (j+1) + 1) - sqrt(N j + 1))/N <= 1/(2 sqrt(N j + 1))."""
    x, y, N = variables = apart(p, "x y N")
    low, high, some, grows = p.assume(0 < x, x <= y, 1 <= N, eq(y**2, x**2 + N))
    twice = p.certify(2 * x * (y - x) <= N, grows, high, squares=[y - x])
    shrunk = p.certify(
        y - x <= N / (2 * x), twice, p.inverse(p.certify(0 < 2 * x, low)), p.inv_positive(p.certify(0 < 2 * x, low))
    )
    whole = p.certify(0 < N, some)
    up = p.inv_positive(whole)
    divided = p.certify((y - x) / N <= N / (2 * x) / N, shrunk, up)
    lemma = p.certify((y - x) / N <= 1 / (2 * x), divided, p.inverse(whole))
    first, one = begun(p, cycle), p.assume(1 <= cycle.N)
    later = p.certify(cycle.N * j + 1 <= cycle.N * (j + 1) + 1, one, degree=1)
    squares = p.sqrt_square(first), p.sqrt_square(p.certify(0 < cycle.N * (j + 1) + 1, first, later))
    sums = p.certify(eq(root(cycle, j + 1) ** 2, root(cycle, j) ** 2 + cycle.N), *squares, degree=1)
    facts = (p.sqrt_positive(first), p.sqrt_monotone(later, p.restate(0 <= cycle.N * j + 1, first)), one, sums)
    return put(p, lemma, variables, (root(cycle, j), root(cycle, j + 1), cycle.N), *facts)


# --- all blocks -------------------------------------------------------------------------------------------------------


def steps_shrink(p: Prover, cycle: Cycle, J: Any) -> Theorem:
    """1 <= N, 1 <= J, J <= j |- N longest(j) <= N longest(J)."""
    first, later, one = p.assume(1 <= J, J <= j, 1 <= cycle.N)
    start = p.certify(0 < cycle.N * J + 1, first, one)
    falls = inverse_roots(p, p.certify(cycle.N * J + 1 <= cycle.N * j + 1, later, one), start)
    wide = p.certify(0 <= cycle.size * largest(cycle), ratio_bounds(p, cycle)[2], p.assume(0 <= cycle.size))
    wide = p.certify(0 <= cycle.N * wide.claim.right, wide, one)
    return p.certify(cycle.N * longest(cycle, j) <= cycle.N * longest(cycle, J), falls, wide)


def ends(p: Prover, cycle: Cycle, J: Any, small: Theorem) -> Theorem:
    """1 - x(N j) <= max(2 - climbed(J, j), N longest(J)) from 2 excess(J) <= drift, 1 <= J, J <= j, -1 <= start.

    Under 1 <= C, 1 <= N, 0 <= a, a < 1, 0 <= b, b < 1, 0 <= alpha.
    """
    N, s = cycle.N, cycle.N * longest(cycle, J)
    first, later, one = p.assume(1 <= J, J <= j, 1 <= N)
    falls, positive = block_sum(p, cycle, J, small)
    reached = p.certify(0 <= j, first, later)
    block = p.using(one_block(p, cycle, step_bounds(p, cycle)), reached)
    before, new = offset(cycle, N * j), offset(cycle, N * (j + 1))
    spread, shorter = falls.claim.left, steps_shrink(p, cycle, J)
    top = maximum(before + spread, s)
    last = p.chain(N * longest(cycle, j) <= top, shorter, p.max_right(before + spread, s))
    block = p.restate(new <= block.claim.right, block)
    block = p.chain(
        new <= top,
        block,
        p.max_least(p.restate(block.claim.right.args[0] <= top, p.max_left(before + spread, s)), last),
    )
    step_up = climbed(cycle, j, j + 1)
    growth = p.using(root_grows(p, cycle), reached)
    push = p.certify(0 <= cycle.size * moves(cycle), p.assume(0 <= cycle.size), positive)
    slow = p.certify(step_up <= push.claim.right / (2 * root(cycle, j)), growth, push)
    down = p.certify(spread <= -step_up, falls, slow, degree=1)
    longer = p.sqrt_monotone(p.certify(N * j + 1 <= N * (j + 1) + 1, one), p.certify(0 <= N * j + 1, reached, one))
    share = p.certify(0 <= push.claim.right / N, push, p.inv_positive(p.certify(0 < N, one)))
    some = p.certify(0 <= step_up, share, longer)

    def claim(j: Any) -> Rel:
        return offset(cycle, N * j) <= maximum(2 - climbed(cycle, J, j), s)

    lemma, variables = falling(p)
    values = (before, new, 2 - climbed(cycle, J, j), s, spread, step_up)
    step = p.restate(claim(j + 1), put(p, lemma, variables, values, p.assume(claim(j)), block, down, some))
    begin = p.certify(0 <= N * J, one, first)
    at_start = p.using(p.inst(inside(p, cycle), {n: N * J}), begin)
    base = p.certify(claim(J), at_start, p.max_left(2 - climbed(cycle, J, J), s))
    return p.induction(j, J, claim(j), base, step)


def linear(p: Prover, cycle: Cycle, J: Any, L: Any, small: Theorem, far: Theorem, short: Theorem) -> Theorem:
    """(C-N+1) (j-L) <= regret(N j) - regret(N L) under L <= j, J <= L, and the hypotheses of `ends` but J <= j.

    far     2 - climbed(J, L) <= N longest(J);  short   C N longest(J) <= C - N + 1
    """
    C, N, s = cycle.C, cycle.N, cycle.N * longest(cycle, J)
    large, first, after, later, one = p.assume(1 <= C, 1 <= J, J <= L, L <= j, 1 <= cycle.N)
    reached = p.certify(J <= j, after, later), p.certify(0 <= j, first, after, later)
    near = p.using(ends(p, cycle, J, small), *reached)
    _, positive = block_sum(p, cycle, J, small)
    positive = p.using(p.inst(positive, {j: lift(J)}), p.certify(J <= lift(J)))
    push = p.certify(0 <= cycle.size * moves(cycle), p.assume(0 <= cycle.size), positive)
    push = p.certify(0 <= push.claim.right / N, push, p.inv_positive(p.certify(0 < N, one)))
    longer = p.sqrt_monotone(
        p.certify(N * L + 1 <= N * j + 1, later, one), p.certify(0 <= N * L + 1, first, after, one)
    )
    farther = p.chain(
        2 - climbed(cycle, J, j) <= s, p.certify(climbed(cycle, J, L) <= climbed(cycle, J, j), push, longer), far
    )
    close = p.chain(offset(cycle, N * j) <= s, near, p.max_least(farther, p.certify(s <= s)))
    paid = p.certify(C * offset(cycle, N * j) <= C - N + 1, close, short, large)

    def claim(j: Any) -> Rel:
        return (C - N + 1) * (j - L) <= regret(cycle, N * j) - regret(cycle, N * L)

    block = p.using(block_cost(p, cycle), *reached)
    step = p.certify(claim(j + 1), p.assume(claim(j)), block, paid, degree=1)
    return p.induction(j, L, claim(j), p.certify(claim(L)), step)
