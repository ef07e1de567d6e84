"""Normalised weight decay depends on the budget: the share that is left goes to 0 for N = k^2.

Words   `adamw` with eta_t = 1, no loss and the decay lambda = c/sqrt(N), 0 < c <= 1, run for N updates: |x_N| tends
        to 0 along N = k^2, k = 1, 2, ..., so that the total decay depends on N.
Source  Loshchilov & Hutter 2019, section 4 and appendix: normalised weight decay (a heuristic that shall reduce the
        dependence on the budget); from the text of `adamw`.
Note    With c = 1/40 the share .7786 is left for N = 100, .0821 for 10^4. A decay c/N leaves a share between 1 - c
        and 1/(1 + c) for every budget (`budget_decay_at_least`, `budget_decay_at_most`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute, eq, inv, lift, power, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_shrink import adamw_still, budget, k, share_at_most_one, share_nonneg, shrunk_at_most
from adamtheory.proofs.lemmas_twins import n

c = Family("c")()
setting, reading = budget()
final = reading.slot("x", k * k)


def statement() -> Statement:
    return Statement(setting, tends(absolute(final), 0, k), assumes=["c_positive", "c_at_most_one"])


def witness() -> Witness:
    return Witness({"c": ([], 1)})


def prove() -> Theorem:
    p = Prover(setting)
    low, high = share_nonneg(p), share_at_most_one(p)
    begun = p.assume(1 <= k)
    positive, rounds = p.certify(0 < k, begun), p.certify(0 <= k * k, begun)
    share, q = p.certify(eq(k * (c / k), c), p.inverse(positive)), power(1 - c / k, k * k)
    run = p.using(p.inst(adamw_still(p, reading, c / k, lift(1)), {n: k * k}), rounds)
    most = p.using(shrunk_at_most(p, low, high, k * k), rounds)
    nonneg = p.using(p.power_nonneg(p.certify(0 <= 1 - c / k, high), k * k), rounds)
    # q c k <= q (1 + k k c/k) <= 1
    grown = p.certify(q * (c * k) <= 1, most, nonneg, p.certify(eq(k * k * (c / k), c * k), share))
    scale = p.given("c_positive")
    facts = (p.inverse(positive), p.inverse(scale))
    bound = inv(c) * inv(k)
    small = p.certify(q <= bound, grown, *facts, weights=[[positive, scale]], degree=1)
    size = p.max_least(p.certify(final <= bound, run, small), p.certify(-final <= bound, run, nonneg, small))
    limit = p.lim_op("mul", p.lim_const(inv(c), k), p.lim_recip(k))
    below = p.certify(0 <= absolute(final), p.max_left(final, -final), p.max_right(final, -final))
    return p.lim_squeeze(p.lim_const(0, k), limit, 1, below, size)
