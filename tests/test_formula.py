"""Formulas keep their meaning: both styles are read back by parsers of their own and compared exactly with the oracle.

Roots and exponentials are replaced by rational stand-ins on both sides, so that a lost parenthesis changes an exact
rational and no tolerance can hide it.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from adamtheory.errors import GrammarError
from adamtheory.language import parse, reading
from adamtheory.language.arithmetic import Arithmetic
from adamtheory.language.formula import latex, plain
from adamtheory.language.notation import letter, symbols
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Name
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS

SIZE = 3
PI = Fraction(22, 7)
EVERY = [*RULES.values(), *LOSSES.values(), *SCHEDULES.values(), *SETS.values()]


class StandIn(Arithmetic):
    """Rationals with injective-looking rational functions in place of roots, exponentials and logarithms."""

    name = "stand-in"

    def number(self, value: Fraction) -> Fraction:
        return value

    def sqrt(self, a: Fraction) -> Fraction:
        return a * a + 3 * a + 5

    def exp(self, a: Fraction) -> Fraction:
        return a * a * 2 - a + 7

    def log(self, a: Fraction) -> Fraction:
        return a * a * 3 + a - 11

    def cospi(self, a: Fraction) -> Fraction:
        return cosine(a * PI)

    def pow(self, a: Fraction, b: Fraction) -> Fraction:
        return a * b + 2 * a - b + 13


def cosine(a: Fraction) -> Fraction:
    return a * a * 5 + 2 * a - 1


ONE = {"sqrt": StandIn().sqrt, "exp": StandIn().exp, "log": StandIn().log, "abs": abs, "cos": cosine}
Env = dict[str, list[Fraction]]  # a symbol's text -> its value at every coordinate


# -- plain text, read by Python's own parser ---------------------------------------------------------------------------


def read_plain(text: str, env: Env, k: int) -> Fraction:
    spelled = re.sub(r"([A-Za-z_]\w*)('*)\[(t(?:[-+]1)?)\]", lambda m: f"V({m.group(0)!r})", text)
    spelled = re.sub(r"([A-Za-z_]\w*)('+)(?!\[|\")", lambda m: f"V({m.group(0)!r})", spelled)
    return plain_value(ast.parse(spelled.replace("^", "**"), mode="eval").body, env, k)


def plain_value(node: ast.expr, env: Env, k: int) -> Fraction:
    def value(inner: ast.expr) -> Fraction:
        return plain_value(inner, env, k)

    match node:
        case ast.Constant():
            return Fraction(repr(node.value))
        case ast.Name():
            return PI if node.id == "pi" and "pi" not in env else env[node.id][k]
        case ast.UnaryOp(op=ast.USub()):
            return -value(node.operand)
        case ast.BinOp(op=ast.Pow()):
            return power(value(node.left), value(node.right), ast.unparse(node.right))
        case ast.BinOp():
            a, b = value(node.left), value(node.right)
            match node.op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.Div():
                    return a / b
        case ast.IfExp(test=ast.Compare()):
            a, b = value(node.test.left), value(node.test.comparators[0])
            holds = a < b if isinstance(node.test.ops[0], ast.Lt) else a <= b
            return value(node.body) if holds else value(node.orelse)
        case ast.Call(func=ast.Name(id="V")):
            return env[node.args[0].value][k]
        case ast.Call(func=ast.Name(id="sum")):
            return sum((plain_value(node.args[0], env, i) for i in range(SIZE)), Fraction(0))
        case ast.Call(func=ast.Name(id="max" | "min" as word)):
            return {"max": max, "min": min}[word](value(node.args[0]), value(node.args[1]))
        case ast.Call(func=ast.Name()):
            return ONE[node.func.id](value(node.args[0]))
    raise AssertionError(ast.dump(node))


def power(base: Fraction, exponent: Fraction, written: str) -> Fraction:
    """A literal integer exponent is a true power, any other one the stand-in."""
    return base ** int(written) if re.fullmatch(r"-?\d+", written) else StandIn().pow(base, exponent)


# -- LaTeX, read by a descent over its own grammar ---------------------------------------------------------------------

Value = Callable[[int, int | None], Fraction]  # coordinate, and index of the innermost sum


class Latex:
    """sum := [-] term ((+|-) term)*;  term := factor ([\\cdot] factor)*;  a \\sum_i takes the rest of its term."""

    def __init__(self, text: str, env: Env, indexed: set[str]) -> None:
        self.text, self.env, self.indexed = text, env, indexed
        self.known = sorted([*env, *(self.with_index(s) for s in indexed)], key=len, reverse=True)
        self.plain_of = {self.with_index(s): s for s in indexed}

    @staticmethod
    def with_index(symbol: str) -> str:
        """x_t becomes x_{t,i}; the time index stands last in every symbol that differs between coordinates."""
        if symbol.endswith("_t"):
            return symbol[:-1] + "{t,i}"
        return symbol[:-1] + ",i}" if symbol.endswith(("t}", "t-1}")) else symbol + "_i"

    def take(self, token: str) -> bool:
        self.text = self.text.lstrip(" ")
        if self.text.startswith(token):
            self.text = self.text[len(token) :]
            return True
        return False

    def need(self, token: str) -> None:
        assert self.take(token), f"{token!r} expected before {self.text!r}"

    def group(self) -> tuple[Value, str]:
        if self.take("{"):
            before = self.text
            inner = self.sum()
            written = before[: len(before) - len(self.text)]
            self.need("}")
            return inner, written
        found = re.match(r"\d", self.text)
        if found:
            self.need(digit := found.group())
            return (lambda k, i: Fraction(digit)), digit
        return self.atom(), "a symbol"

    def sum(self) -> Value:
        negative = self.take("-")
        first = self.term()
        result: Value = (lambda k, i: -first(k, i)) if negative else first
        while True:
            if self.take("+"):
                result = (lambda a, b: lambda k, i: a(k, i) + b(k, i))(result, self.term())
            elif self.take("-"):
                result = (lambda a, b: lambda k, i: a(k, i) - b(k, i))(result, self.term())
            else:
                return result

    def term(self) -> Value:
        result = self.factor()
        while not re.match(r" *($|[-+,&<}]|\\le |\\\\|\\right|\\end)", self.text):
            self.take(r"\cdot")
            result = (lambda a, b: lambda k, i: a(k, i) * b(k, i))(result, self.factor())
        return result

    def factor(self) -> Value:
        if self.take(r"\sum_i"):
            body = self.term()
            return lambda k, i: sum((body(k, j) for j in range(SIZE)), Fraction(0))
        base = self.atom()
        if not self.take("^"):
            return base
        exponent, written = self.group()
        return lambda k, i: power(base(k, i), exponent(k, i), written)

    def atom(self) -> Value:
        for word in ("max", "min", "exp", "log", "cos", "frac", "sqrt"):
            if self.take("\\" + word):
                return self.word(word)
        if self.take(r"\left("):
            inner = self.sum()
            self.need(r"\right)")
            return inner
        if self.take(r"\left|"):
            size = self.sum()
            self.need(r"\right|")
            return lambda k, i: abs(size(k, i))
        if self.take(r"\begin{cases}"):
            return self.cases()
        if found := re.match(r" *(\d+(?:\.\d+)?)", self.text):
            self.need(found.group(1))
            return lambda k, i: Fraction(found.group(1))
        symbol = next((s for s in self.known if self.take(s)), None)
        if symbol is None:
            self.need(r"\pi")
            return lambda k, i: PI
        if symbol in self.plain_of and symbol not in self.env:
            return lambda k, i: self.env[self.plain_of[symbol]][-1 if i is None else i]
        return lambda k, i: self.env[symbol][k]

    def word(self, word: str) -> Value:
        if word == "frac":
            (above, _), (below, _) = self.group(), self.group()
            return lambda k, i: above(k, i) / below(k, i)
        if word == "sqrt":
            inner = self.group()[0]
            return lambda k, i: ONE["sqrt"](inner(k, i))
        self.need(r"\left(")
        args = [self.sum()]
        while self.take(","):
            args.append(self.sum())
        self.need(r"\right)")
        function: Any = {"max": max, "min": min}.get(word) or ONE[word]
        return lambda k, i: function(*(a(k, i) for a in args))

    def cases(self) -> Value:
        rows: list[tuple[Value, Value]] = []
        while True:
            then = self.sum()
            self.need("&")
            if self.take(r"\text{otherwise}"):
                self.need(r"\end{cases}")
                break
            self.need(r"\text{else if }" if rows else r"\text{if }")
            left = self.sum()
            strict = self.take("<") or not self.take(r"\le")
            right = self.sum()
            compare = (lambda a, b: lambda k, i: a(k, i) < b(k, i)) if strict else (
                lambda a, b: lambda k, i: a(k, i) <= b(k, i)
            )  # fmt: skip
            rows.append((compare(left, right), then))
            self.need(r"\\")
        return lambda k, i: next((x(k, i) for test, x in rows if test(k, i)), None) if any(
            test(k, i) for test, _ in rows) else then(k, i)  # fmt: skip


def read_latex(text: str, env: Env, indexed: set[str], k: int) -> Fraction:
    reader = Latex(text, env, indexed)
    value = reader.sum()
    assert not reader.text.strip(), f"left over: {reader.text!r}"
    return value(k, None)


# -- the comparison ----------------------------------------------------------------------------------------------------


def drawn(rule: Rule, dice: random.Random) -> dict[str, list[Fraction]]:
    """Random arguments; one that is the same at every coordinate by the symbols gets one value."""
    known = symbols(rule)
    arguments = {}
    for declared in (*rule.inputs, *rule.slots, *rule.scalars):
        values = [Fraction(dice.randint(-60, 60), dice.randint(1, 7)) + Fraction(1, 11) for _ in range(SIZE)]
        arguments[declared.name] = values if known[Name(declared.name)].coordinate else values[:1] * SIZE
    return arguments


def check(rule: Rule, style: str, dice: random.Random) -> None:
    """The printed lines, read in their order, give the oracle's new slots and results."""
    known, in_latex = symbols(rule), style == "latex"
    shown = {name: s.in_latex() if in_latex else s.in_plain() for name, s in known.items()}
    arguments = drawn(rule, dice)
    scalars = {s.name: arguments[s.name][0] for s in rule.scalars}
    arrays = {name: values for name, values in arguments.items() if name not in scalars}
    results, slots = reading(rule, StandIn(), SIZE)(arrays, scalars)
    env: Env = {shown[Name(name)]: values for name, values in arguments.items()}
    indexed = {shown[name] for name, symbol in known.items() if symbol.coordinate}
    lines = latex(rule).splitlines()[1:-1] if in_latex else plain(rule).splitlines()
    got = []
    for line in lines:
        left, right = line.removesuffix(r" \\").split(" &= " if in_latex else " = ", 1)
        read = (lambda k, text=right: read_latex(text, env, indexed, k)) if in_latex else (
            lambda k, text=right: read_plain(text, env, k)
        )  # fmt: skip
        values = [read(k) for k in range(SIZE)]
        got.append(values)
        env[left] = values
    assert got[len(got) - len(results) :] == results
    for slot, values in slots.items():
        symbol = known[Name(slot)]
        before = shown[Name(slot)]
        after = before.replace("t-1", "t") if not in_latex else re.sub(r"\{t-1\}$", "t", before).replace("t-1", "t")
        assert env[after] == values, slot
        assert symbol.coordinate or len(set(values)) == 1, f"{slot} differs between coordinates"


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: f"{rule.kind}-{rule.name}")
@pytest.mark.parametrize("style", ["plain", "latex"])
def test_formula_means_the_rule(rule: Rule, style: str) -> None:
    dice = random.Random(f"{rule.name} {style}")
    for _ in range(4):
        check(rule, style, dice)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: f"{rule.kind}-{rule.name}")
