"""Theories, theorems and the rules that make them: the trusted part, with `terms.py`. Nothing else makes a theorem.

    theory ; hypotheses |- claim

For every interpretation of the theory's families that satisfies its assumptions, definitions read as the sequences
they define, and for every value of the free variables: if all hypotheses hold, the claim holds.
`docs/proof-format.md` states every rule; the comment at each rule here says why it is sound. Every rule takes a theory
first; the theorem lives in the longest of this theory and those of its premises, each of which must begin with the
shorter ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, TypeAlias

from adamtheory.logic.terms import (
    KEY, ONE, ZERO, Poly, Rel, Refused, Sealed, Term, check_map, check_name, difference, fits, is_term, is_var, key,
    need, negative, normal, plus, rel, substitute, substitute_rel, term, times,
)  # fmt: skip

Names: TypeAlias = tuple[str, ...]
Terms: TypeAlias = tuple[Term, ...]
Rels: TypeAlias = tuple[Rel, ...]

# --- theories ---------------------------------------------------------------------------------------------------------


class Theory(Sealed):
    """An ordered list of declarations, immutable; each method returns a longer one. Begin with `EMPTY`.

    `entries` holds ("declare", name, sorts, result), ("define", names, parameters, index, previous, inits, steps),
    ("assume", name, kind, variables, guards, claim), ("means_exist",). `names` are pairs of a name and its signature
    (result, sorts of the arguments), which is None for what is no family.
    """

    __slots__ = ("entries", "names")
    entries: tuple[tuple[Any, ...], ...]
    names: tuple[tuple[str, tuple[str, Names] | None], ...]

    def _extended(self, entry: tuple[Any, ...], *names: tuple[str, Any]) -> Theory:
        known = [name for name, _ in (*self.names, *names)]
        for name in known[len(self.names) :]:
            need(known.count(name) == 1, f"{name} is declared twice")
        return Theory(KEY, (*self.entries, entry), (*self.names, *names))  # type: ignore[no-any-return]

    def declare(self, name: str, sorts: Names = (), result: str = "R") -> Theory:
        """Add a family with arguments of these sorts; without arguments a constant."""
        check_name(name)
        sorts = _gate(sorts, ["name"])
        need(set(sorts) <= {"R", "Z", "W"}, "arguments have the sorts R, Z, W")
        need(type(result) is str and result in ("R", "Z"), "a family has real or integer values")
        return self._extended(("declare", name, sorts, result), (name, (result, sorts)))

    def define(
        self, names: Names, parameters: Terms, index: Term, previous: Terms, inits: Terms, steps: Terms
    ) -> Theory:
        """Add f_j(p, 0) = init_j and f_j(p, n+1) = step_j with f_i(p, n) for the previous values.

        Recursion on natural numbers defines exactly one sequence, so a definition never excludes a model. That needs
        closed inits and steps that mention earlier families only; values at other indices stay unspecified.
        """
        parts = (names, parameters, index, previous, inits, steps)
        names, parameters, index, previous, inits, steps = _gate(
            parts, (["name"], ["variable"], "index", ["real variable"], ["term"], ["term"])
        )
        need(len(names) == len(previous) == len(inits) == len(steps) > 0, "one previous value, init and step a name")
        variables = _distinct((*parameters, index, *previous))
        for name in names:
            check_name(name)
            need(all(v.args[0] != name for v in variables), f"{name} is a variable and a family")
        for init, step in zip(inits, steps, strict=True):
            need(init.free <= set(parameters), "an init mentions only the parameters")
            need(step.free <= variables, "a step mentions only parameters, index and previous values")
            self.admits(variables, init, step)
        signature = ("R", (*(p.sort for p in parameters), "Z"))
        return self._extended(("define", *parts), *((name, signature) for name in names))

    def assume(self, name: str, kind: str, variables: Terms, guards: Rels, claim: Rel) -> Theory:
        """Add an assumption (the source assumes it too) or an axiom (the source proves it, the project does not)."""
        check_name(name)
        need(type(kind) is str and kind in ("assumption", "axiom"), "the kind is assumption or axiom")
        parts = _gate((variables, guards, claim), (["variable"], ["relation"], "relation"))
        for sentence in (*guards, claim):
            need(sentence.free <= _distinct(variables), "an assumption is closed: its free variables are listed")
        self.admits(_distinct(variables), *guards, claim)
        return self._extended(("assume", name, kind, *parts), (name, None))

    def means_exist(self) -> Theory:
        """Promise that every expectation written in a proof is of an integrable variable."""
        return self._extended(("means_exist",), ("means_exist", None))

    def admits(self, variables: Iterable[Term], *sentences: Term | Rel) -> None:
        """Refuse families that are not declared so, and names that are two things in one judgement."""
        known = {name: signature for name, signature in self.names if signature is not None}
        for name, result, sorts in frozenset[Any]().union(*(s.families for s in sentences)):
            need(name in known, f"the family {name} is not declared")
            need(result == known[name][0] and len(sorts) == len(known[name][1]), f"{name} is declared otherwise")
            for sort, declared in zip(sorts, known[name][1], strict=True):
                need(fits(sort, declared), f"{name} takes an argument of sort {declared}, not {sort}")
        names = [v.args[0] for v in set(variables)]
        need(len(set(names)) == len(names), "a variable has two sorts")
        need(not set(names) & set(known), "a variable has the name of a family")

    def entry(self, head: str, name: str) -> tuple[Any, ...]:
        """The definition or assumption of that name."""
        for found in self.entries:
            if found[0] == head and name in (found[1] if head == "define" else (found[1],)):
                return found
        raise Refused(f"the theory does not {head} {name}")


def _distinct(variables: Terms) -> set[Term]:
    need(len({v.args[0] for v in variables}) == len(variables), "variables have distinct names")
    return set(variables)


# --- theorems ---------------------------------------------------------------------------------------------------------


class Theorem(Sealed):
    """theory ; hyps |- claim, with the names of the assumptions used, and the rule and arguments that made it."""

    __slots__ = ("theory", "hyps", "claim", "uses", "rule", "args")
    theory: Theory
    hyps: Rels
    claim: Rel
    uses: frozenset[str]
    rule: str
    args: tuple[Any, ...]


# What may pass the gate: exact types only. A tuple of kinds is a tuple of exactly these, a list of one kind any number.
KINDS: dict[str, Callable[[Any], bool]] = {
    "theorem": lambda v: type(v) is Theorem,
    "fact": lambda v: type(v) is Theorem and v.claim.kind != "lim",
    "limit": lambda v: type(v) is Theorem and v.claim.kind == "lim",
    "relation": lambda v: type(v) is Rel and v.kind != "lim",
    "any": is_term,
    "term": lambda v: is_term(v, "RZ"),
    "term or none": lambda v: v is None or is_term(v, "RZ"),
    "integer": lambda v: is_term(v, "Z"),
    "integer or none": lambda v: v is None or is_term(v, "Z"),
    "variable": is_var,
    "number variable": lambda v: is_var(v, "RZ"),
    "real variable": lambda v: is_var(v, "R"),
    "index": lambda v: is_var(v, "Z"),
    "outcome": lambda v: is_var(v, "W"),
    "name": lambda v: type(v) is str,
    "position": lambda v: type(v) is int and v >= 0,
    "rational": lambda v: type(v) is Fraction and type(v.numerator) is type(v.denominator) is int and v.denominator > 0,
}


def _gate(value: Any, kind: Any) -> Any:
    """The value, of the kind asked for, copied so that nothing reads differently the second time."""
    if type(kind) in (tuple, list):
        need(type(value) is tuple, "a tuple is needed")
        kinds = kind if type(kind) is tuple else kind * len(value)
        need(len(value) == len(kinds), f"{len(kinds)} values are needed")
        return tuple(_gate(v, k) for v, k in zip(value, kinds, strict=True))
    need(KINDS[kind](value), f"{type(value).__name__} where the kind {kind!r} is needed")
    return Fraction(value.numerator, value.denominator) if kind == "rational" else value


def _premises(value: Any) -> list[Theorem]:
    if type(value) is tuple:
        return [found for v in value for found in _premises(v)]
    return [value] if type(value) is Theorem else []


RULES: dict[str, tuple[tuple[Any, ...], Callable[..., Theorem]]] = {}


def _rule(*kinds: Any) -> Callable[[Callable[..., tuple[Any, ...]]], Callable[..., Theorem]]:
    """Make a rule of a function from a theory and gated arguments to (claim, hypotheses, names used).

    The gate, the theory of the result, the union of the names used and the check of names are the same for all rules.
    """

    def decorate(function: Callable[..., tuple[Any, ...]]) -> Callable[..., Theorem]:
        def apply(theory: Theory, *args: Any) -> Theorem:
            args = _gate(args, kinds)
            premises = _premises(args)
            need(type(theory) is Theory, "a rule takes a theory first")
            for premise in premises:
                short, theory = sorted((theory, premise.theory), key=lambda t: len(t.entries))
                need(theory.entries[: len(short.entries)] == short.entries, "the premises live in different theories")
            claim, hyps, own = function(theory, *args)
            kept: Rels = tuple({key(h): h for h in reversed(hyps)}.values())[::-1]
            theory.admits(claim.free.union(*(h.free for h in kept)), claim, *kept)
            uses = frozenset(own).union(*(p.uses for p in premises))
            return Theorem(KEY, theory, kept, claim, uses, function.__name__, args)  # type: ignore[no-any-return]

        apply.__name__, apply.__doc__ = function.__name__, function.__doc__
        RULES[function.__name__] = (kinds, apply)
        return apply

    return decorate


EMPTY: Theory = Theory(KEY, (), ())


def _without(hyps: Rels, *discharged: Rel) -> Rels:
    gone = {key(d) for d in discharged}
    return tuple(h for h in hyps if key(h) not in gone)


def _absent(variable: Term, *sentences: Term | Rel) -> None:
    for sentence in sentences:
        need(variable not in sentence.free, f"{variable.args[0]} is free where it must not be")


ZERO_TERM, ONE_TERM = term("num", 0, 1), term("num", 1, 1)


def _next(n: Term) -> Term:
    return term("add", n, ONE_TERM)


# --- structure --------------------------------------------------------------------------------------------------------


@_rule("relation")
def assume(theory: Theory, claim: Rel) -> tuple[Any, ...]:
    """R |- R. Trivially sound."""
    return claim, (claim,), ()


@_rule("theorem", ["fact"])
def cut(theory: Theory, main: Theorem, others: tuple[Theorem, ...]) -> tuple[Any, ...]:
    """From H, A... |- C and G |- A...: H, G |- C. Modus ponens; A is matched up to `key`."""
    claims = [other.claim for other in others]
    present = {key(h) for h in main.hyps}
    for claim in claims:
        need(key(claim) in present, "what is cut is not among the hypotheses")
    return main.claim, (*_without(main.hyps, *claims), *(h for o in others for h in o.hyps)), ()


@_rule("theorem", [("any", "any")])
def inst(theory: Theory, main: Theorem, pairs: tuple[tuple[Term, Term], ...]) -> tuple[Any, ...]:
    """From G |- C: G[s] |- C[s]. Free variables are universal and terms are total."""
    mapping = check_map(pairs)
    if main.claim.index is not None:
        for variable, term in mapping.items():
            need(variable is not main.claim.index, "a substitution cannot touch the index of a limit")
            _absent(main.claim.index, term)
    return substitute_rel(main.claim, mapping), tuple(substitute_rel(h, mapping) for h in main.hyps), ()


@_rule("name", ["any"])
def given(theory: Theory, name: str, values: tuple[Term, ...]) -> tuple[Any, ...]:
    """guards[s] |- claim[s], using the assumption. The theory's models satisfy it."""
    _, _, _, variables, guards, claim = theory.entry("assume", name)
    need(len(values) == len(variables), f"{name} is about {len(variables)} variables")
    mapping = check_map(zip(variables, values, strict=True))
    return substitute_rel(claim, mapping), tuple(substitute_rel(g, mapping) for g in guards), (name,)


