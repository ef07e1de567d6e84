"""SymPy proposes, it never decides: what goes over cannot be cancelled or captured, what comes back is on a list."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy

from adamtheory.logic import Prover, Setting, Statement, display, integer, kernel
from adamtheory.logic.bridge import closed_form, from_sympy, solve_recursion, to_sympy
from adamtheory.logic.notation import (
    Family,
    eq,
    integers,
    inv,
    le,
    lift,
    log,
    lt,
    maximum,
    mean,
    minimum,
    outcome,
    power,
    real,
    reals,
    sqrt,
    tends,
    total,
)
from adamtheory.logic.terms import Refused, Rel, Term, key, normal

x, y, z = reals("x y z")
n, i, j = integers("n i j")
w = outcome("w")
g, v = Family("g"), Family("v")
c = Family("c")()

X, Y = sympy.symbols("X Y", real=True)
N, K, J = sympy.symbols("N K J", integer=True)
TABLE = {X: x, Y: y, N: n}


def opaque(name: str) -> Any:
    return sympy.Function(name, real=True)


# --- to SymPy: each dangerous reading once ----------------------------------------------------------------------------


def test_nothing_cancels() -> None:
    for t in (x / x, x * y / y, x * inv(x), power(x, n) * power(x, -n), power(x, n) / power(x, n)):
        assert to_sympy(t) not in (sympy.Integer(1), to_sympy(x), to_sympy(y))
        assert to_sympy(t, evaluate=True) in (sympy.Integer(1), to_sympy(x))
    # {x = 0} |- x/y = 0 with x for y must not become 1 = 0.
    quotient, a, b = to_sympy(x / y), to_sympy(x), to_sympy(y)
    assert quotient.subs(b, a) != 1
    assert to_sympy((x**2 - 1) / (x - 1)).has(opaque("inv"))
    assert sympy.cancel(to_sympy((x**2 - 1) / (x - 1))).has(opaque("inv"))


def test_roots_and_logarithms_are_not_simplified() -> None:
    assert to_sympy(sqrt(x) ** 2) != to_sympy(x)
    assert to_sympy(sqrt(x) * sqrt(y)).subs(to_sympy(y), to_sympy(x)) != to_sympy(x)
    assert not to_sympy(sqrt(x * x)).has(sympy.Abs)
    assert sympy.expand_log(to_sympy(log(x * y)), force=True) == to_sympy(log(x * y))
    assert to_sympy(log(lift(0))) == opaque("log")(0)
    assert to_sympy(inv(lift(0))) == opaque("inv")(0)


def test_no_substitution_captures() -> None:
    for evaluate in (False, True):
        t, s = to_sympy(total(i, 1, 3, y * i), evaluate), to_sympy(i)
        put = t.subs(to_sympy(y), s)
        assert put.free_symbols >= {s}
        assert to_sympy(mean(w, g(w) * y), evaluate).subs(to_sympy(y), to_sympy(w)).free_symbols >= {to_sympy(w)}
    nested = to_sympy(total(i, 1, n, i * total(i, 1, i, i)))
    first, second = sympy.symbols("_1 _2", integer=True)
    sums = sympy.Function("sum", integer=True)
    assert nested == sums(first, 1, to_sympy(n), first * sums(second, 1, first, second))


def test_bound_names_do_not_matter() -> None:
    assert to_sympy(total(i, 1, n, g(i))) == to_sympy(total(j, 1, n, g(j)))
    assert to_sympy(total(i, 1, n, g(i))) - to_sympy(total(j, 1, n, g(j))) == 0


def test_like_names_stay_apart() -> None:
    both = to_sympy(c - real("c"))
    assert both != 0
    assert {s.name for s in both.free_symbols} == {"c", "c'"}
    assert to_sympy(Family("v", "R")(n) - Family("v", "Z")(n)) != 0


def test_assumptions_are_those_of_the_sort() -> None:
    """No hidden positivity: a real variable is a real symbol, and `sqrt(x^2)` may not become x."""
    assert to_sympy(x).is_positive is None
    assert to_sympy(x).is_real is True
    assert to_sympy(n).is_integer is True
    assert to_sympy(sqrt(x * x), evaluate=True) == sympy.Abs(to_sympy(x))


def test_relations_are_not_decided() -> None:
    assert isinstance(to_sympy(le(x, x)), sympy.LessThan)
    assert isinstance(to_sympy(lt(1, 0)), sympy.StrictLessThan)
    assert isinstance(to_sympy(eq(x, x)), sympy.Equality)
    assert to_sympy(tends(1 / n, 0, n)).func == sympy.Function("lim")
    assert to_sympy(tends(1 / n, 0, n), evaluate=True).lhs.doit() == 0


def test_evaluated_terms_calculate() -> None:
    assert to_sympy(total(i, 1, 4, i * i), evaluate=True).doit() == 30
    assert to_sympy(maximum(sqrt(lift(4)), inv(lift(2))), evaluate=True) == 2
    assert to_sympy(log(lift(1)) + power(lift(2), 3), evaluate=True) == 8
    assert to_sympy(mean(w, g(w)), evaluate=True).func == opaque("mean")


def test_theorems_go_over() -> None:
    theorem = kernel.fact(kernel.EMPTY, "max_right")
    assert display.__doc__
    implication = theorem.to_sympy()  # type: ignore[attr-defined]
    assert isinstance(implication, sympy.Implies)
    assert implication.args[1] == to_sympy(theorem.claim)
    assert to_sympy(kernel.fact(kernel.EMPTY, "max_left")) == to_sympy(le(x, maximum(x, y)))


def test_an_endless_term_is_refused() -> None:
    t = x
    for _ in range(60):
        t = t * t
    with pytest.raises(Refused, match="too long"):
        to_sympy(t)


# --- from SymPy: each entry of the list -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "t"),
    [
        (sympy.Integer(3), lift(3)),
        (sympy.Rational(-1, 2), lift(Fraction(-1, 2))),
        (X, x),
        (X + Y, x + y),
        (X - Y, x - y),
        (2 * X * Y, 2 * x * y),
        (-X * Y / N, -(x * y / n)),
        (X**3, x**3),
        (X**-2, inv(x**2)),
        (1 / X, inv(x)),
        (sympy.sqrt(X), sqrt(x)),
        (sympy.Pow(X, sympy.Rational(-3, 2)), inv(sqrt(x) ** 3)),
        (X**N, power(x, n)),
        (2 ** (N + 1), power(lift(2), n + 1)),
        (sympy.Max(X, Y, 1), maximum(maximum(1, x), y)),
        (sympy.Min(X, Y), minimum(x, y)),
        (sympy.Abs(X), maximum(x, -x)),
        (sympy.log(X), log(x)),
        (sympy.Sum(K * X, (K, 1, N)), total(i, 1, n, i * x)),
        (sympy.Sum(K * J, (K, 1, J), (J, 1, N)), total(j, 1, n, total(i, 1, j, i * j))),
    ],
    ids=str,
)
def test_the_table(expr: Any, t: Term) -> None:
    found = from_sympy(expr, TABLE)
    assert isinstance(found, Term)
    assert normal(found) == normal(t)


@pytest.mark.parametrize(
    ("expr", "claim"),
    [
        (sympy.Le(X, Y), le(x, y)),
        (sympy.Lt(X, Y), lt(x, y)),
        (sympy.Ge(X, Y), le(y, x)),
        (sympy.Gt(X, Y), lt(y, x)),
        (sympy.Eq(X, Y), eq(x, y)),
    ],
    ids=str,
)
def test_relations_come_back(expr: Any, claim: Rel) -> None:
    found = from_sympy(expr, TABLE)
    assert isinstance(found, Rel)
    assert key(found) == key(claim)


@pytest.mark.parametrize(
    ("expr", "node"),
    [
        (sympy.Float("0.1"), "Float"),
        (0.1 * X, "Float"),
        (0.5, "Float"),
        (X**0.5, "Float"),
        (sympy.pi * X, "Pi"),
        (sympy.E**X, "exp"),
        (sympy.oo, "Infinity"),
        (sympy.nan, "NaN"),
        (sympy.I, "ImaginaryUnit"),
        (sympy.sin(X), "sin"),
        (sympy.Symbol("Z"), "Symbol Z"),
        (sympy.Symbol("X", positive=True), "Symbol X"),
        (sympy.Piecewise((X, X > 0), (Y, True)), "Piecewise"),
        (sympy.Integral(X, X), "Integral"),
        (sympy.Sum(K, (K, 1, sympy.oo)), "Infinity"),
        (sympy.Sum(K, (K, 1, X)), "sum takes"),
        (sympy.Function("f")(X), "f"),
        (X**Y, "Pow"),
        (X ** sympy.Rational(1, 3), "Pow"),
        (X ** (N / 2), "Pow"),
        (X**65, "exponent of pow"),
        (sympy.true, "BooleanTrue"),
        (sympy.Ne(X, Y), "Unequality"),
        (sympy.And(X > 0, Y > 0), "And"),
        (sympy.floor(X), "floor"),
        (sympy.factorial(N), "factorial"),
        ("x", "str"),
        (1, "int"),
        (None, "NoneType"),
    ],
    ids=str,
)
def test_everything_else_is_refused_by_name(expr: Any, node: str) -> None:
    with pytest.raises(Refused, match=node):
        from_sympy(expr, TABLE)


def test_text_is_never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """`sympify` runs text; nothing here may call it on a string."""
    ran: list[str] = []
    monkeypatch.setattr("os.getpid", lambda: ran.append("ran"))
    for line in ("__import__('os').getpid()", "X + Y"):
        with pytest.raises(Refused):
            from_sympy(line, TABLE)
        with pytest.raises(Refused):
            to_sympy(line)  # type: ignore[arg-type]
    assert ran == []


def test_an_index_captures_nothing() -> None:
    """The index K comes back as a variable that no term of the table mentions."""
    k = sympy.Symbol("i", integer=True)
    found = from_sympy(sympy.Sum(X * k, (k, 1, N)), {X: g(i), N: n})
    assert isinstance(found, Term)
    assert i in found.free
    assert found.args[0].args[0] == "i_1"
    odd = from_sympy(sympy.Sum(X * K, (K, 1, N)).subs(K, sympy.Symbol("_1", integer=True)), TABLE)
    assert isinstance(odd, Term)


# --- proposals --------------------------------------------------------------------------------------------------------


def value(t: Term, **values: int) -> Any:
    """The number that a proposal is, by SymPy's own arithmetic on its numerals."""
    expr = to_sympy(t, evaluate=True)
    return expr.subs({s: values[s.name] for s in expr.free_symbols}).doit()


