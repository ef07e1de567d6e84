"""Cosine waves with warm restarts: what the state of the schedule counts.

The j-th run has L(j) = T0 q^j steps and begins when S(j) steps are done. `length` is the line of the text, which is T0
before the first step and the slot T_i after it.
"""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, indicator, integers, le, lift, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Witness
from adamtheory.logic.terms import substitute
from adamtheory.proofs.lemmas_regret import zero_of_square
from adamtheory.schedules import cosine_restarts

j, m = integers("j m")

RUNS = ("first_length", "first_positive", "multiplier_positive", "next_length", "next_start", "start")


class Restarts:
    """The text with its rate left open, since cos has no term; T0 >= 1 and the multiplier q >= 1 are whole numbers."""

    def __init__(self) -> None:
        self.setting = setting = Setting()
        rate = setting.family("rate", "Z")
        self.T0, self.q = setting.constant("T0", "Z"), setting.constant("q", "Z")
        self.L, self.S = setting.family("L", "Z", "Z"), setting.family("S", "Z", "Z")
        scalars = {"T0": self.T0, "multiplier": self.q, "lr": 1, "lr_min": 0}
        given: dict[str, Any] = {"lines": {"rate": rate}, "names": {"i": "run", "T_i": "T_run"}}
        self.reading = read(cosine_restarts, setting, scalars=scalars, **given)
        setting.assume("first_positive", 1 <= self.T0)
        setting.assume("multiplier_positive", 1 <= self.q)
        setting.assume("first_length", eq(self.L(0), self.T0))
        setting.assume("next_length", eq(self.L(j + 1), self.q * self.L(j)), [0 <= j])
        setting.assume("start", eq(self.S(0), 0))
        setting.assume("next_start", eq(self.S(j + 1), self.S(j) + self.L(j)), [0 <= j])

    def witness(self, values: Any = None) -> Witness:
        """Runs of one step."""
        ones = {"T0": ([], 1), "q": ([], 1), "L": ([j], 1), "S": ([j], j)}
        return Witness(ones, values={j: 1, **(values or {})})

    def state(self, k: Any) -> tuple[Any, Any, Any]:
        """T_cur, length and the index of the run when k steps are done."""
        return self.reading.slot("T_cur", k), self.reading.value("length", k), self.reading.slot("i", k)

    # the runs

    def length_positive(self, p: Prover) -> Theorem:
        """0 <= j |- 1 <= L(j)."""
        L = self.L
        base = p.certify(1 <= L(0), p.given("first_length"), p.given("first_positive"))
        old = p.assume(1 <= L(j))
        grown = p.certify(L(j) <= self.q * L(j), p.given("multiplier_positive"), old)
        step = p.certify(1 <= L(j + 1), old, grown, p.given("next_length", j))
        return p.induction(j, 0, 1 <= L(j), base, step)

    def start_nonneg(self, p: Prover) -> Theorem:
        """0 <= j |- 0 <= S(j)."""
        S, more = self.S, self.length_positive(p)
        step = p.certify(0 <= S(j + 1), p.assume(0 <= S(j)), p.given("next_start", j), more)
        return p.induction(j, 0, 0 <= S(j), p.certify(0 <= S(0), p.given("start")), step)

    def gap(self, j: Any, m: Any) -> Any:
        """0 where, m steps into run j, T_cur is m, length is L(j) and the index is j."""
        done, length, run = self.state(self.S(j) + m)
        return (done - m) ** 2 + (length - self.L(j)) ** 2 + (run - j) ** 2

    def equations(self, p: Prover, j: Any, m: Any, vanishing: Theorem) -> list[Theorem]:
        """The three equations from gap <= 0."""
        pairs = list(zip(self.state(self.S(j) + m), (lift(m), self.L(j), lift(j)), strict=True))
        found = []
        for a, b in pairs:
            others = [c - d for c, d in pairs if c is not a]
            small = p.certify(le((a - b) ** 2, 0), vanishing, squares=others, degree=1)
            found.append(p.restate(eq(a, b), zero_of_square(p, small)))
        return found

    def next_state(self, p: Prover, at: Any, reached: Theorem) -> list[Theorem]:
        """The three slots after one step more, from the text."""
        return [p.using(p.next(f, at), p.restate(0 <= at, reached)) for f in self.reading.families.values()]

    def within(self, p: Prover) -> Theorem:
        """gap(j, 0) <= 0, 0 <= j, 0 <= m |- indicator(L(j) - m) gap(j, m) <= 0: what holds while the run lasts."""
        L, S = self.L(j), self.S(j)
        late, early = p.assume(L <= m + 1, m + 1 < L)
        goal = indicator(L - (m + 1)) * self.gap(j, m + 1) <= 0
        over = p.certify(goal, p.indicator_off(p.certify(L - (m + 1) <= 0, late)))
        lasts = p.indicator_on(p.certify(0 < L - m, early))
        old = p.certify(self.gap(j, m) <= 0, p.assume(indicator(L - m) * self.gap(j, m) <= 0), lasts)
        done, length, run = self.equations(p, j, m, old)
        reached = p.certify(0 <= S + m, self.start_nonneg(p), p.assume(0 <= m))
        texts = self.next_state(p, S + m, reached)
        inside = p.indicator_on(p.certify(0 < length.claim.left - (done.claim.left + 1), done, length, early))
        slots = [p.certify(eq(f(S + m + 1), value), inside, done, length, run, *texts)
                 for f, value in zip(self.reading.families.values(), (m + 1, L, j), strict=True)]  # fmt: skip
        known = self.length_is(p, S + m + 1, slots[1], p.using(self.length_positive(p)))
        new = p.certify(self.gap(j, m + 1) <= 0, slots[0], slots[2], known)
        more = p.indicator_on(p.certify(0 < L - (m + 1), early))
        step = p.cases(over, p.certify(goal, new, more), L, m + 1)
        begin = p.assume(self.gap(j, lift(0)) <= 0)
        some = p.indicator_on(p.certify(0 < L - 0, self.length_positive(p)))
        base = p.certify(indicator(L - 0) * self.gap(j, lift(0)) <= 0, begin, some)
        return p.induction(m, 0, indicator(L - m) * self.gap(j, m) <= 0, base, step)

    def length_is(self, p: Prover, at: Any, slot: Theorem, positive: Theorem) -> Theorem:
        """length = c from T_i = c and 1 <= c: it is T0 only where T_i < 1."""
        c, T_run = slot.claim.right, self.reading.slot("T_i", at)
        off = p.indicator_off(p.certify(1 - T_run <= 0, slot, positive))
        return p.certify(eq(self.reading.value("length", at), c), off, slot)

    def begins(self, p: Prover) -> Theorem:
        """0 <= j |- gap(j, 0) <= 0: every run begins with T_cur = 0 and its own length and index."""
        S, L = self.S, self.L
        claim = self.gap(j, lift(0)) <= 0
        zero = p.rewrite(p.given("start"), lambda k: k + 0)
        first = [p.start(f) for f in self.reading.families.values()]
        at_start = [p.chain(eq(f(S(0) + 0), 0), p.rewrite(zero, f), fact)
                    for f, fact in zip(self.reading.families.values(), first, strict=True)]  # fmt: skip
        on = p.indicator_on(p.certify(0 < 1 - self.reading.slot("T_i", S(0) + 0), at_start[1]))
        length = p.certify(eq(self.reading.value("length", S(0) + 0), L(0)), on, p.given("first_length"))
        base = p.certify(self.gap(lift(0), lift(0)) <= 0, at_start[0], at_start[2], length)
        # the last step of run j
        last = L(j) - 1
        held = p.inst(self.within(p), {m: last})
        positive = self.length_positive(p)
        held = p.using(held, p.certify(0 <= last, positive), p.assume(claim))
        lasts = p.indicator_on(p.certify(0 < L(j) - last))
        done, whole, run = self.equations(p, j, last, p.certify(self.gap(j, last) <= 0, held, lasts))
        reached = p.certify(0 <= S(j) + last, self.start_nonneg(p), positive)
        over = p.indicator_off(p.certify(whole.claim.left - (done.claim.left + 1) <= 0, done, whole))
        texts = self.next_state(p, S(j) + last, reached)
        moved = p.certify(eq(S(j) + last + 1, S(j + 1) + 0), p.given("next_start", j))
        slots = []
        for f, value in zip(self.reading.families.values(), (lift(0), L(j + 1), j + 1), strict=True):
            here = p.certify(eq(f(S(j) + last + 1), value), over, done, whole, run, p.given("next_length", j), *texts)
            slots.append(p.chain(eq(f(S(j + 1) + 0), value), p.rewrite(moved, f), here))
        later = p.cut(p.inst(positive, {j: j + 1}), p.certify(0 <= j + 1, p.assume(0 <= j)))
        length = self.length_is(p, S(j + 1) + 0, slots[1], later)
        step = p.certify(self.gap(j + 1, lift(0)) <= 0, slots[0], slots[2], length)
        return p.induction(j, 0, claim, base, step)

    def inside(self, p: Prover) -> list[Theorem]:
        """0 <= j, 0 <= m, m < L(j) |- T_cur = m, length = L(j) and index j when S(j) + m steps are done."""
        held = p.using(self.within(p), self.begins(p))
        lasts = p.indicator_on(p.certify(0 < self.L(j) - m, p.assume(m < self.L(j))))
        return self.equations(p, j, m, p.certify(self.gap(j, m) <= 0, held, lasts))