def test_symbols_are_injective(rule: Rule) -> None:
    found = symbols(rule).values()
    assert len({s.in_plain() for s in found}) == len({s.in_latex() for s in found}) == len(found)


FORMS = (
    "({})+({})", "({})-({})", "({})*({})", "({})/({})", "-({})", "({})**2", "({})**({})", "total({})", "cospi({})",
    "sqrt({})", "maximum({}, {})", "absolute({})", "where({} < {}, {}, {})", "where({} >= {}, {}, {})",
)  # fmt: skip
LEAVES = ("g", "b", "-3", "0.25", "1e-9", "m")


def nested() -> list[str]:
    """Every form in every place of every form in every place of every arithmetic form, and the leaves there."""
    dice, found = random.Random(1), []

    def fill(form: str, place: int, inner: str) -> str:
        parts = [dice.choice(LEAVES) for _ in range(form.count("{}"))]
        parts[place] = inner
        return form.format(*parts)

    def places(forms: tuple[str, ...]) -> list[tuple[str, int]]:
        return [(form, place) for form in forms for place in range(form.count("{}"))]

    for form, place in places(FORMS):
        found += [fill(form, place, leaf) for leaf in LEAVES]
        for middle, inside in places(FORMS):
            found.append(fill(form, place, fill(middle, inside, dice.choice(LEAVES))))
    for (outer, a), (form, b), (middle, c) in product(places(FORMS[:8]), repeat=3):
        found.append(fill(outer, a, fill(form, b, fill(middle, c, dice.choice(LEAVES)))))
    return found


