"""Theories, theorems and the rules that make them: the trusted part, with `terms.py`. Nothing else makes a theorem.

    theory ; hypotheses |- claim

For every interpretation of the theory's families that satisfies its assumptions, definitions read as the sequences
they define, and for every value of the free variables: if all hypotheses hold, the claim holds.
`docs/proof-format.md` states every rule; the comment at each rule here says why it is sound. Every rule takes a theory
first; the theorem lives in the longest of this theory and those of its premises, each of which must begin with the
shorter ones.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

from adamtheory.logic.terms import (
    KEY, KINDS, ONE, ZERO, Poly, Rel, Sealed, Term, check_map, difference, fits, is_var, key, need,
    normal, plus, rel, substitute, substitute_rel, term, times,
)  # fmt: skip

Many: TypeAlias = tuple[Any, ...]

# --- theories ---------------------------------------------------------------------------------------------------------


class Theory(Sealed):
    """An ordered list of declarations, immutable; each method returns a longer one. Begin with `EMPTY`.

    `entries` holds ("declare", name, sorts, result), ("define", names, parameters, index, previous, inits, steps),
    ("assume", name, kind, variables, guards, claim), ("means_exist",). `names` are pairs of a name and its signature
    (result, sorts of the arguments), which is None for what is no family.
    """

    __slots__ = ("entries", "names")

    def _extended(self, entry: Many, *names: tuple[str, Any]) -> Theory:
        known = [name for name, _ in (*self.names, *names)]
        need(len(set(known)) == len(known), f"one of {[name for name, _ in names]} is declared already")
        return Theory(KEY, (*self.entries, entry), (*self.names, *names))

    def declare(self, name: str, sorts: Many = (), result: str = "R") -> Theory:
        """Add a family with arguments of these sorts; without arguments a constant."""
        parts = _gate((name, sorts, result), ("name", ["sort"], "sort"))
        need(result != "W", "a family has real or integer values")
        return self._extended(("declare", *parts), (name, (result, sorts)))

    def define(self, names: Many, parameters: Many, index: Term, previous: Many, inits: Many, steps: Many) -> Theory:
        """Add f_j(p, 0) = init_j and f_j(p, n+1) = step_j with f_i(p, n) for the previous values.

        Recursion on natural numbers defines exactly one sequence, so a definition never excludes a model. That needs
        closed inits and steps that mention earlier families only; values at other indices stay unspecified.
        """
        kinds = (["name"], ["variable"], "index", ["real variable"], ["number"], ["number"])
        parts = _gate((names, parameters, index, previous, inits, steps), kinds)
        need(len(names) == len(previous) == len(inits) == len(steps) > 0, "one previous value, init and step a name")
        variables = (*parameters, index, *previous)
        self.admits(variables, *inits, *steps)
        need(not {v.args[0] for v in variables} & set(names), "a variable has the name of a family")
        for init, step in zip(inits, steps, strict=True):
            need(init.free <= set(parameters), "an init mentions only the parameters")
            need(step.free <= set(variables), "a step mentions only parameters, index and previous values")
        signature = ("R", (*(p.sort for p in parameters), "Z"))
        return self._extended(("define", *parts), *((name, signature) for name in names))

    def assume(self, name: str, kind: str, variables: Many, guards: Many, claim: Rel) -> Theory:
        """Add an assumption (the source assumes it too) or an axiom (the source proves it, the project does not)."""
        parts = _gate((name, kind, variables, guards, claim), ("name", "name", ["variable"], ["relation"], "relation"))
        need(kind in ("assumption", "axiom"), "the kind is assumption or axiom")
        for sentence in (*guards, claim):
            need(sentence.free <= set(variables), "an assumption is closed: its free variables are listed")
        self.admits(variables, *guards, claim)
        return self._extended(("assume", *parts), (name, None))

    def means_exist(self) -> Theory:
        """Promise that every expectation written in a proof is of an integrable variable."""
        return self._extended(("means_exist",), ("means_exist", None))

    def admits(self, variables: Any, *sentences: Term | Rel) -> None:
        """Refuse families that are not declared so, and names that are two things in one judgement."""
        known = {name: signature for name, signature in self.names if signature is not None}
        for name, result, sorts in frozenset().union(*(s.families for s in sentences)):
            wanted, declared = known.get(name, (None, ()))
            need(result == wanted and len(sorts) == len(declared), f"the family {name} is not declared so")
            need(all(map(fits, sorts, declared)), f"{name} takes arguments of the sorts {declared}, not {sorts}")
        names = [v.args[0] for v in variables]
        need(len(set(names)) == len(names), "a variable stands twice, or has two sorts")
        need(not set(names) & set(known), "a variable has the name of a family")

    def entry(self, head: str, name: str) -> Many:
        """The definition or assumption of that name."""
        found = [e for e in self.entries if e[0] == head and name in (e[1] if head == "define" else e[1:2])]
        need(len(found) == 1, f"the theory does not {head} {name}")
        return found[0]


# --- theorems ---------------------------------------------------------------------------------------------------------


class Theorem(Sealed):
    """theory ; hyps |- claim, with the names of the assumptions used, and the rule and arguments that made it."""

    __slots__ = ("theory", "hyps", "claim", "uses", "rule", "args")


KINDS.update({
    "theorem": lambda v: type(v) is Theorem,
    "fact": lambda v: type(v) is Theorem and v.claim.kind != "lim",
    "limit": lambda v: type(v) is Theorem and v.claim.kind == "lim",
    "le": lambda v: type(v) is Theorem and v.claim.kind == "le",
    "eq": lambda v: type(v) is Theorem and v.claim.kind == "eq",
    "le or eq": lambda v: type(v) is Theorem and v.claim.kind in ("le", "eq"),
    "relation": lambda v: type(v) is Rel and v.kind != "lim",
    "number or none": lambda v: v is None or KINDS["number"](v),
    "integer or none": lambda v: v is None or KINDS["integer"](v),
    "real variable": lambda v: is_var(v, "R"),
    "operation": lambda v: type(v) is str,
    "position": lambda v: type(v) is int and v >= 0,
    "rational": lambda v: type(v) is Fraction and type(v.numerator) is type(v.denominator) is int and v.denominator > 0,
})  # fmt: skip


def _gate(value: Any, kind: Any) -> Any:
    """The value, copied, if it is of the kind: a tuple of kinds means a tuple of exactly these, a list any number."""
    if type(kind) in (tuple, list):
        need(type(value) is tuple, "a tuple is needed")
        kinds = kind if type(kind) is tuple else kind * len(value)
        need(len(value) == len(kinds), f"{len(kinds)} values are needed")
        return tuple(_gate(v, k) for v, k in zip(value, kinds, strict=True))
    need(KINDS[kind](value), f"a {type(value).__name__} stands where a {kind} is needed")
    return Fraction(value.numerator, value.denominator) if kind == "rational" else value


RULES: dict[str, tuple[Any, Any]] = {}  # name -> kinds of the arguments, function to (claim, hypotheses, names used)


def _rule(*kinds: Any) -> Any:
    def register(function: Any) -> Any:
        RULES[function.__name__] = (kinds, function)
        return lambda theory, *args: step(theory, function.__name__, *args)

    return register


def step(theory: Theory, rule: str, *args: Any) -> Theorem:
    """Apply a rule of `RULES`. Nothing else makes a theorem; what holds for all rules is checked here."""
    need(type(theory) is Theory, "a rule takes a theory first")
    kinds, function = RULES[rule]
    args = _gate(args, kinds)
    premises = [p for a in args for p in (a if type(a) is tuple else (a,)) if type(p) is Theorem]
    for premise in premises:
        short, theory = sorted((theory, premise.theory), key=lambda t: len(t.entries))
        need(theory.entries[: len(short.entries)] == short.entries, "the premises live in different theories")
    claim, hyps, own = function(theory, *args)
    hyps = tuple({key(h): h for h in reversed(hyps)}.values())[::-1]
    variables = claim.free.union(*(h.free for h in hyps))
    theory.admits(variables, claim, *hyps)
    need(claim.index not in variables, "the index of a limit is free in a hypothesis")
    uses = frozenset(own).union(*(p.uses for p in premises))
    return Theorem(KEY, theory, hyps, claim, uses, rule, args)


EMPTY: Theory = Theory(KEY, (), ())


def _without(hyps: Many, *discharged: Rel) -> Many:
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
def assume(theory: Theory, claim: Rel) -> Many:
    """R |- R. Trivially sound."""
    return claim, (claim,), ()


@_rule("theorem", ["fact"])
def cut(theory: Theory, main: Theorem, others: Many) -> Many:
    """From H, A... |- C and G |- A...: H, G |- C. Modus ponens; A is matched up to `key`."""
    claims = [other.claim for other in others]
    present = {key(h) for h in main.hyps}
    need(all(key(claim) in present for claim in claims), "what is cut is not among the hypotheses")
    return main.claim, (*_without(main.hyps, *claims), *(h for o in others for h in o.hyps)), ()


@_rule("theorem", [("variable", "any")])
def inst(theory: Theory, main: Theorem, pairs: tuple[tuple[Term, Term], ...]) -> Many:
    """From G |- C: G[s] |- C[s]. Free variables are universal and terms are total."""
    mapping = check_map(pairs)
    return substitute_rel(main.claim, mapping), tuple(substitute_rel(h, mapping) for h in main.hyps), ()


@_rule("name", ["any"])
def given(theory: Theory, name: str, values: Many) -> Many:
    """guards[s] |- claim[s], using the assumption. The theory's models satisfy it."""
    _, _, _, variables, guards, claim = theory.entry("assume", name)
    need(len(values) == len(variables), f"{name} is about {len(variables)} variables")
    mapping = check_map(zip(variables, values, strict=True))
    return substitute_rel(claim, mapping), tuple(substitute_rel(g, mapping) for g in guards), (name,)


