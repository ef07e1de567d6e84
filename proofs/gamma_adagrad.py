"""Gamma is never negative for AdaGrad.

Words   (sqrt(S_{n+1}) + eps)/alpha - (sqrt(S_n) + eps)/alpha >= 0 for n >= 1, for all gradients. With V_t = S_t/t and
        alpha_t = alpha/sqrt(t) this is the Gamma of the adaptive methods.
Source  Duchi, Hazan & Singer 2011, in the proof of their Theorem 5 (number *unverified*); as an adaptive method Reddi,
        Kale & Kumar 2018, section 2. From the text of `adagrad`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import begun, method, n, upwards
from adamtheory.rules.adagrad import adagrad

play = method(adagrad, ("S",), constant_rate=True)
setting = play.setting


def statement() -> Statement:
    return Statement(setting, 0 <= play.gamma(n), [1 <= n], ["step_positive"])


def witness() -> Witness:
    return play.witness()


def prove() -> Theorem:
    p = Prover(setting)
    S, start, following = play.reading.families["S"], p.assume(0 <= n), p.next("S", n)
    base = p.certify(0 <= S(0), p.start("S"))
    grown = p.certify(S(n) <= S(n + 1), following, squares=[play.g(n + 1)])
    nonneg = p.induction(n, 0, 0 <= S(n), base, p.chain(0 <= S(n + 1), p.assume(0 <= S(n)), grown))
    roots = p.using(p.sqrt_monotone(grown, nonneg), start)
    return p.using(p.certify(0 <= play.gamma(n), roots, upwards(p)), begun(p)[0])
