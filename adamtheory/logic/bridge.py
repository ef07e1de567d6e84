"""To SymPy and back. SymPy proposes, it never decides: what comes back is a term that the kernel still has to prove.

SymPy cancels `x/x` while an expression is built and lets `subs` capture bound variables. So `inv`, `sqrt`, `log`,
`power`, sums, means and limits go over as functions that it knows nothing about, and bound variables as symbols whose
names, `_1`, `_2`, no term can have. From SymPy comes what is on a closed list of nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adamtheory.logic.kernel import EMPTY, Theorem, Theory
from adamtheory.logic.printing import Printable, check_size, signature
from adamtheory.logic.terms import Refused, Rel, Term, need, rel, term

ASSUMED: dict[str, dict[str, bool]] = {"R": {"real": True}, "Z": {"integer": True}, "W": {}}
ZERO, ONE, MINUS_ONE = (term("num", k, 1) for k in (0, 1, -1))


def to_sympy(x: Printable, evaluate: bool = False) -> Any:
    """The SymPy expression, relation or implication of a term, relation or theorem.

    With `evaluate` it consists of SymPy's own `1/x`, `sqrt`, `log`, `b**n` and `Sum`, for calculations: SymPy then
    cancels, and reads `1/0` and empty sums in its own way, so no such expression says what the term says.
    """
    import sympy

    if isinstance(x, Theorem):
        writer = _Writer((*x.hyps, x.claim), evaluate)
        claim = writer.relation(x.claim)
        hyps = sympy.And(*(writer.relation(h) for h in x.hyps), evaluate=False)
        return sympy.Implies(hyps, claim, evaluate=False) if x.hyps else claim
    need(type(x) in (Term, Rel), f"{type(x).__name__} is not a term, relation or theorem")
    writer = _Writer((x,), evaluate)
    return writer.term(x, {}) if isinstance(x, Term) else writer.relation(x)


class _Writer:
    def __init__(self, sentences: tuple[Term | Rel, ...], evaluate: bool) -> None:
        check_size(*sentences)
        families, variables = signature(*sentences)
        self.evaluate = evaluate
        self.names = {("app", shown.rstrip("'"), sort): shown for shown, sort in families.items()}
        self.names |= {("var", shown.rstrip("'"), sort): shown for shown, sort in variables.items()}

    def relation(self, x: Rel) -> Any:
        import sympy

        if x.index is not None:
            inner = self._bind(x.index, {})
            left, right, index = self.term(x.left, inner), self.term(x.right, {}), inner[x.index]
            if self.evaluate:
                return sympy.Eq(sympy.Limit(left, index, sympy.oo), right, evaluate=False)
            return sympy.Function("lim")(left, index, right)
        kinds = {"le": sympy.Le, "lt": sympy.Lt, "eq": sympy.Eq}
        return kinds[x.kind](self.term(x.left, {}), self.term(x.right, {}), evaluate=False)

    def term(self, t: Term, bound: Mapping[Term, Any]) -> Any:
        import sympy

        if t.op == "num":
            return sympy.Rational(*t.args)
        if t.op == "var":
            return bound[t] if t in bound else sympy.Symbol(self.names["var", *t.args], **ASSUMED[t.sort])
        if t.op == "app":
            name, parts = self.names["app", t.args[0], t.sort], [self.term(a, bound) for a in t.args[2:]]
            if not parts:
                return sympy.Symbol(name, **ASSUMED[t.sort])
            return sympy.Function(name, **ASSUMED[t.sort])(*parts)
        if t.op == "pow":
            return self.term(t.args[0], bound) ** t.args[1]
        if t.op in ("sum", "mean"):
            return self._binder(t, bound)
        known = {"add": sympy.Add, "mul": sympy.Mul, "max": sympy.Max}
        if self.evaluate:
            known |= {"inv": lambda a: 1 / a, "sqrt": sympy.sqrt, "log": sympy.log, "power": sympy.Pow}
        head = known.get(t.op, sympy.Function(t.op, real=True))
        return head(*(self.term(a, bound) for a in t.args))

    def _binder(self, t: Term, bound: Mapping[Term, Any]) -> Any:
        import sympy

        index, *bounds, body = t.args
        inner = self._bind(index, bound)
        parts = [inner[index], *(self.term(b, bound) for b in bounds)]
        inside = self.term(body, inner)
        if t.op == "sum" and self.evaluate:
            return sympy.Sum(inside, tuple(parts))
        return sympy.Function(t.op, **ASSUMED[t.sort])(*parts, inside)

    def _bind(self, index: Term, bound: Mapping[Term, Any]) -> dict[Term, Any]:
        """The index by its depth: shadowed variables count, so that no symbol has two meanings."""
        import sympy

        depth = 1 + max((int(symbol.name[1:]) for symbol in bound.values()), default=0)
        return {**bound, index: sympy.Symbol(f"_{depth}", **ASSUMED[index.sort])}


# --- from SymPy -------------------------------------------------------------------------------------------------------


def from_sympy(expr: Any, symbols: Mapping[Any, Term]) -> Term | Rel:
    """The term or relation of a SymPy expression, each symbol being the term that the table gives it.

    Read are: rational numbers, symbols of the table, sums, products, integer and half powers, powers with an exponent
    of integer sort, `Max`, `Min`, `Abs`, `log`, finite `Sum`, and `<= < >= > =`. All else is refused, floats first.
    """
    import sympy

    kinds = {
        sympy.LessThan: ("le", False), sympy.StrictLessThan: ("lt", False), sympy.GreaterThan: ("le", True),
        sympy.StrictGreaterThan: ("lt", True), sympy.Equality: ("eq", False),
    }  # fmt: skip
    if type(expr) not in kinds:
        return _term(expr, symbols)
    kind, turned = kinds[type(expr)]
    left, right = (_term(side, symbols) for side in expr.args)
    return rel(kind, right, left) if turned else rel(kind, left, right)


def stated(claim: Any, theory: Theory = EMPTY) -> Rel:
    """A relation as it is, or the one that a SymPy relation states.

    A symbol is the constant of the theory of that name, else an integer variable if SymPy assumes it to be an integer,
    else a real one. What else SymPy assumes of it (`positive=True`) is no hypothesis: state it as one.
    """
    if type(claim) is Rel:
        return claim
    need(not isinstance(claim, bool), "`==` compares objects and states nothing; write eq(a, b)")
    signatures = {name: signature for name, signature in theory.names if signature is not None and not signature[1]}
    symbols: dict[Any, Term] = {}
    for symbol in getattr(claim, "free_symbols", ()):
        name, sort = symbol.name, "Z" if symbol.is_integer else "R"
        known = name in signatures
        symbols[symbol] = term("app", name, signatures[name][0]) if known else term("var", name, sort)
    found = from_sympy(claim, symbols)
    need(type(found) is Rel, f"{claim} is no relation")
    return found  # type: ignore[return-value]


def _term(expr: Any, symbols: Mapping[Any, Term]) -> Term:
    import sympy

    if isinstance(expr, sympy.Float | float):
        raise Refused(f"Float {expr} is not exact: write a Rational")
    if isinstance(expr, sympy.Rational):
        return term("num", int(expr.p), int(expr.q))
    if isinstance(expr, sympy.Symbol):
        need(expr in symbols, f"the Symbol {expr} with these assumptions is not in the table")
        return symbols[expr]
    if type(expr) is sympy.Sum:
        return _sum(expr.function, list(expr.limits), symbols)
    readers: dict[Any, Callable[..., Term]] = {
        sympy.Add: lambda *args: _chain("add", [_term(a, symbols) for a in args]),
        sympy.Mul: lambda *args: _product(args, symbols),
        sympy.Pow: lambda base, exponent: _power(base, exponent, symbols),
        sympy.Max: lambda *args: _chain("max", [_term(a, symbols) for a in args]),
        sympy.Min: lambda *args: _minus(_chain("max", [_minus(_term(a, symbols)) for a in args])),
        sympy.Abs: lambda a: term("max", _term(a, symbols), _minus(_term(a, symbols))),
        sympy.log: lambda a: term("log", _term(a, symbols)),
    }
    if type(expr) not in readers:
        raise Refused(f"the node {type(expr).__name__} is not read from SymPy")
    return readers[type(expr)](*expr.args)


def _chain(op: str, parts: list[Term]) -> Term:
    need(len(parts) > 0, f"{op} of nothing")
    result = parts[0]
    for part in parts[1:]:
        result = term(op, result, part)
    return result


def _minus(t: Term) -> Term:
    return term("mul", MINUS_ONE, t)


def _product(factors: tuple[Any, ...], symbols: Mapping[Any, Term]) -> Term:
    """Reciprocals last and a sign in front, as in `-(a*b/c)`."""
    import sympy

    if len(factors) > 1 and factors[0] is sympy.S.NegativeOne:
        return _minus(_product(factors[1:], symbols))
    parts = [_term(f, symbols) for f in factors]
    return _chain("mul", [p for p in parts if p.op != "inv"] + [p for p in parts if p.op == "inv"])


def _power(base: Any, exponent: Any, symbols: Mapping[Any, Term]) -> Term:
    import sympy

    below = _term(base, symbols)
    if not isinstance(exponent, sympy.Rational):
        above = _term(exponent, symbols)
        need(above.sort == "Z", f"the exponent {exponent} of a Pow is not an integer term")
        return term("power", below, above)
    need(exponent.q in (1, 2), f"the exponent {exponent} of a Pow is neither an integer nor half of one")
    root, k = (term("sqrt", below) if exponent.q == 2 else below), abs(int(exponent.p))
    raised = root if k == 1 else term("pow", root, k)
    return term("inv", raised) if exponent < 0 else raised


def _sum(body: Any, limits: list[Any], symbols: Mapping[Any, Term]) -> Term:
    """SymPy lists the innermost index first; bounds may mention the indices outside."""
    if not limits:
        return _term(body, symbols)
    *inner, outermost = limits
    need(len(outermost) == 3, "a Sum has an index and two bounds")
    low, high = (_term(bound, symbols) for bound in outermost[1:])
    index = _fresh_index(outermost[0].name, symbols)
    return term("sum", index, low, high, _sum(body, inner, {**symbols, outermost[0]: index}))


def _fresh_index(name: str, symbols: Mapping[Any, Term]) -> Term:
    """An integer variable, named after the symbol where that is a name and nothing in the table has it."""
    taken = {v.args[0] for t in symbols.values() for v in t.free} | {
        f for t in symbols.values() for f, *_ in t.families
    }
    try:
        term("var", name, "Z")
    except Refused:
        name = "k"
    tried, k = name, 0
    while tried in taken:
        k += 1
        tried = f"{name}_{k}"
    return term("var", tried, "Z")


# --- proposals --------------------------------------------------------------------------------------------------------


def closed_form(body: Term, index: Term, low: Term, high: Term) -> Term:
    """SymPy's (Gosper's) proposal for the sum of the body over index = low, ..., high: a guess, to be proved.

    It may fail where a denominator of the proposal is 0, and where the range is empty.
    """
    import sympy
    from sympy.concrete.gosper import gosper_sum

    need(index not in low.free | high.free, "the bounds of a sum do not mention its index")
    reader = _Atoms(index)
    limits = (reader.symbols[index], reader.read(low), reader.read(high))
    expression = reader.read(body)
    for parts in ([expression], sympy.Add.make_args(sympy.expand(expression))):
        sums = [gosper_sum(part, limits) for part in parts]
        if None not in sums:
            return reader.back(sympy.Add(*sums))
    raise Refused("SymPy finds no closed form of this sum")


def closed_product(body: Term, index: Term, low: Term, high: Term) -> Term:
    """SymPy's proposal for the product of the body over index = low, ..., high: a guess, to be proved."""
    import sympy

    need(index not in low.free | high.free, "the bounds of a product do not mention its index")
    reader = _Atoms(index)
    factor, bounds = reader.read(body), [reader.read(low), reader.read(high)]
    # With all of them positive SymPy gives one branch; the others are the proof's to refuse.
    positive = {s: sympy.Symbol(f"{s.name}p", integer=True, positive=True) for s in reader.symbols.values()}
    factor, *bounds = (sympy.sympify(e).xreplace(positive) for e in (factor, *bounds))
    try:
        found = sympy.simplify(sympy.gammasimp(sympy.product(factor, (positive[reader.symbols[index]], *bounds))))
    except (ValueError, TypeError, NotImplementedError, AttributeError) as error:
        raise Refused(f"SymPy finds no closed form of this product: {error}") from None
    found = found.xreplace({new: old for old, new in positive.items()})
    need(not found.has(sympy.Product, sympy.RisingFactorial, sympy.gamma), "SymPy finds no closed form of this product")
    return reader.back(found)


