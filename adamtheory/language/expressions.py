"""From Python expressions to trees: arithmetic, exact literals, the words of the language, and nothing else."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from adamtheory.errors import GrammarError
from adamtheory.language.tree import Apply, Expr, Name, Number

BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
WORDS = {"sqrt": 1, "exp": 1, "log": 1, "cospi": 1, "maximum": 2, "minimum": 2, "absolute": 1, "total": 1, "where": 3}
INSTEAD = {
    "max": "write maximum(a, b)", "min": "write minimum(a, b)", "abs": "write absolute(a)", "sum": "write total(e)",
    "cos": "write cospi(e), the cosine of pi times e", "pow": "write a**b", "log1p": "write log(1 + e)",
    "sign": "write where(e < 0, -1, where(0 < e, 1, 0))", "clip": "write minimum(maximum(e, low), high)",
}  # fmt: skip
HIGHEST_POWER = 64
DEEPEST = 150  # operations inside one another; the readings recurse, and Python's stack ends near 1000 frames


@dataclass
class ExpressionParser:
    """The state of parsing one function: where it is and which version of each name is current."""

    where: str
    kind: str
    line: int
    lines: list[bytes]
    versions: dict[str, int] = field(default_factory=dict)
    depth: int = 0

    def fail(self, node: ast.AST, reason: str, remedy: str) -> NoReturn:
        raise GrammarError(self.where, getattr(node, "lineno", self.line), reason, remedy)

    def expression(self, node: ast.expr) -> Expr:
        if self.depth > DEEPEST:
            self.fail(node, f"more than {DEEPEST} operations stand inside one another", "give parts of it a name first")
        self.depth += 1
        found = self.operation(node)
        self.depth -= 1
        return found

    def operation(self, node: ast.expr) -> Expr:
        if isinstance(node, ast.Constant):
            return self.literal(node)
        if isinstance(node, ast.Name):
            return self.read(node)
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.UnaryOp):
            return self.unary(node)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.IfExp):
            self.fail(node, "a conditional expression is not in the language", "write where(a < b, x, y)")
        if isinstance(node, ast.Compare):
            self.fail(node, "a comparison stands outside where", "comparisons belong in where(a < b, x, y)")
        if isinstance(node, ast.BoolOp):
            self.fail(node, "and, or are not in the language", "nest where(a < b, x, y)")
        if isinstance(node, ast.Subscript | ast.Attribute):
            self.fail(node, f"'{ast.unparse(node)}' is not in the language", "a rule reads only its own arguments")
        self.fail(node, f"'{ast.unparse(node)}' is not in the language", "use arithmetic and the words of the language")

    def literal(self, node: ast.Constant) -> Expr:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.fail(node, f"{node.value!r} is not a real number", "write an integer or a decimal such as 0.9")
        text = self.lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode().replace("_", "")
        vanished = node.value == 0 and re.search("[1-9]", re.split("[eE]", text)[0])
        if abs(node.value) > sys.float_info.max or vanished:
            self.fail(node, f"{text} lies outside the range of float64", "write a number from 1e-323 to 1e308 in size")
        # a float is taken as it is written: Python's own value has lost what lies beyond 17 digits
        return Number(Fraction(node.value if isinstance(node.value, int) else text))

    def read(self, node: ast.Name) -> Expr:
        if node.id in WORDS:
            self.fail(node, f"the word {node.id} is used as a variable", "choose another name")
        if node.id not in self.versions:
            self.fail(
                node,
                f"'{node.id}' is neither an argument nor assigned above",
                "declare it in the signature: a slot with its initial value, or a scalar after *",
            )
        return Name(node.id, self.versions[node.id])

    def binary(self, node: ast.BinOp) -> Expr:
        if isinstance(node.op, ast.Pow):
            return self.power(node)
        op = BINARY.get(type(node.op))
        if op is None:
            self.fail(node, f"'{ast.unparse(node)}' uses an operator outside + - * / **", "rewrite it with those")
        return Apply(op, (self.expression(node.left), self.expression(node.right)))

    def power(self, node: ast.BinOp) -> Expr:
        base, exponent = self.expression(node.left), self.expression(node.right)
        if not isinstance(exponent, Number):
            return Apply("pow", (base, exponent))
        if exponent.value == Fraction(1, 2):
            self.fail(node, "a power 0.5 is a root", "write sqrt(e)")
        if exponent.value.denominator == 1 and not 0 <= exponent.value <= HIGHEST_POWER:
            self.fail(node, f"the exponent {exponent.value} is not in 0..{HIGHEST_POWER}", "write 1/e or a product")
        return Apply("ipow" if exponent.value.denominator == 1 else "pow", (base, exponent))

    def unary(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.UAdd):
            return self.expression(node.operand)
        if not isinstance(node.op, ast.USub):
            self.fail(node, f"'{ast.unparse(node)}' uses an operator outside + - * / **", "rewrite it with those")
        inner = self.expression(node.operand)
        return Number(-inner.value) if isinstance(inner, Number) else Apply("neg", (inner,))

    def call(self, node: ast.Call) -> Expr:
        if not isinstance(node.func, ast.Name) or node.func.id not in WORDS:
            name = ast.unparse(node.func)
            remedy = INSTEAD.get(name.split(".")[-1], f"the words of the language are {', '.join(sorted(WORDS))}")
            self.fail(node, f"'{name}' is not in the language", remedy)
        word = node.func.id
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args) or len(node.args) != WORDS[word]:
            self.fail(node, f"{word} takes {WORDS[word]} plain arguments", f"write {word} with exactly those")
        if word == "where":
            return self.where_call(node)
        inner = tuple(self.expression(arg) for arg in node.args)
        if word == "total" and self.kind in ("schedule", "feasible_set"):
            self.fail(node, f"total has no meaning in a {self.kind}", "total sums over the coordinates of one group")
        return Apply(word, inner)

    def where_call(self, node: ast.Call) -> Expr:
        test, then, otherwise = node.args
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            self.fail(node, "the first argument of where is not one comparison", "write where(a < b, x, y)")
        left, right = self.expression(test.left), self.expression(test.comparators[0])
        branches = (self.expression(then), self.expression(otherwise))
        match test.ops[0]:
            case ast.Lt():
                return Apply("where<", (left, right, *branches))
            case ast.LtE():
                return Apply("where<=", (left, right, *branches))
            case ast.Gt():
                return Apply("where<", (right, left, *branches))
            case ast.GtE():
                return Apply("where<=", (right, left, *branches))
        self.fail(node, f"'{ast.unparse(test)}' is not an order comparison", "use <, <=, > or >=")