@_rule("theorem", "theorem", "term", "term")
def cases(theory: Theory, low: Theorem, high: Theorem, a: Term, b: Term) -> tuple[Any, ...]:
    """From G, a <= b |- C and D, b < a |- C: G, D |- C. The reals are ordered."""
    need(key(low.claim) == key(high.claim), "the two cases claim different things")
    kept = _without(low.hyps, rel("le", a, b)) + _without(high.hyps, rel("lt", b, a))
    return low.claim, kept, ()


@_rule("fact", "fact")
def antisym(theory: Theory, below: Theorem, above: Theorem) -> tuple[Any, ...]:
    """From a <= b and b <= a: a = b. Order."""
    first, second = below.claim, above.claim
    need(first.kind == second.kind == "le", "two relations <= are needed")
    need(difference(first) == negative(difference(second)), "the second relation is not the converse of the first")
    return rel("eq", first.left, first.right), below.hyps + above.hyps, ()


@_rule("fact", "number variable", "term")
def rewrite(theory: Theory, equation: Theorem, hole: Term, template: Term) -> tuple[Any, ...]:
    """From a = b: t[a] = t[b]. Terms denote functions; nothing is captured, so under a binder a and b are fixed."""
    need(equation.claim.kind == "eq", "an equation is needed")
    sides = (equation.claim.left, equation.claim.right)
    return rel("eq", *(substitute(template, check_map([(hole, side)])) for side in sides)), equation.hyps, ()


