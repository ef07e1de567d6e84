"""Sums: telescoping, integral bounds, closed forms that SymPy proposes, exchange, Abel summation, Cauchy-Schwarz.

A lemma about families is a function that proves it for the families at hand. Where a step is about a few numbers only,
it is proved once for real variables and then instantiated, which keeps the certificates short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, le, lift, log, real, sqrt, total
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Rel, Term, substitute

Sequence = Callable[[Any], Any]
Result = Callable[[Any], Theorem]


def apart(p: Prover, names: str) -> Any:
    """Real variables whose names no family of the theory has."""
    taken = {known for known, _ in p.theory.names}
    return tuple(real(name if name not in taken else f"{name}_value") for name in names.split())


def put(p: Prover, lemma: Theorem, variables: Any, values: Any, *facts: Theorem) -> Theorem:
    """The lemma with values for its variables, and with its hypotheses discharged by the facts."""
    return p.using(p.inst(lemma, dict(zip(variables, values, strict=True))), *facts)


# --- integral bounds, telescoping, exchange, parts --------------------------------------------------------------------


def root_of_one(p: Prover) -> Theorem:
    """sqrt(1) = 1."""
    one = p.certify(0 <= lift(1))
    return p.squares_equal(p.restate(eq(sqrt(1) ** 2, lift(1) ** 2), p.sqrt_square(one)), p.sqrt_nonneg(1), one)


def inverse_sqrt_sum(p: Prover, n: Any) -> Theorem:
    """1 <= n |- sum_{t=1}^n 1/sqrt(t) <= 2 sqrt(n) - 1.

    With s = sqrt(t+1) and r = sqrt(t), s^2 - r^2 = 1, the step is 2 (s - r) - 1/s = (s - r)^2/s >= 0.
    """
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun = p.assume(1 <= k)
    before, after = p.certify(0 <= k, begun), p.certify(0 < k + 1, begun)
    r, s = sqrt(k), sqrt(k + 1)
    positive = p.sqrt_positive(after)
    roots = (p.sqrt_square(before), p.sqrt_square(after), p.inverse(positive), p.inv_positive(positive))
    step = p.certify(2 * r - 1 + 1 / s <= 2 * s - 1, *roots, squares=[s - r])
    one = root_of_one(p)
    first = p.certify(1 / sqrt(1) <= 2 * sqrt(1) - 1, p.rewrite(one, inv), one, degree=1)
    found = p.sum_induction(t, 1, k, 1 / sqrt(t), lambda k: 2 * sqrt(k) - 1, "le", step, base=first, start=1)
    return p.inst(found, {k: n})


def log_of_one(p: Prover) -> Theorem:
    """log(1) = 0."""
    one = p.certify(0 < lift(1))
    return p.restate(eq(log(1), 0), p.using(p.fact("log_product", x=lift(1), y=lift(1)), one))


def harmonic(p: Prover, n: Any) -> Theorem:
    """1 <= n |- sum_{t=1}^n 1/t <= 1 + log(n); the step is log(t/(t+1)) <= t/(t+1) - 1 = -1/(t+1)."""
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun = p.assume(1 <= k)
    before, after = p.certify(0 < k, begun), p.certify(0 < k + 1, begun)
    quotient = p.log_quotient(after, before)  # log(k) - log(k+1) = log(k/(k+1))
    ratio = p.certify(0 < k / (k + 1), before, p.inv_positive(after))
    step = p.certify(1 + log(k) + 1 / (k + 1) <= 1 + log(k + 1), quotient, p.log_bound(ratio), p.inverse(after))
    first = p.certify(1 / lift(1) <= 1 + log(1), log_of_one(p))
    found = p.sum_induction(t, 1, k, 1 / t, lambda k: 1 + log(k), "le", step, base=first, start=1)
    return p.inst(found, {k: n})


def telescoping(p: Prover, f: Sequence, n: Any) -> Theorem:
    """0 <= n |- sum_{t=1}^n (f(t) - f(t+1)) = f(1) - f(n+1)."""
    k, t = p.fresh("k", n), p.fresh("t", n)
    body = f(t) - f(t + 1)
    last = p.sum_step(t, 1, k, body, p.assume(0 <= k))
    claim = eq(total(t, 1, k, body), f(lift(1)) - f(k + 1))
    longer = eq(total(t, 1, k + 1, body), f(lift(1)) - f(k + 2))
    base = p.restate(eq(total(t, 1, lift(0), body), f(lift(1)) - f(lift(0) + 1)), p.sum_none(t, 1, body))
    step = p.certify(longer, p.assume(claim), last, degree=1)
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


def exchanged(p: Prover, t: Any, n: Any, i: Any, d: Any, body: Any) -> Theorem:
    """0 <= n |- sum_{t=1}^n sum_{i=1}^d f(t, i) = sum_{i=1}^d sum_{t=1}^n f(t, i), for an integer variable n."""
    inner, outer = total(i, 1, d, body), total(t, 1, n, body)
    claim = eq(total(t, 1, n, inner), total(i, 1, d, outer))
    begun = p.assume(0 <= n)
    last = p.sum_step(t, 1, n, inner, begun)
    each = p.sum_of(p.sum_step(t, 1, n, body, begun), i, 1, d)
    following = eq(total(t, 1, n + 1, inner), total(i, 1, d, total(t, 1, n + 1, body)))
    step = p.certify(following, p.assume(claim), last, each, degree=1)
    none = p.sum_of(p.sum_none(t, 1, body), i, 1, d)
    start = eq(total(t, 1, lift(0), inner), total(i, 1, d, total(t, 1, lift(0), body)))
    base = p.certify(start, p.sum_none(t, 1, inner), none, degree=1)
    return p.induction(n, 0, claim, base, step)


def constant_sum(p: Prover, i: Any, d: Any, c: Any) -> Theorem:
    """0 <= d |- sum_{i=1}^d c = d c, for c without i."""
    k = p.fresh("k", d, c)
    last = p.sum_step(i, 1, k, lift(1), p.assume(0 <= k))
    step = p.certify(eq(total(i, 1, k + 1, lift(1)), k + 1), p.assume(eq(total(i, 1, k, lift(1)), k)), last, degree=1)
    base = p.restate(eq(total(i, 1, lift(0), lift(1)), lift(0)), p.sum_none(i, 1, lift(1)))
    count = p.inst(p.induction(k, 0, eq(total(i, 1, k, lift(1)), k), base, step), {k: d})
    return p.certify(eq(total(i, 1, d, c), d * lift(c)), count)


def abel(
    p: Prover,
    A: Sequence,
    Y: Sequence,
    bound: Any,
    n: Any,
    *,
    nonneg: Result,
    rising: Result,
    low: Result,
    high: Result,
    exact: bool = False,
) -> Theorem:
    """1 <= n |- sum_{t=1}^n A(t) (Y(t) - Y(t+1)) <= bound A(n).

    nonneg(t), rising(t), low(t), high(t)   0 <= A(t), A(t) <= A(t+1), 0 <= Y(t), Y(t) <= bound, each perhaps under
                                            1 <= t (and what does not mention t)
    exact                                   the invariant instead: the sum is <= A(n) (bound - Y(n+1))
    """
    k, t = p.fresh("k", n, bound), p.fresh("t", n, bound)
    begun = p.assume(1 <= k)
    following = p.certify(1 <= k + 1, begun, degree=1)
    a, b, y, z, c = variables = apart(p, "a b y z c")
    # (b - a) (c - y) >= 0, from a <= b and y <= c
    one = p.certify(a * (c - y) + b * (y - z) <= b * (c - z), *p.assume(a <= b, y <= c))
    values = (A(k), A(k + 1), Y(k + 1), Y(k + 2), bound)
    step = put(p, one, variables, values, rising(k), p.using(high(k + 1), following))
    start = lift(1)
    reached = p.certify(1 <= start)
    first = p.certify(a * (y - z) <= a * (c - z), *p.assume(0 <= a, y <= c))
    ends = (A(start), Y(start), Y(start + 1), bound)
    base = put(p, first, (a, y, z, c), ends, p.using(nonneg(start), reached), p.using(high(start), reached))

    def closed(k: Any) -> Any:
        return A(k) * (bound - Y(k + 1))

    found = p.sum_induction(t, 1, k, A(t) * (Y(t) - Y(t + 1)), closed, "le", step, base=base, start=1)
    if exact:
        return p.inst(found, {k: n})
    whole = p.certify(a * (c - y) <= c * a, *p.assume(0 <= a, 0 <= y))
    last = put(p, whole, (a, y, c), (A(k), Y(k + 1), bound), nonneg(k), p.using(low(k + 1), following))
    return p.inst(p.chain(le(found.claim.left, bound * A(k)), found, last), {k: n})


# --- closed forms -----------------------------------------------------------------------------------------------------


def closed_sum(p: Prover, index: Any, low: int, n: Any, body: Any, *facts: Theorem) -> Theorem:
    """low - 1 <= n |- sum_{index=low}^{n} body = F(n): SymPy's Gosper algorithm proposes F, induction proves it.

    facts   what the step needs besides: signs of denominators such as 0 < 1 - b
    Raises `Refused` where SymPy proposes nothing, `NotFound` where the induction does not go through.
    """
    from adamtheory.logic.bridge import closed_form

    proposed = closed_form(lift(body), index, lift(low), n)

    def closed(k: Any) -> Any:
        return substitute(proposed, {n: lift(k)})

    begun = p.assume(low - 1 <= n)
    step_goal = eq(closed(n) + substitute(lift(body), {index: n + 1}), closed(n + 1))
    helpers = [*facts, *_of_powers(p, step_goal, begun), *_of_inverses(p, step_goal, begun, *facts)]
    step = _by_equations(p, step_goal, helpers)
    base_goal = eq(0, closed(low - 1))
    base = p.certify(base_goal, *facts, *_of_inverses(p, base_goal, *facts))
    return p.sum_induction(index, low, n, body, closed, "eq", step, base=base)


def _by_equations(p: Prover, goal: Rel, facts: list[Theorem]) -> Theorem:
    """Powers and reciprocals are replaced one after the other, which may take more rounds than a search begins with."""
    for rounds in (2, 4):
        try:
            return p.certify(goal, *facts, rounds=rounds, degree=1)
        except NotFound:
            continue
    return p.certify(goal, *facts, rounds=6, degree=1)


def _subterms(claim: Rel) -> Iterator[Term]:
    seen: set[Term] = set()
    agenda = [claim.left, claim.right]
    while agenda:
        found = agenda.pop()
        if found not in seen:
            seen.add(found)
            yield found
            agenda += [a for a in found.args if type(a) is Term]


def _of_powers(p: Prover, goal: Rel, begun: Theorem) -> list[Theorem]:
    """b^(e+1) = b b^e for every power in the goal whose exponent is shown not to be negative."""
    found = []
    for power in sorted((t for t in _subterms(goal) if t.op == "power"), key=str):
        try:
            found.append(p.power_next(power.args[0], p.certify(0 <= power.args[1], begun)))
        except NotFound:
            continue
    return found


def _of_inverses(p: Prover, goal: Rel, *signs: Theorem) -> list[Theorem]:
    """x inv(x) = 1 for every reciprocal in the goal whose argument is shown to be positive or negative."""
    found = []
    for inverse in sorted((t for t in _subterms(goal) if t.op == "inv"), key=str):
        x = inverse.args[0]
        for sign in (0 < x, x < 0):
            try:
                nonzero = p.certify(0 < x**2, p.certify(sign, *signs))  # x may itself be a square
                found.append(p.using(p.fact("inverse", x=x), nonzero))
                break
            except NotFound:
                continue
    return found


# --- Cauchy-Schwarz ---------------------------------------------------------------------------------------------------


def cauchy_schwarz(p: Prover, index: Any, low: int, n: Any, x: Any, y: Any) -> Theorem:
    """low - 1 <= n |- (sum x y)^2 <= (sum x^2) (sum y^2), sums over index = low, ..., n of terms in the index."""
    k = p.fresh("k", n, x, y)
    x, y = lift(x), lift(y)
    at = {index: k + 1}
    sums = [total(index, low, k, body) for body in (x * y, x**2, y**2)]
    longer = [total(index, low, k + 1, body) for body in (x * y, x**2, y**2)]
    begun = p.assume(low - 1 <= k)
    claim, following = sums[0] ** 2 <= sums[1] * sums[2], longer[0] ** 2 <= longer[1] * longer[2]
    last = [p.sum_step(index, low, k, body, begun) for body in (x * y, x**2, y**2)]
    squares = [_squares_nonneg(p, index, low, k, body) for body in (x, y)]
    names = apart(p, "s a b u v")
    values = (*sums, substitute(x, at), substitute(y, at))
    grown = put(p, _one_more(p, *names), names, values, p.assume(claim), *squares)
    step = p.certify(following, grown, *last)
    none = [p.sum_none(index, low, body) for body in (x * y, x**2)]
    first = [substitute(side, {k: lift(low) - 1}) for side in (claim.left, claim.right)]
    base = p.certify(le(*first), *none)
    return p.inst(p.induction(k, low - 1, claim, base, step), {k: n})


def _squares_nonneg(p: Prover, index: Any, low: int, n: Any, x: Any) -> Theorem:
    each = p.certify(0 <= x**2, squares=[x])
    return p.restate(0 <= total(index, low, n, x**2), p.sum_of(each, index, low, n))


def _one_more(p: Prover, s: Any, a: Any, b: Any, u: Any, v: Any) -> Theorem:
    """s^2 <= a b, 0 <= a, 0 <= b |- (s + u v)^2 <= (a + u^2) (b + v^2).

    a (a v^2 + b u^2 - 2 s u v) = (a v - s u)^2 + (a b - s^2) u^2; where a = 0, s = 0 too.
    """
    bound, a_nonneg, b_nonneg = p.assume(s**2 <= a * b, 0 <= a, 0 <= b)
    goal = (s + u * v) ** 2 <= (a + u**2) * (b + v**2)
    positive, none = p.assume(0 < a, a <= 0)
    grows = p.certify(goal, bound, positive, squares=[a * v - s * u, u], weights=[[positive]])
    zero = p.antisym(none, a_nonneg)
    square = p.certify(s**2 <= lift(0) ** 2, bound, zero)
    nothing = p.certify(0 <= lift(0))
    s_zero = p.antisym(
        p.squares(square, nothing),
        p.restate(0 <= s, p.squares(p.restate((-s) ** 2 <= lift(0) ** 2, square), nothing)),
    )
    still = p.certify(goal, zero, s_zero, b_nonneg, squares=[u])
    return p.cases(still, grows, a, 0)
