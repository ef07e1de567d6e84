"""What the repairs of SWATS are good for, from the text of `swats_repaired` with some lines left open.

What is left open is a sequence in t: the products p.g and p.p, or the average and the comparison with it. So the
theorems hold in any number of coordinates, whatever the steps and gradients are.
"""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute
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


def average_at_least(p: Prover, reading: Reading, L: Any) -> Theorem:
    """0 <= n, pn < 1 |- L <= rate in step n + 1, from `rates_at_least` and 0 <= beta2 < 1; pn is beta2^n."""
    u, y, e, q, b, least = variables = apart(p, "u y e q b least")
    counted = line(swats_repaired, "counted", pg=u)
    new = line(swats_repaired, "ell", counted=counted, beta2=b, ell=e, gamma=y)
    power = line(swats_repaired, "pn", counted=counted, pn=q, beta2=b)
    low, old, high = p.assume(0 <= b, least * (1 - q) <= e, b < 1)
    goal = least * (1 - power) <= new
    off = p.indicator_off(p.restate(absolute(u) - 0 <= 0, p.assume(absolute(u) <= 0)))
    skipped = p.certify(goal, p.indicator_off(p.certify(counted - 0 <= 0, off)), old)
    on = p.indicator_on(p.restate(0 < absolute(u) - 0, p.assume(0 < absolute(u))))
    entered = p.indicator_on(p.certify(0 < counted - 0, on))
    parts = (
        p.certify(b * (least * (1 - q)) <= b * e, old, low),
        p.certify((1 - b) * least <= (1 - b) * y, high, p.assume(least <= y)),
    )
    step = p.certify(goal, entered, *parts)

    ell, pn, pg, gamma = *(reading.families[name] for name in ("ell", "pn")), Family("pg"), Family("gamma")
    values = pg(n + 1), gamma(n + 1), ell(n), pn(n), reading.scalars["beta2"], L
    known = p.given("beta2_nonnegative"), p.given("beta2_below_one")
    later = p.certify(1 <= n + 1, p.assume(0 <= n))
    rate = p.using(p.given("rates_at_least", n + 1), later)
    mapping = dict(zip(variables, values, strict=True))
    grown = p.cases(*(p.using(p.inst(case, mapping), *known, rate) for case in (skipped, step)), absolute(pg(n + 1)), 0)
    claim = L * (1 - pn(n)) <= ell(n)
    base = p.certify(L * (1 - pn(0)) <= ell(0), p.start(ell), p.start(pn))
    following = p.chain(L * (1 - pn(n + 1)) <= ell(n + 1), grown, p.next(ell, n), p.next(pn, n))
    found = p.using(grown, p.induction(n, 0, claim, base, following))
    room = p.certify(0 < 1 - reading.value("pn", n), p.assume(reading.value("pn", n) < 1))
    inside = p.indicator_on(room)
    return p.certify(L <= reading.value("rate", n), inside, found, p.inverse(room), weights=[[room]])
