r"""A rule's text printed as mathematics, one line per assignment, with as few parentheses as keep its meaning.

    plain(adam)      m[t] = beta1*m[t-1] + (1 - beta1)*g[t]
    latex(adam)      m_t &= \beta_1 m_{t-1} + \left(1 - \beta_1\right) g_t

Every operation but the sum acts coordinate by coordinate. The symbols are those of `notation`; `^` is a power,
`x if a < b else y` a choice, `sum(e)` the sum over the coordinates of one group.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction

from adamtheory.language.notation import Symbol, is_new_state, new_state, symbols
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr, Name, Number

# How tightly a text binds. A sum over coordinates extends over a product and ends at a plus; what begins with a minus
# may begin a product but not stand inside one.
CHOICE, SUM, TOTAL, SIGNED, PRODUCT, POWER, ATOM = range(7)

Text = tuple[str, int]  # an expression's text and how tightly it binds

# kind -> what stands left of the results, in plain text and in LaTeX
RESULTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rule": (("x[t+1]",), ("x_{t+1}",)),
    "loss": (("f[t](x[t])", "gradient f[t](x[t])"), ("f_t(x_t)", r"\nabla f_t(x_t)")),
    "schedule": (("lr[t]",), (r"\alpha_t",)),
    "feasible_set": (("P(y)",), (r"\Pi(y)",)),
}


def plain(rule: Rule) -> str:
    """The rule as lines of plain text, `v[t] = beta2*v[t-1] + (1 - beta2)*g[t]^2`."""
    return "\n".join(f"{left} = {right}" for left, right in _equations(rule, _Plain(symbols(rule)), 0))


def latex(rule: Rule) -> str:
    """The rule as LaTeX, one `aligned` environment (package amsmath) with a line per assignment."""
    lines = (f"{left} &= {right}" for left, right in _equations(rule, _Latex(symbols(rule)), 1))
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def plain_expression(rule: Rule, expr: Expr) -> str:
    """One expression over the values of a rule, such as an obligation, as plain text."""
    return _Plain(symbols(rule)).show(expr)[0]


def _equations(rule: Rule, style: _Style, column: int) -> list[tuple[str, str]]:
    """Left and right sides: the body, the new slots that are not lines of the body already, the results."""
    lines = [(style.name(style.known[a.target])[0], style.show(a.value)[0]) for a in rule.body]
    for slot, end in zip(rule.slots, rule.next_slots, strict=True):
        if not (isinstance(end, Name) and end.id == slot.name and is_new_state(rule, end)):
            lines.append((style.name(new_state(slot.name, style.known))[0], style.show(end)[0]))
    lefts = RESULTS[rule.kind][column]
    return [*lines, *((left, style.show(end)[0]) for left, end in zip(lefts, rule.results, strict=True))]


class _Style(ABC):
    """What both styles share: precedence, signs, and products with equal neighbours gathered into powers."""

    def __init__(self, known: Mapping[Name, Symbol]) -> None:
        self.known = known

    def show(self, expr: Expr) -> Text:
        if isinstance(expr, Number):
            return self.number(expr.value)
        if isinstance(expr, Name):
            return self.name(self.known[expr])
        match expr.op:
            case "add":
                return f"{self.within(expr.args[0], SUM)} + {self.within(expr.args[1], SUM, signed=False)}", SUM
            case "sub":
                return f"{self.within(expr.args[0], SUM)} - {self.within(expr.args[1], TOTAL, signed=False)}", SUM
            case "neg":
                return self.negative(*self.kept(expr.args[0], TOTAL, signed=False))
            case "mul":
                return self.product(self.factors(expr))
            case "div":
                return self.quotient(*expr.args)
            case "ipow" | "pow":
                return self.power(*expr.args)
            case "where<" | "where<=":
                return self.choice(expr)
        return self.function(expr.op, expr.args)

    def kept(self, expr: Expr, level: int, *, signed: bool = True) -> Text:
        """The text, in parentheses where it binds less tightly than `level` or begins with a sign that may not."""
        text, binds = self.show(expr)
        loose = binds < level or (not signed and text.startswith("-"))
        return (self.bracket(text), ATOM) if loose else (text, binds)

    def within(self, expr: Expr, level: int, *, signed: bool = True) -> str:
        return self.kept(expr, level, signed=signed)[0]

    def negative(self, text: str, binds: int) -> Text:
        return f"-{text}", min(binds, SIGNED)

    def factors(self, expr: Expr) -> list[tuple[Expr, int]]:
        """The factors of a product in their order; equal neighbours are one factor with a multiplicity."""
        if not (isinstance(expr, Apply) and expr.op == "mul"):
            return [(expr, 1)]
        found: list[tuple[Expr, int]] = []
        for factor, times in self.factors(expr.args[0]) + self.factors(expr.args[1]):
            if found and found[-1][0] == factor:
                times += found.pop()[1]
            found.append((factor, times))
        return found

    def product(self, factors: list[tuple[Expr, int]]) -> Text:
        """The first factor may begin with a minus, the last may be a sum over coordinates."""
        texts, binds = [], PRODUCT
        for place, (expr, times) in enumerate(factors):
            level = SIGNED if place == 0 else TOTAL if place == len(factors) - 1 else PRODUCT
            powered = self.power(expr, Number(Fraction(times))) if times > 1 else None
            text, bound = powered or self.kept(expr, level, signed=place == 0)
            texts.append(text)
            binds = min(binds, bound)
        return (self.joined(texts), binds) if len(texts) > 1 else (texts[0], POWER)

    @abstractmethod
    def name(self, symbol: Symbol) -> Text: ...

    @abstractmethod
    def number(self, value: Fraction) -> Text: ...

    @abstractmethod
    def bracket(self, text: str) -> str: ...

    @abstractmethod
    def joined(self, factors: list[str]) -> str: ...

    @abstractmethod
    def quotient(self, above: Expr, below: Expr) -> Text: ...

    @abstractmethod
    def power(self, base: Expr, exponent: Expr) -> Text: ...

    @abstractmethod
    def choice(self, expr: Apply) -> Text: ...

    @abstractmethod
    def function(self, op: str, args: tuple[Expr, ...]) -> Text: ...


class _Plain(_Style):
    """Text that reads aloud and parses: Python's precedence, with `^` for powers."""

    WORDS: Mapping[str, str] = {"maximum": "max", "minimum": "min", "absolute": "abs", "total": "sum"}

    def name(self, symbol: Symbol) -> Text:
        return symbol.in_plain(), ATOM

    def number(self, value: Fraction) -> Text:
        text, power = _decimal(value)
        if power:
            text += f"e{power}"
        return text, SIGNED if value < 0 else PRODUCT if "/" in text else ATOM

    def bracket(self, text: str) -> str:
        return f"({text})"

    def joined(self, factors: list[str]) -> str:
        return "*".join(factors)

    def quotient(self, above: Expr, below: Expr) -> Text:
        text, binds = self.kept(above, SIGNED)
        return f"{text}/{self.within(below, POWER)}", min(binds, PRODUCT)

    def power(self, base: Expr, exponent: Expr) -> Text:
        return f"{self.within(base, ATOM)}^{self.within(exponent, ATOM)}", POWER

    def choice(self, expr: Apply) -> Text:
        left, right, then = (self.within(arg, SUM) for arg in expr.args[:3])
        return f"{then} if {left} {expr.op[5:]} {right} else {self.show(expr.args[3])[0]}", CHOICE

    def function(self, op: str, args: tuple[Expr, ...]) -> Text:
        if op == "cospi":
            return f"cos({self.joined(['pi', self.within(args[0], PRODUCT)])})", ATOM
        return f"{self.WORDS.get(op, op)}({', '.join(self.show(arg)[0] for arg in args)})", ATOM


