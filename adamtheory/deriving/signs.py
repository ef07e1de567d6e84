"""Signs of terms: 0 <= e and 0 < e, from the structure of e, the ranges of parameters, and invariants of the slots.

    signs = Signs(frame)
    signs.positive(1 - frame.slot("p1", n) * beta1)      # 0 <= n |- 0 < 1 - p1(n) beta1

The invariants 0 <= s, 0 < s, s <= 1 of every slot are tried by induction, one after the other with the help of those
found before. Nothing here is trusted: a sign is a theorem of the kernel, or `NotFound`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from adamtheory.deriving.frame import Frame, n
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Refused, Rel, Term

CLAIMS: dict[str, Callable[[Any], Rel]] = {
    "nonneg": lambda s: 0 <= s,
    "positive": lambda s: 0 < s,
    "most": lambda s: s <= 1,
}
MOST_FACTS = 14  # a certificate from more facts takes too long to be tried on suspicion


class Signs:
    """Theorems about signs in a frame; `facts` are known besides, such as what a branch of the text guards."""

    def __init__(self, frame: Frame, facts: Sequence[Theorem] = (), known: Signs | None = None) -> None:
        self.frame, self.p, self.facts = frame, frame.p, tuple(facts)
        self.memo: dict[tuple[str, Term], Theorem | None] = {}
        # Found before anything is asked, since each new one may change an answer.
        self.invariants = self._invariants() if known is None else known.invariants

    # --- invariants of the slots ---

    def _invariants(self) -> dict[tuple[str, str], Theorem]:
        """(slot, claim) -> 0 <= n |- the claim about the slot after n steps."""
        found: dict[tuple[str, str], Theorem] = {}
        self.invariants = found  # what is found helps at once
        open_, progress = [(slot, word) for slot in self.frame.slots for word in CLAIMS], True
        while progress:
            progress = False
            for slot, word in list(open_):
                theorem = self._invariant(slot, CLAIMS[word])
                if theorem is not None:
                    found[slot, word] = theorem
                    open_.remove((slot, word))
                    progress = True
                    self.memo.clear()
        return found

    def _invariant(self, slot: str, claim: Callable[[Any], Rel]) -> Theorem | None:
        p, f = self.p, lambda k: self.frame.slot(slot, k)
        try:
            base = p.certify(claim(f(lift(0))), self.frame.start(slot))
        except NotFound:
            return None
        held = p.assume(claim(f(n)))
        following = self.frame.next(slot, n)
        try:
            new = Signs(self.frame, (*self.facts, held), known=self).show(claim(following.claim.right))
            step = p.restate(claim(f(n + 1)), p.certify(claim(f(n + 1)), new, following, degree=1))
            return p.induction(n, 0, claim(f(n)), base, step)
        except Refused:
            return None

    # --- signs by structure ---

    def show(self, claim: Rel) -> Theorem:
        """The claim, where one of its sides is a number."""
        if claim.left.op == "num" and claim.left.args == (0, 1):
            return self.positive(claim.right) if claim.kind == "lt" else self.nonneg(claim.right)
        difference = claim.right - claim.left
        shown = self.positive(difference) if claim.kind == "lt" else self.nonneg(difference)
        return self.p.restate(claim, shown)

    def nonneg(self, e: Any) -> Theorem:
        """0 <= e."""
        return self._remembered("nonneg", lift(e))

    def positive(self, e: Any) -> Theorem:
        """0 < e."""
        return self._remembered("positive", lift(e))

    def nonzero(self, e: Any) -> Theorem:
        """0 < e^2."""
        e = lift(e)
        for side in (e, -e):
            try:
                return self.p.certify(0 < e**2, self.positive(side))
            except NotFound:
                continue
        raise NotFound(0 < e**2, self.facts, "no sign")

    def _remembered(self, word: str, e: Term) -> Theorem:
        place = (word, e)
        if place not in self.memo:
            self.memo[place] = None  # a question inside its own answer has none
            with suppress(NotFound):
                self.memo[place] = self._nonneg(e) if word == "nonneg" else self._positive(e)
        found = self.memo.get(place)
        if found is None:
            raise NotFound(CLAIMS[word](e), self.facts, "no sign by structure")
        return found

    def _nonneg(self, e: Any) -> Theorem:
        p, goal = self.p, 0 <= e
        for fact in self._about(e):
            if fact.claim.left is lift(0) and fact.claim.right is e:
                return p.restate(goal, fact)
        if e.op == "sqrt":
            return p.sqrt_nonneg(e.args[0])
        if e.op == "inv":
            return p.inv_nonneg(self.nonneg(e.args[0]))
        if e.op == "power":
            return self._of_power(e, p.power_nonneg, self.nonneg)
        if e.op == "max":
            return self._of_max(e, goal, self.nonneg)
        if e.op == "pow" and e.args[1] % 2 == 0:
            return p.certify(goal, squares=[e.args[0] ** (e.args[1] // 2)])
        if e.op in ("mul", "add") and (found := self._of_parts(e, goal, self.nonneg)) is not None:
            return found
        return self._by_certificate(goal, e)

    def _positive(self, e: Any) -> Theorem:
        p, goal = self.p, 0 < e
        for fact in self._about(e):
            if fact.claim.kind == "lt" and fact.claim.left is lift(0) and fact.claim.right is e:
                return fact
        if e.op == "sqrt":
            return p.sqrt_positive(self.positive(e.args[0]))
        if e.op == "inv":
            return p.inv_positive(self.positive(e.args[0]))
        if e.op == "power":
            return self._of_power(e, p.power_positive, self.positive)
        if e.op == "max":
            return self._of_max(e, goal, self.positive)
        if e.op == "pow":
            return p.certify(goal, self.positive(e.args[0]), degree=e.args[1])
        if e.op == "mul" and (found := self._of_parts(e, goal, self.positive)) is not None:
            return found
        if e.op == "add":
            for one, other in (e.args, e.args[::-1]):
                try:
                    return p.certify(goal, self.positive(one), self.nonneg(other), degree=1)
                except NotFound:
                    continue
        return self._by_certificate(goal, e)

    # --- the cases ---

    def _of_parts(self, e: Any, goal: Rel, sign: Callable[[Any], Theorem]) -> Theorem | None:
        """Both parts have the sign."""
        try:
            return self.p.certify(goal, *(sign(part) for part in e.args), degree=1 + (e.op == "mul"))
        except NotFound:
            return None

    def _of_max(self, e: Any, goal: Rel, sign: Callable[[Any], Theorem]) -> Theorem:
        """One of the two has the sign; of a number and its negative one always has."""
        p, (one, other) = self.p, e.args
        sides = (p.max_left(one, other), p.max_right(one, other))
        for part, below in zip((one, other), sides, strict=True):
            try:
                return p.certify(goal, sign(part), below, degree=1)
            except NotFound:
                continue
        return p.certify(goal, *sides, degree=1)

    def _of_power(self, e: Any, tactic: Callable[..., Theorem], sign: Callable[[Any], Theorem]) -> Theorem:
        return self.p.using(tactic(sign(e.args[0]), e.args[1]), self.reached(e.args[1]))

    def reached(self, k: Any) -> Theorem:
        """0 <= k from 0 <= n (or 1 <= n, where that is assumed)."""
        return self.p.certify(0 <= k, self.p.assume(0 <= n), *self.facts, degree=1)

    def _by_certificate(self, goal: Rel, e: Any) -> Theorem:
        facts, squares = [*self.facts, *self.frame.ranges()], []
        for atom in _atoms(e):
            facts += self._about(atom)
            if atom.op in ("inv", "sqrt", "max", "power"):
                facts += self._sign_of(atom)
            if atom.op == "app" and atom.args[0] in ("g", "X"):
                squares.append(atom)
        used = [f for f in dict.fromkeys(facts) if f.claim.kind != "lim"]
        relevant = [f for f in used if set(_atoms(f.claim.right - f.claim.left)) & set(_atoms(e))]
        if len(relevant) > MOST_FACTS:
            relevant = relevant[:MOST_FACTS]
        for degree in (1, 2, 3):
            if degree == 3 and len(relevant) > 6:
                break
            try:
                return self.p.certify(goal, *relevant, squares=squares, degree=degree)
            except NotFound:
                continue
        raise NotFound(goal, relevant, "no sign by certificate")

    def _sign_of(self, atom: Any) -> list[Theorem]:
        for sign in (self.positive, self.nonneg):
            try:
                return [sign(atom)]
            except NotFound:
                continue
        return []

    def _about(self, atom: Any) -> Iterator[Theorem]:
        """What is known of one atom: ranges, facts, invariants at its index."""
        for fact in (*self.facts, *self.frame.ranges()):
            if fact.claim.kind != "lim" and fact.claim.right is atom or fact.claim.left is atom:
                yield fact
        if atom.op != "app":
            return
        for (slot, _), invariant in self.invariants.items():
            if self.frame.slot(slot, n).args[0] == atom.args[0]:
                k = atom.args[-1]
                try:
                    yield self.p.using(self.p.inst(invariant, {n: k}), self.reached(k)) if k is not n else invariant
                except Refused:
                    continue


def _atoms(e: Any) -> list[Any]:
    """The parts of a polynomial: families, and operations other than sum and product."""
    if e.op in ("add", "mul"):
        return list(dict.fromkeys(a for arg in e.args for a in _atoms(arg)))
    if e.op == "pow":
        return _atoms(e.args[0])
    return [] if e.op in ("num",) else [e]
