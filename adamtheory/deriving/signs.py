"""Signs of terms: 0 <= e and 0 < e, from the structure of e, the ranges of parameters, and invariants of the slots.

    signs = Signs(frame)
    signs.positive(1 - frame.slot("p1", n) * beta1)      # 0 <= n |- 0 < 1 - p1(n) beta1

The invariants 0 <= s, 0 < s, s <= 1 of every slot are tried by induction, one after the other with the help of those
found before. Nothing here is trusted: a sign is a theorem of the kernel, or `NotFound`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import permutations
from typing import Any

from adamtheory.deriving.frame import Frame, n
from adamtheory.logic.averages import power_below_one
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import indicator, le, lift
from adamtheory.logic.search import NotFound
from adamtheory.logic.sums import apart
from adamtheory.logic.terms import Refused, Rel, Term, normal, rel

CLAIMS: dict[str, Callable[[Any], Rel]] = {
    "nonneg": lambda s: 0 <= s,
    "positive": lambda s: 0 < s,
    "most": lambda s: s <= 1,
    "below": lambda s: s < 1,
}
# A certificate from more facts, or of a longer term, takes too long to be tried on suspicion.
MOST_FACTS, MOST_MONOMIALS = 14, 24
# How many certificates are tried for one sign, and for the step of one invariant.
EFFORT, EFFORT_OF_INVARIANT = 150, 60


class Signs:
    """Theorems about signs in a frame; `facts` are known besides, such as what a branch of the text guards."""

    def __init__(
        self, frame: Frame, facts: Sequence[Theorem] = (), known: Signs | None = None, effort: int = EFFORT
    ) -> None:
        self.frame, self.p, self.facts = frame, frame.p, tuple(facts)
        self.effort, self.left, self.depth = effort, effort, 0
        self.memo: dict[tuple[str, Term], Theorem | None] = {}
        if known is not None:
            self.invariants = known.invariants

    # --- invariants of the slots ---

    @cached_property
    def invariants(self) -> dict[tuple[str, str], Theorem]:
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

    @cached_property
    def variances(self) -> dict[tuple[str, str], Theorem]:
        """(s, q) -> 0 <= n |- s(n)^2 <= q(n), for averages of g and of g^2 with the same rate."""
        found, p = {}, self.p
        slots = {k: r for k, r in self.frame.recursions.items() if r.reads == "gradient" and k in self.frame.slots}
        for (s, one), (q, two) in permutations(slots.items(), 2):
            if one.decay != two.decay or one.weight != two.weight or one.signal == two.signal:
                continue

            def claim(k: Any, s: str = s, q: str = q) -> Rel:
                return le(self.frame.slot(s, k) ** 2, self.frame.slot(q, k))

            base, g = [self.frame.start(s), self.frame.start(q)], self.frame.gradient(n + 1)
            facts = [self.frame.next(s, n), self.frame.next(q, n), *self.frame.ranges(), p.assume(claim(n))]
            with suppress(NotFound):
                step = p.certify(claim(n + 1), *facts, squares=[self.frame.slot(s, n) - g])
                found[s, q] = p.induction(n, 0, claim(n), p.certify(claim(lift(0)), *base), step)
        return found

    def _invariant(self, slot: str, claim: Callable[[Any], Rel]) -> Theorem | None:
        p = self.p

        def f(k: Any) -> Any:
            return self.frame.slot(slot, k)

        try:
            base = p.certify(claim(f(lift(0))), self.frame.start(slot))
        except NotFound:
            return None
        held = p.assume(claim(f(n)))
        following = self.frame.next(slot, n)
        try:
            new = Signs(self.frame, (*self.facts, held), self, EFFORT_OF_INVARIANT).show(claim(following.claim.right))
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
        found = self.memo.get(place)
        if place not in self.memo:
            self.memo[place] = None  # a question inside its own answer has none
            if self.depth == 0:
                self.left = self.effort
            self.depth += 1
            with suppress(NotFound):
                found = self.memo[place] = self._nonneg(e) if word == "nonneg" else self._positive(e)
            self.depth -= 1
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
            return self._of_one("inv", self.nonneg(e.args[0]), p.inv_nonneg)
        if e.op == "power":
            return self._of_power(e, p.power_nonneg, self.nonneg)
        if e.op == "max":
            return self._of_max(e, goal, self.nonneg)
        if e.op == "pow" and e.args[1] % 2 == 0:
            return self._square(e.args[0], e.args[1], goal)
        if e.op == "mul" and (found := self._of_factors(e, goal)) is not None:
            return found
        if e.op == "add" and (found := self._of_parts(e, goal, self.nonneg)) is not None:
            return found
        if e.op == "add" and (found := self._of_where(e, goal)) is not None:
            return found
        if (below := _one_minus(e)) is not None and below.op in ("mul", "power"):
            with suppress(NotFound):
                return self._room(below, goal)
        return self._by_certificate(goal, e)

    def _positive(self, e: Any) -> Theorem:
        p, goal = self.p, 0 < e
        for fact in self._about(e):
            if fact.claim.kind == "lt" and fact.claim.left is lift(0) and fact.claim.right is e:
                return fact
        if e.op == "sqrt":
            return self._of_one("sqrt", self.positive(e.args[0]), p.sqrt_positive)
        if e.op == "inv":
            return self._of_one("inv", self.positive(e.args[0]), p.inv_positive)
        if e.op == "power":
            return self._of_power(e, p.power_positive, self.positive)
        if e.op == "max":
            return self._of_max(e, goal, self.positive)
        if e.op == "pow":
            return p.certify(goal, self.positive(e.args[0]), degree=e.args[1])
        if e.op == "mul" and (found := self._of_parts(e, goal, self.positive)) is not None:
            return found
        if (below := _one_minus(e)) is not None and below.op in ("mul", "power"):
            with suppress(NotFound):
                return self._room(below, goal)
        elif e.op == "add":
            for one, other in (e.args, e.args[::-1]):
                with suppress(NotFound):
                    found = self._combined("add", (one, other), (self.positive(one), self.nonneg(other)), goal)
                    return p.restate(goal, found)
        return self._by_certificate(goal, e)

    # --- the cases, by lemmas over variables, so that large terms are not multiplied out ---

    def _of_parts(self, e: Any, goal: Rel, sign: Callable[[Any], Theorem]) -> Theorem | None:
        """Both parts have the sign."""
        try:
            found = [sign(part) for part in e.args]
        except NotFound:
            return None
        return self._combined(e.op, e.args, found, goal)

    def _room(self, below: Any, goal: Rel) -> Theorem:
        """0 < 1 - e or 0 <= 1 - e for a product or a power e."""
        if below.op == "mul":
            return self._one_minus_product(below, goal)
        (base, k), p = below.args, self.p
        room = p.restate(base < 1, self.positive(1 - base))
        found = power_below_one(p, self.nonneg(base), room, k - 1)
        return p.certify(goal, p.using(found, p.certify(0 <= k - 1, self.reached(k - 1), degree=1)))

    def _one_minus_product(self, product: Any, goal: Rel) -> Theorem:
        """0 < 1 - u v from 0 <= u < 1 and 0 <= v <= 1, for one order of the factors; or 0 <= from both at most 1."""
        p, (u, v) = self.p, apart(self.p, "u v")
        claim = rel(goal.kind, lift(0), 1 - u * v)
        given = (0 <= u, 0 <= v, rel(goal.kind, lift(0), 1 - u), 0 <= 1 - v)
        lemma = self._lemma(f"room {goal.kind}", lambda: p.certify(claim, *map(p.assume, given)))
        for one, other in (product.args, product.args[::-1]):
            with suppress(NotFound):
                signs = [self.nonneg(one), self.nonneg(other)]
                signs += [self.show_as(goal.kind, 1 - one), self.nonneg(1 - other)]
                return p.restate(goal, p.using(p.inst(lemma, {u: one, v: other}), *signs))
        raise NotFound(goal, self.facts, "the factors are not shown to lie in [0, 1]")

    def show_as(self, kind: str, e: Any) -> Theorem:
        """0 < e or 0 <= e."""
        return self.positive(e) if kind == "lt" else self.nonneg(e)

    def _of_where(self, e: Any, goal: Rel) -> Theorem | None:
        """0 <= v + o (u - v), which is how `u if ... else v` is read, from 0 <= u, 0 <= v and 0 <= o <= 1."""
        otherwise, rest = e.args
        if rest.op != "mul" or rest.args[1].op != "add" or rest.args[1].args[1] is not -otherwise:
            return None
        on, then, p = rest.args[0], rest.args[1].args[0], self.p
        o, u, v = apart(p, "o u v")
        try:
            signs = [self.nonneg(then), self.nonneg(otherwise), *self._of_indicator(on)]
        except NotFound:
            return None
        lemma = p.certify(0 <= v + o * (u - v), *(p.assume(c) for c in (0 <= o, o <= 1, 0 <= u, 0 <= v)))
        return p.restate(goal, p.using(p.inst(lemma, {o: on, u: then, v: otherwise}), *signs))

    def _of_indicator(self, on: Any) -> tuple[Theorem, Theorem]:
        """0 <= o and o <= 1 for an indicator or 1 minus one."""
        p, (z,) = self.p, apart(self.p, "z")
        flipped = _one_minus(on)
        marked = flipped if flipped is not None else on
        if marked.op != "mul" or marked.args[0].op != "max" or marked.args[0].args[1] is not lift(0):
            raise NotFound(0 <= on, self.facts, "no indicator")
        positive, negative = p.assume(0 < z, z <= 0)
        one, none = p.indicator_on(positive), p.indicator_off(negative)

        def both(claim: Rel) -> Theorem:
            found = p.cases(p.certify(claim, none), p.certify(claim, one), z, 0)
            return p.inst(found, {z: marked.args[0].args[0]})

        low, high = both(0 <= indicator(z)), both(indicator(z) <= 1)
        return p.restate(0 <= on, low if flipped is None else high), p.restate(
            on <= 1, high if flipped is None else low
        )

    def _combined(self, op: str, parts: Sequence[Any], signs: Sequence[Theorem], goal: Rel) -> Theorem:
        p, (u, v) = self.p, apart(self.p, "u v")
        claims = [rel(sign.claim.kind, lift(0), x) for sign, x in zip(signs, (u, v), strict=True)]
        whole = rel(goal.kind, lift(0), u * v if op == "mul" else u + v)
        kinds = " ".join(c.kind for c in (*claims, whole))
        lemma = self._lemma(f"{op} {kinds}", lambda: p.certify(whole, *(p.assume(c) for c in claims)))
        return p.using(p.inst(lemma, {u: parts[0], v: parts[1]}), *signs)

    def _lemma(self, name: str, prove: Callable[[], Theorem]) -> Theorem:
        """A theorem over variables, proved once."""
        if name not in self.frame.lemmas:
            self.frame.lemmas[name] = prove()
        return self.frame.lemmas[name]

    def _of_one(self, name: str, sign: Theorem, tactic: Callable[[Theorem], Theorem]) -> Theorem:
        """A tactic about 0 < u or 0 <= u, put for the term of a sign."""
        (u,) = apart(self.p, "u")
        claim = rel(sign.claim.kind, lift(0), u)
        lemma = self._lemma(f"{name} {claim.kind}", lambda: tactic(self.p.assume(claim)))
        return self.p.using(self.p.inst(lemma, {u: sign.claim.right}), sign)

    def _square(self, root: Any, exponent: int, goal: Rel) -> Theorem:
        """0 <= root^exponent, for an even exponent."""
        (u,) = apart(self.p, "u")
        lemma = self.p.certify(0 <= u**exponent, squares=[u ** (exponent // 2)])
        return self.p.restate(goal, self.p.inst(lemma, {u: root}))

    def _of_factors(self, e: Any, goal: Rel) -> Theorem | None:
        """0 <= product: equal factors in pairs are squares, the others are not negative."""
        factors = _factors(e)
        counts = {f: factors.count(f) for f in factors}
        signs: list[Theorem] = []
        try:
            for factor, number in counts.items():
                power = factor if number == 1 else factor**number
                signs.append(self._square(factor, number, 0 <= power) if number % 2 == 0 else self.nonneg(power))
        except NotFound:
            return None
        whole, found = signs[0].claim.right, signs[0]
        for sign in signs[1:]:
            part = sign.claim.right
            found = self._combined("mul", (whole, part), (found, sign), 0 <= whole * part)
            whole = whole * part
        return self.p.restate(goal, found)

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
        facts, squares = [*self.facts, *self.frame.ranges(), self.p.assume(0 <= n)], []
        parts = [a for side in (e, *(f.claim.right - f.claim.left for f in self.facts)) for a in _summands(side)]
        facts += [sign for part in parts for sign in self._sign_of(part)]
        for atom in _atoms(e):
            facts += self._about(atom)
            if atom.op in ("inv", "sqrt", "max", "power"):
                facts += self._sign_of(atom)
            if atom.op == "inv":
                facts += self._inverse_of(atom)
            if atom.op == "app" and atom.args[0] in ("g", "X"):
                squares.append(atom)
        for (s, _), below in self._variances_of(e):
            facts.append(below)
            squares.append(self.frame.slot(s, n) - self.frame.gradient(n + 1))
        relevant = self._relevant(facts, e)
        if len(normal(e)) > MOST_MONOMIALS:
            raise NotFound(goal, relevant, "the term is too long for a certificate")
        for degree in (1, 2, 3):
            if self.left <= 0 or (degree == 3 and len(relevant) > 6):
                break
            self.left -= 1
            with suppress(NotFound):
                return self.p.certify(goal, *relevant, squares=squares, degree=degree)
        raise NotFound(goal, relevant, "no sign by certificate")

    def _relevant(self, facts: Sequence[Theorem], e: Any) -> list[Theorem]:
        """The facts that share something with the term, with a reciprocal in it, or with a guard that does."""
        near = set(_atoms(e))
        near |= {inner for atom in near if atom.op == "inv" for inner in _atoms(atom.args[0])}
        for fact in self.facts:
            about = set(_atoms(fact.claim.right - fact.claim.left))
            near |= about if about & near else set()
        used = [f for f in dict.fromkeys(facts) if f.claim.kind != "lim"]
        return [f for f in used if set(_atoms(f.claim.right - f.claim.left)) & near][:MOST_FACTS]

    def _variances_of(self, e: Any) -> list[tuple[tuple[str, str], Theorem]]:
        """Those in which two slots of the term meet."""
        here = {atom for atom in _atoms(e) if atom.op == "app"}
        slots = [name for name in self.frame.slots if self.frame.slot(name, n) in here]
        if len(slots) < 2:
            return []
        return [(pair, theorem) for pair, theorem in self.variances.items() if {*pair} <= {*slots}]

    def _sign_of(self, atom: Any) -> list[Theorem]:
        for sign in (self.positive, self.nonneg):
            try:
                return [sign(atom)]
            except NotFound:
                continue
        return []

    def _inverse_of(self, atom: Any) -> list[Theorem]:
        """x inv(x) = 1, where x is shown to be positive."""
        with suppress(NotFound):
            return [self._of_one("inverse", self.positive(atom.args[0]), self.p.inverse)]
        return []

    def _about(self, atom: Any) -> Iterator[Theorem]:
        """What is known of one atom: ranges, facts, invariants at its index."""
        for fact in (*self.facts, *self.frame.ranges()):
            if fact.claim.kind != "lim" and atom in (fact.claim.left, fact.claim.right):
                yield fact
        if atom.op == "app" and atom.args[0] in self.frame.powers:
            reached = self.p.certify(1 <= atom.args[-1], self.p.assume(0 <= n), degree=1)
            for axiom in self.frame.powers[atom.args[0]]:
                yield self.p.using(self.p.given(axiom, atom.args[-1]), reached)
        if atom.op != "app" or not self._is_slot(atom):
            return
        for (slot, _), invariant in self.invariants.items():
            if self.frame.slot(slot, n).args[0] == atom.args[0]:
                k = atom.args[-1]
                try:
                    yield self.p.using(self.p.inst(invariant, {n: k}), self.reached(k)) if k is not n else invariant
                except Refused:
                    continue

    def _is_slot(self, atom: Any) -> bool:
        """Whether the family is that of a slot (invariants are not looked for before one is asked about)."""
        readings = (self.frame.shared, self.frame.reading)
        return any(atom.args[0] == family.name for r in readings for family in r.families.values())


def _one_minus(e: Any) -> Any:
    """u where the term is 1 - u."""
    if e.op == "add" and e.args[0] is lift(1) and e.args[1].op == "mul" and e.args[1].args[0] is lift(-1):
        return e.args[1].args[1]
    return None


def _factors(e: Any) -> list[Any]:
    return [f for arg in e.args for f in _factors(arg)] if e.op == "mul" else [e]


def _summands(e: Any) -> list[Any]:
    """The products of three factors or more in a sum, whose signs a certificate would not find."""
    if e.op == "add":
        return [part for arg in e.args for part in _summands(arg)]
    if e.op == "mul" and e.args[0].op == "num" and e.args[0].args[0] < 0:
        return _summands(e.args[1])
    return [e] if e.op == "mul" and len(_atoms(e)) > 2 else []


def _atoms(e: Any) -> list[Any]:
    """The parts of a polynomial: families, and operations other than sum and product."""
    if e.op in ("add", "mul"):
        return list(dict.fromkeys(a for arg in e.args for a in _atoms(arg)))
    if e.op == "pow":
        return _atoms(e.args[0])
    return [] if e.op in ("num",) else [e]
