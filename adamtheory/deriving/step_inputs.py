"""Steps that are bounded though they are no quotient: signs, clipped values, and averages of what is bounded itself.

An average h_t = a h_{t-1} + w q_t of inputs |q_t| <= B_t obeys |h_t| <= H_t with H_t = a H_{t-1} + w B_t, a sequence of
the theory. An input may be a quotient with a sharp bound of its own; the bound of the average need not be sharp.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from adamtheory.deriving.frame import Frame, n, t
from adamtheory.deriving.ratio import Monomial, NoBound, Quotient, Text
from adamtheory.deriving.step_deviation import proof_of
from adamtheory.deriving.step_ground import Ground, Quick, switch_bounds
from adamtheory.deriving.step_lemmas import quotient_bound, quotient_square
from adamtheory.deriving.step_proof import Proof, one_side
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute, indicator, inv, lift, sqrt
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Term, term

Interval = tuple[Theorem | None, Theorem | None]  # lo <= e and e <= hi, where they are known


class Bounded:
    """|numerator| <= C for a step without a denominator; raises `NoBound` where it is of another kind."""

    def __init__(self, rule: Rule) -> None:
        frame = Frame.of(rule)
        text = Text(frame.rule)
        self.rule = rule
        self.quotient = text.quotient()
        if self.quotient.denominator is not None:
            raise NoBound("the step is a quotient")
        parts = text.monomials(text.folded(self.quotient.moment))
        if len(parts) != 1 or len(parts[0][1]) != 1:
            raise NoBound("the step is a sum of several parts")
        self.factor, (self.of,) = parts[0]
        self.slot = next((s for s, new in text.new.items() if new == self.of), None)
        self.inner: Proof | None = None
        self.H: Family | None = None
        if self.slot is None:
            self.frame, self.ground = frame, Ground(frame, text)
            self.input: Expr | None = self.of
        else:
            self._average(rule, text, self.slot)
        self.p = self.frame.p = Quick(self.frame.setting)

    def _average(self, rule: Rule, text: Text, slot: str) -> None:
        """The rate, the weight and the input of an average, and the sequence H in the theory."""
        parts = text.recursion(slot)
        own = [c for c, factors in parts if factors == (Name(slot),)]
        rest = [(c, factors) for c, factors in parts if factors != (Name(slot),)]
        if len(own) != 1 or not rest:
            raise NoBound(f"{slot} is no average")
        self.decay, self.input, weight = own[0], None, rest[0][0]
        if len(rest) == 1 and len(rest[0][1]) == 1:
            self.input = rest[0][1][0]
            frame = Frame.of(rule)
            self.frame, self.ground = frame, Ground(frame, Text(frame.rule))
        else:
            self.inner = proof_of(rule, quotient=_quotient(slot, rest))
            self.frame, self.ground = self.inner.frame, self.inner.ground
            weight = ONE
        self.weight = weight
        self._declare(slot)

    def _declare(self, slot: str) -> None:
        a, w = self.ground.term(self.decay), self.ground.term(self.weight)
        self.turn = -1 if self.inner is None and not self._nonneg(w) else 1
        B = self.input_bound
        first = abs(next(s.initial for s in self.ground.text.rule.slots if s.name == slot))
        taken = {known for known, _ in self.frame.setting.theory.names}
        name = next(w for w in ("H", "H_bound", "H_bound_") if w not in taken)
        (self.H,) = self.frame.setting.define({name: (first, lambda _, H: a * H + self.turn * w * B)}, index=n)

    def _nonneg(self, of: Any) -> bool:
        try:
            Ground(self.frame, self.ground.text).sign().nonneg(of)
        except NotFound:
            return False
        return True

    # --- inputs ---

    @cached_property
    def input_bound(self) -> Any:
        """B at step n + 1: what the input is at most in size."""
        if self.inner is not None:
            C = self.inner.constant()
            return sqrt(C) if self.inner.below.kind == "square" else C
        assert self.input is not None
        return self._size(Ground(self.frame, self.ground.text), self.input).claim.right

    def _size(self, ground: Ground, expr: Expr) -> Theorem:
        """|e| <= B for what lies between quiet bounds."""
        low, high = interval(ground, expr)
        if low is None or high is None:
            raise NoBound("the input of the step is not bounded")
        p, of = ground.p, ground.term(expr)
        for bound in (high.claim.right, -low.claim.left):
            try:
                above = p.certify(of <= bound, high, ground.sign().certified(high.claim.right <= bound), degree=1)
                below = p.certify(-of <= bound, low, ground.sign().certified(-low.claim.left <= bound), degree=1)
                return p.max_least(above, below)
            except NotFound:
                continue
        raise NoBound("the input of the step has no bound on both sides")

    def _input(self) -> tuple[Any, Theorem]:
        """The input q as a term, and 0 <= n |- |q| <= B."""
        if self.inner is None:
            assert self.input is not None
            return self.ground.term(self.input), self._size(self.ground, self.input)
        inner, p = self.inner, self.p
        M, D = inner.moment(), inner.denominator()
        q, C = M * inv(D), inner.constant()
        nonneg = p.restate(0 <= D, inner.floor.nonneg)
        if inner.below.kind == "max":
            sides = []
            for s in (1, -1):
                side = p.certify(s * M <= C * D, inner.main, one_side(p, M, s), degree=1)
                sides.append(p.restate(s * q <= C, quotient_bound(p, side, nonneg, inner.constant_nonneg, s * M, D)))
            return q, p.max_least(*sides)
        one = quotient_square(p, inner.main, nonneg, inner.constant_nonneg, M, D)
        root = p.sqrt_square(inner.constant_nonneg)
        squares = p.certify(absolute(q) ** 2 <= sqrt(C) ** 2, p.max_square(q), root, one, degree=1)
        return q, p.squares(squares, p.sqrt_nonneg(C))

    # --- the bound ---

    def moment(self, before: Any = n, after: Any = n + 1) -> Any:
        """The numerator."""
        return self.ground.term(self.quotient.moment, before, after)

    @cached_property
    def main(self) -> Theorem:
        """0 <= n |- |numerator| <= C."""
        p, M = self.p, self.moment()
        if self.H is None:
            size = self._size(self.ground, self.of)
            of = self.ground.term(self.of)
        else:
            of = self.ground.slot(self.slot or "", n + 1)
            size = p.using(p.inst(self.average, {n: n + 1}), p.certify(0 <= n + 1, p.assume(0 <= n)))
        factor = self.ground.sign().nonneg(self.ground.term(self.factor))
        c = factor.claim.right
        C = size.claim.right if c is lift(1) else c * size.claim.right
        top = p.certify(c * absolute(of) <= C, size, factor)
        sides = [
            p.certify(s * M <= C, top, p.certify(s * M <= c * absolute(of), factor, one_side(p, of, s)))
            for s in (1, -1)
        ]
        return p.max_least(*sides)

    @cached_property
    def average(self) -> Theorem:
        """0 <= n |- |h(n)| <= H(n)."""
        assert self.H is not None
        p, H, slot, signs = self.p, self.H, self.slot or "", self.ground.sign()
        a, w = self.ground.term(self.decay), self.turn * self.ground.term(self.weight)
        h, later = self.ground.slot(slot, n), self.ground.slot(slot, n + 1)
        old, (q, size) = p.assume(absolute(h) <= H(n)), self._input()
        a_nonneg, w_nonneg = signs.nonneg(a), signs.nonneg(w)
        past = p.certify(a * absolute(h) <= a * H(n), old, a_nonneg)
        own = p.certify(w * absolute(q) <= w * size.claim.right, size, w_nonneg)
        sides = []
        for s in (1, -1):
            first = p.certify(s * a * h <= a * absolute(h), a_nonneg, one_side(p, h, s))
            second = p.certify(s * self.turn * w * q <= w * absolute(q), w_nonneg, one_side(p, q, s * self.turn))
            facts = (past, own, first, second, p.next(H, n), self.ground.new(slot))
            sides.append(p.certify(s * later <= H(n + 1), *facts, degree=1))
        start = (self.frame.start(slot), p.start(H))
        base = p.max_least(*(p.certify(s * self.ground.slot(slot, 0) <= H(0), *start) for s in (1, -1)))
        return p.induction(n, 0, absolute(h) <= H(n), base, p.max_least(*sides))

    @cached_property
    def theorem(self) -> Theorem:
        """1 <= t |- |numerator| <= C in step t."""
        p, C = self.p, _at_t(self.main.claim.right)
        found = p.inst(self.main, {n: t - 1})
        if any(n in hyp.free for hyp in self.main.hyps):
            found = p.using(found, p.certify(0 <= t - 1, p.assume(1 <= t)))
        return p.restate(absolute(self.moment(t - 1, t)) <= C, found)


def _at_t(of: Any) -> Any:
    """A term about step n + 1 as one about step t, n + 1 written t."""
    if of is n + 1:
        return t
    if type(of) is not Term or n not in of.free:
        return of
    if of is n:
        return t - 1
    return term(of.op, *(_at_t(a) if type(a) is Term else a for a in of.args))


def _quotient(slot: str, parts: list[Monomial]) -> Quotient:
    """The input of an average as one quotient."""
    under = {tuple(f for f in factors if isinstance(f, Apply) and f.op == "div") for _, factors in parts}
    if len(under) != 1 or len(next(iter(under))) != 1:
        raise NoBound(f"{slot} is no average of the gradients alone, nor of one quotient")
    (below,) = next(iter(under))
    moment: Expr = ZERO
    for c, factors in parts:
        for factor in factors:
            c = c if factor is below else Apply("mul", (c, factor)) if c != ONE else factor
        moment = c if moment == ZERO else Apply("add", (moment, c))
    assert isinstance(below, Apply)
    return Quotient(moment, below.args[1], ONE, False)


# --- intervals --------------------------------------------------------------------------------------------------------


def interval(ground: Ground, expr: Expr) -> Interval:
    """Quiet bounds of an expression, by its form."""
    p, of = ground.p, ground.term(expr)
    if ground.text.quiet(expr):
        same = p.certify(of <= of)
        return same, same
    if not isinstance(expr, Apply):
        return None, None
    if expr.op == "neg":
        low, high = interval(ground, expr.args[0])
        return (
            high and p.certify(-high.claim.right <= of, high, degree=1),
            low and p.certify(of <= -low.claim.left, low, degree=1),
        )
    if expr.op in ("maximum", "minimum"):
        return _extreme(ground, expr)
    if expr.op.startswith("where"):
        return _cases(ground, expr)
    return None, None


def _extreme(ground: Ground, expr: Apply) -> Interval:
    p, of = ground.p, ground.term(expr)
    a, b = (ground.term(e) for e in expr.args)
    sides = [interval(ground, e) for e in expr.args]
    top = expr.op == "maximum"
    reached = (p.max_left(a, b), p.max_right(a, b)) if top else (p.max_left(-a, -b), p.max_right(-a, -b))
    one: Theorem | None = None
    for fact, (low, high) in zip(reached, sides, strict=True):
        known = low if top else high
        if known is not None and one is None:
            goal = known.claim.left <= of if top else of <= known.claim.right
            one = p.certify(goal, fact, known, degree=1)
    both = _common(ground, [high if top else low for low, high in sides], largest=top)
    if both is None:
        return (one, None) if top else (None, one)
    if top:
        return one, p.max_least(*both)
    bound = both[0].claim.left
    least = p.max_least(*(p.certify(-x <= -bound, fact, degree=1) for x, fact in zip((a, b), both, strict=True)))
    return p.certify(bound <= of, least, degree=1), one


def _common(ground: Ground, facts: list[Theorem | None], largest: bool) -> list[Theorem] | None:
    """Both e <= c (or c <= e) with one quiet c, from two bounds that can be compared."""
    first, second = facts
    if first is None or second is None:
        return None
    p = ground.p

    def side(fact: Theorem) -> Any:
        return fact.claim.right if largest else fact.claim.left

    for c in (side(first), side(second)):
        try:
            found = []
            for fact in (first, second):
                step = ground.sign().certified(side(fact) <= c if largest else c <= side(fact))
                goal = fact.claim.left <= c if largest else c <= fact.claim.right
                found.append(p.certify(goal, fact, step, degree=1))
            return found
        except NotFound:
            continue
    return None


def _cases(ground: Ground, expr: Apply) -> Interval:
    """y + on (x - y) between bounds of x and y, where on is 0 or 1."""
    p, of = ground.p, ground.term(expr)
    a, b, then, otherwise = (ground.term(e) for e in expr.args)
    on = indicator(b - a) if expr.op == "where<" else 1 - indicator(a - b)
    some, not_all = switch_bounds(p, b - a if expr.op == "where<" else a - b)
    first, second = (some, not_all) if expr.op == "where<" else (not_all, some)
    first, second = p.restate(0 <= on, first), p.restate(0 <= 1 - on, second)
    sides = [interval(ground, e) for e in expr.args[2:]]
    found: list[Theorem | None] = []
    for largest in (False, True):
        both = _common(ground, [high if largest else low for low, high in sides], largest)
        if both is None:
            found.append(None)
            continue
        c = both[0].claim.right if largest else both[0].claim.left
        gaps = [(c - then, c - otherwise) if largest else (then - c, otherwise - c)][0]
        parts = [
            p.certify(0 <= share * gap, sign, p.certify(0 <= gap, fact, degree=1))
            for share, sign, gap, fact in zip((on, 1 - on), (first, second), gaps, both, strict=True)
        ]
        found.append(p.certify(of <= c if largest else c <= of, *parts, degree=1))
    return found[0], found[1]
