"""How far Adam moves in every period of the periodic sequence, exactly: the drift, and a part that dies out.

Words   f_t(x) = C x if t = 1 mod N, else -x, with N >= 1. For 0 <= beta1 < 1, 0 <= beta2 < 1, any start, any step sizes
        alpha_t, eps = 0 and no projection, x moves in rounds N j + 1, ..., N j + N by the sum over k = 0, ..., N-1 of
        alpha_t (-M_k + beta1^t M_{N-1})/sqrt(V_k - beta2^t V_{N-1}), t = N j + k + 1, where M_k = -1 + (C+1) p_k and
        V_k = 1 + (C^2-1) q_k are the limit cycles (`cycle_limit`).
Source  Derived for this project; from the texts of `adam_uncorrected` and of the loss `reddi`.
Note    Without the powers of the decay rates and with alpha = 1 this is the drift of `drift_falls_in_slope`.
        `iterate(n)` is the point after n rounds.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_cycle import Cycle, displaced, first_moment, j, k, second_moment, share, transient
from adamtheory.rules.adam import adam_uncorrected

cycle = Cycle(adam_uncorrected, ["m", "v", "x"], steps="any")
setting, C, N, x = cycle.setting, cycle.C, cycle.N, cycle.method.families["x"]
beta1, beta2 = (cycle.method.scalars[name] for name in ("beta1", "beta2"))
t = N * j + k + 1


def first(k):
    return -1 + (C + 1) * share(beta1, k, N)


def second(k):
    return 1 + (C**2 - 1) * share(beta2, k, N)


def statement() -> Statement:
    top, bottom = -first(k) + power(beta1, t) * first(N - 1), second(k) - power(beta2, t) * second(N - 1)
    claim = eq(x(N * (j + 1)) - x(N * j), total(k, 0, N - 1, cycle.alpha(t) * top / sqrt(bottom)))
    return Statement(setting, claim, [*cycle.decay_hyps("beta1"), *cycle.decay_hyps("beta2"), 1 <= N, 0 <= j])


def witness() -> Witness:
    values = {
        "C": ([], 3),
        "N": ([], 3),
        "beta1": ([], Fraction(1, 2)),
        "beta2": ([], Fraction(1, 2)),
        "alpha": ([k], 1),
    }
    return Witness(values, values={j: 0})


def prove() -> Theorem:
    p = Prover(setting)
    claim = statement().claim
    moved = p.using(displaced(p, cycle, N), p.certify(0 <= N, p.assume(1 <= N)))
    m, v = (transient(p, cycle, average(cycle)) for average in (first_moment, second_moment))
    top, bottom = -first(k) + power(beta1, t) * first(N - 1), second(k) - power(beta2, t) * second(N - 1)
    v = p.restate(eq(cycle.method.slot("v", t), bottom), v)
    scaled = p.rewrite(v, lambda z: 1 / sqrt(z))
    body = cycle.alpha(t) * cycle.method.slot("m", t) / sqrt(cycle.method.slot("v", t))
    each = p.certify(eq(body, -cycle.alpha(t) * top / sqrt(bottom)), m, scaled)
    each = p.using(each, p.certify(k < N, p.assume(k <= N - 1)))
    return p.certify(claim, moved, p.sum_of(each, k, 0, N - 1), degree=1)
