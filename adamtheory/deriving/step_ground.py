"""The text of a rule in its theory, and the signs of what is quiet there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from adamtheory.deriving.frame import Frame, n
from adamtheory.deriving.linear import affine
from adamtheory.deriving.ratio import Text
from adamtheory.language.tree import ZERO, Expr, Name, names
from adamtheory.logic import kernel
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.notation import Setting, eq, indicator, le, lift
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Rel, Term, difference, key, term


@dataclass
class Ground:
    """A rule's text in its theory: expressions as terms, where the step leads from `before` to `after`."""

    frame: Frame
    text: Text
    signs: dict[int, Signs] = field(default_factory=dict)
    lines: dict[str, Theorem] = field(default_factory=dict)

    @property
    def p(self) -> Prover:
        """The prover; nothing may be declared after the first use."""
        return self.frame.p

    def environment(self, before: Any = n, after: Any = n + 1) -> dict[Name, Any]:
        """Every atom of the text as a term."""
        reading = self.frame.reading
        found = {Name(name): lift(s(after) if callable(s) else s) for name, s in reading.scalars.items()}
        found |= {Name(name): lift(value(after, None)) for name, value in reading.inputs.items()}
        for name in self.frame.slots:
            found[Name(name)] = self.frame.slot(name, before)
            if name in self.text.new:
                found[self.text.new[name]] = self.frame.slot(name, after)
        for atom in self.text.gradients:
            found[atom] = reading.translate(self.text.lines[atom], found)
        return found

    def term(self, expr: Expr, before: Any = n, after: Any = n + 1) -> Any:
        """The term of an expression."""
        return self.frame.reading.translate(self.text.folded(expr), self.environment(before, after))

    def slot(self, name: str, k: Any) -> Any:
        """A slot after k steps."""
        return self.frame.slot(name, k)

    def new(self, name: str) -> Theorem:
        """0 <= n |- slot(n+1) is what the text says, with the atoms of its line."""
        if name not in self.lines:
            self.lines[name] = self._new(name)
        return self.lines[name]

    def _new(self, name: str) -> Theorem:
        """The definition has the lines of other slots written out; each is put back by a rewriting."""
        p, end, found = self.p, self.text.ends[name], self.frame.next(name, n)
        around = self.environment()
        used = [(other, atom) for other, atom in self.text.new.items() if atom in names(end) and other != name]
        steps = []
        for other, atom in used:
            line = self.new(other)
            at = dict(around)

            def with_hole(hole: Any, at: dict[Name, Any] = at, atom: Name = atom) -> Any:
                return self.frame.reading.translate(end, {**at, atom: hole})

            steps.append(p.rewrite(line, with_hole))
            around[atom] = line.claim.right
        return p.certify(eq(self.slot(name, n + 1), self.term(end)), found, *steps, degree=1) if used else found

    def sign(self, start: int = 0) -> Signs:
        """The signs under start <= n."""
        if start not in self.signs:
            self.signs[start] = Signs(self, start)
        return self.signs[start]


