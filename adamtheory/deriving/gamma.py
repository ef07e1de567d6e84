"""The sign of Gamma_{t+1} = d_{t+1}/alpha_{t+1} - d_t/alpha_t, on which regret proofs telescope.

d_t is what the rule divides the step by in round t (its declared denominator), alpha_t = alpha/sqrt(t) or alpha.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from adamtheory import schedules
from adamtheory.deriving.findings import Finding, proved, refuted, undecided
from adamtheory.deriving.frame import Frame, fresh, n
from adamtheory.deriving.linear import inlined
from adamtheory.deriving.models import FEW, MOST_MODELS, counterexample
from adamtheory.deriving.signs import Signs
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, walk
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, inv, le, lift, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.search import NotFound
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Refused, Rel, Term

SWITCHES = range(3, 6)  # steps in which a denominator may be another than before
RATES = {"alpha/sqrt(t)": schedules.inverse_sqrt, "alpha": schedules.constant}


def gamma(rule: Rule) -> Iterator[Finding]:
    """The sign of Gamma for both step sizes: PROVED not negative, or REFUTED by an exact history."""
    if "denominator" in rule.notes:
        for words in RATES:
            yield sign(rule, words)


def sign(rule: Rule, words: str) -> Finding:
    """0 <= Gamma for one step size."""
    head = f"Gamma >= 0 for the step size {words}"
    try:
        play = Play(rule, words)
    except Refused as refusal:
        return undecided("Gamma", words, head, Setting().theory, None, refusal)
    theory, reason = play.frame.setting.theory, ""
    late = SWITCHES if play.switches else ()
    for most in (FEW, MOST_MODELS):
        alpha = {str(play.alpha.args[0]): 1}
        found = counterexample(play.frame, [0 <= n], play.claim, most=most, late=late, families=alpha)
        if found is not None:
            return refuted("Gamma", words, head, theory, [0 <= n], found, short="can be < 0")
        if most == FEW:
            try:
                return proved("Gamma", words, head, play.theorem(), short=">= 0")
            except Refused as refusal:
                reason = str(refusal)
    return undecided("Gamma", words, head, theory, play.claim, reason)


class Play:
    """The denominators of two rounds that follow one another, n + 1 and n + 2, after n >= 0 steps."""

    def __init__(self, rule: Rule, words: str) -> None:
        setting = Setting()
        self.alpha = setting.constant(fresh(rule, "alpha"))
        self.rate = read(RATES[words], setting, scalars={"lr": self.alpha})
        self.frame = Frame.of(rule, setting=setting, scalars={"lr": self.step_size})
        setting.assume("step_positive", 0 < self.alpha)
        self.expr = self.frame.reading.rule.notes["denominator"]
        self.p = self.frame.p
        self.signs = Signs(self.frame)
        self.decreasing = words != "alpha"

    def step_size(self, t: Any) -> Any:
        """alpha_t, from the text of the schedule."""
        return self.rate.value("result", 0, t=t)

    def d(self, k: Any) -> Any:
        """The denominator of round k + 1."""
        return self.frame.value(self.expr, k)

    @property
    def switches(self) -> bool:
        """Whether the denominator is one of two."""
        whole = inlined(self.frame.reading.rule, self.expr)
        return any(isinstance(e, Apply) and e.op.startswith("where") for e in (whole, *walk(whole)))

    @property
    def claim(self) -> Rel:
        """0 <= Gamma between the rounds n + 1 and n + 2."""
        return le(0, self.d(n + 1) / self.step_size(n + 2) - self.d(n) / self.step_size(n + 1))

    # --- proofs ---

    def theorem(self) -> Theorem:
        """0 <= n |- 0 <= Gamma, since the denominators do not fall; or since t d_t^2 does not."""
        with suppress(NotFound):
            return self._from(self.rises(self.expr))
        if self.decreasing:
            corrected = self._corrected()
            return self._from_weighted(self.weighted()) if corrected is None else self._from_corrected(*corrected)
        raise NotFound(self.claim, (), "the denominator is not shown to rise")

    def _from(self, rises: Theorem) -> Theorem:
        """From d_{n+1} <= d_{n+2}."""
        p = self.p
        positive = p.inv_positive(p.given("step_positive"))
        if not self.decreasing:
            return p.certify(self.claim, rises, positive)
        old = self.signs.nonneg(self.d(n))
        return self._scaled(
            p.certify(
                sqrt(n + 1) * self.d(n) <= sqrt(n + 2) * self.d(n + 1), rises, self._longer(), old, p.sqrt_nonneg(n + 2)
            )
        )

    def _longer(self) -> Theorem:
        """0 <= n |- sqrt(n+1) <= sqrt(n+2)."""
        p = self.p
        return p.sqrt_monotone(p.certify(n + 1 <= n + 2), p.certify(0 <= n + 1, p.assume(0 <= n)))

    def _scaled(self, roots: Theorem) -> Theorem:
        return self.p.certify(self.claim, roots, self.p.inv_positive(self.p.given("step_positive")))

    def rises(self, expr: Expr) -> Theorem:
        """0 <= n |- the value in round n + 1 is at most that in round n + 2, by the structure of the text."""
        p = self.p
        one, two = self.frame.value(expr, n), self.frame.value(expr, n + 1)
        goal = one <= two
        with suppress(NotFound):
            return p.certify(goal)
        if isinstance(expr, Name):
            return self._slot_rises(expr, goal)
        if not isinstance(expr, Apply):
            raise NotFound(goal, (), "not shown to rise")
        if expr.op == "sqrt":
            inner = self.rises(expr.args[0])
            return p.restate(goal, p.sqrt_monotone(inner, self.signs.nonneg(inner.claim.left)))
        if expr.op == "add":
            return p.chain(goal, *(self.rises(arg) for arg in expr.args))
        if expr.op in ("maximum",):
            return self._largest_rises(expr, goal)
        raise NotFound(goal, (), "not shown to rise")

    def _largest_rises(self, expr: Apply, goal: Rel) -> Theorem:
        p, (a, b) = self.p, expr.args
        first, second = self.rises(a), self.rises(b)
        x, y = first.claim.right, second.claim.right
        low = p.chain(first.claim.left <= goal.right, first, p.max_left(x, y))
        high = p.chain(second.claim.left <= goal.right, second, p.max_right(x, y))
        return p.restate(goal, p.max_least(low, high))

    def _slot_rises(self, name: Name, goal: Rel) -> Theorem:
        """The value is a slot after the round: s(n+1) <= what the text makes of s(n+1)."""
        p, frame = self.p, self.frame
        ends = {end: s.name for s, end in zip(frame.reading.rule.slots, frame.reading.rule.next_slots, strict=True)}
        if name not in ends:
            line = next((line for line in frame.reading.rule.body if line.target == name), None)
            if line is None:
                raise NotFound(goal, (), f"{name.id} is not shown to rise")
            return p.restate(goal, self.rises(line.value))
        slot = ends[name]
        following = p.using(frame.next(slot, n), p.assume(0 <= n))
        new = frame.value(name, n + 1)
        facts = [following]
        facts += [side(*e.args) for e in parts(new) if e.op == "max" for side in (p.max_left, p.max_right)]
        facts += frame.ranges()
        grown = p.certify(le(frame.slot(slot, n + 1), new), *facts, squares=[frame.gradient(n + 2)])
        return p.chain(goal, grown, following)

    # --- where only t d_t^2 rises ---

    def weighted(self) -> tuple[Theorem, Theorem]:
        """(n+1) V <= (n+2) W for the radicands of two rounds, and that of the summand 0 <= eps."""
        root, rest = _root(self.expr)
        p, frame = self.p, self.frame
        one, two = frame.value(root, n), frame.value(root, n + 1)
        g, start = frame.gradient, p.assume(0 <= n)
        inverses = [p.inverse(p.certify(0 < n + k, start)) for k in (1, 2)]
        nexts = [p.using(frame.next(slot, n), start) for slot in frame.slots]
        goal = (n + 1) * one <= (n + 2) * two
        more = p.certify(goal, *inverses, *nexts, squares=[g(n + 2)])
        return more, self.signs.nonneg(frame.value(rest, n))

    def _from_weighted(self, found: tuple[Theorem, Theorem]) -> Theorem:
        more, rest = found
        p, (u, v) = self.p, apart(self.p, "u v")
        root, _ = _root(self.expr)
        one, two = self.frame.value(root, n), self.frame.value(root, n + 1)
        start = p.assume(0 <= n)
        before, later = p.certify(0 <= n + 1, start), p.certify(0 <= n + 2, start)
        old, new = p.assume(0 <= u, 0 <= v)
        monotone = p.sqrt_monotone(p.assume((n + 1) * u <= (n + 2) * v), p.certify(0 <= (n + 1) * u, before, old))
        lemma = p.chain(
            sqrt(n + 1) * sqrt(u) <= sqrt(n + 2) * sqrt(v),
            monotone, p.sqrt_product(before, old), p.sqrt_product(later, new),
        )  # fmt: skip
        roots = p.using(p.inst(lemma, {u: one, v: two}), more, *(self.signs.nonneg(x) for x in (one, two)))
        longer = p.certify(0 <= rest.claim.right * (sqrt(n + 2) - sqrt(n + 1)), self._longer(), rest)
        goal = sqrt(n + 1) * self.d(n) <= sqrt(n + 2) * self.d(n + 1)
        return self._scaled(p.chain(goal, roots, longer))

    # --- where what rises is divided by the root of a correction ---

    def _corrected(self) -> tuple[Expr, Expr, Expr, str] | None:
        """A, 1 - q, e and the slot of q in a denominator A/sqrt(1 - q) + e, where q is multiplied by a rate."""
        first, rest = _two_summands(self.expr)
        if not (isinstance(first, Apply) and first.op == "div"):
            return None
        above, below = first.args
        if not (isinstance(below, Apply) and below.op == "sqrt"):
            return None
        room, rule = below.args[0], self.frame.rule
        if not (isinstance(room, Apply) and room.op == "sub" and room.args[0] == ONE):
            return None
        ends = {end: s.name for s, end in zip(rule.slots, rule.next_slots, strict=True)}
        slot = ends.get(room.args[1])
        recursion = None if slot is None else self.frame.recursions.get(slot)
        if slot is None or recursion is None or recursion.reads != "nothing" or not recursion.constant:
            return None
        return above, room, rest, slot

    def _slower(self, room: Expr, slot: str) -> Theorem:
        """0 <= n |- (n+1) (1 - q(n+2)) <= (n+2) (1 - q(n+1)): a correction grows less than the number of rounds."""
        p, frame, start = self.p, self.frame, self.p.assume(0 <= n)
        b = frame.at(frame.recursions[slot].decay, n)

        def claim(k: Any) -> Rel:
            return le((k + 1) * frame.value(room, k + 1), (k + 2) * frame.value(room, k))

        following = p.using(frame.next(slot, n), start)
        later = p.using(p.inst(frame.next(slot, n), {n: n + 1}), p.certify(0 <= n + 1, start))
        first = p.using(p.inst(frame.next(slot, n), {n: 0}), p.certify(0 <= lift(0)))
        base = p.certify(claim(lift(0)), first, frame.start(slot), squares=[1 - b])
        held = self.signs.nonneg(frame.slot(slot, n))
        spread = p.certify(0 <= frame.slot(slot, n) * b * (n + 2), held, self.signs.nonneg(b), start, degree=3)
        more = p.certify(0 <= frame.slot(slot, n) * b * (n + 2) * (1 - b) ** 2, spread, squares=[1 - b])
        step = p.certify(claim(n + 1), p.assume(claim(n)), following, later, more)
        return p.induction(n, 0, claim(n), base, step)

    def _from_corrected(self, above: Expr, room: Expr, rest: Expr, slot: str) -> Theorem:
        p, frame, start = self.p, self.frame, self.p.assume(0 <= n)
        rises, slower = self.rises(above), self._slower(room, slot)
        one, two = rises.claim.left, rises.claim.right
        old, new = (frame.value(room, k) for k in (n, n + 1))
        kept = [p.restate(0 < x, self.signs.positive(x)) for x in (old, new)]
        counts = [p.certify(0 <= n + k, start) for k in (1, 2)]
        rooms = [p.restate(0 <= x, sign) for x, sign in zip((old, new), kept, strict=True)]
        products = p.sqrt_monotone(slower, p.certify(0 <= (n + 1) * new, counts[0], rooms[1]))
        split = [p.sqrt_product(counts[0], rooms[1]), p.sqrt_product(counts[1], rooms[0])]
        crossed = p.chain(sqrt(n + 1) * sqrt(new) <= sqrt(n + 2) * sqrt(old), products, *split)
        letters = apart(p, "x y c d u v")
        values = (sqrt(n + 1), sqrt(n + 2), sqrt(old), sqrt(new), one, two)
        signs = [p.sqrt_positive(kept[0]), p.sqrt_positive(kept[1]), self.signs.nonneg(one), p.sqrt_nonneg(n + 2)]
        quotients = put(p, _crossed(p, *letters), letters, values, crossed, rises, *signs)
        sign = self.signs.nonneg(frame.value(rest, n))
        longer = p.certify(0 <= sign.claim.right * (sqrt(n + 2) - sqrt(n + 1)), self._longer(), sign)
        goal = sqrt(n + 1) * self.d(n) <= sqrt(n + 2) * self.d(n + 1)
        return self._scaled(p.chain(goal, quotients, longer))


def _crossed(p: Prover, *letters: Any) -> Theorem:
    """x (u/c) <= y (v/d) from x d <= y c, u <= v, 0 < c, 0 < d, 0 <= u and 0 <= y."""
    x, y, c, d, u, v = letters
    cross, grows, c_positive, d_positive, u_nonneg, y_nonneg = p.assume(
        x * d <= y * c, u <= v, 0 < c, 0 < d, 0 <= u, 0 <= y
    )
    inverses = [p.inverse(c_positive), p.inverse(d_positive)]
    share = p.certify(
        0 <= u * inv(c) * inv(d), u_nonneg, p.inv_positive(c_positive), p.inv_positive(d_positive), degree=3
    )
    first = p.certify(0 <= u * inv(c) * inv(d) * (y * c - x * d), share, cross)
    second = p.certify(
        0 <= y * inv(d) * (v - u), p.certify(0 <= y * inv(d), y_nonneg, p.inv_positive(d_positive)), grows
    )
    found: Theorem = p.certify(x * (u / c) <= y * (v / d), first, second, *inverses)
    return found


def parts(e: Term) -> list[Any]:
    """The term and what it is made of, from the outside."""
    return [e, *(part for arg in e.args if type(arg) is Term for part in parts(arg))]


def _two_summands(expr: Expr) -> tuple[Expr, Expr]:
    """a and b of a + b, b being 0 where there is one summand."""
    if isinstance(expr, Apply) and expr.op == "add":
        return expr.args[0], expr.args[1]
    return expr, ZERO


def _root(expr: Expr) -> tuple[Expr, Expr]:
    """(V, e) of sqrt(V) + e or sqrt(V)."""
    if isinstance(expr, Apply) and expr.op == "sqrt":
        return expr.args[0], ZERO
    if isinstance(expr, Apply) and expr.op == "add":
        first = expr.args[0]
        if isinstance(first, Apply) and first.op == "sqrt":
            return first.args[0], expr.args[1]
    raise Refused("the denominator is not a root and a constant")
