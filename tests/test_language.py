"""The language: what is read, what is refused and how, what a digest sees, and that the text alone decides."""

from __future__ import annotations

import ast
import math
import re
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from adamtheory.errors import AdamTheoryError, GrammarError, NotRationalError
from adamtheory.language import arithmetic, parse, reading
from adamtheory.language.rule import SUPPLIED, Rule
from adamtheory.language.tree import OPERATIONS, Apply, Name, Number, serialise, walk
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES, adam, amsgrad
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS


def one(text: str) -> Rule:
    """The only rule of a text."""
    (found,) = parse(textwrap.dedent(text).lstrip("\n")).values()
    return found


def body(line: str, signature: str = "x, g, m=0, *, lr: nonnegative = 1") -> str:
    """A rule whose one line is at line 3 of the text."""
    return f"@rule\ndef mine({signature}):\n    {line}\n    return x - lr*g, m\n"


# -- literals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.9", Fraction(9, 10)),
        ("1e-8", Fraction(1, 10**8)),
        ("3", Fraction(3)),
        ("1_000", Fraction(1000)),
        ("0x10", Fraction(16)),
        (".5", Fraction(1, 2)),
        ("2.", Fraction(2)),
        ("-0.1", Fraction(-1, 10)),
        ("9007199254740993", Fraction(2**53 + 1)),
        ("0.1000000000000000000000000000001", Fraction(10**30 + 1, 10**31)),
        ("5e-324", Fraction(5, 10**324)),
        ("0e-999", Fraction(0)),
    ],
)
def test_literals_are_exact(text, value):
    """As written, also where a Python float would have rounded; and the rounded one is what the floats see."""
    (line,) = one(body(f"m = {text}")).body
    assert line.value == Number(value)
    if abs(value) < 10**17:
        assert arithmetic("float64").number(value) == eval(text)


def test_defaults_and_initial_values_are_exact():
    """Quotients are allowed there, and are one number."""
    rule = one(body("m = m", "x, g, m=1/3, *, lr: nonnegative = 0.1, beta: decay = -0/7"))
    assert rule.slots[0].initial == Fraction(1, 3)
    assert [s.default for s in rule.scalars] == [Fraction(1, 10), Fraction(0)]


def test_a_float_parameter_means_its_shortest_decimal():
    assert adam(lr=0.1).exact_values()["lr"] == Fraction(1, 10)
    assert adam(lr=Fraction(1, 3)).exact_values()["lr"] == Fraction(1, 3)


# -- nothing is executed -------------------------------------------------------------------------------------------


def test_nothing_of_a_text_is_executed(tmp_path):
    """An import that would fail, a file that would be written, a decorator and a default that would raise."""
    trace = tmp_path / "trace"
    found = parse(f"""
import no_such_module_anywhere
open({str(trace)!r}, "w").write("executed")
raise SystemExit(3)

@explode(1/0)
@rule(family="mine")
def mine(x, g, m=1/3, *, lr: nonnegative = 0.1):
    return x - lr*g, m

@other.rule
def second(x, g):
    return x

def third(x, g):
    return x
""")
    assert list(found) == ["mine", "second"]
    assert not trace.exists()


def test_a_decorated_function_is_never_called(tmp_path):
    """Its words raise when called; the decorator returns a rule all the same."""
    file = tmp_path / "own.py"
    file.write_text(
        "from adamtheory.language import nonnegative, rule, sqrt\n"
        "@rule\ndef mine(x, g, v=0, *, lr: nonnegative = 0.1):\n    v = v + g*g\n    return x - lr*g/sqrt(v), v\n"
    )
    code = "import own, adamtheory.language as l\nprint(own.mine.kind)\ntry: l.sqrt(4)\nexcept TypeError as e: print(e)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
                         env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": ""})  # fmt: skip
    assert ran.stdout == "rule\nsqrt is a word of the language of rules: it is parsed inside @rule, never called\n"


def test_a_rule_from_a_text_is_the_rule_from_the_file():
    """All shipped rules and schedules: imported, and parsed from their files."""
    for known in (RULES, SCHEDULES):
        for rule in known.values():
            again = parse(Path(rule.filename).read_text())[rule.name]
            assert again.text == rule.text
            assert again.digest == rule.digest
            assert (again.line, again.doc) == (rule.line, rule.doc)