class Signs:
    """What is known of quiet terms from the ranges of the parameters, under start <= n.

    A parameter that may be 0 where it must not is assumed to be positive: the theorem then says so.
    """

    def __init__(self, ground: Ground, start: int) -> None:
        self.ground, self.p, self.start = ground, ground.p, start
        self.begun = self.p.assume(le(start, n))
        self.counted = self.p.certify(0 <= n, self.begun)
        self.known: dict[Term, Theorem] = {}
        self.ranges = list(ground.frame.ranges())
        self.held: dict[str, list[Theorem]] = {}

    def about(self, of: Iterable[Any]) -> list[Theorem]:
        """The facts about the parameters and quiet slots in these terms."""
        used = {name for t in of for name, _, _ in lift(t).families}
        for name in list(used):
            slot = self._slot_named(name)
            if slot is not None:
                used |= {family for fact in self.of_slot(slot) for family, _, _ in fact.claim.families}
        facts = [r for r in self.ranges if {f for f, _, _ in r.claim.families} <= used]
        for name in sorted(used):
            slot = self._slot_named(name)
            facts += [] if slot is None else self.of_slot(slot)
        return [*facts, self.begun] if any(n in lift(t).free for t in of) else facts

    def _slot_named(self, family: str) -> str | None:
        families = self.ground.frame.families
        return next((s for s in self.ground.text.quiet_slots if s in families and families[s].name == family), None)

    def of_slot(self, slot: str) -> list[Theorem]:
        """0 <= s(n) <= 1, the recursion, and s(n+1) < 1 for a slot that is multiplied by a rate in each step."""
        if slot not in self.held:
            self.held[slot] = []  # a slot that speaks of itself through others
            self.held[slot] = self._of_slot(slot)
        return self.held[slot]

    def _of_slot(self, slot: str) -> list[Theorem]:
        p = self.p

        def s(k: Any) -> Any:
            return self.ground.slot(slot, k)

        following = p.using(self.ground.new(slot), self.counted)
        parts = affine(self.ground.text.ends[slot], Name(slot))
        if parts is None or parts[1] != ZERO or slot not in self.ground.frame.families:
            return [following]
        rate = self.ground.term(parts[0])
        try:
            low, high = p.certify(0 <= rate, *self.ranges), p.certify(rate <= 1, *self.ranges)
            start = self.ground.frame.start(slot)
            new, begun = self.ground.new(slot), p.assume(0 <= n)
            base = p.certify(0 <= s(0), start)
            nonneg = p.induction(n, 0, 0 <= s(n), base, p.certify(0 <= s(n + 1), p.assume(0 <= s(n)), new, low))
            old = p.assume(s(n) <= 1)
            shrunk = p.certify(s(n + 1) <= 1, old, p.using(nonneg, begun), new, low, high)
            most = p.induction(n, 0, s(n) <= 1, p.certify(s(0) <= 1, start), shrunk)
        except NotFound:
            return [following]
        facts = [nonneg, most, following]
        try:
            below = p.certify(s(n + 1) < 1, new, nonneg, most, low, p.certify(rate < 1, *self.ranges))
        except NotFound:
            below = p.restate(s(n + 1) <= 1, p.inst(most, {n: n + 1}))
        facts.append(below)
        if self.start:
            earlier = p.inst(below, {n: n - 1})
            facts.append(p.using(earlier, p.certify(0 <= n - 1, self.begun)))
        return [p.using(fact, self.counted) for fact in facts]

    def positive(self, of: Any) -> Theorem:
        """0 < of; raises `NotFound`."""
        of = lift(of)
        if of not in self.known:
            self.known[of] = self._positive(of)
        return self.known[of]

    def _positive(self, of: Any) -> Theorem:
        p = self.p
        if of.op == "inv":
            return p.inv_positive(self.positive(of.args[0]))
        if of.op == "sqrt":
            return p.sqrt_positive(self.positive(of.args[0]))
        if of.op in ("mul", "pow"):
            try:
                parts = [self.positive(a) for a in of.args if type(a) is Term]
                return p.certify(0 < of, *parts, degree=2 if of.op == "mul" else of.args[1])
            except NotFound:  # two negative factors, say
                return self.certified(0 < of)
        return self.certified(0 < of)

    def certified(self, goal: Rel) -> Theorem:
        """A relation between quiet terms; raises `NotFound`."""
        p = self.p
        facts = [*self.about((goal.left, goal.right)), *self._inverses(goal)]
        for degree in (1, 2):
            try:
                return p.certify(goal, *facts, degree=degree)
            except NotFound as failure:
                refusal = failure
        for name in sorted(self.ground.frame.bounds):
            value = self.ground.frame.scalar(name)
            if value in (goal.left, goal.right) or value.families & (goal.left.families | goal.right.families):
                if any(key(r.claim) == key(0 <= value) for r in self.ranges):
                    try:
                        return p.certify(goal, *facts, p.assume(0 < value), degree=2)
                    except NotFound:
                        continue
        raise refusal

    def _inverses(self, goal: Rel) -> list[Theorem]:
        """x inv(x) = 1 and 0 < inv(x) for the reciprocals of positive terms in a relation, and the signs of roots."""
        found: list[Theorem] = []
        for part in sorted({s for side in (goal.left, goal.right) for s in subterms(side)}, key=str):
            if part.op == "sqrt":
                found.append(self.p.sqrt_nonneg(part.args[0]))
            if part.op != "inv":
                continue
            try:
                positive = self.positive(part.args[0])
            except NotFound:
                continue
            found += [self.p.inverse(positive), self.p.inv_positive(positive)]
        return found

    def nonneg(self, of: Any) -> Theorem:
        """0 <= of; raises `NotFound`."""
        p, of = self.p, lift(of)
        if of.op == "inv":
            return p.inv_nonneg(self.nonneg(of.args[0]))
        if of.op == "sqrt":
            return p.sqrt_nonneg(of.args[0])
        if of.op == "mul":
            try:
                return p.certify(0 <= of, *(self.nonneg(a) for a in of.args))
            except NotFound:
                return self.certified(0 <= of)
        try:
            return self.certified(0 <= of)
        except NotFound:
            return p.restate(0 <= of, self.positive(of))


