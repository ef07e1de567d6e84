"""Every rule used rightly once, and every condition of every rule, theory method and constructor broken once.

Deleting a condition of `terms.py` or `kernel.py` makes a test here or in `test_attacks.py` fail; the messages are
matched, so that a refusal for another reason does not pass for the right one.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from adamtheory.logic import kernel as K
from adamtheory.logic.kernel import EMPTY, FACTS, RULES, Theorem, Theory
from adamtheory.logic.notation import (
    Family,
    eq,
    inv,
    le,
    lift,
    log,
    lt,
    maximum,
    mean,
    power,
    real,
    sqrt,
    tends,
    total,
)
from adamtheory.logic.terms import RESERVED, SHAPES, Refused, Rel, check_map, need, normal, rel, term

from .shorthand import (
    BARE,
    G,
    T,
    X,
    a,
    c,
    certify,
    d,
    f,
    g,
    h,
    half,
    i,
    j,
    k,
    m,
    n,
    p,
    q,
    r,
    suppose,
    t,
    times,
    w,
    x,
    y,
    z,
)  # fmt: skip

Made = Callable[[], Any]
one, half_, zero, square_of_recip = Fraction(1), Fraction(1, 2), lift(0), inv(n) ** 2
trivial = le(0, 0)
mixed = z * (x - y) ** 2 + half + 2 * z * y**2 + x * (h(x) - c)


def same(*hyps: Rel, claim: Rel = trivial) -> Theorem:
    """Hypotheses |- a claim whose sides have one normal form."""
    return certify(claim, *hyps)


def bounded(at: Any) -> Theorem:
    """0 <= at |- f(at) <= h(at), by the axiom."""
    return K.given(T, "bounded", (at,))


def recip(index: Any = n) -> Theorem:
    """|- inv(n) -> 0."""
    return K.lim_recip(T, index)


def const(value: Any, index: Any = n) -> Theorem:
    """|- value -> value."""
    return K.lim_const(T, lift(value), index)


def both(op: str, *limits: Theorem) -> Theorem:
    """op(e1, e2) -> op(L1, L2)."""
    return K.lim_op(T, op, limits)


def inducted(**spoilt: Any) -> Theorem:
    """0 <= z, 0 <= x |- 0 <= n x by induction, with parts that may be spoilt."""
    start, claim = spoilt.get("start", zero), spoilt.get("claim", 0 <= n * x)
    base = spoilt.get("base") or same(0 <= z, claim=le(0, 0 * x))
    beside = (0 <= x, 0 <= n * x, start <= n, *spoilt.get("beside", ()))
    step = spoilt.get("step") or certify(0 <= (n + 1) * x, *beside, products=(times(1, 0), times(1, 1)))
    return K.induction(T, base, step, spoilt.get("index", n), start, claim)


def squeezed(**spoilt: Any) -> Theorem:
    """0 <= z |- 1/(2 n^2) -> 0 between 0 and 1/n^2, with parts that may be spoilt."""
    low, high = spoilt.get("low") or const(0), spoilt.get("high") or both("mul", recip(), recip())
    beside, by_square = (0 <= n, 0 <= z, *spoilt.get("beside", ())), (times(half_, square=inv(n)),)
    above = spoilt.get("above") or certify(0 <= half * square_of_recip, *beside, products=by_square)
    below = spoilt.get("below") or certify(half * square_of_recip <= square_of_recip, 0 <= n, products=by_square)
    return K.lim_squeeze(T, low, high, spoilt.get("start", zero), above, below)


def passed(**spoilt: Any) -> Theorem:
    """0 <= z |- 0 <= x^2, since 0 -> 0 and -1/n^2 <= x^2."""
    main = spoilt.get("main") or both("mul", const(-1), both("mul", recip(), recip()))
    beside, products = (0 <= n, 0 <= z, *spoilt.get("beside", ())), (times(1, square=inv(n)), times(1, square=x))
    bound = spoilt.get("bound") or certify(-square_of_recip <= x**2, *beside, products=products)
    return K.lim_bound(T, main, bound, spoilt.get("start", zero))


def inverse_of_one(index: Any, *hyps: Rel) -> Theorem:
    """Hypotheses |- 1/1 -> 1/1."""
    return K.lim_inv(T, const(1, index), certify(lt(0, lift(1) ** 2), *hyps, products=(times(1),)))


def define(**spoilt: Any) -> Theory:
    """s(x, 0) = x, s(x, n + 1) = s(x, n) + n, or a spoilt form of it."""
    parts = {"names": ("s",), "parameters": (x,), "index": n, "previous": (y,), "inits": (x,), "steps": (y + n,)}
    return T.define(**{**parts, **spoilt})


def row(name: str, length: int) -> Any:
    """name0 + name1 + ..."""
    return sum((real(f"{name}{place}") for place in range(1, length)), real(f"{name}0"))


def geometric(base: Any) -> Any:
    """1 + base + ... + base^30."""
    return sum((base**exponent for exponent in range(1, 31)), lift(1))


# --- each rule once right ---------------------------------------------------------------------------------------------

RIGHT: dict[str, tuple[Made, tuple[Rel, ...], Rel, set[str]]] = {
    "assume": (lambda: suppose(x <= y), (x <= y,), x <= y, set()),
    "cut": (
        lambda: K.cut(T, bounded(lift(2)), (certify(le(0, 2), 0 <= z, products=(times(2),)),)),
        (0 <= z,), f(2) <= h(2), {"bounded"},
    ),
    "cut, the rest stays": (
        lambda: K.cut(T, certify(x <= y, x <= z, z <= y, products=(times(1, 0), times(1, 1))), (suppose(z <= y),)),
        (x <= z, z <= y), x <= y, set(),
    ),
    "cut, of a limit": (
        lambda: K.cut(T, K.lim_base(T, x, n), (certify(0 <= x, 0 < x, products=(times(1, 0),)),)),
        (x < 1, 0 < x), tends(power(x, n), 0, n), set(),
    ),
    "inst": (lambda: K.inst(T, suppose(x <= y), ((x, y), (y, n))), (y <= n,), y <= n, set()),
    "inst, of a limit": (
        lambda: K.inst(T, K.lim_base(T, x, n), ((x, half),)),
        (0 <= half, half < 1), tends(power(half, n), 0, n), set(),
    ),
    "given": (lambda: bounded(k + 1), (0 <= k + 1,), f(k + 1) <= h(k + 1), {"bounded"}),
    "cases": (lambda: K.cases(T, same(x <= y, 0 <= z), same(y < x, 0 < c), x, y), (0 <= z, 0 < c), le(0, 0), set()),
    "cases, each side only its own": (
        lambda: K.cases(T, same(x <= y, y < x), same(y < x, x <= y), x, y), (y < x, x <= y), le(0, 0), set(),
    ),
    "cases, of limits": (
        lambda: K.cases(T, const(x, n), const(x, m), x, y), (), tends(x, x, n), set(),
    ),
    "antisym": (
        lambda: K.antisym(T, suppose(x <= y), suppose(y + z <= x + z)),
        (x <= y, y + z <= x + z), eq(x, y), set(),
    ),
    "rewrite": (
        lambda: K.rewrite(T, suppose(eq(x, i)), z, total(j, 0, n, z * f(j))),
        (eq(x, i),), eq(total(j, 0, n, x * f(j)), total(j, 0, n, i * f(j))), set(),
    ),
    "certificate": (
        lambda: certify(x < y, 0 < z, x * z < y * z, products=(times(1, 1),), weight=((one, (0,)),)),
        (0 < z, x * z < y * z), x < y, set(),
    ),
    "certificate, of everything": (
        lambda: certify(
            0 < mixed, eq(c, h(x)), 0 < z, 0 <= y, 0 < a,
            products=(times(1, 1, square=x - y), times(half_), times(2, 1, square=y), times(1, 2, square=zero)),
            multipliers=((0, x),), weight=((half_, ()), (half_, ())),
        ),
        (eq(c, h(x)), 0 < z, 0 <= y, 0 < a), 0 < mixed, set(),
    ),
    "certificate, of an equation": (
        lambda: certify(eq(x * y, x * z), eq(z, y), multipliers=((0, -x),)), (eq(z, y),), eq(x * y, x * z), set(),
    ),
    "induction": (inducted, (0 <= z, 0 <= x, 0 <= n), 0 <= n * x, set()),
    "sum_of": (
        lambda: K.sum_of(T, certify(f(i) <= f(i) + x, 0 <= x, m <= i, i <= n, products=(times(1, 0),)), i, m, n),
        (0 <= x,), total(i, m, n, f(i)) <= total(i, m, n, f(i) + x), set(),
    ),
    "sum_of, an equation": (
        lambda: K.sum_of(T, certify(eq(f(i), x), m <= i, eq(f(i), x), i <= n, multipliers=((1, lift(1)),)), j, m, n),
        (m <= i, eq(f(i), x), i <= n), eq(total(j, m, n, f(i)), total(j, m, n, x)), set(),
    ),
    "mean_of": (
        lambda: K.mean_of(T, certify(X(w) <= X(w) + x, 0 <= x, products=(times(1, 0),)), w),
        (0 <= x,), mean(w, X(w)) <= mean(w, X(w) + x), {"means_exist"},
    ),
    "mean_of, an equation": (
        lambda: K.mean_of(BARE, certify(eq(X(w), X(w)), theory=BARE), w), (), eq(mean(w, X(w)), mean(w, X(w))), set(),
    ),
    "unfold": (lambda: K.unfold(T, "p", (), None), (), eq(p(0), 1), set()),
    "unfold, at k": (
        lambda: K.unfold(T, "p", (), k + 1), (0 <= k + 1,), eq(p(k + 1 + 1), p(k + 1) * a + (k + 1)), set(),
    ),
    "unfold, with parameters": (lambda: K.unfold(T, "q", (y,), None), (), eq(q(y, 0), y), set()),
    "unfold, of two": (lambda: K.unfold(T, "q", (i,), k), (0 <= k,), eq(q(i, k + 1), q(i, k) + t(i, k)), set()),
    "unfold, the second": (lambda: K.unfold(T, "t", (i,), k), (0 <= k,), eq(t(i, k + 1), q(i, k)), set()),
    "fact": (lambda: K.fact(T, "max_right"), (x <= y,), eq(maximum(x, y), y), set()),
    "sum_last": (
        lambda: K.sum_last(T, i, m, n, g(i, n)),
        (m <= n + 1,), eq(total(i, m, n + 1, g(i, n)), total(i, m, n, g(i, n)) + g(n + 1, n)), set(),
    ),
    "sum_empty": (lambda: K.sum_empty(T, i, m, n, f(i)), (n < m,), eq(total(i, m, n, f(i)), 0), set()),
    "lim_const": (lambda: const(x), (), tends(x, x, n), set()),
    "lim_recip": (recip, (), tends(inv(n), 0, n), set()),
    "lim_base": (lambda: K.lim_base(T, x, n), (0 <= x, x < 1), tends(power(x, n), 0, n), set()),
    "lim_op": (lambda: both("add", recip(), const(x)), (), tends(inv(n) + x, zero + x, n), set()),
    "lim_op, mul": (lambda: both("mul", recip(), const(x)), (), tends(inv(n) * x, zero * x, n), set()),
    "lim_op, max": (
        lambda: both("max", K.lim_base(T, y, n), const(x)),
        (0 <= y, y < 1), tends(maximum(power(y, n), x), maximum(zero, x), n), set(),
    ),
    "lim_op, sqrt": (lambda: both("sqrt", const(x)), (), tends(sqrt(x), sqrt(x), n), set()),
    "lim_inv": (
        lambda: K.lim_inv(T, K.lim_base(T, x, n), suppose(lt(0, zero**2))),
        (0 <= x, x < 1, lt(0, zero**2)), tends(inv(power(x, n)), inv(zero), n), set(),
    ),
    "lim_squeeze": (squeezed, (0 <= z,), tends(half * square_of_recip, 0, n), set()),
    "lim_squeeze, all hypotheses stay": (
        lambda: squeezed(
            low=both("mul", const(0), inverse_of_one(n, 0 <= c)),
            high=both("mul", both("mul", recip(), recip()), inverse_of_one(n, 0 <= y)),
        ),
        (0 <= c, 0 <= y, 0 <= z), tends(half * square_of_recip, 0 * inv(lift(1)), n), set(),
    ),
    "lim_bound, all hypotheses stay": (
        lambda: passed(
            main=both("mul", both("mul", recip(), recip()), both("mul", const(-1), inverse_of_one(n, 0 <= c)))
        ),
        (0 <= c, 0 <= z), le(zero * zero * (lift(-1) * inv(lift(1))), x**2), set(),
    ),
    "lim_op, all hypotheses stay": (
        lambda: both("add", inverse_of_one(n, 0 <= c), inverse_of_one(n, 0 <= y)),
        (0 <= c, 0 <= y), tends(inv(lift(1)) + inv(lift(1)), inv(lift(1)) + inv(lift(1)), n), set(),
    ),
    "lim_bound": (passed, (0 <= z,), le(lift(-1) * (zero * zero), x**2), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_rule_used_rightly(name: str) -> None:
    make, hyps, claim, uses = RIGHT[name]
    made = make()
    assert type(made) is Theorem
    assert made.claim is claim
    assert [h is e for h, e in zip(made.hyps, hyps, strict=True)] == [True] * len(hyps)
    assert made.uses == uses
    assert made.rule == name.split(",")[0]
    assert K.step(made.theory, made.rule, *made.args).claim is claim  # the recorded arguments make it again


def test_every_rule_is_used_rightly() -> None:
    assert {name.split(",")[0] for name in RIGHT} == set(RULES)


def test_facts_are_the_sentences_of_the_format() -> None:
    b = real("b")
    assert {
        "sqrt_nonneg": ((), 0 <= sqrt(x)),
        "sqrt_square": ((0 <= x,), eq(sqrt(x) ** 2, x)),
        "inverse": ((0 < x**2,), eq(x * inv(x), 1)),
        "power_next": ((0 <= n,), eq(power(b, n + 1), b * power(b, n))),
        "integers": ((k < n,), k + 1 <= n),
        "max_left": ((), x <= maximum(x, y)),
        "max_right": ((x <= y,), eq(maximum(x, y), y)),
        "log_linear": ((0 < x,), log(x) <= x + -1),
        "log_product": ((0 < x, 0 < y), eq(log(x * y), log(x) + log(y))),
    } == FACTS
    for name, (hyps, claim) in FACTS.items():
        assert (K.fact(T, name).hyps, K.fact(T, name).claim) == (hyps, claim)


def test_hypotheses_are_a_set_and_the_first_tree_stays() -> None:
    made = certify(x <= z, x <= y, 0 <= y - x, y <= z, x - y <= 0, products=(times(1, 0), times(1, 2)))
    assert len(made.hyps) == 2 and set(made.hyps) == {x <= y, y <= z}


def test_the_longest_theory_is_that_of_the_result() -> None:
    longer = T.declare("more")
    late = suppose(eq(Family("more")(), x), longer)
    assert K.cut(T, certify(eq(x, x), eq(Family("more")(), x), theory=longer), (late,)).theory is longer
    assert K.inst(longer, suppose(x <= y), ()).theory is longer
    assert K.inst(EMPTY, suppose(x <= y), ()).theory is T
    assert K.mean_of(T, certify(X(w) <= X(w), theory=BARE), w).theory is T


def test_uses_are_those_of_all_premises() -> None:
    positive = K.given(T, "a_positive", ())
    assert positive.uses == {"a_positive"}
    both_used = certify(0 <= x, 0 <= x, positive, bounded(n), products=(times(1, 0),))
    assert K.cut(T, both_used, ()).uses == {"a_positive", "bounded"}


# --- each condition once broken ---------------------------------------------------------------------------------------

elsewhere = EMPTY.declare("alone")
undeclared, two_sorts, family_name = Family("nothing")(), 0 <= real("n"), 0 <= real("h")
products_of = {"products": (times(1, 0),)}
BROKEN: dict[str, tuple[str, Made]] = {
    # what holds for all rules
    "no theory": ("a rule takes a theory first", lambda: K.assume((), x <= y)),
    "a list for a tuple": ("a tuple is needed", lambda: K.cut(T, suppose(x <= y), [])),
    "too few arguments": ("2 values are needed", lambda: K.step(T, "cut", suppose(x <= y))),
    "too many arguments": ("1 values are needed", lambda: K.step(T, "assume", x <= y, x <= y)),
    "another theory": ("different theories", lambda: K.inst(elsewhere, suppose(x <= y), ())),
    "premises of two theories": (
        "different theories", lambda: certify(0 <= x, suppose(0 <= x), suppose(0 <= x, elsewhere), **products_of),
    ),
    "an undeclared family": ("nothing is not declared so", lambda: suppose(0 <= undeclared)),
    "an undeclared family in a hypothesis": (
        "nothing is not declared so", lambda: K.inst(T, same(0 <= x), ((x, undeclared),)),
    ),
    "an assumption is no family": ("bounded is not declared so", lambda: suppose(0 <= Family("bounded")())),
    "an argument too many": ("f is not declared so", lambda: suppose(0 <= f(i, i))),
    "an argument too few": ("g is not declared so", lambda: suppose(0 <= g(i))),
    "another result": ("f is not declared so", lambda: suppose(0 <= Family("f", "Z")(i))),
    "another result, the other way": ("r is not declared so", lambda: suppose(0 <= Family("r")(i))),
    "a real for an integer": ("f takes arguments of the sorts", lambda: suppose(0 <= f(x))),
    "a number for an outcome": ("X takes arguments of the sorts", lambda: suppose(0 <= X(i))),
    "an outcome for a number": ("h takes arguments of the sorts", lambda: suppose(0 <= h(w))),
    "one name of two sorts": ("two sorts", lambda: suppose(real("n") <= n)),
    "one name of two sorts, one in a hypothesis": (
        "two sorts", lambda: certify(0 <= n, 0 <= n, two_sorts, **products_of),
    ),
    "a variable called as a family": ("has the name of a family", lambda: suppose(family_name)),
    "a variable called as a sequence": ("has the name of a family", lambda: suppose(0 <= real("p"))),
    # structure
    "assume a limit": ("relation is needed", lambda: suppose(tends(inv(n), 0, n))),
    "cut what is no hypothesis": (
        "not among the hypotheses", lambda: K.cut(T, suppose(x <= y), (suppose(x <= y), suppose(y <= x))),
    ),
    "cut a weaker kind": ("not among the hypotheses", lambda: K.cut(T, suppose(x < y), (suppose(x <= y),))),
    "cut a limit": ("fact is needed", lambda: K.cut(T, suppose(x <= y), (recip(),))),
    "inst one variable twice": ("variable twice", lambda: K.inst(T, suppose(x <= y), ((x, y), (x, z)))),
    "inst a real for an integer": ("cannot take sort R", lambda: K.inst(T, suppose(0 <= n), ((n, x),))),
    "inst a number for an outcome": ("cannot take sort Z", lambda: K.inst(T, suppose(0 <= X(w)), ((w, n),))),
    "inst an outcome for a number": ("cannot take sort W", lambda: K.inst(T, suppose(0 <= x), ((x, w),))),
    "inst the index of a limit": ("index of a limit", lambda: K.inst(T, recip(), ((n, m),))),
    "inst with the index of a limit": ("index of a limit", lambda: K.inst(T, const(x), ((x, n),))),
    "given what is not assumed": ("does not assume nothing", lambda: K.given(T, "nothing", ())),
    "given a definition": ("does not assume p", lambda: K.given(T, "p", ())),
    "given too few values": ("about 1 variables", lambda: K.given(T, "bounded", ())),
    "given too many values": ("about 1 variables", lambda: K.given(T, "bounded", (n, n))),
    "given a real for an integer": ("cannot take sort R", lambda: K.given(T, "bounded", (x,))),
    "cases of two claims": ("different things", lambda: K.cases(T, same(x <= y), suppose(y < x), x, y)),
    "cases of outcomes": ("number is needed", lambda: K.cases(T, same(), same(), w, x)),
    "cases of outcomes, second": ("number is needed", lambda: K.cases(T, same(), same(), x, w)),
    "cases of le and lt": ("different things", lambda: K.cases(T, suppose(x <= y), suppose(x < y), x, y)),
    "cases of two limits": ("different things", lambda: K.cases(T, const(x), const(y), x, y)),
    "cases of a limit and a relation": ("different things", lambda: K.cases(T, const(x), suppose(eq(x, x)), x, y)),
    "cases with the index in a hypothesis": (
        "index of a limit is free",
        lambda: K.cases(T, inverse_of_one(n), inverse_of_one(m, 0 <= n), x, y),
    ),
    "antisym of one direction twice": ("each other's converse", lambda: K.antisym(T, suppose(x <= y), suppose(x <= y))),
    "antisym of a strict relation": ("le is needed", lambda: K.antisym(T, suppose(x < y), suppose(y <= x))),
    "antisym of a strict relation, second": ("le is needed", lambda: K.antisym(T, suppose(x <= y), suppose(y < x))),
    "rewrite with an inequality": ("eq is needed", lambda: K.rewrite(T, suppose(x <= y), z, z)),
    "rewrite at a term": ("variable is needed", lambda: K.rewrite(T, suppose(eq(x, y)), h(z), h(z))),
    "rewrite an integer by a real": ("cannot take sort R", lambda: K.rewrite(T, suppose(eq(x, y)), n, h(n))),
    "rewrite an integer by a real, on the right": ("sort R", lambda: K.rewrite(T, suppose(eq(m, y)), n, h(n))),
    "rewrite an outcome": ("cannot take sort R", lambda: K.rewrite(T, suppose(eq(x, y)), w, X(w))),
    "rewrite in an outcome": ("number is needed", lambda: K.rewrite(T, suppose(eq(x, y)), z, w)),
    # the certificate
    "a limit as goal": ("relation is needed", lambda: certify(tends(x, x, n))),
    "a limit as fact": ("fact is needed", lambda: certify(eq(0, 0), recip())),
    "a coefficient 0": ("coefficient is positive", lambda: certify(x <= y, products=(times(0),))),
    "a coefficient below 0": ("coefficient is positive", lambda: certify(le(0, -1), products=(times(-1),))),
    "a coefficient 0 in the weight": ("coefficient is positive", lambda: certify(x <= y, weight=((Fraction(0), ()),))),
    "an equation as factor": ("fact of kind", lambda: certify(x <= y, eq(x, y), products=(times(1, 0),))),
    "an equation in the weight": ("fact of kind", lambda: certify(x <= y, eq(0, 0), weight=((one, (0,)),))),
    "le in the weight": ("fact of kind", lambda: certify(le(0, -1), le(0, 0), weight=((one, (0,)),))),
    "le as a multiple": ("fact of kind", lambda: certify(le(0, -1), le(0, 1), multipliers=((0, lift(-1)),))),
    "lt as a multiple": ("fact of kind", lambda: certify(le(0, -1), lt(0, 1), multipliers=((0, lift(-1)),))),
    "a position after the last": ("fact of kind", lambda: certify(0 <= x, 0 <= x, products=(times(1, 1),))),
    "a position before the first": ("position is needed", lambda: certify(0 <= x, 0 <= x, products=(times(1, -1),))),
    "an empty weight": ("weight is empty", lambda: certify(le(0, -1), weight=())),
    "an equation from a product": ("equations only", lambda: certify(eq(0, x), 0 <= x, products=(times(1, 0),))),
    "an equation with another weight": ("weight 1", lambda: certify(eq(x, y), eq(x, y), weight=((half_, ()),))),
    "a strict goal from le": ("strict facts", lambda: certify(0 < x, 0 <= x, products=(times(1, 0),))),
    "a strict goal from le and lt": (
        "strict facts", lambda: certify(0 < x, 0 <= x, lt(0, 1), products=(times(1, 0, 1),)),
    ),
    "a strict goal from a square": ("strict facts", lambda: certify(0 < x**2, products=(times(1, square=x),))),
    "a strict goal from strict facts and a square": (
        "strict facts", lambda: certify(0 < y * x**2, 0 < y, products=(times(1, 0, square=x),)),
    ),
    "a strict goal from nothing": ("strict facts", lambda: certify(lt(0, 0))),
    "a strict goal from an equation": ("strict", lambda: certify(0 < x, eq(0, x), multipliers=((0, lift(1)),))),
    "two sides that differ": ("certificate differ", lambda: certify(0 <= x, 0 <= y, products=(times(1, 0),))),
    "two sides that differ by the weight": (
        "certificate differ", lambda: certify(0 <= x, 0 <= x, 0 < y, products=(times(1, 0),), weight=((one, (1,)),)),
    ),
    # binders
    "induction from another base": ("does not claim P.n0", lambda: inducted(start=lift(1))),
    "induction with another step": ("does not claim P.n.1", lambda: inducted(step=suppose(0 <= n * x))),
    "induction with another claim": ("does not claim", lambda: inducted(claim=0 < n * x)),
    "induction, n in the start": ("n is free", lambda: inducted(start=n - n)),
    "induction, n in a hypothesis of the base": ("n is free", lambda: inducted(base=same(0 <= f(n), claim=le(0, 0)))),
    "induction, n in a hypothesis of the step": ("n is free", lambda: inducted(beside=(0 <= f(n),))),
    "induction, n0 <= n under the base": ("n is free", lambda: inducted(base=same(0 <= n, claim=le(0, 0)))),
    "induction, P(n) under the base": ("n is free", lambda: inducted(base=same(0 <= n * x, claim=le(0, 0)))),
    "induction from 0 with a step from 1": ("n is free", lambda: inducted(beside=(1 <= n,))),
    "induction from a limit": ("fact is needed", lambda: inducted(base=recip())),
    "induction by a limit": ("fact is needed", lambda: inducted(step=recip())),
    "induction on a real": ("index is needed", lambda: inducted(index=x)),
    "induction on a numeral": ("index is needed", lambda: inducted(index=lift(1))),
    "induction from a real": ("integer is needed", lambda: inducted(start=half)),
    "induction to a limit": ("relation is needed", lambda: inducted(claim=tends(x, x, n))),
    "a sum of strict relations": ("le or eq is needed", lambda: K.sum_of(T, suppose(f(i) < x), j, m, n)),
    "a sum of limits": ("le or eq is needed", lambda: K.sum_of(T, recip(), j, m, n)),
    "a sum, its index in a hypothesis": ("i is free", lambda: K.sum_of(T, suppose(0 <= f(i)), i, m, n)),
    "a sum, its index in another range": ("i is free", lambda: K.sum_of(T, same(m <= i), i, m + 1, n)),
    "a sum, its index in a strict range": ("i is free", lambda: K.sum_of(T, same(m < i), i, m, n)),
    "a sum, its index in the lower bound": ("i is free", lambda: K.sum_of(T, same(), i, i, n)),
    "a sum, its index in the upper bound": ("i is free", lambda: K.sum_of(T, same(), i, m, i)),
    "a sum over reals": ("index is needed", lambda: K.sum_of(T, same(), x, m, n)),
    "a sum from a real": ("integer is needed", lambda: K.sum_of(T, same(), i, x, n)),
    "a sum to a real": ("integer is needed", lambda: K.sum_of(T, same(), i, m, x)),
    "a mean of strict relations": ("le or eq is needed", lambda: K.mean_of(T, suppose(0 < x), w)),
    "a mean, its outcome in a hypothesis": ("w is free", lambda: K.mean_of(T, suppose(eq(X(w), 0)), w)),
    "a mean of le where none need exist": ("declares means_exist", lambda: K.mean_of(BARE, suppose(0 <= x, BARE), w)),
    "a mean over numbers": ("outcome is needed", lambda: K.mean_of(T, suppose(0 <= x), n)),
    # definitions and facts
    "unfold what is not defined": ("does not define f", lambda: K.unfold(T, "f", (), n)),
    "unfold an assumption": ("does not define bounded", lambda: K.unfold(T, "bounded", (), n)),
    "unfold with too few parameters": ("1 parameters", lambda: K.unfold(T, "q", (), None)),
    "unfold with too many parameters": ("0 parameters", lambda: K.unfold(T, "p", (x,), None)),
    "unfold with an outcome": ("cannot take sort W", lambda: K.unfold(T, "q", (w,), None)),
    "unfold at a real": ("integer or none is needed", lambda: K.unfold(T, "p", (), half)),
    "unfold at an outcome": ("integer or none is needed", lambda: K.unfold(T, "p", (), w)),
    "a fact that is none": ("there is no fact", lambda: K.fact(T, "zero_is_one")),
    "sum_last over reals": ("index is needed", lambda: K.sum_last(T, x, m, n, x)),
    "sum_last from a real": ("integer is needed", lambda: K.sum_last(T, i, x, n, x)),
    "sum_last to a real": ("integer is needed", lambda: K.sum_last(T, i, m, x, x)),
    "sum_last of an outcome": ("number is needed", lambda: K.sum_last(T, i, m, n, w)),
    "sum_empty over reals": ("index is needed", lambda: K.sum_empty(T, x, m, n, x)),
    "sum_empty from a real": ("integer is needed", lambda: K.sum_empty(T, i, x, n, x)),
    "sum_empty to a real": ("integer is needed", lambda: K.sum_empty(T, i, m, x, x)),
    "sum_empty of an outcome": ("number is needed", lambda: K.sum_empty(T, i, m, n, w)),
    # limits
    "lim_const of its index": ("stands in the limit", lambda: const(n)),
    "lim_const of an outcome": ("number is needed", lambda: const(w)),
    "lim_const along a real": ("index is needed", lambda: const(1, x)),
    "lim_recip along a real": ("index is needed", lambda: recip(x)),
    "lim_recip along a numeral": ("index is needed", lambda: recip(lift(1))),
    "lim_base with the index": ("index of a limit is free", lambda: K.lim_base(T, 1 - inv(n), n)),
    "lim_base along a real": ("index is needed", lambda: K.lim_base(T, x, y)),
    "lim_base of an outcome": ("number is needed", lambda: K.lim_base(T, w, n)),
    "lim_op of inv": ("no such continuous operation", lambda: both("inv", recip())),
    "lim_op of a relation's kind": ("no such continuous operation", lambda: both("le", recip(), recip())),
    "lim_op of one limit": ("no such continuous operation", lambda: both("add", recip())),
    "lim_op of two roots": ("no such continuous operation", lambda: both("sqrt", recip(), recip())),
    "lim_op of none": ("no such continuous operation", lambda: both("add")),
    "lim_op of power": ("no such continuous operation", lambda: both("power", recip(), recip())),
    "lim_op along two indices": ("different indices", lambda: both("add", recip(n), recip(m))),
    "lim_op of a relation": ("limit is needed", lambda: both("sqrt", suppose(eq(x, x)))),
    "lim_op, the other index in a hypothesis": (
        "index of a limit is free", lambda: both("add", inverse_of_one(n), inverse_of_one(n, 0 <= n)),
    ),
    "lim_inv of a relation": ("limit is needed", lambda: K.lim_inv(T, suppose(eq(x, y)), suppose(0 < y**2))),
    "lim_inv from a limit": ("fact is needed", lambda: K.lim_inv(T, const(x), const(x))),
    "lim_inv at 0": ("is needed", lambda: K.lim_inv(T, recip(), suppose(0 < x**2))),
    "lim_inv from le": ("is needed", lambda: K.lim_inv(T, const(x), suppose(0 <= x**2))),
    "lim_inv, the index in a hypothesis": ("index of a limit is free", lambda: inverse_of_one(n, 0 <= n)),
    "lim_squeeze along two indices": ("different indices", lambda: squeezed(low=const(0, m))),
    "lim_squeeze, the index in the start": ("n is free", lambda: squeezed(start=n - n)),
    "lim_squeeze from a real": ("integer is needed", lambda: squeezed(start=half)),
    "lim_squeeze of two limits": (
        "outer limits differ", lambda: squeezed(high=both("add", const(1), both("mul", recip(), recip()))),
    ),
    "lim_squeeze above another": ("not the first sequence", lambda: squeezed(low=recip())),
    "lim_squeeze below another": ("not the second sequence", lambda: squeezed(high=recip())),
    "lim_squeeze of two sequences": (
        "different sequences", lambda: squeezed(above=certify(le(0, f(n) ** 2), products=(times(1, square=f(n)),))),
    ),
    "lim_squeeze, the index in a hypothesis": ("index of a limit is free", lambda: squeezed(beside=(0 <= f(n),))),
    "lim_squeeze, another start": ("index of a limit is free", lambda: squeezed(start=lift(1))),
    "lim_squeeze from a relation": ("limit is needed", lambda: squeezed(low=suppose(eq(0, 0)))),
    "lim_squeeze to a relation": ("limit is needed", lambda: squeezed(high=suppose(eq(square_of_recip, 0)))),
    "lim_squeeze of strict bounds, second": ("le is needed", lambda: squeezed(below=suppose(x < y))),
    "lim_squeeze of strict bounds": ("le is needed", lambda: squeezed(above=suppose(0 < half * square_of_recip))),
    "lim_bound of a relation": ("limit is needed", lambda: passed(main=suppose(eq(-square_of_recip, 0)))),
    "lim_bound from a real": ("integer is needed", lambda: passed(start=half)),
    "lim_bound of another": ("another sequence", lambda: passed(main=recip())),
    "lim_bound, the index in the bound": (
        "n is free",
        lambda: passed(bound=certify(
            -square_of_recip <= f(n) ** 2, products=(times(1, square=inv(n)), times(1, square=f(n))),
        )),
    ),
    "lim_bound, the index in the start": ("n is free", lambda: passed(start=n - n)),
    "lim_bound, the index in a hypothesis": ("n is free", lambda: passed(beside=(0 <= f(n),))),
    "lim_bound, another start": ("n is free", lambda: passed(start=lift(-1))),
    "lim_bound of a strict bound": ("le is needed", lambda: passed(bound=suppose(-square_of_recip < x**2))),
    # theories: declare
    "declare _x": ("name is needed", lambda: EMPTY.declare("_x")),
    "declare twice": ("declared already", lambda: T.declare("f")),
    "declare a sequence": ("declared already", lambda: T.declare("p")),
    "declare an assumption": ("declared already", lambda: T.declare("bounded")),
    "declare means_exist": ("declared already", lambda: T.declare("means_exist")),
    "declare outcomes": ("real or integer values", lambda: EMPTY.declare("s", (), "W")),
    "declare with another sort": ("sort is needed", lambda: EMPTY.declare("s", ("N",))),
    "declare to another sort": ("sort is needed", lambda: EMPTY.declare("s", (), "N")),
    "declare with sorts in one string": ("a tuple is needed", lambda: EMPTY.declare("s", "ZZ")),
    # theories: define
    "define nothing": ("one previous value", lambda: define(names=(), previous=(), inits=(), steps=())),
    "define without previous values": ("one previous value", lambda: define(previous=())),
    "define with two inits": ("one previous value", lambda: define(inits=(zero, zero))),
    "define with two steps": ("one previous value", lambda: define(steps=(y, y))),
    "define with two names": ("one previous value", lambda: define(names=("s", "o"))),
    "define one name twice": (
        "declared already", lambda: define(names=("s", "s"), previous=(y, z), inits=(zero, zero), steps=(y, z)),
    ),
    "define a family": ("declared already", lambda: define(names=("f",))),
    "define by itself": ("s is not declared so", lambda: define(steps=(Family("s")(x, n),))),
    "define by itself at 0": ("s is not declared so", lambda: define(inits=(Family("s")(x, 0),))),
    "define by a later family": (
        "later is not declared so", lambda: define(steps=(Family("later")(),)).declare("later"),
    ),
    "define, n in an init": ("only the parameters", lambda: define(inits=(n,))),
    "define, a previous value in an init": ("only the parameters", lambda: define(inits=(y,))),
    "define, another variable in an init": ("only the parameters", lambda: define(inits=(z,))),
    "define, another variable in a step": ("parameters, index and previous", lambda: define(steps=(y + z,))),
    "define, one variable twice": ("variable stands twice", lambda: define(parameters=(y,))),
    "define, one parameter twice": ("variable stands twice", lambda: define(parameters=(x, x))),
    "define, one name of two sorts": ("two sorts", lambda: define(parameters=(real("n"),))),
    "define, a variable called as a family": (
        "name of a family", lambda: define(parameters=(real("f"),), inits=(zero,)),
    ),
    "define, a variable called as the sequence": ("name of a family", lambda: define(names=("x",))),
    "define, a real index": ("index is needed", lambda: define(index=z)),
    "define, an integer value": ("real variable is needed", lambda: define(previous=(k,))),
    "define, a term as parameter": ("variable is needed", lambda: define(parameters=(x + 1,))),
    "define, an outcome as init": ("number is needed", lambda: define(inits=(w,))),
    "define, an outcome as step": ("number is needed", lambda: define(steps=(w,))),
    "define inv": ("name is needed", lambda: define(names=("inv",))),
    # theories: assume
    "assume another kind": ("assumption or axiom", lambda: EMPTY.assume("s", "theorem", (), (), le(0, 1))),
    "assume what is not closed": ("is closed", lambda: EMPTY.assume("s", "axiom", (), (), 0 <= x)),
    "assume under what is not closed": ("is closed", lambda: EMPTY.assume("s", "axiom", (), (0 <= x,), le(0, 1))),
    "assume of an undeclared family": ("not declared so", lambda: EMPTY.assume("s", "axiom", (i,), (), 0 <= f(i))),
    "assume under an undeclared family": (
        "not declared so", lambda: EMPTY.assume("s", "axiom", (i,), (0 <= f(i),), le(0, 1)),
    ),
    "assume, one variable twice": ("stands twice", lambda: EMPTY.assume("s", "axiom", (x, x), (), 0 <= x)),
    "assume, one name of two sorts": ("two sorts", lambda: EMPTY.assume("s", "axiom", (n, real("n")), (), 0 <= n)),
    "assume, a variable called as a family": (
        "name of a family", lambda: T.assume("s", "axiom", (real("f"),), (), le(0, 1)),
    ),
    "assume under a name twice": ("declared already", lambda: T.assume("bounded", "axiom", (), (), le(0, 1))),
    "assume under a family's name": ("declared already", lambda: T.assume("f", "axiom", (), (), le(0, 1))),
    "assume a limit in a theory": ("relation is needed", lambda: EMPTY.assume("s", "axiom", (), (), tends(x, x, n))),
    "assume under a limit": (
        "relation is needed", lambda: EMPTY.assume("s", "axiom", (x,), (tends(x, x, n),), le(0, 1)),
    ),
    "assume about terms": ("variable is needed", lambda: EMPTY.assume("s", "axiom", (lift(1),), (), le(0, 1))),
    "assume under a bad name": ("name is needed", lambda: EMPTY.assume("le", "axiom", (), (), le(0, 1))),
    "means_exist twice": ("declared already", lambda: T.means_exist()),
    # terms and relations
    "a truthy accident": ("accident", lambda: need(1, "accident")),  # type: ignore[arg-type]
    "no operation": ("no operation", lambda: term("div", x, y)),
    "an argument too many in add": ("takes arguments", lambda: term("add", x, y, z)),
    "no argument": ("takes arguments", lambda: term("inv")),
    "app without a sort": ("takes arguments", lambda: term("app", "f")),
    "app without anything": ("takes arguments", lambda: term("app")),
    "a numeral that is not in lowest terms": ("lowest terms", lambda: term("num", 2, 4)),
    "a numeral over 0": ("lowest terms", lambda: term("num", 1, 0)),
    "a numeral over -1": ("lowest terms", lambda: term("num", 1, -1)),
    "a long numeral": ("takes arguments", lambda: term("num", 2**4096, 1)),
    "a long denominator": ("takes arguments", lambda: term("num", 1, 2**4096 + 1)),
    "a power below 0": ("literal 0", lambda: term("pow", x, -1)),
    "a power above 64": ("literal 0", lambda: term("pow", x, 65)),
    "a power by a term": ("takes arguments", lambda: term("pow", x, lift(2))),
    "a running power by a real": ("takes arguments", lambda: power(x, y)),
    "a running power by a literal": ("takes arguments", lambda: term("power", x, 2)),
    "a family of outcomes": ("real or integer values", lambda: term("app", "f", "W")),
    "a sum of an outcome": ("takes arguments", lambda: total(i, 0, n, w)),
    "a sum over a numeral": ("takes arguments", lambda: total(lift(1), 0, n, x)),
    "a sum over reals, as a term": ("takes arguments", lambda: total(x, 0, n, x)),
    "a sum from a fraction": ("takes arguments", lambda: total(i, half, n, x)),
    "a sum to a real, as a term": ("takes arguments", lambda: total(i, 0, x, x)),
    "a mean over integers": ("takes arguments", lambda: mean(n, x)),
    "a mean of an outcome": ("takes arguments", lambda: mean(w, w)),
    "another relation": ("le, lt, eq or lim", lambda: rel("ne", x, y)),
    "a relation whose kind is no string": ("le, lt, eq or lim", lambda: rel(["le"], x, y)),
    "a relation of an outcome on the left": ("between numbers", lambda: rel("eq", w, x)),
    "a relation of outcomes on the right": ("between numbers", lambda: rel("eq", x, w)),
    "a relation with an index": ("integer index", lambda: rel("le", x, y, n)),
    "a limit without an index": ("integer index", lambda: rel("lim", x, y)),
    "a limit along a real": ("integer index", lambda: rel("lim", x, y, z)),
    "a limit to its index": ("stands in the limit", lambda: rel("lim", x, n, n)),
    "a map with a variable twice": ("variable twice", lambda: check_map([(x, y), (x, z)])),
    # limits of effort
    "many monomials": ("polynomial too large", lambda: normal(row("s", 142) * row("t", 142))),
    "many pairs": ("product too large", lambda: normal((geometric(x) * geometric(y)) ** 2)),
    "a long coefficient": ("coefficient too long", lambda: normal(lift(2**4095) ** 3)),
    "a long denominator of a coefficient": ("coefficient too long", lambda: normal(lift(Fraction(1, 2**4095)) ** 3)),
    "a high exponent": ("exponent too high", lambda: normal(x**64 * x)),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_condition_broken(name: str) -> None:
    message, attempt = BROKEN[name]
    with pytest.raises(Refused, match=message):
        attempt()


def test_what_is_just_allowed() -> None:
    assert len(normal(row("s", 142) * row("t", 140))) == 142 * 140
    assert normal(x**0) == normal(power(x, zero)) == normal(lift(1))
    assert normal(x**64) == normal(x**32 * x**32)
    assert term("num", 2**4096 - 1, 1).sort == "Z"
    assert normal(2 * lift(2**4095) ** 2)
    with pytest.raises(Refused):
        normal(4 * lift(2**4095) ** 2)


# --- names and sorts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [*sorted(RESERVED), "", "_x", "_", "1x", "x y", "x'", "х", "x²", "x\n", "{x}", "%bound", 1, None, b"x"]
)
def test_no_name(name: Any) -> None:
    for make in (lambda: term("var", name, "R"), lambda: term("app", name, "R"), lambda: EMPTY.declare(name)):
        with pytest.raises(Refused):
            make()


def test_reserved_names() -> None:
    words = ("num", "var", "app", "add", "mul", "pow", "power", "inv", "sqrt", "log", "max", "sum", "mean")
    assert set(SHAPES) == {*words} and {*words, "le", "lt", "eq", "lim"} == RESERVED


@pytest.mark.parametrize(
    ("made", "sort"),
    [
        (lift(2), "Z"), (half, "R"), (d + n, "Z"), (d + x, "R"), (x + d, "R"), (n * m, "Z"), (n * x, "R"), (n**2, "Z"),
        (x**2, "R"), (maximum(n, d), "Z"), (maximum(n, x), "R"), (power(lift(2), n), "R"), (inv(n), "R"),
        (sqrt(n), "R"), (log(n), "R"), (total(i, 0, n, i), "Z"), (total(i, 0, n, f(i)), "R"), (mean(w, n), "R"),
        (r(n), "Z"), (f(n), "R"), (w, "W"),
    ],
)  # fmt: skip
def test_sorts(made: Any, sort: str) -> None:
    assert made.sort == sort


def test_free_variables_and_families() -> None:
    made = total(i, i + 1, j, mean(w, G(i, w) * x + f(k)))
    assert made.free == {i, j, x, k}
    assert made.families == {("G", "R", ("Z", "W")), ("f", "R", ("Z",))}
    limit = tends(inv(n) * x, y, n)
    assert (limit.free, limit.families) == ({x, y}, frozenset())
    assert le(f(i), r(j)).families == {("f", "R", ("Z",)), ("r", "Z", ("Z",))}


def test_the_signatures_of_a_theory() -> None:
    assert dict(T.names)["q"] == ("R", ("R", "Z"))
    assert dict(T.names)["G"] == ("R", ("Z", "W"))
    assert dict(T.names)["bounded"] is None
    assert T.entries[: len(BARE.entries)] == BARE.entries
    assert T.entries[-1] == ("means_exist",)