@_rule("theorem", "theorem", "number", "number")
def cases(theory: Theory, low: Theorem, high: Theorem, a: Term, b: Term) -> Many:
    """From G, a <= b |- C and D, b < a |- C: G, D |- C. The reals are ordered."""
    need(key(low.claim) == key(high.claim), "the two cases claim different things")
    return low.claim, _without(low.hyps, rel("le", a, b)) + _without(high.hyps, rel("lt", b, a)), ()


@_rule("le", "le")
def antisym(theory: Theory, below: Theorem, above: Theorem) -> Many:
    """From a <= b and b <= a: a = b. Order."""
    need(plus(difference(below.claim), difference(above.claim)) == ZERO, "the relations are not each other's converse")
    return rel("eq", below.claim.left, below.claim.right), below.hyps + above.hyps, ()


@_rule("eq", "variable", "number")
def rewrite(theory: Theory, equation: Theorem, hole: Term, template: Term) -> Many:
    """From a = b: t[a] = t[b]. Many denote functions; nothing is captured, so under a binder a and b are fixed."""
    sides = (equation.claim.left, equation.claim.right)
    return rel("eq", *(substitute(template, check_map([(hole, side)])) for side in sides)), equation.hyps, ()


# --- the certificate --------------------------------------------------------------------------------------------------


