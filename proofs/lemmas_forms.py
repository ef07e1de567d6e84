"""That two forms of a method walk alike: in every step x_t = x_{t-1} - N/D, and N and D of the first are h times those
of the second, with one h > 0.

The slots of the first form are expressed in those of the second, by induction; then both texts speak of the same
numbers, and what is left is algebra with roots and reciprocals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, power, sqrt
from adamtheory.logic.reading import Reading
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.framework_forms import Forms, beta2, g, n, quotient
from adamtheory.proofs.lemmas_average import held_power, power_below_one


def carried(p: Prover, template: Callable[..., Any], *equations: Theorem) -> Theorem:
    """template(a1, ..., ak) = template(b1, ..., bk) from a1 = b1, ..., ak = bk."""
    left, right = [e.claim.left for e in equations], [e.claim.right for e in equations]
    facts = []
    for k, equation in enumerate(equations):
        facts.append(p.rewrite(equation, lambda z, k=k: template(*right[:k], z, *left[k + 1 :])))
    return p.chain(eq(template(*left), template(*right)), *facts)


def root_of_quotient(p: Prover, v: Theorem, w: Theorem) -> Theorem:
    """sqrt(v/w) = sqrt(v)/sqrt(w) from 0 <= v and 0 < w."""
    a, b = apart(p, "a b")
    nonneg, positive = p.assume(0 <= a, 0 < b)
    over = p.inv_positive(positive)
    split = p.sqrt_product(nonneg, p.restate(0 <= inv(b), over))
    root, other = p.sqrt_positive(positive), p.sqrt_positive(over)
    squares = p.sqrt_square(positive), p.sqrt_square(over), p.inverse(positive)
    one = p.certify(eq((sqrt(b) * sqrt(inv(b))) ** 2, lift(1) ** 2), *squares)
    product = p.squares_equal(one, p.certify(0 <= sqrt(b) * sqrt(inv(b)), root, other), p.certify(0 <= lift(1)))
    reciprocal = p.certify(eq(sqrt(inv(b)), inv(sqrt(b))), product, p.inverse(root))
    found = p.certify(eq(sqrt(a / b), sqrt(a) / sqrt(b)), split, reciprocal)
    return put(p, found, (a, b), (v.claim.right, w.claim.right), v, w)


def quotient_kept(p: Prover, top: Theorem, bottom: Theorem, h: Theorem) -> Theorem:
    """N/D = M/E from N = h M, D = h E and 0 < h; where E is 0, both quotients are."""
    k, m, e = apart(p, "k m e")
    positive = p.assume(0 < k)
    same = p.certify(eq(k * m * inv(k * e), m * inv(e)), p.inverse(positive))
    M, E = (fact.claim.right.args[1] for fact in (top, bottom))
    scaled = put(p, same, (k, m, e), (h.claim.right, M, E), h)
    return p.chain(eq(top.claim.left / bottom.claim.left, M / E), carried(p, lambda a, b: a / b, top, bottom), scaled)


@dataclass(frozen=True)
class Walk:
    """The proof for one pair of forms."""

    forms: Forms

    @cached_property
    def p(self) -> Prover:
        """The prover in the setting of the pair."""
        return Prover(self.forms.setting)

    @cached_property
    def begun(self) -> Theorem:
        """0 <= n."""
        return self.p.assume(0 <= n)

    # slots

    def next(self, reading: Reading, slot: str) -> Theorem:
        """0 <= n |- the slot after n + 1 steps, in terms of those after n."""
        return self.p.using(self.p.next(reading.families[slot], n), self.begun)

    def slot(self, name: str, value: Callable[[Any], Any], *facts: Theorem) -> Theorem:
        """0 <= n |- the slot of the first form is value(n); the facts are for n = 0 and for the step."""
        p, family = self.p, self.forms.first.families[name]
        claim = eq(family(n), value(n))
        base = p.certify(eq(family(0), value(lift(0))), p.start(family), *facts)
        step = p.certify(eq(family(n + 1), value(n + 1)), p.assume(claim), self.next(self.forms.first, name), *facts)
        return p.using(p.induction(n, 0, claim, base, step), self.begun)

    def shared(self, name: str, other: str = "") -> Theorem:
        """0 <= n |- the slot of the first form is that of the second, where both are updated alike."""
        p, twin = self.p, self.forms.second.families[other or name]
        family = self.forms.first.families[name]
        claim = eq(family(n), twin(n))
        base = p.chain(eq(family(0), twin(0)), p.start(family), p.start(twin))
        updates = self.next(self.forms.first, name), self.next(self.forms.second, other or name)
        step = p.certify(eq(family(n + 1), twin(n + 1)), p.assume(claim), *updates)
        return p.induction(n, 0, claim, base, step)

    # the text

    def moved(self, part: int, *slots: Theorem) -> Theorem:
        """N (part 0) or D (part 1) of the first form, its slots replaced by what these equations say."""
        first = self.forms.first
        known = {family(n): name for name, family in first.families.items()}
        names = [known[e.claim.left] for e in slots]

        def text(*values: Any) -> Any:
            state = {name: family(n) for name, family in first.families.items()}
            state |= dict(zip(names, values, strict=True))
            return first.translate(quotient(first.rule)[part], first.environment(n, state=state))

        return carried(self.p, text, *slots)

    def part(self, reading: Reading, part: int) -> Any:
        """N (part 0) or D (part 1) of the text of a form in step n + 1."""
        return reading.value(quotient(reading.rule)[part], n)

    def walk_alike(self, slots: Sequence[Theorem], h: Theorem, *facts: Theorem) -> Theorem:
        """0 <= n |- the iterates are the same, for N = h M and D = h E, which follow from the slots and the facts."""
        p, forms = self.p, self.forms
        first, second = forms.first, forms.second
        parts = [
            p.certify(eq(self.part(first, k), h.claim.right * self.part(second, k)), self.moved(k, *slots), *facts)
            for k in (0, 1)
        ]
        steps = quotient_kept(p, parts[0], parts[1], h)
        x, y = first.families["x"], second.families["x"]
        base = p.chain(eq(x(0), y(0)), p.start(x), p.start(y))
        updates = self.next(first, "x"), self.next(second, "x")
        step = p.chain(eq(x(n + 1), y(n + 1)), p.assume(forms.claim), *updates, steps)
        return p.induction(n, 0, forms.claim, base, step)

    def one(self) -> Theorem:
        """0 < 1."""
        return self.p.certify(0 < lift(1))

    # the corrections

    def held(self, reading: Reading, slot: str, decay: Any) -> Theorem:
        """0 <= n |- the slot times the decay is decay^(n+1)."""
        p, start = self.p, self.begun
        following = p.using(p.power_next(decay, start), start)
        power_held = p.using(held_power(p, reading.families[slot].name, decay, n), start)
        return p.certify(eq(reading.slot(slot, n) * decay, power(decay, n + 1)), power_held, following)

    def correction(self, reading: Reading) -> Theorem:
        """0 <= n |- 0 < 1 - p2 for the new p2, from beta2 in [0, 1)."""
        p, (low, high) = self.p, self.decays("beta2")
        less = p.using(power_below_one(p, low, high, n), self.begun)
        return p.chain(0 < 1 - reading.slot("p2", n) * beta2, self.held(reading, "p2", beta2), less)

    def decays(self, name: str) -> tuple[Theorem, Theorem]:
        """0 <= decay, decay < 1."""
        return self.p.given(f"{name}_nonnegative"), self.p.given(f"{name}_below_one")

    # second moments

    def second_moment(self, reading: Reading, slot: str = "v") -> Theorem:
        """0 <= n |- 0 <= v for the new v, from beta2 in [0, 1)."""
        p, (low, high) = self.p, self.decays("beta2")
        family, kept = reading.families[slot], p.certify(0 <= 1 - beta2, high)
        base, new = p.certify(0 <= family(0), p.start(family)), reading.value(slot, n)
        grown = p.certify(0 <= new, p.assume(0 <= family(n)), low, kept, squares=[g(n + 1)])
        step = p.chain(0 <= family(n + 1), self.next(reading, slot), grown)
        return p.cut(grown, p.induction(n, 0, 0 <= family(n), base, step))

    def root(self, reading: Reading, slot: str = "v") -> Theorem:
        """0 <= n |- sqrt(v/(1 - p2)) = sqrt(v)/sqrt(1 - p2) for the new v and p2."""
        return root_of_quotient(self.p, self.second_moment(reading, slot), self.correction(reading))

    def with_corrections(self) -> Theorem:
        """For a first form that corrects v under its root, h = 1/sqrt(1 - p2)."""
        p, second = self.p, self.forms.second
        room = p.sqrt_positive(self.correction(second))
        powers = p.rewrite(self.held(second, "p2", beta2), lambda q: inv(sqrt(1 - q)))
        slots = [self.shared(name) for name in ("m", "v", "p1", "p2")]
        return self.walk_alike(slots, p.inv_positive(room), p.inverse(room), powers, self.root(second))
