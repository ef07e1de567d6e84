"""Text back to terms: what `printing.text` writes is read to the same object; nothing is run.

The grammar is Python's for expressions, by a closed list of nodes, with `a^k` for `a**k`, `=` for `==`, ranges `1..n`
in sums, and primes behind names. Names come from two tables; a name that is in neither is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from adamtheory.logic.printing import WORDS
from adamtheory.logic.terms import Refused, Rel, Term, need, rel, term

Scope: TypeAlias = Mapping[str, Term]

_TOKEN = re.compile(r"[ \t\n]+|(?P<name>[A-Za-z][A-Za-z0-9_]*)(?P<primes>'*)|[0-9]+|\.\.|\*\*|[<>=]=|[-+*/^()<>=,]")
_LIMIT = re.compile(r"(?P<left>.*) -> (?P<right>.*) as (?P<index>[A-Za-z][A-Za-z0-9_]*'*) -> oo", re.DOTALL)
_PYTHON = {"^": "**", "=": "==", "..": "|"}  # `|` binds more loosely than `+`, as the dots of a range must
_RELATIONS: dict[type, tuple[str, bool]] = {
    ast.LtE: ("le", False), ast.Lt: ("lt", False), ast.GtE: ("le", True), ast.Gt: ("lt", True), ast.Eq: ("eq", False),
}  # fmt: skip
MINUS_ONE = term("num", -1, 1)


def parse(text: str, families: Mapping[str, str], variables: Mapping[str, str]) -> Term | Rel:
    """The term or relation that a line of text writes.

    Families by name with their result sorts, free variables by name with their sorts. `signature` gives both for a
    sentence at hand. A family or variable called `min` or `abs` is written `min'`, `abs'`.
    """
    need(type(text) is str, "text is read from a string")
    reader = _Reader(families, variables)
    limit = _LIMIT.fullmatch(text.strip())
    try:
        if limit:
            return reader.limit(limit["left"], limit["right"], limit["index"])
        tree = _python(text)
        return reader.relation(tree) if isinstance(tree, ast.Compare) else reader.term(tree, reader.scope)
    except RecursionError:
        raise Refused("the text is nested too deeply") from None


def _python(text: str) -> ast.expr:
    """The syntax tree; an underscore goes before every name, so that `lambda` is one, and one more for each prime."""
    parts, at = [], 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Refused(f"no term has {text[at]!r}: {text[:at]} >>> {text[at:]}")
        marked = "_" * (1 + len(token["primes"] or "")) + (token["name"] or "")
        parts.append(marked if token["name"] else _PYTHON.get(token[0], token[0]))
        at = token.end()
    try:
        return ast.parse("(" + "".join(parts) + "\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise Refused(f"{text!r} is no term or relation: {error}") from None


def _shown(node: ast.expr) -> str:
    """The name as it is written in the text."""
    if not isinstance(node, ast.Name):
        raise Refused(f"a name is needed where {ast.unparse(node)} stands")
    name = node.id.lstrip("_")
    return name + "'" * (len(node.id) - len(name) - 1)


def _bound(scope: dict[str, Term], shown: str, variable: Term) -> Scope:
    """The scope inside a binder. Whatever else was this variable is out of reach there: it would be captured."""
    return {name: known for name, known in scope.items() if known is not variable} | {shown: variable}


def _is_numeral(node: ast.expr, signed: bool = False) -> bool:
    if signed and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) is int


class _Reader:
    def __init__(self, families: Mapping[str, str], variables: Mapping[str, str]) -> None:
        def written(name: str) -> str:
            return f"{name}'" if name in WORDS else name

        self.families = {written(name): (name.rstrip("'"), sort) for name, sort in families.items()}
        self.scope: Scope = {written(n): term("var", n.rstrip("'"), sort) for n, sort in variables.items()}
        for name in self.families:
            need(name not in self.scope, f"{name} is a family and a variable")

    def limit(self, left: str, right: str, shown: str) -> Rel:
        index = term("var", shown.rstrip("'"), "Z")
        inner = _bound({**self.scope}, shown, index)
        return rel("lim", self.term(_python(left), inner), self.term(_python(right), self.scope), index)

    def relation(self, node: ast.Compare) -> Rel:
        need(len(node.ops) == 1, "a chain is written as two relations")
        kind, turned = _RELATIONS.get(type(node.ops[0]), ("", False))
        left, right = (self.term(side, self.scope) for side in (node.left, node.comparators[0]))
        return rel(kind, right, left) if turned else rel(kind, left, right)

    def term(self, node: ast.expr, scope: Scope) -> Term:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return term("num", node.value, 1)
        if isinstance(node, ast.Name):
            return self._named(_shown(node), scope)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.term(node.operand, scope)
            return term("num", -inner.args[0], 1) if _is_numeral(node.operand) else term("mul", MINUS_ONE, inner)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            return _OPERATIONS[type(node.op)](self, node.left, node.right, scope)
        if isinstance(node, ast.Call) and not node.keywords:
            return self._call(_shown(node.func), node.args, scope)
        raise Refused(f"no term has a {type(node).__name__} here")

    def _named(self, shown: str, scope: Scope) -> Term:
        if shown in scope:
            return scope[shown]
        need(shown in self.families, f"{shown} is neither a family nor a variable in scope")
        return term("app", *self.families[shown])

    def _call(self, shown: str, nodes: list[ast.expr], scope: Scope) -> Term:
        if shown in ("sum", "mean"):
            return self._binder(shown, nodes, scope)
        parts = [self.term(node, scope) for node in nodes]
        if shown in self.families:
            need(len(parts) > 0, f"{shown}() has no arguments")
            return term("app", *self.families[shown], *parts)
        if shown == "abs" and len(parts) == 1:
            return term("max", parts[0], term("mul", MINUS_ONE, parts[0]))
        if shown == "indicator" and len(parts) == 1:
            part = term("max", parts[0], term("num", 0, 1))
            return term("mul", part, term("inv", part))
        if shown == "min" and len(parts) == 2:
            return term("mul", MINUS_ONE, term("max", *(term("mul", MINUS_ONE, part) for part in parts)))
        need(shown in ("inv", "sqrt", "log", "max", "power"), f"{shown} is no function of {len(parts)} terms")
        return term(shown, *parts)

    def _binder(self, head: str, nodes: list[ast.expr], scope: Scope) -> Term:
        need(len(nodes) == 2, f"{head} is written sum(i = 1..n, body) or mean(w, body)")
        first, bounds = nodes[0], []
        if head == "sum":
            if not (isinstance(first, ast.Compare) and len(first.ops) == 1 and type(first.ops[0]) is ast.Eq):
                raise Refused("a sum is written sum(i = 1..n, body)")
            span, first = first.comparators[0], first.left
            if not (isinstance(span, ast.BinOp) and isinstance(span.op, ast.BitOr)):
                raise Refused("the range of a sum is written 1..n")
            bounds = [self.term(bound, scope) for bound in (span.left, span.right)]
        shown = _shown(first)
        variable = term("var", shown.rstrip("'"), "Z" if head == "sum" else "W")
        return term(head, variable, *bounds, self.term(nodes[1], _bound({**scope}, shown, variable)))

    def _two(self, head: str, left: ast.expr, right: ast.expr, scope: Scope) -> Term:
        return term(head, self.term(left, scope), self.term(right, scope))

    def _difference(self, left: ast.expr, right: ast.expr, scope: Scope) -> Term:
        return term("add", self.term(left, scope), term("mul", MINUS_ONE, self.term(right, scope)))

    def _quotient(self, left: ast.expr, right: ast.expr, scope: Scope) -> Term:
        above, below = self.term(left, scope), self.term(right, scope)
        if not (_is_numeral(left, signed=True) and _is_numeral(right)):
            return term("mul", above, term("inv", below))
        need(below.args[0] != 0, "a numeral has no denominator 0")
        value = Fraction(above.args[0], below.args[0])
        lowest = (value.numerator, value.denominator) == (above.args[0], below.args[0]) and value.denominator > 1
        need(lowest, "a fraction of numerals is written in lowest terms; a quotient of two integers 2*inv(4)")
        return term("num", value.numerator, value.denominator)

    def _power(self, left: ast.expr, right: ast.expr, scope: Scope) -> Term:
        base, exponent = self.term(left, scope), self.term(right, scope)
        if isinstance(right, ast.Constant):
            return term("pow", base, exponent.args[0])
        need(exponent.op != "num", "a running power at a numeral is written power(b, -1); a reciprocal 1/b")
        return term("power", base, exponent)


_OPERATIONS: dict[type, Callable[[_Reader, ast.expr, ast.expr, Scope], Term]] = {
    ast.Add: lambda reader, *rest: reader._two("add", *rest),
    ast.Mult: lambda reader, *rest: reader._two("mul", *rest),
    ast.Sub: _Reader._difference,
    ast.Div: _Reader._quotient,
    ast.Pow: _Reader._power,
}
