"""What the grammar refuses: the line, the reason and the remedy."""

from __future__ import annotations

import ast
import inspect

import pytest

from adamtheory.errors import GrammarError
from adamtheory.language import parse


def body(line: str, signature: str = "x, g, m=0, *, lr: nonnegative = 1") -> str:
    """A rule whose one line is at line 3 of the text."""
    return f"@rule\ndef mine({signature}):\n    {line}\n    return x - lr*g, m\n"


# -- refusals ------------------------------------------------------------------------------------------------------

REFUSED = [
    # line 3 of the text, part of the reason, part of the remedy
    ("m = g if g < 0 else x", "a conditional expression is not in the language", "where(a < b, x, y)"),
    ("m = g < 0", "a comparison stands outside where", "where(a < b, x, y)"),
    ("m = g and x", "and, or are not in the language", "nest where"),
    ("m = g.real", "'g.real' is not in the language", "only its own arguments"),
    ("m = g[0]", "'g[0]' is not in the language", "only its own arguments"),
    ("m = [g]", "'[g]' is not in the language", "arithmetic and the words"),
    ("m = (g, x)", "'(g, x)' is not in the language", "arithmetic and the words"),
    ("m = lambda y: y", "is not in the language", "arithmetic and the words"),
    ("m = (k := g)", "is not in the language", "arithmetic and the words"),
    ("m = f'{g}'", "is not in the language", "arithmetic and the words"),
    ("m = True", "True is not a real number", "a decimal such as 0.9"),
    ("m = 'a'", "'a' is not a real number", "a decimal such as 0.9"),
    ("m = 1j", "1j is not a real number", "a decimal such as 0.9"),
    ("m = None", "None is not a real number", "a decimal such as 0.9"),
    ("m = 1e400", "1e400 lies outside the range of float64", "1e308"),
    ("m = 1e-400", "1e-400 lies outside the range of float64", "1e-323"),
    ("m = 1" + 400 * "0", "lies outside the range of float64", "1e308"),
    ("m = sqrt", "the word sqrt is used as a variable", "choose another name"),
    ("m = k", "'k' is neither an argument nor assigned above", "declare it in the signature"),
    ("m = g // 2", "an operator outside + - * / **", "rewrite it"),
    ("m = g % 2", "an operator outside + - * / **", "rewrite it"),
    ("m = g @ x", "an operator outside + - * / **", "rewrite it"),
    ("m = ~g", "an operator outside + - * / **", "rewrite it"),
    ("m = not g", "an operator outside + - * / **", "rewrite it"),
    ("m = g**0.5", "a power 0.5 is a root", "write sqrt(e)"),
    ("m = g**-1", "the exponent -1 is not in 0..64", "write 1/e or a product"),
    ("m = g**65", "the exponent 65 is not in 0..64", "write 1/e or a product"),
    ("m = max(g, x)", "'max' is not in the language", "write maximum(a, b)"),
    ("m = min(g, x)", "'min' is not in the language", "write minimum(a, b)"),
    ("m = abs(g)", "'abs' is not in the language", "write absolute(a)"),
    ("m = sum(g)", "'sum' is not in the language", "write total(e)"),
    ("m = math.cos(g)", "'math.cos' is not in the language", "write cospi(e)"),
    ("m = pow(g, 2)", "'pow' is not in the language", "write a**b"),
    ("m = np.log1p(g)", "'np.log1p' is not in the language", "write log(1 + e)"),
    ("m = np.sign(g)", "'np.sign' is not in the language", "write where(e < 0, -1"),
    ("m = clip(g)", "'clip' is not in the language", "write minimum(maximum(e, low), high)"),
    ("m = tanh(g)", "'tanh' is not in the language", "the words of the language are absolute, cospi"),
    ("m = sqrt(g, x)", "sqrt takes 1 plain arguments", "exactly those"),
    ("m = maximum(g)", "maximum takes 2 plain arguments", "exactly those"),
    ("m = sqrt(a=g)", "sqrt takes 1 plain arguments", "exactly those"),
    ("m = sqrt(*g)", "sqrt takes 1 plain arguments", "exactly those"),
    ("m = where(g, x, 0)", "the first argument of where is not one comparison", "where(a < b, x, y)"),
    ("m = where(0 < g < 1, x, 0)", "the first argument of where is not one comparison", "where(a < b, x, y)"),
    ("m = where(g == 0, x, 0)", "'g == 0' is not an order comparison", "use <, <=, > or >="),
    ("m = where(g != 0, x, 0)", "'g != 0' is not an order comparison", "use <, <=, > or >="),
    ("if g: m = 1", "'if' is not in the language", "write where(a < b, x, y)"),
    ("for k in g: m = 1", "loops are not in the language", "total(e)"),
    ("while g: m = 1", "loops are not in the language", "total(e)"),
    ("m += g", "'m += g' updates in place", "write m = m ..."),
    ("m = k = g", "'m = k = g' is not a plain assignment", "write name = expression"),
    ("m, k = g, x", "is not a plain assignment", "write name = expression"),
    ("m: float = g", "is not a plain assignment", "write name = expression"),
    ("m.real = g", "is not a plain assignment", "write name = expression"),
    ("import os", "'import os' is not a plain assignment", "write name = expression"),
    ("pass", "'pass' is not a plain assignment", "write name = expression"),
    ("print(g)", "'print(g)' is not a plain assignment", "write name = expression"),
    ("del m", "'del m' is not a plain assignment", "write name = expression"),
    ("sqrt = g", "'sqrt' is a word of the language", "choose another name"),
    ("t = g", "'t' is a word of the language", "choose another name"),
    ("m = g" + 200 * " + x", "more than 150 operations stand inside one another", "give parts of it a name"),
]


