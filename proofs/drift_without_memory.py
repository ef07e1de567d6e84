"""With beta2 = 0, momentum over the modulus of the gradient, the drift on the periodic sequence in closed form.

Words   For every period N >= 1, C > 0 and 0 <= beta1 < 1 the displacement of x in a period of the limit cycle
        (`drift_falls_in_slope`) with beta2 = 0 is M (1 - 1/C) - (C - N + 1), where M = -1 + (C+1) (1-beta1)/(1-beta1^N)
        is the first moment after the spike.
Source  Derived for this project.
Note    Without momentum M = C, and the drift is N - 2 for every C: signed gradient descent fails for every C > N - 1.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, power, reals, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.proofs.lemmas_cycle import full_share
from adamtheory.proofs.lemmas_drift import count, drift, k, pull, shares_sum, square, step
from adamtheory.proofs.lemmas_drift_decay import no_power, sum_first

C, a = reals("C a")
N, b = integer("N"), lift(0)
setting = Setting()


def statement() -> Statement:
    M = -1 + (C + 1) * ((1 - a) / (1 - power(a, N)))
    return Statement(setting, eq(drift(C, a, b, N), M * (1 - 1 / C) - (C - N + 1)), [0 < C, 0 <= a, a < 1, 1 <= N])


def witness() -> Witness:
    return Witness(values={C: 3, a: Fraction(1, 2), N: 3})


def prove() -> Theorem:
    p = Prover(setting)
    positive, one = p.assume(0 < C, 1 <= N)
    low, high = p.certify(0 <= lift(0)), p.certify(lift(0) < 1)
    unit = p.certify(eq(1 / (1 - power(b, N)), 1), p.using(full_share(p, b, N), low, high), no_power(p, N))
    # v_0 = C^2, and v_k = 1 later
    first = p.certify(eq(square(C, b, lift(0), N), C**2), unit)
    nonneg = p.certify(0 <= C**2, squares=[C])
    root = p.certify(eq(sqrt(C**2) ** 2, C**2), p.sqrt_square(nonneg))
    root = p.squares_equal(root, p.sqrt_nonneg(C**2), p.restate(0 <= C, positive))
    spike = p.certify(
        eq(step(C, a, b, lift(0), N), pull(C, a, lift(0), N) / C),
        p.rewrite(first, lambda v: inv(sqrt(v))),
        p.rewrite(root, inv),
    )
    later = p.certify(eq(square(C, b, k, N), 1), no_power(p, k), unit)
    scale = (p.rewrite(later, lambda v: inv(sqrt(v))), p.rewrite(root_of_one(p), inv))
    rest = p.sum_of(p.certify(eq(step(C, a, b, k, N), pull(C, a, k, N)), *scale), k, 1, N - 1)
    ended = p.certify(0 <= N - 1, one)
    splits = [
        p.using(sum_first(p, body, N - 1), ended)
        for body in (lambda k: step(C, a, b, k, N), lambda k: pull(C, a, k, N))
    ]
    facts = (*splits, spike, rest, count(p, N), shares_sum(p, a, N), p.inverse(positive))
    return p.certify(statement().claim, *facts, degree=1, rounds=2)