# --- the certificate --------------------------------------------------------------------------------------------------


@_rule(
    "relation",
    ["fact"],
    [("rational", ["position"], "term or none")],
    [("position", "term")],
    [("rational", ["position"])],
)
def certificate(theory: Theory, goal: Rel, facts: Any, products: Any, multipliers: Any, weight: Any) -> tuple[Any, ...]:
    """weight * d = sum c * (product of d_i) * square^2 + sum multiplier * (d_k of an equation).

    Under the facts every product is >= 0 (> 0 without square and of strict facts only), every multiplier term is 0 and
    the weight is positive, so d >= 0 (> 0 for a strict goal, = 0 without products). Hypotheses of all facts are kept.
    """
    differences = [difference(fact.claim) for fact in facts]
    kinds = [fact.claim.kind for fact in facts]
    total, strict = ZERO, False
    for coefficient, positions, square in products:
        total = plus(total, times(_product(coefficient, positions, differences, kinds, ("le", "lt")), _square(square)))
        strict = strict or (square is None and all(kinds[i] == "lt" for i in positions))
    for position, multiplier in multipliers:
        _position(position, kinds, ("eq",))
        total = plus(total, times(normal(multiplier), differences[position]))
    need(len(weight) > 0, "the weight is empty")
    scale = plus(*(_product(c, positions, differences, kinds, ("lt",)) for c, positions in weight))
    if goal.kind == "eq":
        need(len(products) == 0 and scale == ONE, "an equation follows from equations only, with weight 1")
    need(goal.kind != "lt" or strict, "a strict goal needs a product of strict facts without a square")
    need(times(scale, difference(goal)) == total, "the two sides of the certificate differ")
    return goal, tuple(h for fact in facts for h in fact.hyps), ()