def solve_recursion(step: Term, previous: Term, index: Term, init: Term) -> Term:
    """SymPy's proposal for f with f(0) = init and f(index + 1) = step, where `previous` stands for f(index).

    The step is linear in `previous`. The proposal is a term of the index: a guess, to be proved by induction.
    """
    import sympy

    reader = _Atoms(index, previous)
    now, k, expression = reader.symbols[previous], reader.symbols[index], sympy.expand(reader.read(step))
    slope = sympy.diff(expression, now)
    need(now not in slope.free_symbols, "the step is not linear in the previous value")
    f = sympy.Function("f")
    equation = f(k + 1) - slope * f(k) - sympy.expand(expression - slope * now)
    try:
        found = sympy.rsolve(equation, f(k), {f(0): reader.read(init)})
    except (ValueError, TypeError, NotImplementedError, AttributeError) as error:
        raise Refused(f"SymPy does not solve this recursion: {error}") from None
    need(found is not None, "SymPy finds no solution of this recursion")
    return reader.back(found)


class _Atoms:
    """Terms as polynomials, quotients and powers in the given variables and in whatever is free of them."""

    def __init__(self, *variables: Term) -> None:
        self.variables = frozenset(variables)
        self.symbols: dict[Term, Any] = {}
        for variable in variables:
            self._symbol(variable)

    def _symbol(self, t: Term) -> Any:
        import sympy

        return self.symbols.setdefault(t, sympy.Symbol(f"_{len(self.symbols)}", **ASSUMED[t.sort]))

    def read(self, t: Term) -> Any:
        import sympy

        if t.op == "num":
            return sympy.Rational(*t.args)
        heads = {"add": sympy.Add, "mul": sympy.Mul, "inv": lambda a: 1 / a, "power": sympy.Pow}
        if t.op == "pow":
            return self.read(t.args[0]) ** t.args[1]
        if t.op in heads:
            return heads[t.op](*(self.read(a) for a in t.args))
        need(t.op == "var" or not t.free & self.variables, f"no proposal where {t.op} mentions the index")
        return self._symbol(t)

    def back(self, expr: Any) -> Term:
        return _term(expr, {symbol: t for t, symbol in self.symbols.items()})
