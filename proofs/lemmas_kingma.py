"""The setting of the lemmas of Kingma & Ba 2015, section 10.1: gradients of one coordinate, bounded by G."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, integers, inv, lift, log, sqrt, total
from adamtheory.logic.sums import cauchy_schwarz, harmonic, log_of_one
from adamtheory.proofs.lemmas_reddi_game import inverse_root

T, t = integers("T t")
g = Family("g")


def bounded_gradients() -> tuple[Setting, Any]:
    """A setting with gradients g(t), |g_t| <= G for t >= 1; and G."""
    setting = Setting()
    setting.family("g", "Z")
    G = setting.constant("G")
    setting.assume("bounded", absolute(g(t)) <= G, [1 <= t])
    return setting, G


def norm(n: Any) -> Any:
    """|g_{1:n}|, the root of the sum of the squared gradients."""
    return sqrt(total(t, 1, n, g(t) ** 2))


def spread(n: Any) -> Any:
    """The left side of Lemma 10.3: the sum of sqrt(g_t^2/t) over t = 1, ..., n."""
    return total(t, 1, n, sqrt(g(t) ** 2 / t))


def any_gradients() -> Setting:
    """A setting with gradients g(t) of which nothing is assumed."""
    setting = Setting()
    setting.family("g", "Z")
    return setting


# --- the sum of |g_t|/sqrt(t) -----------------------------------------------------------------------------------------


def cauchy(p: Prover, n: Any) -> Theorem:
    """0 <= n |- sum_{t=1}^n |g_t|/sqrt(t) <= sqrt(H_n) |g_{1:n}|."""
    squares = total(t, 1, n, g(t) ** 2)
    shares = total(t, 1, n, 1 / t)
    first, second = absolute(g(t)), inv(sqrt(t))
    whole = cauchy_schwarz(p, t, 1, n, first, second)
    plain = p.sum_of(p.max_square(g(t)), t, 1, n)
    positive = p.certify(0 < t, p.assume(1 <= t))
    root = p.certify(eq(second**2, 1 / t), inverse_root(p, positive), p.inverse(positive))
    harmonic = p.sum_of(root, t, 1, n)
    left = total(t, 1, n, first * second)
    squared = p.certify(left**2 <= squares * shares, whole, plain, harmonic)
    nonneg = (squares_nonneg(p, n), shares_nonneg(p, n))
    roots = [p.sqrt_square(f) for f in nonneg]
    right = sqrt(shares) * sqrt(squares)
    square = p.certify(left**2 <= right**2, squared, *roots)
    return p.squares(square, p.certify(0 <= right, p.sqrt_nonneg(shares), p.sqrt_nonneg(squares)))


def squares_nonneg(p: Prover, n: Any) -> Theorem:
    """0 <= sum_{t=1}^n g_t^2."""
    return p.restate(0 <= total(t, 1, n, g(t) ** 2), p.sum_of(p.certify(0 <= g(t) ** 2, squares=[g(t)]), t, 1, n))


def shares_nonneg(p: Prover, n: Any) -> Theorem:
    """0 <= sum_{t=1}^n 1/t."""
    each = p.restate(0 <= 1 / t, p.inv_positive(p.certify(0 < t, p.assume(1 <= t))))
    return p.restate(0 <= total(t, 1, n, 1 / t), p.sum_of(each, t, 1, n))


def logarithmic(p: Prover, n: Any) -> Theorem:
    """1 <= n |- sum_{t=1}^n |g_t|/sqrt(t) <= sqrt(1 + log(n)) |g_{1:n}|."""
    start = p.certify(0 <= n, p.assume(1 <= n))
    below = p.sqrt_monotone(harmonic(p, n), shares_nonneg(p, n))
    found = p.using(cauchy(p, n), start)
    length = p.sqrt_nonneg(total(t, 1, n, g(t) ** 2))
    goal = found.claim.left <= sqrt(1 + log(n)) * norm(n)
    return p.certify(goal, found, below, length)


# --- the gradients c/sqrt(t) ------------------------------------------------------------------------------------------


def inverse_root_of_round(p: Prover) -> tuple[Theorem, Theorem, Theorem]:
    """1 <= t |- (1/sqrt(t))^2 = 1/t, 0 <= 1/sqrt(t) and 0 <= 1/t."""
    positive = p.certify(0 < t, p.assume(1 <= t))
    root = p.sqrt_positive(positive)
    square = p.certify(eq(inv(sqrt(t)) ** 2, 1 / t), inverse_root(p, positive), p.inverse(positive))
    return square, p.restate(0 <= inv(sqrt(t)), p.inv_positive(root)), p.restate(0 <= 1 / t, p.inv_positive(positive))


def scaled_norm(p: Prover, c: Any, n: Any) -> Theorem:
    """sqrt(sum_{t=1}^n (c/sqrt(t))^2) = |c| sqrt(H_n)."""
    shares, size = total(t, 1, n, 1 / t), absolute(c)
    square = inverse_root_of_round(p)[0]
    squares = p.sum_of(p.certify(eq((c / sqrt(t)) ** 2, c**2 * (1 / t)), square), t, 1, n)
    inside, root = squares.claim.left, p.sqrt_square(shares_nonneg(p, n))
    nonneg = p.certify(0 <= inside, squares, shares_nonneg(p, n), squares=[c])
    same = eq(sqrt(inside) ** 2, (size * sqrt(shares)) ** 2)
    equal = p.certify(same, p.sqrt_square(nonneg), squares, root, p.max_square(c))
    sides = p.sqrt_nonneg(inside), p.certify(0 <= size * sqrt(shares), size_nonneg(p, c), p.sqrt_nonneg(shares))
    return p.squares_equal(equal, *sides)


def size_nonneg(p: Prover, c: Any) -> Theorem:
    """0 <= |c|."""
    return p.certify(0 <= absolute(c), p.max_left(c, -c), p.max_right(c, -c))


def attained(p: Prover, c: Any, n: Any) -> Theorem:
    """sum_{t=1}^n |c/sqrt(t)|/sqrt(t) = sqrt(H_n) |(c/sqrt(t))_{t<=n}|."""
    shares, size = total(t, 1, n, 1 / t), absolute(c)
    square, root, share = inverse_root_of_round(p)
    g = c / sqrt(t)
    body = absolute(g) / sqrt(t)
    squared = p.certify(eq(body**2, (size * (1 / t)) ** 2), square, p.max_square(g), p.max_square(c))
    sides = p.certify(0 <= body, size_nonneg(p, g), root), p.certify(0 <= size * (1 / t), size_nonneg(p, c), share)
    summed = p.sum_of(p.squares_equal(squared, *sides), t, 1, n)
    length = scaled_norm(p, c, n)
    goal = eq(summed.claim.left, sqrt(shares) * length.claim.left)
    return p.certify(goal, summed, length, p.sqrt_square(shares_nonneg(p, n)))


def harmonic_below(p: Prover, n: Any) -> Theorem:
    """0 <= n |- log(n+1) <= H_n; the step is log((k+2)/(k+1)) <= 1/(k+1)."""
    k = p.fresh("k", n)
    begun = p.assume(0 <= k)
    low, high = p.certify(0 < k + 1, begun), p.certify(0 < k + 2, begun)
    share = p.inv_positive(low)
    rise = p.log_bound(p.certify(0 < (k + 2) / (k + 1), high, share))
    claim = log(k + 1) <= total(t, 1, k, 1 / t)
    following = log(k + 1 + 1) <= total(t, 1, k + 1, 1 / t)
    last = p.sum_step(t, 1, k, 1 / t, begun)
    step = p.certify(following, p.assume(claim), last, p.log_quotient(low, high), rise, p.inverse(low))
    base = p.certify(log(lift(0) + 1) <= total(t, 1, lift(0), 1 / t), log_of_one(p), p.sum_none(t, 1, 1 / t))
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


def exceeded(p: Prover, G: Any, n: Any) -> Theorem:
    """0 <= n, 0 < G, 4 G^2 < log(n+1) |- 2 G |g_{1:n}| < sum_t sqrt(g_t^2/t) for g_t = G/sqrt(t)."""
    shares, positive = total(t, 1, n, 1 / t), p.assume(0 < G)
    square, _, share = inverse_root_of_round(p)
    inside = (G / sqrt(t)) ** 2 / t
    flat = p.certify(eq(inside, (G * (1 / t)) ** 2), square)
    nonneg = p.certify(0 <= inside, flat, squares=[G * (1 / t)])
    root = p.certify(eq(sqrt(inside) ** 2, (G * (1 / t)) ** 2), p.sqrt_square(nonneg), flat)
    value = p.squares_equal(root, p.sqrt_nonneg(inside), p.certify(0 <= G * (1 / t), positive, share))
    summed = p.sum_of(value, t, 1, n)
    size = p.restate(eq(absolute(G), G), p.max_is(p.certify(-G <= G, positive)))
    length = scaled_norm(p, G, n)
    large = p.chain(4 * G**2 < shares, p.assume(4 * G**2 < log(n + 1)), harmonic_below(p, n))
    beyond = p.certify((2 * G) ** 2 < sqrt(shares) ** 2, large, p.sqrt_square(shares_nonneg(p, n)))
    more = p.squares_strict(beyond, p.sqrt_nonneg(shares))
    longer = p.certify(2 * G * sqrt(shares) < sqrt(shares) ** 2, more, positive)
    goal = 2 * G * length.claim.left < summed.claim.left
    scaled = p.certify(2 * G * (G * sqrt(shares)) < G * shares, longer, positive, p.sqrt_square(shares_nonneg(p, n)))
    return p.certify(goal, scaled, summed, length, size)


def logarithm_of_two(p: Prover) -> Theorem:
    """1/2 <= log(1 + 1)."""
    two, half = p.certify(0 < lift(1) + 1), p.certify(0 < 1 / lift(2))
    whole = p.using(p.fact("log_product", x=lift(1) + 1, y=1 / lift(2)), two, half)  # log(2) + log(1/2) = log(1)
    return p.certify(Fraction(1, 2) <= log(lift(1) + 1), p.log_bound(half), whole, log_of_one(p))