@pytest.mark.parametrize("style", ["plain", "latex"])
@pytest.mark.parametrize("part", range(8))
def test_every_nesting_keeps_its_meaning(style: str, part: int) -> None:
    for number, text in enumerate(nested()[part::8]):
        source = f"@rule\ndef r(x, g, m=0, *, lr, b):\n    return x - lr*m, {text}\n"
        with suppress(ZeroDivisionError, GrammarError):  # the one exponent that is refused, -3, is a leaf
            (rule,) = parse(source).values()
            check(rule, style, random.Random(number))


def test_golden_adam() -> None:
    assert plain(RULES["adam"]) == GOLDEN_PLAIN
    assert latex(RULES["adam"]) == GOLDEN_LATEX


GOLDEN_PLAIN = """\
m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
v[t] = beta2*v[t-1] + (1 - beta2)*g[t]^2
p1[t] = p1[t-1]*beta1
p2[t] = p2[t-1]*beta2
m_hat[t] = m[t]/(1 - p1[t])
v_hat[t] = v[t]/(1 - p2[t])
x[t+1] = x[t] - lr[t]*m_hat[t]/(sqrt(v_hat[t]) + eps)"""

GOLDEN_LATEX = r"""\begin{aligned}
m_t &= \beta_1 m_{t-1} + \left(1 - \beta_1\right) g_t \\
v_t &= \beta_2 v_{t-1} + \left(1 - \beta_2\right) g_t^2 \\
p_{1,t} &= p_{1,t-1} \beta_1 \\
p_{2,t} &= p_{2,t-1} \beta_2 \\
\hat m_t &= \frac{m_t}{1 - p_{1,t}} \\
\hat v_t &= \frac{v_t}{1 - p_{2,t}} \\
x_{t+1} &= x_t - \frac{\alpha_t \hat m_t}{\sqrt{\hat v_t} + \epsilon}
\end{aligned}"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("beta1", (r"\beta", "", "1")),
        ("lr", (r"\alpha", "", "")),
        ("eps", (r"\epsilon", "", "")),
        ("weight_decay", (r"\lambda", "", "")),
        ("m_hat", (r"\hat m", "", "")),
        ("v_max", ("v", r"\max", "")),
        ("mu_bar", (r"\bar{\mu}", "", "")),
        ("step_size", (r"\mathrm{step}", "", r"\mathrm{size}")),
        ("i", (r"\mathrm{i}", "", "")),
    ],
)
def test_letters(name: str, expected: tuple[str, str, str]) -> None:
    assert letter(name) == expected


def test_values_between_carry_primes_and_swapped_slots_get_their_own_line() -> None:
    source = """
