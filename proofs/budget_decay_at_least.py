"""Decay c/N over N updates leaves at least the share 1 - c of the weights, for every budget N.

Words   `adamw` with eta_t = 1, no loss, the decay lambda = c/N, c <= 1, and x_0 = 1 has 1 - c <= x_N, N >= 1.
Source  Derived for this project (Bernoulli's inequality); from the text of `adamw`.
Note    N is written k. The upper bound is `budget_decay_at_most`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_shrink import adamw_still, budget, k, share_at_most_one, shrunk_at_least
from adamtheory.proofs.lemmas_twins import n

c = Family("c")()
setting, reading = budget(positive=False)


def statement() -> Statement:
    return Statement(setting, 1 - c <= reading.slot("x", k), [1 <= k], ["c_at_most_one"])


def witness() -> Witness:
    return Witness({"c": ([], 1)}, values={k: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun, high = p.assume(1 <= k), share_at_most_one(p)
    rounds = p.certify(0 <= k, begun)
    total = p.certify(eq(k * (c / k), c), p.inverse(p.certify(0 < k, begun)))
    run = p.using(p.inst(adamw_still(p, reading, c / k, lift(1)), {n: k}), rounds)
    return p.certify(statement().claim, run, p.using(shrunk_at_least(p, high, k), rounds), total)