@pytest.mark.parametrize(("line", "reason", "remedy"), REFUSED, ids=[r[0][:30] for r in REFUSED])
def test_lines_outside_the_language(line, reason, remedy):
    with pytest.raises(GrammarError) as caught:
        parse(body(line), filename="mine.py")
    assert caught.value.line == 3
    assert reason in caught.value.reason
    assert remedy in caught.value.remedy
    assert str(caught.value).startswith("mine.py: mine, line 3: ")
    assert "\n" not in str(caught.value)


SIGNATURES = [
    ("x, g, *args", "*args, **kwargs and / are not in the language"),
    ("x, g, *, lr, **more", "*args, **kwargs and / are not in the language"),
    ("x, g, /, m=0", "*args, **kwargs and / are not in the language"),
    ("g, x, m=0", "a rule begins with the arguments x, g"),
    ("x, m=0", "a rule begins with the arguments x, g"),
    ("x, g, m", "a rule begins with the arguments x, g"),
    ("x, g, sqrt=0", "the word sqrt is used as an argument"),
    ("x, g, m=0, *, m: real = 1", "two arguments have the name m"),
    ("x, g, t=0, *, lr", "t is supplied at every step and cannot be a slot"),
    ("x, g, m=0, *, lr: positive_real", "'positive_real' is not a range"),
    ("x, g, m=0, *, lr: language.decay", "'language.decay' is not a range"),
    ("x, g, m=0, *, t: positive", "t is supplied at every step"),
    ("x, g, m=0, *, eta=1", "eta is supplied at every step"),
    ("x, g, m=0, *, beta: decay = 1", "the default 1 of beta lies outside [0, 1)"),
    ("x, g, m=0, *, lr: positive = 0", "the default 0 of lr lies outside (0, inf)"),
    ("x, g, m=0, *, k: at_least_two = 3/2", "the default 3/2 of k lies outside [2, inf)"),
    ("x, g, m=x", "'x' is neither an argument nor assigned above"),
    ("x, g, m=1 + 1", "'1 + 1' is not an exact number"),
    ("x, g, m=1/0", "'1 / 0' divides by zero"),
]


@pytest.mark.parametrize(("signature", "reason"), SIGNATURES, ids=[s[0] for s in SIGNATURES])
def test_signatures_outside_the_language(signature, reason):
    with pytest.raises(GrammarError) as caught:
        parse(f"\n@rule\ndef mine({signature}):\n    return x\n")
    assert reason in caught.value.reason
    assert caught.value.remedy
    assert caught.value.line == 3


