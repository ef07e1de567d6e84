"""What is printed is what is believed: text reads back to the same object, on paper no two sentences look alike."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamtheory.logic import display, kernel
from adamtheory.logic.notation import (
    Family,
    Setting,
    absolute,
    eq,
    integer,
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
from adamtheory.logic.parse import parse
from adamtheory.logic.printing import describe, fold, latex, mathml, signature, text
from adamtheory.logic.terms import SHAPES, Refused, Rel, Term, rel, term

x, y = reals("x y")
n, i, j = integers("n i j")
w = outcome("w")
f, g, v = Family("f"), Family("g"), Family("v")
c = Family("c")()
SUM = total(i, 1, n, g(i, w))

# --- random terms -----------------------------------------------------------------------------------------------------

# Few names, so that bound, free and family names meet; two that Python keeps for itself, two that text needs.
NAMES = st.sampled_from(["i", "j", "x", "g", "i_1", "lambda", "min", "abs", "indicator", "as", "oo"])
SMALL = st.integers(-3, 3)
INTEGERS = st.builds(lambda k: term("num", k, 1), SMALL) | st.builds(integer, NAMES)
FRACTIONS = st.builds(lambda p, q: term("num", *Fraction(p, q).as_integer_ratio()), SMALL, st.integers(1, 4))
LEAVES = FRACTIONS | INTEGERS | st.builds(real, NAMES)


def _build(op: str, *args: Any) -> Term:
    return term(op, *args)


def _integer_part(t: Term) -> Term:
    return t if t.sort == "Z" else integer("n")


def _grown(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    whole = inner.map(_integer_part)
    arguments = st.lists(inner | st.builds(outcome, NAMES), max_size=3)
    return st.one_of(
        st.builds(_build, st.sampled_from(["add", "mul", "max"]), inner, inner),
        st.builds(_build, st.sampled_from(["inv", "sqrt", "log"]), inner),
        st.builds(lambda a, k: term("pow", a, k), inner, st.integers(0, 3)),
        st.builds(power, inner, whole),
        st.builds(total, st.builds(integer, NAMES), whole, whole, inner),
        st.builds(mean, st.builds(outcome, NAMES), inner),
        st.builds(lambda name, sort, a: term("app", name, sort, *a), NAMES, st.sampled_from("RZ"), arguments),
        st.builds(lambda a, b: a - b, inner, inner),
        st.builds(lambda a, b: a / b, inner, inner),
        st.builds(minimum, inner, inner),
        st.builds(lambda a: absolute(a), inner),
    )


TERMS = st.recursive(LEAVES, _grown, max_leaves=12)


def _related(kind: str, a: Term, b: Term, index: Term) -> Rel:
    return rel(kind, a, b, index) if kind == "lim" and index not in b.free else rel("le", a, b)


SENTENCES = st.builds(_related, st.sampled_from(["le", "lt", "eq", "lim"]), TERMS, TERMS, st.builds(integer, NAMES))


@settings(max_examples=400, deadline=None)
@given(TERMS)
def test_text_of_a_term_reads_back(t: Term) -> None:
    assert parse(text(t), *signature(t)) is t


@settings(max_examples=100, deadline=None)
@given(SENTENCES)
def test_text_of_a_relation_reads_back(sentence: Rel) -> None:
    assert parse(text(sentence), *signature(sentence)) is sentence


@settings(max_examples=200, deadline=None)
@given(TERMS)
def test_mathml_is_xml_and_latex_has_its_braces(t: Term) -> None:
    ET.fromstring(mathml(t))
    code, depth = latex(t), 0
    for mark in code:
        depth += (mark == "{") - (mark == "}")
        assert depth >= 0
    assert depth == 0 and code.count(r"\left") == code.count(r"\right")


def test_every_constructor_is_in_the_generator() -> None:
    """A constructor that the generator lacks would go untested."""
    seen: set[str] = set()

    @settings(max_examples=300, deadline=None, database=None)
    @given(TERMS)
    def collect(t: Term) -> None:
        waiting = [t]
        while waiting:
            here = waiting.pop()
            seen.add(here.op)
            waiting += [a for a in here.args if type(a) is Term]

    collect()
    assert seen == {*SHAPES, "num", "var", "app", "pow"}


# --- lines that once read as another sentence -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("t", "line", "paper"),
    [
        (lift(-1) ** 2, "(-1)^2", r"\left(-1\right)^{2}"),
        ((-x) ** 2, "(-x)^2", r"\left(-x\right)^{2}"),
        (-(x**2), "-x^2", "-x^{2}"),
        ((x / y) ** 2, "(x/y)^2", r"\left(\frac{x}{y}\right)^{2}"),
        (lift(Fraction(1, 2)) ** 2, "(1/2)^2", r"\left(\frac{1}{2}\right)^{2}"),
        ((x**2) ** 3, "(x^2)^3", r"\left(x^{2}\right)^{3}"),
        (x - lift(-1), "x - (-1)", r"x - \left(-1\right)"),
        (x - (-y), "x - (-y)", r"x - \left(-y\right)"),
        (x + lift(-1), "x + (-1)", "x - 1"),
        (x - (y - x), "x - (y - x)", r"x - \left(y - x\right)"),
        (x + (y + x), "x + (y + x)", "x + y + x"),
        (SUM + x, "sum(i = 1..n, g(i, w)) + x", r"\left(\sum_{i=1}^{n} g_{i,w}\right) + x"),
        (x + SUM, "x + sum(i = 1..n, g(i, w))", r"x + \sum_{i=1}^{n} g_{i,w}"),
        (x + SUM + y, "x + sum(i = 1..n, g(i, w)) + y", r"\left(x + \sum_{i=1}^{n} g_{i,w}\right) + y"),
        (2 * SUM - y, "2*sum(i = 1..n, g(i, w)) - y", r"\left(2\, \sum_{i=1}^{n} g_{i,w}\right) - y"),
        (SUM * x, "sum(i = 1..n, g(i, w))*x", r"\left(\sum_{i=1}^{n} g_{i,w}\right)\, x"),
        (SUM**2, "sum(i = 1..n, g(i, w))^2", r"\left(\sum_{i=1}^{n} g_{i,w}\right)^{2}"),
        (total(i, 1, n, x + y), "sum(i = 1..n, x + y)", r"\sum_{i=1}^{n} \left(x + y\right)"),
        (total(i, 1, n, -x), "sum(i = 1..n, -x)", r"\sum_{i=1}^{n} \left(-x\right)"),
        (lift(2) * 3, "2*3", r"2 \cdot 3"),
        (lift(2) * Fraction(1, 2), "2*(1/2)", r"2 \cdot \frac{1}{2}"),
        (x * 3, "x*3", r"x \cdot 3"),
        (power(lift(2), n) * 2, "2^n*2", r"2^{n} \cdot 2"),
        (x * (-y), "x*(-y)", r"x\, \left(-y\right)"),
        (x * (x + y), "x*(x + y)", r"x\, \left(x + y\right)"),
        (log(x) ** 2, "log(x)^2", r"\left(\log\left(x\right)\right)^{2}"),
        (maximum(x, y) ** 2, "max(x, y)^2", r"\left(\max\left(x, y\right)\right)^{2}"),
        (mean(w, g(n, w)) ** 2, "mean(w, g(n, w))^2", r"\left(\mathbb{E}_{w}\left[g_{n,w}\right]\right)^{2}"),
        (real("v_max") ** 2, "v_max^2", r"\left(v^{\max}\right)^{2}"),
        (1 / x, "1/x", r"\frac{1}{x}"),
        (inv(x), "inv(x)", r"\frac{1}{x}"),
        (lift(1) / 2, "1*inv(2)", r"\frac{1}{2}"),
        (lift(Fraction(-1, 2)) * x, "(-1/2)*x", r"-\frac{1}{2}\, x"),
        (minimum(x, y), "min(x, y)", r"\min\left(x, y\right)"),
        (x + minimum(x, y), "x + min(x, y)", r"x + \min\left(x, y\right)"),
        (absolute(x - y), "abs(x - y)", r"\left|x - y\right|"),
        (x / y / x, "x/y/x", r"\frac{\frac{x}{y}}{x}"),
        (x / (y / x), "x/(y/x)", r"\frac{x}{\frac{y}{x}}"),
        (power(x, 2), "power(x, 2)", "x^{2}"),
        (x ** (n + 1), "x^(n + 1)", "x^{n + 1}"),
    ],
    ids=str,
)  # fmt: skip
def test_lines(t: Term, line: str, paper: str) -> None:
    assert (text(t), latex(t)) == (line, paper)
    assert parse(line, *signature(t)) is t


def test_relations_and_limits() -> None:
    assert text(le(x, y)) == "x <= y"
    assert latex(lt(x, y)) == "x < y"
    assert text(eq(x, 0)) == "x = 0"
    assert text(tends(1 / n, 0, n)) == "1/n -> 0 as n -> oo"
    assert latex(tends(1 / n, 0, n)) == r"\frac{1}{n} \longrightarrow 0 \quad (n \to \infty)"


def test_a_bound_name_is_never_a_free_one() -> None:
    assert text(total(i, 1, i, i)) == "sum(i' = 1..i, i')"
    assert text(total(i, 1, n, i) + i) == "sum(i' = 1..n, i') + i"
    assert text(total(i, 1, n, total(i, 1, i, i))) == "sum(i = 1..n, sum(i' = 1..i, i'))"
    assert text(le(total(i, 1, n, i), i)) == "sum(i' = 1..n, i') <= i"
    assert latex(total(i, 1, i, i)) == r"\sum_{i^{\prime}=1}^{i} i^{\prime}"
    assert text(total(integer("g"), 1, n, g(integer("g")))) == "sum(g' = 1..n, g(g'))"
    # In a theorem the hypotheses and the claim are one line, and the names of the theory are taken.
    hypothesis = le(total(i, 1, n, i), 0)
    theorem = kernel.cut(kernel.EMPTY, kernel.assume(kernel.EMPTY, hypothesis), ())
    assert text(theorem) == "sum(i = 1..n, i) <= 0 |- sum(i = 1..n, i) <= 0"
    declared = kernel.EMPTY.declare("i")
    assert text(kernel.assume(declared, hypothesis)) == "sum(i' = 1..n, i') <= 0 |- sum(i' = 1..n, i') <= 0"


def test_a_family_and_a_variable_never_print_alike() -> None:
    assert text(c + real("c")) == "c + c'"
    assert text(integer("c") + real("c")) == "c' + c"
    assert latex(real("c") + c) == r"c^{\prime} + c"
    assert mathml(real("c") + c) != mathml(c + real("c"))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (real("beta1"), real("beta_1")), (real("lr"), real("alpha")), (real("lam"), real("weight_decay")),
        (real("v1"), v(1)), (Family("beta")(1, n), Family("beta1")(n)), (Family("g1")(n), Family("g_1")(n)),
        (Family("v_max")(1), real("v_max_1")), (real("x_i"), Family("x")(i)), (Family("v")(1, 2), Family("v_1_2")()),
        (real("ab_1"), real("ab1")), (real("eps"), real("epsilon")), (real("m_hat"), real("m_hat_")),
    ],
    ids=str,
)  # fmt: skip
def test_letters_differ(one: Term, two: Term) -> None:
    for form in (latex, mathml):
        sentence = form(le(one, two))
        sides = sentence.split(r" \le ") if form is latex else [ET.tostring(e) for e in ET.fromstring(sentence)[0]][::2]
        assert sides[0] != sides[1]
        assert form(le(two, one)) != sentence


@settings(max_examples=200, deadline=None)
@given(st.lists(st.from_regex(r"[a-zA-Z]{1,3}(_?[0-9a-z]{1,3}){0,2}_?", fullmatch=True), min_size=2, unique=True))
def test_letters_of_random_names_differ(names: list[str]) -> None:
    try:
        parts = [real(name) for name in names]
    except Refused:  # a constructor's name
        return
    listed = latex(Family("zz")(*parts))
    inside = listed.removeprefix(r"\mathrm{zz}_{").removesuffix("}")
    assert len(set(_split(inside))) == len(names)


def _split(code: str) -> list[str]:
    """The parts between commas outside braces."""
    parts, depth = [""], 0
    for mark in code:
        depth += (mark == "{") - (mark == "}")
        if mark == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += mark
    return parts


def test_letters_of_the_project() -> None:
    assert latex(real("beta1")) == r"\beta_{1}"
    assert latex(real("lr")) == r"\alpha"
    assert latex(Family("v_max")(n)) == r"v^{\max}_{n}"
    assert latex(Family("m_hat")(n + 1, i)) == r"\hat m_{n + 1,i}"
    assert latex(real("beta1") + real("beta_1")) == r"\beta_{1} + \mathrm{beta\_1}"


def test_the_table_of_names_is_that_of_the_theory() -> None:
    """A theorem that mentions one of two like names prints it as one that mentions both."""
    theory = kernel.EMPTY.declare("beta1").declare("beta_1")
    assert latex(kernel.assume(theory, le(0, Family("beta_1")()))).endswith(r"0 \le \mathrm{beta\_1}")
    assert latex(Family("beta_1")()) == r"\beta_{1}"
    assert latex(Family("beta_1")(), theory) == r"\mathrm{beta\_1}"


# --- theorems and theories --------------------------------------------------------------------------------------------


def test_theorems() -> None:
    theorem = kernel.fact(kernel.EMPTY, "log_product")
    assert text(theorem) == "0 < x, 0 < y |- log(x*y) = log(x) + log(y)"
    assert text(kernel.fact(kernel.EMPTY, "max_left")) == "|- x <= max(x, y)"
    assert r"\vdash" in latex(theorem)
    assert "⊢" in "".join(ET.fromstring(mathml(theorem)).itertext())


def test_a_theory_is_described() -> None:
    s = Setting()
    a = s.constant("alpha")
    gradient = s.family("g", "ZW")
    s.define({"p": (1, lambda n, p: p * a)}, index=n)
    s.assume("bounded", gradient(n, w) <= a, guards=[0 <= n])
    s.means_exist()
    assert describe(s.theory) == [
        ("alpha", "alpha is a real number"),
        ("g", "g is a real number for every integer and outcome"),
        ("p", "p(0) = 1 and p(n + 1) = p(n)*alpha, for every integer n with 0 <= n"),
        ("bounded", "assumption: g(n, w) <= alpha, for every integer n and outcome w with 0 <= n"),
        ("means_exist", "every expectation written in the proof exists"),
    ]
    assert dict(describe(s.theory, "latex"))["alpha"] == r"$\alpha$ is a real number"
    for _, line in describe(s.theory, "mathml"):
        ET.fromstring(f"<p>{line}</p>")


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "0.5", "1e5", "x.y", "__import__('os')", "x if y else x", "[x]", "x == y == x", "x <= y <= x", "f(x)", "q",
        "x y", "lambda: x", "x or y", "f(a=x)", "sum(i, 1, n, x)", "sum(i = 1, x)", "_x", "1_0", "x; y", "х",
        "x // y", "x % y", "2/4", "3/1", "1/0", "x^(-1)", "x^65", "x^(1/2)", "mean(w)", "max(x)", "g()", "", "()",
        "(x, y)", "x | y", "1..n", "x = 1..n", "x(y)", "x !== y", "+x", "~x", "x -> y",
        "sum(i = 1..n, x) -> n as n -> oo", "0x10", "𝟙", "x^y", "True", "not x", "*x", "g(*x)", "x := y", "x' + y",
        "sum(i = 1..x, i)", "x <= (y <= x)", "if", "'x'", "x#", "x\\",
    ],
)  # fmt: skip
def test_what_is_no_term_is_refused(line: str) -> None:
    with pytest.raises(Refused):
        parse(line, {"g": "R"}, {"x": "R", "y": "R", "n": "Z"})


def test_what_would_be_captured_is_refused() -> None:
    with pytest.raises(Refused, match="in scope"):
        parse("sum(i' = 1..n, i)", {}, {"i": "Z", "n": "Z"})


def test_other_spellings_are_read() -> None:
    assert parse("x**2", {}, {"x": "R"}) is x**2
    assert parse("(x)", {}, {"x": "R"}) is x
    assert parse("x >= y", {}, {"x": "R", "y": "R"}) is le(y, x)


# --- dangers of size, and the looks of objects ------------------------------------------------------------------------


def test_an_endless_line_is_refused_and_its_repr_is_short() -> None:
    t = x
    for _ in range(60):
        t = t + t
    with pytest.raises(Refused, match="too long"):
        text(t)
    assert len(repr(t)) < 200


def test_a_deep_line_is_refused_not_crashed() -> None:
    t = x
    for _ in range(3000):
        t = sqrt(t)
    with pytest.raises(Refused, match="deeply"):
        text(t)
    with pytest.raises(Refused):
        parse("-(" * 3000 + "x" + ")" * 3000, {}, {"x": "R"})
    with pytest.raises(Refused):
        parse(" + ".join(["x"] * 5000), {}, {"x": "R"})


def test_objects_show_themselves() -> None:
    theorem = kernel.fact(kernel.EMPTY, "max_left")
    assert (str(x + y), repr(x + y)) == ("x + y", "x + y")
    assert str(le(x, y)) == "x <= y"
    assert str(theorem) == "|- x <= max(x, y)"
    assert theorem._repr_latex_() == r"$\displaystyle \vdash x \le \max\left(x, y\right)$"  # type: ignore[attr-defined]
    assert "<math" in le(x, y)._repr_html_()  # type: ignore[attr-defined]
    assert display.__doc__


def test_folding_names_operands_of_the_tree() -> None:
    assert fold(x - y, True) == ("sub", (x, y))
    assert fold(sqrt(x), True) == ("sqrt", (x,))


def test_an_indicator_is_written_as_one_and_read_back() -> None:
    x, y = term("var", "x", "R"), term("var", "y", "R")
    part = term("max", x, term("num", 0, 1))
    on = term("mul", part, term("inv", part))
    assert text(on) == "indicator(x)"
    assert latex(on) == r"\left[x > 0\right]"
    assert parse(text(on), {}, {"x": "R"}) is on
    other = term("mul", part, term("inv", term("max", y, term("num", 0, 1))))
    assert text(other) == "max(x, 0)/max(y, 0)"
