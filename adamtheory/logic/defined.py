"""That a sentence means what it says: divisors that are not 0, radicands that are not negative, as theorems.

The second checker lists every reciprocal, root and logarithm of a sentence, with the step of the proof that shows it
defined. What follows from the hypotheses but is no step of the proof yet is proved here, when the proof is stored:
signs by the structure of a term, facts of the proof put for other arguments, inductions along definitions.

    shown = defined(statement, theorem)          # theorems to be stored before the proof
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from adamtheory.logic.averages import power_below_one
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.notation import le, lift, lt, power
from adamtheory.logic.search import certify
from adamtheory.logic.serialise import ordered
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import Refused, Rel, Term, key, substitute, term

PARTIAL = ("inv", "sqrt", "log")
MOST_FACTS, MOST_ATOMS, MOST_TRIED, DEEPEST = 8, 8, 500, 12


def defined(statement: Statement, theorem: Theorem) -> list[Theorem]:
    """What shows reciprocals, roots and logarithms of the sentence to be meant, where no step of the proof does."""
    steps = [s for s in ordered(theorem) if s.claim.kind in ("le", "lt") and s.uses <= theorem.uses]
    found: dict[tuple[Any, ...], Theorem] = {}
    signs: dict[frozenset[Rel], Signs] = {}
    for of, known in obligations(statement, theorem):
        a = of.args[0]
        context = frozenset(known)
        if (not a.free and not a.families) or (of, context) in found:
            continue
        if any(key(s.claim) in wanted(of) and {key(h) for h in s.hyps} <= {key(h) for h in known} for s in steps):
            continue
        if context not in signs:
            signs[context] = Signs(statement.theory, theorem.uses, steps, known)
        signs[context].tried[0] = 0
        shown = signs[context].meant(of)
        if shown is not None:
            found[of, context] = shown
    return list(dict.fromkeys(found.values()))


def wanted(of: Term) -> set[Any]:
    """The claims that show the term defined."""
    a, zero = of.args[0], lift(0)
    claims = [lt(zero, a)]
    claims += [lt(a, zero), lt(zero, term("pow", a, 2))] if of.op == "inv" else []
    claims += [le(zero, a)] if of.op == "sqrt" else []
    return {key(claim) for claim in claims}


def obligations(statement: Statement, theorem: Theorem) -> Iterator[tuple[Term, tuple[Rel, ...]]]:
    """Each partial term of the claim, the hypotheses and the assumptions used, with what is known where it stands."""
    hyps = statement.hyps
    sentences = [(statement.claim, hyps), *((h, hyps) for h in hyps)]
    for entry in statement.theory.entries:
        if entry[0] == "assume" and entry[1] in theorem.uses:
            _, _, _, variables, guards, claim = entry
            known = (*(h for h in hyps if not h.free & set(variables)), *guards)
            sentences += [(r, known) for r in (*guards, claim)]
    seen: set[Any] = set()
    for sentence, known in sentences:
        for side in (sentence.left, sentence.right):
            yield from _scan(side, known, seen)


def _scan(t: Term, known: tuple[Rel, ...], seen: set[Any]) -> Iterator[tuple[Term, tuple[Rel, ...]]]:
    if (t, known) in seen:
        return
    seen.add((t, known))
    if t.op in PARTIAL:
        yield t, known
    if t.op in ("sum", "mean"):
        v, *ends, body = t.args
        for end in ends:
            yield from _scan(end, known, seen)
        inner = tuple(h for h in known if v not in h.free)
        yield from _scan(body, (*inner, *((le(ends[0], v), le(v, ends[1])) if ends else ())), seen)
        return
    for a in t.args:
        if type(a) is Term:
            yield from _scan(a, known, seen)


class Signs:
    """Signs of terms where the relations `known` hold, from the assumptions and the steps of a proof."""

    def __init__(self, theory: Theory, uses: frozenset[str], steps: Sequence[Theorem], known: Sequence[Rel]) -> None:
        self.p, self.uses, self.steps = Prover(theory), uses, steps
        self.known = {key(h): self.p.assume(h) for h in known if h.kind != "lim"}
        self.memo: dict[Term, Theorem | None] = {}
        self.depth = 0
        self.tried = [0]  # certificates, of the inner signs too

    def beneath(self, known: tuple[Rel, ...], depth: int) -> Signs:
        """Signs where more is known."""
        inner = Signs(self.p.theory, self.uses, (), known)
        inner.known |= self.known
        inner.depth, inner.tried = self.depth + depth, self.tried
        return inner

    def meant(self, of: Term) -> Theorem | None:
        """What shows an inverse, a root or a logarithm defined, under nothing but what is known."""
        a = of.args[0]
        found = self.sign(a)
        if of.op == "inv" and (found is None or found.claim.kind == "le"):
            found = self.negative(a)
        return found if found is not None and (found.claim.kind == "lt" or of.op == "sqrt") else None

    def _kept(self, found: Theorem) -> bool:
        return found.uses <= self.uses and all(key(h) in self.known for h in found.hyps)

    def sign(self, a: Any) -> Theorem | None:
        """0 < a if it is found, else 0 <= a if that is, else None."""
        if a not in self.memo:
            self.memo[a] = None  # what is being looked for is not found on the way
            self.tried[0] += 1
            if self.depth > DEEPEST or self.tried[0] > MOST_TRIED:
                return None
            self.depth += 1
            best: Theorem | None = None
            for way in (self.literal, self.structural, self.cited):
                with suppress(Refused, RecursionError):
                    found = way(a)
                    if found is not None and self._kept(found) and (best is None or found.claim.kind == "lt"):
                        best = found
                if best is not None and best.claim.kind == "lt":
                    break
            self.depth -= 1
            self.memo[a] = best
        return self.memo[a]

    def negative(self, a: Any) -> Theorem | None:
        """a < 0, from the sign of -a."""
        found = self.sign(-a)
        return self.p.certify(a < 0, found) if found is not None and found.claim.kind == "lt" else None

    # --- ways ---

    def literal(self, a: Term) -> Theorem | None:
        """A hypothesis, or a step of the proof."""
        for kind in (lt, le):
            wanted = key(kind(lift(0), a))
            if wanted in self.known:
                return self.known[wanted]
            for step in self.steps:
                if key(step.claim) == wanted and self._kept(step):
                    return self.p.restate(kind(lift(0), a), step)
        return None

    def structural(self, a: Term) -> Theorem | None:
        """By what the term is made of."""
        way = getattr(self, f"_{a.op}", None)
        return way(a) if way else None

    def cited(self, a: Term) -> Theorem | None:
        """A certificate from what is known of the atoms of the term."""
        if sum(t.op in ("app", "var", "power") for t in _atoms(a)) > MOST_ATOMS:
            return None
        facts = self.facts(a)
        for kind in (lt, le):
            for most in (MOST_FACTS, MOST_FACTS // 2):
                cited = facts[:most]
                if (most < MOST_FACTS and len(facts) <= most) or (not cited and (a.free or a.families)):
                    continue
                self.tried[0] += 1
                if self.tried[0] > MOST_TRIED:
                    return None
                with suppress(Refused):
                    return certify(self.p.theory, kind(lift(0), a), cited, degree=2)
        return None

    def facts(self, a: Term) -> list[Theorem]:
        """What is known of the atoms: hypotheses, assumptions and steps, put for the arguments that occur."""
        found: dict[Any, Theorem] = {}
        atoms = [t for t in _atoms(a) if t.op in ("app", "var", "power")]
        for theorem in self.known.values():
            if set(_atoms_of(theorem.claim)) & set(atoms):
                found.setdefault(key(theorem.claim), theorem)
        for entry in self.p.theory.entries:
            if entry[0] == "assume" and entry[1] in self.uses and entry[5].kind != "lim":
                for values in _matches(entry[3], entry[5], atoms):
                    with suppress(Refused):
                        given = self.p.given(entry[1], *(values[v] for v in entry[3]))
                        self._keep(found, given)
        for atom in atoms:
            for shown in self.of_atom(atom):
                self._keep(found, shown)
        return list(found.values())

    def _keep(self, found: dict[Any, Theorem], theorem: Theorem) -> None:
        with suppress(Refused):
            theorem = self.discharged(theorem)
            if self._kept(theorem):
                found.setdefault(key(theorem.claim), theorem)

    def discharged(self, theorem: Theorem) -> Theorem:
        """The theorem with its hypotheses proved from what is known, as far as they are no part of it."""
        for hyp in theorem.hyps:
            if key(hyp) not in self.known:
                near = [k for k in self.known.values() if k.claim.free & hyp.free]
                theorem = self.p.cut(theorem, self.p.certify(hyp, *near[:MOST_FACTS], degree=1))
        return theorem

    def of_atom(self, atom: Term) -> Iterator[Theorem]:
        """Bounds of a power, or of a sequence along its definition."""
        if atom.op == "power":
            yield from self.of_power(atom)
        if atom.op == "app" and len(atom.args) > 2:
            nonneg = self.inductive(atom, lambda t: le(0, t))
            if nonneg is not None:
                yield nonneg
                most = self.inductive(atom, lambda t: le(t, 1), lambda t: le(0, t))
                if most is not None:
                    yield most

    def of_power(self, atom: Term) -> Iterator[Theorem]:
        """0 <= b^n, and b^n <= 1 or b^n < 1."""
        b, n = atom.args
        base = self.sign(b)
        if base is None:
            return
        p, low = self.p, self.p.restate(le(0, b), base)
        yield p.power_nonneg(low, n)
        high = self.below_one(b)
        if high is not None:
            yield p.power_claim(b, lambda q: q <= 1, low, high, n=n)
            yield p.restate(power(b, n) < 1, power_below_one(p, low, high, n - 1))

    def below_one(self, b: Any) -> Theorem | None:
        """b < 1, from the sign of 1 - b."""
        room = self.sign(1 - b)
        return self.p.certify(b < 1, room) if room is not None and room.claim.kind == "lt" else None

    def inductive(self, atom: Term, bound: Any, proved: Any = None) -> Theorem | None:
        """A bound of a defined sequence at an index that is not negative, by induction along its definition.

        `proved` is a bound that was found in the same way, which the step may use.
        """
        p, name = self.p, atom.args[0]
        entry = next((e for e in p.theory.entries if e[0] == "define" and name in e[1]), None)
        if entry is None or self.depth > 3:
            return None
        *parameters, index = atom.args[2:]
        k = p.fresh("k", *atom.args[2:])

        def at(n: Any) -> Any:
            return term("app", name, "R", *parameters, lift(n))

        inner = self.beneath((le(0, k), bound(at(k))), 3)
        if proved is not None:
            earlier = self.beneath((le(0, k),), 0).inductive(at(k), proved)
            if earlier is not None:
                inner.known[key(earlier.claim)] = earlier
        begun = p.start(name, *parameters)
        following = p.using(p.next(name, *parameters, k), p.assume(le(0, k)))
        with suppress(Refused):
            base = self._bounded(bound, begun, self)
            step = self._bounded(bound, following, inner)
            found = p.induction(k, 0, bound(at(k)), base, step)
            return self.discharged(p.inst(found, {k: index}))
        return None

    def _bounded(self, bound: Any, equation: Theorem, signs: Signs) -> Theorem:
        """bound(left side) from left = right and the sign of what the bound says of the right side."""
        left, right = equation.claim.left, equation.claim.right
        claim = bound(right)
        found = signs.sign(right if claim.left is lift(0) else 1 - right)
        if found is None:
            raise Refused("no sign")
        return self.p.certify(bound(left), equation, found, degree=1)

    # --- structure ---

    def _num(self, a: Term) -> Theorem | None:
        with suppress(Refused):
            return self.p.certify(lt(0, a))
        return self.p.certify(le(0, a))

    def _add(self, a: Term) -> Theorem | None:
        parts = [part for part in map(self.sign, a.args) if part is not None]
        if len(parts) < 2:
            return None
        strict = any(part.claim.kind == "lt" for part in parts)
        return self.p.certify((lt if strict else le)(0, a), *parts, degree=1)

    def _mul(self, a: Term) -> Theorem | None:
        left, right = a.args
        if left is right:
            return self.p.certify(le(0, a), squares=[left])
        square = _squared(a)
        if square is not None:
            rest, root = square
            sign = self.sign(rest)
            if sign is None:
                return None
            facts = [self.p.certify(le(0, term("pow", root, 2)), squares=[root]), self.p.restate(le(0, rest), sign)]
            return self.p.certify(le(0, a), *facts)
        signs = [sign for sign in map(self.sign, a.args) if sign is not None]
        if len(signs) < 2:
            return None
        kinds = {sign.claim.kind for sign in signs}
        return self.p.certify((lt if kinds == {"lt"} else le)(0, a), *signs)

    def _pow(self, a: Any) -> Theorem | None:
        base, k = a.args
        sign = self.sign(base)
        if sign is not None:
            return self.p.certify((lt if sign.claim.kind == "lt" else le)(0, a), sign, degree=max(k, 1))
        return self.p.certify(le(0, a), squares=[term("pow", base, k // 2)]) if k % 2 == 0 else None

    def _power(self, a: Term) -> Theorem | None:
        sign = self.sign(a.args[0])
        if sign is None:
            return None
        way = self.p.power_positive if sign.claim.kind == "lt" else self.p.power_nonneg
        return self.discharged(way(sign, a.args[1]))

    def _inv(self, a: Term) -> Theorem | None:
        sign = self.sign(a.args[0])
        if sign is None:
            return None
        return self.p.inv_positive(sign) if sign.claim.kind == "lt" else self.p.inv_nonneg(sign)

    def _sqrt(self, a: Term) -> Theorem | None:
        sign = self.sign(a.args[0])
        if sign is not None and sign.claim.kind == "lt":
            return self.p.sqrt_positive(sign)
        return self.p.sqrt_nonneg(a.args[0])

    def _max(self, a: Term) -> Theorem | None:
        x, y = a.args
        best: Theorem | None = None
        for side, above in ((x, self.p.max_left(x, y)), (y, self.p.max_right(x, y))):
            sign = self.sign(side)
            if sign is not None and (best is None or sign.claim.kind == "lt"):
                best = self.p.certify((lt if sign.claim.kind == "lt" else le)(0, a), above, sign, degree=1)
        if best is None:  # max(x, -x)
            with suppress(Refused):
                best = self.p.certify(le(0, a), self.p.max_left(x, y), self.p.max_right(x, y), degree=1)
        return best

    def _sum(self, a: Term) -> Theorem | None:
        v, low, high, body = a.args
        index = self.p.fresh(v.args[0], a, *(t for h in self.known.values() for t in (h.claim.left, h.claim.right)))
        inner = self.beneath((le(low, index), le(index, high)), 0)
        inner.steps = self.steps
        each = inner.sign(substitute(body, {v: index}))
        if each is None:
            return None
        found = self.p.sum_of(self.p.restate(le(0, each.claim.right), each), index, low, high)
        return self.p.restate(le(0, a), found)


def _squared(a: Term) -> tuple[Term, Term] | None:
    """c and g of a product c g g, as the rules write it."""
    left, right = a.args
    if left.op == "mul" and left.args[1] is right:
        return left.args[0], right
    return None


def _atoms(a: Term) -> list[Term]:
    """The atoms of a term: variables, families, powers, with those of their arguments."""
    found: dict[Term, None] = {}
    agenda = [a]
    while agenda:
        top = agenda.pop()
        if top not in found:
            found[top] = None
            agenda += [part for part in top.args if type(part) is Term]
    return list(found)


def _atoms_of(claim: Rel) -> list[Term]:
    return [t for side in (claim.left, claim.right) for t in _atoms(side) if t.op in ("app", "var", "power")]


def _matches(variables: Sequence[Term], claim: Rel, atoms: Sequence[Term]) -> Iterator[dict[Term, Term]]:
    """Values of the variables for which a family of the claim becomes one of the atoms."""
    if not variables:
        names = {t.args[0] for t in _atoms_of(claim) if t.op == "app"}
        if any(t.op == "app" and t.args[0] in names for t in atoms):
            yield {}
        return
    seen = set()
    for pattern in _atoms_of(claim):
        if pattern.op != "app" or not set(variables) <= set(pattern.args[2:]):
            continue
        for atom in atoms:
            if atom.op == "app" and atom.args[0] == pattern.args[0]:
                values = {v: t for v, t in zip(pattern.args[2:], atom.args[2:], strict=True) if v in variables}
                if len(values) == len(variables) and tuple(values.items()) not in seen:
                    seen.add(tuple(values.items()))
                    yield values