def test_a_decorator_under_another_name_is_refused_where_its_options_would_be_lost(tmp_path, monkeypatch):
    (tmp_path / "renamed.py").write_text(
        "from adamtheory.language import rule as r\n@r(family='a')\ndef f(x, g):\n    return x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(GrammarError, match=r"renamed.py, line 2: .*write @rule\(\.\.\.\)"):
        __import__("renamed")


def test_a_function_without_source_is_refused():
    with pytest.raises(GrammarError, match="cannot be read; write the rule in a file, or pass its text"):
        exec("from adamtheory.language import rule\n@rule\ndef f(x, g):\n    return x\n", {})


# -- digest, versions, obligations, options ------------------------------------------------------------------------

PLAIN = """
@rule(family="a", moment="m", denominator="1 + lr")
def mine(x, g, m=0, *, lr: nonnegative = 0.1, b: decay = 0.9):
    m = b*m + (1 - b)*g
    return x - lr*m, m
"""


def test_digest_sees_the_tree_only():
    other = '''
# a comment
@rule(denominator = "1+lr",
      moment="(m)", family="a")
def mine(x, g, m = 0.0, *, lr: nonnegative=1e-1, b : decay=.90):
    """A docstring."""
    m = ((b * m)
         + (1 - b) * g)         # another comment

    return (x - (lr*m), m)
'''
    assert one(PLAIN).digest == one(other).digest
    assert re.fullmatch("[0-9a-f]{64}", one(PLAIN).digest)


TOKENS = [
    ("def mine", "def mime"), ("m=0", "m=1"), ("m=0", "m=1e-300"), ("0.1", "0.2"), ("0.9", "0.90000000000000000001"),
    ("nonnegative", "positive"), ("decay", "unit"), ("b*m", "b+m"), ("b*m +", "b*m -"), ("(1 - b)", "(b - 1)"),
    ("(1 - b)*g", "(1 - b)*x"), ("x - lr", "x + lr"), ("lr*m, m", "lr*m, g"), ("lr*m, m", "lr*g, m"),
    ('moment="m"', 'moment="g"'), ('"1 + lr"', '"2 + lr"'), ('family="a"', 'family="b"'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), TOKENS)
def test_digest_sees_every_token(old, new):
    assert old in PLAIN
    assert one(PLAIN).digest != one(PLAIN.replace(old, new)).digest


def test_digest_sees_the_facts_of_a_loss():
    """Start and radius change what a run does."""
    text = "@loss(start=1, radius=2)\ndef f(x):\n    return total(x*x), 2*x\n"
    digests = {one(text.replace(a, b)).digest for a, b in [("", ""), ("start=1", "start=-1"), ("radius=2", "radius=3")]}
    assert len(digests) == 3
    assert dict(one(text.replace("start=1", "start=-1/2")).facts) == {"start": Fraction(-1, 2), "radius": 2}


def test_versions_count_the_assignments():
    rule = one("""
        @rule
        def mine(x, g, m=0, *, lr: real = 1):
            y = m
            m = m + g
            y = y + m
            m = m*m
            return x - y, m
    """)
    assert [f"{a.target} = {serialise(a.value)}" for a in rule.body] == [
        "y.1 = m", "m.1 = (add m g)", "y.2 = (add y.1 m.1)", "m.2 = (mul m.1 m.1)",
    ]  # fmt: skip
    assert [a.line for a in rule.body] == [3, 4, 5, 6]
    assert (serialise(rule.results[0]), serialise(rule.next_slots[0])) == ("(sub x y.2)", "m.2")


def test_comparisons_are_turned_to_less():
    rule = one(body("m = where(g > 0, where(g >= 1, x, 2), where(g <= -1, x, 3))"))
    assert serialise(rule.body[0].value) == "(where< 0 g (where<= 1 g x 2) (where<= g -1 x 3))"


def test_small_integer_powers_are_products():
    rule = one(body("m = g**3 + 2**g + g**1.5 + g**0"))
    assert serialise(rule.body[0].value) == "(add (add (add (ipow g 3) (pow 2 g)) (pow g 3/2)) (ipow g 0))"


def test_obligations_are_read_off_the_text():
    rule = one("""
        @rule
        def mine(x, g, m=0, *, lr: real = 1):
            a = sqrt(g)/(m - m)
            b = where(m < 1, log(x), where(x <= g, g**lr, 1/x))
            return x - a/b, m
    """)
    found = [
        (o.kind, serialise(o.expr), o.line, [(g[0], serialise(g[1]), serialise(g[2]), g[3]) for g in o.guards])
        for o in rule.obligations
    ]
    inner = ("<", "m", "1", False)
    assert found == [
        ("nonnegative", "g", 3, []),
        ("nonzero", "(sub m m)", 3, []),  # not simplified to 0, and not lost
        ("positive", "x", 4, [("<", "m", "1", True)]),
        ("positive", "g", 4, [inner, ("<=", "x", "g", True)]),
        ("nonzero", "x", 4, [inner, ("<=", "x", "g", False)]),
        ("nonzero", "b.1", 5, []),
    ]


def test_the_condition_of_a_where_owes_without_its_guard():
    rule = one(body("m = where(1/g < 0, 1/x, 0)"))
    assert [(o.kind, serialise(o.expr), len(o.guards)) for o in rule.obligations] == [
        ("nonzero", "g", 0),
        ("nonzero", "x", 1),
    ]


def test_options_of_the_decorator():
    rule = one(PLAIN)
    assert dict(rule.facts) == {"family": "a"}
    assert {k: serialise(v) for k, v in rule.notes.items()} == {"moment": "m.1", "denominator": "(add 1 lr)"}
    loss = one('@loss(family="f", start=1, radius=0.5, period="N", comparator="-1")\n'
               "def f(x, u: uniform, k=0, *, N: at_least_two = 3, t):\n    return total(u*x), u, k + t\n")  # fmt: skip
    assert dict(loss.facts) == {"family": "f", "start": 1, "radius": Fraction(1, 2)}
    assert {k: serialise(v) for k, v in loss.notes.items()} == {"period": "N", "comparator": "-1"}
    assert [(i.name, i.kind) for i in loss.inputs] == [("x", "coordinate"), ("u", "uniform")]
    assert [s.name for s in loss.scalars if s.name in SUPPLIED] == ["t"]
    assert [p.name for p in loss.parameters] == ["N"]


# -- parameters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"lr": -1}, {"lr": [0.1, -0.1]}, {"lr": "0.1"}, {"lr": None, "beta": 1}, {"lr": math.nan}, {"lr": math.inf},
        {"lr": True}, {"lr": []}, {"lr": [[]]}, {"beta1": 1}, {"beta1": np.array([0.5, 1.0])}, {"beta3": 0.5},
        {"lr": np.array(["a"])}, {"lr": 1j}, {"lr": [None]},
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused_in_one_line(given):
    with pytest.raises(AdamTheoryError) as caught:
        adam(**given)
    assert "\n" not in str(caught.value)


# -- the text means what Python says -------------------------------------------------------------------------------

REALS = (np.float64, np.float32)


def scalar_words(real: type) -> dict[str, object]:
    """The words as functions on NumPy scalars, written from their definitions."""

    def through(function):
        def call(*args):
            try:
                return real(function(*(float(a) for a in args)))
            except (OverflowError, ValueError):
                return real(getattr(np, function.__name__)(*(np.float64(a) for a in args)))

        return call

    return {
        "real": real,
        "sqrt": np.sqrt,
        "exp": through(math.exp),
        "log": through(math.log),
        "cospi": lambda a: real(math.cos(math.pi * float(a))),
        "maximum": lambda a, b: a if a > b else b,
        "minimum": lambda a, b: a if a < b else b,
        "absolute": np.abs,
        "where": lambda test, a, b: a if test else b,
        "power": through(math.pow),
    }


class _Literals(ast.NodeTransformer):
    """Python on NumPy scalars: literals become scalars, integer powers products, other powers the C library's."""

    def visit_Constant(self, node):
        return ast.Call(ast.Name("real", ast.Load()), [node], []) if isinstance(node.value, int | float) else node

    def visit_BinOp(self, node):
        if not isinstance(node.op, ast.Pow):
            return self.generic_visit(node)
        if isinstance(node.right, ast.Constant) and isinstance(node.right.value, int):
            base, product = self.visit(node.left), self.visit(node.left)
            for _ in range(node.right.value - 1):
                product = ast.BinOp(product, ast.Mult(), base)
            return product
        return ast.Call(ast.Name("power", ast.Load()), [self.visit(node.left), self.visit(node.right)], [])


def executed(rule: Rule, real: type):
    """The function of the rule's own source, executed by Python."""
    module = ast.parse(Path(rule.filename).read_text())
    (node,) = [n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == rule.name]
    defaults = [ast.literal_eval(d) for d in node.args.defaults]
    node.decorator_list, node.args.defaults, node.args.kw_defaults = [], [], [None] * len(node.args.kwonlyargs)
    for arg in (*node.args.args, *node.args.kwonlyargs):
        arg.annotation = None
    node.body = [b for b in node.body if not isinstance(b, ast.Expr)]
    namespace = scalar_words(real)
    exec(
        compile(ast.fix_missing_locations(_Literals().visit(ast.Module([node], []))), rule.filename, "exec"), namespace
    )
    return namespace[rule.name], [real(d) for d in defaults]


def has_total(rule: Rule) -> bool:
    trees = [*(a.value for a in rule.body), *rule.results, *rule.next_slots]
    return any(isinstance(n, Apply) and n.op == "total" for tree in trees for n in walk(tree))


WITHOUT_TOTAL = [name for name, rule in RULES.items() if not has_total(rule)]


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize("name", WITHOUT_TOTAL)
def test_the_reading_is_what_python_does_with_the_source(name, real):
    """Two hundred steps on gradients with zeros and many sizes, every number equal to the last bit."""
    rule = RULES[name]
    function, slots = executed(rule, real)
    step = reading(rule, arithmetic(real.__name__))
    rng = np.random.default_rng(5)
    x, mine = real(0.5), {s.name: [v] for s, v in zip(rule.slots, slots, strict=True)}
    here = [x]
    scalars = {p.name: real(p.default if p.default is not None else 0.1) for p in rule.parameters}
    for t in range(1, 201):
        g = real(rng.normal() * 10.0 ** rng.integers(-5, 3) * (rng.random() < 0.8))
        given = scalars | {n: {"t": real(t), "eta": real(1 / np.sqrt(t))}[n] for n in SUPPLIED if rule.scalar(n)}
        with np.errstate(all="ignore"):
            found = function(x, g, *slots, **given)
        found = found if isinstance(found, tuple) else (found,)
        (here,), mine = step({"x": here, "g": [g], **mine}, given)
        x, slots = found[0], list(found[1:])
        for what, a, b in zip(["x", *mine], [here[0], *(v[0] for v in mine.values())], found, strict=True):
            assert type(a) is real, f"{what} is {type(a)} at round {t}"
            assert a == b or (a != a and b != b), f"{what} is {a!r} and {b!r} at round {t}"
    assert np.isfinite(x)


# -- arithmetics ---------------------------------------------------------------------------------------------------


def test_rational_reading_is_exact_and_refuses_roots():
    system = arithmetic("rational")
    rule = one(body("m = (m + g**2)/3 + cospi(1/3) + sqrt(9/4)"))
    _, slots = reading(rule, system)(
        {"x": [Fraction(0)], "g": [Fraction(1, 7)], "m": [Fraction(2)]}, {"lr": Fraction(1)}
    )
    assert slots["m"] == [Fraction(2, 3) + Fraction(1, 147) + 2]
    for line in ("m = sqrt(2)", "m = exp(1)", "m = log(2)", "m = cospi(1/4)", "m = g**0.25"):
        with pytest.raises(NotRationalError):
            reading(one(body(line)), system)({"x": [Fraction(0)], "g": [Fraction(2)], "m": [Fraction(0)]}, {"lr": 1})


def test_balls_contain_the_exact_values():
    """AMSGrad's v in balls against Fractions; an undecided comparison covers both branches."""
    ball, rational = arithmetic("ball"), arithmetic("rational")
    rule = one(body("m = where(m < g, 0.9*m + 0.1*g*g, m/7)"))
    a, b = {"m": [ball.number(Fraction(1, 3))]}, {"m": [Fraction(1, 3)]}
    for k in range(50):
        g = Fraction(k * k % 7, 3)
        _, a = reading(rule, ball)(
            {"x": [ball.number(Fraction(0))], "g": [ball.number(g)], **a}, {"lr": ball.number(Fraction(1))}
        )
        _, b = reading(rule, rational)({"x": [Fraction(0)], "g": [g], **b}, {"lr": Fraction(1)})
        assert a["m"][0].contains(ball.number(b["m"][0]).mid())
        assert a["m"][0].rad() < 1e-14
    wide = ball.arb(0, 1)
    chosen = ball.choose(ball.less(wide, ball.arb(0)), lambda: ball.arb(5), lambda: ball.arb(7))
    assert chosen.contains(5)
    assert chosen.contains(7)


@pytest.mark.parametrize(
    ("op", "args", "wanted"),
    [
        ("pow", (-0.0, -1.0), -math.inf), ("pow", (0.0, -1.0), math.inf), ("pow", (-1e200, 3.0), -math.inf),
        ("pow", (-1e200, 2.0), math.inf), ("pow", (-1.0, 0.5), math.nan), ("pow", (-0.0, -2.0), math.inf),
        ("cospi", (1e308,), math.nan), ("cospi", (math.inf,), math.nan), ("exp", (1e4,), math.inf),
        ("log", (0.0,), -math.inf), ("log", (-1.0,), math.nan), ("sqrt", (-1.0,), math.nan), ("sqrt", (-0.0,), -0.0),
        ("div", (1.0, 0.0), math.inf), ("div", (0.0, 0.0), math.nan), ("maximum", (math.nan, 1.0), 1.0),
        ("maximum", (1.0, math.nan), math.nan), ("minimum", (math.nan, 1.0), 1.0), ("maximum", (-0.0, 0.0), 0.0),
    ],
)  # fmt: skip
def test_corners_of_the_floating_arithmetic(op, args, wanted):
    """As IEEE 754 and the C library have them, where Python itself would raise."""
    system = arithmetic("float64")
    with system.quiet():
        found = getattr(system, op)(*(np.float64(a) for a in args))
    assert (math.isnan(found) and math.isnan(wanted)) or (
        found == wanted and math.copysign(1, found) == math.copysign(1, wanted)
    )


def test_amsgrad_is_the_published_text():
    """The tree of the one rule that everything rests on, spelled out."""
    assert [f"{a.target} = {serialise(a.value)}" for a in amsgrad.body] == [
        "m.1 = (add (mul beta1 m) (mul (sub 1 beta1) g))",
        "v.1 = (add (mul beta2 v) (mul (mul (sub 1 beta2) g) g))",
        "v_max.1 = (maximum v_max v.1)",
    ]
    assert serialise(amsgrad.results[0]) == "(sub x (div (mul lr m.1) (add (sqrt v_max.1) eps)))"
    assert amsgrad.next_slots == (Name("m", 1), Name("v", 1), Name("v_max", 1))


# -- the tree ------------------------------------------------------------------------------------------------------


def test_trees_hold_the_listed_operations_only():
    """What a new reading has to know is all in OPERATIONS: names and numbers of arguments."""
    rules = [*RULES.values(), *LOSSES.values(), *SCHEDULES.values(), *SETS.values()]
    used = set()
    for rule in rules:
        for expr in (*(a.value for a in rule.body), *rule.results, *rule.next_slots, *rule.notes.values()):
            for node in walk(expr):
                if isinstance(node, Apply):
                    assert len(node.args) == OPERATIONS[node.op]
                    used.add(node.op)
    assert used <= OPERATIONS.keys()
    assert len(used) > 12
    system = arithmetic("float64")
    assert all(hasattr(system, op) for op in OPERATIONS if op not in ("where<", "where<=", "total"))
