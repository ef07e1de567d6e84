"""Momentum helps Adam on the periodic sequence: the drift to the wrong end falls strictly as beta1 grows.

Words   For every period N >= 2, C > 1, 0 <= beta2 < 1 and 0 <= a < A < 1 the displacement of x in a period of the limit
        cycle (`drift_falls_in_slope`) is less with beta1 = A than with beta1 = a.
Source  Derived for this project. It does not contradict Theorem 2 of Reddi, Kale & Kumar 2018, by which no beta1 helps
        on every sequence: for each there is another C that Adam fails on (`drift_positive_at_balance`).
Note    A larger beta1 moves weight p_k to larger k, where 1/sqrt(v) is larger: a correlation inequality.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, inv, lift, power, reals
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import full_period, share
from adamtheory.proofs.lemmas_drift import correlated, drift, i, k, meant, scale, scales, shares_sum
from adamtheory.proofs.lemmas_drift_decay import powers_apart, powers_crossed

C, a, A, b = reals("C a A b")
N = integer("N")
setting = Setting()


def statement() -> Statement:
    hyps = [1 < C, 0 <= a, a < A, A < 1, 0 <= b, b < 1, 2 <= N]
    return Statement(setting, drift(C, A, b, N) < drift(C, a, b, N), hyps)


def witness() -> Witness:
    return Witness(values={C: 2, a: 0, A: Fraction(1, 2), b: Fraction(1, 10), N: 3})


def prove() -> Theorem:
    p = Prover(setting)
    spike, low, less, high, two = p.assume(1 < C, 0 <= a, a < A, A < 1, 2 <= N)
    one, end = p.certify(1 <= N, two), N - 1
    known = (one, p.certify(0 <= A, low, less), p.certify(a < 1, less, high), p.certify(1 <= C, spike))
    rates = []
    for beta in (a, A):
        room = p.using(p.restate(0 < 1 - power(beta, N), full_period(p, beta, N)), *known)
        keeps = p.certify(0 < 1 - beta, less, high)
        rates.append(p.certify(0 < (1 - beta) * inv(1 - power(beta, N)), keeps, p.inv_positive(room)))
    rate = p.certify(0 < rates[0].claim.right * rates[1].claim.right, *rates)

    def crossing(i, k):
        return share(a, i, N) * share(A, k, N) - share(a, k, N) * share(A, i, N)

    crossed = p.restate(0 <= power(a, i) * power(A, k) - power(a, k) * power(A, i), powers_crossed(p, a, A))
    rising, ends = scales(p, C, b, N)
    w = scale(C, b, k, N) - scale(C, b, i, N)
    ordered = p.certify(0 <= crossing(i, k) * w, p.certify(0 <= crossing(i, k), crossed, rate), rising)
    spread = correlated(
        p, lambda k: share(a, k, N), lambda k: share(A, k, N), lambda k: scale(C, b, k, N), ordered, end
    )
    spread = p.using(spread, p.certify(0 <= end, two))
    apart = p.using(powers_apart(p, a, A, end), p.certify(1 <= end, two))
    apart = p.certify(0 < crossing(lift(0), end), apart, rate)
    gap = p.certify(0 < crossing(lift(0), end) * (scale(C, b, end, N) - scale(C, b, lift(0), N)), apart, ends)
    wholes = [p.using(shares_sum(p, beta, N), *known) for beta in (a, A)]
    found = p.certify(drift(C, A, b, N) < drift(C, a, b, N), spread, gap, *wholes, p.certify(0 < C + 1, spike))
    return meant(p, meant(p, found, C, a, b, N, *known), C, A, b, N, *known)