_PRODUCTS, _MULTIPLIERS = [("rational", ["position"], "number or none")], [("position", "number")]


@_rule("relation", ["fact"], _PRODUCTS, _MULTIPLIERS, [("rational", ["position"])])
def certificate(theory: Theory, goal: Rel, facts: Any, products: Any, multipliers: Any, weight: Any) -> Many:
    """weight * d = sum c * (product of d_i) * square^2 + sum multiplier * (d_k of an equation).

    Under the facts every product is >= 0 (> 0 without square and of strict facts only), every multiplier term is 0 and
    the weight is positive, so d >= 0 (> 0 for a strict goal, = 0 without products). Hypotheses of all facts are kept.
    """
    differences = [difference(fact.claim) for fact in facts]
    kinds = [fact.claim.kind for fact in facts]
    total, strict = ZERO, False
    for coefficient, positions, square in products:
        # The root is a term: the square of a mere polynomial, "sqrt(-1)", could be negative.
        root = ONE if square is None else normal(square)
        product = _product(coefficient, positions, differences, kinds, ("le", "lt"))
        total = plus(total, times(product, times(root, root)))
        strict = strict or (square is None and all(kinds[i] == "lt" for i in positions))
    for position, multiplier in multipliers:
        equation = _product(Fraction(1), (position,), differences, kinds, ("eq",))
        total = plus(total, times(normal(multiplier), equation))
    need(len(weight) > 0, "the weight is empty")
    scale = plus(*(_product(c, positions, differences, kinds, ("lt",)) for c, positions in weight))
    need(goal.kind != "eq" or (len(products) == 0 and scale == ONE), "an equation needs equations only and weight 1")
    need(goal.kind != "lt" or strict, "a strict goal needs a product of strict facts without a square")
    need(times(scale, difference(goal)) == total, "the two sides of the certificate differ")
    return goal, tuple(h for fact in facts for h in fact.hyps), ()


