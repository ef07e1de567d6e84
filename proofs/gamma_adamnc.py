"""Gamma is never negative for AdamNC with the step size alpha/sqrt(t).

Words   (sqrt(v_{n+1}) + eps)/alpha_{n+1} - (sqrt(v_n) + eps)/alpha_n >= 0 for n >= 1, for all gradients, with
        beta2_t = 1 - 1/t: then n v_n is the sum of the squared gradients.
Source  Reddi, Kale & Kumar 2018, section 4, there with eps = 0; from the texts of `adamnc` and `inverse_sqrt`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import adamnc_nonneg, adamnc_sum, begun, gamma_of_roots, method, n, weighted_root
from adamtheory.rules.amsgrad import adamnc

play = method(adamnc, ("v",))
setting, EPS = play.setting, play.assume_eps()


def statement() -> Statement:
    return Statement(setting, 0 <= play.gamma(n), [1 <= n], ["step_positive", EPS])


def witness() -> Witness:
    return play.witness()


def prove() -> Theorem:
    p = Prover(setting)
    before, later = begun(p)
    nonneg, v = adamnc_nonneg(p, play), play.reading.families["v"]
    grown = p.certify(n * v(n) <= (n + 1) * v(n + 1), adamnc_sum(p, play), squares=[play.g(n + 1)])
    old, new = p.using(nonneg, before), p.cut(p.inst(nonneg, {n: n + 1}), later)
    return gamma_of_roots(p, play, weighted_root(p, old, new, p.using(grown, before)))
