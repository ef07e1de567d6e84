"""The kernel's rules as a proof writes them: numbers for terms, one theory for all, hypotheses cut in passing.

Every method returns theorems of the kernel and makes them through its rules only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic import kernel
from adamtheory.logic.bridge import stated
from adamtheory.logic.kernel import FACTS, Theorem, Theory
from adamtheory.logic.notation import Family, Setting, le, lift, lt
from adamtheory.logic.printing import text
from adamtheory.logic.search import certify
from adamtheory.logic.terms import Refused, Rel, key, term


class Steps:
    """The rules, for proofs in one theory.

    >>> p = Prover(setting)
    >>> x_nonneg = p.assume(0 <= x)
    >>> p.certify(0 <= x**3, x_nonneg, degree=3)
    """

    def __init__(self, theory: Theory | Setting) -> None:
        self.theory: Theory = theory.theory if isinstance(theory, Setting) else theory

    # --- structure ---

    def assume(self, *claims: Rel) -> Any:
        """R |- R; with several relations a tuple of theorems. SymPy relations are read as `bridge.stated` says."""
        found = tuple(kernel.assume(self.theory, stated(claim, self.theory)) for claim in claims)
        return found[0] if len(found) == 1 else found

    def given(self, name: str, *values: Any, **named: Any) -> Theorem:
        """An assumption of the theory, for values of its variables in order (sorted by name) or by name."""
        variables = self.theory.entry("assume", name)[3]
        if named:
            values = tuple(named[v.args[0]] for v in variables)
        return kernel.given(self.theory, name, tuple(lift(v) for v in values))

    def cut(self, main: Theorem, *others: Theorem) -> Theorem:
        """Discharge hypotheses of `main` by theorems; one that is not among them is refused."""
        return kernel.cut(self.theory, main, tuple(others))

    def using(self, main: Theorem, *others: Theorem) -> Theorem:
        """Discharge those hypotheses of `main` that are among the claims of the others."""
        wanted = {key(h) for h in main.hyps}
        useful = tuple(o for o in others if key(o.claim) in wanted)
        return self.cut(main, *useful) if useful else main

    def inst(self, main: Theorem, mapping: Mapping[Any, Any]) -> Theorem:
        """Put terms for free variables."""
        return kernel.inst(self.theory, main, tuple((v, lift(t)) for v, t in mapping.items()))

    def cases(self, low: Theorem, high: Theorem, a: Any, b: Any) -> Theorem:
        """From a <= b |- C and b < a |- C: C."""
        return kernel.cases(self.theory, low, high, lift(a), lift(b))

    def antisym(self, below: Theorem, above: Theorem) -> Theorem:
        """From a <= b and b <= a: a = b."""
        return kernel.antisym(self.theory, below, above)

    def rewrite(self, equation: Theorem, template: Callable[[Any], Any]) -> Theorem:
        """From a = b: template(a) = template(b)."""
        both = equation.claim.left.sort == equation.claim.right.sort == "Z"
        hole = term("var", "hole", "Z" if both else "R")
        return kernel.rewrite(self.theory, equation, hole, lift(template(hole)))

    def certify(self, goal: Rel, *facts: Theorem, **options: Any) -> Theorem:
        """The goal from the cited theorems, by a certificate that `search.certify` finds.

        squares=[x - y]   terms whose squares the step needs; without them not even 0 <= x*x is found
        weights=[[fact]]  products of strict facts that may multiply the goal
        degree=2          how many facts are multiplied at most;  rounds: how often equations are used on one another
        """
        return certify(self.theory, stated(goal, self.theory), facts, **options)

    def restate(self, goal: Rel, main: Theorem) -> Theorem:
        """The same relation in other words: equal normal forms of the differences (or a weaker kind)."""
        return self.certify(goal, main, degree=1)

    def chain(self, goal: Rel, *facts: Theorem) -> Theorem:
        """The goal as a sum of the cited relations: a <= b, b <= c give a <= c."""
        return self.certify(goal, *facts, degree=1)

    def absurd(self, goal: Rel, *facts: Theorem, **options: Any) -> Theorem:
        """Any goal `<=` or `<`, from facts that contradict one another (0 < 0 follows from them)."""
        false = self.certify(lt(0, 0), *facts, **options)
        strict = ((Fraction(1), (0,), None),) if goal.kind == "lt" else ()
        # 0 times the difference of the goal is 0, and the fact 0 < 0 calls 0 positive.
        return kernel.certificate(self.theory, goal, (false,), strict, (), ((Fraction(1), (0,)),))

    # --- binders, definitions, facts ---

    def induction(self, n: Any, start: Any, claim: Rel, base: Theorem, step: Theorem) -> Theorem:
        """From P(n0) and n0 <= n, P(n) |- P(n+1): n0 <= n |- P(n)."""
        discharged = {key(claim), key(le(start, n))}
        for kept in (*base.hyps, *(h for h in step.hyps if key(h) not in discharged)):
            if n in kept.free:
                told = f"the hypothesis {text(kept)} of an induction on {text(n)} speaks of {text(n)}"
                raise Refused(f"{told}: discharge it in the step that brings it in (`using` keeps what does not match)")
        return kernel.induction(self.theory, base, step, n, lift(start), claim)

    def sum_of(self, each: Theorem, index: Any, low: Any, high: Any) -> Theorem:
        """From lo <= i, i <= hi |- f R g: sum f R sum g."""
        return kernel.sum_of(self.theory, each, index, lift(low), lift(high))

    def mean_of(self, each: Theorem, over: Any) -> Theorem:
        """From f R g: E f R E g."""
        return kernel.mean_of(self.theory, each, over)

    def start(self, family: Family | str, *parameters: Any) -> Theorem:
        """f(p, 0) = init[p]."""
        return kernel.unfold(self.theory, _name(family), tuple(map(lift, parameters)), None)

    def next(self, family: Family | str, *place: Any) -> Theorem:
        """0 <= k |- f(p, k+1) = step[p, k, f(p, k)], for the parameters p and then k."""
        if not place:
            raise Refused(f"next needs the index: next({_name(family)!r}, n)")
        *parameters, k = map(lift, place)
        return kernel.unfold(self.theory, _name(family), tuple(parameters), k)

    def fact(self, name: str, **values: Any) -> Theorem:
        """A fact of the kernel with terms put for its variables: `fact("inverse", x=t)`."""
        hyps, claim = FACTS[name]
        named = {v.args[0]: v for v in claim.free.union(*(h.free for h in hyps))}
        if set(values) != set(named):
            raise Refused(f"the fact {name} is about {sorted(named)}, not about {sorted(values)}")
        taken = [v for v in named if v in {known for known, _ in self.theory.names}]
        if taken:
            raise Refused(
                f"the fact {name} has a variable {taken[0]}, the theory a family {taken[0]}; they would print alike: "
                f'give the family another name (read(..., names={{"{taken[0]}": "{taken[0].upper()}"}}))'
            )
        mapping = {named[v]: t for v, t in values.items()}
        return self.inst(kernel.fact(self.theory, name), mapping)

    def sum_last(self, index: Any, low: Any, high: Any, body: Any) -> Theorem:
        """lo <= hi+1 |- sum_{lo}^{hi+1} f = sum_{lo}^{hi} f + f(hi+1)."""
        return kernel.sum_last(self.theory, index, lift(low), lift(high), lift(body))

    def sum_empty(self, index: Any, low: Any, high: Any, body: Any) -> Theorem:
        """hi < lo |- sum_{lo}^{hi} f = 0."""
        return kernel.sum_empty(self.theory, index, lift(low), lift(high), lift(body))

    # --- limits ---

    def lim_const(self, c: Any, n: Any) -> Theorem:
        """c -> c."""
        return kernel.lim_const(self.theory, lift(c), n)

    def lim_recip(self, n: Any) -> Theorem:
        """1/n -> 0."""
        return kernel.lim_recip(self.theory, n)

    def lim_base(self, b: Any, n: Any) -> Theorem:
        """0 <= b, b < 1 |- b^n -> 0."""
        return kernel.lim_base(self.theory, lift(b), n)

    def lim_op(self, op: str, *limits: Theorem) -> Theorem:
        """Sums (add), products (mul), maxima (max) and roots (sqrt) of limits."""
        return kernel.lim_op(self.theory, op, tuple(limits))

    def lim_inv(self, main: Theorem, nonzero: Theorem) -> Theorem:
        """1/e -> 1/L from 0 < L^2."""
        return kernel.lim_inv(self.theory, main, nonzero)

    def lim_squeeze(self, low: Theorem, high: Theorem, start: Any, above: Theorem, below: Theorem) -> Theorem:
        """From e1 -> L, e2 -> L and n0 <= n |- e1 <= e, e <= e2: e -> L."""
        return kernel.lim_squeeze(self.theory, low, high, lift(start), above, below)

    def lim_bound(self, main: Theorem, bound: Theorem, start: Any) -> Theorem:
        """From e -> L and n0 <= n |- e <= c: L <= c."""
        return kernel.lim_bound(self.theory, main, bound, lift(start))


def _name(family: Family | str) -> str:
    return family if isinstance(family, str) else family.name


def distinct(theorems: Sequence[Theorem]) -> list[Theorem]:
    """The theorems without those that claim the same under the same hypotheses."""
    return list({(key(t.claim), t.hyps): t for t in theorems}.values())