@rule
def r(x, g, v_max=0, w=0, *, lr, lam, weight_decay):
    g = g + lam*x
    v_max = maximum(v_max, g)
    v_max = v_max*weight_decay
    w = w + g
    return x - lr*g, v_max, w*w
"""
    (rule,) = parse(source).values()
    assert plain(rule).splitlines() == [
        "g'[t] = g[t] + lam*x[t]",
        "v_max'[t] = max(v_max[t-1], g'[t])",
        "v_max[t] = v_max'[t]*weight_decay",
        "w'[t] = w[t-1] + g'[t]",
        "w[t] = w'[t]^2",
        "x[t+1] = x[t] - lr[t]*g'[t]",
    ]
    assert latex(rule).splitlines()[2:4] == [
        r"v^{\max\prime}_t &= \max\left(v^{\max}_{t-1}, g^{\prime}_t\right) \\",
        r"v^{\max}_t &= v^{\max\prime}_t \mathrm{weight\_decay} \\",  # lam has the letter lambda already
    ]


def test_an_unscheduled_learning_rate_has_no_time() -> None:
    (rule,) = parse("@rule\ndef r(x, g, *, lr, eta):\n    return x - eta*lr*g\n").values()
    assert plain(rule) == "x[t+1] = x[t] - eta[t]*lr*g[t]"
    assert r"x_t - \eta_t \alpha g_t" in latex(rule)


def test_what_is_summed_loses_the_coordinate_and_keeps_the_time() -> None:
    source = """
@rule
def r(x, g, n=0, *, lr):
    s = total(g*g)
    n = n + s
    return x - lr*total(s*g) - total(g)*x, n
"""
    (rule,) = parse(source).values()
    assert latex(rule).splitlines()[1:-1] == [
        r"s_t &= \sum_i g_{t,i}^2 \\",
        r"n_t &= n_{t-1} + s_t \\",
        r"x_{t+1} &= x_t - \alpha_t \sum_i s_t g_{t,i} - \left(\sum_i g_{t,i}\right) x_t",
    ]
