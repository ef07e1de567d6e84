"""The weighted projection onto a convex set brings a point nearer to every point u of the set.

Words   Let z be a point of a convex set nearest to p in the norm |v|_w^2 = sum of w_i v_i^2. Then for every u of the
        set |z - u|_w^2 <= |p - u|_w^2 - |p - z|_w^2.
Source  Known; used by Zinkevich 2003 and (weighted) by Duchi, Hazan & Singer 2011 and Reddi, Kale & Kumar 2018, Lemma 4
        (numbering unverified). Derived for this project without the variational inequality.
Note    Of the set only this is assumed: z is no farther from p than the points z + s (u - z), 0 <= s <= 1, which lie in
        the set. Were <p - z, u - z>_w = c > 0, then s = c/(c + |u - z|_w^2) would give a nearer point.
"""

from collections.abc import Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, lift, real, total
from adamtheory.logic.projections import nearest_point
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel

i, s = integer("i"), real("s")

setting = Setting()
d = setting.constant("d", "Z")
w, p, z, u = (setting.family(name, "Z") for name in ("w", "p", "z", "u"))


def over(body: Any) -> Any:
    return total(i, 1, d, w(i) * body)


setting.assume("weights", 0 <= w(i), [1 <= i, i <= d])
nearest = over((z(i) - p(i)) ** 2) <= over((z(i) + s * (u(i) - z(i)) - p(i)) ** 2)
setting.assume("nearest", nearest, [0 <= s, s <= 1])


def statement() -> Statement:
    claim = over((z(i) - u(i)) ** 2) <= over((p(i) - u(i)) ** 2) - over((p(i) - z(i)) ** 2)
    return Statement(setting, claim, assumes=["weights", "nearest"])


def witness() -> Witness:
    # the interval [0, 1]: 2 is projected on 1, and u = 0
    return Witness({"d": ([], 1), "w": ([i], 1), "p": ([i], 2), "z": ([i], 1), "u": ([i], 0)}, prove=at_one)


def at_one(prover: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Goals about sums over i = 1, ..., 1."""
    return prover.certify(goal, *guards, prover.sum_one(i, 1, lift(1)))


def prove() -> Theorem:
    prover = Prover(setting)
    return nearest_point(
        prover,
        i,
        d,
        w(i),
        p(i),
        z(i),
        u(i),
        nonneg=prover.given("weights", i),
        nearest=lambda value: prover.given("nearest", value),
    )
