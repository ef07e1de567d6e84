"""A claimed bound of the step in the theory of its rule, and its proof where it follows from the sharp bound."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from adamtheory.deriving.claim_search import choices_of
from adamtheory.deriving.frame import Frame, n, t
from adamtheory.deriving.ratio import NoBound, Text
from adamtheory.deriving.step_deviation import proof_of
from adamtheory.deriving.step_ground import Ground, put_in, subterms
from adamtheory.deriving.step_growth import uniform
from adamtheory.deriving.step_inputs import Bounded
from adamtheory.deriving.step_lemmas import quotient_bound, quotient_square
from adamtheory.deriving.step_proof import Proof, one_side
from adamtheory.deriving.step_values import meaning, sample, stabilisers
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr, Name, names
from adamtheory.logic.evaluate import Interpretation, Undecided
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift, lt
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Refused, Rel, substitute


@dataclass(frozen=True)
class Claim:
    """|step| <= bound (< where strict), wherever left < right (<= where not `open`) for each condition."""

    text: str
    bound: Expr
    strict: bool = False
    conditions: tuple[tuple[Expr, Expr, bool], ...] = ()


class Case:
    """A claim in the theory of its rule; `proof` is the rule's step bound where it has one."""

    def __init__(self, rule: Rule, claim: Claim) -> None:
        self.rule, self.claim = rule, claim
        self.proof: Proof | None = None
        self.bounded: Bounded | None = None
        try:
            self.proof = proof_of(rule, own_words=False)
            self.ground = self.proof.ground
        except NoBound:
            self.bounded, self.ground = _bounded(rule)
        kind = lt if claim.strict else lambda a, b: a <= b
        self.step = self._step(t - 1, t)
        self.bound = self._term(claim.bound)
        self.goal: Rel = kind(absolute(self.step), self.bound)
        self.conditions = [self._condition(*c) for c in claim.conditions]
        self.hyps = (1 <= t, *self.conditions)
        self.ground.sign().ranges += [self.ground.p.assume(c) for c in self.conditions if not c.free]

    def _term(self, expr: Expr) -> Any:
        known = self.ground.environment(t - 1, t) | {Name("t"): t}
        return self.ground.frame.reading.translate(self.ground.text.folded(expr), known)

    def _condition(self, left: Expr, right: Expr, open_: bool) -> Rel:
        a, b = self._term(left), self._term(right)
        return lt(a, b) if open_ else a <= b

    def _step(self, before: Any, after: Any) -> Any:
        """How far x moves, without the part of it that decays; the sign may be the other one."""
        text, x = self.ground.text, Name("x")
        end = text.folded(text.rule.results[0])
        if isinstance(end, Apply) and end.op in ("sub", "add") and end.args[0] == x and x not in names(end.args[1]):
            return self.ground.term(end.args[1], before, after)
        kept = [c for c, factors in text.monomials(end) if factors == (x,)]
        old = self.ground.term(x, before, after)
        share = self.ground.term(kept[0], before, after) if kept else lift(1)
        return self.ground.term(end, before, after) - (old if share is lift(1) else share * old)

    # --- proofs ---

    def prove(self) -> Theorem | None:
        """The claim as a theorem, where it follows from the sharp bound."""
        try:
            size = self._size()
            return None if size is None else self._conclude(size)
        except Refused:
            return None

    def _size(self) -> Theorem | None:
        """step^2 <= rate^2 C^2 in step t, or |step| <= rate C, from the sharp bound."""
        if self.proof is None:
            return self._bounded()
        proof, p = self.proof, self.proof.p
        M, D, C = proof.moment(t - 1, t), proof.denominator(t - 1, t), proof.constant(t - 1, t)
        rate = self.ground.term(proof.quotient.rate)
        sign = proof.at_t(0 <= C, proof.constant_nonneg)
        nonneg = proof.at_t(0 <= D, p.restate(0 <= proof.denominator(), proof.floor.nonneg))
        turn, same = self._same(rate * (M * inv(D)))
        if proof.below.kind == "square":
            one = quotient_square(p, proof.theorem, nonneg, sign, M, D)
            scaled = p.certify(rate**2 * (M * inv(D)) ** 2 <= rate**2 * C, one, squares=[rate])
            return p.certify(self.step**2 <= rate**2 * C, p.rewrite(same, lambda z: z**2), scaled)
        rate_nonneg, sides = self.ground.sign().nonneg(rate), []
        for s in (1, -1):
            side = p.certify(s * turn * M <= C * D, proof.theorem, one_side(p, M, s * turn))
            one = quotient_bound(p, side, nonneg, sign, s * turn * M, D)
            scaled = p.certify(rate * one.claim.left <= rate * C, one, rate_nonneg)
            sides.append(p.certify(s * self.step <= rate * C, same, scaled))
        return p.max_least(*sides)

    def _same(self, moved: Any) -> tuple[int, Theorem]:
        """The sign and the equation step = sign moved."""
        for s in (1, -1):
            try:
                return s, self.ground.p.certify(eq(self.step, s * moved))
            except NotFound:
                continue
        raise NoBound("the step is not read")

    def _bounded(self) -> Theorem | None:
        """The same for a step that is bounded without being a quotient."""
        if self.bounded is None:
            return None
        p, main = self.ground.p, self.bounded.theorem
        rate = self.ground.term(self.bounded.quotient.rate)
        M, rate_nonneg = self.bounded.moment(t - 1, t), self.ground.sign().nonneg(rate)
        turn, same = self._same(rate * M)
        sides = []
        for s in (1, -1):
            side = p.certify(s * turn * M <= main.claim.right, main, one_side(p, M, s * turn), degree=1)
            scaled = p.certify(rate * (s * turn * M) <= rate * main.claim.right, side, rate_nonneg)
            sides.append(p.certify(s * self.step <= rate * main.claim.right, same, scaled, degree=1))
        return p.max_least(*sides)

    def _conclude(self, size: Theorem) -> Theorem:
        """|step| <= bound from step^2 <= rate^2 C^2 and rate^2 C^2 <= bound^2, or without the squares."""
        p = self.ground.p
        if self.claim.strict:
            raise NoBound("a strict bound is not reached by these proofs")
        facts, top = self._facts(), size.claim.right
        if size.claim.left.op != "pow":
            theorem = p.chain(self.goal, size, self._below(top, self.bound, facts))
            return p.using(theorem, p.assume(1 <= t))
        nonneg = self._bound_nonneg(facts)
        below = self._below(top, self.bound**2, facts)
        squares = p.certify(absolute(self.step) ** 2 <= self.bound**2, p.max_square(self.step), size, below, degree=1)
        return p.using(p.restate(self.goal, p.squares(squares, nonneg)), p.assume(1 <= t))

    def plausible(self, goal: Rel) -> bool:
        """Whether a sentence without gradients holds of some numbers, before a proof of it is searched."""
        small = stabilisers(self.proof) if self.proof is not None else set()
        choices = choices_of(self.rule, small)
        frame = self.ground.frame
        for values in [sample(self.rule), *Random(0).sample(choices, min(12, len(choices)))]:
            inner = Interpretation(meaning(frame, self.rule, values), theory=frame.setting.theory)
            for step in (1, 2, 6, 40):
                try:
                    met = all(inner.holds(c, {t: step}) for c in self.conditions)
                    if met and not inner.holds(goal, {t: step}):
                        return False
                except Undecided:
                    continue
        return True

    def _bound_nonneg(self, facts: list[Theorem]) -> Theorem:
        """0 <= bound, by its form where t does not stand in it."""
        try:
            return (
                self.ground.sign().nonneg(self.bound)
                if not self.bound.free
                else self._certified(0 <= self.bound, facts)
            )
        except NotFound:
            return self._certified(0 <= self.bound, facts)

    def _certified(self, goal: Rel, facts: list[Theorem], **more: Any) -> Theorem:
        failure: Refused | None = None
        for degree in (1, 2):
            try:
                return self.ground.p.certify(goal, *facts, degree=degree, **more)
            except NotFound as refusal:
                failure = refusal
        raise failure or NoBound("not found")

    def _facts(self) -> list[Theorem]:
        """The conditions, the ranges, and what roots and reciprocals in the bound are."""
        p, signs = self.ground.p, self.ground.sign()
        found = [p.assume(c) for c in self.conditions]
        sides = [self.bound, *(side for c in self.conditions for side in (c.left, c.right))]
        found += [
            p.restate(fact.claim, fact)
            for fact in signs.ranges
            if fact.claim.families & frozenset().union(*(s.families for s in sides))
        ]
        for part in sorted({s for side in sides for s in subterms(side)}, key=str):
            try:
                if part.op == "sqrt":
                    found += self._root(part)
                elif part.op == "inv" and not part.free:
                    positive = signs.positive(part.args[0])
                    found += [p.inverse(positive), p.inv_positive(positive)]
            except NotFound:
                continue
        return found

    def _root(self, root: Any) -> list[Theorem]:
        """sqrt(x)^2 = x, its sign, and the reciprocals of both sides."""
        p = self.ground.p
        positive = self.ground.sign().positive(root.args[0])
        square = p.sqrt_square(positive)
        found = [square, p.sqrt_positive(positive), p.rewrite(square, inv)]
        if root.args[0].op == "mul":  # 1/(x y) = (1/x) (1/y), which is no matter of normal forms where x y is a sum
            inverses = [p.inverse(self.ground.sign().positive(x)) for x in (*root.args[0].args, root.args[0])]
            x, y = root.args[0].args
            found.append(p.certify(eq(inv(x * y), inv(x) * inv(y)), *inverses))
        return found

    def _below(self, top: Any, bound: Any, facts: list[Theorem]) -> Theorem:
        """rate^2 C^2 <= bound^2: at once, or after R has given way to what bounds it."""
        failure: Refused = NoBound("false of numbers")
        if self.plausible(top <= bound):
            try:
                return self._certified(top <= bound, facts)
            except NotFound as refusal:
                failure = refusal
        proof = self.proof
        for limit in [] if proof is None or proof.R is None else self._limits(proof):
            if not self.plausible(put_in(top, limit.claim.left, limit.claim.right) <= bound):
                continue
            try:
                return self._replaced(limit, top, bound, facts)
            except NotFound as refusal:
                failure = refusal
        raise failure

    def _replaced(self, limit: Theorem, top: Any, bound: Any, facts: list[Theorem]) -> Theorem:
        """The same with R(t) <= U: top is R(t) times what is not negative."""
        p, proof = self.ground.p, self.proof
        assert proof is not None and proof.R is not None
        R, U = limit.claim.left, limit.claim.right
        new, factor = put_in(top, R, U), put_in(top, R, lift(1))
        room = p.certify(0 <= U - R, limit)
        more = p.certify(top <= new, p.certify(0 <= factor * (U - R), self._factor_nonneg(factor), room), degree=1)
        rest = self._inverses(new, bound)
        return p.chain(top <= bound, more, self._certified(new <= bound, [*facts, *rest]))

    def _factor_nonneg(self, factor: Any) -> Theorem:
        p, proof = self.ground.p, self.proof
        assert proof is not None
        rate = self.ground.term(proof.quotient.rate)
        square = proof.below.kind == "square"
        slope = proof.floor.positive
        new = proof.numbers["new"]
        if square:
            main = p.certify(0 <= slope.claim.right * (rate * new) ** 2, slope, squares=[rate * new])
        else:
            signs = self.ground.sign()
            both = p.certify(0 <= rate * new, signs.nonneg(rate), signs.nonneg(new))
            main = p.certify(0 <= slope.claim.right * (rate * new), slope, both)
        return proof.at_t(0 <= factor, main)

    def _inverses(self, *of: Any) -> list[Theorem]:
        """x inv(x) = 1 for reciprocals that move with t, as for step t."""
        p, signs, found = self.ground.p, self.ground.sign(), []
        proof = self.proof
        for part in sorted({s for side in of for s in subterms(side) if s.op == "inv"}, key=str):
            try:
                value = part.args[0]
                if value.free:
                    back = _shift(value)
                    positive = signs.positive(back)
                    positive = proof.at_t(0 < value, positive) if proof is not None else positive
                else:
                    positive = signs.positive(value)
                found += [p.inverse(positive), p.inv_positive(positive)]
            except NotFound:
                continue
        return found

    def _limits(self, proof: Proof) -> list[Theorem]:
        """Bounds of R(t): its limit, and 1 - p(t) for a slot p that holds a power of a rate."""
        p, found = proof.p, []
        limit = uniform(proof)
        if limit is not None:
            start = p.certify(0 <= t, p.assume(1 <= t))
            conditions = [p.assume(c) for c in self.conditions]
            found.append(p.using(limit, start, *conditions, *self._implied(limit, conditions)))
        for slot in sorted(proof.text.quiet_slots):
            assert proof.R is not None
            if not self.plausible(proof.R(t) <= 1 - proof.ground.slot(slot, t)):
                continue
            try:
                found.append(self._complement(proof, slot))
            except Refused:
                continue
        return found

    def _implied(self, limit: Theorem, conditions: list[Theorem]) -> list[Theorem]:
        """Hypotheses of the limit that the conditions and ranges give."""
        signs, found = self.ground.sign(), []
        for hyp in limit.hyps:
            if hyp.free:
                continue
            try:
                found.append(self._certified(hyp, [*conditions, *signs.ranges]))
            except NotFound:
                continue
        return found

    def _complement(self, proof: Proof, slot: str) -> Theorem:
        """R(t) <= 1 - p(t), by induction."""
        p, R, s = proof.p, proof.R, proof.ground
        assert R is not None
        claim = R(n) <= 1 - s.slot(slot, n)
        facts = [s.frame.start(slot), p.start(R)]
        base = p.certify(R(0) <= 1 - s.slot(slot, 0), *facts)
        signs = s.sign()
        inverses = [
            f
            for name in "bk"
            for f in (
                p.inverse(signs.positive(proof.numbers[name])),
                p.inv_positive(signs.positive(proof.numbers[name])),
            )
        ]
        new, old = p.next(R, n), p.assume(claim)
        share = p.certify(
            0 <= proof.numbers["a"] ** 2 * inv(proof.numbers["b"]), inverses[1], squares=[proof.numbers["a"]]
        )
        grown = p.certify(
            0 <= share.claim.right * (1 - s.slot(slot, n) - R(n)),
            share,
            p.certify(0 <= 1 - s.slot(slot, n) - R(n), old),
        )
        step = self._certified(
            R(n + 1) <= 1 - s.slot(slot, n + 1), [grown, new, s.new(slot), *inverses, *signs.of_slot(slot)]
        )
        found = p.induction(n, 0, claim, base, step)
        return p.using(p.inst(found, {n: t}), p.certify(0 <= t, p.assume(1 <= t)))


def _bounded(rule: Rule) -> tuple[Bounded | None, Ground]:
    """The step as something bounded, if it is, and the ground on which it is read."""
    try:
        found = Bounded(rule)
        return found, found.ground
    except Refused:
        frame = Frame.of(rule)
        return None, Ground(frame, Text(frame.rule))


def _shift(of: Any) -> Any:
    """A term about step t as one about step n + 1."""
    return substitute(of, {t: n + 1})
