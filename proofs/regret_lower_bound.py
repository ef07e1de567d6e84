"""Over random signs every algorithm has a mean regret of at least D G sqrt(T)/(2 sqrt(2)).

Words   f_t(x) = G s_t x on [-D/2, D/2], where s_1, s_2, ... are fair independent coins, +1 or -1. For every algorithm
        whose x_t has nothing to do with s_t, the mean of R_T over all sequences of signs is at least
        D G sqrt(T)/(2 sqrt(2)). So no algorithm has a smaller bound for all convex losses with slopes up to G.
Source  Known in kind; the constant and this proof were derived for this project.
Note    A sequence of signs is an outcome i = 1, ..., M, all equally likely; coin(t, i) is 1 where s_t = 1, else 0, and
        X(t, i) what the algorithm plays. R_T = sum_t G s_t x_t + D G/2 |s_1+...+s_T|: the best u is an end of the
        interval. What is assumed of fair independent coins, for t, n <= H: the point played in round t has nothing to
        do with s_t (`unforeseen`), nor has the sign of W_n = s_1+...+s_n with s_{n+1} (`fair`), and all coins have the
        same share in the sign of W_n (`exchange`). Then E|W_{2m+1}| = (2m+1) P(W_{2m} = 0) = E|W_{2m+2}|, so that
        (2m E|W_{2m+1}|)^2 = ((2m+1) E|W_{2m-1}|)^2. m is T/2, rounded up; at T = 2 the bound is attained.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, indicator, integers, inv, lift, real, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, constant_sum, exchanged, put
from adamtheory.logic.terms import Rel

t, i, n, m, q, c, T = integers("t i n m q c T")

HALF = Fraction(1, 2)
setting = Setting()
D, G = setting.constants("D G")
M, H = setting.constant("M", "Z"), setting.constant("H", "Z")
coin, X = setting.family("coin", "ZZ", "Z"), setting.family("X", "ZZ")


def sign(t: Any) -> Any:
    """s_t."""
    return 2 * coin(t, i) - 1


def W(n: Any) -> Any:
    """s_1 + ... + s_n."""
    return 2 * total(t, 1, n, coin(t, i)) - n


def direction(y: Any) -> Any:
    """1 where y > 0, -1 where y < 0, else 0."""
    return indicator(y) - indicator(-y)


def rest(y: Any) -> Any:
    """1 where y = 0, else 0."""
    return 1 - indicator(y) - indicator(-y)


def summed(body: Any) -> Any:
    """The sum over the outcomes."""
    return total(i, 1, M, body)


setting.assume("outcomes", 1 <= M)
setting.assume("coins", eq(coin(t, i) ** 2, coin(t, i)), [1 <= t, t <= H, 1 <= i, i <= M])
setting.assume("fair", eq(summed(sign(n + 1) * direction(W(n))), 0), [0 <= n, n + 1 <= H])
each, all_ = (summed(sign(k) * direction(W(n))) for k in (t, n))
setting.assume("exchange", eq(each, all_), [1 <= t, t <= n, n <= H])
setting.assume("unforeseen", eq(summed(sign(t) * X(t, i)), 0), [1 <= t, t <= H])
setting.assume("diameter", 0 <= D)
setting.assume("slope", 0 <= G)


def statement() -> Statement:
    signs = total(t, 1, T, sign(t))
    regret = total(t, 1, T, G * sign(t) * X(t, i)) + D * G / 2 * absolute(signs)
    claim = D * G * sqrt(T) / (2 * sqrt(2)) <= summed(regret) / M
    used = ["outcomes", "coins", "fair", "exchange", "unforeseen", "diameter", "slope"]
    return Statement(setting, claim, [1 <= m, 2 * m - 1 <= T, T <= 2 * m, T <= H], used)


# --- one coin more ----------------------------------------------------------------------------------------------------


def size(p: Prover, y: Any, side: int, fact: Theorem) -> Theorem:
    """|y| = y from 0 <= y (side 1), |y| = -y from y <= 0 (side -1)."""
    y = lift(y)
    larger = p.max_is(p.certify(-side * y <= side * y, fact))
    return p.restate(eq(absolute(y), side * y), larger)


def signs(p: Prover, y: Any, side: int, fact: Theorem) -> tuple[Theorem, Theorem]:
    """indicator(y) and indicator(-y) where y is positive (side 1), negative (-1), or 0."""
    if side == 0:
        return tuple(p.indicator_off(p.certify(v <= 0, fact)) for v in (lift(y), -lift(y)))
    on, off = (
        p.indicator_on(p.certify(0 < side * lift(y), fact)),
        p.indicator_off(p.certify(-side * lift(y) <= 0, fact)),
    )
    return on, off


def direction_of(p: Prover, y: Any, side: int, fact: Theorem) -> tuple[Theorem, Theorem]:
    """direction(y) = side and rest(y) = 1 - side^2, where y is positive, negative or 0."""
    found = signs(p, y, side, fact)
    return p.certify(eq(direction(y), side), *found), p.certify(eq(rest(y), 1 - side**2), *found)


def integer_ways(p: Prover, goal: Rel, q: Any, low: Theorem, middle: Theorem, high: Theorem) -> Theorem:
    """The goal from that for q <= -1, for q = 0 and for 1 <= q, q an integer."""
    below, above = p.certify(q <= -1, p.integers(p.assume(q < 0))), p.certify(1 <= q, p.integers(p.assume(lift(0) < q)))
    none = p.antisym(p.assume(q <= 0), p.assume(0 <= q))
    parts = (p.using(middle, none), p.using(high, above), p.using(low, below))
    return p.cases(p.cases(parts[0], parts[1], q, 0), parts[2], 0, q)


def even_step(p: Prover) -> tuple[Theorem, Theorem, Any]:
    """For y = 2 q and s = 2 c - 1: |y + s| = |y| + s direction(y) + rest(y); s direction(y + s) is the same less |y|.

    Under c^2 = c, for an integer q; with the variables.
    """
    q, c = p.fresh("q"), real("c")
    y, s, square = 2 * q, 2 * c - 1, p.assume(eq(c**2, c))
    within = p.certify(0 <= c, square, squares=[c]), p.certify(c <= 1, square, squares=[1 - c])
    goals = (
        eq(absolute(y + s), absolute(y) + s * direction(y) + rest(y)),
        eq(s * direction(y + s), s * direction(y) + rest(y)),
    )
    found = []
    for goal in goals:
        sides = []
        for side, here in ((-1, p.assume(q <= -1)), (1, p.assume(1 <= q))):
            old, new = p.certify(0 < side * y, here), p.certify(0 < side * (y + s), here, *within)
            facts = (*direction_of(p, y, side, old), *direction_of(p, y + s, side, new))
            sizes = (
                size(p, y, side, p.certify(0 <= side * y, old)),
                size(p, y + s, side, p.certify(0 <= side * (y + s), new)),
            )
            sides.append(p.certify(goal, *facts, *sizes))
        still = p.assume(eq(q, 0))
        flat = (*direction_of(p, y, 0, still), size(p, y, 1, p.certify(0 <= y, still)))
        tails, heads = p.assume(c <= 0), p.assume(0 < c)
        coins = []
        for side, here in ((-1, p.antisym(tails, within[0])), (1, p.certify(eq(c, 1), square, p.inverse(heads)))):
            new = p.certify(0 < side * (y + s), here, still)
            facts = (direction_of(p, y + s, side, new)[0], size(p, y + s, side, p.certify(0 <= side * (y + s), new)))
            coins.append(p.certify(goal, *flat, *facts, here, still))
        middle = p.cases(*coins, c, 0)
        found.append(integer_ways(p, goal, q, sides[0], middle, sides[1]))
    return found[0], found[1], (q, c)


def odd_step(p: Prover) -> tuple[Theorem, Any]:
    """|y + s| = |y| + s direction(y) for y = 2 q + 1 and s = 2 c - 1, c^2 = c, an integer q; with the variables."""
    q, c = p.fresh("q"), real("c")
    y, s, square = 2 * q + 1, 2 * c - 1, p.assume(eq(c**2, c))
    within = p.certify(0 <= c, square, squares=[c]), p.certify(c <= 1, square, squares=[1 - c])
    goal = eq(absolute(y + s), absolute(y) + s * direction(y))
    sides = []
    for side, here in ((-1, p.certify(q <= -1, p.integers(p.assume(q < 0)))), (1, p.assume(0 <= q))):
        old, new = p.certify(0 < side * y, here), p.certify(0 <= side * (y + s), here, *within)
        sizes = size(p, y, side, p.certify(0 <= side * y, old)), size(p, y + s, side, new)
        sides.append(p.certify(goal, direction_of(p, y, side, old)[0], *sizes))
    return p.cases(sides[1], sides[0], 0, q), (q, c)


def size_by_direction(p: Prover) -> tuple[Theorem, Any]:
    """|y| = y direction(y); with its variable."""
    y = real("y")
    goal, parts = eq(absolute(y), y * direction(y)), []
    for side, here in ((-1, p.assume(y < 0)), (1, p.assume(0 < y))):
        strict = p.certify(0 < side * y, here)
        parts.append(
            p.certify(goal, direction_of(p, y, side, strict)[0], size(p, y, side, p.certify(0 <= side * y, strict)))
        )
    still = p.antisym(p.assume(y <= 0), p.assume(0 <= y))
    flat = p.certify(goal, still, size(p, y, 1, p.certify(0 <= y, still)))
    return p.cases(p.cases(flat, parts[1], y, 0), parts[0], 0, y), y


# --- the means --------------------------------------------------------------------------------------------------------


def size_sum(n: Any) -> Any:
    """M E|W_n|."""
    return summed(absolute(W(n)))


def zeros(n: Any) -> Any:
    """M P(W_n = 0)."""
    return summed(rest(W(n)))


def walk(p: Prover, n: Any, begun: Theorem) -> Theorem:
    """W_{n+1} = W_n + s_{n+1}, from what gives 0 <= n."""
    last = p.sum_step(t, 1, n, coin(t, i), begun)
    return p.certify(eq(W(n + 1), W(n) + sign(n + 1)), last, degree=1)


def tossed(p: Prover, n: Any, begun: Theorem) -> Theorem:
    """n <= H |- coin_n^2 = coin_n for the outcome i, from what gives 1 <= n."""
    return p.using(p.given("coins", t=lift(n), i=i), p.certify(1 <= lift(n), begun))


def odd_round(p: Prover) -> tuple[Theorem, Theorem]:
    """0 <= m, 2 m + 1 <= H |- E|W_{2m+1}| = E|W_{2m}| + P(W_{2m} = 0), and it is (2m+1) P(W_{2m} = 0)."""
    n, begun, reached = 2 * m, p.assume(0 <= m), p.assume(2 * m + 1 <= H)
    first, second, (q, c) = even_step(p)
    values = {q: total(t, 1, n, coin(t, i)) - m, c: coin(n + 1, i)}
    square, moved = tossed(p, n + 1, begun), walk(p, n, begun)
    sizes = p.chain(
        eq(absolute(W(n + 1)), absolute(W(n)) + sign(n + 1) * direction(W(n)) + rest(W(n))),
        p.rewrite(moved, absolute), p.using(p.inst(first, values), square),
    )  # fmt: skip
    turned = p.chain(
        eq(sign(n + 1) * direction(W(n + 1)), sign(n + 1) * direction(W(n)) + rest(W(n))),
        p.rewrite(moved, lambda y: sign(n + 1) * direction(y)), p.using(p.inst(second, values), square),
    )  # fmt: skip
    fair = p.using(p.given("fair", n=n), p.certify(0 <= n, begun), reached)
    grown = p.certify(eq(size_sum(n + 1), size_sum(n) + zeros(n)), p.sum_of(sizes, i, 1, M), fair, degree=1)
    share = summed(sign(n + 1) * direction(W(n + 1)))
    shares = p.certify(eq(share, zeros(n)), p.sum_of(turned, i, 1, M), fair, degree=1)
    return grown, by_shares(p, n + 1, p.certify(0 <= n + 1, begun), reached, shares)


def by_shares(p: Prover, n: Any, begun: Theorem, reached: Theorem, shares: Theorem) -> Theorem:
    """M E|W_n| = n z where all coins have the share z in it, from n <= H."""
    lemma, y = size_by_direction(p)
    whole = p.using(constant_sum(p, t, n, lift(1)), begun)
    body = sign(t) * direction(W(n))
    spread = p.certify(eq(absolute(W(n)), total(t, 1, n, body)), p.inst(lemma, {y: W(n)}), whole)
    far = p.fresh("far")
    swapped = p.using(p.inst(exchanged(p, t, far, i, M, body), {far: n}), begun)
    same = p.using(p.given("exchange", t=t, n=n), reached)
    each = p.certify(eq(summed(body), shares.claim.right), same, shares, degree=1)
    counted = p.using(constant_sum(p, t, n, shares.claim.right), begun)
    goal = eq(size_sum(n), n * shares.claim.right)
    return p.certify(goal, p.sum_of(spread, i, 1, M), swapped, p.sum_of(each, t, 1, n), counted, degree=1)


def even_round(p: Prover) -> Theorem:
    """1 <= m, 2 m <= H |- E|W_{2m}| = E|W_{2m-1}|."""
    n, begun, reached = 2 * m - 1, p.assume(1 <= m), p.assume(2 * m <= H)
    lemma, (q, c) = odd_step(p)
    values = {q: total(t, 1, n, coin(t, i)) - m, c: coin(n + 1, i)}
    start = p.certify(0 <= n, begun)
    square = p.using(tossed(p, n + 1, begun), p.restate(n + 1 <= H, reached))
    sizes = p.chain(
        eq(absolute(W(n + 1)), absolute(W(n)) + sign(n + 1) * direction(W(n))),
        p.rewrite(walk(p, n, start), absolute), p.using(p.inst(lemma, values), square),
    )  # fmt: skip
    fair = p.using(p.given("fair", n=n), start, p.restate(n + 1 <= H, reached))
    return p.certify(eq(size_sum(2 * m), size_sum(n)), p.sum_of(sizes, i, 1, M), fair, degree=1)


def first_round(p: Prover) -> Theorem:
    """1 <= H |- M E|W_1| = M."""
    zero = p.certify(0 <= lift(0))
    by_zeros = p.using(p.inst(odd_round(p)[1], {m: lift(0)}), zero)
    nothing = p.certify(eq(W(lift(0)), 0), p.sum_none(t, 1, coin(t, i)), degree=1)
    one = p.certify(eq(rest(W(lift(0))), 1), *signs(p, W(lift(0)), 0, nothing))
    counted = p.using(constant_sum(p, i, M, lift(1)), p.certify(0 <= M, p.given("outcomes")))
    return p.certify(eq(size_sum(1), M), by_zeros, p.sum_of(one, i, 1, M), counted, degree=1)


def growth(p: Prover) -> Theorem:
    """1 <= m, 2 m - 1 <= H |- m M^2 <= (M E|W_{2m-1}|)^2: 2 m E|W_{2m+1}| = (2m+1) E|W_{2m-1}|."""
    room = H + 2 - 2 * m

    def bound(m: Any) -> Any:
        return m * M**2 - size_sum(2 * m - 1) ** 2

    def claim(m: Any) -> Rel:
        return indicator(H + 2 - 2 * m) * bound(m) <= 0

    begun, positive = p.assume(1 <= m), p.certify(0 < m, p.assume(1 <= m))
    later = p.certify(2 * m + 1 <= H, p.integers(p.restate(2 * m < H, p.assume(0 < room - 2))))
    start = p.certify(0 <= m, begun)
    grown, counted = (p.using(f, start, later) for f in odd_round(p))
    even = p.using(even_round(p), p.certify(2 * m <= H, later))
    ratio = p.certify(eq(2 * m * size_sum(2 * m + 1), (2 * m + 1) * size_sum(2 * m - 1)), grown, counted, even)
    on = p.indicator_on(p.certify(0 < room, later))
    known = p.certify(m * M**2 <= size_sum(2 * m - 1) ** 2, p.assume(claim(m)), on)
    new, old = size_sum(2 * m + 1), size_sum(2 * m - 1)
    a, c, z, k = variables = apart(p, "a c z k")
    some, least, same = p.assume(0 < k, k * z**2 <= a**2, eq(2 * k * c, (2 * k + 1) * a))
    squares = p.certify(eq(4 * k**2 * c**2, (2 * k + 1) ** 2 * a**2), p.rewrite(same, lambda v: v**2))
    scaled = p.certify((2 * k + 1) ** 2 * k * z**2 <= (2 * k + 1) ** 2 * a**2, least, squares=[2 * k + 1])
    larger = p.certify(4 * k**2 * (k + 1) * z**2 <= (2 * k + 1) ** 2 * k * z**2, some, squares=[z])
    square = p.certify(0 < 4 * k**2, some)
    lemma = p.certify((k + 1) * z**2 <= c**2, squares, scaled, larger, square, weights=[[square]], degree=1)
    more = put(p, lemma, variables, (old, new, M, m), positive, known, ratio)
    there = p.certify(claim(m + 1), p.restate(bound(m + 1) <= 0, more), p.indicator_on(p.assume(0 < room - 2)))
    gone = p.certify(claim(m + 1), p.indicator_off(p.assume(room - 2 <= 0)))
    step = p.cases(gone, there, room - 2, 0)
    found = p.induction(m, 1, claim(m), base_case(p, claim), step)
    reached = p.assume(2 * m - 1 <= H)
    return p.certify(m * M**2 <= size_sum(2 * m - 1) ** 2, found, p.indicator_on(p.certify(0 < room, reached)))


def base_case(p: Prover, claim: Any) -> Theorem:
    """claim(1): by the first round if there is one."""
    first = p.using(first_round(p), p.certify(1 <= H, p.integers(p.assume(lift(0) < H))))
    on = p.certify(claim(lift(1)), p.certify(M**2 - size_sum(1) ** 2 <= 0, first), p.indicator_on(p.assume(0 < H)))
    return p.cases(p.certify(claim(lift(1)), p.indicator_off(p.assume(H <= 0))), on, H, 0)


# --- the regret -------------------------------------------------------------------------------------------------------


def size_bound(p: Prover) -> Theorem:
    """1 <= m, 2 m - 1 <= T, T <= 2 m, T <= H |- M sqrt(T) <= sqrt(2) M E|W_T|."""
    low, high, reached = p.assume(2 * m - 1 <= T, T <= 2 * m, T <= H)
    odd = p.using(growth(p), p.certify(2 * m - 1 <= H, low, reached))
    claim = M**2 * T <= 2 * size_sum(T) ** 2

    def at(n: Any, same: Theorem, *facts: Theorem) -> Theorem:
        """The claim from T = n and what is known of W_n."""
        moved = p.rewrite(same, size_sum)
        half = p.certify(M**2 * T <= 2 * m * M**2, high, squares=[M])
        return p.certify(claim, half, odd, *facts, p.rewrite(moved, lambda z: z**2))

    full = p.antisym(high, p.assume(2 * m <= T))
    even = p.using(even_round(p), p.certify(2 * m <= H, full, reached))
    last = p.antisym(p.certify(T <= 2 * m - 1, p.integers(p.assume(lift(T) < 2 * m))), low)
    found = p.cases(at(2 * m, full, p.rewrite(even, lambda z: z**2)), at(2 * m - 1, last), 2 * m, T)
    begun = p.certify(0 <= T, low, p.assume(1 <= m))
    roots = p.sqrt_square(begun), p.sqrt_square(p.certify(0 <= lift(2)))
    squares = p.certify((M * sqrt(T)) ** 2 <= (sqrt(2) * size_sum(T)) ** 2, found, *roots)
    y = W(T)
    each = p.certify(0 <= absolute(y), p.max_left(y, -y), p.max_right(y, -y), degree=1)
    nonneg = p.restate(0 <= size_sum(T), p.sum_of(each, i, 1, M))
    return p.squares(squares, p.certify(0 <= sqrt(2) * size_sum(T), p.sqrt_nonneg(2), nonneg))


def played(p: Prover) -> Theorem:
    """0 <= T, T <= H |- the sum over the outcomes of sum_t s_t x_t is 0."""
    far, reached, body = p.fresh("far"), p.assume(T <= H), sign(t) * X(t, i)
    swapped = p.inst(exchanged(p, t, far, i, M, body), {far: T})
    each = p.using(p.given("unforeseen", t), p.certify(t <= H, p.assume(t <= T), reached))
    return p.certify(eq(summed(total(t, 1, T, body)), 0), swapped, p.sum_of(each, t, 1, T), degree=1)


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.certify(0 <= T, *p.assume(2 * m - 1 <= T, 1 <= m))
    whole = p.using(constant_sum(p, t, T, lift(1)), begun)
    sums = p.rewrite(p.certify(eq(total(t, 1, T, sign(t)), W(T)), whole), absolute)
    sizes = p.sum_of(sums, i, 1, M)
    none = p.using(played(p), begun)
    two, many = p.certify(0 < lift(2)), p.certify(0 < M, p.given("outcomes"))
    root = p.sqrt_positive(two)
    wide = p.certify(0 <= D * G, p.given("diameter"), p.given("slope"))
    least = p.certify(sqrt(T) / sqrt(2) <= size_sum(T) / M, size_bound(p), p.inverse(root), p.inverse(many),
                      weights=[[root, many]], degree=1, rounds=2)  # fmt: skip
    scaled = p.certify(D * G / 2 * least.claim.left <= D * G / 2 * least.claim.right, least, wide)
    half = p.certify(eq(inv(2 * sqrt(2)), inv(sqrt(2)) / 2))
    return p.certify(statement().claim, scaled, sizes, none, half)


def witness() -> Witness:
    """Two outcomes of one coin; 1/2 is played, D = 2 and G = 1."""
    families = {"D": ([], 2), "G": ([], 1), "M": ([], 2), "H": ([], 1), "coin": ([t, i], 2 - i), "X": ([t, i], HALF)}
    return Witness(families, {m: 1, T: 1}, one_coin)


def one_coin(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The assumptions for the outcomes i = 1, 2 of one coin, which is 2 - i."""
    tossed, s = 2 - i, 2 * (2 - i) - 1
    if goal.left.op == "pow":  # 1 <= i and i <= 2 leave two integers
        later = p.certify(2 <= i, p.integers(p.assume(lift(1) < i)))
        first, second = p.antisym(p.assume(i <= 1), guards[2]), p.antisym(guards[3], later)
        return p.cases(p.certify(goal, first), p.certify(goal, second), i, 1)
    if goal.left.op == "sum" and goal.left.free == {n} and not goal.right.free:  # before the only coin there is nothing
        none, y = p.antisym(p.certify(n <= 0, *guards), guards[0]), 2 * total(t, 1, lift(0), tossed) - lift(0)
        flat = direction_of(p, y, 0, p.certify(eq(y, 0), p.sum_none(t, 1, tossed)))[0]
        moved = p.rewrite(none, lambda z: total(i, 1, 2, s * direction(2 * total(t, 1, z, tossed) - z)))
        return p.certify(goal, moved, p.sum_of(p.certify(eq(s * direction(y), 0), flat), i, 1, 2), degree=1)
    steps = p.sum_step(i, 1, lift(1), s, p.certify(lift(1) <= 2)), p.sum_one(i, 1, s)
    return p.certify(goal, *guards, *steps)