class Quick(Prover):
    """A prover that says again without a search, and inverts the same term once only."""

    def __init__(self, theory: Theory | Setting) -> None:
        super().__init__(theory)
        self.inverses: dict[Any, Theorem] = {}

    def certify(self, goal: Rel, *facts: Theorem, **options: Any) -> Theorem:
        """As in `Steps`; where a fact is the goal in other words, that is the certificate."""
        wanted = difference(goal)
        for fact in facts:
            kinds = (fact.claim.kind, goal.kind)
            if kinds in (("le", "le"), ("lt", "lt"), ("eq", "eq")) and difference(fact.claim) == wanted:
                one = Fraction(1)
                products, multipliers = (((one, (0,), None),), ()) if goal.kind != "eq" else ((), ((0, lift(1)),))
                found: Theorem = kernel.certificate(self.theory, goal, (fact,), products, multipliers, ((one, ()),))
                return found
        return super().certify(goal, *facts, **options)

    def inverse(self, sign: Theorem) -> Theorem:
        """x inv(x) = 1."""
        return self._kept("inverse", sign)

    def inv_positive(self, positive: Theorem) -> Theorem:
        """0 < inv(x)."""
        return self._kept("inv_positive", positive)

    def _kept(self, name: str, sign: Theorem) -> Theorem:
        place = (name, sign.claim, sign.hyps)
        if place not in self.inverses:
            self.inverses[place] = getattr(super(), name)(sign)
        return self.inverses[place]


def put_in(of: Any, old: Any, new: Any) -> Any:
    """The term with one subterm replaced."""
    if of is old or not of.args:
        return new if of is old else of
    return term(of.op, *(put_in(a, old, new) if type(a) is Term else a for a in of.args))


def subterms(of: Term) -> set[Term]:
    """All terms in a term."""
    return {of}.union(*(subterms(a) for a in of.args if type(a) is Term))


def switch_bounds(p: Prover, a: Any) -> tuple[Theorem, Theorem]:
    """0 <= indicator(a) and 0 <= 1 - indicator(a)."""
    on, off = p.indicator_on(p.assume(0 < a)), p.indicator_off(p.assume(a <= 0))
    goals = (0 <= indicator(a), 0 <= 1 - indicator(a))
    found = [p.cases(p.certify(goal, off), p.certify(goal, on), a, 0) for goal in goals]
    return found[0], found[1]