OTHERS = [
    ("@rule\ndef f(x, g, m=0):\n    return x\n", 3, "the return has 1 values and needs 2", "return x, m"),
    ("@rule\ndef f(x, g):\n    return\n", 3, "the return has 0 values and needs 1", "return x"),
    ("@rule\ndef f(x, g):\n    y = x\n", 3, "there is no return", "return x and the new slots"),
    ("@rule\ndef f(x, g):\n    return x\n    y = x\n", 4, "a line follows the return", "the last line"),
    ("@loss\ndef f(x):\n    return x\n", 3, "the return has 1 values and needs 2", "return loss, gradient"),
    ("@loss\ndef f(x, u):\n    return x, u\n", 2, "the input 'u' does not say what it is", "uniform, row, target"),
    (
        "@loss\ndef f(x, u: real):\n    return x, u\n",
        2,
        "the input 'u' does not say what it is",
        "uniform, row, target",
    ),
    ("@loss\ndef f(x, *, eta):\n    return x, eta\n", 2, "eta is not supplied to a loss", "another name"),
    ("@schedule\ndef f(t, *, eta):\n    return eta\n", 2, "eta is not supplied to a schedule", "another name"),
    ("@schedule\ndef f(x):\n    return x\n", 2, "a schedule begins with the arguments t", "initial value"),
    ("@schedule\ndef f(t):\n    return total(t)\n", 3, "total has no meaning in a schedule", "coordinates"),
    ("@feasible_set\ndef f(y, *, t):\n    return y\n", 2, "t is not supplied to a feasible_set", "another name"),
    ("@feasible_set\ndef f(y):\n    return total(y)\n", 3, "total has no meaning in a feasible_set", "coordinates"),
    ("@rule(moment='m(')\ndef f(x, g):\n    return x\n", 1, "moment='m(' is no expression", "mend it"),
    ("\n@rule(moment='zz')\ndef f(x, g):\n    return x\n", 2, "'zz' is neither an argument", "declare it"),
    ("@rule(moment=m)\ndef f(x, g):\n    return x\n", 1, "the option moment is no literal text", 'write moment="..."'),
    (
        "@rule(momentum='g')\ndef f(x, g):\n    return x\n",
        1,
        "@rule has no option 'momentum'",
        "use moment, denominator",
    ),
    ("@rule(**o)\ndef f(x, g):\n    return x\n", 1, "@rule has no option 'None'", "use moment, denominator"),
    ("@rule('g')\ndef f(x, g):\n    return x\n", 1, "@rule takes its options by name", "use moment, denominator"),
    ("@loss(radius='a')\ndef f(x):\n    return x, x\n", 1, "'a' is not a real number", "a decimal"),
    ("@rule\ndef f(x, g)\n    return x\n", 2, "not Python: ", "mend the syntax"),
    ("a\0b", 0, "not ", "mend"),
]


@pytest.mark.parametrize(("text", "line", "reason", "remedy"), OTHERS, ids=[o[2][:40] for o in OTHERS])
def test_other_refusals(text, line, reason, remedy):
    with pytest.raises(GrammarError) as caught:
        parse(text)
    assert caught.value.line == line
    assert reason in caught.value.reason
    assert remedy in caught.value.remedy


def test_every_refusal_of_the_grammar_is_in_these_tests():
    """A new reason in the source needs a line above."""
    from adamtheory.language import expressions, grammar

    tree = ast.parse(inspect.getsource(grammar) + inspect.getsource(expressions).replace("from __future__", "# "))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    reasons = [c.args[1] for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "fail"]
    constant = [_longest(r) for r in reasons]
    given = " ".join([r[1] for r in REFUSED] + [s[1] for s in SIGNATURES] + [o[2] for o in OTHERS])
    missing = [c for c in constant if not any(word in given for word in (c, c[:25], c[-25:]))]
    assert len(reasons) > 30
    assert not missing


def _longest(node: ast.expr) -> str:
    """The longest constant part of a text with holes."""
    parts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return max(parts, key=len).strip(" ':;=")