def _product(coefficient: Fraction, positions: Any, differences: list[Poly], kinds: list[str], wanted: Many) -> Poly:
    need(coefficient > 0, "a coefficient is positive")
    result = normal(term("num", coefficient.numerator, coefficient.denominator))
    for position in positions:
        need(position < len(kinds) and kinds[position] in wanted, f"a position is not that of a fact of kind {wanted}")
        result = times(result, differences[position])
    return result


# --- binders ----------------------------------------------------------------------------------------------------------


@_rule("fact", "fact", "index", "integer", "relation")
def induction(theory: Theory, base: Theorem, step: Theorem, n: Term, start: Term, claim: Rel) -> Many:
    """From G |- P(n0) and D, n0 <= n, P(n) |- P(n+1): G, D, n0 <= n |- P(n). Induction on the integers from n0."""
    first, following = (substitute_rel(claim, check_map([(n, t)])) for t in (start, _next(n)))
    need(key(base.claim) == key(first), "the base does not claim P(n0)")
    need(key(step.claim) == key(following), "the step does not claim P(n+1)")
    reached = rel("le", start, n)
    kept = base.hyps + _without(step.hyps, reached, claim)
    _absent(n, start, *kept)
    return claim, (*kept, reached), ()


@_rule("le or eq", "index", "integer", "integer")
def sum_of(theory: Theory, each: Theorem, index: Term, low: Term, high: Term) -> Many:
    """From G, lo <= i, i <= hi |- f R g: G |- sum f R sum g. Term by term; not for <, which fails on an empty sum."""
    kept = _without(each.hyps, rel("le", low, index), rel("le", index, high))
    _absent(index, low, high, *kept)
    sums = (term("sum", index, low, high, side) for side in (each.claim.left, each.claim.right))
    return rel(each.claim.kind, *sums), kept, ()


@_rule("le or eq", "outcome")
def mean_of(theory: Theory, each: Theorem, outcome: Term) -> Many:
    """From G |- f R g: G |- E f R E g. E is linear on all functions, monotone on the integrable ones."""
    _absent(outcome, *each.hyps)
    own = ("means_exist",) if each.claim.kind == "le" else ()
    need(own == () or ("means_exist",) in theory.entries, "a mean of <= needs a theory that declares means_exist")
    means = (term("mean", outcome, side) for side in (each.claim.left, each.claim.right))
    return rel(each.claim.kind, *means), each.hyps, own


# --- definitions, facts -----------------------------------------------------------------------------------------------


@_rule("name", ["any"], "integer or none")
def unfold(theory: Theory, name: str, parameters: Many, k: Term | None) -> Many:
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
_logs, _power = term("add", term("log", _x), term("log", _y)), term("power", _b, _n)

# Sentences over variables, true in the reals under the total meaning of the terms: hypotheses, claim.
FACTS: dict[str, tuple[Many, Rel]] = {
    "sqrt_nonneg": ((), rel("le", ZERO_TERM, _root)),
    "sqrt_square": ((rel("le", ZERO_TERM, _x),), rel("eq", term("pow", _root, 2), _x)),
    "inverse": ((rel("lt", ZERO_TERM, term("pow", _x, 2)),), rel("eq", term("mul", _x, term("inv", _x)), ONE_TERM)),
    "power_next": ((rel("le", ZERO_TERM, _n),), rel("eq", term("power", _b, _next(_n)), term("mul", _b, _power))),
    "integers": ((rel("lt", _k, _n),), rel("le", _next(_k), _n)),
    "max_left": ((), rel("le", _x, _max)),
    "max_right": ((rel("le", _x, _y),), rel("eq", _max, _y)),
    "log_linear": ((_positive,), rel("le", term("log", _x), term("add", _x, term("num", -1, 1)))),
    "log_product": ((_positive, rel("lt", ZERO_TERM, _y)), rel("eq", term("log", term("mul", _x, _y)), _logs)),
}


@_rule("name")
def fact(theory: Theory, name: str) -> Many:
    """A sentence of `FACTS`."""
    need(name in FACTS, f"there is no fact {name!r}")
    hyps, claim = FACTS[name]
    return claim, hyps, ()


