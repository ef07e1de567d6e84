"""Gamma is not negative for Adam without bias correction where beta2_t is at least 1 - 1/t.

Words   With rates 0 <= b_t <= 1 for beta2 in step t, alpha_t = alpha/sqrt(t): if b_{n+1} >= 1 - 1/(n+1) for an
        n >= 1, then (sqrt(v_{n+1}) + eps)/alpha_{n+1} - (sqrt(v_n) + eps)/alpha_n >= 0, for all gradients. The rates of
        AdamNC are the least that will do (`gamma_schedule_converse`); a constant beta2 will up to step 1/(1 - beta2).
Source  Derived for this project from the condition of Reddi, Kale & Kumar 2018, Theorem 5; from the texts of
        `adam_uncorrected` and `inverse_sqrt`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import average_nonneg
from adamtheory.proofs.lemmas_gamma import begun, gamma_of_roots, method, n, t, weighted_root
from adamtheory.rules.adam import adam_uncorrected

b = Family("b")
play = method(adam_uncorrected, ("v",), beta2=lambda t: b(t))
setting, EPS = play.setting, play.assume_eps()
setting.assume("rate_nonnegative", 0 <= b(t), [1 <= t])
setting.assume("rate_at_most_one", b(t) <= 1, [1 <= t])
slow = 1 - 1 / (n + 1) <= b(n + 1)


def statement() -> Statement:
    assumes = ["step_positive", EPS, "rate_nonnegative", "rate_at_most_one"]
    return Statement(setting, 0 <= play.gamma(n), [1 <= n, slow], assumes)


def witness() -> Witness:
    return play.witness(b=([t], 1))


def prove() -> Theorem:
    p = Prover(setting)
    before, later = begun(p)
    first = p.certify(1 <= n + 1, p.assume(0 <= n))
    low, high = (p.using(p.given(name, n + 1), first) for name in ("rate_nonnegative", "rate_at_most_one"))
    nonneg, v = average_nonneg(p, play.reading, low, high), play.reading.families["v"]
    # (n+1) v_{n+1} - n v_n = ((n+1) b - n) v_n + (n+1) (1-b) g^2
    positive = p.certify(0 < n + 1, p.assume(1 <= n))
    enough = p.certify(0 <= (n + 1) * b(n + 1) - n, p.assume(slow), p.inverse(positive), positive)
    share = p.certify(0 <= (n + 1) * (1 - b(n + 1)), positive, p.using(high, before))
    old, new = p.using(nonneg, before), p.cut(p.inst(nonneg, {n: n + 1}), later)
    following = p.using(p.next("v", n), before)
    rises = p.certify(n * v(n) <= (n + 1) * v(n + 1), following, enough, share, old, squares=[play.g(n + 1)])
    return gamma_of_roots(p, play, weighted_root(p, old, new, rises))