def _position(position: int, kinds: list[str], wanted: Names) -> None:
    need(position < len(kinds), "a position is out of range")
    need(kinds[position] in wanted, f"a fact of kind {' or '.join(wanted)} is needed here")


def _product(coefficient: Fraction, positions: Any, differences: list[Poly], kinds: list[str], wanted: Names) -> Poly:
    need(coefficient > 0, "a coefficient is positive")
    result = normal(term("num", coefficient.numerator, coefficient.denominator))
    for position in positions:
        _position(position, kinds, wanted)
        result = times(result, differences[position])
    return result


def _square(root: Term | None) -> Poly:
    """The square of a term: of a polynomial that is no term, 'sqrt(-1)', it could be negative."""
    return ONE if root is None else times(normal(root), normal(root))


# --- binders ----------------------------------------------------------------------------------------------------------


@_rule("fact", "fact", "index", "integer", "relation")
def induction(theory: Theory, base: Theorem, step: Theorem, n: Term, start: Term, claim: Rel) -> tuple[Any, ...]:
    """From G |- P(n0) and D, n0 <= n, P(n) |- P(n+1): G, D, n0 <= n |- P(n). Induction on the integers from n0."""
    first, following = (substitute_rel(claim, check_map([(n, t)])) for t in (start, _next(n)))
    need(key(base.claim) == key(first), "the base does not claim P(n0)")
    need(key(step.claim) == key(following), "the step does not claim P(n+1)")
    reached = rel("le", start, n)
    kept = base.hyps + _without(step.hyps, reached, claim)
    _absent(n, start, *kept)
    return claim, (*kept, reached), ()


@_rule("fact", "index", "integer", "integer")
def sum_of(theory: Theory, each: Theorem, index: Term, low: Term, high: Term) -> tuple[Any, ...]:
    """From G, lo <= i, i <= hi |- f R g: G |- sum f R sum g. Term by term; not for <, which fails on an empty sum."""
    need(each.claim.kind in ("le", "eq"), "a sum of strict inequalities may be empty")
    kept = _without(each.hyps, rel("le", low, index), rel("le", index, high))
    _absent(index, low, high, *kept)
    sums = (term("sum", index, low, high, side) for side in (each.claim.left, each.claim.right))
    return rel(each.claim.kind, *sums), kept, ()


