"""What the repairs of SWATS are good for, from the text of `swats_repaired` with some lines left open.

What is left open is a sequence in t: the products p.g and p.p, or the average and the comparison with it. So the theorems
hold in any number of coordinates, whatever the steps and gradients are.
"""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, lift
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.sums import apart
from adamtheory.proofs.lemmas_swats import line
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.swats import swats_repaired


def partly(setting: Setting, slots: list[str], letter: str = "", **lines: Any) -> Reading:
    """These slots of the text, with functions of t in place of the named lines."""
    names = {slot.name: f"{slot.name}_{letter}" for slot in swats_repaired.slots} if letter else {"n": "counted_so_far"}
    return read(swats_repaired, setting, slots=slots, lines=lines, names=names)


def switched(on: dict[str, Any]) -> tuple[Any, Any]:
    """The lines switch and Lam, with values for what they mention."""
    settled = line(swats_repaired, "settled", **on)
    switch = line(swats_repaired, "switch", settled=settled, **on)
    return switch, line(swats_repaired, "Lam", switch=switch, **on)


def rate_never_negative(p: Prover, reading: Reading) -> Theorem:
    """0 <= n |- 0 <= Lam(n): a switch needs a positive average."""
    inner, outer = ("n", "counted", "rate", "near"), ("phase", "Lam")
    variables = apart(p, " ".join(f"{name}_number" for name in (*inner, *outer)))
    on = dict(zip((*inner, *outer), variables, strict=True))
    switch, new = switched(on)
    rate, old, goal = on["rate"], p.assume(0 <= on["Lam"]), 0 <= new
    below = p.indicator_off(p.restate(rate - 0 <= 0, p.assume(rate <= 0)))
    never = p.certify(switch <= 0, below)
    still = p.certify(goal, p.indicator_off(p.restate(switch - 0 <= 0, never)), old)
    takes = p.certify(goal, p.indicator_on(p.restate(0 < switch - 0, p.assume(0 < switch))), p.assume(0 < rate))
    keeps = p.certify(goal, p.indicator_off(p.restate(switch - 0 <= 0, p.assume(switch <= 0))), old)
    lemma = p.cases(still, p.cases(keeps, takes, switch, 0), rate, 0)
    values = {name: reading.value(name, n) for name in inner} | {name: reading.slot(name, n) for name in outer}
    grown = p.inst(lemma, {on[name]: value for name, value in values.items()})
    Lam = reading.families["Lam"]
    base = p.certify(0 <= Lam(0), p.start(Lam))
    return p.induction(n, 0, 0 <= Lam(n), base, p.chain(0 <= Lam(n + 1), p.next(Lam, n), grown))
