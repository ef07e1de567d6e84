"""The sharp constant C of Adam's step: at least 1, 1 for equal decay rates, its limit."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, sqrt
from adamtheory.logic.sums import put
from adamtheory.logic.terms import Rel, rel
from adamtheory.proofs.lemmas_step import (
    Betas,
    invariant_step,
    powers,
    powers_first,
    powers_next,
    powers_positive,
    ratio,
    ratio_is,
    sums_positive,
)


def constant(a: Any, b: Any, n: Any) -> Any:
    """C in step n + 1: sqrt([n+1]_r [n+1]_b)/[n+1]_a."""
    return sqrt(powers(ratio(a, b), n) * powers(b, n)) / powers(a, n)


# --- the constant -----------------------------------------------------------------------------------------------------


def constant_nonneg(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n |- 0 <= C."""
    A, _, _ = sums_positive(p, s, n)
    root = p.sqrt_nonneg(powers(ratio(*s.betas), n) * powers(s.betas[1], n))
    return p.certify(0 <= constant(*s.betas, n), root, p.inv_positive(A))


def constant_squares(p: Prover, s: Betas, n: Any, apart: Theorem | None = None) -> Theorem:
    """0 <= n |- [n+1]_a^2 <= [n+1]_r [n+1]_b; from 0 < (a - b)^2 and for 1 <= n strictly."""
    (a, b), k = s.betas, p.fresh("k", n)
    r, low, kind = ratio(a, b), p.given("beta2_positive"), "lt" if apart else "le"
    r_nonneg, product = ratio_is(p, a, low)

    def claim(k: Any) -> Rel:
        return rel(kind, powers(a, k) ** 2, powers(r, k) * powers(b, k))

    first = [powers_first(p, q) for q in (a, b, r)]
    base, start, begun = p.certify(0 <= lift(1)), lift(0), p.certify(0 <= k, p.assume((1 if apart else 0) <= k))
    if apart:
        zero = p.certify(0 <= lift(0))
        start, first = (
            lift(1),
            [
                p.certify(eq(powers(q, lift(1)), 1 + q), p.cut(powers_next(p, q, lift(0)), zero), one)
                for q, one in zip((a, b, r), first, strict=True)
            ],
        )
        less = p.certify(0 < (a - b) ** 2 / b, apart, p.inv_positive(low))
        base = p.certify((1 + a) ** 2 < (1 + r) * (1 + b), less, product, p.inverse(low))
    base = p.certify(claim(start), base, *first)
    lemma, variables = invariant_step(p, kind)
    values = (a, b, r, 1, 1, powers(r, k), powers(a, k), powers(b, k), 1)
    one, R = p.certify(0 <= lift(1)), p.using(powers_positive(p, r_nonneg, k), begun)
    grown = put(
        p,
        lemma,
        variables,
        values,
        product,
        low,
        R,
        one,
        p.restate(rel(kind, 1 * powers(a, k) ** 2, 1 * powers(r, k) * powers(b, k)), p.assume(claim(k))),
    )
    longer = [p.using(powers_next(p, q, k), begun) for q in (a, b, r)]
    step = p.certify(claim(k + 1), grown, *longer)
    return p.inst(p.induction(k, start, claim(k), base, step), {k: n})


def constant_is(p: Prover, s: Betas, n: Any, squares: Theorem) -> Theorem:
    """0 <= n |- 1 R C from [n+1]_a^2 R [n+1]_r [n+1]_b, R being <=, < or =."""
    A_positive, B, R = sums_positive(p, s, n)
    A, S, over = A_positive.claim.right, squares.claim.right, p.inv_positive(A_positive)
    nonneg, above = p.certify(0 <= S, R, B), p.certify(0 <= A, A_positive)
    square, root, kind = p.sqrt_square(nonneg), p.sqrt_nonneg(S), squares.claim.kind
    main = p.certify(rel(kind, A**2, sqrt(S) ** 2), squares, square)
    by = {"le": p.squares, "lt": p.squares_strict, "eq": lambda main, root: p.squares_equal(main, above, root)}
    sides = by[kind](main, root)
    goal = rel(kind, lift(1), constant(*s.betas, n))
    inverse = p.inverse(A_positive)
    if kind == "eq":
        return p.certify(goal, sides, inverse)
    divided = p.certify(rel(kind, 0 * A, (sqrt(S) - A) * inv(A)), sides, over)
    return p.certify(goal, divided, inverse, degree=1)


def constant_above(p: Prover, s: Betas, n: Any) -> Theorem:
    """1 <= n, 0 < (a - b)^2 |- 1 < C."""
    a, b = s.betas
    found = constant_is(p, s, n, constant_squares(p, s, n, p.assume(0 < (a - b) ** 2)))
    return p.using(found, p.certify(0 <= n, p.assume(1 <= n)))


def constant_one(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n, a = b |- C = 1."""
    a, b = s.betas
    same = p.assume(eq(a, b))
    r_same = p.certify(eq(ratio(a, b), b), same, p.inverse(p.given("beta2_positive")))
    first, second = (p.rewrite(equation, lambda q: powers(q, n)) for equation in (same, r_same))
    goal = eq(powers(a, n) ** 2, powers(ratio(a, b), n) * powers(b, n))
    return p.certify(eq(constant(a, b, n), 1), constant_is(p, s, n, p.certify(goal, first, second)))