@_rule("fact", "outcome")
def mean_of(theory: Theory, each: Theorem, outcome: Term) -> tuple[Any, ...]:
    """From G |- f R g: G |- E f R E g. E is linear on all functions, monotone on the integrable ones."""
    need(each.claim.kind in ("le", "eq"), "a mean keeps <= and = only")
    _absent(outcome, *each.hyps)
    own = ("means_exist",) if each.claim.kind == "le" else ()
    need(own == () or ("means_exist",) in theory.entries, "a mean of <= needs a theory that declares means_exist")
    means = (term("mean", outcome, side) for side in (each.claim.left, each.claim.right))
    return rel(each.claim.kind, *means), each.hyps, own


# --- definitions, facts -----------------------------------------------------------------------------------------------


@_rule("name", ["any"], "integer or none")
def unfold(theory: Theory, name: str, parameters: tuple[Term, ...], k: Term | None) -> tuple[Any, ...]:
    """f(p, 0) = init[p]; with k: 0 <= k |- f(p, k+1) = step[p, k, f(p, k)]. (Without 0 <= k: 0 = 1.)"""
    _, names, variables, index, previous, inits, steps = theory.entry("define", name)
    need(len(parameters) == len(variables), f"{name} has {len(variables)} parameters besides its index")
    mapping = check_map(zip(variables, parameters, strict=True))
    j = names.index(name)
    if k is None:
        return rel("eq", term("app", name, "R", *parameters, ZERO_TERM), substitute(inits[j], mapping)), (), ()
    before = [(y, term("app", f, "R", *parameters, k)) for f, y in zip(names, previous, strict=True)]
    step = substitute(steps[j], check_map([*mapping.items(), (index, k), *before]))
    return rel("eq", term("app", name, "R", *parameters, _next(k)), step), (rel("le", ZERO_TERM, k),), ()


_x, _y, _b = (term("var", name, "R") for name in "xyb")
_k, _n = (term("var", name, "Z") for name in "kn")
_positive, _root, _max = rel("lt", ZERO_TERM, _x), term("sqrt", _x), term("max", _x, _y)
_logs = term("add", term("log", _x), term("log", _y))

# Sentences over variables, true in the reals under the total meaning of the terms: hypotheses, claim.
FACTS: dict[str, tuple[Rels, Rel]] = {
    "sqrt_nonneg": ((), rel("le", ZERO_TERM, _root)),
    "sqrt_square": ((rel("le", ZERO_TERM, _x),), rel("eq", term("pow", _root, 2), _x)),
    "inverse": ((rel("lt", ZERO_TERM, term("pow", _x, 2)),), rel("eq", term("mul", _x, term("inv", _x)), ONE_TERM)),
    "power_next": (
        (rel("le", ZERO_TERM, _n),),
        rel("eq", term("power", _b, _next(_n)), term("mul", _b, term("power", _b, _n))),
    ),
    "integers": ((rel("lt", _k, _n),), rel("le", _next(_k), _n)),
    "max_left": ((), rel("le", _x, _max)),
    "max_right": ((rel("le", _x, _y),), rel("eq", _max, _y)),
    "log_linear": ((_positive,), rel("le", term("log", _x), term("add", _x, term("num", -1, 1)))),
    "log_product": ((_positive, rel("lt", ZERO_TERM, _y)), rel("eq", term("log", term("mul", _x, _y)), _logs)),
}


@_rule("name")
def fact(theory: Theory, name: str) -> tuple[Any, ...]:
    """A sentence of `FACTS`."""
    need(name in FACTS, f"there is no fact {name!r}")
    hyps, claim = FACTS[name]
    return claim, hyps, ()


@_rule("index", "integer", "integer", "term")
def sum_last(theory: Theory, index: Term, low: Term, high: Term, body: Term) -> tuple[Any, ...]:
    """lo <= hi+1 |- sum_{lo}^{hi+1} f = sum_{lo}^{hi} f + f(hi+1). By the meaning of a sum."""
    last = substitute(body, check_map([(index, _next(high))]))
    longer, shorter = (term("sum", index, low, end, body) for end in (_next(high), high))
    return rel("eq", longer, term("add", shorter, last)), (rel("le", low, _next(high)),), ()