@_rule("index", "integer", "integer", "number")
def sum_last(theory: Theory, index: Term, low: Term, high: Term, body: Term) -> Many:
    """lo <= hi+1 |- sum_{lo}^{hi+1} f = sum_{lo}^{hi} f + f(hi+1). By the meaning of a sum."""
    last = substitute(body, check_map([(index, _next(high))]))
    longer, shorter = (term("sum", index, low, end, body) for end in (_next(high), high))
    return rel("eq", longer, term("add", shorter, last)), (rel("le", low, _next(high)),), ()


@_rule("index", "integer", "integer", "number")
def sum_empty(theory: Theory, index: Term, low: Term, high: Term, body: Term) -> Many:
    """hi < lo |- sum_{lo}^{hi} f = 0. By the meaning of a sum."""
    return rel("eq", term("sum", index, low, high, body), ZERO_TERM), (rel("lt", high, low),), ()


# --- limits: the index n is bound in the claim and free in no hypothesis ----------------------------------------------


@_rule("number", "index")
def lim_const(theory: Theory, c: Term, n: Term) -> Many:
    """c -> c, for c without n: `rel` refuses the index in a limit's right side."""
    return rel("lim", c, c, n), (), ()


@_rule("index")
def lim_recip(theory: Theory, n: Term) -> Many:
    """inv(n) -> 0."""
    return rel("lim", term("inv", n), ZERO_TERM, n), (), ()


@_rule("number", "index")
def lim_base(theory: Theory, b: Term, n: Term) -> Many:
    """0 <= b, b < 1 |- b^n -> 0 for b without n (b = 1 - 1/n would go to 1/e): `step` keeps n out."""
    bounds = (rel("le", ZERO_TERM, b), rel("lt", b, ONE_TERM))
    return rel("lim", term("power", b, n), ZERO_TERM, n), bounds, ()


@_rule("operation", ["limit"])
def lim_op(theory: Theory, op: str, limits: Many) -> Many:
    """op(e1, ...) -> op(L1, ...): add, mul, max and sqrt (0 on negative numbers) are continuous everywhere."""
    need((op, len(limits)) in (("add", 2), ("mul", 2), ("max", 2), ("sqrt", 1)), f"no such continuous operation: {op}")
    claims = [limit.claim for limit in limits]
    need(all(c.index is claims[0].index for c in claims), "limits along different indices")
    left, right = term(op, *(c.left for c in claims)), term(op, *(c.right for c in claims))
    return rel("lim", left, right, claims[0].index), tuple(h for limit in limits for h in limit.hyps), ()


@_rule("limit", "fact")
def lim_inv(theory: Theory, main: Theorem, nonzero: Theorem) -> Many:
    """inv(e) -> inv(L), given 0 < L^2: inv jumps at 0."""
    left, right, n = main.claim.left, main.claim.right, main.claim.index
    need(key(nonzero.claim) == key(rel("lt", ZERO_TERM, term("pow", right, 2))), "0 < L^2 is needed")
    return rel("lim", term("inv", left), term("inv", right), n), main.hyps + nonzero.hyps, ()


@_rule("limit", "limit", "integer", "le", "le")
def lim_squeeze(theory: Theory, low: Theorem, high: Theorem, start: Term, above: Theorem, below: Theorem) -> Any:
    """From e1 -> L, e2 -> L and G, n0 <= n |- e1 <= e, e <= e2: e -> L."""
    n, first, second = low.claim.index, above.claim, below.claim
    need(n is high.claim.index, "limits along different indices")
    _absent(n, start)
    need(normal(low.claim.right) == normal(high.claim.right), "the outer limits differ")
    need(normal(first.left) == normal(low.claim.left), "the lower bound is not the first sequence")
    need(normal(second.right) == normal(high.claim.left), "the upper bound is not the second sequence")
    need(normal(first.right) == normal(second.left), "the two bounds are of different sequences")
    kept = _without(above.hyps + below.hyps, rel("le", start, n))
    return rel("lim", first.right, low.claim.right, n), low.hyps + high.hyps + kept, ()


@_rule("limit", "le", "integer")
def lim_bound(theory: Theory, main: Theorem, bound: Theorem, start: Term) -> Many:
    """From e -> L and G, n0 <= n |- e <= c, c without n: L <= c."""
    n, claim = main.claim.index, bound.claim
    need(normal(claim.left) == normal(main.claim.left), "the bound is of another sequence")
    kept = _without(bound.hyps, rel("le", start, n))
    _absent(n, start, claim.right, *kept)
    return rel("le", main.claim.right, claim.right), (*main.hyps, *kept), ()
