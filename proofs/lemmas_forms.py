"""That two forms of a method walk alike: in every step x_t = x_{t-1} - N/D, and N and D of the first are h times those
of the second, with one h > 0.

The slots of the first form are expressed in those of the second, by induction; then both texts speak of the same
numbers, and what is left is algebra with roots and reciprocals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, power, sqrt
from adamtheory.logic.reading import Reading
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Term, term
from adamtheory.proofs.framework_forms import Forms, beta1, beta2, g, n, step_of
from adamtheory.proofs.lemmas_average import held_power, power_below_one


def swapped(of: Any, old: Any, new: Any) -> Any:
    """The term with another in place of one of its parts."""
    if of is old:
        return new
    return term(of.op, *(swapped(a, old, new) if type(a) is Term else a for a in of.args))


def rewritten(p: Prover, of: Any, *equations: Theorem) -> Theorem:
    """The term is what these equations, used one after the other from left to right, make of it."""
    now, steps = of, []
    for equation in equations:
        old, new = equation.claim.left, equation.claim.right
        after = swapped(now, old, new)
        if after is not now:
            steps.append(p.rewrite(equation, partial(swapped, now, old)))
            now = after
    return p.chain(eq(of, now), *steps)


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
    old = top.claim.left / bottom.claim.left
    scaled = put(p, same, (k, m, e), (h.claim.right, M, E), h)
    return p.chain(eq(old, M / E), rewritten(p, old, top, bottom), scaled)


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

    def shared(self, name: str, other: str = "", *facts: Theorem) -> Theorem:
        """0 <= n |- the slot of the first form is that of the second, where both are updated alike."""
        p, twin = self.p, self.forms.second.families[other or name]
        family = self.forms.first.families[name]
        claim = eq(family(n), twin(n))
        base = p.chain(eq(family(0), twin(0)), p.start(family), p.start(twin))
        updates = self.next(self.forms.first, name), self.next(self.forms.second, other or name)
        step = p.certify(eq(family(n + 1), twin(n + 1)), p.assume(claim), *updates, *facts)
        return p.induction(n, 0, claim, base, step)

    def alike(self, *names: str, facts: Sequence[Theorem] = ()) -> list[Theorem]:
        """`shared` for several slots; "n v" is n of the first form and v of the second."""
        pairs = [(*name.split(), *name.split())[:2] for name in names]
        return [self.shared(mine, yours, *facts) for mine, yours in pairs]

    # the text

    def part(self, reading: Reading, part: int, n: Any = n) -> Any:
        """N (part 0) or D (part 1) of the text of a form in step n + 1."""
        return reading.value(step_of(reading.rule).args[part], n)

    def walk_alike(
        self, slots: Sequence[Theorem], h: Theorem, *facts: Theorem, other: Sequence[Theorem] = ()
    ) -> Theorem:
        """0 <= n |- the iterates are the same, for N = h M and D = h E, which follow from the slots and the facts."""
        p, forms = self.p, self.forms
        first, second = forms.first, forms.second
        parts = []
        for k in (0, 1):
            mine, yours = self.part(first, k), self.part(second, k)
            moved = rewritten(p, mine, *slots), rewritten(p, yours, *other)
            parts.append(p.certify(eq(mine, h.claim.right * yours), *moved, *facts))
        steps = quotient_kept(p, parts[0], parts[1], h)
        x, y = first.families["x"], second.families["x"]
        base = p.chain(eq(x(0), y(0)), p.start(x), p.start(y))
        updates = self.next(first, "x"), self.next(second, "x")
        step = p.chain(eq(x(n + 1), y(n + 1)), p.assume(forms.claim(n)), *updates, steps)
        return p.induction(n, 0, forms.claim(n), base, step)

    def begin_alike(self, *facts: Theorem) -> Theorem:
        """After one step the iterates are the same, for N = M and D = E at the start, which follow from the facts."""
        p, forms = self.p, self.forms
        readings = forms.first, forms.second
        starts = [p.start(family) for reading in readings for family in reading.families.values()]
        parts = []
        for k in (0, 1):
            sides = [rewritten(p, self.part(reading, k, lift(0)), *starts) for reading in readings]
            parts.append(p.certify(eq(sides[0].claim.left, sides[1].claim.left), *sides, *facts))
        quotient = parts[0].claim.left / parts[1].claim.left
        same = rewritten(p, quotient, *parts)
        zero, x = p.certify(0 <= lift(0)), [reading.families["x"] for reading in readings]
        updates = [p.cut(p.next(iterate, 0), zero) for iterate in x]
        return p.chain(forms.claim(lift(1)), *updates, same, *map(p.start, x))

    def root_of_factor(self) -> Theorem:
        """0 < sqrt(beta2)."""
        return self.p.sqrt_positive(self.p.given("beta2_positive"))

    def one(self) -> Theorem:
        """0 < 1."""
        return self.p.certify(0 < lift(1))

    # the corrections

    def held(self, reading: Reading, slot: str, decay: Any) -> Theorem:
        """0 <= n |- the slot times the decay, which is its new value, is decay^(n+1)."""
        p, start = self.p, self.begun
        following = p.using(p.power_next(decay, start), start)
        power_held = p.using(held_power(p, reading.families[slot].name, decay, n), start)
        return p.certify(eq(reading.slot(slot, n) * decay, power(decay, n + 1)), power_held, following)

    def in_powers(self, reading: Reading) -> tuple[Theorem, Theorem]:
        """0 <= n |- 1/(1 - p1) = 1/(1 - beta1^(n+1)), and sqrt(1 - p2) = sqrt(1 - beta2^(n+1)), for the new p1, p2."""
        first, second = self.held(reading, "p1", beta1), self.held(reading, "p2", beta2)
        return self.p.rewrite(first, lambda q: inv(1 - q)), self.p.rewrite(second, lambda q: sqrt(1 - q))

    def correction(self, reading: Reading, slot: str = "p2", decay: str = "beta2") -> Theorem:
        """0 <= n |- 0 < 1 - p for the new p, from a decay in [0, 1)."""
        p, (low, high) = self.p, self.decay(decay)
        less = p.using(power_below_one(p, low, high, n), self.begun)
        rate = low.claim.right
        return p.chain(0 < 1 - reading.slot(slot, n) * rate, self.held(reading, slot, rate), less)

    def decay(self, name: str) -> tuple[Theorem, Theorem]:
        """0 <= decay, decay < 1."""
        p = self.p
        if f"{name}_positive" in self.forms.needs:
            positive = p.given(f"{name}_positive")
            return p.restate(0 <= positive.claim.right, positive), p.given(f"{name}_below_one")
        return p.given(f"{name}_nonnegative"), p.given(f"{name}_below_one")

    # second moments

    def second_moment(self, reading: Reading, slot: str = "v") -> Theorem:
        """0 <= n |- 0 <= v for the new v, from beta2 in [0, 1)."""
        p, (low, high) = self.p, self.decay("beta2")
        family, kept = reading.families[slot], p.certify(0 <= 1 - beta2, high)
        base, new = p.certify(0 <= family(0), p.start(family)), reading.value(slot, n)
        grown = p.certify(0 <= new, p.assume(0 <= family(n)), low, kept, squares=[g(n + 1)])
        step = p.chain(0 <= family(n + 1), self.next(reading, slot), grown)
        return p.cut(grown, p.induction(n, 0, 0 <= family(n), base, step))

    def ratio(self, v: Theorem, reading: Reading) -> Theorem:
        """0 <= n |- 0 <= v/(1 - p2) for the new p2, from 0 <= v."""
        over = self.p.inv_positive(self.correction(reading))
        return self.p.certify(0 <= v.claim.right * over.claim.right, v, over)

    def factor(self, ratio: Theorem) -> Theorem:
        """sqrt(beta2 v) = sqrt(beta2) sqrt(v) from 0 <= v and 0 <= beta2."""
        p, (low, _) = self.p, self.decay("beta2")
        a, b = apart(p, "a b")
        split = p.sqrt_product(*p.assume(0 <= a, 0 <= b))
        return put(p, split, (a, b), (beta2, ratio.claim.right), low, ratio)

    def maxima(self) -> Theorem:
        """0 <= n |- the largest v of the first form is that of the second, where both are maxima of the same v."""
        p, first, second = self.p, self.forms.first, self.forms.second
        V, W = (r.families["v_max"] for r in (first, second))
        claim = eq(V(n), W(n))
        update = self.next(first, "v_max")
        moved = rewritten(p, update.claim.right, p.assume(claim), self.shared("v"))
        step = p.chain(eq(V(n + 1), W(n + 1)), update, moved, self.next(second, "v_max"))
        return p.induction(n, 0, claim, p.chain(eq(V(0), W(0)), p.start(V), p.start(W)), step)

    # the schedule of Nadam

    def no_schedule(self) -> tuple[Theorem, Theorem]:
        """0 <= n |- 0^(n+1) = 0 and 0^(n+2) = 0."""
        p, nothing = self.p, lift(0)
        first = p.certify(eq(power(nothing, n + 1), 0), p.using(p.power_next(nothing, self.begun), self.begun))
        later = p.power_next(nothing, p.certify(0 <= n + 1, self.begun))
        return first, p.certify(eq(power(nothing, n + 1 + 1), 0), later)

    def uncorrected(self, first_moment: str, second_moment: str, *facts: Theorem) -> tuple[Theorem, Theorem]:
        """0 <= n |- m = (1 - p1) M and v = (1 - p2) V, where the second form keeps the corrected moments M and V."""
        p, second = self.p, self.forms.second
        found = []
        for name, slot, held, decay in ((first_moment, "m", "p1", "beta1"), (second_moment, "v", "p2", "beta2")):
            kept, power_slot = second.families[slot], second.families[held]
            updates = self.next(second, slot), self.next(second, held)
            inverse = p.inverse(self.correction(second, held, decay))
            family = self.forms.first.families[name]
            claim = eq(family(n), (1 - power_slot(n)) * kept(n))
            base = p.certify(eq(family(0), (1 - power_slot(0)) * kept(0)), p.start(family), p.start(power_slot))
            goal = eq(family(n + 1), (1 - power_slot(n + 1)) * kept(n + 1))
            step = p.certify(goal, p.assume(claim), self.next(self.forms.first, name), *updates, inverse, *facts)
            found.append(p.induction(n, 0, claim, base, step))
        return found[0], found[1]

    def corrected(self, moment: Theorem) -> tuple[Theorem, Theorem, Theorem]:
        """0 <= n |- (1 - p1)/(1 - p1) = 1, sqrt(v/(1 - p2)) = sqrt(V), and 0 <= v/(1 - p2), in the step after.

        From v = (1 - p2) V, where the second form keeps V; the new v is written with (1 - p2) V for the old one.
        """
        p, (first, second) = self.p, (self.forms.first, self.forms.second)
        inverses = [p.inverse(self.correction(second, *names)) for names in (("p1", "beta1"), ("p2", "beta2"))]
        name = next(name for name, family in first.families.items() if family(n) is moment.claim.left)
        raw = rewritten(p, first.value(name, n), moment)
        positive = p.chain(0 <= raw.claim.right, self.second_moment(first, name), raw)
        same = p.certify(eq(raw.claim.right * inv(1 - second.slot("p2", n) * beta2), second.value("v", n)), inverses[1])
        return inverses[0], p.rewrite(same, sqrt), self.ratio(positive, second)


def amsgrad_begins(walk: Walk) -> Theorem:
    """AMSGrad as PyTorch and as optax have it are at the same place after one step, from beta2 < 1."""
    p = walk.p
    room = p.certify(0 < 1 - beta2, p.given("beta2_below_one"))
    v = (1 - beta2) * g(1) ** 2
    nonneg = p.certify(0 <= v, room, squares=[g(1)])
    ratio = p.certify(0 <= v / (1 - beta2), nonneg, p.inv_positive(room))
    largest = [p.rewrite(p.max_is(fact), sqrt) for fact in (nonneg, ratio)]
    return walk.begin_alike(*largest, root_of_quotient(p, nonneg, room))
