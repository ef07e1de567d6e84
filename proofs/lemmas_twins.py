"""Two runs at once: what two update rules make of the same gradients, and that they go together.

A run is a reading whose sequences have names of their own, so that two of them live in one setting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integers, lift
from adamtheory.logic.reading import Reading, read
from adamtheory.proofs.lemmas_regret import zero_of_square

n, t = integers("n t")

Pair = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def run(
    rule: Rule, setting: Setting, letter: str, gradient: Any, *, start: Any, coordinates: Any = (), **scalars: Any
) -> Reading:
    """The rule with the gradients gradient(t, x) from the point `start`; its slots are named `m_letter` and so on.

    Scalars may be functions of t; those not given are constants, which the runs of a setting share.
    """
    slots = [slot.name for slot in rule.slots]
    names = {name: f"{name}_{letter}" for name in (*slots, "x")}
    given = {"inputs": {"g": gradient}, "scalars": scalars, "names": names}
    return read(rule, setting, start=start, coordinates=coordinates, **given)


def sequence(reading: Reading, slot: str = "x") -> Callable[[Any], Any]:
    """n -> the slot after n steps."""
    return lambda n: reading.slot(slot, n)


def step(p: Prover, reading: Reading, slot: str = "x", n: Any = n) -> Theorem:
    """0 <= n |- the slot after n + 1 steps is what the text says."""
    return p.next(reading.families[slot], *reading.coordinates, n)


def start(p: Prover, reading: Reading, slot: str = "x") -> Theorem:
    """The slot before the first step is its initial value."""
    return p.start(reading.families[slot], *reading.coordinates)


def together(
    p: Prover,
    pairs: Sequence[Pair],
    base: Sequence[Theorem],
    following: Callable[[Sequence[Theorem]], Sequence[Theorem]],
) -> list[Theorem]:
    """0 <= n |- a(n) = b(n) for every pair, by one induction about the sum of the squared differences.

    base       a(0) = b(0) for every pair
    following  from the equations at n to those at n + 1, which may be under 0 <= n
    """

    def claim(n: Any) -> Any:
        return sum(((a(n) - b(n)) ** 2 for a, b in pairs), start=lift(0)) <= 0

    def equations(n: Any, found: Theorem) -> list[Theorem]:
        result = []
        for k, (a, b) in enumerate(pairs):
            others = [lift(c(n)) - d(n) for j, (c, d) in enumerate(pairs) if j != k]
            gap = lift(a(n)) - b(n)
            small = p.certify(gap**2 <= 0, found, squares=others, degree=1)
            result.append(p.restate(eq(a(n), b(n)), zero_of_square(p, small)))
        return result

    if len(pairs) == 1:  # no need to square
        ((a, b),) = pairs
        assumed = p.assume(eq(a(n), b(n)))
        return [p.induction(n, 0, assumed.claim, base[0], following([assumed])[0])]
    before = equations(n, p.assume(claim(n)))
    later = p.certify(claim(n + 1), *following(before))
    found = p.induction(n, 0, claim(n), p.certify(claim(lift(0)), *base), later)
    return equations(n, found)


def unfolded(p: Prover, reading: Reading, steps: int) -> list[Theorem]:
    """The initial values and the first steps of every sequence of the reading."""
    found = [p.start(family, *reading.coordinates) for family in reading.families.values()]
    for k in range(steps):
        reached = p.certify(0 <= lift(k))
        found += [p.using(p.next(family, *reading.coordinates, k), reached) for family in reading.families.values()]
    return found


def same_start(p: Prover, pairs: Sequence[Pair], *readings: Reading) -> list[Theorem]:
    """a(0) = b(0) for every pair, from the initial values of the readings."""
    begun = [start(p, reading, slot) for reading in readings for slot in reading.families]
    return [p.certify(eq(a(lift(0)), b(lift(0))), *begun) for a, b in pairs]


def go_together(p: Prover, pairs: Sequence[Pair], readings: Sequence[Reading], *facts: Theorem) -> list[Theorem]:
    """0 <= n |- a(n) = b(n) for every pair, where one step of the texts shows it by itself, perhaps with the facts."""
    steps = [step(p, reading, slot) for reading in readings for slot in reading.families]

    def following(equal: Sequence[Theorem]) -> list[Theorem]:
        return [p.certify(eq(a(n + 1), b(n + 1)), *equal, *steps, *facts) for a, b in pairs]

    return together(p, pairs, same_start(p, pairs, *readings), following)
