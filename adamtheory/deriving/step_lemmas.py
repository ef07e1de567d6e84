"""Steps of the bounds of steps, each proved once for real variables, so that long coefficients stay whole."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import EMPTY, Theorem
from adamtheory.logic.notation import eq, inv, le, lift, reals
from adamtheory.logic.sums import put

# --- one step ---------------------------------------------------------------------------------------------------------


def _reals(names: str) -> tuple[Any, ...]:
    """Real variables with names that no rule gives: in one proof no name may mean two things."""
    return tuple(reals(" ".join(f"lemma_{name}" for name in names.split())))


@lru_cache(maxsize=1)
def _schwarz() -> tuple[tuple[Any, ...], Theorem]:
    """m^2 <= R v, 0 <= R, 0 <= v, 0 < b, 0 < k |- (a m + c g)^2 <= (a^2 R/b + c^2/k) (b v + k g^2), and its variables.

    R times the difference is a^2 R (R v - m^2) + (k/b) (a R g - c (b/k) m)^2 + c^2 (b/k) (R v - m^2).
    """
    p = Prover(EMPTY)
    m, R, v, a, b, k, c, g, i, h = _reals("m R v a b k c g i h")  # i and h are 1/b and 1/k
    old, some, nonneg, b_positive, k_positive = p.assume(m**2 <= R * v, 0 <= R, 0 <= v, 0 < b, 0 < k)
    i_is, h_is, i_pos, h_pos = p.assume(eq(b * i, 1), eq(k * h, 1), 0 < i, 0 < h)
    product = (a**2 * R * i + c**2 * h) * (b * v + k * g**2)
    wide = a**2 * R * v + a**2 * R * i * k * g**2 + c**2 * h * b * v + c**2 * g**2
    whole = p.certify(eq(product, wide), i_is, h_is)
    short = le(2 * a * c * m * g, a**2 * (R * v - m**2) + a**2 * R * i * k * g**2 + c**2 * h * b * v)
    ik, hb = p.certify(0 < i * k, i_pos, k_positive), p.certify(0 < h * b, h_pos, b_positive)
    root = a * R * g - c * b * h * m
    square = p.certify(0 <= i * k * root**2, ik, squares=[root])
    spread = i * k * a**2 * R**2 * g**2 - 2 * a * c * R * g * m + c**2 * b * h * m**2
    same = p.certify(eq(i * k * root**2, spread), i_is, h_is)
    positive, none = p.assume(0 < R, le(R, 0))
    rest = p.certify(0 <= h * b * (R * v - m**2), hb, old)
    grows = p.certify(short, square, same, rest, old, positive, squares=[a, c], weights=[[positive]])
    zero = p.antisym(none, some)
    m_zero = zero_of(p, p.certify(m**2 <= lift(0) ** 2, old, zero))
    still = p.certify(short, zero, m_zero, p.certify(0 <= h * b * v, hb, nonneg), squares=[a, c], degree=1)
    both = p.cases(still, grows, R, 0)
    lemma = p.certify(le((a * m + c * g) ** 2, product), both, whole, degree=1)
    lemma = p.inst(lemma, {i: inv(b), h: inv(k)})
    found = p.using(lemma, *map(p.inverse, (b_positive, k_positive)), *map(p.inv_positive, (b_positive, k_positive)))
    return (m, R, v, a, b, k, c, g), found


def schwarz_step(p: Prover, m: Any, R: Any, v: Any, a: Any, b: Any, k: Any, c: Any, g: Any, *facts: Theorem) -> Theorem:
    """(a m + c g)^2 <= (a^2 R/b + c^2/k) (b v + k g^2), its hypotheses discharged by the facts."""
    variables, lemma = _schwarz()
    return put(p, lemma, variables, (m, R, v, a, b, k, c, g), *facts)


def zero_of(p: Prover, square: Theorem) -> Theorem:
    """m = 0 from m^2 <= 0^2."""
    m = square.claim.left.args[0]
    nothing = p.certify(0 <= lift(0))
    above = p.squares(square, nothing)
    below = p.squares(p.restate((-m) ** 2 <= lift(0) ** 2, square), nothing)
    return p.antisym(above, p.restate(0 <= m, below))


@lru_cache(maxsize=1)
def _newest() -> tuple[tuple[Any, ...], Theorem]:
    """m = 0, 0 <= R, 0 <= v, 0 <= b, 0 < k |- (a m + c g)^2 <= (a^2 R/b + c^2/k) (b v + k g^2), and its variables."""
    p = Prover(EMPTY)
    m, R, v, a, b, k, c, g, i, h = _reals("m R v a b k c g i h")
    zero, some, nonneg, b_nonneg, k_positive = p.assume(eq(m, 0), 0 <= R, 0 <= v, 0 <= b, 0 < k)
    h_is, i_nonneg, h_positive = p.assume(eq(k * h, 1), 0 <= i, 0 < h)
    old, spread = p.certify(0 <= b * v, b_nonneg, nonneg), p.certify(0 <= R * i, some, i_nonneg)
    own = p.certify(
        c**2 * g**2 <= c**2 * h * (b * v + k * g**2), h_is, p.certify(0 <= h * (b * v), h_positive, old), squares=[c]
    )
    whole = p.certify(0 <= b * v + k * g**2, old, k_positive, squares=[g])
    more = p.certify(0 <= R * i * (b * v + k * g**2), spread, whole)
    product = (a**2 * R * i + c**2 * h) * (b * v + k * g**2)
    lemma = p.certify(le((a * m + c * g) ** 2, product), own, more, zero, squares=[a], degree=1)
    lemma = p.inst(lemma, {i: inv(b), h: inv(k)})
    found = p.using(lemma, p.inverse(k_positive), p.inv_positive(k_positive), p.inv_nonneg(b_nonneg))
    return (m, R, v, a, b, k, c, g), found


def newest_step(p: Prover, m: Any, R: Any, v: Any, a: Any, b: Any, k: Any, c: Any, g: Any, *facts: Theorem) -> Theorem:
    """The same where m = 0: then nothing is asked of m and R, and b may be 0."""
    variables, lemma = _newest()
    return put(p, lemma, variables, (m, R, v, a, b, k, c, g), *facts)


# --- products, once for real variables, so that long coefficients are not multiplied out ------------------------------


@lru_cache(maxsize=1)
def _products() -> tuple[tuple[Any, ...], Theorem, Theorem]:
    p = Prover(EMPTY)
    x, F, G, w, V = _reals("x F G w V")
    bound, nonneg, above, same = p.assume(x <= F * w, 0 <= F, w <= V, eq(G, F))
    return (x, F, G, w, V), p.certify(x <= F * V, bound, nonneg, above), p.certify(x <= G * w, bound, same)


def larger(p: Prover, bound: Theorem, nonneg: Theorem, above: Theorem) -> Theorem:
    """x <= F V from x <= F w, 0 <= F and w <= V."""
    (x, F, _, w, V), lemma, _ = _products()
    values = (bound.claim.left, nonneg.claim.right, above.claim.left, above.claim.right)
    return put(p, lemma, (x, F, w, V), values, bound, nonneg, above)


def renamed(p: Prover, bound: Theorem, same: Theorem) -> Theorem:
    """x <= G w from x <= F w (written so) and G = F."""
    (x, F, G, w, _), _, lemma = _products()
    values = (bound.claim.left, same.claim.right, same.claim.left, bound.claim.right.args[1])
    return put(p, lemma, (x, F, G, w), values, bound, same)


@lru_cache(maxsize=1)
def _squared() -> tuple[tuple[Any, ...], Theorem]:
    p = Prover(EMPTY)
    x, y, c = _reals("x y c")
    same, bound = p.assume(eq(x, y), y**2 <= c)
    return (x, y, c), p.certify(x**2 <= c, p.rewrite(same, lambda z: z**2), bound)


def squared(p: Prover, same: Theorem, bound: Theorem) -> Theorem:
    """x^2 <= c from x = y and y^2 <= c."""
    variables, lemma = _squared()
    return put(p, lemma, variables, (same.claim.left, same.claim.right, bound.claim.right), same, bound)


@lru_cache(maxsize=1)
def _quotient() -> tuple[tuple[Any, ...], Theorem]:
    p = Prover(EMPTY)
    M, D, C = _reals("M D C")
    bound, nonneg, sign = p.assume(M**2 <= C * D**2, 0 <= D, 0 <= C)
    goal = (M * inv(D)) ** 2 <= C
    positive, none = p.assume(0 < D, le(D, 0))
    is_one, inverse = p.inverse(positive), p.inv_positive(positive)
    part = p.certify(M**2 * inv(D) ** 2 <= C * D**2 * inv(D) ** 2, bound, squares=[inv(D)])
    high = p.certify(goal, part, p.certify(eq(D**2 * inv(D) ** 2, 1), is_one), inverse)
    zero = p.rewrite(p.antisym(none, nonneg), inv)
    low = p.certify(goal, zero, sign)
    return (M, D, C), p.cases(low, high, D, 0)


def quotient_square(p: Prover, main: Theorem, nonneg: Theorem, sign: Theorem, M: Any, D: Any) -> Theorem:
    """(M/D)^2 <= C from M^2 <= C D^2, 0 <= D and 0 <= C."""
    variables, lemma = _quotient()
    return put(p, lemma, variables, (M, D, sign.claim.right), main, nonneg, sign)


@lru_cache(maxsize=1)
def _quotient_bound() -> tuple[tuple[Any, ...], Theorem]:
    p = Prover(EMPTY)
    M, D, C = _reals("M D C")
    bound, nonneg, sign = p.assume(M <= C * D, 0 <= D, 0 <= C)
    positive, none = p.assume(0 < D, le(D, 0))
    high = p.certify(M * inv(D) <= C, bound, p.inverse(positive), p.inv_positive(positive))
    low = p.certify(M * inv(D) <= C, p.rewrite(p.antisym(none, nonneg), inv), sign)
    return (M, D, C), p.cases(low, high, D, 0)


def quotient_bound(p: Prover, main: Theorem, nonneg: Theorem, sign: Theorem, M: Any, D: Any) -> Theorem:
    """M/D <= C from M <= C D, 0 <= D and 0 <= C."""
    variables, lemma = _quotient_bound()
    return put(p, lemma, variables, (M, D, sign.claim.right), main, nonneg, sign)
