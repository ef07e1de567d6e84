"""Over a run of T steps the cosine schedule has the mean eta_min + (eta_max - eta_min)(1 + 1/T)/2.

Words   Let c be any sequence with c(0) = 1 and c(T - k) = -c(k) for 0 < k < T, as c(k) = cos(pi k/T) is. Then the
        rates eta_min + (eta_max - eta_min)(1 + c(k))/2 for k = 0, ..., T - 1 sum to T eta_min + (eta_max - eta_min)(T
        + 1)/2, T >= 1.
Source  Loshchilov & Hutter 2017 (SGDR), equation (5) (*unverified* against the paper itself); the sum is of this
        project.
Note    The mean rate is eta_min + (eta_max - eta_min)(1 + 1/T)/2. cos has no term in the logic: c stands for it.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, lift, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import constant_sum
from adamtheory.proofs.lemmas_restarts import first_apart, turned_round

k = integer("k")
setting = Setting()
T, c = setting.constant("T", "Z"), setting.family("c", "Z")
low, high = setting.constants("eta_min eta_max")
setting.assume("length_positive", 1 <= T)
setting.assume("first", eq(c(0), 1))
setting.assume("falls_as_it_rose", eq(c(T - k), -c(k)), [0 < k, k < T])


def statement() -> Statement:
    rates = total(k, 0, T - 1, low + (high - low) / 2 * (1 + c(k)))
    claim = eq(rates, T * low + (high - low) / 2 * (T + 1))
    return Statement(setting, claim, assumes=["length_positive", "first", "falls_as_it_rose"])


def witness() -> Witness:
    """T = 1: there is no k between."""

    def shown(p, goal, guards):
        if len(guards) < 2:
            return p.certify(goal, *guards)
        least = p.integers(guards[0])  # 0 + 1 <= k
        a, b = goal.left, goal.right
        return p.antisym(p.absurd(a <= b, least, guards[1]), p.absurd(b <= a, least, guards[1]))

    return Witness({"T": ([], 1), "c": ([k], 1)}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.certify(0 <= T - 1, p.given("length_positive"))
    turned = p.using(turned_round(p, c, T - 1, k), begun)
    inside = p.assume(1 <= k, k <= T - 1)
    each = p.using(p.given("falls_as_it_rose", k), p.certify(0 < k, inside[0]), p.certify(k < T, inside[1]))
    negative = p.sum_of(p.restate(eq(c(T - 1 + 1 - k), -c(k)), each), k, 1, T - 1)
    none = p.certify(eq(total(k, 1, T - 1, c(k)), 0), turned, negative)
    whole = p.using(first_apart(p, 0, T - 1, c(k), k), begun)
    counted = p.using(first_apart(p, 0, T - 1, lift(1), k), begun)
    ones = p.using(constant_sum(p, k, T - 1, lift(1)), begun)
    return p.certify(statement().claim, whole, none, counted, ones, p.given("first"))
