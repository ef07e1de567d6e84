"""Decay c/N over N updates leaves at most the share 1/(1 + c) of the weights, for every budget N.

Words   `adamw` with eta_t = 1, no loss, the decay lambda = c/N, 0 < c <= 1, and x_0 = 1 has x_N <= 1/(1 + c), N >= 1.
Source  Derived for this project; from the text of `adamw`.
Note    N is written k. The lower bound is `budget_decay_at_least`; the limit e^-c has no term in the logic.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_shrink import adamw_still, budget, k, share_at_most_one, share_nonneg, shrunk_at_most
from adamtheory.proofs.lemmas_twins import n

c = Family("c")()
setting, reading = budget()


def statement() -> Statement:
    return Statement(setting, reading.slot("x", k) <= 1 / (1 + c), [1 <= k], ["c_positive", "c_at_most_one"])


def witness() -> Witness:
    return Witness({"c": ([], 1)}, values={k: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun, low, high = p.assume(1 <= k), share_nonneg(p), share_at_most_one(p)
    rounds, share = p.certify(0 <= k, begun), p.inverse(p.certify(0 < k, begun))
    run = p.using(p.inst(adamw_still(p, reading, c / k, lift(1)), {n: k}), rounds)
    most = p.using(shrunk_at_most(p, low, high, k), rounds)
    room = p.certify(0 < 1 + c, p.given("c_positive"))
    total = p.certify(eq(k * (c / k), c), share)
    whole = p.certify(reading.slot("x", k) * (1 + c) <= 1, run, most, total)
    return p.certify(statement().claim, whole, p.inverse(room), weights=[[room]])
