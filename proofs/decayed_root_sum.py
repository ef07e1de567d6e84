"""The sum of lam^t sqrt(t) over all rounds is at most lam/(1 - lam)^2.

Words   For 0 <= lam < 1 and every n: sum_{t=1}^n lam^t sqrt(t) <= lam/(1-lam)^2.
Source  Reddi, Kale & Kumar 2018, Corollary 1, and Tran & Phong 2019, where the momentum terms of the rates
        beta1_t = beta1 lam^(t-1), the sum of beta1_t sqrt(t-1), are bounded by such a sum; derived for this project.
Note    sqrt(t) <= t, and (1-lam)^2 sum_{t=1}^n t lam^t = lam - lam^(n+1) (n + 1 - n lam).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, power, real, sqrt, total
from adamtheory.logic.statement import Statement, Witness

n, t = integers("n t")
lam = real("lam")

setting = Setting()


def statement() -> Statement:
    claim = total(t, 1, n, power(lam, t) * sqrt(t)) <= lam / (1 - lam) ** 2
    return Statement(setting, claim, hyps=[0 <= n, 0 <= lam, lam < 1])


def witness() -> Witness:
    return Witness(values={n: 1, lam: Fraction(1, 2)})


def prove() -> Theorem:
    p = Prover(setting)
    low, high, begun = p.assume(0 <= lam, lam < 1, 0 <= n)
    body = power(lam, t) * sqrt(t)

    def claim(k):
        rest = power(lam, k + 1) * (k + 1 - k * lam)
        return (1 - lam) ** 2 * total(t, 1, k, body) <= lam - rest

    later = p.certify(0 <= n + 1, begun, degree=1)
    weight = p.using(p.power_nonneg(low, n + 1), later)
    # sqrt(n+1) <= n+1
    square = p.certify(sqrt(n + 1) ** 2 <= (n + 1) ** 2, p.sqrt_square(later), begun)
    root = p.squares(square, later)
    scaled = p.certify(weight.claim.right * sqrt(n + 1) <= weight.claim.right * (n + 1), weight, root)
    square = p.certify(0 <= (1 - lam) ** 2, squares=[1 - lam])
    scaled = p.certify((1 - lam) ** 2 * scaled.claim.left <= (1 - lam) ** 2 * scaled.claim.right, scaled, square)
    powers = p.using(p.power_next(lam, p.assume(0 <= n + 1)), later)
    last = p.sum_step(t, 1, n, body, begun)
    step = p.certify(claim(n + 1), p.assume(claim(n)), last, scaled, powers)
    first = p.power_next(lam, p.certify(0 <= n - n))
    base = p.certify(claim(n - n), p.sum_none(t, 1, body), first)
    found = p.induction(n, 0, claim(n), base, step)
    kept = p.certify(0 <= n + 1 - n * lam, begun, low, p.certify(0 <= n * (1 - lam), begun, high))
    spare = p.certify(0 <= weight.claim.right * kept.claim.right, weight, kept)
    most = p.chain((1 - lam) ** 2 * total(t, 1, n, body) <= lam, found, spare)
    positive = p.certify(0 < (1 - lam) ** 2, high)
    inverse = p.using(p.fact("inverse", x=(1 - lam) ** 2), p.certify(0 < (1 - lam) ** 2 * (1 - lam) ** 2, positive))
    return p.certify(statement().claim, most, inverse, weights=[[positive]], degree=1)
