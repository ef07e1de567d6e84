"""From Python source to a `Rule`: parsed, never executed.

The language is straight-line Python: assignments, `+ - * / **`, the words of `expressions`, and one `return`. Anything
else is refused with the line, the reason and what to write instead.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from types import FunctionType, MappingProxyType
from typing import Any

from adamtheory.errors import GrammarError
from adamtheory.language.expressions import WORDS, ExpressionParser
from adamtheory.language.rule import RANGES, SUPPLIED, Input, Rule, Scalar, Slot
from adamtheory.language.tree import Assignment, Expr, Name, Number

# kind -> (positional inputs that the kind prescribes, names of the results before the new slots)
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rule": (("x", "g"), ("x",)),
    "loss": (("x",), ("loss", "gradient")),
    "schedule": (("t",), ("step size",)),
    "feasible_set": (("y",), ("projection",)),
}
INPUT_KINDS = ("uniform", "row", "target")
DECORATORS = {"rule": "rule", "loss": "loss", "schedule": "schedule", "feasible_set": "feasible_set"}
NOTES = {
    "rule": ("moment", "denominator"),
    "loss": ("period", "comparator", "minimiser", "margin", "concave", "moving", "frozen"),
    "schedule": (),
    "feasible_set": (),
}
NUMBERS = ("start", "radius")  # the facts that are numbers; the others are texts
MAY_ASK = {"rule": SUPPLIED, "loss": ("t",), "schedule": (), "feasible_set": ()}  # of the supplied scalars
FACTS = {
    "rule": ("family", "schedule"),
    "loss": ("family", "start", "radius"),
    "schedule": ("family",),
    "feasible_set": ("family", "vector"),
}


class _Parser(ExpressionParser):
    """Statements and signature around the expressions."""

    def statements(self, body: list[ast.stmt]) -> tuple[list[Assignment], ast.Return]:
        lines: list[Assignment] = []
        for index, node in enumerate(body):
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                continue
            if isinstance(node, ast.Return):
                if index != len(body) - 1:
                    self.fail(body[index + 1], "a line follows the return", "the return is the last line")
                return lines, node
            lines.append(self.assignment(node))
        self.fail(body[-1], "there is no return", f"return {', '.join(KINDS[self.kind][1])} and the new slots")

    def assignment(self, node: ast.stmt) -> Assignment:
        if isinstance(node, ast.If):
            self.fail(node, "'if' is not in the language", "write where(a < b, x, y)")
        if isinstance(node, ast.For | ast.While):
            self.fail(node, "loops are not in the language", "a rule is one step; sum over coordinates with total(e)")
        if isinstance(node, ast.AugAssign):
            target = ast.unparse(node.target)
            self.fail(node, f"'{ast.unparse(node)}' updates in place", f"write {target} = {target} ...")
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            self.fail(node, f"'{ast.unparse(node)}' is not a plain assignment", "write name = expression")
        target = node.targets[0].id
        if target in WORDS or target in SUPPLIED:
            self.fail(node, f"'{target}' is a word of the language", "choose another name")
        value = self.expression(node.value)
        self.versions[target] = self.versions.get(target, 0) + 1
        return Assignment(Name(target, self.versions[target]), value, node.lineno)

    def signature(self, args: ast.arguments) -> tuple[list[Input], list[Slot], list[Scalar]]:
        if args.vararg or args.kwarg or args.posonlyargs:
            remedy = "list slots with their initial values, then * and the scalars"
            first = args.vararg or args.kwarg or args.posonlyargs[0]
            self.fail(first, "*args, **kwargs and / are not in the language", remedy)
        plain = len(args.args) - len(args.defaults)
        expected = KINDS[self.kind][0]
        begin = tuple(arg.arg for arg in args.args[:plain][: len(expected)])
        if begin != expected or (self.kind != "loss" and plain != len(expected)):
            remedy = "slots after them need an initial value, scalars stand after *"
            self.fail(args, f"a {self.kind} begins with the arguments {', '.join(expected)}", remedy)
        inputs = [self.input(arg, i) for i, arg in enumerate(args.args[:plain])]
        slots = [Slot(arg.arg, self.number(d)) for arg, d in zip(args.args[plain:], args.defaults, strict=True)]
        scalars = [self.scalar(arg, d) for arg, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
        for name in [*(i.name for i in inputs), *(s.name for s in slots), *(s.name for s in scalars)]:
            if name in WORDS:
                self.fail(args, f"the word {name} is used as an argument", "choose another name")
            if name in self.versions:
                self.fail(args, f"two arguments have the name {name}", "choose another name for one of them")
            self.versions[name] = 0
        for slot in slots:
            if slot.name in SUPPLIED:
                self.fail(args, f"{slot.name} is supplied at every step and cannot be a slot", "choose another name")
        return inputs, slots, scalars

    def input(self, arg: ast.arg, position: int) -> Input:
        if position < len(KINDS[self.kind][0]):
            return Input(arg.arg, "step" if arg.arg == "t" else "coordinate")
        kind = arg.annotation.id if isinstance(arg.annotation, ast.Name) else ""
        if kind not in INPUT_KINDS:
            self.fail(arg, f"the input '{arg.arg}' does not say what it is", f"annotate it: {', '.join(INPUT_KINDS)}")
        return Input(arg.arg, kind)

    def scalar(self, arg: ast.arg, default: ast.expr | None) -> Scalar:
        name = arg.annotation.id if isinstance(arg.annotation, ast.Name) else None
        if arg.annotation is not None and name not in RANGES:
            self.fail(arg, f"'{ast.unparse(arg.annotation)}' is not a range", f"use one of {', '.join(RANGES)}")
        if arg.arg in SUPPLIED and arg.arg not in MAY_ASK[self.kind]:
            self.fail(arg, f"{arg.arg} is not supplied to a {self.kind}", "choose another name, or leave it out")
        if arg.arg in SUPPLIED and (default is not None or name is not None):
            self.fail(arg, f"{arg.arg} is supplied at every step", "give it neither a range nor a default")
        value = None if default is None else self.number(default)
        interval = RANGES[name or "real"]
        if value is not None and value not in interval:
            self.fail(arg, f"the default {value} of {arg.arg} lies outside {interval}", "choose one inside")
        return Scalar(arg.arg, interval, value)

    def number(self, node: ast.expr) -> Fraction:
        """An exact literal: a number, its negative, or a quotient of two such as 1/3."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            divisor = self.number(node.right)
            if divisor == 0:
                self.fail(node, f"'{ast.unparse(node)}' divides by zero", "write 0, 0.9 or 1/3")
            return self.number(node.left) / divisor
        value = self.expression(node)
        if not isinstance(value, Number):
            self.fail(node, f"'{ast.unparse(node)}' is not an exact number", "write 0, 0.9 or 1/3")
        return value.value


