"""One-token changes of the text of a rule, and proof files loaded anew that read the changed text."""

from __future__ import annotations

import ast
import importlib
import io
import sys
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import adamtheory
from adamtheory import rules
from adamtheory.errors import AdamTheoryError
from adamtheory.language import Rule, parse

PACKAGE = "adamtheory.proofs"
OPERATORS = {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*"}
# a word -> its neighbour; an empty one is dropped, which leaves its argument in parentheses
WORDS = {"maximum": "minimum", "minimum": "maximum", "sqrt": "", "absolute": "", "log": ""}

Place = tuple[int, int]


def text_of(rule: Rule) -> str:
    """The declaration of a rule as its file has it, without the docstring."""
    lines = Path(rule.filename).read_text().splitlines()
    nodes = ast.parse("\n".join(lines)).body
    node = next(n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == rule.name)
    doc = node.body[0]
    kept = (
        *range(node.decorator_list[0].lineno - 1, doc.lineno - 1),
        *range(doc.end_lineno or 0, node.end_lineno or 0),
    )
    return "\n".join(lines[k] for k in kept) + "\n"


def put(text: str, start: Place, end: Place, new: str) -> str:
    """The text with what stands between two places (line, column) replaced."""
    lines = text.splitlines(keepends=True)
    before, after = lines[start[0] - 1][: start[1]], lines[end[0] - 1][end[1] :]
    return "".join([*lines[: start[0] - 1], before + new + after, *lines[end[0] :]])


def texts(rule: Rule) -> dict[str, str]:
    """What was changed -> the changed text: operators, numerals, words, names, factors and terms left out."""
    text = text_of(rule)
    found = dict(_tokens(text, list(dict.fromkeys(_names(text)))))
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp):
            place = f"{node.lineno}:{node.col_offset}"
            for dropped, kept in ((node.left, node.right), (node.right, node.left)):
                new = f"({ast.get_source_segment(text, kept)})"
                what = f"{place} {ast.get_source_segment(text, node)}: {ast.get_source_segment(text, dropped)} dropped"
                end = (node.end_lineno or 0, node.end_col_offset or 0)
                found[what] = put(text, (node.lineno, node.col_offset), end, new)
    return found


def _names(text: str) -> Iterator[str]:
    """The arguments and the assigned names, in their order."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _tokens(text: str, names: list[str]) -> Iterator[tuple[str, str]]:
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    declared, body = node.lineno, node.body[0].lineno
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        line, where = token.start[0], f"{token.start[0]}:{token.start[1]}"
        if line < declared and token.type == tokenize.STRING:  # an expression in an option of the decorator
            inner = ast.literal_eval(token.string)
            for change, new in _tokens_inside(inner, names):
                yield f"{where} {inner}: {change}", put(text, token.start, token.end, repr(new))
        # In the signature other names would be other arguments; numerals are initial values and defaults.
        elif line >= body or (line >= declared and token.type == tokenize.NUMBER):
            for new in _others(token, names):
                change = f"{where} {token.line.split('#')[0].strip()}: {token.string} -> {new or 'dropped'}"
                yield change, put(text, token.start, token.end, new)


def _tokens_inside(text: str, names: list[str]) -> Iterator[tuple[str, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        for new in _others(token, names):
            yield f"{token.string} -> {new or 'dropped'}", put(text, token.start, token.end, new)


def _others(token: tokenize.TokenInfo, names: list[str]) -> list[str]:
    if token.type == tokenize.OP and token.string in OPERATORS:
        return [OPERATORS[token.string]]
    if token.type == tokenize.NUMBER:
        return [str(ast.literal_eval(token.string) + 1)]
    if token.string in WORDS:
        return [WORDS[token.string]]
    if token.string in names:
        k = names.index(token.string)
        return [names[k - 1], names[(k + 1) % len(names)]]
    return []


def mutants(rule: Rule) -> dict[str, Rule | None]:
    """What was changed -> the rule that the changed text declares, None where the language refuses it."""
    found: dict[str, Rule | None] = {}
    for change, text in texts(rule).items():
        try:
            mutant = parse(text)[rule.name]
        except AdamTheoryError:
            found[change] = None
            continue
        if mutant.digest != rule.digest:
            found[change] = mutant
    return found


@contextmanager
def in_place_of(rule: Rule, mutant: Rule) -> Iterator[None]:
    """Proof files that are imported inside read the mutant; afterwards everything is as before."""
    family = next(
        m for k, m in sys.modules.items() if k.startswith("adamtheory.rules.") and m.__file__ == rule.filename
    )
    before = {name: module for name, module in sys.modules.items() if name.split(".")[:2] == PACKAGE.split(".")}
    proofs = adamtheory.__dict__.get("proofs")
    all_rules = rules.RULES

    def forget() -> None:
        for name in [name for name in sys.modules if name.split(".")[:2] == PACKAGE.split(".")]:
            del sys.modules[name]

    def place(what: Rule, registry: Any) -> None:
        setattr(family, rule.name, what)
        setattr(rules, rule.name, what)
        rules.RULES = registry

    try:
        forget()
        place(mutant, {**all_rules, rule.name: mutant})
        yield
    finally:
        place(rule, all_rules)
        forget()
        sys.modules.update(before)
        if proofs is not None:
            adamtheory.proofs = proofs


def fresh(name: str) -> Any:
    """The proof file, imported anew if it is not loaded."""
    return importlib.import_module(f"{PACKAGE}.{name}")