@pytest.mark.parametrize(
    "body",
    [lift(1) * i, i * i, power(c, i), i * power(c, i), 1 / (i * (i + 1)), c * i + power(lift(2), i), x * v(n)],
    ids=str,
)
def test_closed_forms_have_the_values_of_the_sum(body: Term) -> None:
    found = closed_form(body, i, lift(1), n)
    assert i not in found.free
    plain = Family("v")()
    closed = closed_form(_without_v(body, plain), i, lift(1), n)
    for length in (1, 2, 5):
        expected = sum(value(_without_v(body, plain), c=3, x=2, v=7, n=length, i=k) for k in range(1, length + 1))
        assert value(closed, c=3, x=2, v=7, n=length) == expected


def _without_v(body: Term, plain: Term) -> Term:
    return x * plain if body is x * v(n) else body


@pytest.mark.parametrize("body", [1 / i, sqrt(i), g(i), total(j, 1, i, g(j)), log(i)], ids=str)
def test_a_sum_without_closed_form_is_refused(body: Term) -> None:
    with pytest.raises(Refused):
        closed_form(body, i, lift(1), n)


def test_bounds_do_not_mention_the_index() -> None:
    with pytest.raises(Refused, match="bounds"):
        closed_form(x, i, lift(1), i)


@pytest.mark.parametrize(
    ("step", "init"),
    [
        (c * y + (1 - c) * x, lift(0)),
        (y + n, x),
        (2 * y + 1, lift(0)),
        (c * y + power(c, n), lift(0)),
        (y / 2 + 1, lift(5)),
        (lift(3) * y, c),
    ],
    ids=str,
)
def test_recursions_are_solved(step: Term, init: Term) -> None:
    found = solve_recursion(step, y, n, init)
    assert y not in found.free
    expected = value(init, c=3, x=2)
    for k in range(5):
        assert sympy.simplify(value(found, c=3, x=2, n=k) - expected) == 0
        expected = value(step, c=3, x=2, n=k, y=expected)