class _Latex(_Style):
    """LaTeX for amsmath; a value per coordinate carries the index i inside a sum."""

    FORMS: Mapping[str, str] = {
        "maximum": r"\max\left({}, {}\right)", "minimum": r"\min\left({}, {}\right)",
        "exp": r"\exp\left({}\right)", "log": r"\log\left({}\right)",
    }  # fmt: skip
    summed = False

    def name(self, symbol: Symbol) -> Text:
        return symbol.in_latex(self.summed), POWER if symbol.above or symbol.primes else ATOM

    def number(self, value: Fraction) -> Text:
        text, power = _decimal(value)
        if value < 0:
            return self.negative(*self.number(-value))
        if "/" in text:
            above, below = text.split("/")
            return f"\\frac{{{above}}}{{{below}}}", PRODUCT
        if not power:
            return text, ATOM
        tens = f"10^{{{power}}}"
        return (tens, POWER) if text == "1" else (f"{text} \\cdot {tens}", PRODUCT)

    def bracket(self, text: str) -> str:
        return f"\\left({text}\\right)"

    def joined(self, factors: list[str]) -> str:
        rest = (f"\\cdot {factor}" if factor[0].isdigit() else factor for factor in factors[1:])
        return " ".join([factors[0], *rest])

    def quotient(self, above: Expr, below: Expr) -> Text:
        return f"\\frac{{{self.show(above)[0]}}}{{{self.show(below)[0]}}}", PRODUCT

    def power(self, base: Expr, exponent: Expr) -> Text:
        text = self.show(exponent)[0]
        return self.within(base, ATOM) + (f"^{text}" if len(text) == 1 else f"^{{{text}}}"), POWER

    def choice(self, expr: Apply) -> Text:
        rows, word = [], "if"
        rest: Expr = expr
        while isinstance(rest, Apply) and rest.op.startswith("where"):
            left, right, then = (self.within(arg, SUM) for arg in rest.args[:3])
            sign = "<" if rest.op == "where<" else r"\le"
            rows.append(f"{then} & \\text{{{word} }} {left} {sign} {right}")
            rest, word = rest.args[3], "else if"
        rows.append(f"{self.show(rest)[0]} & \\text{{otherwise}}")
        return "\\begin{cases} " + " \\\\ ".join(rows) + " \\end{cases}", CHOICE

    def function(self, op: str, args: tuple[Expr, ...]) -> Text:
        if op == "total":
            before, self.summed = self.summed, True
            text = self.within(args[0], PRODUCT)
            self.summed = before
            return f"\\sum_i {text}", TOTAL
        if op == "cospi":
            turns = self.joined([r"\pi", self.within(args[0], PRODUCT)])
            return f"\\cos\\left({turns}\\right)", POWER
        inner = [self.show(arg)[0] for arg in args]
        if op == "sqrt":
            return f"\\sqrt{{{inner[0]}}}", ATOM
        if op == "absolute":
            return f"\\left|{inner[0]}\\right|", ATOM
        return self.FORMS[op].format(*inner), POWER


def _decimal(value: Fraction) -> tuple[str, int]:
    """A short text and a power of ten: 9/10 is 0.9, 1/10^8 is 1 and -8, 1/3 stays a quotient."""
    digits = next((k for k in range(40) if (value * 10**k).denominator == 1), None)
    if digits is None:
        return str(value), 0
    whole = str(abs(int(value * 10**digits)))
    sign = "-" if value < 0 else ""
    if digits > len(whole) + 2:
        mantissa = whole[0] + (f".{whole[1:]}" if len(whole) > 1 else "")
        return sign + mantissa, len(whole) - 1 - digits
    if digits == 0:
        return sign + whole, 0
    whole = whole.rjust(digits + 1, "0")
    return f"{sign}{whole[:-digits]}.{whole[-digits:]}", 0
