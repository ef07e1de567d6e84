"""The plain-Python reading of a rule: one step in any arithmetic, on lists of coordinates.

    read = reading(adam, arithmetic("rational"))
    results, slots = read({"x": [1], "g": [3]}, {"m": [0], ...}, {"lr": ..., ...})

Every expression is evaluated in the order of the text. This is the oracle that the kernels are compared with; it shares
nothing with the emitters but the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from adamtheory.language.arithmetic import Arithmetic
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Expr, Name, Number

Values = dict[Name, Sequence[Any]]  # a value per coordinate; a step value stands once for each coordinate
Evaluate = Callable[[Values, int], Any]


def compile_expr(expr: Expr, system: Arithmetic, size: int) -> Evaluate:
    """A closure that evaluates the expression at one coordinate out of `size`."""
    if isinstance(expr, Number):
        literal = system.number(expr.value)
        return lambda values, k: literal
    if isinstance(expr, Name):
        name = expr
        return lambda values, k: values[name][k]
    if expr.op == "ipow" and isinstance(expr.args[1], Number):
        n, inner = int(expr.args[1].value), compile_expr(expr.args[0], system, size)
        return lambda values, k: system.ipow(inner(values, k), n)
    parts = [compile_expr(arg, system, size) for arg in expr.args]
    return _operation(expr.op, parts, system, size)


def _operation(op: str, parts: list[Evaluate], system: Arithmetic, size: int) -> Evaluate:
    if op == "total":
        (body,) = parts
        zero = system.number(Fraction(0))

        def total(values: Values, k: int) -> Any:
            result = zero
            for i in range(size):
                result = system.add(result, body(values, i))
            return result

        return total
    if op.startswith("where"):
        left, right, then, otherwise = parts
        compare = system.less if op == "where<" else system.less_equal
        return lambda values, k: system.choose(
            compare(left(values, k), right(values, k)), lambda: then(values, k), lambda: otherwise(values, k)
        )
    function = getattr(system, op)
    if len(parts) == 1:
        (only,) = parts
        return lambda values, k: function(only(values, k))
    first, second = parts
    return lambda values, k: function(first(values, k), second(values, k))


Step = Callable[[Mapping[str, Sequence[Any]], Mapping[str, Any]], tuple[list[list[Any]], dict[str, list[Any]]]]


def reading(rule: Rule, system: Arithmetic, size: int = 1) -> Step:
    """One step of the rule on `size` coordinates.

    The returned function takes the inputs and slots (a list of `size` values each) and the scalars (one value each),
    all in the arithmetic's own numbers, and returns the results (one list each) and the new slots by name.
    """
    lines = [(a.target, compile_expr(a.value, system, size)) for a in rule.body]
    ends = [compile_expr(e, system, size) for e in rule.results]
    news = [(s.name, compile_expr(e, system, size)) for s, e in zip(rule.slots, rule.next_slots, strict=True)]

    def step(
        arrays: Mapping[str, Sequence[Any]], scalars: Mapping[str, Any]
    ) -> tuple[list[list[Any]], dict[str, list[Any]]]:
        values: Values = {Name(name): list(v) for name, v in arrays.items()}
        values.update({Name(name): [v] * size for name, v in scalars.items()})
        with system.quiet():
            for target, evaluate in lines:
                values[target] = [evaluate(values, k) for k in range(size)]
            results = [[evaluate(values, k) for k in range(size)] for evaluate in ends]
            return results, {name: [evaluate(values, k) for k in range(size)] for name, evaluate in news}

    return step