@_rule("index", "integer", "integer", "term")
def sum_empty(theory: Theory, index: Term, low: Term, high: Term, body: Term) -> tuple[Any, ...]:
    """hi < lo |- sum_{lo}^{hi} f = 0. By the meaning of a sum."""
    return rel("eq", term("sum", index, low, high, body), ZERO_TERM), (rel("lt", high, low),), ()


# --- limits: the index n is bound in the claim and free in no hypothesis ----------------------------------------------


def _lim(left: Term, right: Term, n: Term, *hyps: Rel) -> tuple[Any, ...]:
    _absent(n, *hyps)
    return rel("lim", left, right, n), hyps, ()


@_rule("term", "index")
def lim_const(theory: Theory, c: Term, n: Term) -> tuple[Any, ...]:
    """c -> c, for c without n: `rel` refuses the index in a limit's right side."""
    return _lim(c, c, n)


@_rule("index")
def lim_recip(theory: Theory, n: Term) -> tuple[Any, ...]:
    """inv(n) -> 0."""
    return _lim(term("inv", n), ZERO_TERM, n)


@_rule("term", "index")
def lim_base(theory: Theory, b: Term, n: Term) -> tuple[Any, ...]:
    """0 <= b, b < 1 |- b^n -> 0 for b without n (b = 1 - 1/n would go to 1/e): n is in no hypothesis."""
    return _lim(term("power", b, n), ZERO_TERM, n, rel("le", ZERO_TERM, b), rel("lt", b, ONE_TERM))


@_rule("name", "limit", "limit")
def lim_op(theory: Theory, op: str, first: Theorem, second: Theorem) -> tuple[Any, ...]:
    """op(e1, e2) -> op(L1, L2): add, mul and max are continuous everywhere."""
    need(op in ("add", "mul", "max"), "the operation is add, mul or max")
    a, b = first.claim, second.claim
    need(a.index is b.index, "limits along different indices")
    return _lim(term(op, a.left, b.left), term(op, a.right, b.right), a.index, *first.hyps, *second.hyps)


@_rule("limit")
def lim_sqrt(theory: Theory, main: Theorem) -> tuple[Any, ...]:
    """sqrt(e) -> sqrt(L): the root, 0 on negative numbers, is continuous everywhere."""
    return _lim(term("sqrt", main.claim.left), term("sqrt", main.claim.right), main.claim.index, *main.hyps)


@_rule("limit", "fact")
def lim_inv(theory: Theory, main: Theorem, nonzero: Theorem) -> tuple[Any, ...]:
    """inv(e) -> inv(L), given 0 < L^2: inv jumps at 0."""
    left, right, n = main.claim.left, main.claim.right, main.claim.index
    need(key(nonzero.claim) == key(rel("lt", ZERO_TERM, term("pow", right, 2))), "0 < L^2 is needed")
    return _lim(term("inv", left), term("inv", right), n, *main.hyps, *nonzero.hyps)


@_rule("limit", "limit", "integer", "fact", "fact")
def lim_squeeze(theory: Theory, low: Theorem, high: Theorem, start: Term, above: Theorem, below: Theorem) -> Any:
    """From e1 -> L, e2 -> L and G, n0 <= n |- e1 <= e, e <= e2: e -> L."""
    n, first, second = low.claim.index, above.claim, below.claim
    need(n is high.claim.index, "limits along different indices")
    _absent(n, start)
    need(first.kind == second.kind == "le", "two bounds <= are needed")
    need(normal(low.claim.right) == normal(high.claim.right), "the outer limits differ")
    need(normal(first.left) == normal(low.claim.left), "the lower bound is not the first sequence")
    need(normal(second.right) == normal(high.claim.left), "the upper bound is not the second sequence")
    need(normal(first.right) == normal(second.left), "the two bounds are of different sequences")
    kept = _without(above.hyps + below.hyps, rel("le", start, n))
    return _lim(first.right, low.claim.right, n, *low.hyps, *high.hyps, *kept)


@_rule("limit", "fact", "integer")
def lim_bound(theory: Theory, main: Theorem, bound: Theorem, start: Term) -> tuple[Any, ...]:
    """From e -> L and G, n0 <= n |- e <= c, c without n: L <= c."""
    n, claim = main.claim.index, bound.claim
    need(claim.kind == "le", "a bound <= is needed")
    need(normal(claim.left) == normal(main.claim.left), "the bound is of another sequence")
    kept = _without(bound.hyps, rel("le", start, n))
    _absent(n, start, claim.right, *kept)
    return rel("le", main.claim.right, claim.right), (*main.hyps, *kept), ()
