"""The sum of x^t over all t >= 1 is x/(1 - x), not 1/(1 - x), which is the sum from t = 0.

Words   For 0 <= x < 1 the sum of x^t over t = 1, ..., n tends to x/(1-x) as n grows. Claimed was the limit 1/(1-x),
        which is greater by exactly 1 for every such x.
Source  Tran & Phong 2019, a lemma before the theorem on AdamX (wording *unverified*); the limit is elementary.
Note    Stated as: the distance to x/(1-x) tends to 0. The slip only makes the bounds that use it larger.
        (1-x) sum_{t=1}^n x^t = x - x x^n.
Printed sum_{t>=1} x^t = 1/(1-x) (Tran & Phong 2019, a lemma, unverified)
Wrong   1/(1-x) is the sum from t = 0; from t = 1 it is less by 1.
Instead sum_{t>=1} x^t = x/(1-x) for 0 <= x < 1
Theorem series_from_one_refuted
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, integers, inv, power, real, tends, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import vanishes

n, t = integers("n t")
x = real("x")

setting = Setting()
series = total(t, 1, n, power(x, t))


def statement() -> Statement:
    return Statement(setting, tends(absolute(series - x / (1 - x)), 0, n), hyps=[0 <= x, x < 1])


def witness() -> Witness:
    return Witness(values={x: Fraction(1, 2)})


def prove() -> Theorem:
    p = Prover(setting)
    low, high = p.assume(0 <= x, x < 1)
    keeps = p.certify(0 < 1 - x, high)
    start = p.assume(0 <= n)
    claim = eq((1 - x) * series, x - x * power(x, n))
    last, following = p.sum_step(t, 1, n, power(x, t), start), p.power_next(x, start)
    longer = eq((1 - x) * total(t, 1, n + 1, power(x, t)), x - x * power(x, n + 1))
    base = p.certify(
        eq((1 - x) * total(t, 1, n - n, power(x, t)), x - x * power(x, n - n)), p.sum_none(t, 1, power(x, t))
    )
    closed = p.induction(n, 0, claim, base, p.certify(longer, p.assume(claim), last, following))
    divided = p.rewrite(closed, lambda z: inv(1 - x) * z)
    gap, share = series - x / (1 - x), x / (1 - x)
    equal = p.certify(
        eq(gap, -share * power(x, n)), divided, p.rewrite(p.inverse(keeps), lambda z: z * series), degree=1
    )
    fading = p.lim_op("mul", p.lim_const(share, n), p.cut(p.lim_base(x, n), low, high))
    size = p.certify(0 <= share * power(x, n), p.inv_positive(keeps), low, p.power_nonneg(low, n), degree=3)
    above = p.certify(gap <= share * power(x, n), equal, size)
    below = p.certify(-gap <= share * power(x, n), equal)
    return vanishes(p, fading, above, below)