def _docstring(node: ast.FunctionDef) -> str:
    return ast.get_docstring(node) or ""


def _options(parser: _Parser, decorator: ast.expr) -> dict[str, Any]:
    """The literal keyword arguments of the decorator, checked against what the kind allows."""
    if not isinstance(decorator, ast.Call):
        return {}
    allowed = (*NOTES[parser.kind], *FACTS[parser.kind])
    options: dict[str, Any] = {}
    if decorator.args:
        parser.fail(decorator, f"@{parser.kind} takes its options by name", f"use {', '.join(allowed)}")
    for keyword in decorator.keywords:
        if keyword.arg not in allowed:
            parser.fail(decorator, f"@{parser.kind} has no option '{keyword.arg}'", f"use {', '.join(allowed)}")
        options[keyword.arg] = _option(parser, keyword.arg, keyword.value)
    return options


def _option(parser: _Parser, name: str, node: ast.expr) -> Any:
    if name in NUMBERS:
        value = parser.number(node)
        return int(value) if value.denominator == 1 else value
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        parser.fail(node, f"the option {name} is no literal text", f'write {name}="..."')
    return node.value


def _note(parser: _Parser, name: str, text: str, line: int) -> Expr:
    """The expression in an option's text; it reads the values of the names at the end of the body."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise GrammarError(parser.where, line, f"{name}={text!r} is no expression: {error.msg}", "mend it") from None
    if name == "frozen" and not isinstance(tree.body, ast.Name):
        raise GrammarError(parser.where, line, f"{name}={text!r} is not the name of a line", "name the slope, as in g")
    ast.increment_lineno(tree, line - 1)
    return replace(parser, lines=[b""] * (line - 1) + text.strip().encode().splitlines()).expression(tree.body)


def _build(node: ast.FunctionDef, kind: str, decorator: ast.expr | None, filename: str, source: str) -> Rule:
    parser = _Parser(f"{filename}: {node.name}", kind, node.lineno, source.encode().split(b"\n"))
    options = {} if decorator is None else _options(parser, decorator)
    inputs, slots, scalars = parser.signature(node.args)
    body, end = parser.statements(node.body)
    values = end.value.elts if isinstance(end.value, ast.Tuple) else [end.value] if end.value else []
    count, wanted = len(KINDS[kind][1]), ", ".join((*KINDS[kind][1], *(s.name for s in slots)))
    if len(values) != count + len(slots):
        parser.fail(end, f"the return has {len(values)} values and needs {count + len(slots)}", f"return {wanted}")
    ends = tuple(parser.expression(v) for v in values)
    notes = {
        key: _note(parser, key, options[key], decorator.lineno if decorator else node.lineno)
        for key in NOTES[kind]
        if key in options
    }
    return Rule(
        kind=kind, name=node.name, doc=_docstring(node), inputs=tuple(inputs), slots=tuple(slots),
        scalars=tuple(scalars), body=tuple(body), results=ends[:count], next_slots=ends[count:],
        filename=filename, line=node.lineno, return_line=end.lineno, notes=MappingProxyType(notes),
        facts=MappingProxyType({k: v for k, v in options.items() if k in FACTS[kind]}),
    )  # fmt: skip


def _decoration(node: ast.FunctionDef) -> tuple[str, ast.expr] | None:
    for decorator in node.decorator_list:
        head = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = head.attr if isinstance(head, ast.Attribute) else head.id if isinstance(head, ast.Name) else ""
        if name in DECORATORS:
            return DECORATORS[name], decorator
    return None


def parse(source: str, *, filename: str = "<text>") -> Mapping[str, Rule]:
    """All decorated functions of a source text, by name; nothing of the text is executed.

    Raises `GrammarError` for a text outside the language and for one that is not Python.
    """
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise GrammarError(filename, error.lineno or 0, f"not Python: {error.msg}", "mend the syntax") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise GrammarError(filename, 0, f"not readable as Python: {error}", "mend the text") from None
    rules = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and (found := _decoration(node)):
            rules[node.name] = _build(node, *found, filename, source)
    return MappingProxyType(rules)


@lru_cache(maxsize=64)
def _functions(source: str) -> Mapping[int, ast.FunctionDef]:
    """First line (that of the first decorator) -> definition, nested ones included."""
    nodes = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef))
    return {(n.decorator_list[0].lineno if n.decorator_list else n.lineno): n for n in nodes}


def _from_function(function: FunctionType, kind: str, options: Mapping[str, Any]) -> Rule:
    code = function.__code__
    linecache.checkcache(code.co_filename)
    source = "".join(linecache.getlines(code.co_filename))
    node = _functions(source).get(code.co_firstlineno) if source else None
    if node is None or node.name != function.__name__:
        raise GrammarError(code.co_filename, code.co_firstlineno, f"the source of {function.__name__} cannot be read",
                           "write the rule in a file, or pass its text to adamtheory.language.parse")  # fmt: skip
    found = _decoration(node)
    if options and not found:
        raise GrammarError(code.co_filename, code.co_firstlineno, f"the decorator of {node.name} has another name here",
                           f"its options are read from the text: write @{kind}(...)")  # fmt: skip
    return _build(node, kind, found[1] if found else None, code.co_filename, source)


def _decorator(kind: str) -> Callable[..., Any]:
    def decorate(function: FunctionType | None = None, **options: Any) -> Any:
        if function is None:
            return lambda f: _from_function(f, kind, options)
        return _from_function(function, kind, options)

    decorate.__name__ = kind
    decorate.__doc__ = f"Parse the decorated function as a {kind}; the function itself is never called."
    return decorate


rule = _decorator("rule")
loss = _decorator("loss")
schedule = _decorator("schedule")
feasible_set = _decorator("feasible_set")
