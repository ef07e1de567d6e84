"""Tactics for bounds of steps: signs of what is quiet, one step of Cauchy and Schwarz, and how it grows into a bound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from adamtheory.deriving.frame import Frame, n
from adamtheory.deriving.linear import affine
from adamtheory.deriving.ratio import NoBound, Text
from adamtheory.language.tree import ZERO, Apply, Expr, Name, Number, names
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import EMPTY, Theorem
from adamtheory.logic.notation import eq, indicator, inv, le, lift, reals
from adamtheory.logic.search import NotFound
from adamtheory.logic.sums import put
from adamtheory.logic.terms import Rel, Term, key


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
        for name in reading.families:
            found[Name(name)] = reading.slot(name, before)
            if name in self.text.new:
                found[self.text.new[name]] = reading.slot(name, after)
        for line in self.text.rule.body:
            if line.target.id == "g":
                found[line.target] = reading.translate(self.text.lines[line.target], found)
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
        for name in used:
            slot = self._slot_named(name)
            facts += [] if slot is None else self.of_slot(slot)
        return [*facts, self.begun] if any(n in lift(t).free for t in of) else facts

    def _slot_named(self, family: str) -> str | None:
        families = self.ground.frame.reading.families
        return next((s for s in self.ground.text.quiet_slots if s in families and families[s].name == family), None)

    def of_slot(self, slot: str) -> list[Theorem]:
        """0 <= s(n) <= 1, the recursion, and s(n+1) < 1 for a slot that is multiplied by a rate in each step."""
        if slot not in self.held:
            self.held[slot] = []  # a slot that speaks of itself through others
            self.held[slot] = self._of_slot(slot)
        return self.held[slot]

    def _of_slot(self, slot: str) -> list[Theorem]:
        p, s = self.p, lambda k: self.ground.slot(slot, k)
        following = p.using(self.ground.new(slot), self.counted)
        parts = affine(self.ground.text.ends[slot], Name(slot))
        if parts is None or parts[1] != ZERO or slot not in self.ground.frame.reading.families:
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
            parts = [self.positive(a) for a in of.args if type(a) is Term]
            return p.certify(0 < of, *parts, degree=2 if of.op == "mul" else of.args[1])
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
        """x inv(x) = 1 and 0 < inv(x) for the reciprocals in a relation, where x is positive."""
        found: list[Theorem] = []
        for inverse in sorted(
            {s for side in (goal.left, goal.right) for s in subterms(side) if s.op == "inv"}, key=str
        ):
            try:
                positive = self.positive(inverse.args[0])
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
            return p.certify(0 <= of, *(self.nonneg(a) for a in of.args))
        try:
            return self.certified(0 <= of)
        except NotFound:
            return p.restate(0 <= of, self.positive(of))


def subterms(of: Term) -> set[Term]:
    """All terms in a term."""
    return {of}.union(*(subterms(a) for a in of.args if type(a) is Term))


# --- one step ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _schwarz() -> tuple[tuple[Any, ...], Theorem]:
    """m^2 <= R v, 0 <= R, 0 <= v, 0 < b, 0 < k |- (a m + c g)^2 <= (a^2 R/b + c^2/k) (b v + k g^2), and its variables.

    R times the difference is a^2 R (R v - m^2) + (k/b) (a R g - c (b/k) m)^2 + c^2 (b/k) (R v - m^2).
    """
    p = Prover(EMPTY)
    m, R, v, a, b, k, c, g, i, h = reals("m R v a b k c g i h")  # i and h are 1/b and 1/k
    old, some, nonneg, b_positive, k_positive = p.assume(m**2 <= R * v, 0 <= R, 0 <= v, 0 < b, 0 < k)
    i_is, h_is, i_pos, h_pos = p.assume(eq(b * i, 1), eq(k * h, 1), 0 < i, 0 < h)
    product = (a**2 * R * i + c**2 * h) * (b * v + k * g**2)
    wide = a**2 * R * v + a**2 * R * i * k * g**2 + c**2 * h * b * v + c**2 * g**2
    whole = p.certify(eq(product, wide), i_is, h_is)
    short = le(2 * a * c * m * g, a**2 * (R * v - m**2) + a**2 * R * i * k * g**2 + c**2 * h * b * v)
    ik, hb = p.certify(0 < i * k, i_pos, k_positive), p.certify(0 < h * b, h_pos, b_positive)
    root = a * R * g - c * b * h * m
    square = p.certify(0 <= i * k * root**2, ik, squares=[root])
    spread = i * k * a**2 * R**2 * g**2 - 2 * a * c * R * g * m + c**2 * b * h * m**2
    same = p.certify(eq(i * k * root**2, spread), i_is, h_is)
    positive, none = p.assume(0 < R, le(R, 0))
    rest = p.certify(0 <= h * b * (R * v - m**2), hb, old)
    grows = p.certify(short, square, same, rest, old, positive, squares=[a, c], weights=[[positive]])
    zero = p.antisym(none, some)
    m_zero = zero_of(p, p.certify(m**2 <= lift(0) ** 2, old, zero))
    still = p.certify(short, zero, m_zero, p.certify(0 <= h * b * v, hb, nonneg), squares=[a, c], degree=1)
    both = p.cases(still, grows, R, 0)
    lemma = p.certify(le((a * m + c * g) ** 2, product), both, whole, degree=1)
    lemma = p.inst(lemma, {i: inv(b), h: inv(k)})
    found = p.using(lemma, *map(p.inverse, (b_positive, k_positive)), *map(p.inv_positive, (b_positive, k_positive)))
    return (m, R, v, a, b, k, c, g), found


def schwarz_step(p: Prover, m: Any, R: Any, v: Any, a: Any, b: Any, k: Any, c: Any, g: Any, *facts: Theorem) -> Theorem:
    """(a m + c g)^2 <= (a^2 R/b + c^2/k) (b v + k g^2), its hypotheses discharged by the facts."""
    variables, lemma = _schwarz()
    return put(p, lemma, variables, (m, R, v, a, b, k, c, g), *facts)


def zero_of(p: Prover, square: Theorem) -> Theorem:
    """m = 0 from m^2 <= 0^2."""
    m = square.claim.left.args[0]
    nothing = p.certify(0 <= lift(0))
    above = p.squares(square, nothing)
    below = p.squares(p.restate((-m) ** 2 <= lift(0) ** 2, square), nothing)
    return p.antisym(above, p.restate(0 <= m, below))


@lru_cache(maxsize=1)
def _newest() -> tuple[tuple[Any, ...], Theorem]:
    """m = 0, 0 <= R, 0 <= v, 0 <= b, 0 < k |- (a m + c g)^2 <= (a^2 R/b + c^2/k) (b v + k g^2), and its variables."""
    p = Prover(EMPTY)
    m, R, v, a, b, k, c, g, i, h = reals("m R v a b k c g i h")
    zero, some, nonneg, b_nonneg, k_positive = p.assume(eq(m, 0), 0 <= R, 0 <= v, 0 <= b, 0 < k)
    h_is, i_nonneg, h_positive = p.assume(eq(k * h, 1), 0 <= i, 0 < h)
    old, spread = p.certify(0 <= b * v, b_nonneg, nonneg), p.certify(0 <= R * i, some, i_nonneg)
    own = p.certify(
        c**2 * g**2 <= c**2 * h * (b * v + k * g**2), h_is, p.certify(0 <= h * (b * v), h_positive, old), squares=[c]
    )
    whole = p.certify(0 <= b * v + k * g**2, old, k_positive, squares=[g])
    more = p.certify(0 <= R * i * (b * v + k * g**2), spread, whole)
    product = (a**2 * R * i + c**2 * h) * (b * v + k * g**2)
    lemma = p.certify(le((a * m + c * g) ** 2, product), own, more, zero, squares=[a], degree=1)
    lemma = p.inst(lemma, {i: inv(b), h: inv(k)})
    found = p.using(lemma, p.inverse(k_positive), p.inv_positive(k_positive), p.inv_nonneg(b_nonneg))
    return (m, R, v, a, b, k, c, g), found


def newest_step(p: Prover, m: Any, R: Any, v: Any, a: Any, b: Any, k: Any, c: Any, g: Any, *facts: Theorem) -> Theorem:
    """The same where m = 0: then nothing is asked of m and R, and b may be 0."""
    variables, lemma = _newest()
    return put(p, lemma, variables, (m, R, v, a, b, k, c, g), *facts)


# --- products, once for real variables, so that long coefficients are not multiplied out ------------------------------


@lru_cache(maxsize=1)
def _products() -> tuple[tuple[Any, ...], Theorem, Theorem]:
    p = Prover(EMPTY)
    x, F, G, w, V = reals("x F G w V")
    bound, nonneg, above, same = p.assume(x <= F * w, 0 <= F, w <= V, eq(G, F))
    return (x, F, G, w, V), p.certify(x <= F * V, bound, nonneg, above), p.certify(x <= G * w, bound, same)


def larger(p: Prover, bound: Theorem, nonneg: Theorem, above: Theorem) -> Theorem:
    """x <= F V from x <= F w, 0 <= F and w <= V."""
    (x, F, _, w, V), lemma, _ = _products()
    values = (bound.claim.left, nonneg.claim.right, above.claim.left, above.claim.right)
    return put(p, lemma, (x, F, w, V), values, bound, nonneg, above)


def renamed(p: Prover, bound: Theorem, same: Theorem) -> Theorem:
    """x <= G w from x <= F w (written so) and G = F."""
    (x, F, G, w, _), _, lemma = _products()
    values = (bound.claim.left, same.claim.right, same.claim.left, bound.claim.right.args[1])
    return put(p, lemma, (x, F, G, w), values, bound, same)


@lru_cache(maxsize=1)
def _squared() -> tuple[tuple[Any, ...], Theorem]:
    p = Prover(EMPTY)
    x, y, c = reals("x y c")
    same, bound = p.assume(eq(x, y), y**2 <= c)
    return (x, y, c), p.certify(x**2 <= c, p.rewrite(same, lambda z: z**2), bound)


def squared(p: Prover, same: Theorem, bound: Theorem) -> Theorem:
    """x^2 <= c from x = y and y^2 <= c."""
    variables, lemma = _squared()
    return put(p, lemma, variables, (same.claim.left, same.claim.right, bound.claim.right), same, bound)


@lru_cache(maxsize=1)
def _quotient() -> tuple[tuple[Any, ...], Theorem]:
    p = Prover(EMPTY)
    M, D, C = reals("M D C")
    bound, nonneg, sign = p.assume(M**2 <= C * D**2, 0 <= D, 0 <= C)
    goal = (M * inv(D)) ** 2 <= C
    positive, none = p.assume(0 < D, le(D, 0))
    is_one, inverse = p.inverse(positive), p.inv_positive(positive)
    part = p.certify(M**2 * inv(D) ** 2 <= C * D**2 * inv(D) ** 2, bound, squares=[inv(D)])
    high = p.certify(goal, part, p.certify(eq(D**2 * inv(D) ** 2, 1), is_one), inverse)
    zero = p.rewrite(p.antisym(none, nonneg), inv)
    low = p.certify(goal, zero, sign)
    return (M, D, C), p.cases(low, high, D, 0)


def quotient_square(p: Prover, main: Theorem, nonneg: Theorem, sign: Theorem, M: Any, D: Any) -> Theorem:
    """(M/D)^2 <= C from M^2 <= C D^2, 0 <= D and 0 <= C."""
    variables, lemma = _quotient()
    return put(p, lemma, variables, (M, D, sign.claim.right), main, nonneg, sign)


@lru_cache(maxsize=1)
def _quotient_bound() -> tuple[tuple[Any, ...], Theorem]:
    p = Prover(EMPTY)
    M, D, C = reals("M D C")
    bound, nonneg, sign = p.assume(M <= C * D, 0 <= D, 0 <= C)
    positive, none = p.assume(0 < D, le(D, 0))
    high = p.certify(M * inv(D) <= C, bound, p.inverse(positive), p.inv_positive(positive))
    low = p.certify(M * inv(D) <= C, p.rewrite(p.antisym(none, nonneg), inv), sign)
    return (M, D, C), p.cases(low, high, D, 0)


def quotient_bound(p: Prover, main: Theorem, nonneg: Theorem, sign: Theorem, M: Any, D: Any) -> Theorem:
    """M/D <= C from M <= C D, 0 <= D and 0 <= C."""
    variables, lemma = _quotient_bound()
    return put(p, lemma, variables, (M, D, sign.claim.right), main, nonneg, sign)


# --- choices between numbers ------------------------------------------------------------------------------------------


def choice_bounds(ground: Ground, expr: Expr) -> tuple[Fraction, Theorem, Fraction, Theorem]:
    """lo, lo <= e, hi, e <= hi for nested cases whose branches are numbers; raises `NoBound`."""
    p, of = ground.p, ground.term(expr)
    if isinstance(expr, Number):
        same = p.certify(of <= of)
        return expr.value, same, expr.value, same
    if not isinstance(expr, Apply) or not expr.op.startswith("where"):
        raise NoBound("the step is no choice between numbers")
    (low_x, from_x, high_x, to_x), (low_y, from_y, high_y, to_y) = (choice_bounds(ground, e) for e in expr.args[2:])
    low, high = min(low_x, low_y), max(high_x, high_y)
    a, b, then, otherwise = (ground.term(e) for e in expr.args)
    # e = y + on (x - y), where on is 0 or 1
    on = indicator(b - a) if expr.op == "where<" else 1 - indicator(a - b)
    some, not_all = switch_bounds(p, b - a if expr.op == "where<" else a - b)
    first, second = (some, not_all) if expr.op == "where<" else (not_all, some)
    first, second = p.restate(0 <= on, first), p.restate(0 <= 1 - on, second)
    from_x, from_y = p.certify(low <= then, from_x, degree=1), p.certify(low <= otherwise, from_y, degree=1)
    to_x, to_y = p.certify(then <= high, to_x, degree=1), p.certify(otherwise <= high, to_y, degree=1)
    above_ = [
        p.certify(0 <= on * (then - low), first, from_x),
        p.certify(0 <= (1 - on) * (otherwise - low), second, from_y),
    ]
    below_ = [
        p.certify(0 <= on * (high - then), first, to_x),
        p.certify(0 <= (1 - on) * (high - otherwise), second, to_y),
    ]
    return low, p.certify(low <= of, *above_, degree=1), high, p.certify(of <= high, *below_, degree=1)


def switch_bounds(p: Prover, a: Any) -> tuple[Theorem, Theorem]:
    """0 <= indicator(a) and 0 <= 1 - indicator(a)."""
    on, off = p.indicator_on(p.assume(0 < a)), p.indicator_off(p.assume(a <= 0))
    goals = (0 <= indicator(a), 0 <= 1 - indicator(a))
    found = [p.cases(p.certify(goal, off), p.certify(goal, on), a, 0) for goal in goals]
    return found[0], found[1]