# --- the mean over a run ----------------------------------------------------------------------------------------------


def first_apart(p: Prover, low: int, n: Any, body: Any, k: Any) -> Theorem:
    """0 <= n |- sum_{k=low}^{low+n} f(k) = f(low) + sum_{k=low+1}^{low+n} f(k)."""
    i = p.fresh("i", n, body)

    def at(index: Any) -> Any:
        return substitute(lift(body), {k: lift(index)})

    def claim(i: Any) -> Any:
        return eq(total(k, low, i + low, body), at(low) + total(k, low + 1, i + low, body))

    begun = p.assume(0 <= i)
    lasts = p.sum_step(k, low, i + low, body, begun), p.sum_step(k, low + 1, i + low, body, begun)
    base = p.certify(claim(lift(0)), p.sum_one(k, low, body), p.sum_none(k, low + 1, body))
    step = p.certify(claim(i + 1), p.assume(claim(i)), *lasts)
    return p.inst(p.induction(i, 0, claim(i), base, step), {i: n})


def shifted_by_one(p: Prover, n: Any, body: Any, k: Any) -> Theorem:
    """0 <= n |- sum_{k=1}^{n+1} f(k) = f(1) + sum_{k=1}^n f(k+1)."""
    i = p.fresh("i", n, body)

    def at(index: Any) -> Any:
        return substitute(lift(body), {k: lift(index)})

    def claim(i: Any) -> Any:
        return eq(total(k, 1, i + 1, body), at(1) + total(k, 1, i, at(k + 1)))

    begun = p.assume(0 <= i)
    lasts = p.sum_step(k, 1, i + 1, body, begun), p.sum_step(k, 1, i, at(k + 1), begun)
    base = p.certify(claim(lift(0)), p.sum_one(k, 1, body), p.sum_none(k, 1, at(k + 1)))
    return p.inst(p.induction(i, 0, claim(i), base, p.certify(claim(i + 1), p.assume(claim(i)), *lasts)), {i: n})


def turned_round(p: Prover, f: Any, n: Any, k: Any) -> Theorem:
    """0 <= n |- sum_{k=1}^n f(k) = sum_{k=1}^n f(n+1-k)."""
    i = p.fresh("i", n)
    begun = p.assume(0 <= i)

    def claim(i: Any) -> Any:
        return eq(total(k, 1, i, f(k)), total(k, 1, i, f(i + 1 - k)))

    longer = p.using(shifted_by_one(p, i, f(i + 2 - k), k), begun)
    last = p.sum_step(k, 1, i, f(k), begun)
    base = p.certify(claim(lift(0)), p.sum_none(k, 1, f(k)), p.sum_none(k, 1, f(lift(0) + 1 - k)))
    return p.inst(p.induction(i, 0, claim(i), base, p.certify(claim(i + 1), p.assume(claim(i)), last, longer)), {i: n})