@pytest.mark.parametrize("step", [y * y, y / (1 + y), sqrt(y), maximum(y, x), g(n) * y], ids=str)
def test_other_recursions_are_refused(step: Term) -> None:
    with pytest.raises(Refused):
        solve_recursion(step, y, n, lift(1))


def test_a_claim_is_stated_proved_and_taken_on_in_sympy() -> None:
    x, y = sympy.symbols("x y", real=True)
    k = sympy.Symbol("k", integer=True)
    p = Prover(Setting())
    theorem = p.certify(sympy.Le(2 * x * y, x**2 + y**2), squares=[real("x") - real("y")])
    back = theorem.to_sympy(evaluate=True)
    assert sympy.simplify(back.rhs - back.lhs - (x - y) ** 2) == 0
    assert p.assume(sympy.Lt(k, 3)).claim.left is integer("k")
    with pytest.raises(Refused, match="no relation"):
        p.assume(x + y)
    with pytest.raises(Refused, match="Float"):
        p.assume(sympy.Le(0.5 * x, y))


def test_symbols_with_the_name_of_a_constant_are_the_constant() -> None:
    setting = Setting()
    alpha = setting.constant("alpha")
    statement = Statement(setting, sympy.Le(sympy.Symbol("alpha"), sympy.Symbol("c")), hyps=[sympy.Symbol("alpha") < 1])
    assert statement.claim is (alpha <= real("c"))
    assert statement.hyps == (alpha < 1,)
